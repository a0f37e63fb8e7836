import assert from "node:assert/strict";
import { fixedPaths, hasFix, remediate } from "../../policies/fixes";
import { judge, type Rule } from "../../policies/rule";
import { type Fixture, graphOf } from "./fixture-graph";

const KEY = { keyArn: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" };

/** A rule's fix must make every broken case hold that it covers, change nothing the second time, and leave alone what holds. */
export function fixCases(
  rule: Rule,
  secure: Fixture,
  alsoSecure: Readonly<Record<string, Fixture>>,
  broken: Readonly<Record<string, Fixture>>,
): void {
  if (!hasFix(rule)) return;

  it("its fix leaves a secure program alone", () => {
    for (const [name, { type, inputs = {} }] of Object.entries(secure))
      assert.equal(remediate(rule, type, inputs, KEY), inputs, name);
  });

  for (const [what, fixture] of Object.entries(alsoSecure)) {
    it(`its fix leaves ${what} secure`, () => assert.deepEqual(failures(rule, repaired(rule, fixture)), []));
  }

  for (const [what, fixture] of Object.entries(broken)) {
    const after = repaired(rule, fixture);
    it(`its fix changes nothing the second time: ${what}`, () => {
      for (const [name, { type, inputs = {} }] of Object.entries(after))
        assert.equal(remediate(rule, type, inputs, KEY), inputs, name);
    });
    if (!isCovered(rule, secure, fixture)) continue;
    it(`its fix mends ${what}`, () => {
      assert.deepEqual(failures(rule, after), []);
    });
  }

  it("its fix mends some broken case", () => {
    assert.ok(Object.values(broken).some((fixture) => isCovered(rule, secure, fixture)));
  });
}

function repaired(rule: Rule, fixture: Fixture): Fixture {
  const entries = Object.entries(fixture).map(([name, { type, inputs = {} }]): [string, Fixture[string]] => [
    name,
    { type, inputs: remediate(rule, type, inputs, KEY) },
  ]);
  return Object.fromEntries(entries);
}

function failures(rule: Rule, fixture: Fixture): unknown[] {
  const graph = graphOf(fixture, "update");
  return graph.nodes
    .filter((node) => rule.types.includes(node.type))
    .flatMap((node) => judge(rule, node, graph))
    .filter(({ kind }) => kind === "fail" || kind === "undetermined");
}

/** Does the broken program differ from the secure one only where the fix sets something? */
function isCovered(rule: Rule, secure: Fixture, broken: Fixture): boolean {
  const names = new Set([...Object.keys(secure), ...Object.keys(broken)]);
  return [...names].every((name) => {
    const [before, after] = [secure[name], broken[name]];
    if (before === undefined || after === undefined) return false;
    const paths = fixedPaths(rule, before.type);
    const [old, now] = [leaves(before.inputs), leaves(after.inputs)];
    return [...new Set([...old.keys(), ...now.keys()])].every(
      (path) => old.get(path) === now.get(path) || paths.includes(path),
    );
  });
}

/** Path -> value of everything that is no plain object or list. */
function leaves(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) value.forEach((item) => leaves(item, `${path}[*]`, found));
  else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    for (const [key, item] of Object.entries(value)) leaves(item, path === "" ? key : `${path}.${key}`, found);
  else if (value !== undefined) found.set(path, `${found.get(path) ?? ""}${JSON.stringify(value)}`);
  return found;
}
