import assert from "node:assert/strict";
import { packs } from "../../policies/packs";
import { fingerprints } from "../../policies/fingerprint";
import { evaluate } from "../../policies/rule";
import { applyWaivers } from "../../policies/waived";
import { LONGEST_DAYS, readWaivers, type Waiver, WaiverError } from "../../policies/waivers";
import { graphOf } from "./fixture-graph";

const rules = packs.flatMap((pack) => pack.rules);
const TODAY = "2026-11-21";

const valid: Waiver = {
  ...{ rule: "sqs-customer-key", resource: "sqs.Queue plain*", stacks: ["prod"] },
  ...{ reason: "The queue holds public reference data only.", owner: "payments", ticket: "SEC-7" },
  ...{ granted: "2026-11-01", expires: "2026-12-01" },
};

function problemsOf(change: Readonly<Record<string, unknown>>): string {
  try {
    readWaivers({ waivers: [{ ...valid, ...change }] }, rules, TODAY);
  } catch (error) {
    if (error instanceof WaiverError) return error.message;
    throw error;
  }
  return "";
}

describe("waivers", () => {
  it("takes one that is complete and in force", () => {
    assert.deepEqual(readWaivers({ waivers: [valid] }, rules, TODAY), [valid]);
    assert.equal(problemsOf({ granted: TODAY, expires: TODAY }), "", "the day that it expires still counts");
  });

  for (const [what, change, message] of [
    ["no such rule", { rule: "sqs-colour" }, /waivers\[0\]\.rule: sqs-colour is no rule/],
    ["no owner", { owner: "" }, /waivers\[0\]\.owner/],
    ["no ticket", { ticket: undefined }, /waivers\[0\]\.ticket/],
    ["a reason that says nothing", { reason: "accepted" }, /waivers\[0\]\.reason: Say in a sentence/],
    ["no stack", { stacks: [] }, /waivers\[0\]\.stacks: Name at least one stack/],
    ["a day that is none", { expires: "soon" }, /waivers\[0\]\.expires: Give a day as YYYY-MM-DD/],
    ["an unknown key", { until: "2027-01-01" }, /until/],
    ["one that has expired", { expires: "2026-11-20" }, /waivers\[0\]\.expires: It expired on 2026-11-20/],
    ["one of the future", { granted: "2026-11-22" }, /waivers\[0\]\.granted: 2026-11-22 lies in the future/],
  ] as const) {
    it(`refuses ${what}`, () => assert.match(problemsOf(change), message));
  }

  for (const rule of ["critical", "high", "medium", "low"] as const) {
    const one = rules.find(({ severity }) => severity === rule);
    if (one === undefined) continue;
    it(`lasts at most ${LONGEST_DAYS[rule]} days for a ${rule} rule`, () => {
      const end = (days: number) => new Date(Date.parse(TODAY) + days * 86_400_000).toISOString().slice(0, 10);
      const lasting = (days: number) => problemsOf({ rule: one.id, granted: TODAY, expires: end(days) });
      assert.equal(lasting(LONGEST_DAYS[rule]), "");
      assert.match(
        lasting(LONGEST_DAYS[rule] + 1),
        new RegExp(`too long for a ${rule} rule: ${end(LONGEST_DAYS[rule])}`),
      );
    });
  }

  const findings = evaluate(
    rules,
    graphOf({ "plain-one": { type: "aws:sqs/queue:Queue" }, other: { type: "aws:sqs/queue:Queue" } }, "update"),
  );
  const covered = (change: Partial<Waiver>, stack = "prod") =>
    [...applyWaivers(findings, [{ ...valid, ...change }], stack).findings.keys()].map(
      ({ rule, resource }) => `${rule.id} ${resource.name}`,
    );

  it("cover what rule, resource and stack say, and nothing else", () => {
    assert.deepEqual(covered({}), ["sqs-customer-key plain-one"]);
    assert.deepEqual(covered({ resource: "sqs.Queue *" }), ["sqs-customer-key plain-one", "sqs-customer-key other"]);
    assert.deepEqual(covered({ resource: "sns.Topic *" }), []);
    assert.deepEqual(covered({ resource: "sqs.Queue plain.one" }), [], "only * is special");
    assert.deepEqual(covered({}, "dev"), []);
  });

  it("may mean one finding, by property or fingerprint", () => {
    const index = findings.findIndex(({ rule, resource }) => rule.id === valid.rule && resource.name === "plain-one");
    const id = fingerprints(findings)[index] ?? "";
    assert.deepEqual(covered({ finding: id }), ["sqs-customer-key plain-one"]);
    assert.deepEqual(covered({ finding: "0".repeat(32) }), []);
  });

  it("tells of those that cover nothing, in their own stacks only", () => {
    const unused = { ...valid, resource: "sqs.Queue gone" };
    assert.deepEqual(applyWaivers(findings, [valid, unused], "prod").unused, [unused]);
    assert.deepEqual(applyWaivers(findings, [unused], "dev").unused, []);
  });
});
