import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { controls } from "../../policies/catalogue/controls";
import { coverageLines } from "../../policies/catalogue/coverage";
import { packs } from "../../policies/packs";
import { ROOT } from "../support/stack-file";

const run = (...args: string[]): string =>
  execFileSync(process.execPath, [join(ROOT, "bin", "palisade.mjs"), "rules", ...args], { encoding: "utf8" });

describe("palisade rules", function () {
  this.timeout(60_000);

  it("lists every rule, and the controls that only a running system shows as to be verified there", () => {
    const text = run();
    const [decided = "", runtime = ""] = text.split("Verify at runtime");
    for (const { id } of packs.flatMap((pack) => pack.rules)) assert.ok(decided.includes(`  ${id} `), id);
    for (const line of coverageLines(packs.flatMap((pack) => pack.rules))) assert.ok(decided.includes(line), line);
    for (const { id } of controls.filter(({ decidable }) => decidable === "runtime"))
      assert.ok(runtime.includes(`  ${id} `), id);
  });

  it("prints the same as JSON, with controls and remediation", () => {
    const told: {
      packs: { rules: { id: string; remediation: string; types: string[] }[] }[];
      controls: { decidable: number; covered: number; open: unknown[]; verifyAtRuntime: { id: string }[] };
    } = JSON.parse(run("--json"));
    assert.deepEqual(
      told.packs.map(({ rules }) => rules.map(({ id }) => id)),
      packs.map((pack) => pack.rules.map(({ id }) => id)),
    );
    assert.ok(
      told.packs.every(({ rules }) => rules.every(({ remediation, types }) => remediation && types.length > 0)),
    );
    assert.equal(told.controls.covered + told.controls.open.length, told.controls.decidable);
    assert.equal(told.controls.decidable + told.controls.verifyAtRuntime.length, controls.length);
  });
});
