import { arnContains, arnsOverlap, withoutVariables } from "./arn";
import { contains, overlaps } from "./patterns";
import { concernsAction, type Condition, isUnknownValue, isValueOf, type PolicyStatement } from "./policy-document";

/** True, false, or undefined: the request will tell. */
export type Answer = boolean | undefined;

export interface Request {
  /** e.g. `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or a pattern of ARNs: then it is asked of any of them. */
  readonly resource: string;
  /** Values of condition keys (lower case) that are known beforehand; all others are up to the request. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** Does the statement speak about the request? */
export function applies(statement: PolicyStatement, request: Request): Answer {
  if (!concernsAction(statement, request.action)) return false;
  return every([
    concernsResource(statement, request.resource),
    ...statement.conditions.map((condition) => holds(condition, request.context ?? {})),
  ]);
}

function every(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** Of a pattern of resources, a statement may name all, some or none. */
function concernsResource({ resources, allResourcesBut }: PolicyStatement, resource: string): Answer {
  // A repository's policy has no resources: it is about the repository.
  if (resources.length === 0) return true;
  const patterns = resources.map(withoutVariables);
  const isVariable = patterns.some((pattern, index) => pattern !== resources[index]);
  const unknown = some(patterns.filter(isUnknownValue).map((value) => isValueOf(value, resource)));
  if (unknown === true) return !allResourcesBut;
  const named = patterns.some((pattern) => arnContains(pattern, resource)) && !isVariable;
  if (named) return !allResourcesBut;
  if (unknown === undefined || patterns.some((pattern) => arnsOverlap(pattern, resource))) return undefined;
  return allResourcesBut;
}

/** Is the condition met by the values that are known of every such request? A known value may have a `*` for a part that is not. */
export function holds(condition: Condition, context: NonNullable<Request["context"]>): Answer {
  const given = context[condition.key];
  if (given === undefined) return undefined;
  if (condition.operator === "Null") return condition.values.every((value) => value.toLowerCase() !== "true");
  if (condition.values.some((value) => value.includes("${"))) return undefined;
  const negated = /^(String|Arn)Not/.test(condition.operator);
  const meets = (value: string): Answer => {
    const met = some(condition.values.map((wanted) => compare(condition.operator, wanted, value)));
    return met === undefined ? undefined : met !== negated;
  };
  return condition.qualifier === "ForAnyValue" ? some(given.map(meets)) : every(given.map(meets));
}

function some(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function compare(operator: string, wanted: string, value: string): Answer {
  switch (operator) {
    case "StringEquals":
    case "StringNotEquals":
      return wanted === value ? true : value.includes("*") && overlaps(wanted, value) ? undefined : false;
    case "StringEqualsIgnoreCase":
    case "StringNotEqualsIgnoreCase":
    case "Bool":
      return wanted.toLowerCase() === value.toLowerCase();
    case "StringLike":
    case "StringNotLike":
      return contains(wanted, value) ? true : overlaps(wanted, value) ? undefined : false;
    case "ArnEquals":
    case "ArnLike":
    case "ArnNotEquals":
    case "ArnNotLike":
      return arnContains(wanted, value) ? true : arnsOverlap(wanted, value) ? undefined : false;
    default:
      return undefined;
  }
}
