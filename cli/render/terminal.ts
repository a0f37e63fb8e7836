import { createColors, isColorSupported } from "picocolors";
import { packs } from "../../policies/packs";
import type { Finding } from "../../policies/rule";
import type { CheckResult } from "../check-result";
import { shortType } from "../../analysis/short-type";
import { countsByType, resourceTree, type TreeNode } from "./tree";

const WIDTH = 118;

/** The report of `palisade check` for a person: tree by region and component, counts, outputs, verdict. */
export function renderTerminal(result: CheckResult, full: boolean, color = isColorSupported): string {
  const { bold, dim } = createColors(color);
  const { recording } = result;
  const managed = recording.resources.filter((resource) => resource.custom && !resource.read).length;
  const components = recording.resources.length - managed - 1;
  return [
    bold(`${recording.project} / ${recording.stack}`) + dim(`  ${managed} resources in ${components} components`),
    "",
    ...resourceTree(recording).flatMap((node) => renderNode(node, "", "", full, color)),
    "",
    bold("Resources by type"),
    ...columns(countsByType(recording).map(([type, count]) => `${String(count).padStart(5)}  ${shortType(type)}`)),
    "",
    bold("Outputs"),
    ...renderOutputs(result, color),
    "",
    ...renderVerdict(result, color),
  ].join("\n");
}

function renderNode(node: TreeNode, first: string, rest: string, full: boolean, color: boolean): string[] {
  const { bold, cyan, dim } = createColors(color);
  const { resource, children } = node;
  if (resource.custom) return [`${first}${dim(shortType(resource.type))} ${resource.name}`];
  const components = children.filter((child) => !child.resource.custom);
  const customs = children.filter((child) => child.resource.custom);
  const region = typeof resource.outputs.region === "string" ? `  ${cyan(resource.outputs.region)}` : "";
  const lines = [`${first}${bold(shortType(resource.type))} ${resource.name}${region}`];
  const entries = full ? [...customs, ...components] : components;
  if (!full && customs.length > 0) {
    const bar = components.length > 0 ? "│ " : "  ";
    lines.push(...wrap(summary(customs), WIDTH - rest.length - 2).map((text) => `${rest}${bar}${dim(text)}`));
  }
  entries.forEach((child, index) => {
    const last = index === entries.length - 1;
    lines.push(...renderNode(child, `${rest}${last ? "└─" : "├─"}`, `${rest}${last ? "  " : "│ "}`, full, color));
  });
  return lines;
}

/** `3 ec2.Subnet, 1 ec2.Vpc`: what a component holds directly. */
function summary(customs: readonly TreeNode[]): string[] {
  const counts = new Map<string, number>();
  for (const { resource } of customs) {
    const type = shortType(resource.type);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].map(([type, count]) => (count === 1 ? type : `${count} ${type}`));
}

function wrap(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const next = line === "" ? word : `${line}, ${word}`;
    if (next.length > width && line !== "") {
      lines.push(`${line},`);
      line = word;
    } else line = next;
  }
  return [...lines, line];
}

/** Lays short lines out in as many columns as fit, filled downwards. */
function columns(cells: readonly string[]): string[] {
  const width = Math.max(...cells.map((cell) => cell.length), 1) + 2;
  const count = Math.max(1, Math.floor(WIDTH / width));
  const height = Math.ceil(cells.length / count);
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: count }, (__, column) => (cells[column * height + row] ?? "").padEnd(width))
      .join("")
      .trimEnd(),
  );
}

function renderOutputs({ recording }: CheckResult, color: boolean): string[] {
  const { dim } = createColors(color);
  const entries = Object.entries(recording.outputs);
  if (entries.length === 0) return [dim("  none")];
  return entries.flatMap(([name, value]) => {
    if (recording.secretOutputs.includes(name)) return [`  ${name}: ${dim("[secret]")}`];
    return renderValue(value, `  ${name}:`, "    ");
  });
}

/** A value of any depth as labelled lines. */
export function renderValue(value: unknown, label: string, indent: string): string[] {
  if (typeof value !== "object" || value === null) return [`${label} ${String(value)}`];
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return [`${label} ${value.join(", ")}`];
  return [
    label,
    ...Object.entries(value).flatMap(([key, item]) => renderValue(item, `${indent}${key}:`, `${indent}  `)),
  ];
}

