import type { Evidence, ResultEvidence, RuleEvidence } from "../../policies/evidence/schema";
import { MARKS } from "./evidence-table";

/** Longer lists drown a pull request; the rest is in the JSON. */
const SHOWN = 50;

/** The evidence for a pull request: what is wrong first, then requirement by requirement. */
export function renderMarkdown(evidence: Evidence): string {
  const { subject, packs, requirements, controls, waivers } = evidence;
  const open = findings(evidence, ["fail", "undetermined"]);
  const disabled = evidence.rules.filter(({ level }) => level === "disabled");
  const commit =
    subject.commit === undefined
      ? ""
      : `, commit \`${subject.commit.id.slice(0, 12)}\`${subject.commit.modified ? " (modified)" : ""}`;
  const runtime = controls.filter(({ status }) => status === "verify-at-runtime");
  return [
    `## ${subject.project} / ${subject.stack}: ${open.length === 0 ? (disabled.length === 0 ? "every rule holds" : "every enabled rule holds") : `${open.length} findings`}`,
    "",
    `${subject.resources} resources${commit}, \`${subject.digest.slice(0, 19)}\`, ${packs.map((pack) => `${pack.name} ${pack.version}`).join(", ")}, PCI DSS v4.0.1.`,
    ...(open.length === 0
      ? []
      : [
          "",
          "### Findings",
          "",
          ...table(
            ["Severity", "Rule", "Resource", "Declared at", "What is wrong", "Fix"],
            open.slice(0, SHOWN).map(row),
          ),
        ]),
    ...(open.length > SHOWN ? ["", `${open.length - SHOWN} more.`] : []),
    ...(disabled.length === 0
      ? []
      : ["", `### Disabled rules (${disabled.length})`, "", disabled.map(({ id }) => `\`${id}\``).join(", ")]),
    ...(waivers.length === 0
      ? []
      : [
          "",
          "### Accepted risks",
          "",
          ...table(
            ["Rule", "Resource", "Findings", "Reason", "Owner", "Ticket", "Expires"],
            waivers.map((one) => [
              one.rule,
              one.resource,
              String(one.findings),
              one.reason,
              one.owner,
              one.ticket,
              one.expires,
            ]),
          ),
        ]),
    "",
    "### Requirements",
    "",
    ...table(
      ["PCI DSS v4.0.1", "Verdict", "Rules", "Resources", "Controls", "Verify at runtime"],
      requirements.map((one) => [
        one.id,
        MARKS[one.status],
        String(one.rules.length),
        String(one.resources),
        one.controls.join(", "),
        one.verifyAtRuntime.join(", "),
      ]),
    ),
    "",
    `### Only the running system shows these (${runtime.length})`,
    "",
    ...runtime.map(({ id, title }) => `- ${id}: ${escape(title)}`),
    "",
  ].join("\n");
}

function findings(evidence: Evidence, statuses: readonly string[]): [RuleEvidence, ResultEvidence][] {
  return evidence.rules.flatMap((rule) =>
    rule.results
      .filter(({ status }) => statuses.includes(status))
      .map((result): [RuleEvidence, ResultEvidence] => [rule, result]),
  );
}

function row([rule, { type, name, message, property, declaredAt, status }]: [RuleEvidence, ResultEvidence]): string[] {
  const place = declaredAt === undefined ? "" : `${declaredAt.file}:${declaredAt.line}`;
  const what = `${message ?? ""}${property === undefined || status === "undetermined" ? "" : ` (${property})`}`;
  const severity = rule.level === "advisory" ? `${rule.severity}, advisory` : rule.severity;
  return [severity, rule.id, `${type} ${name}`, place, what, rule.remediation];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escape).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** What a program names itself must not become markup in a pull request. */
function escape(text: string): string {
  return text
    .replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign] ?? sign)
    .replace(/[\\|`*_[\]]/g, "\\$&")
    .replace(/\s+/g, " ");
}
