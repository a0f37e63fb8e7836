import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mutate } from "../../bench/mutation/mutate";
import { packs } from "../../policies/packs";
import { recordStack } from "../support/record-stack";

/** Which part of the kinds of mutations to try; `npm run bench:mutation` tries all. */
const SEED = 7;
const PARTS = 8;
const BAR = 0.95;

const isSampled = (kind: string) =>
  createHash("sha256").update(`${SEED} ${kind}`).digest().readUInt16BE() % PARTS === 0;

describe("mutations of the production stack", function () {
  this.timeout(120_000);

  it("are told by name, but for those that are no weakness", async () => {
    const rules = packs.flatMap((pack) => pack.rules);
    const outcomes = mutate(await recordStack("prod"), rules, { perKind: 1, takes: isSampled });
    const counted = outcomes.filter(({ reason }) => reason === undefined);
    const survived = counted.filter((one) => one.rules.length === 0);
    assert.ok(counted.length >= 20, `only ${counted.length} kinds in the sample`);
    assert.ok(
      survived.length <= (1 - BAR) * counted.length,
      survived.map(({ kind, resource }) => `${kind} (${resource})`).join("\n"),
    );
  });
});
