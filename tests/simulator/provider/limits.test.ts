import assert from "node:assert/strict";
import { findProject, stackNames } from "../../../cli/project";
import type { RecordedResource } from "../../../simulator";
import { refusals } from "../../../simulator/limits";
import { named } from "../../support/record";
import { recordStack } from "../../support/record-stack";
import { ROOT } from "../../support/stack-file";

const told = (resource: RecordedResource, changes: Record<string, unknown> = {}) =>
  refusals(
    resource.type,
    { ...resource.inputs, ...changes },
    () => false,
    () => false,
  );

describe("AWS's limits for inputs", function () {
  this.timeout(120_000);

  it("let through what the stacks ask for", async () => {
    const refused: string[] = [];
    for (const stack of stackNames(findProject(ROOT))) {
      for (const resource of (await recordStack(stack)).resources.filter(({ custom }) => custom))
        refused.push(...told(resource).map((refusal) => `${stack} ${resource.name}: ${JSON.stringify(refusal)}`));
    }
    assert.deepEqual(refused, []);
  });

  it("hold pipelines, builds and connections to what their services take", async () => {
    const recording = await recordStack("credit-score");
    const pipeline = named(recording, "credit-score-delivery-pipeline");
    const build = named(recording, "credit-score-delivery-build-project");
    const connection = named(recording, "credit-score-delivery-connection");
    const stages = pipeline.inputs.stages as { name: string; actions: object[] }[];
    const cases: [RecordedResource, Record<string, unknown>, RegExp][] = [
      [pipeline, { executionMode: "FIFO" }, /executionMode/],
      [pipeline, { name: "a b" }, /name/],
      [pipeline, { stages: [...stages, { name: "To production", actions: [] }] }, /stages/],
      [pipeline, { stages: Array.from({ length: 51 }, () => stages[0]) }, /stages/],
      [build, { buildTimeout: 4 }, /buildTimeout/],
      [build, { environment: { ...(build.inputs.environment as object), computeType: "HUGE" } }, /computeType/],
      [build, { serviceRole: undefined }, /serviceRole/],
      [connection, { providerType: "Gitea" }, /providerType/],
      [connection, { name: "x".repeat(33) }, /name/],
    ];
    for (const [resource, changes, expected] of cases)
      assert.match(JSON.stringify(told(resource, changes)), expected, JSON.stringify(changes));
  });
});
