import { ResourceGraph, type RecordedResourceLike } from "../../analysis/graph";

/** Pulumi's wire value for what only the update will tell. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** An output of another resource of the fixture, as a program would pass it on. */
export class Ref {
  constructor(
    readonly resource: string,
    readonly output: string,
  ) {}
}

export const ref = (resource: string, output = "id"): Ref => new Ref(resource, output);

export interface FixtureResource {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Resources by logical name. */
export type Fixture = Readonly<Record<string, FixtureResource>>;

/** `update`: every id is known. `preview`: an output of another resource is unknown, and Pulumi tells whose it is. */
export type Moment = "update" | "preview";

/** A resource whose outputs nobody knows anything about. */
const STRANGER = "stranger";

export const urnOf = (fixture: Fixture, name: string): string =>
  `urn:pulumi:test::palisade::${fixture[name]?.type ?? "test:index:Stranger"}::${name}`;

/** What AWS would answer for an output. */
const answer = (name: string, output: string): string =>
  output === "arn" ? `arn:aws:test:eu-west-1:123456789012:${name}` : `${output}-of-${name}`;

/** Makes a graph from literal resources. `instead`: other values, known or not, at places in inputs (`resource.rules[0].key`); nobody knows what they are made from. */
export function graphOf(
  fixture: Fixture,
  moment: Moment,
  instead: Readonly<Record<string, unknown>> = {},
): ResourceGraph {
  const names = [...Object.keys(fixture), STRANGER];
  const resources = names.map((name): RecordedResourceLike => {
    const inputs: Record<string, unknown> = {};
    const propertyDependencies: Record<string, string[]> = {};
    for (const [property, value] of Object.entries(fixture[name]?.inputs ?? {})) {
      const makers = new Set<string>();
      inputs[property] = resolved(value, fixture, moment, makers);
      if (makers.size > 0) propertyDependencies[property] = [...makers].map((maker) => urnOf(fixture, maker));
    }
    for (const [place, value] of Object.entries(instead)) {
      const [resource, property, ...inside] = segments(place);
      if (resource !== name || property === undefined) continue;
      inputs[property] = replaced(inputs[property], inside, value);
      propertyDependencies[property] = [urnOf(fixture, STRANGER)];
    }
    const computed =
      moment === "preview"
        ? {}
        : Object.fromEntries(
            ["arn", "url", "name", "identifier", "keyId"].map((output) => [output, answer(name, output)]),
          );
    return {
      urn: urnOf(fixture, name),
      type: fixture[name]?.type ?? "test:index:Stranger",
      name,
      custom: true,
      id: answer(name, "id"),
      inputs,
      outputs: { ...computed, ...inputs },
      region: "eu-west-1",
      dependencies: [],
      propertyDependencies,
      protect: false,
      source: [],
    };
  });
  return ResourceGraph.fromRecording({ preview: moment === "preview", resources });
}

/** `resource.rules[0].tags["a.b"]` -> resource, rules, 0, tags, a.b. */
export function segments(path: string): string[] {
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? "");
}

/** The value with another one at one place in it; what is absent on the way there is replaced as a whole. */
function replaced(value: unknown, path: readonly string[], instead: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null) return instead;
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === key ? replaced(item, rest, instead) : item));
  return { ...value, [key]: replaced(Reflect.get(value, key), rest, instead) };
}

function resolved(value: unknown, fixture: Fixture, moment: Moment, makers: Set<string>): unknown {
  if (value instanceof Ref) {
    makers.add(value.resource);
    // What the program itself gave is known before the update.
    const given = fixture[value.resource]?.inputs?.[value.output];
    if (typeof given === "string") return given;
    return moment === "preview" ? UNKNOWN : answer(value.resource, value.output);
  }
  if (Array.isArray(value)) return value.map((item) => resolved(item, fixture, moment, makers));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, fixture, moment, makers)]));
}
