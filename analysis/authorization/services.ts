import { arnsOverlap, withoutVariables } from "../arn";
import { fits } from "../patterns";
import table from "./services.json";

/** What an action does, in the words of AWS's Service Authorization Reference. */
export type AccessLevel = "List" | "Read" | "Write" | "Tagging" | "Permissions management";

/** Type of a condition key's values. */
export type KeyType = (typeof KEY_TYPES)[number];
const KEY_TYPES = ["String", "ARN", "Bool", "Numeric", "Date", "IPAddress"] as const;

export interface ConditionKey {
  /** A pattern where part of the name is free, e.g. `aws:ResourceTag/*`. */
  readonly name: string;
  readonly type: KeyType;
  /** The request may bring several values: such a key needs `ForAnyValue` or `ForAllValues`. */
  readonly multivalued: boolean;
}

export interface ServiceAction {
  /** In AWS's own letters, e.g. `s3:GetObject`. */
  readonly id: string;
  readonly level: AccessLevel;
  /** ARNs of the types of resource that a statement may name, `*` for each free part; none for an action that needs `Resource: "*"`. */
  readonly arns: readonly string[];
  readonly keys: readonly ConditionKey[];
}

interface Service {
  readonly actions: ReadonlyMap<string, ServiceAction>;
  readonly keys: readonly ConditionKey[];
}

const LEVELS: Readonly<Record<string, AccessLevel>> = {
  R: "Read",
  W: "Write",
  L: "List",
  T: "Tagging",
  P: "Permissions management",
};

const TYPES: Readonly<Record<string, KeyType>> = {
  S: "String",
  A: "ARN",
  B: "Bool",
  N: "Numeric",
  D: "Date",
  I: "IPAddress",
};

const texts: Readonly<Record<string, string | undefined>> = table.services;
const services = new Map<string, Service | undefined>();

/** A service by its prefix, e.g. `s3`; undefined when AWS has none of that name. Each is parsed when it is first asked for. */
function serviceOf(prefix: string): Service | undefined {
  if (!services.has(prefix)) {
    const text = texts[prefix];
    services.set(prefix, text === undefined ? undefined : parse(prefix, text));
  }
  return services.get(prefix);
}

function parse(prefix: string, text: string): Service {
  const [keyLine = "", resourceLine = "", setLine = "", ...lines] = text.split("\n");
  const keys = pairs(keyLine).map(([name, type]): ConditionKey => ({
    name: name.toLowerCase(),
    type: TYPES[type[0] ?? ""] ?? "String",
    multivalued: type.length > 1,
  }));
  const resources = words(resourceLine).map((arns) => arns.split(","));
  const sets = setLine.split("|").map((set) => pick(set, keys));
  const actions = new Map<string, ServiceAction>();
  for (const line of lines) {
    const [name = "", level = "", types = "", set = ""] = line.split("|");
    actions.set(name.toLowerCase(), {
      id: `${prefix}:${name}`,
      level: LEVELS[level] ?? "Write",
      arns: pick(types, resources).flat(),
      keys: sets[Number(set)] ?? [],
    });
  }
  return { actions, keys };
}

function pairs(line: string): [string, string][] {
  return words(line).map((word) => {
    const at = word.indexOf("=");
    return [word.slice(0, at), word.slice(at + 1)];
  });
}

function words(line: string): string[] {
  return line === "" ? [] : line.split(" ");
}

function listed(names: string): string[] {
  return names.trim().split(/\s+/);
}

function pick<T>(indexes: string, all: readonly T[]): T[] {
  return words(indexes).flatMap((index) => all[Number(index)] ?? []);
}

/** Prefix and rest of an action or of a pattern of actions, lower case. */
function split(action: string): [prefix: string, name: string] {
  const [prefix = "", name = ""] = action.toLowerCase().split(":");
  return [prefix, name];
}

export function isService(prefix: string): boolean {
  return serviceOf(prefix.toLowerCase()) !== undefined;
}

/** The action of that exact name, whatever its case. */
export function actionOf(action: string): ServiceAction | undefined {
  const [prefix, name] = split(action);
  return serviceOf(prefix)?.actions.get(name);
}

const matches = new Map<string, readonly ServiceAction[]>();

/** Actions that a pattern such as `s3:Get*` covers today; none for a pattern that leaves the service open. */
export function actionsMatching(pattern: string): readonly ServiceAction[] {
  const exact = actionOf(pattern);
  if (exact !== undefined) return [exact];
  if (!/[*?]/.test(pattern)) return [];
  let found = matches.get(pattern);
  if (found === undefined) {
    const [prefix, name] = split(pattern);
    found = [...(serviceOf(prefix)?.actions ?? [])].filter(([known]) => fits(name, known)).map(([, action]) => action);
    matches.set(pattern, found);
  }
  return found;
}

