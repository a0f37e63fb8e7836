import assert from "node:assert/strict";
import { readersOf } from "../../analysis/access";
import { type RecordedResourceLike, ResourceGraph } from "../../analysis/graph";
import { decide, principalOf } from "../../analysis/identity";
import { applies, holds } from "../../analysis/identity-evaluation";
import { type Condition, parseStatements } from "../../analysis/policy-document";

const ACCOUNT = "123456789012";
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

type Outputs = Record<string, unknown>;
const resource = (type: string, name: string, inputs: Outputs, computed: Outputs = {}): RecordedResourceLike => ({
  urn: `urn:pulumi:test::palisade::${type}::${name}`,
  type,
  name,
  custom: true,
  id: `${name}-id`,
  inputs,
  outputs: { ...inputs, ...computed },
  dependencies: [],
  propertyDependencies: {},
  protect: false,
  source: [],
});
const roleOf = (name: string, inputs: Outputs = {}) =>
  resource("aws:iam/role:Role", name, { name, ...inputs }, { arn: role(name) });
const policyOf = (name: string, ...statements: Outputs[]) =>
  resource("aws:iam/rolePolicy:RolePolicy", `${name}-policy`, { role: name, policy: json(...statements) });
const json = (...statements: Outputs[]) => JSON.stringify({ Statement: statements });
const graphOf = (...resources: RecordedResourceLike[]) => ResourceGraph.fromRecording({ preview: false, resources });
const statement = (fields: Outputs) => {
  const [parsed] = parseStatements({ Statement: fields }, "policy");
  assert.ok(parsed);
  return parsed;
};

