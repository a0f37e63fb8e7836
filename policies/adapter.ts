import type {
  PolicyResource,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { ResourceGraph, type ResourceNode } from "../analysis/graph";
import { Declared, DECLARED } from "./declared";
import { type FixOptions, hasFix, KEY_ARN, needsKey, remediate } from "./fixes";
import { evaluate, type Finding, isViolation, type Pack, type Rule } from "./rule";
import { type Selection, SELECTION_SCHEMA, selects } from "./selection";
import { schemaOf, type Settings, settingsOf } from "./settings";
import { unwrap } from "../analysis/sdk-proxy";
import { applyWaivers } from "./waived";
import type * as Waivers from "./waivers";
import type { Waiver } from "./waivers";

/** Name of the policy in each pack that lists what could not be decided outside the cardholder data environment. */
export const UNDETERMINED = "undetermined";
/** Name of the policy in each pack that lists the findings which a waiver accepts. */
export const WAIVED = "waived";
/** Names of the policies that find nothing themselves, but take what is configured for all rules of the pack. */
const SELECTION = "selection";
const WAIVERS = "waivers";
const UNUSED_WAIVERS = "unused-waivers";

/** Policies of every pack that are no rules. */
export const COMMON: readonly string[] = [DECLARED, SELECTION, WAIVERS, UNUSED_WAIVERS, WAIVED, UNDETERMINED];

/**
 * The policies of a pack for Pulumi's policy SDK: one mandatory policy for each rule, and a disabled one for each rule that can mend. A violation is a failed rule or, in the cardholder data
 * environment, one that hangs on a value which only the update will decide; elsewhere such a rule shows in one advisory policy.
 */
export function policiesOf(pack: Pack): (ResourceValidationPolicy | StackValidationPolicy)[] {
  const declared = new Declared();
  return [...pack.rules.filter(hasFix).map(fixOf), declared.policy, ...stackPolicies(pack, declared)];
}

/** The part of {@link policiesOf} that judges. */
export function stackPolicies(pack: Pack, declared = new Declared()): StackValidationPolicy[] {
  const judgement = new Judgement(declared);
  // The SDK asks them in this order.
  return [
    selectionPolicy(judgement),
    waiversPolicy(pack, judgement),
    ...pack.rules.map((rule) => policyOf(rule, judgement)),
    unusedPolicy(judgement),
    waivedPolicy(judgement),
    undeterminedPolicy(judgement),
  ];
}

/**
 * What the policies of a pack share while they judge one stack: Pulumi's SDK calls them one after another, each with a copy of its own of the same resources.
 * A policy that asks a second time is told of another stack.
 */
class Judgement {
  selection: Selection = {};
  waivers: readonly Waiver[] = [];
  /** What the rules found so far. */
  readonly findings: Finding[] = [];
  readonly accepted = new Map<Finding, Waiver>();
  private readonly asked = new Set<string>();
  private urns: readonly string[] = [];
  private graph = ResourceGraph.fromPolicyResources([]);

  constructor(private readonly declared: Declared) {}

  /** To be called by each policy before anything else. */
  begin(policy: string, resources: readonly PolicyResource[]): void {
    const isSame = resources.length === this.urns.length && resources.every(({ urn }, i) => urn === this.urns[i]);
    if (!isSame || this.asked.has(policy)) {
      this.asked.clear();
      this.accepted.clear();
      this.findings.length = 0;
      this.selection = {};
      this.waivers = [];
      this.urns = resources.map(({ urn }) => urn);
      this.graph = ResourceGraph.fromPolicyResources(this.declared.complete(resources));
    }
    this.asked.add(policy);
  }

  judge(rule: Rule, settings: Settings): readonly Finding[] {
    const findings = evaluate([rule], this.graph, () => settings);
    this.findings.push(...findings);
    const { findings: accepted } = applyWaivers(findings, this.waivers, this.stack);
    for (const [finding, waiver] of accepted) this.accepted.set(finding, waiver);
    return findings.filter((finding) => !accepted.has(finding));
  }

  get unused(): readonly Waiver[] {
    const used = new Set(this.accepted.values());
    return this.waivers.filter((waiver) => waiver.stacks.includes(this.stack) && !used.has(waiver));
  }

  /** `prod` of `urn:pulumi:prod::project::...`. */
  private get stack(): string {
    return this.urns[0]?.split("::")[0]?.split(":")[2] ?? "";
  }
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

function policyOf(rule: Rule, judgement: Judgement): StackValidationPolicy {
  const properties = schemaOf(rule);
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
    configSchema: properties && { properties },
    validateStack(args, reportViolation) {
      judgement.begin(rule.id, args.resources);
      if (!selects(judgement.selection, rule)) args.notApplicable("The selection leaves it out.");
      const findings = judgement.judge(rule, settingsOf(rule, args.getConfig<Partial<Settings>>()));
      if (findings.length === 0) args.notApplicable(`The stack has none of ${rule.types.join(", ")}.`);
      for (const finding of findings.filter(isViolation)) reportViolation(describe(finding), finding.resource.urn);
    },
  };
}

/** Name of the policy that mends what a rule forbids. */
export const fixName = ({ id }: Rule): string => `${id}-fix`;

/**
 * Mends what a rule forbids before a resource is made, once it is configured with the level `remediate`: Pulumi's policies on stacks, as the rules are, can
 * only judge.
 */
function fixOf(rule: Rule): ResourceValidationPolicy {
  return {
    name: fixName(rule),
    description: `Mends: ${rule.title}`,
    enforcementLevel: "disabled",
    severity: rule.severity,
    url: rule.url,
    configSchema: needsKey(rule) ? { properties: { keyArn: KEY_ARN } } : undefined,
    remediateResource(args) {
      const inputs = unwrap(args.props);
      const mended = remediate(rule, args.type, inputs, args.getConfig<FixOptions>());
      return mended === inputs ? undefined : { ...mended };
    },
  };
}

/** Takes the pack's configuration `{"selection": {"include": {...}, "exclude": {...}}}`. */
function selectionPolicy(judgement: Judgement): StackValidationPolicy {
  return {
    name: SELECTION,
    description: "Which rules of the pack are judged: by rule, requirement, control, severity or service.",
    enforcementLevel: "mandatory",
    configSchema: { properties: SELECTION_SCHEMA },
    validateStack(args) {
      judgement.begin(SELECTION, args.resources);
      judgement.selection = args.getConfig<Selection>();
    },
  };
}

/** Takes the pack's configuration `{"waivers": {"accepted": [...]}}`, in the form of `waivers.yaml`. What is wrong with it stops the update. */
function waiversPolicy({ rules }: Pack, judgement: Judgement): StackValidationPolicy {
  return {
    name: WAIVERS,
    description: "Accepted risks are complete and in force.",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        accepted: { type: "array", items: { type: "object" }, description: "Accepted risks, as in waivers.yaml." },
      },
    },
    validateStack(args, reportViolation) {
      judgement.begin(WAIVERS, args.resources);
      const { accepted } = args.getConfig<{ accepted?: unknown }>();
      if (accepted === undefined) return;
      // Checking them takes a library that most runs do without.
      const { readWaivers, WaiverError }: typeof Waivers = require("./waivers");
      try {
        judgement.waivers = readWaivers({ waivers: accepted }, rules, new Date().toISOString().slice(0, 10));
      } catch (error) {
        if (!(error instanceof WaiverError)) throw error;
        reportViolation(`No waiver is applied:\n${error.message}`);
      }
    },
  };
}

