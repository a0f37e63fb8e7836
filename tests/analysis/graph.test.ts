import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import type { PolicyResource } from "@pulumi/policy";
import { ResourceGraph, type ResourceNode } from "../../analysis/graph";
import { Key } from "../../components/security/key";
import { Queue } from "../../components/messaging/queue";
import { packs } from "../../policies/packs";
import { evaluate } from "../../policies/rule";
import { graphOf, ref, UNKNOWN, urnOf } from "../policies/fixture-graph";
import { unknownCheckingProxy } from "../policies/sdk-proxy";
import { recordProgram } from "../support/record";

const bucketType = "aws:s3/bucket:Bucket";
const policyType = "aws:s3/bucketPolicy:BucketPolicy";
const fixture = {
  one: { type: bucketType, inputs: { bucket: "orders" } },
  two: { type: bucketType, inputs: { bucket: "reports" } },
  policy: {
    type: policyType,
    inputs: { bucket: ref("one"), policy: { Statement: [{ Resource: ref("one", "arn") }] } },
  },
};

function only(graph: ResourceGraph, name: string): ResourceNode {
  const found = graph.nodes.filter((node) => node.name === name);
  assert.equal(found.length, 1, `${found.length} nodes named ${name}`);
  return found[0]!;
}

describe("the graph's values", () => {
  it("reads what is known, at any depth", () => {
    const policy = only(graphOf(fixture, "update"), "policy");
    assert.deepEqual(policy.read("policy.Statement[0].Resource"), {
      known: true,
      value: "arn:aws:test:eu-west-1:123456789012:one",
    });
    assert.deepEqual(policy.read("policy.Nothing.there"), { known: true, value: undefined });
  });

  it("tells the path and the producers of what is unknown", () => {
    const policy = only(graphOf(fixture, "preview"), "policy");
    assert.deepEqual(policy.read("bucket"), {
      known: false,
      resource: policy.urn,
      path: "bucket",
      producers: [urnOf(fixture, "one")],
    });
    const document = policy.read("policy");
    assert.ok(!document.known && document.path === "policy.Statement[0].Resource");
    assert.ok(policy.property("bucket").at("deeper").unknown);
  });

  it("takes a string that holds an unknown for unknown", () => {
    const held = { it: { type: bucketType, inputs: { bucket: `arn:aws:s3:::${UNKNOWN}/*` } } };
    assert.equal(only(graphOf(held, "update"), "it").read("bucket").known, false);
  });

  it("reads the elements and entries of what is partly unknown", () => {
    const graph = graphOf(
      { it: { type: bucketType, inputs: { list: ["a", UNKNOWN], map: { "x.y": "z" } } } },
      "update",
    );
    const [first, second] = only(graph, "it").property("list").items;
    assert.deepEqual(first?.fact, { known: true, value: "a" });
    assert.equal(second?.unknown, true);
    const [[key, value] = ["", undefined]] = only(graph, "it").property("map").entries;
    assert.equal(key, "x.y");
    assert.equal(value?.path, 'map["x.y"]');
  });
});

describe("the graph's joins", () => {
  for (const moment of ["update", "preview"] as const) {
    it(`${moment}: finds what refers to a resource, and only that`, () => {
      const graph = graphOf(fixture, moment);
      const of = (name: string) =>
        graph.referring(policyType, "bucket", only(graph, name)).nodes.map((node) => node.name);
      assert.deepEqual(of("one"), ["policy"]);
      assert.deepEqual(of("two"), []);
    });
  }

  it("follows an ARN that the program built from a name, before the resource exists", () => {
    const graph = graphOf(
      {
        ...fixture,
        log: { type: "aws:s3/bucketLogging:BucketLogging", inputs: { targetBucket: "arn:aws:s3:::orders" } },
      },
      "preview",
    );
    const target = only(graph, "log").property("targetBucket");
    assert.deepEqual(
      graph.resolve(target, bucketType).nodes.map((node) => node.name),
      ["one"],
    );
  });

  it("does not guess between two producers of one unknown", () => {
    const either = graphOf(
      { ...fixture, policy: { type: policyType, inputs: { bucket: [ref("one"), ref("two")] } } },
      "preview",
    );
    assert.equal(either.resolve(only(either, "policy").property("bucket"), bucketType).nodes.length, 2);
    const scalar = only(
      ResourceGraph.fromRecording({
        preview: true,
        resources: [
          ...either.nodes.filter((node) => node.name !== "policy").map(asRecorded),
          { ...asRecorded(only(either, "policy")), inputs: { bucket: UNKNOWN } },
        ],
      }),
      "policy",
    );
    const join = either.resolve(scalar.property("bucket"), bucketType);
    assert.deepEqual(join.nodes, []);
    assert.equal(join.uncertain.length, 1);
  });

  it("prefers the resource of its own region among namesakes", async () => {
    const recording = await recordProgram(() => {
      for (const region of ["eu-west-1", "us-east-2"]) {
        new aws.cloudwatch.LogGroup(`log-${region}`, { name: "/shop", region });
        new aws.cloudwatch.LogSubscriptionFilter(`filter-${region}`, {
          logGroup: "/shop",
          filterPattern: "",
          destinationArn: "arn:aws:firehose:eu-west-1:123456789012:deliverystream/x",
          region,
        });
      }
    });
    const graph = ResourceGraph.fromRecording(recording);
    const group = graph.resolve(
      only(graph, "filter-us-east-2").property("logGroup"),
      "aws:cloudwatch/logGroup:LogGroup",
    );
    assert.deepEqual(
      group.nodes.map((node) => node.name),
      ["log-us-east-2"],
    );
  });
});

