import { isDeepStrictEqual } from "node:util";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

/** One property that stands otherwise than the state says. Undefined: it is not there. Secrets come masked from the engine. */
export interface PropertyDrift {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ResourceDrift {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  readonly kind: "changed" | "deleted";
  readonly properties: readonly PropertyDrift[];
}

/** Collects what differs between state and cloud from the events of a refresh that is only previewed. */
export class Drift {
  readonly resources: ResourceDrift[] = [];
  readonly errors: string[] = [];

  /** @param ignored what the program leaves to somebody else, by URN: `ignoreChanges` as the state has it, from the last update. */
  constructor(private readonly ignored: IgnoredChanges = new Map()) {}

  /** Takes one event; true for one that concerns a resource of the program. */
  take({ resourcePreEvent, resOutputsEvent, diagnosticEvent }: EngineEvent): boolean {
    if (diagnosticEvent?.severity === "error")
      this.errors.push(diagnosticEvent.message.replace(/<\{%[^%]*%\}>/g, "").trim());
    if (resOutputsEvent !== undefined) {
      const { metadata } = resOutputsEvent;
      const drift = driftOf(metadata, this.ignored.get(metadata.urn) ?? []);
      if (drift !== undefined) this.resources.push(drift);
    }
    const type = (resourcePreEvent ?? resOutputsEvent)?.metadata.type;
    return type !== undefined && !type.startsWith("pulumi:");
  }
}

/** URN -> the paths that the program ignores changes of. */
export type IgnoredChanges = ReadonlyMap<string, readonly string[]>;

/** `ignoreChanges` of every resource of a state. */
export function ignoredChanges(deployment: unknown): IgnoredChanges {
  const resources: unknown = isRecord(deployment) ? deployment.resources : [];
  return new Map(
    (Array.isArray(resources) ? resources : []).flatMap(({ urn, ignoreChanges }): [string, readonly string[]][] =>
      Array.isArray(ignoreChanges) ? [[urn, ignoreChanges]] : [],
    ),
  );
}

const stepsOf = (path: string): string[] =>
  [...path.matchAll(/\["([^"]+)"\]|\[(\d+|\*)\]|[^.[\]]+/g)].map(([all, quoted, index]) => quoted ?? index ?? all);

/** Whether `path` is one of `ignored`, or within it; `*` stands for any step, as in Pulumi. */
function isWithin(path: string, ignored: readonly string[]): boolean {
  const steps = stepsOf(path);
  return ignored.map(stepsOf).some((wanted) => wanted.every((step, index) => step === "*" || step === steps[index]));
}

function driftOf(metadata: StepEventMetadata, ignored: readonly string[]): ResourceDrift | undefined {
  const { op, urn, type, old, new: now, detailedDiff } = metadata;
  if (old?.custom !== true || type.startsWith("pulumi:")) return undefined;
  const about = { urn, type, name: urn.split("::").slice(3).join("::"), id: old.id || undefined };
  if (op === "delete") return { ...about, kind: "deleted", properties: [] };
  if (op !== "update" || !now) return undefined;
  const told = ({ path }: PropertyDrift) => !isWithin(path, ignored);
  const inputs = differences(old.inputs, now.inputs).filter(told);
  // What AWS computes changes by itself (a status, a date): it is told only where no setting differs, and where the provider calls it a difference.
  const outputs = inputs.length > 0 ? [] : differences(old.outputs, now.outputs).filter(told);
  const named = Object.keys(detailedDiff ?? {});
  const calculated = outputs.filter(({ path }) =>
    named.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`)),
  );
  const properties = inputs.length > 0 ? inputs : calculated;
  return properties.length === 0 ? undefined : { ...about, kind: "changed", properties };
}

/** Paths as Pulumi prints them, down to the smallest value that differs. */
function differences(before: unknown, after: unknown): PropertyDrift[] {
  const found: PropertyDrift[] = [];
  const visit = (a: unknown, b: unknown, path: string): void => {
    if (isDeepStrictEqual(a, b) || path === "__defaults") return;
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i++) visit(a[i], b[i], `${path}[${i}]`);
    } else if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        visit(
          a[key],
          b[key],
          path === "" ? key : `${path}${/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}`,
        );
      }
    } else found.push({ path, before: a, after: b });
  };
  visit(before ?? {}, after ?? {}, "");
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
