import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Drift, ignoredChanges } from "../../../cli/engine/drift";

const URN = "urn:pulumi:dev::palisade::aws:lb/listenerRule:ListenerRule::rule";

/** What the engine says of a rule of which a refresh finds other inputs. */
const refreshed = (before: object, after: object, outputs: [object, object] = [{}, {}]) => {
  const state = (inputs: object, outputs: object) => ({ custom: true, id: "rule", inputs, outputs });
  return {
    resOutputsEvent: {
      metadata: {
        op: "update",
        urn: URN,
        type: "aws:lb/listenerRule:ListenerRule",
        old: state(before, outputs[0]),
        new: state(after, outputs[1]),
        detailedDiff: { actions: {} },
      },
    },
  } as unknown as EngineEvent;
};

function pathsOf(ignoreChanges: readonly string[] | undefined, event: EngineEvent): string[] {
  const drift = new Drift(ignoredChanges({ resources: [{ urn: URN, ignoreChanges }, { urn: `${URN}-other` }] }));
  drift.take(event);
  return drift.resources.flatMap(({ properties }) => properties.map(({ path }) => path));
}

const rule = (weight: number, priority = 1) => ({
  actions: [{ type: "forward", forward: { targetGroups: [{ arn: "blue", weight }] } }],
  priority,
});
const WEIGHT = "actions[0].forward.targetGroups[0].weight";

describe("drift of what the program leaves to somebody else", () => {
  it("is told where the program leaves nothing", () => {
    assert.deepEqual(pathsOf(undefined, refreshed(rule(100), rule(0))), [WEIGHT]);
    assert.deepEqual(pathsOf(["priority"], refreshed(rule(100), rule(0))), [WEIGHT]);
  });

  for (const ignored of ["actions[0].forward", "actions", "actions[*].forward.targetGroups", WEIGHT]) {
    it(`is not told where it ignores ${ignored}`, () => {
      assert.deepEqual(pathsOf([ignored], refreshed(rule(100), rule(0))), []);
      assert.deepEqual(pathsOf([ignored], refreshed({}, {}, [rule(100), rule(0)])), []);
    });
  }

  it("is told of what stands beside it", () => {
    assert.deepEqual(pathsOf(["actions[0].forward"], refreshed(rule(100, 1), rule(0, 2))), ["priority"]);
    assert.deepEqual(pathsOf(["actions[1].forward"], refreshed(rule(100), rule(0))), [WEIGHT]);
    assert.deepEqual(pathsOf(["actions[0].forwarding"], refreshed(rule(100), rule(0))), [WEIGHT]);
  });
});
