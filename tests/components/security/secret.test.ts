import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Key } from "../../../components/security/key";
import { Secret, type SecretArgs } from "../../../components/security/secret";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";

function build(name: string, args: Partial<SecretArgs> = {}, opts?: pulumi.ComponentResourceOptions): Secret {
  const key = new Key(`${name}-key`, { description: "Secrets" }, opts);
  return new Secret(name, { key, description: "Acquirer API", ...args }, opts);
}

describe("Secret", () => {
  componentContract("security", "Secret", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const far = new Key(`${name}-far-key`, { description: "Secrets", region: "us-east-1" }, opts);
      const secret = build(
        name,
        {
          fields: ["clientId", "clientSecret"],
          initialValue: "random",
          rotation: { lambdaArn: LAMBDA, days: 30, immediately: false },
          replicas: { "us-east-1": far },
          recoveryWindowInDays: 7,
          policyStatements: [
            {
              Sid: "NobodyDeletes",
              Effect: "Deny",
              Principal: "*",
              Action: "secretsmanager:DeleteSecret",
              Resource: "*",
            },
          ],
          environment: "development",
          transform: { secret: (args) => void (args.forceOverwriteReplicaSecret = true) },
        },
        opts,
      );
      const worker = new TestGrantee(`${name}-worker`, opts);
      secret.grantRead(worker);
      secret.grantRotate(worker);
      return secret;
    },
    errors: {
      "a recovery window below AWS's": {
        build: (name) => build(name, { recoveryWindowInDays: 3 }),
        message: /Secret "one": recoveryWindowInDays = 3 .* from 7 to 30, or 0/,
      },
      "a rotation after no time": {
        build: (name) => build(name, { rotation: { lambdaArn: LAMBDA, days: 0 } }),
        message: /rotation.days = 0 .* from 1 to 1000/,
      },
      "a rotation by hand beside one by a function": {
        build: (name) => build(name, { rotation: { lambdaArn: LAMBDA }, rotatedBy: { who: "the acquirer", days: 90 } }),
        message: /rotatedBy = "the acquirer" .* A function rotates it already/,
      },
      "a rotation by hand after years": {
        build: (name) => build(name, { rotatedBy: { who: "the acquirer", days: 730 } }),
        message: /rotatedBy.days = 730 .* from 1 to 366/,
      },
      "a rotation by hand that no tag can tell of": {
        build: (name) => build(name, { rotatedBy: { who: "the acquirer, by mail", days: 90 } }),
        message: /rotatedBy.who = "the acquirer, by mail"/,
      },
      "an empty list of fields": { build: (name) => build(name, { fields: [] }), message: /fields = \[\]/ },
      "a field named twice": {
        build: (name) => build(name, { fields: ["id", "id"] }),
        message: /"id" stands twice/,
      },
      "a field that would end an ECS reference": {
        build: (name) => build(name, { fields: ["client:id"] }),
        message: /fields = "client:id"/,
      },
      ...keyErrors(`Secret "one"`, (name, key) => build(name, { key })),
      "an empty set of replicas": { build: (name) => build(name, { replicas: {} }), message: /replicas = \{\} / },
      "a replica in its own region": {
        build: (name) => build(name, { replicas: { "eu-west-1": new Key(`${name}-x`, { description: "x" }) } }),
        message: /replicas = "eu-west-1" .* own region/,
      },
      "a replica's key in another region": {
        build: (name) => build(name, { replicas: { "us-east-1": new Key(`${name}-x`, { description: "x" }) } }),
        message: /replicas.us-east-1 = "one-x" .* in eu-west-1 and must be in us-east-1,/,
      },
      "a reference to a field that is not there": {
        build: (name) => build(name, { fields: ["id"] }).valueFrom("secret"),
        message: /field = "secret" .* Use one of: id/,
      },
      "a reference to a field of a plain string": {
        build: (name) => build(name).valueFrom("secret"),
        message: /field = "secret" .* one plain string/,
      },
    },
  });

  it("tells who replaces the value by hand", async () => {
    const by = { who: "the acquirer", days: 90 };
    const recording = await recordProgram(() => void build("processor", { rotatedBy: by }));
    const tags = Object(named(recording, "processor-secret").inputs.tags) as Record<string, unknown>;
    assert.equal(tags["palisade:rotated-by"], "the acquirer every 90 days");
    assert.equal(tags["palisade:component"], "security/Secret");
  });

  it("gives no value by itself, so none is in the state", async () => {
    const recording = await recordProgram(() => void build("processor"));
    assert.equal(ofType(recording, "aws:secretsmanager/secretVersion:SecretVersion", 0).length, 0);
    assert.equal(ofType(recording, "random:index/randomPassword:RandomPassword", 0).length, 0);
  });

  it("keeps a random value secret in every field, and never sets it back", async () => {
    const recording = await recordProgram(
      () => void build("processor", { initialValue: "random", fields: ["id", "secret"] }),
    );
    const version = named(recording, "processor-initial-version");
    assert.deepEqual(Object.keys(JSON.parse(String(version.inputs.secretStringWo))), ["id", "secret"]);
    assert.ok(version.secretPaths.includes("secretStringWo"));
    assert.deepEqual(version.ignoreChanges, ["versionStages"]);
    assert.deepEqual(version.inputs.versionStages, ["AWSCURRENT", "PALISADE_INITIAL"]);
  });

  it("keeps a plain random value secret", async () => {
    const recording = await recordProgram(() => void build("token", { initialValue: "random" }));
    const version = named(recording, "token-initial-version");
    assert.equal(String(version.inputs.secretStringWo).length, 32);
    assert.ok(version.secretPaths.includes("secretStringWo"));
  });

  it("refuses plain HTTP and other accounts", async () => {
    const recording = await recordProgram(() => void build("processor"));
    const [http, foreign, ...others] = statements(named(recording, "processor-secret").inputs.policy);
    assert.deepEqual(others, []);
    assert.deepEqual([http?.Effect, http?.Condition], ["Deny", { Bool: { "aws:SecureTransport": "false" } }]);
    assert.equal(foreign?.Effect, "Deny");
    assert.deepEqual(foreign?.Condition, {
      StringNotEquals: { "aws:PrincipalAccount": "123456789012" },
      Bool: { "aws:PrincipalIsAWSService": "false" },
    });
  });

  it("grants reading and rotating on its own ARN only", async () => {
    const recording = await recordProgram(() => {
      const secret = build("processor");
      const worker = new TestGrantee("worker");
      secret.grantRead(worker);
      secret.grantRotate(worker);
    });
    const arn = named(recording, "processor-secret").outputs.arn;
    assert.match(String(arn), /:secret:test-processor-[0-9a-f]{6}$/);
    const key = named(recording, "processor-key-key").outputs.arn;
    const via = { StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" } };
    const granted = (access: string) =>
      statements(named(recording, `processor-${access}-worker`).inputs.policy).map((s) => [
        s.Action,
        s.Resource,
        s.Condition,
      ]);
    assert.deepEqual(granted("read"), [
      [["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], arn, undefined],
      [["kms:Decrypt"], key, via],
    ]);
    assert.deepEqual(granted("rotate"), [
      [
        [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ],
        arn,
        undefined,
      ],
      ["secretsmanager:GetRandomPassword", "*", undefined],
      [["kms:Decrypt", "kms:GenerateDataKey"], key, via],
    ]);
  });

  it("lets Secrets Manager call the rotation function for this secret only, before it rotates", async () => {
    const recording = await recordProgram(() => void build("processor", { rotation: { lambdaArn: LAMBDA } }));
    const permission = named(recording, "processor-rotation-permission");
    assert.equal(permission.inputs.sourceArn, named(recording, "processor-secret").outputs.arn);
    assert.equal(permission.inputs.sourceAccount, "123456789012");
    const rotation = named(recording, "processor-rotation");
    assert.deepEqual(rotation.inputs.rotationRules, { automaticallyAfterDays: 90 });
    assert.equal(rotation.inputs.rotateImmediately, true);
    assert.ok(rotation.dependencies.includes(permission.urn));
  });

  it("gives ECS the reference to the whole value and to one field", async () => {
    const seen: string[] = [];
    const recording = await recordProgram(() => {
      const secret = build("processor", { fields: ["id"] });
      secret.valueFrom().apply((value) => seen.push(value));
      secret.valueFrom("id").apply((value) => seen.push(value));
    });
    const arn = String(named(recording, "processor-secret").outputs.arn);
    assert.deepEqual(seen.sort(), [arn, `${arn}:id::`]);
  });

  it("can be restored for 30 days in production, and not at all in development", async () => {
    const production = named(await recordProgram(() => void build("processor")), "processor-secret");
    assert.deepEqual([production.protect, production.inputs.recoveryWindowInDays], [true, 30]);
    const development = named(
      await recordProgram(() => void build("processor", { environment: "development" })),
      "processor-secret",
    );
    assert.deepEqual([development.protect, development.inputs.recoveryWindowInDays], [false, 0]);
    assert.ok(development.inputs.kmsKeyId);
  });
});
