import { ResourceGraph } from "../../analysis/graph";
import { shortType } from "../../analysis/short-type";
import { evaluate, type Finding, isViolation, type Rule } from "../../policies/rule";
import type { RecordedResource, Recording } from "../../simulator";
import { type Mutation, mutationsOf } from "./operators";
import { Related } from "./related";
import { survivorReason } from "./survivors";

/** What became of one kind of mutation. */
export interface Outcome {
  readonly kind: string;
  readonly service: string;
  /** Name of the resource that was changed. */
  readonly resource: string;
  /** Rules that reported it on that resource or on what it protects; none: it survived. */
  readonly rules: readonly string[];
  /** Why it may survive; undefined where nothing is said. */
  readonly reason: string | undefined;
}

export interface MutateOptions {
  /** How many resources to try each kind of mutation on; what any of them survives without a reason counts as survived. */
  readonly perKind: number;
  /** Kinds to try; all by default. */
  readonly takes?: (kind: string) => boolean;
}

/** Weakens a stack one property at a time and asks which rule tells. */
export function mutate(recording: Recording, rules: readonly Rule[], options: MutateOptions): Outcome[] {
  const graph = ResourceGraph.fromRecording(recording);
  const before = new Set(violations(recording, rules).map(identity));
  // What the rules would say if development had to do as production does.
  const strict = rules
    .filter(({ relaxedInDevelopment }) => relaxedInDevelopment)
    .map((rule) => ({ ...rule, relaxedInDevelopment: false }));
  const strictBefore = new Set(violations(recording, strict).map(identity));
  const environments = new Map(graph.nodes.map((node) => [node.urn, node.environment]));
  const related = new Related(recording.resources);
  const tried = new Map<string, number>();
  const outcomes = new Map<string, Outcome>();
  for (const resource of recording.resources) {
    if (!resource.custom || resource.read) continue;
    for (const mutation of mutationsOf(resource)) {
      const count = tried.get(mutation.kind) ?? 0;
      if (count >= options.perKind || options.takes?.(mutation.kind) === false) continue;
      tried.set(mutation.kind, count + 1);
      const weaker = mutated(recording, mutation);
      const tellers = (asked: readonly Rule[], known: ReadonlySet<string>) => {
        const found = violations(weaker, asked).filter((one) => !known.has(identity(one)));
        const named = found.filter((one) => related.concerns(one.resource, resource));
        return [...new Set(named.map(({ rule }) => rule.id))];
      };
      const told = tellers(rules, before);
      const environment = environments.get(resource.urn);
      const relaxed = () =>
        environment === "development" && tellers(strict, strictBefore).length > 0
          ? "A development environment may do without: the rule that tells it is relaxed there."
          : undefined;
      const reason =
        told.length > 0 ? undefined : (survivorReason(mutation.kind, resource.name, environment) ?? relaxed());
      const outcome = {
        kind: mutation.kind,
        service: shortType(resource.type).split(".")[0] ?? "",
        resource: resource.name,
        rules: told,
        reason,
      };
      const worse = outcomes.get(mutation.kind);
      if (worse === undefined || weight(outcome) > weight(worse)) outcomes.set(mutation.kind, outcome);
    }
  }
  return [...outcomes.values()];
}

/** Of what several resources show of one kind: a survivor without a reason counts, else a kill. */
function weight({ rules, reason }: Outcome): number {
  if (rules.length > 0) return 1;
  return reason === undefined ? 2 : 0;
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
