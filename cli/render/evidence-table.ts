import Table from "cli-table3";
import { createColors } from "picocolors";
import type { Evidence, Status } from "../../policies/evidence/schema";

/** Statuses in words. */
export const MARKS: Readonly<Record<Status, string>> = {
  fail: "fail",
  undetermined: "open",
  waived: "waived",
  disabled: "disabled",
  pass: "pass",
  "not-applicable": "not applicable",
  "verify-at-runtime": "verify at runtime",
};

/** The evidence as a table for a terminal: a line for each PCI DSS requirement, then accepted risks and what only the running system shows. */
export function renderEvidenceTable(evidence: Evidence, color: boolean): string {
  const { bold, dim, green, red, yellow } = createColors(color);
  const painted = (status: Status) => {
    const paint = { fail: red, undetermined: yellow, waived: yellow, disabled: yellow, pass: green } as const;
    return (status in paint ? paint[status as keyof typeof paint] : dim)(MARKS[status]);
  };
  const table = new Table({
    head: ["PCI DSS", "verdict", "rules", "resources", "controls", "verify at runtime"],
    colWidths: [10, 19, 7, 11, 52, 21],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { id, status, rules, resources, controls, verifyAtRuntime } of evidence.requirements) {
    table.push([id, painted(status), rules.length, resources, controls.join(", "), verifyAtRuntime.join(", ")]);
  }
  const { subject } = evidence;
  const commit =
    subject.commit === undefined
      ? "no commit"
      : `commit ${subject.commit.id.slice(0, 12)}${subject.commit.modified ? " (modified)" : ""}`;
  const runtime = evidence.controls.filter(({ status }) => status === "verify-at-runtime");
  const disabled = evidence.rules.filter(({ level }) => level === "disabled");
  return [
    bold(`${subject.project} / ${subject.stack}`) + dim(`  PCI DSS v4.0.1, ${commit}, ${subject.digest}`),
    table.toString(),
    ...evidence.waivers.map(
      ({ rule, resource, findings, reason, owner, ticket, expires }) =>
        `${yellow("waived")} ${rule} on ${resource} (${findings}), until ${expires}, ${owner}, ${ticket}: ${reason}`,
    ),
    ...(disabled.length === 0
      ? []
      : [`${yellow("disabled")}, judged by nobody: ${disabled.map(({ id }) => id).join(", ")}`]),
    `${bold("Verify at runtime")}, as no program shows them: ${runtime.map(({ id }) => id).join(", ")}`,
  ].join("\n");
}
