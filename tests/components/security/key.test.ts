import assert from "node:assert/strict";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { named, recordProgram, statements } from "../../support/record";

describe("Key", () => {
  componentContract("security", "Key", {
    minimal: (name, opts) => new Key(name, { description: "Orders" }, opts),
    complete: (name, opts) =>
      new Key(
        name,
        {
          description: "Orders",
          services: ["logs", "cloudwatch", "events", "backup", "log-delivery", "cloudtrail", "config", "cloudfront"],
          deletionWindowInDays: 14,
          rotationPeriodInDays: 180,
          multiRegion: true,
          environment: "development",
          tags: { team: "orders" },
          transform: {
            key: { bypassPolicyLockoutSafetyCheck: false },
            alias: (args) => void (args.name = "alias/orders"),
          },
        },
        opts,
      ),
    errors: {
      "a deletion window out of range": {
        build: (name) => new Key(name, { description: "x", deletionWindowInDays: 3 }),
        message: /Key "one": deletionWindowInDays = 3 .* from 7 to 30/,
      },
      "a rotation period out of range": {
        build: (name) => new Key(name, { description: "x", rotationPeriodInDays: 30 }),
        message: /rotationPeriodInDays = 30 .* from 90 to 2560/,
      },
      "a service named twice": {
        build: (name) => new Key(name, { description: "x", services: ["logs", "logs"] }),
        message: /"logs" stands twice/,
      },
      "a key that nobody administers": {
        build: (name) => new Key(name, { description: "x", restrictedTo: { administrators: [], users: ["a"] } }),
        message: /restrictedTo\.administrators = \[\] .*role/,
      },
      "a key that nobody uses": {
        build: (name) => new Key(name, { description: "x", restrictedTo: { administrators: ["a"], users: [] } }),
        message: /restrictedTo\.users = \[\] .*role/,
      },
      "a multi-Region key for Fargate": {
        build: (name) => new Key(name, { description: "x", services: ["fargate"], multiRegion: true }),
        message: /multiRegion = true .* single-Region keys only/,
      },
    },
  });

  it("lets one encrypt what only another can read", async () => {
    const recording = await recordProgram(() => {
      const key = new Key("seal", { description: "x" });
      key.grantEncrypt(new TestGrantee("writer"));
      key.grantDecrypt(new TestGrantee("reader"));
    });
    const arn = named(recording, "seal-key").outputs.arn;
    assert.deepEqual(statements(named(recording, "seal-encrypt-writer").inputs.policy), [
      { Effect: "Allow", Action: ["kms:GenerateDataKey"], Resource: arn },
    ]);
    assert.deepEqual(statements(named(recording, "seal-decrypt-reader").inputs.policy), [
      { Effect: "Allow", Action: ["kms:Decrypt"], Resource: arn },
    ]);
  });

  it("holds CloudWatch Logs to this account's log groups in its own region", async () => {
    const recording = await recordProgram(() => void new Key("k", { description: "x", services: ["logs"] }));
    const [, logs] = statements(named(recording, "k-key").inputs.policy);
    assert.deepEqual(logs?.Principal, { Service: "logs.eu-west-1.amazonaws.com" });
    assert.deepEqual(logs?.Condition, {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:*" },
    });
  });

  it("restricted, lets the account's policies decide for the named roles only, and nobody use it by administering it", async () => {
    const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    const restrictedTo = { administrators: [role("admin")], users: [role("admin"), role("ci")] };
    const recording = await recordProgram(() => void new Key("k", { description: "x", restrictedTo }));
    const found = statements(named(recording, "k-key").inputs.policy);
    assert.deepEqual(
      found.map(({ Sid, Condition }) => [Sid, Condition]),
      [
        ["Administrators", { ArnEquals: { "aws:PrincipalArn": [role("admin")] } }],
        ["Users", { ArnEquals: { "aws:PrincipalArn": [role("admin"), role("ci")] } }],
      ],
    );
    assert.ok(found.every(({ Principal }) => JSON.stringify(Principal) === `{"AWS":"arn:aws:iam::123456789012:root"}`));
    assert.deepEqual(found[1]?.Action, ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]);
    assert.ok(!JSON.stringify(found[0]?.Action).match(/\*|kms:(Decrypt|Encrypt|Generate|CreateGrant)/));
  });

  it("lets Fargate encrypt the storage of this account's tasks, and give out no more than the right to decrypt it", async () => {
    const recording = await recordProgram(() => void new Key("k", { description: "x", services: ["fargate"] }));
    const [, dataKeys, grants] = statements(named(recording, "k-key").inputs.policy);
    const ofAccount = { "kms:EncryptionContext:aws:ecs:clusterAccount": "123456789012" };
    assert.deepEqual(dataKeys?.Principal, { Service: "fargate.amazonaws.com" });
    assert.equal(dataKeys?.Action, "kms:GenerateDataKeyWithoutPlaintext");
    assert.deepEqual(dataKeys?.Condition, { StringEquals: ofAccount });
    assert.equal(grants?.Action, "kms:CreateGrant");
    assert.deepEqual(grants?.Condition, {
      StringEquals: ofAccount,
      "ForAllValues:StringEquals": { "kms:GrantOperations": ["Decrypt"] },
    });
  });
});
