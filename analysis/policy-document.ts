import { type Fact, Property } from "./graph";

/** One statement of an IAM policy document, with what AWS lets stand as one string or as a list made a list. */
export interface PolicyStatement {
  /** Where it stands, e.g. `policy.Statement[2]`. */
  readonly path: string;
  readonly sid: string | undefined;
  readonly allow: boolean;
  readonly actions: readonly string[];
  /** True when the document says NotAction: everything but `actions`. */
  readonly allActionsBut: boolean;
  readonly resources: readonly string[];
  readonly allResourcesBut: boolean;
  /** `{ AWS: [...] , Service: [...] }`; the plain `"*"` is `{ AWS: ["*"] }`. Empty in identity policies. */
  readonly principals: Readonly<Record<string, readonly string[]>>;
  readonly allPrincipalsBut: boolean;
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** Without the qualifier `ForAnyValue:` or `ForAllValues:` and without `IfExists`. */
  readonly operator: string;
  readonly qualifier: string | undefined;
  readonly ifExists: boolean;
  /** Lower case, as AWS does not tell cases apart in condition keys. */
  readonly key: string;
  readonly values: readonly string[];
}

/** The statements of the policy document in `property`, JSON text or an object. None when there is no document, or not a readable one. */
export function statementsOf(property: Property): Fact<readonly PolicyStatement[]> {
  const document = documentOf(property);
  const { fact, producers } = document;
  if (fact.known) return { known: true, value: parseStatements(fact.value, property.path) };
  const given = document.at("Statement");
  const statements = given.items.length > 0 ? given.items : [given];
  if (producers.length === 0 || !producers.every(isResource)) return fact;
  const unclear = statements.some(
    (statement) =>
      statement.unknown || statement.entries.some(([key, part]) => !NAMES_THINGS.has(key) && !part.fact.known),
  );
  if (unclear) return fact;
  const value = unknownValue(producers);
  return {
    known: true,
    value: parseStatements({ Statement: statements.map((statement) => statement.filled(value)) }, property.path),
  };
}

/**
 * JSON text read as what it says, so that rules can ask `documentOf(text).at("[0].user")`. One value that is not known yet makes the whole text
 * unknown; what a component registered of it (`Component.registerOutputs`) then has only that value unknown.
 */
export function documentOf(property: Property): Property {
  const { node, path, fact } = property;
  if (fact.known) return typeof fact.value === "string" ? new Property(node, path, parsed(fact.value)) : property;
  const told = property.unknown ? node.toldDocument(path) : undefined;
  return told === undefined ? property : new Property(node, path, told);
}

/** What names things in a statement. While an action or an effect is not known, the statement says nothing. */
const NAMES_THINGS = new Set(["Resource", "NotResource", "Principal", "NotPrincipal", "Condition"]);

/** What a reference to another stack or a component gives may be anything; what AWS gives a resource is one id, ARN or name of that resource. */
function isResource(urn: string): boolean {
  return /^[a-z0-9-]+:[^:]*\/[^:]*:[^:]+$/.test(place(urn).type);
}

/**
 * Stands for a value in a statement that AWS will give one of the resources `producers`: one exact id, ARN or name, or a place below it. It fits no
 * pattern and is no wildcard.
 */
export function unknownValue(producers: readonly string[]): string {
  const names = producers.map((urn) => `${place(urn).type} ${place(urn).name}`).sort();
  return `${UNKNOWN_VALUE}${names.join(", ").replace(/[*?]/g, "_")}>`;
}

const UNKNOWN_VALUE = "<value of ";

/** Is it a value of a statement that is not known before the update, but comes from a resource of the program? */
export function isUnknownValue(text: string): boolean {
  return text.startsWith(UNKNOWN_VALUE);
}

