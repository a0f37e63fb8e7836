import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { ArgumentError, Component } from "../../../components/core";
import { type Connectable, Connections, type Port, tcp, tcpRange } from "../../../components/network/connections";
import type { RecordedResource } from "../../../simulator";
import { named, ofType, recordProgram } from "../../support/record";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

class Peer extends Component implements Connectable {
  readonly connections: Connections;

  constructor(name: string, port?: Port) {
    super("palisade:test:Peer", name, {});
    const group = new aws.ec2.SecurityGroup(this.childName("group"), { vpcId: "vpc-1" }, this.childOptions());
    this.connections = new Connections(this, group, port);
    this.registerOutputs({});
  }
}

/** A rule's inputs without those that every child carries. */
const rule = ({ inputs }: RecordedResource) =>
  Object.fromEntries(Object.entries(inputs).filter(([property]) => property !== "tags" && property !== "region"));

describe("Connections", () => {
  it("writes both sides of an allowed connection, on the owner's default port", async () => {
    const recording = await recordProgram(() => {
      const database = new Peer("db", tcp(5432));
      database.connections.allowFrom(new Peer("api"));
    });
    const db = named(recording, "db-group").id;
    const api = named(recording, "api-group").id;
    const port = { ipProtocol: "tcp", fromPort: 5432, toPort: 5432 };
    assert.deepEqual(rule(named(recording, "db-from-api-tcp-5432", INGRESS)), {
      securityGroupId: db,
      referencedSecurityGroupId: api,
      description: "tcp-5432 from api",
      ...port,
    });
    assert.deepEqual(rule(named(recording, "api-to-db-tcp-5432", EGRESS)), {
      securityGroupId: api,
      referencedSecurityGroupId: db,
      description: "tcp-5432 to db",
      ...port,
    });
    assert.equal(ofType(recording, INGRESS).length + ofType(recording, EGRESS).length, 2);
  });

  it("means the same by allowTo, seen from the other side", async () => {
    const rules = async (allow: (api: Peer, database: Peer) => void) => {
      const recording = await recordProgram(() => allow(new Peer("api"), new Peer("db", tcp(5432))));
      return [...ofType(recording, INGRESS), ...ofType(recording, EGRESS)].map(({ urn, inputs }) => ({ urn, inputs }));
    };
    assert.deepEqual(
      await rules((api, database) => api.connections.allowTo(database)),
      await rules((api, database) => database.connections.allowFrom(api)),
    );
  });

  it("takes a named port over the default one, and ranges", async () => {
    const recording = await recordProgram(() => {
      new Peer("cache", tcp(6379)).connections.allowFrom(new Peer("api"), tcpRange(7000, 7005));
    });
    const { fromPort, toPort } = named(recording, "cache-from-api-tcp-7000-7005", INGRESS).inputs;
    assert.deepEqual([fromPort, toPort], [7000, 7005]);
  });

  it("lets members of one group talk to each other", async () => {
    const recording = await recordProgram(() => new Peer("broker").connections.allowInternally(tcp(9098)));
    const group = named(recording, "broker-group").id;
    for (const name of ["broker-from-itself-tcp-9098", "broker-to-itself-tcp-9098"]) {
      const { inputs } = named(recording, name);
      assert.deepEqual([inputs.securityGroupId, inputs.referencedSecurityGroupId], [group, group]);
    }
  });

  it("opens to and from address ranges on one side only", async () => {
    const recording = await recordProgram(() => {
      const { connections } = new Peer("nlb", tcp(443));
      connections.allowFromCidr("vpc", "10.20.0.0/16");
      connections.allowToCidr("acquirer", "198.51.100.0/24", tcp(8443));
    });
    const [ingress, ...moreIn] = ofType(recording, INGRESS);
    const [egress, ...moreOut] = ofType(recording, EGRESS);
    assert.deepEqual([moreIn, moreOut], [[], []]);
    assert.equal(ingress?.name, "nlb-from-vpc-tcp-443");
    assert.equal(ingress?.inputs.cidrIpv4, "10.20.0.0/16");
    assert.equal(egress?.name, "nlb-to-acquirer-tcp-8443");
    assert.equal(egress?.inputs.cidrIpv4, "198.51.100.0/24");
  });

  it("opens to and from prefix lists", async () => {
    const recording = await recordProgram(() => {
      const { connections } = new Peer("api", tcp(443));
      connections.allowToPrefixList("s3", "pl-6da54004", tcp(443));
      connections.allowFromPrefixList("cloudfront", "pl-4fa04526");
    });
    assert.equal(named(recording, "api-to-s3-tcp-443", EGRESS).inputs.prefixListId, "pl-6da54004");
    assert.equal(named(recording, "api-from-cloudfront-tcp-443", INGRESS).inputs.prefixListId, "pl-4fa04526");
  });

  it("refuses to guess a port", async () => {
    await recordProgram(() => {
      const { connections } = new Peer("worker");
      const api = new Peer("api");
      for (const open of [
        () => connections.allowFrom(api),
        () => connections.allowFromCidr("vpc", "10.20.0.0/16"),
        () => connections.allowFromPrefixList("cloudfront", "pl-4fa04526"),
      ]) {
        assert.throws(
          open,
          (error) =>
            error instanceof ArgumentError &&
            /Connections of "worker": port = undefined .* name one, e\.g\. tcp\(443\)/.test(error.message),
        );
      }
    });
  });

  it("hands out every rule that it makes, so that others can wait for them", async () => {
    const handed: string[] = [];
    const recording = await recordProgram(async () => {
      const { connections } = new Peer("db", tcp(5432));
      const rules = [
        ...connections.allowFrom(new Peer("api")),
        ...connections.allowTo(new Peer("vpc", tcp(443))),
        ...connections.allowInternally(tcp(5433)),
        ...connections.allowFromCidr("office", "10.30.0.0/16"),
        ...connections.allowToCidr("acquirer", "198.51.100.0/24", tcp(8443)),
        ...connections.allowToPrefixList("s3", "pl-6da54004", tcp(443)),
        ...connections.allowFromPrefixList("cloudfront", "pl-4fa04526"),
      ];
      for (const { urn } of rules) handed.push(await new Promise<string>((resolve) => urn.apply(resolve)));
    });
    const made = [...ofType(recording, INGRESS), ...ofType(recording, EGRESS)].map(({ urn }) => urn);
    assert.equal(made.length, 10);
    assert.deepEqual(handed.sort(), made.sort());
  });

  it("opens nothing by itself", async () => {
    const recording = await recordProgram(() => void new Peer("api", tcp(443)));
    assert.equal(recording.resources.filter(({ type }) => type.startsWith("aws:vpc/")).length, 0);
    const group = named(recording, "api-group");
    assert.deepEqual([group.inputs.ingress, group.inputs.egress], [undefined, undefined]);
  });
});
