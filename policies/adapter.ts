import type { PolicyConfigSchema, PolicyResource, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { ResourceGraph, type ResourceNode } from "../analysis/graph";
import { evaluate, type Finding, type Pack, type Rule, type Settings } from "./rule";

/** Name of the policy in each pack that lists what could not be decided outside the cardholder data environment. */
export const UNDETERMINED = "undetermined";

/**
 * The policies of a pack for Pulumi's policy SDK: one mandatory policy for each rule. A violation is a failed rule or, in the cardholder data
 * environment, one that hangs on a value which only the update will decide; elsewhere such a rule shows in one advisory policy.
 */
export function stackPolicies(pack: Pack): StackValidationPolicy[] {
  const judgement = new Judgement(pack);
  return [...pack.rules.map((rule) => policyOf(rule, judgement)), undeterminedPolicy(judgement)];
}

/**
 * The findings of a whole pack over one stack, made once for all of its policies: Pulumi's SDK calls them one after another, each with a copy of its own of the
 * same resources. A policy that asks a second time is told of another stack.
 */
class Judgement {
  private readonly asked = new Set<string>();
  private urns: readonly string[] = [];
  private findings = new Map<string, Finding[]>();

  constructor(private readonly pack: Pack) {}

  /** What a rule found, by its id. */
  of(policy: string, resources: readonly PolicyResource[]): ReadonlyMap<string, readonly Finding[]> {
    const isSame = resources.length === this.urns.length && resources.every(({ urn }, i) => urn === this.urns[i]);
    if (!isSame || this.asked.has(policy)) this.judge(resources);
    this.asked.add(policy);
    return this.findings;
  }

  private judge(resources: readonly PolicyResource[]): void {
    this.asked.clear();
    this.urns = resources.map(({ urn }) => urn);
    this.findings = new Map();
    for (const finding of evaluate(this.pack.rules, ResourceGraph.fromPolicyResources(resources))) {
      const list = this.findings.get(finding.rule.id);
      if (list === undefined) this.findings.set(finding.rule.id, [finding]);
      else list.push(finding);
    }
  }
}

/** A finding that must stop the update. */
export function isViolation({ verdict, resource }: Finding): boolean {
  if (verdict.kind === "undetermined") return resource.dataClass === "cardholder";
  return verdict.kind === "fail";
}

/** A finding in words, with the fix when there is something to fix. */
export function describe({ rule, verdict }: Finding): string {
  switch (verdict.kind) {
    case "fail": {
      const place = verdict.property === undefined ? "" : ` (${verdict.property})`;
      return `${verdict.message}${place} ${rule.remediation}`;
    }
    case "undetermined": {
      const makers = verdict.producers.map((urn) => urn.split("::").at(-1));
      return `It hangs on ${verdict.path}, which is not known yet${makers.length > 0 ? `; it comes from ${makers.join(", ")}` : ""}.`;
    }
    case "not-applicable":
      return verdict.reason;
    case "pass":
      return rule.title;
  }
}

/** JSON schema of each setting, as Pulumi checks it. */
const SETTINGS: Readonly<Record<keyof Settings, PolicyConfigSchema["properties"][string]>> = {
  baseline: {
    type: "string",
    enum: ["here", "elsewhere"],
    description: "`here`: the stack must declare the baseline of its account and regions. Default: another stack may.",
  },
};

function pick<T>(from: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

const isDefault = (settings: Settings): boolean => Object.values(settings).every((value) => value === undefined);

function policyOf(rule: Rule, judgement: Judgement): StackValidationPolicy {
  return {
    name: rule.id,
    description: rule.title,
    enforcementLevel: "mandatory",
    severity: rule.severity,
    framework: {
      name: "PCI DSS",
      version: "4.0.1",
      reference: rule.requirements.join(", "),
      specification: rule.controls.join(", "),
    },
    tags: rule.requirements.map((requirement) => `pci-dss-4.0.1/${requirement}`),
    remediationSteps: rule.remediation,
    url: rule.url,
    configSchema: rule.settings && { properties: pick(SETTINGS, rule.settings) },
    validateStack(args, reportViolation) {
      const settings = args.getConfig<Settings>();
      const findings = isDefault(settings)
        ? (judgement.of(rule.id, args.resources).get(rule.id) ?? [])
        : evaluate([rule], ResourceGraph.fromPolicyResources(args.resources), settings);
      if (findings.length === 0) args.notApplicable(`The stack has none of ${rule.types.join(", ")}.`);
      for (const finding of findings.filter(isViolation)) reportViolation(describe(finding), finding.resource.urn);
    },
  };
}

function undeterminedPolicy(judgement: Judgement): StackValidationPolicy {
  return {
    name: UNDETERMINED,
    description: "A rule could not be decided before the update.",
    enforcementLevel: "advisory",
    validateStack(args, reportViolation) {
      for (const finding of [...judgement.of(UNDETERMINED, args.resources).values()].flat()) {
        if (finding.verdict.kind !== "undetermined" || isViolation(finding)) continue;
        reportViolation(`${finding.rule.id}: ${describe(finding)}`, finding.resource.urn);
      }
    },
  };
}

export interface Violation {
  readonly policy: string;
  readonly message: string;
  readonly urn: string | undefined;
}

/** Runs policies in this process, as the engine would; `resources` are usually made by {@link policyResources}. */
export async function runPolicies(
  policies: readonly StackValidationPolicy[],
  resources: readonly PolicyResource[],
): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const policy of policies) {
    const args: StackValidationArgs = {
      resources: [...resources],
      stackTags: new Map(),
      getConfig: <T extends object>() => ({}) as T,
      notApplicable(reason): never {
        throw new NotApplicable(reason);
      },
    };
    try {
      await policy.validateStack(args, (message, urn) => violations.push({ policy: policy.name, message, urn }));
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
    }
  }
  return violations;
}

class NotApplicable extends Error {}

/** A graph in the form in which the engine hands resources to a policy. */
export function policyResources(graph: ResourceGraph): PolicyResource[] {
  const made = new Map<string, PolicyResource>();
  for (const node of graph.nodes) made.set(node.urn, policyResource(node));
  const find = (urns: readonly string[]) => urns.flatMap((urn) => made.get(urn) ?? []);
  for (const node of graph.nodes) {
    const resource = made.get(node.urn);
    if (resource === undefined) continue;
    resource.parent = node.parent && made.get(node.parent.urn);
    resource.dependencies = find(node.dependencies);
    resource.propertyDependencies = Object.fromEntries(
      Object.entries(node.propertyDependencies).map(([property, urns]) => [property, find(urns)]),
    );
  }
  return [...made.values()];
}

function policyResource(node: ResourceNode): PolicyResource {
  return {
    type: node.type,
    name: node.name,
    urn: node.urn,
    props: { ...node.outputs, ...(node.id === undefined ? {} : { id: node.id }) },
    opts: {
      protect: node.protect,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    dependencies: [],
    propertyDependencies: {},
    isType: (type) => Reflect.get(type, "__pulumiType") === node.type,
    asType: () => undefined,
  };
}
