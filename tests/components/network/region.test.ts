import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentError } from "../../../components/core";
import { AdoptedNetwork } from "../../../components/network/adopted-network";
import { Region, type RegionArgs } from "../../../components/network/region";
import { Vpc } from "../../../components/network/vpc";
import { Key } from "../../../components/security/key";
import type { RecordedResource, Recording } from "../../../simulator";
import { componentContract } from "../../support/contract";
import { named, ofType, recordProgram } from "../../support/record";

function site(name: string, region: string, args: Partial<RegionArgs> = {}): { region: Region; network: Vpc } {
  const at = new Region(name, { region, ...args });
  const key = new Key(`${name}-key`, { description: "Logs", services: ["logs"] }, { parent: at });
  const zones = ["a", "b"].map((letter) => `${region}${letter}`);
  return { region: at, network: new Vpc(`${name}-net`, { cidr: "10.20.0.0/16", zones, key }, { parent: at }) };
}

const twoRegions = () => {
  const first = site("use1", "us-east-1");
  first.region.markReady([first.network]);
  const second = site("euw1", "eu-west-1", { after: first.region });
  new AdoptedNetwork(
    "euw1-old",
    {
      vpcId: "vpc-0a1b2c3d4e5f60718",
      cidr: "10.30.0.0/16",
      zones: ["eu-west-1a", "eu-west-1b"],
      privateSubnetIds: ["subnet-0a0000000000000a1", "subnet-0a0000000000000b1"],
      endpointSecurityGroupId: "sg-0a1b2c3d4e5f60718",
    },
    { parent: second.region },
  );
  second.region.markReady([second.network]);
};

/** URNs of everything a resource waits for, directly or not. */
function ancestors(recording: Recording, resource: RecordedResource): Set<string> {
  const byUrn = new Map(recording.resources.map((each) => [each.urn, each]));
  const seen = new Set<string>();
  const visit = (urn: string) => {
    if (seen.has(urn)) return;
    seen.add(urn);
    byUrn.get(urn)?.dependencies.forEach(visit);
  };
  resource.dependencies.forEach(visit);
  return seen;
}

