import type { PolicyConfigSchema } from "@pulumi/policy";

/** What the user of a pack may tell its rules. Each rule names those that it reads; all have a default, which is PCI DSS's number where it gives one. */
export interface Settings {
  /** `here`: the stack must declare the account's and its regions' baseline. Default `elsewhere`: another stack may. */
  readonly baseline: "here" | "elsewhere";
  /** Days that a log group keeps audit entries at least. Default 365 (PCI DSS 10.5.1: twelve months). */
  readonly minimumLogDays: number;
  /** Days that Object Lock keeps audit logs at least. Default 365 (PCI DSS 10.5.1). */
  readonly minimumLockDays: number;
  /** Days between two rotations of a secret at most. Default 90 (PCI DSS 8.3.9, Security Hub SecretsManager.4). */
  readonly maximumRotationDays: number;
  /** Days that a database's or a cache's backups are kept at least. Default 7 for databases (Security Hub RDS.26 and RDS.11), 1 for caches. */
  readonly minimumBackupDays: number;
  /** Days that a KMS key waits for its deletion at least. Default 30, the longest that KMS has. */
  readonly minimumDeletionDays: number;
  /** Days that a password of an IAM user lives at most. Default 90 (PCI DSS 8.3.9). */
  readonly maximumPasswordDays: number;
  /** Characters that a password of an IAM user has at least. Default 12 (PCI DSS 8.3.6). */
  readonly minimumPasswordLength: number;
  /** Ports that a security group may open to everyone. Default 80 and 443. */
  readonly publicPorts: readonly number[];
}

/** Defaults of all settings; a rule may have another of its own. */
export const DEFAULT_SETTINGS: Settings = {
  baseline: "elsewhere",
  minimumLogDays: 365,
  minimumLockDays: 365,
  maximumRotationDays: 90,
  minimumBackupDays: 7,
  minimumDeletionDays: 30,
  maximumPasswordDays: 90,
  minimumPasswordLength: 12,
  publicPorts: [80, 443],
};

type JsonSchema = PolicyConfigSchema["properties"][string];
type Schema = JsonSchema & { readonly description: string };

function days(least: number, most: number, description: string): Schema {
  return { type: "integer", minimum: least, maximum: most, description };
}

/** JSON schema of each setting, as Pulumi checks it. Bounds are AWS's own. */
const SCHEMAS: Readonly<Record<keyof Settings, Schema>> = {
  baseline: {
    type: "string",
    enum: ["here", "elsewhere"],
    description: "`here`: the stack must declare the baseline of its account and regions.",
  },
  minimumLogDays: days(1, 3653, "Days that a log group keeps audit entries at least."),
  minimumLockDays: days(1, 36_500, "Days that Object Lock keeps audit logs at least."),
  maximumRotationDays: days(1, 1000, "Days between two rotations of a secret at most."),
  minimumBackupDays: days(1, 35, "Days that automated backups are kept at least."),
  minimumDeletionDays: days(7, 30, "Days that a KMS key waits for its deletion at least."),
  maximumPasswordDays: days(1, 1095, "Days that a password of an IAM user lives at most."),
  minimumPasswordLength: {
    type: "integer",
    minimum: 6,
    maximum: 128,
    description: "Characters that a password of an IAM user has at least.",
  },
  publicPorts: {
    type: "array",
    items: { type: "integer", minimum: 0, maximum: 65_535 },
    description: "Ports that a security group may open to everyone.",
  },
};

/** What a rule says about the settings that it reads. */
export interface Configurable {
  readonly settings?: readonly (keyof Settings)[];
  readonly defaults?: Partial<Settings>;
}

/** JSON schema of the settings that a rule reads, with their defaults; undefined when it reads none. */
export function schemaOf(rule: Configurable): Record<string, JsonSchema> | undefined {
  if (rule.settings === undefined) return undefined;
  const defaults = settingsOf(rule);
  const entries = rule.settings.map((key): [string, JsonSchema] => {
    const value = defaults[key];
    return [key, { ...SCHEMAS[key], default: typeof value === "object" ? [...value] : value }];
  });
  return Object.fromEntries(entries);
}

/** All settings for one rule: what is given, else the rule's own defaults, else those of all. */
export function settingsOf({ defaults }: Configurable, given: Partial<Settings> = {}): Settings {
  return { ...DEFAULT_SETTINGS, ...defaults, ...given };
}

/** What is allowed instead, in words; undefined when the value is allowed. */
export function refused(key: keyof Settings, value: unknown): string | undefined {
  const schema = SCHEMAS[key];
  if (schema.enum !== undefined) return schema.enum.includes(value as never) ? undefined : schema.enum.join(" or ");
  if (schema.type === "array") {
    const isPort = (port: unknown) => Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535;
    return Array.isArray(value) && value.every(isPort) ? undefined : "a list of ports from 0 to 65535";
  }
  const [least, most] = [schema.minimum ?? 0, schema.maximum ?? Infinity];
  const fits = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return fits ? undefined : `a whole number from ${least} to ${most}`;
}
