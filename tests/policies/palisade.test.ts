import assert from "node:assert/strict";
import { ResourceGraph } from "../../analysis/graph";
import { packs } from "../../policies/packs";
import { evaluate, type Finding } from "../../policies/rule";
import type { Recording } from "../../simulator";
import { recordStack } from "../support/record-stack";

const rules = packs.flatMap((pack) => pack.rules);
const tell = ({ rule, resource, verdict }: Finding): string =>
  `${resource.name}: ${rule.id}: ${JSON.stringify(verdict)}`;

const STACKS = [
  "prod",
  "dev",
  "bootstrap",
  "book-lending",
  "lending-dev",
  "credit-score",
  "credit-score-qa",
  "ui-service",
  "ui-service-dev",
  "rewards",
  "rewards-dev",
];

describe("Palisade's own stacks", function () {
  this.timeout(120_000);
  const recordings = new Map<string, Recording>();
  before(async () => {
    for (const stack of STACKS) recordings.set(stack, await recordStack(stack));
  });

  function recorded(stack: string): Recording {
    const recording = recordings.get(stack);
    assert.ok(recording);
    return recording;
  }

  for (const stack of STACKS) {
    it(`${stack}: no rule is violated, none is undetermined, and there are no waivers`, () => {
      const findings = evaluate(rules, ResourceGraph.fromRecording(recorded(stack)));
      const open = findings.filter(({ verdict }) => verdict.kind === "fail" || verdict.kind === "undetermined");
      assert.deepEqual(open.map(tell), []);
    });
  }

  it("prod: most rules have something to say about it", () => {
    const findings = evaluate(rules, ResourceGraph.fromRecording(recorded("prod")));
    const passed = new Set(findings.filter(({ verdict }) => verdict.kind === "pass").map(({ rule }) => rule.id));
    assert.ok(passed.size > rules.length / 2, `${passed.size} of ${rules.length}`);
  });

  for (const stack of ["prod", "book-lending", "rewards"]) {
    it(`${stack}: on a first preview, when no id is known, no rule fails and none is undetermined`, async () => {
      const graph = ResourceGraph.fromRecording(await recordStack(stack, {}, { preview: true }));
      const findings = evaluate(rules, graph);
      const open = findings.filter(({ verdict }) => verdict.kind === "fail" || verdict.kind === "undetermined");
      assert.deepEqual(open.map(tell), []);
    });
  }
});
