import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { isKubernetes } from "../../../simulator/kubernetes-kinds";
import { immutableTypes } from "../../../simulator/immutable";
import { LIMITS } from "../../../simulator/limits";
import { models } from "../../../simulator/models";
import { RESOURCE, SECRET, SIGNATURE } from "../../../simulator/provider/wire";
import { objectClass } from "../../support/object-class";
import { references } from "../../../simulator/references";
import { isGlobal } from "../../../simulator/regions";
import { UNIQUENESS } from "../../../simulator/uniqueness";

const load = createRequire(__filename);

/** The source of the provider's class of a type. */
function classOf(type: string): string {
  const [pkg = "", path = ""] = type.split(":");
  const root = dirname(load.resolve(`@pulumi/${pkg}/package.json`));
  if (isKubernetes(type))
    return readFileSync(objectClass(type) ?? join(root, "apiextensions/customResource.js"), "utf8");
  return readFileSync(join(root, `${path.replace(/^index\//, "")}.js`), "utf8");
}

/** Inputs that a table names and the provider's class does not have. */
function unknownInputs(type: string, paths: Iterable<string>): string[] {
  const source = classOf(type);
  // A custom resource takes what its definition has.
  if (source.includes("class CustomResource extends")) return [];
  const roots = [...paths].map((path) => path.split(/[.[]/)[0] ?? path);
  return roots.filter((root) => !new RegExp(`resourceInputs\\["${root}"\\] = \\(?args\\?\\.`).test(source));
}

const withPackage = Object.keys(models).filter((type) => /^(aws|random):/.test(type));

describe("the tables of the simulator's provider", () => {
  it("name only types that have a model", () => {
    const named = [...immutableTypes.keys(), ...Object.keys(LIMITS), ...Object.keys(UNIQUENESS)];
    const pointed = Object.entries(references).flatMap(([type, list]) => [type, ...list.map(({ target }) => target)]);
    assert.deepEqual(
      [...named, ...pointed].filter((type) => models[type] === undefined),
      [],
    );
  });

  it("name only inputs that the provider's class has", () => {
    const wrong: string[] = [];
    const hold = (type: string, paths: Iterable<string>) =>
      wrong.push(...unknownInputs(type, paths).map((property) => `${type} ${property}`));
    for (const [type, paths] of immutableTypes) hold(type, paths);
    for (const [type, limits] of Object.entries(LIMITS)) hold(type, Object.keys(limits));
    for (const [type, list] of Object.entries(references))
      hold(
        type,
        list.map(({ path }) => path),
      );
    assert.deepEqual(wrong, []);
  });

  it("know as global what the provider's classes give no region", () => {
    for (const type of withPackage.filter((one) => one.startsWith("aws:"))) {
      assert.equal(isGlobal(type), !classOf(type).includes('resourceInputs["region"]'), type);
    }
  });

  it("agree with the SDK on how secrets and resources are marked on the wire", () => {
    const { specialSigKey, specialSecretSig, specialResourceSig } = pulumi.runtime;
    assert.deepEqual([SIGNATURE, SECRET, RESOURCE], [specialSigKey, specialSecretSig, specialResourceSig]);
  });
});
