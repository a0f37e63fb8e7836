import type { RecordedResource, Recording } from "../../simulator";
import { ResourceGraph } from "../../analysis/graph";
import { evaluate, isViolation, type Finding, type Rule } from "../../policies/rule";
import { shortType } from "../../analysis/short-type";
import { type Mutation, mutationsOf } from "./operators";
import { survivorReason } from "./survivors";

/** What became of one kind of mutation. */
export interface Outcome {
  readonly kind: string;
  readonly service: string;
  /** Name of the resource that was changed. */
  readonly resource: string;
  /** Rules that reported it; none: it survived. */
  readonly rules: readonly string[];
  /** Why it may survive; undefined where nothing is said. */
  readonly reason: string | undefined;
}

/**
 * Weakens a stack one property at a time and asks which rule tells.
 * @param perKind how many resources to try each kind of mutation on; what any of them survives counts as survived.
 */
export function mutate(recording: Recording, rules: readonly Rule[], perKind: number): Outcome[] {
  const before = new Set(violations(recording, rules).map(identity));
  const tried = new Map<string, number>();
  const outcomes = new Map<string, Outcome>();
  for (const resource of recording.resources) {
    if (!resource.custom || resource.read) continue;
    for (const mutation of mutationsOf(resource)) {
      const count = tried.get(mutation.kind) ?? 0;
      if (count >= perKind) continue;
      tried.set(mutation.kind, count + 1);
      const found = violations(mutated(recording, mutation), rules).filter((one) => !before.has(identity(one)));
      const told = [...new Set(found.map(({ rule }) => rule.id))];
      if (outcomes.get(mutation.kind)?.rules.length === 0) continue;
      outcomes.set(mutation.kind, {
        kind: mutation.kind,
        service: shortType(resource.type).split(".")[0] ?? "",
        resource: resource.name,
        rules: told,
        reason: told.length > 0 ? undefined : survivorReason(mutation.kind),
      });
    }
  }
  return [...outcomes.values()];
}

function violations(recording: Recording, rules: readonly Rule[]): Finding[] {
  return evaluate(rules, ResourceGraph.fromRecording(recording)).filter(isViolation);
}

function identity({ rule, resource, verdict }: Finding): string {
  const detail = verdict.kind === "fail" ? `${verdict.property ?? ""} ${verdict.message}` : "";
  return `${rule.id} ${resource.urn} ${detail}`;
}

/** The recording as it were with the weaker resource. What the program gave stands in the outputs too. */
function mutated(recording: Recording, { urn, inputs }: Mutation): Recording {
  const change = (resource: RecordedResource): RecordedResource[] => {
    if (resource.urn !== urn) return [resource];
    if (inputs === undefined) return [];
    const computed = Object.entries(resource.outputs).filter(([key]) => !(key in resource.inputs));
    return [{ ...resource, inputs, outputs: { ...Object.fromEntries(computed), ...inputs } }];
  };
  return { ...recording, resources: recording.resources.flatMap(change) };
}
