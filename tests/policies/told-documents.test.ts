import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ResourceGraph, type ResourceNode } from "../../analysis/graph";
import { documentOf, isUnknownValue, statementsOf } from "../../analysis/policy-document";
import { Component, grant, type Statement } from "../../components/core";
import { Key } from "../../components/security/key";
import { packs } from "../../policies/packs";
import { judge, type Rule } from "../../policies/rule";
import { recordProgram } from "../support/record";
import { recordStack } from "../support/record-stack";
import { UNKNOWN } from "./fixture-graph";

const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const RULES = packs.flatMap((pack) => pack.rules);

/** What the components of a program registered, by `<urn> <property>` of the resources that hold the texts. */
function toldDocuments(graph: ResourceGraph): Map<string, unknown> {
  const told = new Map<string, unknown>();
  for (const node of graph.nodes.filter(({ custom }) => custom)) {
    for (const property of Object.keys(node.inputs)) {
      const document = node.toldDocument(property);
      if (document !== undefined) told.set(`${node.urn} ${property}`, document);
    }
  }
  return told;
}

/** The same, but for values that were not known yet. */
function assertSame(told: unknown, real: unknown, path: string): void {
  if (typeof told === "string" && told.includes(UNKNOWN)) return;
  if (typeof told !== "object" || told === null || typeof real !== "object" || real === null)
    return assert.deepEqual(told, real, path);
  assert.deepEqual(Object.keys(told).sort(), Object.keys(real).sort(), path);
  for (const [key, value] of Object.entries(told)) assertSame(value, Reflect.get(real, key), `${path}.${key}`);
}

describe("what components tell of their JSON documents", function () {
  this.timeout(120_000);

  for (const stack of ["prod", "dev", "bootstrap", "book-lending", "credit-score"]) {
    it(`${stack}: is what the documents say once they are known`, async () => {
      const preview = ResourceGraph.fromRecording(await recordStack(stack, {}, { preview: true }));
      const update = ResourceGraph.fromRecording(await recordStack(stack));
      const told = toldDocuments(preview);
      assert.ok(told.size > (stack === "bootstrap" ? 4 : 50), `${told.size}`);
      assert.deepEqual([...toldDocuments(update).keys()].sort(), [...told.keys()].sort());
      for (const [place, document] of told) {
        const [urn = "", property = ""] = place.split(" ");
        const text = update.get(urn)?.read(property);
        assert.ok(text?.known && typeof text.value === "string", place);
        const real: unknown = JSON.parse(text.value);
        assertSame(document, real, place);
        assert.deepEqual(toldDocuments(update).get(place), real, place);
      }
    });

    it(`${stack}: leaves nothing undetermined while no id is known`, async () => {
      const graph = ResourceGraph.fromRecording(await recordStack(stack, {}, { preview: true }));
      const open = graph.nodes.flatMap((node) =>
        RULES.filter(({ types }) => types.includes(node.type)).flatMap((rule) =>
          judge(rule, node, graph)
            .filter(({ kind }) => kind === "undetermined" || kind === "fail")
            .map((verdict) => `${node.name}: ${rule.id}: ${JSON.stringify(verdict)}`),
        ),
      );
      assert.deepEqual(open, []);
    });
  }
});

/** A component with one grant, given after its constructor is done. */
class Owner extends Component {
  constructor(name: string, document?: string) {
    super("palisade:test:Owner", name, {});
    if (document !== undefined)
      new aws.iam.RolePolicy(this.childName("own"), { role: "r", policy: document }, { parent: this });
    this.registerOutputs({ name });
  }

  give(statement: (key: Key, role: aws.iam.Role) => Statement): void {
    const key = new Key(this.childName("key"), { description: "test" }, { parent: this });
    const role = new aws.iam.Role(this.childName("role"), { assumeRolePolicy: "{}" }, { parent: this });
    grant(this, this.name, "use", { grantName: "reader", role }, [statement(key, role)]);
  }
}

async function policyOf(program: () => void, preview = true): Promise<{ node: ResourceNode; graph: ResourceGraph }> {
  const graph = ResourceGraph.fromRecording(await recordProgram(program, { preview }));
  const [node] = graph.ofType(ROLE_POLICY);
  assert.ok(node);
  return { node, graph };
}

const ruleOf = (id: string): Rule => {
  const rule = RULES.find((candidate) => candidate.id === id);
  assert.ok(rule);
  return rule;
};

