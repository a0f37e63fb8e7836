import { shortType } from "../../analysis/short-type";
import { type Control, controls } from "../catalogue/controls";
import { fingerprints } from "../fingerprint";
import type { Finding, Pack, Rule } from "../rule";
import type { Configuration } from "../configuration";
import type { Waived } from "../waived";
import type { Waiver } from "../waivers";
import { type Evidence, type ResultEvidence, type RuleEvidence, type Status, STATUSES } from "./schema";

/** What was judged, and where it came from. */
export interface Subject {
  readonly project: string;
  readonly stack: string;
  readonly commit?: { readonly id: string; readonly modified: boolean };
  readonly digest: string;
  readonly resources: number;
}

export interface EvidenceArgs {
  readonly subject: Subject;
  /** Version of the platform, and so of its packs. */
  readonly version: string;
  readonly packs: readonly Pack[];
  readonly findings: readonly Finding[];
  readonly waived: Waived;
  /** Levels and parameters by which it was judged. */
  readonly configuration: Configuration;
  readonly generatedAt: Date;
  /** Where a resource was declared, when that is known. */
  readonly declaredAt: (finding: Finding) => { readonly file: string; readonly line: number } | undefined;
}

/** Orders requirement numbers as the standard does: 1.2.10 after 1.2.9, appendices last. */
export function byRequirement(a: string, b: string): number {
  const isAppendix = (text: string) => /^[A-Z]/.test(text);
  if (isAppendix(a) !== isAppendix(b)) return isAppendix(a) ? 1 : -1;
  return a.localeCompare(b, "en", { numeric: true });
}

/** Evidence of one check: every requirement, control and rule with what was found, the runtime-only controls named as such. */
export function collectEvidence(args: EvidenceArgs): Evidence {
  const waivers = [...new Set(args.waived.findings.values())];
  const rules = ruleEvidence(args, waivers);
  const byControl = new Map<string, RuleEvidence[]>();
  for (const rule of rules) for (const id of rule.controls) push(byControl, id, rule);
  const controlsEvidence = controls.map((control) => controlEvidence(control, byControl.get(control.id) ?? []));
  const covered = [...args.waived.findings.values()];
  return {
    schemaVersion: 1,
    generatedAt: args.generatedAt.toISOString(),
    tool: { name: "palisade", version: args.version },
    standard: { name: "PCI DSS", version: "4.0.1" },
    subject: { ...args.subject },
    packs: args.packs.map((pack) => ({ name: pack.name, version: args.version, rules: pack.rules.length })),
    status: worst(rules.map(({ status }) => status)),
    requirements: requirementEvidence(rules, controlsEvidence),
    controls: controlsEvidence,
    rules,
    waivers: waivers.map((waiver) => ({ ...waiver, findings: covered.filter((one) => one === waiver).length })),
  };
}

function ruleEvidence(
  { packs, findings, waived, configuration, declaredAt }: EvidenceArgs,
  waivers: readonly Waiver[],
): RuleEvidence[] {
  const ids = fingerprints(findings);
  const results = new Map<Rule, ResultEvidence[]>();
  findings.forEach((finding, index) => {
    const waiver = waived.findings.get(finding);
    push(results, finding.rule, {
      resource: finding.resource.urn,
      type: shortType(finding.resource.type),
      name: finding.resource.name,
      ...detailsOf(finding),
      fingerprint: ids[index] ?? "",
      declaredAt: declaredAt(finding),
      ...(waiver === undefined ? {} : { status: "waived" as const, waiver: waivers.indexOf(waiver) }),
    });
  });
  return packs.flatMap((pack) =>
    pack.rules.map((rule) => {
      const own = results.get(rule) ?? [];
      const { id, title, severity, requirements, controls: decided, remediation, url } = rule;
      const level = configuration.levelOf(rule);
      const status = level === "disabled" ? level : worst(own.map((result) => result.status));
      return {
        ...{ id, pack: pack.name, title, severity, level, requirements: [...requirements], controls: [...decided] },
        ...{ parameters: parametersOf(rule, configuration), remediation, url, status, results: own },
      };
    }),
  );
}

/** Every parameter of the rule, whether it was configured or not: an assessor sees what was asked. */
function parametersOf(rule: Rule, configuration: Configuration): RuleEvidence["parameters"] {
  if (rule.settings === undefined) return undefined;
  const settings = configuration.settingsOf(rule);
  return Object.fromEntries(
    rule.settings.map((key) => {
      const value = settings[key];
      return [key, typeof value === "object" ? [...value] : value];
    }),
  );
}

function detailsOf({ verdict }: Finding): Pick<ResultEvidence, "status" | "message" | "property" | "producers"> {
  switch (verdict.kind) {
    case "pass":
      return { status: "pass" };
    case "fail":
      return { status: "fail", message: verdict.message, property: verdict.property };
    case "not-applicable":
      return { status: "not-applicable", message: verdict.reason };
    case "undetermined":
      return {
        status: "undetermined",
        message: `It hangs on ${verdict.path}, which is not known yet.`,
        property: verdict.path,
        producers: [...verdict.producers],
      };
  }
}

function controlEvidence(control: Control, rules: readonly RuleEvidence[]): Evidence["controls"][number] {
  const { id, title, service, decidable, requirements, requirementSource, sources } = control;
  return {
    ...{ id, title, service, decidable, requirements: [...requirements], requirementSource, sources: [...sources] },
    rules: rules.map((rule) => rule.id),
    status: decidable === "runtime" ? "verify-at-runtime" : worst(rules.map((rule) => rule.status)),
  };
}

function requirementEvidence(
  rules: readonly RuleEvidence[],
  controlsEvidence: Evidence["controls"],
): Evidence["requirements"] {
  const rulesOf = new Map<string, RuleEvidence[]>();
  for (const rule of rules) for (const id of rule.requirements) push(rulesOf, id, rule);
  // A decidable control counts under its rules' numbers: some lists name a control under forty, which would count one bucket forty times.
  const runtime = new Map<string, string[]>();
  for (const control of controlsEvidence) {
    if (control.decidable === "runtime") for (const id of control.requirements) push(runtime, id, control.id);
  }
  const ids = [...new Set([...rulesOf.keys(), ...runtime.keys()])].sort(byRequirement);
  return ids.map((id) => {
    const own = rulesOf.get(id) ?? [];
    const atRuntime = runtime.get(id) ?? [];
    return {
      id,
      status: worst([...own.map(({ status }) => status), ...atRuntime.map(() => "verify-at-runtime" as const)]),
      controls: [...new Set(own.flatMap(({ controls: decided }) => decided))],
      verifyAtRuntime: atRuntime,
      rules: own.map((rule) => rule.id),
      resources: new Set(own.flatMap(({ results }) => results.map(({ resource }) => resource))).size,
    };
  });
}

/** What stands for several: the worst of them. Nothing at all is not applicable, never a pass. */
function worst(statuses: readonly Status[]): Status {
  const order: readonly Status[] = STATUSES.filter((one) => one !== "not-applicable" && one !== "verify-at-runtime");
  const found = order.find((one) => statuses.includes(one));
  return found ?? (statuses.includes("verify-at-runtime") ? "verify-at-runtime" : "not-applicable");
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