describe("Region", () => {
  componentContract("network", "Region", {
    minimal: (name, opts) => new Region(name, { region: regionOf(opts) }, opts),
    complete: (name, opts) => {
      const region = regionOf(opts);
      const before = new Region(`${name}-before`, { region }, opts);
      before.markReady([new Key(`${name}-before-key`, { description: "First" }, { parent: before })]);
      const after = new Region(
        name,
        {
          region,
          after: before,
          environment: "development",
          owner: "payments",
          dataClass: "cardholder",
          tags: { team: "payments" },
          transform: { ready: { description: "the second region stands" } },
        },
        opts,
      );
      after.markReady([new Key(`${name}-key`, { description: "Second" }, { parent: after })]);
      return after;
    },
    errors: {
      "a zone instead of a region": {
        build: (name) => new Region(name, { region: "eu-west-1a" }),
        message: /Region "one": region = "eu-west-1a" .* e\.g\. eu-west-1/,
      },
      "to follow a region that is not ready": {
        build: (name) => new Region(name, { region: "eu-west-1", after: new Region("first", { region: "us-east-1" }) }),
        message: /Region "one": after = "first" .* Call markReady\(\[\.\.\.\]\) on region "first"/,
      },
      "to be ready with nothing": {
        build: (name) => new Region(name, { region: "eu-west-1" }).markReady([]),
        message: /dependsOn = \[\] .* at least 1 resource/,
      },
      "to be ready twice": {
        build: (name) => {
          const region = new Region(name, { region: "eu-west-1" });
          const key = new Key(`${name}-key`, { description: "x" }, { parent: region });
          region.markReady([key]);
          region.markReady([key]);
        },
        message: /Call it once/,
      },
      "to wait for itself": {
        build: (name) => {
          const region = new Region(name, { region: "eu-west-1" });
          region.markReady([region]);
        },
        message: /can not wait for the whole of it/,
      },
    },
  });

  for (const preview of [true, false]) {
    describe(preview ? "at preview" : "at update", () => {
      let recording: Recording;
      let inFirst: RecordedResource[];
      let inSecond: RecordedResource[];
      let gate: RecordedResource;
      before(async () => {
        recording = await recordProgram(twoRegions, { preview });
        inFirst = recording.resources.filter(({ name }) => name.startsWith("use1"));
        inSecond = recording.resources.filter(({ name }) => name.startsWith("euw1"));
        gate = named(recording, "use1-ready");
      });

      it("makes everything of the second region wait for the first one's gate, reads included", () => {
        const custom = inSecond.filter(({ custom }) => custom);
        assert.ok(custom.length > 50);
        for (const resource of custom) assert.ok(resource.dependencies.includes(gate.urn), resource.urn);
        assert.equal(custom.filter(({ read }) => read).length, 1);
      });

      it("makes nothing of the first region wait", () => {
        for (const resource of inFirst) assert.ok(!ancestors(recording, resource).has(gate.urn), resource.urn);
      });

      it("hangs the gate on everything that had to stand", () => {
        const before = ancestors(recording, gate);
        const network = inFirst.filter(({ name, custom }) => custom && name.startsWith("use1-net-"));
        assert.ok(network.length > 40);
        for (const resource of network) assert.ok(before.has(resource.urn), resource.urn);
      });

      it("keeps the edges to one per resource", () => {
        for (const resource of inSecond) {
          const across = resource.dependencies.filter((urn) => inFirst.some((each) => each.urn === urn));
          assert.deepEqual(across, [gate.urn], resource.urn);
        }
      });
    });
  }

  it("puts everything under it into its region, and shares no regional resource", async () => {
    const recording = await recordProgram(twoRegions);
    for (const resource of recording.resources) {
      if (resource.region === undefined) continue;
      assert.equal(resource.region, resource.name.startsWith("use1") ? "us-east-1" : "eu-west-1", resource.urn);
    }
    assert.equal(ofType(recording, "aws:ec2/vpc:Vpc").length, 2);
  });

  it("hangs the gate also on what nobody named: a region that fails anywhere starts no other", async () => {
    const recording = await recordProgram(() => {
      const first = new Region("first", { region: "us-east-1" });
      const key = new Key("first-key", { description: "x" }, { parent: first });
      new Key("first-other", { description: "x" }, { parent: first });
      first.markReady([key]);
    });
    const before = ancestors(recording, named(recording, "first-ready"));
    assert.ok(before.has(named(recording, "first-other-key").urn));
    assert.equal(named(recording, "first-ready").inputs.insecureValue, "first-key");
  });

  it("says what stands in a plain parameter", async () => {
    const recording = await recordProgram(twoRegions);
    const { inputs, secretPaths, region } = named(recording, "use1-ready");
    assert.equal(inputs.name, "/test/use1/ready");
    assert.equal(inputs.type, "String");
    assert.equal(inputs.insecureValue, "use1-net");
    assert.equal(inputs.value, undefined);
    assert.deepEqual(secretPaths, []);
    assert.equal(region, "us-east-1");
  });

  it("keeps what a child depends on already, in every form that Pulumi takes", async () => {
    const recording = await recordProgram(() => {
      const first = new Region("first", { region: "us-east-1" });
      first.markReady([new Key("first-key", { description: "x" }, { parent: first })]);
      const second = new Region("second", { region: "eu-west-1", after: first });
      const parameter = (name: string, dependsOn: pulumi.CustomResourceOptions["dependsOn"]) =>
        new aws.ssm.Parameter(name, { type: "String", insecureValue: name }, { parent: second, dependsOn });
      const target = parameter("target", undefined);
      parameter("one", target);
      parameter("list", [target]);
      parameter("promise", Promise.resolve(target));
      parameter("output", pulumi.output([target]));
    });
    const target = named(recording, "target").urn;
    const gate = named(recording, "first-ready").urn;
    for (const name of ["one", "list", "promise", "output"]) {
      assert.deepEqual([...named(recording, name).dependencies].sort(), [gate, target].sort(), name);
    }
  });

  it("keeps the transformations that the program adds to a region", async () => {
    const recording = await recordProgram(() => {
      const first = new Region("first", { region: "us-east-1" });
      first.markReady([new Key("first-key", { description: "x" }, { parent: first })]);
      const second = new Region(
        "second",
        { region: "eu-west-1", after: first },
        { transformations: [({ props, opts }) => ({ props, opts: { ...opts, retainOnDelete: true } })] },
      );
      new aws.ssm.Parameter("child", { type: "String", insecureValue: "x" }, { parent: second });
    });
    const child = named(recording, "child");
    assert.equal(child.retainOnDelete, true);
    assert.deepEqual(child.dependencies, [named(recording, "first-ready").urn]);
  });

  it("throws an ArgumentError before anything is registered when the order is wrong", async () => {
    const recording = await recordProgram(() => {
      const first = new Region("first", { region: "us-east-1" });
      assert.throws(() => new Region("second", { region: "eu-west-1", after: first }), ArgumentError);
    });
    assert.equal(recording.resources.filter(({ name }) => name === "second").length, 0);
  });
});

/** The contract builds one instance per region; a Region under a parent takes that parent's. */
function regionOf(opts: pulumi.ComponentResourceOptions): string {
  const context: unknown = opts.parent ? Reflect.get(opts.parent, "context") : undefined;
  return typeof context === "object" && context !== null ? String(Reflect.get(context, "region")) : "eu-west-1";
}
