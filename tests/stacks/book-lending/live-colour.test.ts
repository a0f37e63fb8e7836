import assert from "node:assert/strict";
import { type CloudResource, keyOf } from "../../../simulator/cloud";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack } from "../../support/engine/engine-stack";
import { stackValues } from "../../support/stack-file";

const NEW_IMAGE = "ami-0f0e0d0c0b0a09080";
const RELEASE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/lending@sha256:${"0a".repeat(32)}`;

interface Launch {
  imageId: string;
  instanceType: string;
  replaceable?: boolean;
}
const machines = (blue: Partial<Launch>, green: Partial<Launch> = {}): Record<string, unknown> => {
  const { blue: b, green: g }: Record<string, Launch> = JSON.parse(
    stackValues("lending-dev")["palisade:machines"] ?? "",
  );
  return { "palisade:machines": { blue: { ...b, ...blue }, green: { ...g, ...green } } };
};

describe("book lending, deployed", function () {
  this.timeout(15 * 60_000);
  let stack: EngineStack;
  before(requireEngine);
  before(async () => {
    stack = EngineStack.create("lending-dev");
    const report = await stack.run("up");
    assert.ok(report.succeeded, report.failure);
  });
  after(() => stack.remove());

  const found = (type: string, name = "", from = stack): CloudResource => {
    const all = from.cloud.all().filter(({ urn }) => urn.includes(type) && urn.endsWith(name));
    assert.equal(all.length, 1, `${type} ${name}`);
    return all[0]!;
  };
  const change = (resource: CloudResource, inputs: Record<string, unknown>): void => {
    stack.cloud.alter(keyOf(resource), (one) => ({ ...one, inputs: { ...one.inputs, ...inputs } }));
  };
  const rule = (): CloudResource => found("listenerRule:ListenerRule");
  const ids = (from: EngineStack): string[] =>
    ["blue", "green"].map((colour) => found("ec2/instance:Instance", `-${colour}`, from).id);

  it("finds nothing to do the second time", async () => {
    const { succeeded, changes } = await stack.run("up");
    assert.deepEqual([succeeded, changes], [true, []]);
  });

  describe("once a pipeline has switched to green and released to it", () => {
    before(() => {
      const [action] = rule().inputs.actions as Array<{
        forward: { targetGroups: Array<{ arn: string; weight: number }> };
      }>;
      assert.ok(action);
      const targetGroups = action.forward.targetGroups;
      assert.deepEqual(
        targetGroups.map(({ weight }) => weight),
        [100, 0],
      );
      const swapped = targetGroups.map(({ arn, weight }) => ({ arn, weight: 100 - weight }));
      // AWS answers with the groups in an order of its own.
      change(rule(), { actions: [{ ...action, forward: { ...action.forward, targetGroups: swapped.reverse() } }] });
      change(found("ssm/parameter:Parameter", "-green-image"), { insecureValue: RELEASE });
    });

    const assertKept = (): void => {
      const [action] = rule().inputs.actions as Array<{ forward: { targetGroups: Array<{ weight: number }> } }>;
      assert.deepEqual(
        action?.forward.targetGroups.map(({ weight }) => weight),
        [100, 0],
      );
      const blue = found("lb/targetGroup:TargetGroup", "-blue-targets").id;
      assert.notEqual((action?.forward.targetGroups as unknown as Array<{ arn: string }>)[0]?.arn, blue);
      assert.equal(found("ssm/parameter:Parameter", "-green-image").inputs.insecureValue, RELEASE);
    };

    it("is no drift: the pipeline's to say", async () => {
      const { resources }: { resources: { name: string }[] } = JSON.parse(await stack.print("drift", { json: true }));
      assert.deepEqual(resources, []);
    });

    for (const refresh of [false, true]) {
      it(`sets neither back, ${refresh ? "refreshed" : "not refreshed"}, whatever else is changed`, async () => {
        stack.configure({ "palisade:application": { memoryMiB: refresh ? 512 : 768 } });
        const report = await stack.run("up", { refresh });
        assert.equal(report.succeeded, true, report.failure);
        assert.ok(report.changes.some(({ name }) => name === "book-lending-vms-file-app-1-service"));
        assert.ok(!report.changes.some(({ name }) => name === "book-lending-alb-book-lending-vms-rule"));
        assertKept();
      });
    }
  });

  it("replaces no machine unasked: the update is refused before anything changes, and tells what forces it", async () => {
    for (const [operation, changed] of [
      ["up", { imageId: NEW_IMAGE }],
      ["preview", { instanceType: "t4g.large" }],
    ] as const) {
      const copy = stack.copy(machines(changed));
      const before = JSON.stringify(copy.cloud.all());
      const { succeeded, failure = "" } = await copy.run(operation);
      assert.equal(succeeded, false);
      assert.match(failure, /^1 resource would be lost[\s\S]*ec2\.Instance book-lending-vms-blue/);
      assert.match(failure, /is replaced: (ami|instanceType) can not be changed on what stands/);
      assert.match(failure, /if the load balancer sends it the traffic, the service stops/);
      assert.equal(JSON.stringify(copy.cloud.all()), before);
      copy.remove();
    }
  });

  it("replaces the idle one on purpose, its target with it, and leaves the other alone", async () => {
    const copy = stack.copy(machines({ imageId: NEW_IMAGE }));
    const [blue, green] = ids(copy);
    const report = await copy.run("up", { allowLoss: ["book-lending-vms-blue"] });
    assert.equal(report.succeeded, true, report.failure);
    const [newBlue, sameGreen] = ids(copy);
    assert.notEqual(newBlue, blue);
    assert.equal(sameGreen, green);
    assert.equal(found("TargetGroupAttachment", "-blue-target", copy).inputs.targetId, newBlue);
    copy.remove();
  });

  it("holds both machines in production; the idle one is let go first, in an update that touches no machine's disk", async () => {
    const copy = stack.copy({ "palisade:environment": "production" });
    const held = await copy.run("up");
    assert.equal(held.succeeded, true, held.failure);
    const standing = ids(copy);

    copy.configure(machines({}, { imageId: NEW_IMAGE }));
    const refused = await copy.run("up", { allowLoss: ["book-lending-vms-green"] });
    assert.equal(refused.succeeded, false);
    assert.deepEqual(ids(copy), standing);

    copy.configure(machines({}, { replaceable: true }));
    const letGo = await copy.run("up");
    assert.equal(letGo.succeeded, true, letGo.failure);
    assert.deepEqual(ids(copy), standing);

    copy.configure(machines({}, { replaceable: true, imageId: NEW_IMAGE }));
    const done = await copy.run("up", { allowLoss: ["book-lending-vms-green"] });
    assert.equal(done.succeeded, true, done.failure);
    const [blue, green] = ids(copy);
    assert.equal(blue, standing[0]);
    assert.notEqual(green, standing[1]);
    copy.remove();
  });

  it("leaves nothing when it is destroyed", async () => {
    const copy = stack.copy();
    const report = await copy.run("destroy");
    assert.equal(report.succeeded, true, report.failure);
    // ACM's validation records stay: another certificate may be renewed by them.
    assert.deepEqual(
      copy.cloud
        .all()
        .map(({ type }) => type)
        .filter((type) => type !== "aws:route53/record:Record"),
      [],
    );
    copy.remove();
  });
});
