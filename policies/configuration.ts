import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { FIXABLE, type FixOptions, hasFix, KEY_ARN, needsKey, remediate } from "./fixes";
import type { Pack, Rule } from "./rule";
import { type Filter, LINES, matches, type Selection, selects, SEVERITIES, TRAITS } from "./selection";
import { refused, type Settings, settingsOf } from "./settings";
import type { Waiver } from "./waivers";

/**
 * What a violated rule does: stop the update, or advise. `remediate` is mandatory, but what the rule can mend is mended before it is judged. A disabled rule is not
 * judged, and the evidence says so.
 */
export const LEVELS = ["mandatory", "advisory", "remediate", "disabled"] as const;

export type Level = (typeof LEVELS)[number];

const ALL = "all";

const patterns = z.array(z.string()).min(1);

const filter = z.strictObject({
  rules: patterns.optional(),
  requirements: patterns.optional(),
  controls: patterns.optional(),
  severities: z.array(z.enum(SEVERITIES)).min(1).optional(),
  services: patterns.optional(),
});

const file = z.strictObject({
  levels: z.record(z.string(), z.string()).default({}),
  parameters: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  selection: z.strictObject({ include: filter.optional(), exclude: filter.optional() }).default({}),
});

/** Something wrong in a file of policy configuration. */
export interface ConfigurationProblem {
  /** `parameters.log-group-retention.minimumLogDays`. */
  readonly path: string;
  readonly message: string;
}

/** Thrown with everything that is wrong at once. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super(problems.map(({ path, message }) => `  ${path}: ${message}`).join("\n"));
  }
}

/** Levels, parameters and selection of the rules of all packs. */
export class Configuration {
  constructor(
    private readonly levels: Readonly<Record<string, Level>> = {},
    private readonly parameters: Readonly<Record<string, Partial<Settings>>> = {},
    private readonly selection: Selection = {},
    private readonly fixes: Readonly<Record<string, FixOptions>> = {},
  ) {}

  levelOf(rule: Rule): Level {
    if (!selects(this.selection, rule)) return "disabled";
    const level = this.levels[rule.id] ?? this.levels[ALL] ?? "mandatory";
    return level === "remediate" && !hasFix(rule) ? "mandatory" : level;
  }

  /** Does a violation of the rule stop the update? */
  isMandatory(rule: Rule): boolean {
    const level = this.levelOf(rule);
    return level === "mandatory" || level === "remediate";
  }