/** Is the unknown `value` of a statement the resource whose own ARN, not known either, ends in its {@link unknownValue}? Undefined when it may be another of its type. */
export function isValueOf(value: string, resource: string): boolean | undefined {
  const own = resource.slice(resource.indexOf(UNKNOWN_VALUE) + UNKNOWN_VALUE.length, -1);
  const producers = value.slice(UNKNOWN_VALUE.length, -1).split(", ");
  if (!resource.includes(UNKNOWN_VALUE) || !producers.includes(own)) return false;
  const type = own.slice(0, own.indexOf(" ") + 1);
  return producers.filter((producer) => producer.startsWith(type)).length === 1 ? true : undefined;
}

function place(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

/** JSON text in a property, e.g. container definitions. Undefined when it is not JSON. */
export function jsonOf(property: Property): Fact {
  const fact = property.fact;
  if (!fact.known || typeof fact.value !== "string") return fact;
  return { known: true, value: parsed(fact.value) };
}

/** Does an IAM pattern (`*` any characters, `?` one) cover `text`? Case does not count, as in action names. */
export function covers(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern.toLowerCase() === text.toLowerCase()) return true;
  if (!/[*?]/.test(pattern)) return false;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "is").test(text);
}

/** Does the statement speak about `action`, e.g. `s3:GetObject`? */
export function concernsAction(statement: PolicyStatement, action: string): boolean {
  return statement.actions.some((pattern) => covers(pattern, action)) !== statement.allActionsBut;
}

/** Names everyone: `"*"`, `{ "AWS": "*" }` or `{ "*": "*" }`. */
export function isEveryone({ principals }: PolicyStatement): boolean {
  return [...(principals.AWS ?? []), ...(principals["*"] ?? [])].includes("*");
}

/** Everyone, in or outside AWS, or everyone but some. */
export function isPublic(statement: PolicyStatement): boolean {
  return statement.allPrincipalsBut || isEveryone(statement);
}

/** The statements of a known document, JSON text or an object; `path` is where it stands. */
export function parseStatements(document: unknown, path: string): PolicyStatement[] {
  const value = typeof document === "string" ? parsed(document) : document;
  if (typeof value !== "object" || value === null) return [];
  const given: unknown = Reflect.get(value, "Statement");
  const list = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return list.map((item: unknown, index) => parseStatement(item, `${path}.Statement[${index}]`));
}

/** Documents are read by many rules; what stands in a program's text is parsed once. */
const texts = new Map<string, unknown>();
const MAX_TEXTS = 20_000;

function parsed(text: string): unknown {
  if (texts.has(text)) return texts.get(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (texts.size >= MAX_TEXTS) texts.clear();
  texts.set(text, value);
  return value;
}

function parseStatement(raw: unknown, path: string): PolicyStatement {
  const get = (key: string): unknown => (typeof raw === "object" && raw !== null ? Reflect.get(raw, key) : undefined);
  const sid = get("Sid");
  return {
    path,
    sid: typeof sid === "string" ? sid : undefined,
    allow: get("Effect") === "Allow",
    actions: strings(get("Action") ?? get("NotAction")),
    allActionsBut: get("NotAction") !== undefined,
    resources: strings(get("Resource") ?? get("NotResource")),
    allResourcesBut: get("NotResource") !== undefined,
    principals: principals(get("Principal") ?? get("NotPrincipal")),
    allPrincipalsBut: get("NotPrincipal") !== undefined && get("Effect") === "Allow",
    conditions: conditions(get("Condition")),
  };
}

function principals(value: unknown): Record<string, readonly string[]> {
  if (value === "*") return { AWS: ["*"] };
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([kind, who]) => [kind, strings(who)]));
}

function conditions(value: unknown): Condition[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([operator, keys]) => {
    const [, qualifier, name = operator, ifExists] =
      /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
    return Object.entries(typeof keys === "object" && keys !== null ? keys : {}).map(([key, values]): Condition => ({
      operator: name,
      qualifier,
      ifExists: ifExists !== undefined,
      key: key.toLowerCase(),
      values: strings(values),
    }));
  });
}

function strings(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => String(item));
}