/** Names of a service's actions, for a word on a typo. */
export function actionNames(prefix: string): readonly string[] {
  return [...(serviceOf(prefix.toLowerCase())?.actions.values() ?? [])].map(({ id }) => id);
}

/** CloudWatch's data sets are the resource of calls that name one; all other metrics have none. */
const OPTIONAL_RESOURCE = new Set(["cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "cloudwatch:PutMetricData"]);

/** Must a statement say `Resource: "*"` to allow the action? False for what AWS does not have. */
export function needsAnyResource(action: string): boolean {
  const known = actionOf(action);
  return known !== undefined && (known.arns.length === 0 || OPTIONAL_RESOURCE.has(known.id));
}

/** A bucket's name has no slash: behind one stand objects. */
const BUCKET = "arn:*:s3:::*";

const MAX_SUPPORTED = 20_000;
const supported = new Map<string, boolean>();

/** May `resource`, an ARN or a pattern of a statement, name one of the action's resource types? */
export function supports(action: ServiceAction, resource: string): boolean {
  const key = `${action.id} ${resource}`;
  let answer = supported.get(key);
  if (answer === undefined) {
    const text = withoutVariables(resource);
    answer = action.arns.some((arn) => arnsOverlap(arn, text) && !(arn === BUCKET && text.includes("/")));
    if (supported.size >= MAX_SUPPORTED) supported.clear();
    supported.set(key, answer);
  }
  return answer;
}

/**
 * Condition keys that IAM itself brings to requests of every service, with the type of their values
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html). Tag keys are not among them: each action
 * tells whether it takes those.
 */
const GLOBAL_KEYS: Readonly<Record<KeyType, string>> = {
  String: `
    aws:federatedprovider aws:principalaccount aws:principalorgid aws:principalservicename aws:principaltag/* aws:principaltype
    aws:referer aws:requestedregion aws:resourceaccount aws:resourceorgid aws:sourceaccount aws:sourceidentity aws:sourceorgid
    aws:sourcevpc aws:sourcevpce aws:useragent aws:userid aws:username aws:vpceaccount aws:vpceorgid aws:calledviafirst
    aws:calledvialast aws:calledviaawsmcp aws:ec2instancesourcevpc glue:credentialissuingservice glue:roleassumedby identitystore:userid
  `,
  ARN: `
    aws:chatbotsourcearn aws:principalarn aws:signinsessionarn aws:sourcearn aws:sourcevpcarn codebuild:buildarn codebuild:projectarn
    ec2:sourceinstancearn lambda:sourcefunctionarn ssm:sourceinstancearn
  `,
  Bool: `
    aws:assumedroot aws:ismcpserviceaction aws:multifactorauthpresent aws:principalisawsservice aws:securetransport
    aws:viaawsmcpservice aws:viaawsservice
  `,
  Numeric: "aws:multifactorauthage ec2:roledelivery",
  Date: "aws:currenttime aws:epochtime aws:tokenissuetime",
  IPAddress: "aws:ec2instancesourceprivateipv4 aws:sourceip aws:vpcsourceip",
};

const GLOBAL_LISTS =
  "aws:calledvia aws:principalorgpaths aws:principalservicenameslist aws:resourceorgpaths aws:sourceorgpaths aws:vpceorgpaths";

const GLOBALS: readonly ConditionKey[] = [
  ...KEY_TYPES.flatMap((type) =>
    listed(GLOBAL_KEYS[type]).map((name): ConditionKey => ({ name, type, multivalued: false })),
  ),
  ...listed(GLOBAL_LISTS).map((name): ConditionKey => ({ name, type: "String", multivalued: true })),
];
const GLOBAL_NAMES = new Map(GLOBALS.map((key) => [key.name, key]));
const GLOBAL_PATTERNS = GLOBALS.filter(({ name }) => name.includes("*"));

/** The global condition key of that name, in lower case. */
export function globalKey(name: string): ConditionKey | undefined {
  return GLOBAL_NAMES.get(name) ?? GLOBAL_PATTERNS.find((key) => fits(key.name, name));
}

/** The condition key that `action` takes under `name` (lower case): a global one, or one of its own. */
export function keyOf(action: ServiceAction, name: string): ConditionKey | undefined {
  return globalKey(name) ?? action.keys.find((key) => fits(key.name, name));
}

/** A condition key of any service, whichever of its actions take it. */
export function knownKey(name: string): ConditionKey | undefined {
  const prefix = name.split(":")[0] ?? "";
  return globalKey(name) ?? serviceOf(prefix)?.keys.find((key) => fits(key.name, name));
}

/** Where the table comes from, and what it holds, so that a test can tell whether anybody edited it. */
export const origin = { source: table.source, date: table.date, sha256: table.sha256, services: table.services };