describe("the graph of a program", () => {
  it("knows a resource's components, data class and environment, tagged or not", async () => {
    const recording = await recordProgram(() => {
      const key = new Key("key", { description: "x", dataClass: "cardholder" });
      new Queue("orders", { key, dataClass: "cardholder", environment: "development" });
    });
    const graph = ResourceGraph.fromRecording(recording);
    const alias = only(graph, "key-alias");
    assert.deepEqual(
      alias.components.map((component) => component.type),
      ["palisade:security:Key"],
    );
    assert.equal(alias.dataClass, "cardholder");
    const queue = graph.ofType("aws:sqs/queue:Queue")[0];
    assert.equal(queue?.environment, "development");
    assert.equal(queue?.region, "eu-west-1");
    assert.equal(queue?.protect, false);
  });

  it("does not depend on the order in which the engine lists resources", async () => {
    const recording = await recordProgram(() => void new Key("key", { description: "x", dataClass: "cardholder" }));
    const graph = ResourceGraph.fromRecording({ preview: false, resources: [...recording.resources].reverse() });
    assert.equal(only(graph, "key-alias").dataClass, "cardholder");
  });
});

describe("what is only read", () => {
  it("is in the graph and judged by no rule", async () => {
    const recording = await recordProgram(
      () => void aws.sqs.Queue.get("old", "https://sqs.eu-west-1.amazonaws.com/1/old"),
    );
    const graph = ResourceGraph.fromRecording(recording);
    assert.equal(only(graph, "old").managed, false);
    const rules = packs.flatMap((pack) => pack.rules);
    const judged = evaluate(rules, graph).map(({ resource }) => resource.type);
    // The stack itself is asked for the account's baseline.
    assert.deepEqual(new Set(judged), new Set(["pulumi:pulumi:Stack"]));
  });
});

describe("the graph of policy resources", () => {
  const resource = (over: Partial<PolicyResource>): PolicyResource => ({
    type: bucketType,
    name: "one",
    urn: "urn:one",
    props: {},
    opts: { protect: true, ignoreChanges: [], aliases: [], customTimeouts: NO_TIMEOUTS, additionalSecretOutputs: [] },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
    ...over,
  });

  it("reads the policy SDK's proxies, which throw on an unknown value, without throwing", () => {
    const one = resource({ props: unknownCheckingProxy({ bucket: "orders", arn: UNKNOWN, id: UNKNOWN }) });
    const props: Record<string, unknown> = unknownCheckingProxy({ bucket: UNKNOWN, policy: { deep: [UNKNOWN] } });
    assert.throws(() => props.bucket, /can't be known/);
    const two = resource({
      type: policyType,
      name: "two",
      urn: "urn:two",
      props,
      propertyDependencies: { bucket: [one], policy: [one] },
    });
    const graph = ResourceGraph.fromPolicyResources([one, two]);
    const policy = only(graph, "two");
    assert.deepEqual(policy.read("policy"), {
      known: false,
      resource: "urn:two",
      path: "policy.deep[0]",
      producers: ["urn:one"],
    });
    assert.deepEqual(
      graph.referring(policyType, "bucket", only(graph, "one")).nodes.map((node) => node.name),
      ["two"],
    );
    assert.equal(only(graph, "one").protect, true);
    assert.equal(only(graph, "one").id, undefined);
  });

  it("counts as absent what only the provider will compute", () => {
    const db = resource({ props: unknownCheckingProxy({ kmsKeyId: UNKNOWN, nested: [{ size: 1, id: UNKNOWN }] }) });
    const node = only(ResourceGraph.fromPolicyResources([db]), "one");
    assert.equal(node.property("kmsKeyId").absent, true);
    assert.deepEqual(node.read("nested"), { known: true, value: [{ size: 1, id: undefined }] });
  });

  it("has the provider's region where the resource has none", () => {
    const provider = { type: "pulumi:providers:aws", name: "eu", urn: "urn:p", props: { region: "eu-central-1" } };
    const node = only(ResourceGraph.fromPolicyResources([resource({ provider })]), "one");
    assert.equal(node.region, "eu-central-1");
  });
});

const NO_TIMEOUTS = { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 };

function asRecorded(node: ResourceNode) {
  return { ...node, parent: undefined, id: node.id, region: node.region };
}
