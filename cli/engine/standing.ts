import type { Change, ResourceChange, Update } from "./update";

/** The resources of one region component, or those outside of all, and how far an update got with them. */
export interface Part {
  /** Logical name of the region component; empty for what is in none. */
  readonly name: string;
  /** AWS region, where it is known. */
  readonly region?: string;
  readonly status: "complete" | "failed" | "interrupted" | "unfinished" | "not started" | "unchanged";
  /** Changes that were made. */
  readonly done: Partial<Record<Change, number>>;
  /** Changes that were planned and not begun. */
  readonly left: Partial<Record<Change, number>>;
  /** Resources that the engine was changing when it ended: what became of them is not known. */
  readonly interrupted: readonly string[];
  readonly failed: readonly FailedChange[];
}

export interface FailedChange {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly change: Change;
  /** The first line of what the provider said. */
  readonly reason: string;
}

const REGION = "palisade:network:Region";

/** What stands where after an update, in the order in which regions roll out. */
export function partsOf(update: Update): Part[] {
  const parts = new Map<string, Mutable>();
  for (const urn of update.regions.keys()) parts.set(urn, empty());
  for (const urn of new Set([...update.plan.keys(), ...update.changes.keys()])) {
    const [planned, made] = [update.plan.get(urn), update.changes.get(urn)];
    if ((made ?? planned)?.custom !== true) continue;
    const region = regionOf(urn, update) ?? "";
    const part = parts.get(region) ?? empty();
    parts.set(region, part);
    count(part, planned, made, update);
  }
  return [...parts].map(([urn, part]) => ({
    name: urn.split("::").at(-1) ?? "",
    region: update.regions.get(urn),
    status: statusOf(part),
    ...part,
  }));
}

interface Mutable {
  readonly done: Partial<Record<Change, number>>;
  readonly left: Partial<Record<Change, number>>;
  readonly interrupted: string[];
  readonly failed: FailedChange[];
}

const empty = (): Mutable => ({ done: {}, left: {}, interrupted: [], failed: [] });

function count(
  part: Mutable,
  planned: ResourceChange | undefined,
  made: ResourceChange | undefined,
  update: Update,
): void {
  if (made === undefined || made.state === "planned") {
    const change = (made ?? planned)?.change ?? "same";
    if (isChange(change)) part.left[change] = (part.left[change] ?? 0) + 1;
    return;
  }
  const { urn, type, name, change, state } = made;
  if (state === "failed") part.failed.push({ urn, type, name, change, reason: reasonOf(urn, update) });
  else if (!isChange(change)) return;
  else if (state === "running") part.interrupted.push(name);
  else part.done[change] = (part.done[change] ?? 0) + 1;
}

function statusOf({ done, left, interrupted, failed }: Mutable): Part["status"] {
  if (failed.length > 0) return "failed";
  if (interrupted.length > 0) return "interrupted";
  const isBegun = Object.keys(done).length > 0;
  if (Object.keys(left).length === 0) return isBegun ? "complete" : "unchanged";
  return isBegun ? "unfinished" : "not started";
}

const isChange = (change: Change): boolean => change !== "same" && change !== "refresh" && change !== "read";

function regionOf(urn: string, { parents }: Update): string | undefined {
  for (let at: string | undefined = urn; at !== undefined; at = parents.get(at)) {
    if (typeOf(at) === REGION) return at;
  }
  return undefined;
}

/** Of `urn:pulumi:stack::project::a$b::name`: `b`. */
function typeOf(urn: string): string | undefined {
  return urn.split("::").at(2)?.split("$").at(-1);
}

function reasonOf(urn: string, { diagnostics }: Update): string {
  const told = diagnostics.find((diagnostic) => diagnostic.severity === "error" && diagnostic.urn === urn);
  const lines = (told?.message ?? "").split("\n").map((line) => line.replace(/^[\s*]+/, "").trim());
  return lines.find((line) => line !== "" && !/^\d+ errors? occurred:$/.test(line)) ?? "the engine gives no reason";
}
