import { isIP } from "node:net";
import { closest } from "fastest-levenshtein";
import {
  actionNames,
  actionsMatching,
  type ConditionKey,
  isService,
  keyOf,
  knownKey,
  type ServiceAction,
  supports,
} from "../../analysis/authorization/services";
import { type Condition, isUnknownValue, type PolicyStatement } from "../../analysis/policy-document";
import { statements } from "../catalogue/statements";
import { all, fail, implement, type Implementation, type Outcome, PASS, type Rule } from "../rule";
import { type DocumentKind, DOCUMENTS, everyStatement } from "./documents";

/**
 * Actions that AWS's guides tell to allow, though its Service Authorization Reference does not have them:
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html
 */
const UNLISTED = new Set(["logs:putlogeventsbatch"]);

const isEverything = (pattern: string) => /^\*+(:\*+)?$/.test(pattern);
const isUnlisted = (action: string) => UNLISTED.has(action.toLowerCase());

function unknownAction(action: string, statement: PolicyStatement): Outcome {
  if (isEverything(action) || isUnlisted(action) || actionsMatching(action).length > 0) return PASS;
  const [prefix = "", name] = action.split(":");
  if (name === undefined) return fail(`"${action}" is no action: it has no service in front.`, statement.path);
  if (!isService(prefix)) return fail(`${action}: AWS has no service "${prefix}".`, statement.path);
  if (/[*?]/.test(action)) return fail(`${action} covers no action that AWS has.`, statement.path);
  return fail(`${action} is no action of AWS; ${closest(action, actionNames(prefix))} is.`, statement.path);
}

/** Actions by which a trust policy lets somebody take the role. */
const TRUST = "sts";

function misfits(statement: PolicyStatement, kind: DocumentKind): Outcome {
  if (kind === "trust") {
    const others = statement.actions.filter((action) => !isEverything(action) && action.split(":")[0] !== TRUST);
    return others.length > 0 ? fail(`${others.join(", ")} means nothing in a trust policy.`, statement.path) : PASS;
  }
  // What NotAction and NotResource leave out can not be said to fit.
  if (statement.allActionsBut || statement.allResourcesBut) return PASS;
  if (statement.resources.length === 0) {
    // A repository's policy has no Resource: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
    return kind === "resource" ? PASS : fail("It names no resource.", statement.path);
  }
  const named = statement.resources.filter((resource) => resource !== "*");
  if (named.length === 0) return PASS;
  const covered = statement.actions.map((pattern) => ({ pattern, actions: actionsMatching(pattern) }));
  return all(
    ...covered
      .filter(({ actions }) => actions.length > 0 && !actions.some((action) => isUsable(action, statement.resources)))
      .map(({ pattern, actions }) => fail(withoutResource(pattern, actions), statement.path)),
    ...named
      .filter((resource) => !isUsed(resource, statement, covered))
      .map((resource) => fail(`None of its actions can be used with ${resource}.`, statement.path)),
  );
}

/** What a resource of the program will be called is not known before the update; any action that names resources may mean it. */
function fits(action: ServiceAction, resource: string): boolean {
  return isUnknownValue(resource) ? action.arns.length > 0 : supports(action, resource);
}

function isUsable(action: ServiceAction, resources: readonly string[]): boolean {
  return resources.includes("*") || resources.some((resource) => fits(action, resource));
}

function isUsed(
  resource: string,
  { actions }: PolicyStatement,
  covered: readonly { readonly actions: readonly ServiceAction[] }[],
): boolean {
  return (
    actions.some((action) => isEverything(action) || isUnlisted(action)) ||
    // An action that AWS does not have is another finding.
    covered.every((known) => known.actions.length === 0) ||
    covered.some((known) => known.actions.some((action) => fits(action, resource)))
  );
}

function withoutResource(pattern: string, actions: readonly ServiceAction[]): string {
  const types = [...new Set(actions.flatMap((action) => action.arns))];
  return types.length === 0
    ? `${pattern} knows no resources: it is allowed on * or not at all.`
    : `${pattern} is for ${types.slice(0, 3).join(", ")}${types.length > 3 ? " and others" : ""}: none is named here.`;
}

