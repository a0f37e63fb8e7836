import assert from "node:assert/strict";
import { join } from "node:path";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack, type Report, type RunOptions } from "../../support/engine/engine-stack";

const PROGRAM = join(__dirname, "..", "..", "support", "engine", "programs", "two-regions.cjs");
type Operation = "preview" | "up" | "destroy";

describe("regions, one after another, in Pulumi's own engine", function () {
  this.timeout(300_000);
  let deployed: EngineStack;
  let stack: EngineStack;
  before(requireEngine);
  before(async () => {
    deployed = EngineStack.create("dev");
    assert.ok((await run("up", {}, {}, deployed)).succeeded);
  });
  after(() => deployed?.remove());
  afterEach(() => stack.remove());

  const run = (operation: Operation, settings: object = {}, options: RunOptions = {}, on = stack): Promise<Report> =>
    on.run(operation, { ...options, program: PROGRAM, env: { PROGRAM: JSON.stringify(settings) } });
  const standing = (region: string): string[] =>
    stack.cloud
      .all()
      .map(({ logicalName }) => logicalName)
      .filter((name) => name.startsWith(`${region}-`))
      .sort();
  const timeouts = (): Record<string, unknown> =>
    Object.fromEntries(
      ["use1", "euw1"].map((region) => {
        const queue = stack.cloud.all().find(({ logicalName }) => logicalName === `${region}-orders-queue`);
        return [region, queue?.inputs.visibilityTimeoutSeconds];
      }),
    );
  const partOf = ({ parts }: Report, region: string) => {
    const part = parts?.find(({ name }) => name === region);
    assert.ok(part, JSON.stringify(parts));
    return part;
  };
  const whole = () => deployed.cloud.all().length;

  it("keeps the first region where the second one fails, says so, and goes on from there", async () => {
    stack = EngineStack.create("dev");
    const failed = await run("up", {}, { faults: "fail:create:euw1-orders-queue" });
    assert.equal(failed.succeeded, false);

    const [first, second] = [partOf(failed, "use1"), partOf(failed, "euw1")];
    assert.deepEqual([first.status, first.region, first.left], ["complete", "us-east-1", {}]);
    assert.equal(first.done.create, standing("use1").length);
    assert.deepEqual([second.status, second.region], ["failed", "eu-west-1"]);
    assert.equal(second.done.create, standing("euw1").length);
    assert.ok((second.left.create ?? 0) > 0);
    assert.deepEqual(
      second.failed.map(({ type, name, change, reason }) => [type, name, change, reason]),
      [
        [
          "aws:sqs/queue:Queue",
          "euw1-orders-queue",
          "create",
          "create of euw1-orders-queue failed, as a fault of the simulator was asked for.",
        ],
      ],
    );

    const again = await run("up");
    assert.ok(again.succeeded);
    assert.equal(partOf(again, "use1").status, "unchanged");
    assert.deepEqual(partOf(again, "euw1").done, { create: (second.left.create ?? 0) + 1 });
    assert.equal(stack.cloud.all().length, whole());
    assert.deepEqual((await run("preview")).changes, []);
  });

  it("creates nothing of the second region where anything of the first fails, waited for by name or not", async () => {
    stack = EngineStack.create("dev");
    for (const name of ["use1-reports-bucket", "use1-orders-queue"]) {
      const failed = await run("up", {}, { faults: `fail:create:${name}` });
      assert.equal(partOf(failed, "use1").status, "failed");
      const second = partOf(failed, "euw1");
      assert.deepEqual([second.status, second.done], ["not started", {}]);
      assert.equal(second.left.create, deployed.cloud.all().filter(({ region }) => region === "eu-west-1").length);
      assert.deepEqual(standing("euw1"), []);
    }
    assert.ok((await run("up")).succeeded);
    assert.equal(stack.cloud.all().length, whole());
  });

  it("updates them in the same order, and not the second one where the first fails", async () => {
    stack = deployed.copy();
    const change = { visibilityTimeoutSeconds: 90 };
    const first = await run("up", change, { faults: "fail:update:use1-orders-queue" });
    assert.equal(partOf(first, "use1").status, "failed");
    assert.deepEqual([partOf(first, "euw1").status, partOf(first, "euw1").left], ["not started", { update: 1 }]);
    assert.equal(partOf(first, "global").status, "unchanged");
    assert.deepEqual(timeouts(), { use1: 60, euw1: 60 });

    const second = await run("up", change, { faults: "fail:update:euw1-orders-queue" });
    assert.deepEqual([partOf(second, "use1").status, partOf(second, "euw1").status], ["complete", "failed"]);
    assert.deepEqual(timeouts(), { use1: 90, euw1: 60 });

    const third = await run("up", change);
    assert.deepEqual([partOf(third, "use1").status, partOf(third, "euw1").status], ["unchanged", "complete"]);
    assert.deepEqual(timeouts(), { use1: 90, euw1: 90 });
  });

  it("deletes them in the opposite order, and not the first one where the second fails", async () => {
    stack = deployed.copy();
    const before = standing("use1");
    const failed = await run("destroy", {}, { faults: "fail:delete:euw1-orders-queue" });
    assert.equal(partOf(failed, "euw1").status, "failed");
    assert.deepEqual([partOf(failed, "use1").status, partOf(failed, "use1").done], ["not started", {}]);
    assert.deepEqual(standing("use1"), before);

    assert.ok((await run("destroy")).succeeded);
    assert.deepEqual(stack.cloud.all(), []);
  });

  it("tells the operator what failed and why, what stands, and what to do", async () => {
    stack = deployed.copy();
    const options = { program: PROGRAM, env: { PROGRAM: '{"visibilityTimeoutSeconds":90}' } };
    const text = await stack.print("up", { ...options, faults: "fail:update:euw1-orders-queue" });
    const told = text.slice(text.indexOf("What stands"));
    assert.match(told, /^ {2}use1 +us-east-1 +complete +1 updated$/m);
    assert.match(told, /^ {2}euw1 +eu-west-1 +failed +1 failed$/m);
    assert.match(told, /^ {4}failed to update sqs\.Queue euw1-orders-queue: update of euw1-orders-queue failed/m);
    assert.match(told, /^ {2}global +us-east-1 +unchanged$/m);
    assert.match(told, /^What to do$/m);
    assert.match(told, /Leave .*use1.* alone: all of it stands as the program says\./);
    assert.match(told, /run palisade up dev --target simulator again: it goes on from here and makes nothing twice\./);
    assert.match(told, /Result: failed, /);
  });
});
