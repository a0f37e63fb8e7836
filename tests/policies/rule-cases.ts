import assert from "node:assert/strict";
import type { ResourceGraph } from "../../analysis/graph";
import { judge, PASS, type Pack, type Rule, type Verdict } from "../../policies/rule";
import { fixCases } from "./fix-cases";
import { type Fixture, graphOf, type Moment, segments, UNKNOWN } from "./fixture-graph";
import { declarationsOf } from "./provider-types";
import { readsOf } from "./reads";

/** What to change in the secure fixture: inputs to replace by resource, undefined to leave the resource out, a resource to add. */
export type Change = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

export interface RuleCase {
  /** Resources that satisfy the rule. */
  readonly secure: Fixture;
  /** What breaks it, each by name. */
  readonly broken: Readonly<Record<string, Change>>;
  /** Other ways to satisfy it. */
  readonly alsoSecure?: Readonly<Record<string, Change>>;
  /** What takes its object away. */
  readonly notApplicable?: Readonly<Record<string, Change>>;
  /** Values that decide the verdict but that the rule may do without, as `resource.rules[0].key`, each with the reason. */
  readonly notNeeded?: Readonly<Record<string, string>>;
}

const MOMENTS: readonly Moment[] = ["update", "preview"];

/** One `describe` for each rule of `pack` that `cases` names; all of one file's rules belong to one file of cases. */
export function ruleCases(pack: Pack, cases: Readonly<Record<string, RuleCase>>): void {
  for (const [id, ruleCase] of Object.entries(cases)) {
    const rule = pack.rules.find((candidate) => candidate.id === id);
    assert.ok(rule, `${pack.name} has no rule ${id}`);
    describe(`${pack.name}: ${id}`, () => casesOf(rule, ruleCase));
  }
}

function casesOf(rule: Rule, { secure, broken, alsoSecure, notApplicable, notNeeded = {} }: RuleCase): void {
  for (const moment of MOMENTS) {
    it(`${moment}: passes a secure program`, () => {
      assert.deepEqual(kinds(verdicts(rule, secure, moment), moment), ["pass"]);
    });
    for (const [what, change] of Object.entries(alsoSecure ?? {})) {
      it(`${moment}: passes ${what}`, () => {
        assert.deepEqual(kinds(verdicts(rule, changed(secure, change), moment), moment), ["pass"]);
      });
    }
    for (const [what, change] of Object.entries(notApplicable ?? {})) {
      it(`${moment}: does not concern ${what}`, () => {
        const found = kinds(verdicts(rule, changed(secure, change), moment), moment);
        assert.deepEqual(found, ["not-applicable"]);
      });
    }
    for (const [what, change] of Object.entries(broken)) {
      it(`${moment}: fails ${what}`, () => {
        const found = verdicts(rule, changed(secure, change), moment);
        assert.ok(
          found.some(({ kind }) => kind === "fail"),
          `got ${JSON.stringify(found)}`,
        );
      });
    }
  }

  const all = (changes: RuleCase["broken"] = {}) =>
    Object.fromEntries(Object.entries(changes).map(([what, change]) => [what, changed(secure, change)]));
  fixCases(rule, secure, all(alsoSecure), all(broken));

  it("names inputs that the provider has", () => {
    for (const [name, { type, inputs }] of Object.entries(secure)) {
      const changes = [...Object.values(broken), ...Object.values(alsoSecure ?? {})].map(
        (change) => change[name] ?? {},
      );
      for (const property of Object.keys(Object.assign({}, inputs, ...changes))) {
        assert.ok(inputsOf(type).has(property), `${type} takes no ${property}`);
      }
    }
  });

  it("never passes while a value that it needs is unknown", () => {
    const concerned = (graph: ResourceGraph) => graph.nodes.filter(({ type }) => rule.types.includes(type));
    const graph = graphOf(secure, "update");
    const read = readsOf(graph, () => concerned(graph).map((node) => judge(rule, node, graph)));
    const places = [...new Set([...read, ...changedPlaces(secure, broken)])];
    const passesWithout = places.filter((place) => !isOpen(verdicts(rule, secure, "update", { [place]: UNKNOWN })));
    // It may do without a value that decides nothing: whatever it were, the rule would not fail.
    const decisive = passesWithout.filter((place) =>
      [...VALUES, ...valuesAt(place, broken)].some((value) =>
        verdicts(rule, secure, "update", { [place]: value }).some(({ kind }) => kind === "fail"),
      ),
    );
    assert.deepEqual(
      decisive.filter((place) => !(place in notNeeded)),
      [],
    );
    const stale = Object.keys(notNeeded).filter((place) => !decisive.includes(place));
    assert.deepEqual(stale, [], "the rule needs these after all, or never reads them");
  });
}

