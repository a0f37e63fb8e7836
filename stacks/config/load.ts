import { z } from "zod";
import { ConfigError, type ConfigProblem, nearest } from "./problems";
import type { System } from "./system";

const NAMESPACE = "palisade";

/** What a stack file gives under `palisade:`, and keys that look as if they were meant to stand there. */
export function givenKeys(values: Readonly<Record<string, string>>): {
  given: Record<string, unknown>;
  problems: ConfigProblem[];
} {
  const given: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(values)) {
    const [namespace = "", ...rest] = name.split(":");
    if (namespace === NAMESPACE) given[rest.join(":")] = decode(text);
    else if (namespace !== "aws" && nearest(namespace, [NAMESPACE]) !== undefined) {
      problems.push({ path: name, message: `Unknown namespace.`, fix: `Did you mean ${NAMESPACE}:${rest.join(":")}?` });
    }
  }
  return { given, problems };
}

/**
 * Reads and validates the configuration of a stack of `system`.
 * @param values fully qualified keys (`palisade:domain`) as Pulumi hands them over: strings, objects as JSON.
 * @throws ConfigError listing everything that is wrong, with nothing registered yet.
 */
export function loadConfig<Schema extends z.ZodObject>(
  { schema, crossChecks }: System<Schema>,
  values: Readonly<Record<string, string>>,
  stack: string,
): z.output<Schema> {
  const { given, problems } = givenKeys(values);
  const parsed = schema.safeParse(given, { reportInput: true });
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => fromIssue(issue, schema, given)));
  else
    problems.push(...crossChecks(parsed.data).map((problem) => ({ ...problem, path: `${NAMESPACE}:${problem.path}` })));
  if (!values["aws:region"]) {
    problems.push({
      path: "aws:region",
      message: "Is required: the home region of what is global.",
      fix: "Set it to the stack's region, or the first of them.",
    });
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(stack, problems);
  return parsed.data;
}

/** Pulumi's configuration is text: JSON for what the stack file gives as a map, list, number or boolean. */
function decode(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

type Issue = z.core.$ZodIssue;

function fromIssue(issue: Issue, schema: z.ZodObject, given: unknown): ConfigProblem[] {
  const path = pathText(issue.path);
  const value = at(given, issue.path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const allowed = keysAt(schema, issue.path, given);
      return issue.keys.map((key) => {
        const near = nearest(key, allowed);
        return {
          path: pathText([...issue.path, key]),
          message: near === undefined ? `Unknown key. Allowed: ${allowed.join(", ")}.` : "Unknown key.",
          fix: near === undefined ? undefined : `Did you mean ${near}?`,
        };
      });
    }
    case "invalid_type":
      if (value === undefined) return [{ path, message: `Is required (${issue.expected}).` }];
      return [{ path, value, message: `Give a ${issue.expected === "int" ? "whole number" : issue.expected}.` }];
    case "invalid_value": {
      const allowed = issue.values.map(String);
      if (value === undefined) return [{ path, message: "Is required.", fix: `Use one of: ${allowed.join(", ")}.` }];
      const near = typeof value === "string" ? nearest(value, allowed) : undefined;
      return [{ path, value, message: `Use one of: ${allowed.join(", ")}.`, fix: near && `Did you mean ${near}?` }];
    }
    case "invalid_union": {
      const key = issue.discriminator;
      if (key === undefined) return [{ path, value, message: issue.message }];
      const allowed = optionsOf(schema, issue.path, given, key);
      const chosen = at(given, [...issue.path]);
      if (chosen === undefined) return [{ path: pathText(issue.path.slice(0, -1)) || path, message: "Is required." }];
      return [{ path, value: chosen, message: `Use one of: ${allowed.join(", ")}.` }];
    }
    case "invalid_key":
      return issue.issues.map((inner) => ({ path, message: inner.message }));
    default:
      return [{ path, value, message: sentence(issue.message) }];
  }
}

function sentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part, index) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return index === 0 ? `${NAMESPACE}:${String(part)}` : `${text}.${String(part)}`;
  }, NAMESPACE);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, part) => (typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined),
    value,
  );
}

/** The schema that governs `path`, with defaults and optionals peeled off and unions decided by what was given. */
function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[], given: unknown): z.core.$ZodType | undefined {
  const bare = peel(schema, given);
  const [head, ...rest] = path;
  if (head === undefined) return bare;
  const next = at(given, [head]);
  if (bare instanceof z.ZodObject) {
    const field: unknown = bare.shape[String(head)];
    return field instanceof z.ZodType ? schemaAt(field, rest, next) : undefined;
  }
  if (bare instanceof z.ZodRecord) return schemaAt(bare.valueType, rest, next);
  if (bare instanceof z.ZodArray) return schemaAt(bare.element, rest, next);
  return undefined;
}

function peel(schema: z.core.$ZodType, given: unknown): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return peel(schema.unwrap(), given);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const chosen = schema.options.find(
      (option) =>
        option instanceof z.ZodObject &&
        option
          .safeParse(given)
          .error?.issues.every((issue) => issue.code !== "invalid_value" || issue.path.length !== 1),
    );
    return chosen ?? schema;
  }
  return schema;
}

function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[], given: unknown): string[] {
  const found = schemaAt(schema, path, given);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** What a union's deciding key may be; the issue's path ends with that key. */
function optionsOf(schema: z.core.$ZodType, path: readonly PropertyKey[], given: unknown, key: string): string[] {
  const union = schemaAt(schema, path.at(-1) === key ? path.slice(0, -1) : path, given);
  if (!(union instanceof z.ZodDiscriminatedUnion)) return [];
  return union.options.flatMap((option) => {
    const literal: unknown = option instanceof z.ZodObject ? option.shape[key] : undefined;
    return literal instanceof z.ZodLiteral ? [...literal.values].map(String) : [];
  });
}
