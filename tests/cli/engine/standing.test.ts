import assert from "node:assert/strict";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { partsOf } from "../../../cli/engine/standing";
import { Update } from "../../../cli/engine/update";
import { renderUpdate } from "../../../cli/render/update";

const QUEUE = "aws:sqs/queue:Queue";
const urnOf = (type: string, name: string) => `urn:pulumi:dev::palisade::${type}::${name}`;
const REGION = urnOf("palisade:network:Region", "use1");

type Op = StepEventMetadata["op"];
type Stage = "planned" | "begun" | "done" | "failed";

/** One event of a resource in the region `use1`, or, without a parent, outside of all regions. */
function step(stage: Stage, op: Op, name: string, parent = REGION): EngineEvent {
  const urn = urnOf(QUEUE, name);
  const state = { type: QUEUE, urn, id: "", custom: true, parent, inputs: {}, outputs: {}, provider: "" };
  const metadata = { op, urn, type: QUEUE, new: state, provider: "" };
  const common = { sequence: 1, timestamp: 0 };
  if (stage === "failed") return { ...common, resOpFailedEvent: { metadata, status: 0, steps: 0 } };
  if (stage === "done") return { ...common, resOutputsEvent: { metadata } };
  return { ...common, resourcePreEvent: { metadata, planning: stage === "planned" } };
}

const error = (name: string, message: string): EngineEvent => ({
  sequence: 1,
  timestamp: 0,
  diagnosticEvent: { urn: urnOf(QUEUE, name), message, color: "never", severity: "error" },
});

function region(): EngineEvent {
  const type = "palisade:network:Region";
  const state = {
    type,
    urn: REGION,
    id: "",
    custom: false,
    parent: "",
    inputs: {},
    outputs: { region: "us-east-1" },
    provider: "",
  };
  const metadata = { op: "create" as const, urn: REGION, type, new: state, provider: "" };
  return { sequence: 1, timestamp: 0, resOutputsEvent: { metadata, planning: true } };
}

function tell(planned: readonly EngineEvent[], made: readonly EngineEvent[]): Update {
  const told = new Update();
  for (const event of [region(), ...planned]) told.take(event);
  told.begin();
  for (const event of made) told.take(event);
  return told;
}

const update = (planned: readonly EngineEvent[], made: readonly EngineEvent[]) => partsOf(tell(planned, made));

describe("what stands where", () => {
  it("is complete, unfinished, not started or unchanged by what was planned and what was done", () => {
    const both = [step("planned", "create", "a"), step("planned", "update", "b")];
    const [complete] = update(both, [step("done", "create", "a"), step("done", "same", "b")]);
    assert.deepEqual(
      [complete?.name, complete?.region, complete?.status, complete?.done, complete?.left],
      ["use1", "us-east-1", "complete", { create: 1 }, {}],
    );
    const [unfinished] = update(both, [step("done", "create", "a")]);
    assert.deepEqual([unfinished?.status, unfinished?.left], ["unfinished", { update: 1 }]);
    const [waiting] = update(both, []);
    assert.deepEqual([waiting?.status, waiting?.left], ["not started", { create: 1, update: 1 }]);
    const [same] = update([step("planned", "same", "a")], [step("done", "same", "a")]);
    assert.equal(same?.status, "unchanged");
  });

  it("is interrupted where the engine ended in the middle of something", () => {
    const [part] = update([step("planned", "create", "a")], [step("begun", "create", "a")]);
    assert.deepEqual([part?.status, part?.interrupted], ["interrupted", ["a"]]);
  });

  it("is failed with the first thing that the provider says", () => {
    const message = "1 error occurred:\n\t* creating SQS Queue (a): AccessDenied: no\n\n";
    const [part] = update([step("planned", "create", "a")], [step("failed", "create", "a"), error("a", message)]);
    assert.deepEqual([part?.status, part?.failed[0]?.reason], ["failed", "creating SQS Queue (a): AccessDenied: no"]);
  });

  it("is failed where a replacement stands and its predecessor can not be deleted", () => {
    const [part] = update(
      [step("planned", "create-replacement", "a")],
      [
        step("done", "create-replacement", "a"),
        step("begun", "delete-replaced", "a"),
        step("failed", "delete-replaced", "a"),
      ],
    );
    assert.deepEqual([part?.status, part?.failed[0]?.change], ["failed", "delete"]);
  });

  it("tells an operator to recover first where something was interrupted, and on AWS what to run", () => {
    const reported = (stage: Stage) =>
      renderUpdate(
        {
          command: "up",
          project: "palisade",
          stack: "prod",
          target: "aws",
          engine: "Pulumi",
          update: tell([step("planned", "create", "a")], [step(stage, "create", "a")]),
          succeeded: false,
          seconds: 1,
        },
        false,
        false,
      );
    assert.match(
      reported("begun"),
      /under way when it ended: a\n.*\n.*What to do\n.*run palisade recover prod first\.\n.*run palisade up prod again/s,
    );
    assert.doesNotMatch(reported("failed"), /recover/);
    assert.match(reported("failed"), /run palisade up prod again: it goes on from here/);
  });

  it("keeps apart what is in no region", () => {
    const parts = update(
      [step("planned", "create", "a"), step("planned", "create", "b", "")],
      [step("done", "create", "a")],
    );
    assert.deepEqual(
      parts.map(({ name, status }) => [name, status]),
      [
        ["use1", "complete"],
        ["", "not started"],
      ],
    );
  });
});
