import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ResourceDrift } from "../../../cli/engine/drift";
import { type CloudResource, keyOf } from "../../../simulator/cloud";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack } from "../../support/engine/engine-stack";

type Inputs = Record<string, unknown>;

interface Change {
  /** The end of the type, and a part of the logical name where there are several. */
  readonly type: string;
  readonly name?: string;
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

const OPEN_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** What an attacker, or a colleague in a hurry, changes by hand. */
const CHANGES: readonly Change[] = [
  { type: "SecurityGroupIngressRule", path: "cidrIpv4", before: undefined, after: "0.0.0.0/0" },
  { type: "SecurityGroupEgressRule", path: "toPort", before: "*", after: 65535 },
  {
    type: "BucketServerSideEncryptionConfiguration",
    path: "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
    before: "aws:kms",
    after: "AES256",
  },
  { type: "BucketPublicAccessBlock", path: "blockPublicPolicy", before: true, after: false },
  { type: "BucketVersioning", path: "versioningConfiguration.status", before: "Enabled", after: "Suspended" },
  { type: "kms/key:Key", path: "enableKeyRotation", before: true, after: false },
  { type: "iam/role:Role", path: "description", before: "*", after: "changed by hand" },
  { type: "RolePolicy", path: "policy", before: "*", after: OPEN_POLICY },
  { type: "LogGroup", path: "retentionInDays", before: "*", after: 1 },
  { type: "LogGroup", name: "euw1", path: "kmsKeyId", before: "*", after: undefined },
  { type: "sns/topic:Topic", path: "kmsMasterKeyId", before: "*", after: undefined },
  { type: "sqs/queue:Queue", name: "write-buffer", path: "kmsMasterKeyId", before: "*", after: undefined },
  { type: "rds/instance:Instance", path: "publiclyAccessible", before: false, after: true },
  { type: "rds/instance:Instance", path: "backupRetentionPeriod", before: 7, after: 0 },
  { type: "ecr/repository:Repository", path: "imageTagMutability", before: "IMMUTABLE", after: "MUTABLE" },
  { type: "UserPool", path: "passwordPolicy.minimumLength", before: 12, after: 6 },
  { type: "lb/listener:Listener", path: "sslPolicy", before: "*", after: "ELBSecurityPolicy-2016-08" },
  {
    type: "Distribution",
    path: "defaultCacheBehavior.viewerProtocolPolicy",
    before: "redirect-to-https",
    after: "allow-all",
  },
  { type: "WebAcl", path: "rules[0].statement.rateBasedStatement.limit", before: 2000, after: 2_000_000 },
  { type: "MetricAlarm", path: "alarmActions[0]", before: "*", after: undefined },
  { type: "apigateway/stage:Stage", path: 'tags["palisade:data-class"]', before: "cardholder", after: "public" },
];
const DELETED = { type: "sqs/queue:Queue", name: "payments-dlq" };

describe("drift of the payments stack in Pulumi's own engine", function () {
  this.timeout(600_000);
  let stack: EngineStack;
  let wanted: readonly CloudResource[];
  const touched = new Map<string, CloudResource>();
  // The state is written once, at the end of an update: what is tested here is not that it survives the engine.
  const env = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

  before(requireEngine);
  before(async () => {
    stack = EngineStack.create("dev");
    const { succeeded, ...told } = await stack.run("up", { env });
    assert.ok(succeeded, JSON.stringify(told));
    wanted = stack.cloud.all();
  });
  after(() => stack?.remove());

  const report = async (): Promise<ResourceDrift[]> => {
    const { resources }: { resources: ResourceDrift[] } = JSON.parse(await stack.print("drift", { json: true }));
    return resources;
  };
  const files = () =>
    [stack.cloud.file, join(stack.folder, ".palisade", "state", ".pulumi", "stacks", "palisade", "dev.json")].map(
      (file) => readFileSync(file, "utf8"),
    );
  const find = ({ type, name = "" }: { type: string; name?: string }): CloudResource => {
    const all = stack.cloud.all().sort((a, b) => (a.urn < b.urn ? -1 : 1));
    const found = all.find((one) => one.type.endsWith(type) && one.logicalName.includes(name) && !isTaken(one, type));
    assert.ok(found, `${type} ${name}`);
    return found;
  };
  // Two changes of one type go to one instance only where they say so by being of the same database.
  const isTaken = ({ urn }: CloudResource, type: string) => touched.has(urn) && type !== "rds/instance:Instance";

  it("finds none after an update", async () => {
    assert.deepEqual(await report(), []);
    assert.match(await stack.print("drift"), /Result: no drift/);
  });

  it("reports each of 21 changed properties and a deleted queue, and changes nothing", async () => {
    const { cloud } = stack;
    const expected = CHANGES.map((change) => {
      const resource = find(change);
      cloud.alter(keyOf(resource), (one) => ({ ...one, inputs: altered(one.inputs, change) }));
      touched.set(resource.urn, resource);
      return { ...change, urn: resource.urn };
    });
    const gone = find(DELETED);
    cloud.alter(keyOf(gone), () => undefined);
    touched.set(gone.urn, gone);

    const unchanged = files();
    const found = await report();
    assert.deepEqual(files(), unchanged, "drift reads only");
    for (const { urn, path, before: was, after: is } of expected) {
      const drift = found.find((one) => one.urn === urn)?.properties.find((one) => one.path === path);
      assert.ok(drift, `${urn} ${path}: ${JSON.stringify(found.find((one) => one.urn === urn))}`);
      if (was !== "*") assert.deepEqual(drift.before, was);
      assert.deepEqual(drift.after, is);
    }
    assert.deepEqual(found.find(({ urn }) => urn === gone.urn)?.kind, "deleted");
    assert.equal(found.flatMap(({ properties }) => properties).length, CHANGES.length, "and no other");
    assert.deepEqual(found.length, touched.size);

    const text = await stack.print("drift");
    assert.match(text, /changed vpc\.SecurityGroupIngressRule \S+\n {4}cidrIpv4: \(none\) -> "0\.0\.0\.0\/0"/);
    assert.match(text, /deleted sqs\.Queue payments-euw1-payments-dlq/);
    assert.match(text, /Result: drift: 21 properties of 20 resources, 1 deleted\. palisade up dev --target simulator/);
  });

  it("is undone by up: all of it, and nothing else is touched", async () => {
    const { succeeded, changes, ...told } = await stack.run("up", { env, refresh: true });
    assert.ok(succeeded, JSON.stringify(told));
    assert.deepEqual(
      changes.map(({ urn }) => urn).filter((urn) => !touched.has(urn)),
      [],
    );
    const restored = new Map(stack.cloud.all().map((one) => [one.urn, one.inputs]));
    for (const { urn, inputs } of wanted) assert.deepEqual(restored.get(urn), inputs, urn);
    assert.equal(stack.cloud.all().length, wanted.length);
    assert.deepEqual(await report(), []);
  });
});

/** The inputs with one property changed. */
function altered(inputs: Readonly<Inputs>, { path, before, after }: Change): Inputs {
  const changed = structuredClone(inputs) as Inputs;
  const keys = [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|[^.[\]]+/g)].map(
    ([all, quoted, index]) => quoted ?? index ?? all,
  );
  const last = keys.pop() ?? "";
  const parent = keys.reduce<unknown>((value, key) => Reflect.get(Object(value), key), changed);
  assert.ok(typeof parent === "object" && parent !== null, path);
  if (before !== "*") assert.deepEqual(Reflect.get(parent, last), before, path);
  if (Array.isArray(parent) && after === undefined) parent.splice(Number(last), 1);
  else if (after === undefined) assert.ok(Reflect.deleteProperty(parent, last));
  else Reflect.set(parent, last, after);
  return changed;
}