function renderVerdict({ findings, waived, configuration, positions }: CheckResult, color: boolean): string[] {
  const { bold, dim, green, red, yellow } = createColors(color);
  const standing = findings.filter((finding) => !waived.findings.has(finding));
  const isAdvice = ({ rule }: Finding) => configuration.levelOf(rule) === "advisory";
  const failed = standing.filter(({ verdict }) => verdict.kind === "fail");
  const violations = failed.filter((finding) => !isAdvice(finding));
  const advice = failed.filter(isAdvice);
  const open = standing.filter(({ verdict }) => verdict.kind === "undetermined");
  const lines = packs.map((pack) => {
    const own = standing.filter(({ rule }) => pack.rules.includes(rule));
    const count = (kind: string) => own.filter(({ verdict }) => verdict.kind === kind).length;
    const isBroken = violations.some(({ rule }) => pack.rules.includes(rule));
    const mark = isBroken
      ? red("fail")
      : count("fail") > 0
        ? yellow("advice")
        : count("undetermined") > 0
          ? yellow("open")
          : green("pass");
    const numbers = `${count("pass")} pass, ${count("fail")} fail, ${count("undetermined")} undetermined, ${count("not-applicable")} not applicable`;
    const off = pack.rules.length - configuration.enabled(pack.rules).length;
    return `  ${mark}  ${pack.name.padEnd(18)} ${String(pack.rules.length).padStart(3)} rules: ${numbers}${off > 0 ? `, ${off} rules disabled` : ""}`;
  });
  const details = [...violations, ...advice, ...open].flatMap((finding) => {
    const { rule, resource, verdict } = finding;
    const severity = isAdvice(finding) ? yellow(`advisory ${rule.severity}`) : red(rule.severity);
    const place = positions.declaration(resource.source);
    const what =
      verdict.kind === "fail"
        ? verdict.message
        : `not known before the update: ${verdict.kind === "undetermined" ? verdict.path : ""}`;
    return [
      "",
      `  ${verdict.kind === "fail" ? severity : yellow("open")} ${bold(rule.id)} ${rule.requirements.length > 0 ? dim(`PCI ${rule.requirements.join(", ")}`) : ""}`,
      `    ${shortType(resource.type)} ${resource.name}${place === undefined ? "" : dim(`  ${place.file}:${place.line}`)}`,
      `    ${what}`,
      `    Fix: ${rule.remediation}`,
    ];
  });
  const disabled = packs
    .flatMap((pack) => pack.rules)
    .filter((rule) => configuration.levelOf(rule) === "disabled")
    .map(({ id }) => id);
  const every = disabled.length > 0 || advice.length > 0 ? "no mandatory rule is violated" : "every rule holds";
  const total = violations.length === 0 ? green(every) : red(`${violations.length} violations`);
  const accepted = [...waived.findings].map(
    ([{ rule, resource }, { expires, owner, ticket }]) =>
      `  ${yellow("waived")} ${rule.id} ${shortType(resource.type)} ${resource.name} ${dim(`until ${expires}, ${owner}, ${ticket}`)}`,
  );
  const silenced =
    disabled.length === 0
      ? []
      : wrap(disabled, WIDTH - 12).map((text, row) => `  ${row === 0 ? yellow("disabled") : "        "} ${dim(text)}`);
  const unused = waived.unused.map(
    ({ rule, resource, ticket }) =>
      `  ${red("unused waiver")} ${rule} on ${resource} (${ticket}): nothing to accept. Remove it from the waivers.`,
  );
  return [
    bold("Policies"),
    ...lines,
    ...silenced,
    ...accepted,
    ...unused,
    ...details,
    "",
    `${bold("Verdict:")} ${total}${advice.length > 0 ? `, ${advice.length} advisory findings` : ""}${open.length > 0 ? `, ${open.length} undetermined` : ""}${unused.length > 0 ? `, ${unused.length} waivers accept nothing` : ""}`,
  ];
}