/** Keys that an identity provider's token brings to a trust policy, e.g. `token.actions.githubusercontent.com:sub`. */
function isClaim(key: string, { principals }: PolicyStatement): boolean {
  return (principals.Federated ?? []).some((provider) => {
    const issuer = provider.toLowerCase().split(":oidc-provider/")[1] ?? provider.toLowerCase();
    return key.startsWith(`${issuer}:`) || (/:saml-provider\//.test(provider.toLowerCase()) && key.startsWith("saml:"));
  });
}

/**
 * The policy that AWS publishes for a key behind CloudWatch Logs asks for an encryption context of `kms:Describe*` as well, which carries none:
 * the permission is dead, and nothing is wider for it
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).
 */
const isAsInGuide = (action: string, key: string) =>
  key.startsWith("kms:encryptioncontext:") && /^kms:describe(\*|key)$/i.test(action);

function unknownKeys(statement: PolicyStatement, kind: DocumentKind): Outcome {
  return all(
    PASS,
    ...statement.conditions.map((condition): Outcome => {
      const { key, operator, ifExists } = condition;
      // These ask nothing of a request that does not bring the key.
      if (ifExists || operator === "Null") return PASS;
      if (kind === "trust" && isClaim(key, statement)) return PASS;
      if (!key.includes(":")) return fail(`"${key}" is no condition key.`, statement.path);
      const without = withoutKey(statement, key);
      return without.length === 0
        ? PASS
        : fail(`No request for ${without.join(", ")} brings the condition key ${key}.`, statement.path);
    }),
  );
}

/** Actions of the statement that never bring the key. Of a pattern, one action that does is enough. */
function withoutKey({ actions, allActionsBut }: PolicyStatement, key: string): readonly string[] {
  if (allActionsBut || actions.some(isEverything)) return knownKey(key) === undefined ? ["any action"] : [];
  return actions.filter((pattern) => {
    if (isAsInGuide(pattern, key)) return false;
    const known = actionsMatching(pattern);
    return known.length > 0 && !known.some((action) => keyOf(action, key) !== undefined);
  });
}

type KeyType = ConditionKey["type"];

const EQUALITY = ["Equals", "NotEquals"];
const COMPARISON = [...EQUALITY, "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
const family = (name: string, operators: readonly string[], types: readonly KeyType[]) =>
  operators.map((operator): [string, readonly KeyType[]] => [`${name}${operator}`, types]);

/**
 * Operators, and the types of keys that each compares
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
 */
const OPERATORS: ReadonlyMap<string, readonly KeyType[]> = new Map([
  // ARNs may be compared as strings, and strings that hold ARNs, such as an encryption context, as ARNs.
  ...family("String", [...EQUALITY, "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"], ["String", "ARN"]),
  ...family("Arn", [...EQUALITY, "Like", "NotLike"], ["ARN", "String"]),
  ...family("Numeric", COMPARISON, ["Numeric"]),
  ...family("Date", COMPARISON, ["Date"]),
  ...family("", ["Bool"], ["Bool"]),
  ...family("", ["BinaryEquals"], ["String"]),
  ...family("", ["IpAddress", "NotIpAddress"], ["IPAddress"]),
  ...family("", ["Null"], ["String", "ARN", "Bool", "Numeric", "Date", "IPAddress"]),
]);

/** The time in seconds may be compared as a number as well as a date. */
const EPOCH = "aws:epochtime";

function misused(condition: Condition, statement: PolicyStatement): Outcome {
  const { operator, key } = condition;
  const types = OPERATORS.get(operator);
  if (types === undefined) return fail(`AWS has no condition operator ${operator}.`, statement.path);
  const type = typeOf(key, statement);
  if (type !== undefined && !types.includes(type) && !(key === EPOCH && operator.startsWith("Numeric")))
    return fail(`${operator} does not compare ${key}, whose values are of type ${type}.`, statement.path);
  const wrong = condition.values.filter((value) => !isUnknownValue(value) && !canMeet(operator, value));
  return wrong.length > 0
    ? fail(`${operator} can not meet ${wrong.map((value) => `"${value}"`).join(", ")} of ${key}.`, statement.path)
    : PASS;
}

/** The type that the statement's actions give a key; services may each have a key of the same name. */
function typeOf(key: string, { actions }: PolicyStatement): KeyType | undefined {
  for (const action of actions.flatMap(actionsMatching)) {
    const known = keyOf(action, key);
    if (known !== undefined) return known.type;
  }
  return knownKey(key)?.type;
}

/** Can a request have a value that the operator finds equal to this one, or unlike it? */
function canMeet(operator: string, value: string): boolean {
  if (/\$\{/.test(value)) return true;
  if (/^String(Not)?Equals/.test(operator)) return !/[*?]/.test(value);
  if (operator.startsWith("Arn")) return /^(arn:|\*)/.test(value);
  if (operator.startsWith("Numeric")) return value.trim() !== "" && !Number.isNaN(Number(value));
  if (operator.startsWith("Date")) return !Number.isNaN(Date.parse(value)) || /^\d+$/.test(value);
  if (operator === "Bool" || operator === "Null") return /^(true|false)$/i.test(value);
  if (/IpAddress$/.test(operator)) return isAddress(value);
  return true;
}

function isAddress(value: string): boolean {
  const [address = "", length] = value.split("/");
  const version = isIP(address);
  return (
    version !== 0 && (length === undefined || (/^\d+$/.test(length) && Number(length) <= (version === 4 ? 32 : 128)))
  );
}

const everywhere = (judge: (statement: PolicyStatement, kind: DocumentKind) => Outcome): Implementation => ({
  types: DOCUMENTS,
  check: (node) => everyStatement(node, judge),
});

/** What is wrong with a statement by itself, whether it allows or denies: a denial that means nothing protects nothing. */
export const statementRules: readonly Rule[] = implement(statements, {
  "policy-known-actions": everywhere((statement) =>
    all(...statement.actions.map((action) => unknownAction(action, statement))),
  ),
  "policy-actions-fit-resources": everywhere(misfits),
  "policy-known-condition-keys": everywhere(unknownKeys),
  "policy-condition-operators": everywhere((statement) =>
    all(...statement.conditions.map((condition) => misused(condition, statement))),
  ),
});
