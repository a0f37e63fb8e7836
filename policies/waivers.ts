import { z } from "zod";
import type { Severity } from "./catalogue/catalogue";
import type { Rule } from "./rule";

/** The longest time from `granted` to `expires`, in days: what is worse must be looked at again sooner. */
export const LONGEST_DAYS: Readonly<Record<Severity, number>> = { critical: 30, high: 90, medium: 180, low: 365 };

const DAY = 86_400_000;

const day = z.iso.date("Give a day as YYYY-MM-DD.");

const text = z.string("Is required.").trim().min(1, "Is required.");

/** One accepted risk. Everything is required but `finding`. */
const waiver = z.strictObject({
  rule: text,
  /** `<type> <name>` as reports show it, e.g. `s3.Bucket payments-*`; `*` stands for any text. */
  resource: text,
  /** Fingerprint or property of the one finding that is meant. Default: all that the rule finds on the resource. */
  finding: text.optional(),
  /** Stacks that it holds for. */
  stacks: z.array(text, "Name at least one stack.").min(1, "Name at least one stack."),
  reason: z
    .string()
    .trim()
    .min(20, "Say in a sentence why the risk is acceptable and what stands in the rule's place."),
  /** Person or team that answers for it. */
  owner: text,
  ticket: text,
  granted: day,
  expires: day,
});

export type Waiver = z.infer<typeof waiver>;

const file = z.strictObject({ waivers: z.array(waiver) });

/** Something wrong in a waiver file. */
export interface WaiverProblem {
  /** `waivers[2].expires`. */
  readonly path: string;
  readonly message: string;
}

/** Thrown with everything that is wrong at once. */
export class WaiverError extends Error {
  constructor(readonly problems: readonly WaiverProblem[]) {
    super(problems.map(({ path, message }) => `  ${path}: ${message}`).join("\n"));
  }
}

/**
 * Checks what a waiver file holds, as read from YAML.
 * @param today a day, `YYYY-MM-DD`.
 * @throws WaiverError for a waiver that is malformed, names no rule, lasts too long or has expired.
 */
export function readWaivers(content: unknown, rules: readonly Rule[], today: string): readonly Waiver[] {
  const parsed = file.safeParse(content);
  if (!parsed.success) {
    throw new WaiverError(parsed.error.issues.map(({ path, message }) => ({ path: z.core.toDotPath(path), message })));
  }
  const { waivers } = parsed.data;
  const problems = waivers.flatMap((one, index) =>
    faults(one, rules, today).map(([key, message]) => ({ path: `waivers[${index}].${key}`, message })),
  );
  if (problems.length > 0) throw new WaiverError(problems);
  return waivers;
}

function faults(one: Waiver, rules: readonly Rule[], today: string): [keyof Waiver, string][] {
  const rule = rules.find(({ id }) => id === one.rule);
  if (rule === undefined) return [["rule", `${one.rule} is no rule. palisade rules lists them.`]];
  if (one.granted > today) return [["granted", `${one.granted} lies in the future.`]];
  if (one.expires < today)
    return [["expires", `It expired on ${one.expires}. Fix ${one.resource}, or have the risk accepted anew.`]];
  const longest = LONGEST_DAYS[rule.severity];
  const days = (Date.parse(one.expires) - Date.parse(one.granted)) / DAY;
  if (days > longest) {
    const latest = new Date(Date.parse(one.granted) + longest * DAY).toISOString().slice(0, 10);
    return [["expires", `${days} days are too long for a ${rule.severity} rule: ${latest} at the latest.`]];
  }
  return days < 0 ? [["expires", `It lies before granted, ${one.granted}.`]] : [];
}
