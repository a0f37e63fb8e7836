import assert from "node:assert/strict";
import { join } from "node:path";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack } from "../../support/engine/engine-stack";

const PROGRAM = join(__dirname, "..", "..", "support", "engine", "programs", "renamed.cjs");

/** What tells a person which component it is: AWS changes it on what stands. */
const TOLD = /^(tags\.Name|description|alarmDescription|insecureValue)$/;

describe("a rename by an alias, in Pulumi's own engine", function () {
  this.timeout(300_000);
  let stack: EngineStack;
  before(requireEngine);
  before(() => {
    stack = EngineStack.create("dev");
  });
  after(() => stack?.remove());

  it("of a region and everything in it replaces, creates and deletes nothing, and keeps every physical name", async () => {
    assert.ok((await stack.run("up", { program: PROGRAM })).succeeded);
    const before = stack.cloud.all().map(({ id }) => id);

    const renamed = await stack.run("up", { program: PROGRAM, env: { PROGRAM: "renamed" } });
    assert.ok(renamed.succeeded, renamed.failure);
    assert.deepEqual(Object.keys(renamed.counts).sort(), ["same", "update"]);
    for (const { name, properties } of renamed.changes) {
      assert.ok(properties.length > 0 && properties.every((property) => TOLD.test(property)), `${name}: ${properties}`);
    }
    assert.deepEqual(
      stack.cloud
        .all()
        .map(({ id }) => id)
        .sort(),
      before.sort(),
    );
    assert.ok(renamed.changes.some(({ name }) => name === "ireland-clerk-task-role"));
  });
});
