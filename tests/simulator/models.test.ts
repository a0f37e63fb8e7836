import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Facts, type Model, type RegisterChild } from "../../simulator/model";
import { isKubernetes, KINDS } from "../../simulator/kubernetes-kinds";
import { models, remoteModels } from "../../simulator/models";
import { objectClass } from "../support/object-class";

const load = createRequire(__filename);

const PROVIDER = "pulumi:providers:";

/** The provider's class file of a type: `aws:ec2/vpc:Vpc` -> `@pulumi/aws/ec2/vpc.js`. */
function classFile(type: string): string {
  const [pkg = "", path = "", name = ""] = type.split(":");
  const root = dirname(load.resolve(`@pulumi/${type.startsWith(PROVIDER) ? name : pkg}/package.json`));
  if (type.startsWith(PROVIDER)) return join(root, "provider.js");
  if (isKubernetes(type)) return objectClass(type) ?? join(root, "apiextensions", "customResource.js");
  const [module = "", file = name.charAt(0).toLowerCase() + name.slice(1)] = path.split("/");
  return module === "index" ? join(root, `${file}.js`) : join(root, module, `${file}.js`);
}

/** Properties that the class says the program can not give: they come from the provider alone. */
function outputOnly(source: string): string[] {
  // A remote component lists its properties a second time, for a resource that is only looked up.
  const constructor = source.slice(source.indexOf("constructor("));
  const created = constructor.includes("if (!opts.id)")
    ? constructor.slice(0, constructor.indexOf("else {"))
    : constructor;
  return [...created.matchAll(/resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g)].map((match) => match[1] ?? "");
}

/** Where AWS takes one of several properties, the class insists on none. */
const FURTHER_INPUTS: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["policyName"],
};

/** What AWS would be asked for: a name, and a string for each property that the class insists on. */
function sample(type: string, nameProperty?: string, region = "eu-west-1"): Facts {
  const source = readFileSync(classFile(type), "utf8");
  const names = [...source.matchAll(/Missing required property '(\w+)'/g)].map((match) => match[1] ?? "");
  names.push(...(FURTHER_INPUTS[type] ?? []), ...(nameProperty === undefined ? [] : [nameProperty]));
  const arn = `arn:${region.startsWith("cn-") ? "aws-cn" : "aws"}:service:${region}:123456789012:sample`;
  const inputs = Object.fromEntries(names.map((name) => [name, /Arn$/.test(name) ? arn : "sample"]));
  return new Facts(
    type,
    `urn:pulumi:test::palisade::${type}::sample`,
    "sample",
    "sample",
    inputs,
    region,
    "123456789012",
  );
}

const answers = (type: string, model: Model, region?: string): Readonly<Record<string, unknown>> =>
  model.outputs?.(sample(type, model.nameProperty, region)) ?? {};

/** A resource's tags and the provider's default ones together: a program has no reason to read them back, and none does. */
const READ_BY_NOBODY = new Set(["tagsAll"]);

function assertComplete(type: string, answered: Readonly<Record<string, unknown>>): void {
  const file = classFile(type);
  const source = readFileSync(file, "utf8");
  if (source.includes("class CustomResource extends")) return;
  assert.ok(source.includes(`__pulumiType = '${type.replace(PROVIDER, "")}'`), `${file} is not the class of ${type}`);
  const missing = outputOnly(source).filter((name) => !READ_BY_NOBODY.has(name) && (answered[name] ?? null) === null);
  assert.deepEqual(missing, []);
  const unknown = Object.keys(answered).filter((name) => !source.includes(`resourceInputs["${name}"]`));
  assert.deepEqual(unknown, []);
}

describe("simulator models", () => {
  for (const [type, model] of Object.entries(models)) {
    it(`${type} answers every property that only the provider knows, and none that its class does not have`, () => {
      assertComplete(type, answers(type, model));
      if (model.nameProperty === undefined) return;
      if (KINDS[type] !== undefined) return assert.equal(model.nameProperty, "metadata.name");
      assert.ok(readFileSync(classFile(type), "utf8").includes(`resourceInputs["${model.nameProperty}"]`));
    });

    it(`${type} has an id that is the same in every run and not empty`, () => {
      const id = model.id(sample(type, model.nameProperty));
      assert.ok(id.length > 0);
      assert.equal(model.id(sample(type, model.nameProperty)), id);
      assert.ok(!/undefined|\[object/.test(id), id);
    });

    it(`${type} answers in the partition and region it is asked in`, () => {
      const answer = JSON.stringify(answers(type, model, "cn-north-1"));
      assert.ok(!answer.includes("arn:aws:"), answer);
      assert.ok(!answer.includes("eu-west-1"), answer);
    });
  }

  for (const [type, model] of Object.entries(remoteModels)) {
    it(`${type} answers every property that only its provider knows`, () => {
      const register: RegisterChild = (child, name, inputs) => {
        const facts = new Facts(child, `urn::${name}`, name, name, inputs, "eu-west-1", "123456789012");
        const found = models[child];
        assert.ok(found, `${type} registers ${child}, which has no model`);
        return { urn: facts.urn, outputs: { ...inputs, ...found.outputs?.(facts) }, reference: facts.urn };
      };
      assertComplete(type, model.construct(sample(type), register));
    });
  }
});
