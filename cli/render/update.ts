import { createColors, isColorSupported } from "picocolors";
import { packs } from "../../policies/packs";
import { type Part, partsOf } from "../engine/standing";
import type { Change, ResourceChange, Update, Violation } from "../engine/update";
import { renderValue } from "./terminal";
import { shortType } from "../../analysis/short-type";

/** What a command of the engine came to. */
export interface UpdateResult {
  readonly command: "preview" | "up" | "refresh" | "destroy";
  readonly project: string;
  readonly stack: string;
  readonly target: string;
  readonly engine: string;
  readonly update: Update;
  readonly succeeded: boolean;
  readonly seconds: number;
  /** Why it failed, in one message, where the diagnostics do not say it. */
  readonly failure?: string;
  /** Secrets stand as `[secret]`. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const DONE: Readonly<Record<Change, string>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  read: "read",
  import: "imported",
  forget: "forgotten",
  refresh: "refreshed",
  same: "unchanged",
};
const WOULD: Readonly<Record<Change, string>> = {
  create: "to create",
  update: "to update",
  replace: "to replace",
  delete: "to delete",
  read: "to read",
  import: "to import",
  forget: "to forget",
  refresh: "to refresh",
  same: "unchanged",
};

/** The closing report of `palisade preview | up | refresh | destroy`. */
export function renderUpdate(result: UpdateResult, full: boolean, color = isColorSupported): string {
  const { bold, dim, green, red, yellow } = createColors(color);
  const { update, command } = result;
  const errors = update.diagnostics.filter(({ severity }) => severity === "error");
  const lines = [
    bold(`${result.project} / ${result.stack}`) + dim(`  ${command} on ${result.target}, ${result.engine}`),
    "",
    ...renderChanges(update.resources, full || command !== "preview" ? "changes" : "summary", color),
  ];
  const violations = update.violations.filter(({ mandatory }) => mandatory);
  const open = update.violations.length - violations.length;
  if (violations.length > 0) {
    lines.push("", bold("Policies"), ...violations.flatMap((violation) => renderViolation(violation, color)));
  }
  if (open > 0) lines.push("", yellow(`${open} rules can only be decided by the update itself (--json lists them).`));
  for (const { urn, message } of errors) {
    lines.push("", `${red("error")} ${urn === undefined ? "" : bold(resourceOf(urn))}`.trimEnd(), ...indented(message));
  }
  if (result.failure !== undefined) lines.push("", `${red("error")}`, ...indented(result.failure));
  if (result.outputs !== undefined && Object.keys(result.outputs).length > 0) {
    lines.push("", bold("Outputs"));
    for (const [name, value] of Object.entries(result.outputs)) lines.push(...renderValue(value, `  ${name}:`, "    "));
  }
  lines.push(...renderParts(result, color));
  const failed =
    command === "preview" ? "would fail" : isStarted(result) ? "failed" : "stopped before anything changed";
  const verdict = result.succeeded ? green("done") : red(failed);
  lines.push("", `${bold("Result:")} ${verdict}, ${tally(update)} in ${result.seconds.toFixed(1)} s`);
  return lines.join("\n");
}

/** The same for a program. */
export function renderUpdateJson(result: UpdateResult): string {
  const { update } = result;
  return JSON.stringify(
    {
      version: 1,
      command: result.command,
      project: result.project,
      stack: result.stack,
      target: result.target,
      engine: result.engine,
      succeeded: result.succeeded,
      seconds: result.seconds,
      failure: result.failure,
      counts: counts(update),
      parts: isStarted(result) ? partsOf(update) : undefined,
      changes: update.resources,
      violations: update.violations,
      diagnostics: update.diagnostics,
      outputs: result.outputs,
    },
    undefined,
    2,
  );
}

/** `updated sqs.Queue payments-orders  1.2 s`. */
export function renderChange(change: ResourceChange): string {
  const what = change.state === "failed" ? `failed to ${change.change}` : word(change);
  const took = change.seconds === undefined ? "" : `  ${change.seconds.toFixed(1)} s`;
  return `${what.padEnd(10)} ${shortType(change.type)} ${change.name}${took}`;
}

function renderChanges(changes: readonly ResourceChange[], extent: "changes" | "summary", color: boolean): string[] {
  const { dim, red, yellow } = createColors(color);
  if (changes.length === 0) return [dim("  No change.")];
  const lines: string[] = [];
  const notable = changes.filter(({ change, state }) => change !== "create" || state === "failed");
  for (const change of notable) {
    const paint = change.state === "failed" || change.change === "delete" || change.change === "replace" ? red : yellow;
    const why = change.properties.length > 0 ? dim(`  ${change.properties.join(", ")}`) : "";
    lines.push(`  ${paint(renderChange({ ...change, seconds: undefined }))}${why}`);
  }
  const created = changes.filter(({ change, state }) => change === "create" && state !== "failed");
  if (extent === "changes" && created.length <= 20) {
    lines.push(...created.map((change) => `  ${renderChange({ ...change, seconds: undefined })}`));
  } else {
    const types = new Map<string, number>();
    for (const change of created) {
      const key = `${shortType(change.type)} ${word(change)}`;
      types.set(key, (types.get(key) ?? 0) + 1);
    }
    const sorted = [...types].sort(([a], [b]) => a.localeCompare(b));
    lines.push(
      ...sorted.map(([key, count]) => {
        const [type = "", ...what] = key.split(" ");
        return `  ${what.join(" ")} ${String(count).padStart(4)}  ${type}`;
      }),
    );
  }
  return lines;
}

/** True once the update itself has begun: what its preview stops has changed nothing. */
function isStarted({ command, update }: UpdateResult): boolean {
  return command !== "preview" && [...update.changes.values()].some(({ state }) => state !== "planned");
}

/** What stands where, and after a failure what to do. */
function renderParts(result: UpdateResult, color: boolean): string[] {
  const { bold, dim, green, red, yellow } = createColors(color);
  if (!isStarted(result) || result.command === "refresh") return [];
  const parts = partsOf(result.update);
  if (result.succeeded && parts.length < 2) return [];
  const rows = parts.map((part) => ({ part, label: part.name === "" ? "outside of regions" : part.name }));
  const width = Math.max(...rows.map(({ label }) => label.length));
  const lines = ["", bold("What stands")];
  for (const { part, label } of rows) {
    const paint = part.status === "failed" ? red : part.status === "complete" ? green : yellow;
    const status = part.status === "unchanged" ? dim : paint;
    lines.push(
      `  ${label.padEnd(width)}  ${dim((part.region ?? "").padEnd(14))}  ${status(part.status.padEnd(11))}  ${progressOf(part)}`.trimEnd(),
    );
    for (const { type, name, change, reason } of part.failed) {
      lines.push(`    failed to ${change} ${bold(`${shortType(type)} ${name}`)}: ${reason}`);
    }
    if (part.interrupted.length > 0) lines.push(`    under way when it ended: ${part.interrupted.join(", ")}`);
  }
  return result.succeeded ? lines : [...lines, "", bold("What to do"), ...adviceFor(result, parts)];
}

function progressOf({ done, left, failed, interrupted }: Part): string {
  const counted = (numbers: Part["done"], words: Readonly<Record<Change, string>>) =>
    Object.entries(numbers).map(([change, number]) => `${number} ${words[change as Change]}`);
  return [
    ...counted(done, DONE),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(interrupted.length > 0 ? [`${interrupted.length} interrupted`] : []),
    ...counted(left, WOULD),
  ].join(", ");
}

function adviceFor({ command, stack, target, update }: UpdateResult, parts: readonly Part[]): string[] {
  const again = `palisade ${command} ${stack}${target === "aws" ? "" : ` --target ${target}`}`;
  const stopped = parts.find(({ status }) => status === "failed" || status === "interrupted");
  const waiting = parts.filter(({ status }) => status === "not started").map(({ name }) => name);
  const standing = parts
    .filter(({ status }) => status === "complete" || status === "unchanged")
    .map(({ name }) => name);
  const lines: string[] = [];
  if (command === "up") {
    if (standing.length > 0) lines.push(`  Leave ${standing.join(", ")} alone: all of it stands as the program says.`);
    if (waiting.length > 0)
      lines.push(
        `  Nothing of ${waiting.join(", ")} was touched: it waits until ${stopped?.name ?? "the rest"} stands.`,
      );
  }
  if (parts.some(({ status, interrupted }) => status === "interrupted" || interrupted.length > 0)) {
    const recover = again.replace(`palisade ${command}`, "palisade recover");
    lines.push(`  What was under way may stand without being in the state: run ${recover} first.`);
  }
  lines.push(`  Mend what failed, then run ${again} again: it goes on from here and makes nothing twice.`);
  if (
    command === "up" &&
    [...update.changes.values()].some(({ change, state }) => change === "replace" && state === "done")
  ) {
    lines.push("  What was replaced stands twice until then: the old ones are deleted last.");
  }
  return lines;
}

function renderViolation({ rule: id, pack, urn, message }: Violation, color: boolean): string[] {
  const { bold, dim, red } = createColors(color);
  const rule = packs.flatMap(({ rules }) => rules).find((candidate) => candidate.id === id);
  const said = rule !== undefined && message.startsWith(rule.title) ? message.slice(rule.title.length).trim() : message;
  const fix = rule === undefined || !said.endsWith(rule.remediation) ? undefined : rule.remediation;
  const what = fix === undefined ? said : said.slice(0, -fix.length).trim();
  return [
    "",
    `  ${red(rule?.severity ?? "mandatory")} ${bold(id)} ${dim(rule !== undefined && rule.requirements.length > 0 ? `PCI ${rule.requirements.join(", ")}` : pack)}`,
    ...(urn === undefined ? [] : [`    ${resourceOf(urn)}`]),
    ...indented(what, "    "),
    ...(fix === undefined ? [] : [`    Fix: ${fix}`]),
  ];
}

/** What was, or would be, done: a planned change has not happened. */
function word({ change, state }: Pick<ResourceChange, "change" | "state">): string {
  return state === "planned" ? WOULD[change] : DONE[change];
}

function resourceOf(urn: string): string {
  const parts = urn.split("::");
  const type = parts.at(-2)?.split("$").at(-1) ?? "";
  return `${shortType(type)} ${parts.at(-1) ?? ""}`;
}

function indented(text: string, by = "  "): string[] {
  return text.split("\n").map((line) => `${by}${line}`);
}

function counts(update: Update): Partial<Record<Change, number>> {
  const numbers: Partial<Record<Change, number>> = {};
  for (const { change, custom, state } of update.changes.values()) {
    if (custom && state !== "failed") numbers[change] = (numbers[change] ?? 0) + 1;
  }
  return numbers;
}

function tally(update: Update): string {
  const numbers = new Map<string, number>();
  for (const change of update.changes.values()) {
    if (!change.custom) continue;
    const key = change.state === "failed" ? "failed" : change.state === "running" ? "unfinished" : word(change);
    numbers.set(key, (numbers.get(key) ?? 0) + 1);
  }
  return numbers.size === 0 ? "nothing to do" : [...numbers].map(([key, count]) => `${count} ${key}`).join(", ");
}
