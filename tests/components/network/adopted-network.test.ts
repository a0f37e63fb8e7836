import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { AdoptedNetwork, type AdoptedNetworkArgs } from "../../../components/network/adopted-network";
import { Vpc } from "../../../components/network/vpc";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { ofType, recordProgram } from "../../support/record";

function regionOf(opts: pulumi.ComponentResourceOptions): string {
  const context: unknown = opts.parent ? Reflect.get(opts.parent, "context") : undefined;
  return typeof context === "object" && context !== null ? String(Reflect.get(context, "region")) : "eu-west-1";
}

const ids = (kind: string, count = 2): string[] =>
  Array.from({ length: count }, (_, index) => `subnet-0000000000000${kind}0${index}`);

const args = (region = "eu-west-1", more: Partial<AdoptedNetworkArgs> = {}): AdoptedNetworkArgs => ({
  vpcId: "vpc-0a1b2c3d4e5f60718",
  cidr: "10.30.0.0/22",
  zones: [`${region}a`, `${region}c`],
  privateSubnetIds: ids("b"),
  endpointSecurityGroupId: "sg-0a1b2c3d4e5f60718",
  ...more,
});

describe("AdoptedNetwork", () => {
  componentContract("network", "AdoptedNetwork", {
    minimal: (name, opts) => new AdoptedNetwork(name, args(regionOf(opts)), opts),
    complete: (name, opts) =>
      new AdoptedNetwork(
        name,
        args(regionOf(opts), {
          publicSubnetIds: ids("a"),
          isolatedSubnetIds: ids("c"),
          s3PrefixListId: "pl-6da54004",
          dynamodbPrefixListId: "pl-6fa54006",
        }),
        opts,
      ),
    errors: {
      "a range with host bits": {
        build: (name) => new AdoptedNetwork(name, args("eu-west-1", { cidr: "10.30.0.1/22" })),
        message: /AdoptedNetwork "one": cidr = "10\.30\.0\.1\/22" .* holds it is 10\.30\.0\.0\/22/,
      },
      "a zone of another region": {
        build: (name) => new AdoptedNetwork(name, args("us-east-1", { region: "eu-west-1" })),
        message: /zones\[0\] = "us-east-1a"/,
      },
      "one zone in production": {
        build: (name) => new AdoptedNetwork(name, args("eu-west-1", { zones: ["eu-west-1a"] })),
        message: /at least 2 zones/,
      },
      "a subnet too few": {
        build: (name) => new AdoptedNetwork(name, args("eu-west-1", { privateSubnetIds: ids("b", 1) })),
        message: /privateSubnetIds = "1 subnets" .* Give 2, one for each of eu-west-1a, eu-west-1c/,
      },
      "a public subnet too many": {
        build: (name) => new AdoptedNetwork(name, args("eu-west-1", { publicSubnetIds: ids("a", 3) })),
        message: /publicSubnetIds = "3 subnets"/,
      },
      "an isolated subnet too many": {
        build: (name) => new AdoptedNetwork(name, args("eu-west-1", { isolatedSubnetIds: ids("c", 3) })),
        message: /isolatedSubnetIds = "3 subnets"/,
      },
    },
  });

  it("manages nothing but the rules that its users add to the endpoints' group", async () => {
    const recording = await recordProgram(() => {
      const network = Vpc.adopt("shared", args());
      network.endpointConnections.allowFrom(new TestNetwork("peer").endpointConnections);
    });
    const shared = recording.resources.filter(({ name, custom }) => custom && name.startsWith("shared"));
    assert.deepEqual(
      shared.filter(({ read }) => !read).map(({ type }) => type),
      ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"],
    );
    const [group] = shared.filter(({ read }) => read);
    assert.equal(group?.id, "sg-0a1b2c3d4e5f60718");
  });

  it("finds the same prefix lists as a VPC made here", async () => {
    const recording = await recordProgram(() => {
      const key = new Key("key", { description: "x", services: ["logs"] });
      const made = new Vpc("made", { cidr: "10.20.0.0/16", zones: ["eu-west-1a", "eu-west-1c"], key });
      const adopted = new AdoptedNetwork("old", args());
      adopted.endpointConnections.allowToPrefixList("s3", adopted.s3PrefixListId, {
        protocol: "tcp",
        from: 443,
        to: 443,
      });
      made.endpointConnections.allowToPrefixList("s3", made.s3PrefixListId, { protocol: "tcp", from: 443, to: 443 });
    });
    const rules = ofType(recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", 2);
    assert.equal(new Set(rules.map(({ inputs }) => inputs.prefixListId)).size, 1);
  });

  it("takes the private subnets for isolated ones when there are no others", async () => {
    await recordProgram(() => {
      const network = new AdoptedNetwork("old", args());
      assert.equal(network.isolatedSubnetIds.length, 2);
      assert.equal(network.publicSubnetIds.length, 0);
    });
  });
});
