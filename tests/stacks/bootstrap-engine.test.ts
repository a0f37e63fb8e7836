import assert from "node:assert/strict";
import { EngineStack } from "../support/engine/engine-stack";
import { requireEngine } from "../support/engine/engine";

describe("bootstrap stack in Pulumi's engine", function () {
  this.timeout(300_000);
  let stack: EngineStack;
  before(requireEngine);
  before(() => {
    stack = EngineStack.create("bootstrap");
  });
  after(() => stack?.remove());

  it("comes up, has nothing to do the second time, and keeps state and keys when it is destroyed", async () => {
    const up = await stack.run("up");
    assert.equal(up.succeeded, true, JSON.stringify(up.diagnostics));
    const again = await stack.run("up");
    assert.deepEqual([again.succeeded, again.changes], [true, []]);
    const before = stack.cloud.all().length;
    const { succeeded, failure = "" } = await stack.run("destroy");
    assert.equal(succeeded, false);
    for (const name of ["delivery-state-files-bucket", "delivery-state-key-key", "delivery-state-secrets-key-key"])
      assert.ok(failure.includes(name), failure);
    assert.equal(stack.cloud.all().length, before);
  });
});