describe("what a statement says of a request", () => {
  const get = statement({ Effect: "Allow", Action: "s3:Get*", Resource: "arn:aws:s3:::orders/*" });
  const request = (resource: string, action = "s3:GetObject") => ({ action, resource });

  it("is yes, no, or up to the request", () => {
    assert.equal(applies(get, request("arn:aws:s3:::orders/a")), true);
    assert.equal(applies(get, request("arn:aws:s3:::orders/a", "s3:PutObject")), false);
    assert.equal(applies(get, request("arn:aws:s3:::stock/a")), false);
    assert.equal(applies(get, request("arn:aws:s3:::*")), undefined, "of any object, some");
    assert.equal(applies(get, request("arn:*:s3:::orders/*")), undefined, "in some partition");
  });

  it("minds what NotAction and NotResource leave out", () => {
    const but = statement({ Effect: "Allow", NotAction: "iam:*", NotResource: "arn:aws:s3:::orders/*" });
    assert.equal(applies(but, request("arn:aws:s3:::stock/a")), true);
    assert.equal(applies(but, request("arn:aws:s3:::orders/a")), false);
    assert.equal(applies(but, request("*", "iam:CreateUser")), false);
    assert.equal(applies(but, request("arn:aws:s3:::*")), undefined);
  });

  it("never counts on a policy variable", () => {
    const home = statement({ Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::home/${aws:username}/*" });
    assert.equal(applies(home, request("arn:aws:s3:::home/alice/a")), undefined);
  });
});

describe("a condition", () => {
  const condition = (operator: string, values: string[], more: Partial<Condition> = {}): Condition => ({
    ...{ operator, qualifier: undefined, ifExists: false, key: "aws:principalarn", values },
    ...more,
  });
  const known = { "aws:principalarn": [role("app")] };

  it("holds, does not, or hangs on the request", () => {
    assert.equal(holds(condition("ArnLike", [role("a*")]), known), true);
    assert.equal(holds(condition("ArnLike", [role("b*")]), known), false);
    assert.equal(holds(condition("ArnNotLike", [role("b*")]), known), true);
    assert.equal(holds(condition("StringEquals", [role("x"), role("app")]), known), true);
    assert.equal(holds(condition("StringNotEquals", [role("x"), role("app")]), known), false);
    assert.equal(holds(condition("StringLike", ["*:role/app"]), known), true);
    assert.equal(holds(condition("Null", ["true"]), known), false);
    assert.equal(holds(condition("StringEquals", ["${aws:PrincipalTag/a}"]), known), undefined);
    assert.equal(holds(condition("Bool", ["true"], { key: "aws:securetransport" }), known), undefined);
    assert.equal(holds(condition("ArnLike", [role("b*")], { qualifier: "ForAnyValue" }), known), false);
  });

  it("of a role whose account is not known is certain only of its name", () => {
    const named = { "aws:principalarn": ["arn:*:iam::*:role/app"] };
    assert.equal(holds(condition("ArnLike", [role("app")]), named), undefined);
    assert.equal(holds(condition("ArnNotLike", [role("app")]), named), undefined);
    assert.equal(holds(condition("ArnNotLike", [role("admin")]), named), true);
  });
});

describe("a role's decision", () => {
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };
  const ask = (graph: ResourceGraph, action: string, resource = "*") => {
    const [node] = graph.ofType("aws:iam/role:Role");
    assert.ok(node);
    return decide(principalOf(node, graph), { action, resource }).kind;
  };

  it("is a union: a denial anywhere wins, and nothing is allowed by silence", () => {
    const graph = graphOf(
      roleOf("app", { managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"] }),
      policyOf("app", everything, { Effect: "Deny", Action: "iam:*", Resource: "*" }),
    );
    assert.equal(ask(graph, "sqs:SendMessage"), "allowed");
    assert.equal(ask(graph, "s3:GetObject", "arn:aws:s3:::a/b"), "allowed");
    assert.equal(ask(graph, "iam:CreateUser"), "denied");
    assert.equal(ask(graphOf(roleOf("app")), "s3:GetObject"), "denied");
  });

  it("stays within its boundary", () => {
    const graph = graphOf(
      roleOf("app", { permissionsBoundary: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }),
      policyOf("app", everything),
    );
    assert.equal(ask(graph, "s3:GetObject", "arn:aws:s3:::a/b"), "allowed");
    assert.equal(ask(graph, "s3:PutObject", "arn:aws:s3:::a/b"), "denied");
  });

  it("is unknown while a policy that may allow it is", () => {
    const hole = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const graph = graphOf(
      roleOf("app"),
      resource("aws:iam/rolePolicy:RolePolicy", "later", { role: "app", policy: hole }),
      policyOf("app", { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" }),
    );
    assert.equal(ask(graph, "s3:GetObject"), "unknown");
    assert.equal(ask(graph, "sqs:SendMessage"), "allowed");
  });
});

describe("who can decrypt with a key", () => {
  const account = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const named = { Effect: "Allow", Action: "kms:Decrypt", Resource: KEY };
  const readers = (policy: string | undefined, ...resources: RecordedResourceLike[]) => {
    const graph = graphOf(
      resource("aws:kms/key:Key", "key", policy === undefined ? {} : { policy }, { arn: KEY }),
      ...resources,
    );
    const [key] = graph.ofType("aws:kms/key:Key");
    assert.ok(key);
    return readersOf(key, graph)?.readers.map(({ who, declared }) => `${who}${declared ? "" : ", undeclared"}`);
  };
  const app = [roleOf("app"), policyOf("app", named)];

  it("is whom the account's policies let, where the key's policy leaves it to them", () => {
    assert.deepEqual(readers(json(account), ...app), ["app"]);
    assert.deepEqual(readers(undefined, ...app), ["app"]);
    assert.deepEqual(readers(json(account), roleOf("all"), policyOf("all", { ...named, Resource: "*" })), [
      "all, undeclared",
    ]);
  });

  it("is whom the key's policy names alone, where it does not", () => {
    const own = { Effect: "Allow", Principal: { AWS: role("vault") }, Action: "kms:Decrypt", Resource: "*" };
    assert.deepEqual(readers(json(own), ...app), [role("vault")]);
  });

  it("is not whom the key's policy denies it", () => {
    const denial = { Effect: "Deny", Principal: { AWS: role("app") }, Action: "kms:Decrypt", Resource: "*" };
    assert.deepEqual(readers(json(account, denial), ...app), []);
  });
});