function unusedPolicy(judgement: Judgement): StackValidationPolicy {
  return {
    name: UNUSED_WAIVERS,
    description: "Every waiver accepts something.",
    enforcementLevel: "mandatory",
    validateStack(args, reportViolation) {
      judgement.begin(UNUSED_WAIVERS, args.resources);
      for (const { rule, resource, ticket } of judgement.unused)
        reportViolation(`${rule} on ${resource} (${ticket}): nothing to accept. Remove it from the waivers.`);
    },
  };
}

function waivedPolicy(judgement: Judgement): StackValidationPolicy {
  return {
    name: WAIVED,
    description: "A risk was accepted.",
    enforcementLevel: "advisory",
    validateStack(args, reportViolation) {
      judgement.begin(WAIVED, args.resources);
      for (const [finding, { owner, ticket, expires, reason }] of judgement.accepted) {
        const by = `Accepted by ${owner} (${ticket}) until ${expires}: ${reason}`;
        reportViolation(`${finding.rule.id}: ${describe(finding)} ${by}`, finding.resource.urn);
      }
    },
  };
}

function undeterminedPolicy(judgement: Judgement): StackValidationPolicy {
  return {
    name: UNDETERMINED,
    description: "A rule could not be decided before the update.",
    enforcementLevel: "advisory",
    validateStack(args, reportViolation) {
      judgement.begin(UNDETERMINED, args.resources);
      for (const finding of judgement.findings) {
        if (finding.verdict.kind !== "undetermined" || isViolation(finding)) continue;
        if (judgement.accepted.has(finding)) continue;
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

/**
 * Runs policies in this process, as the engine would; `resources` are usually made by {@link policyResources}.
 * @param config what Pulumi's configuration of the pack says, by policy.
 */
export async function runPolicies(
  policies: readonly StackValidationPolicy[],
  resources: readonly PolicyResource[],
  config: Readonly<Record<string, object>> = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const policy of policies) {
    const args: StackValidationArgs = {
      resources: [...resources],
      stackTags: new Map(),
      getConfig: <T extends object>() => (config[policy.name] ?? {}) as T,
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