  /** The inputs of a resource once the rules with level `remediate` have mended them; the very same when they mend nothing. */
  mended(
    rules: readonly Rule[],
    type: string,
    inputs: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> {
    return rules
      .filter((rule) => this.levelOf(rule) === "remediate")
      .reduce((current, rule) => remediate(rule, type, current, this.fixes[rule.id]), inputs);
  }

  settingsOf(rule: Rule): Settings {
    return settingsOf(rule, this.parameters[rule.id]);
  }

  /** The parameters that the configuration itself gives a rule. */
  given(rule: Rule): Partial<Settings> | undefined {
    return this.parameters[rule.id];
  }

  /** Rules that are judged. */
  enabled(rules: readonly Rule[]): readonly Rule[] {
    return rules.filter((rule) => this.levelOf(rule) !== "disabled");
  }

  /**
   * The same for one pack, in the form of a file that Pulumi's `--policy-pack-config` takes.
   * @param waivers accepted risks of the stack, which the pack then applies as well.
   */
  forPack({ rules }: Pack, waivers: readonly Waiver[]): Record<string, unknown> {
    const own = waivers.filter(({ rule }) => rules.some(({ id }) => id === rule));
    const entries = rules.flatMap((rule): [string, unknown][] => {
      const level = this.levelOf(rule);
      const given = this.given(rule);
      if (level === "remediate")
        return [
          [rule.id, { enforcementLevel: "mandatory", ...given }],
          [`${rule.id}-fix`, { enforcementLevel: level, ...this.fixes[rule.id] }],
        ];
      return level === "mandatory" && given === undefined ? [] : [[rule.id, { enforcementLevel: level, ...given }]];
    });
    return Object.fromEntries(own.length === 0 ? entries : [["waivers", { accepted: own }], ...entries]);
  }
}

/**
 * Checks what a file of policy configuration holds, as read from YAML.
 * @throws ConfigurationError for a rule, level, parameter or selection that does not exist, or a value that is not allowed.
 */
export function readConfiguration(content: unknown, rules: readonly Rule[]): Configuration {
  const parsed = file.safeParse(content);
  if (!parsed.success)
    throw new ConfigurationError(
      parsed.error.issues.map((issue) => ({ path: z.core.toDotPath(issue.path), message: inWords(issue) })),
    );
  const { levels, parameters, selection } = parsed.data;
  const problems = [
    ...levelProblems(levels, rules),
    ...parameterProblems(parameters, rules),
    ...(["include", "exclude"] as const).flatMap((side) => filterProblems(`selection.${side}`, selection[side], rules)),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const [settings, fixes] = split(parameters);
  const configuration = new Configuration(levels as Record<string, Level>, settings, selection, fixes);
  if (configuration.enabled(rules).length === 0)
    throw new ConfigurationError([{ path: "selection", message: "No rule is left. Leave at least one on." }]);
  return configuration;
}

/** Parameters of the rules, and those of their fixes. */
function split(
  parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): [Record<string, Partial<Settings>>, Record<string, FixOptions>] {
  const settings: Record<string, Partial<Settings>> = {};
  const fixes: Record<string, FixOptions> = {};
  for (const [id, { keyArn, ...own }] of Object.entries(parameters)) {
    if (typeof keyArn === "string") fixes[id] = { keyArn };
    if (Object.keys(own).length > 0) settings[id] = own;
  }
  return [settings, fixes];
}

/** What a key that does not exist may have meant. */
const KNOWN_KEYS = [...LINES, "levels", "parameters", "selection", "include", "exclude"];

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${key} is unknown.${meant(key, KNOWN_KEYS)}`).join(" ");
  return `${issue.message}.`;
}

function meant(given: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  const candidate = closest(given, [...allowed]);
  return distance(given, candidate) <= Math.max(2, candidate.length / 3) ? ` Did you mean ${candidate}?` : "";
}

function noRule(id: string, rules: readonly Rule[], more: readonly string[] = []): string {
  return `There is no such rule.${meant(id, [...rules.map((rule) => rule.id), ...more])} palisade rules lists them.`;
}

function levelProblems(levels: Readonly<Record<string, string>>, rules: readonly Rule[]): ConfigurationProblem[] {
  return Object.entries(levels).flatMap(([id, level]) => {
    const path = `levels.${id}`;
    if (id !== ALL && !rules.some((rule) => rule.id === id)) return [{ path, message: noRule(id, rules, [ALL]) }];
    const rule = rules.find((candidate) => candidate.id === id);
    if (level === "remediate" && rule !== undefined && !hasFix(rule))
      return [{ path, message: `The rule has no automatic fix. These have one: ${FIXABLE.join(", ")}.` }];
    if (LEVELS.some((known) => known === level)) return [];
    return [{ path, message: `${level} is no level.${meant(level, LEVELS)} Use ${LEVELS.join(", ")}.` }];
  });
}

function parameterProblems(
  parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  rules: readonly Rule[],
): ConfigurationProblem[] {
  return Object.entries(parameters).flatMap(([id, given]) => {
    const rule = rules.find((candidate) => candidate.id === id);
    if (rule === undefined) return [{ path: `parameters.${id}`, message: noRule(id, rules) }];
    const taken: readonly (keyof Settings)[] = rule.settings ?? [];
    const names = needsKey(rule) ? [...taken, "keyArn"] : taken;
    return Object.entries(given).flatMap(([key, value]) => {
      const path = `parameters.${id}.${key}`;
      if (key === "keyArn" && needsKey(rule)) {
        const isArn = typeof value === "string" && new RegExp(KEY_ARN.pattern).test(value);
        return isArn
          ? []
          : [{ path, message: `${JSON.stringify(value)} is not allowed. Give the ARN of a KMS key or alias.` }];
      }
      const setting = taken.find((known) => known === key);
      if (setting === undefined) {
        const choice = names.length === 0 ? "It has none." : `It has ${names.join(", ")}.`;
        return [{ path, message: `The rule has no such parameter.${meant(key, names)} ${choice}` }];
      }
      const allowed = refused(setting, value);
      return allowed === undefined
        ? []
        : [{ path, message: `${JSON.stringify(value)} is not allowed. Give ${allowed}.` }];
    });
  });
}

/** A pattern that fits no rule would leave out, or leave in, nothing at all unseen. */
function filterProblems(path: string, given: Filter | undefined, rules: readonly Rule[]): ConfigurationProblem[] {
  if (given === undefined) return [];
  return LINES.flatMap((line) => {
    const traits = [...new Set(rules.flatMap((rule) => TRAITS[line](rule)))];
    return (given[line] ?? []).flatMap((pattern, index) =>
      traits.some((trait) => matches(pattern, trait))
        ? []
        : [{ path: `${path}.${line}[${index}]`, message: `${pattern} fits no rule.${meant(pattern, traits)}` }],
    );
  });
}