describe("a document that is not known yet", () => {
  const decrypt = (resource: (key: Key) => pulumi.Input<string>) => () =>
    new Owner("owner").give((key) => ({ Effect: "Allow", Action: "kms:Decrypt", Resource: resource(key) }));

  it("is read from what the component around it registered; the ARN counts as one key", async () => {
    const { node, graph } = await policyOf(decrypt((key) => key.arn));
    assert.ok(node.property("policy").unknown);
    const statements = statementsOf(node.property("policy"));
    assert.ok(statements.known);
    const [statement] = statements.value;
    assert.deepEqual(statement?.actions, ["kms:Decrypt"]);
    assert.equal(statement?.resources.length, 1);
    assert.ok(isUnknownValue(statement?.resources[0] ?? ""));
    assert.match(statement?.resources[0] ?? "", /aws:kms\/key:Key owner-key-key/);
    for (const id of ["iam-named-resources", "policy-actions-fit-resources"])
      assert.deepEqual(judge(ruleOf(id), node, graph), [{ kind: "pass" }], id);
  });

  it("fails where its known parts are wrong", async () => {
    const { node, graph } = await policyOf(() =>
      new Owner("owner").give((key) => ({ Effect: "Allow", Action: "kms:*", Resource: ["*", key.arn] })),
    );
    assert.ok(node.property("policy").unknown);
    assert.equal(judge(ruleOf("iam-no-service-wildcard"), node, graph)[0]?.kind, "fail");
  });

  it("is undetermined while an action is not known", async () => {
    const { node } = await policyOf(() =>
      new Owner("owner").give((key) => ({
        Effect: "Allow",
        Action: key.arn.apply((arn) => `kms:${arn.length}`) as unknown as string,
        Resource: key.arn,
      })),
    );
    assert.equal(statementsOf(node.property("policy")).known, false);
  });

  it("is undetermined when nobody tells of it, or when what is unknown comes from no resource", async () => {
    const { node } = await policyOf(() => {
      const key = new aws.kms.Key("key", { description: "test" });
      const statement = { Effect: "Allow", Action: "kms:Decrypt", Resource: key.arn };
      const policy = pulumi.jsonStringify({ Version: "2012-10-17", Statement: [statement] });
      new aws.iam.RolePolicy("plain", { role: "r", policy });
    });
    assert.equal(statementsOf(node.property("policy")).known, false);

    const urn = (types: string, name: string) => `urn:pulumi:test::palisade::${types}::${name}`;
    const recorded = {
      inputs: {},
      outputs: {},
      dependencies: [],
      propertyDependencies: {},
      protect: false,
      source: [],
    };
    const reference = { ...recorded, urn: urn("pulumi:pulumi:StackReference", "other"), custom: true };
    const owner = { ...recorded, urn: urn("palisade:test:Owner", "owner"), custom: false };
    const statement = { Effect: "Allow", Action: "kms:Decrypt", Resource: UNKNOWN };
    const documents = { [`${ROLE_POLICY}::use`]: { policy: { Statement: [statement] } } };
    const graph = ResourceGraph.fromRecording({
      preview: true,
      resources: [
        { ...reference, type: "pulumi:pulumi:StackReference", name: "other" },
        { ...owner, type: "palisade:test:Owner", name: "owner", outputs: { documents } },
        {
          ...recorded,
          urn: urn(`palisade:test:Owner$${ROLE_POLICY}`, "use"),
          type: ROLE_POLICY,
          name: "use",
          custom: true,
          parent: owner.urn,
          inputs: { policy: UNKNOWN },
          propertyDependencies: { policy: [reference.urn] },
        },
      ],
    });
    const use = graph.ofType(ROLE_POLICY)[0];
    assert.ok(use);
    assert.notEqual(use.toldDocument("policy"), undefined);
    assert.equal(statementsOf(use.property("policy")).known, false);
  });

  it("is judged by its text alone once that is known: a component that told otherwise is found out", async () => {
    const lie = () =>
      new Owner("owner").give((key) => ({
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: key.arn.apply(() => "*"),
      }));
    const before = await policyOf(lie);
    assert.equal(judge(ruleOf("iam-named-resources"), before.node, before.graph)[0]?.kind, "pass");
    const after = await policyOf(lie, false);
    assert.equal(judge(ruleOf("iam-named-resources"), after.node, after.graph)[0]?.kind, "fail");
  });

  it("is not told of when the program's own text stands in its place", async () => {
    const { node } = await policyOf(() => new Owner("owner", "{}"));
    assert.equal(node.toldDocument("policy"), undefined);
    assert.equal(documentOf(node.property("policy")).unknown, false);
  });
});
