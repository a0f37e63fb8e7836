import assert from "node:assert/strict";
import { ResourceGraph } from "../../analysis/graph";
import { packs } from "../../policies/packs";
import { evaluate, type Finding } from "../../policies/rule";
import type { Recording } from "../../simulator";
import { recordStack } from "../support/record-stack";

const rules = packs.flatMap((pack) => pack.rules);
const tell = ({ rule, resource, verdict }: Finding): string =>
  `${resource.name}: ${rule.id}: ${JSON.stringify(verdict)}`;

describe("Palisade's own stacks", function () {
  this.timeout(120_000);
  const recordings = new Map<string, Recording>();
  before(async () => {
    for (const stack of ["prod", "dev", "bootstrap"]) recordings.set(stack, await recordStack(stack));
  });

  function recorded(stack: string): Recording {
    const recording = recordings.get(stack);
    assert.ok(recording);
    return recording;
  }

  for (const stack of ["prod", "dev", "bootstrap"]) {
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

  it("prod: on a first preview, when no id is known, no rule fails", async () => {
    const graph = ResourceGraph.fromRecording(await recordStack("prod", {}, { preview: true }));
    const failed = evaluate(rules, graph).filter(({ verdict }) => verdict.kind === "fail");
    assert.deepEqual(failed.map(tell), []);
  });

  it("all rules over a thousand resources take less than 100 ms", () => {
    const resources = recorded("prod").resources.slice(0, 1000);
    assert.equal(resources.length, 1000);
    const times = Array.from({ length: 7 }, () => {
      const start = process.hrtime.bigint();
      evaluate(rules, ResourceGraph.fromRecording({ preview: false, resources }));
      return Number(process.hrtime.bigint() - start) / 1e6;
    });
    // The quickest of several: the machine has other things to do.
    assert.ok(Math.min(...times) < 100, `${times.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  });
});