/** What a value may turn out to be, harmless and not. */
const VALUES: readonly unknown[] = [
  undefined,
  "",
  "other",
  "*",
  "-1",
  "0.0.0.0/0",
  "arn:aws:iam::aws:policy/AdministratorAccess",
  JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] }),
  true,
  false,
  0,
  1,
  65_535,
  [],
  ["other"],
  ["0.0.0.0/0"],
  ["arn:aws:iam::aws:policy/AdministratorAccess"],
  [{}],
  {},
];

/** Inputs of the secure fixture that some broken case changes. */
function changedPlaces(secure: Fixture, broken: RuleCase["broken"]): string[] {
  return Object.values(broken).flatMap((change) =>
    Object.entries(change).flatMap(([name, values]) =>
      Object.keys(values ?? {})
        .filter((property) => secure[name]?.inputs?.[property] !== undefined)
        .map((property) => `${name}.${property}`),
    ),
  );
}

/** What broken cases put at a place. */
function valuesAt(place: string, broken: RuleCase["broken"]): unknown[] {
  const [resource = "", ...path] = segments(place);
  return Object.values(broken).flatMap((change) => {
    let value: unknown = change[resource];
    for (const key of path) value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
    return value === undefined ? [] : [value];
  });
}

const isOpen = (found: readonly Verdict[]) => found.some(({ kind }) => kind === "undetermined" || kind === "fail");

/** A type of the cluster's own, which no package declares. */
const CUSTOM = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy";
const CUSTOM_ARGS = "export interface SecurityGroupPolicyArgs {\n    metadata?: object;\n    spec?: object;\n}";

const knownInputs = new Map<string, ReadonlySet<string>>();

/** Inputs of a resource type, from the provider's own declarations. */
export function inputsOf(type: string): ReadonlySet<string> {
  let inputs = knownInputs.get(type);
  if (inputs === undefined) {
    const declarations = type === CUSTOM ? CUSTOM_ARGS : declarationsOf(type);
    const args = declarations.slice(declarations.search(/export interface \w+Args\b/));
    inputs = new Set([...args.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1] ?? ""));
    knownInputs.set(type, inputs);
  }
  return inputs;
}

function verdicts(
  rule: Rule,
  fixture: Fixture,
  moment: Moment,
  instead: Readonly<Record<string, unknown>> = {},
): Verdict[] {
  const graph = graphOf(fixture, moment, instead);
  const nodes = graph.nodes.filter((node) => rule.types.includes(node.type));
  if (nodes.length === 0) return [PASS];
  return nodes.flatMap((node) => judge(rule, node, graph));
}

/** The kinds that were found, "not applicable" left out beside others: a fixture may hold resources that a rule does not concern. */
function kinds(found: readonly Verdict[], moment: Moment): string[] {
  const all = [...new Set(found.map(({ kind }) => kind))];
  const concerned = all.filter((kind) => kind !== "not-applicable");
  const open = found.filter(({ kind }) => kind === "fail" || kind === "undetermined");
  if (open.length > 0) assert.fail(`${moment}: ${JSON.stringify(open)}`);
  return concerned.length > 0 ? concerned : all;
}

function changed(fixture: Fixture, change: Change): Fixture {
  const result: Record<string, Fixture[string]> = { ...fixture };
  for (const [name, inputs] of Object.entries(change)) {
    const before = fixture[name];
    if (inputs === undefined) delete result[name];
    else if (before === undefined) {
      assert.ok(typeof inputs.type === "string", `the fixture has no resource ${name}`);
      // A resource to add, in the form of the fixture itself.
      result[name] = { type: inputs.type, inputs: Object(inputs.inputs) };
    } else {
      const after = Object.entries({ ...before.inputs, ...inputs }).filter(([, value]) => value !== undefined);
      result[name] = { type: before.type, inputs: Object.fromEntries(after) };
    }
  }
  return result;
}
