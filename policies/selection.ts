import type { PolicyConfigSchema } from "@pulumi/policy";
import type { Severity } from "./catalogue/catalogue";
import type { Rule } from "./rule";

type JsonSchema = PolicyConfigSchema["properties"][string];

/** Takes the rules that meet every line which is given; a line is met by any of its entries. `*` stands for any text. */
export interface Filter {
  /** Rule ids, e.g. `rds-*`. */
  readonly rules?: readonly string[];
  /** PCI DSS v4.0.1 requirement numbers, e.g. `3.5.1` or `4.*`. */
  readonly requirements?: readonly string[];
  /** AWS Security Hub's controls, or other rows of `controls.json`, e.g. `RDS.*`. */
  readonly controls?: readonly string[];
  readonly severities?: readonly Severity[];
  /** Services as in Pulumi's types, e.g. `rds` of `aws:rds/instance:Instance`. */
  readonly services?: readonly string[];
}

/** Which rules of a pack are judged at all. */
export interface Selection {
  /** Default: every rule. */
  readonly include?: Filter;
  /** Default: no rule. */
  readonly exclude?: Filter;
}

export const SEVERITIES: readonly Severity[] = ["low", "medium", "high", "critical"];

/** What each line of a filter compares with. */
export const TRAITS: Readonly<Record<keyof Filter, (rule: Rule) => readonly string[]>> = {
  rules: ({ id }) => [id],
  requirements: ({ requirements }) => requirements,
  controls: ({ controls }) => controls,
  severities: ({ severity }) => [severity],
  services: ({ types }) => [...new Set(types.map(serviceOf))],
};

export const LINES = Object.keys(TRAITS) as readonly (keyof Filter)[];

export function selects({ include = {}, exclude }: Selection, rule: Rule): boolean {
  return takes(include, rule) && (exclude === undefined || !takes(exclude, rule));
}

function takes(filter: Filter, rule: Rule): boolean {
  return LINES.every((line) => {
    const patterns = filter[line];
    return patterns === undefined || TRAITS[line](rule).some((trait) => patterns.some((one) => matches(one, trait)));
  });
}

/** Does the text fit the pattern, in which `*` is any text? */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`).test(text);
}

/** `rds` of `aws:rds/instance:Instance`, `kubernetes` of `kubernetes:apps/v1:Deployment`. */
function serviceOf(type: string): string {
  const [provider = type, module = ""] = type.split(":");
  return provider === "aws" ? (module.split("/")[0] ?? module) : provider;
}

const texts = (description: string): JsonSchema => ({
  type: "array",
  items: { type: "string" },
  minItems: 1,
  description,
});

const FILTER: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    rules: texts("Rule ids, * for any text."),
    requirements: texts("PCI DSS v4.0.1 requirement numbers, e.g. 3.5.1 or 4.*."),
    controls: texts("AWS Security Hub's controls, e.g. RDS.*."),
    severities: { ...texts("Severities."), items: { type: "string", enum: [...SEVERITIES] } },
    services: texts("Services as in Pulumi's types, e.g. rds."),
  },
};

/** JSON schema of a selection, as Pulumi checks it. */
export const SELECTION_SCHEMA = {
  include: { ...FILTER, description: "Judge these rules only." },
  exclude: { ...FILTER, description: "Leave these rules out." },
};
