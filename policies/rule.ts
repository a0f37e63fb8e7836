import type { Property, ResourceGraph, ResourceNode, SourceFrame, Unknown } from "../analysis/graph";
import type { CatalogueEntry } from "./catalogue/catalogue";
import { withComponent } from "./catalogue/components";
import { type Settings, settingsOf } from "./settings";

/** What a rule says about one resource. */
export type Verdict =
  /** `proof` is the element by which it holds, where a rule asks for more than one place to look at. */
  | { readonly kind: "pass"; readonly proof?: string }
  /** `property` is where to look, e.g. `rules[0].sseAlgorithm`. */
  | { readonly kind: "fail"; readonly message: string; readonly property?: string }
  | { readonly kind: "not-applicable"; readonly reason: string }
  /** It hangs on a value that only the update will decide. */
  | { readonly kind: "undetermined"; readonly path: string; readonly producers: readonly string[] };

/** A rule may find several things wrong with one resource; each is a finding of its own. */
export type Outcome = Verdict | readonly Verdict[];

/** How a rule of the catalogue is decided. */
export interface Implementation {
  /** Pulumi types that it judges. */
  readonly types: readonly string[];
  /** Settings that it reads. Default: none. */
  readonly settings?: readonly (keyof Settings)[];
  /** Where its defaults differ from those of all. */
  readonly defaults?: Partial<Settings>;
  check(node: ResourceNode, graph: ResourceGraph, settings: Settings): Outcome;
}

/** One requirement on AWS resources: its entry in the catalogue, and a pure function over the graph. */
export interface Rule extends CatalogueEntry, Implementation {
  /** Stable and unique over all packs; waivers and configuration name it. */
  readonly id: string;
}

/** The rules of one part of the catalogue, in its order. Each entry must have its implementation, and nothing else may have one. */
export function implement<Id extends string>(
  entries: Readonly<Record<Id, CatalogueEntry>>,
  implementations: Readonly<Record<Id, Implementation>>,
): readonly Rule[] {
  return (Object.keys(entries) as Id[]).map((id) => {
    const remediation = withComponent(entries[id].remediation, implementations[id].types);
    return { id, ...entries[id], remediation, ...implementations[id] };
  });
}

/** Rules that are published, versioned and switched on together. */
export interface Pack {
  readonly name: string;
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** A verdict of one rule on one resource. */
export interface Finding {
  readonly rule: Rule;
  readonly resource: ResourceNode;
  readonly verdict: Verdict;
  /** Where the resource was declared, when the recording has sources. */
  readonly source: SourceFrame | undefined;
}

export const PASS: Verdict = { kind: "pass" };

export function fail(message: string, at?: Property | string): Verdict {
  return { kind: "fail", message, property: typeof at === "object" ? at.path : at };
}

export function notApplicable(reason: string): Verdict {
  return { kind: "not-applicable", reason };
}

export function undetermined(unknown: Unknown | Property): Verdict {
  return { kind: "undetermined", path: unknown.path, producers: unknown.producers };
}

/**
 * Every rule on every resource of its types that the program manages, in the order of the resources.
 * @param configured settings of a rule. Default: its defaults.
 */
export function evaluate(
  rules: readonly Rule[],
  graph: ResourceGraph,
  configured: (rule: Rule) => Settings = settingsOf,
): Finding[] {
  const byType = new Map<string, Rule[]>();
  const settings = new Map<Rule, Settings>();
  for (const rule of rules) {
    settings.set(rule, configured(rule));
    for (const type of rule.types) {
      const list = byType.get(type);
      if (list === undefined) byType.set(type, [rule]);
      else list.push(rule);
    }
  }
  const findings: Finding[] = [];
  for (const resource of graph.nodes) {
    if (!resource.managed) continue;
    for (const rule of byType.get(resource.type) ?? []) {
      for (const verdict of judge(rule, resource, graph, settings.get(rule))) {
        findings.push({ rule, resource, verdict, source: resource.source[0] });
      }
    }
  }
  return findings;
}

/** A finding that must stop an update: a failed rule or, in the cardholder data environment, one that could not be decided. */
export function isViolation({ verdict, resource }: Finding): boolean {
  return verdict.kind === "fail" || (verdict.kind === "undetermined" && resource.dataClass === "cardholder");
}

/** All that is wrong or undetermined about one resource; else the one verdict that it passes or is not concerned. */
export function judge(
  rule: Rule,
  node: ResourceNode,
  graph: ResourceGraph,
  settings: Settings = settingsOf(rule),
): readonly Verdict[] {
  if (rule.relaxedInDevelopment && node.environment === "development")
    return [notApplicable("A development environment may do without.")];
  const verdicts = all(rule.check(node, graph, settings));
  const open = verdicts.filter(({ kind }) => kind === "fail" || kind === "undetermined");
  if (open.length > 0) return open;
  // A check that has nothing to say, e.g. about the elements of an empty list, has found nothing wrong.
  return [verdicts.find(({ kind }) => kind === "pass") ?? verdicts[0] ?? PASS];
}

/** Outcomes of the parts of a check: whatever is wrong in any of them stands. */
export function all(...outcomes: readonly Outcome[]): readonly Verdict[] {
  return outcomes.flatMap((outcome) => outcome);
}

/** One good outcome is enough. An undetermined one may turn out good; `otherwise` is said when none can. */
export function any(outcomes: readonly Outcome[], otherwise: Verdict): Outcome {
  const parts = outcomes.map((outcome) => all(outcome));
  const good = parts.find((part) => part.length > 0 && part.every(({ kind }) => kind === "pass"));
  if (good !== undefined) return PASS;
  const open = parts.find(
    (part) => part.some(({ kind }) => kind === "undetermined") && part.every(({ kind }) => kind !== "fail"),
  );
  return open?.filter(({ kind }) => kind === "undetermined") ?? otherwise;
}
