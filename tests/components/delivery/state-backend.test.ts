import assert from "node:assert/strict";
import { StateBackend } from "../../../components/delivery/state-backend";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { named, recordProgram, statements } from "../../support/record";

const ADMIN = "arn:aws:iam::123456789012:role/admin";
const CI = "arn:aws:iam::123456789012:role/ci";
const args = { administrators: [ADMIN], users: [CI], project: "palisade" };
const BUCKET = "arn:aws:s3:::test-state-files-123456789012-eu-west-1";

const grants = async (access: "grantRead" | "grantWrite") => {
  const recording = await recordProgram(() => {
    const state = new StateBackend("state", args);
    state[access](new TestGrantee("ci"), "prod");
  });
  const name = access === "grantRead" ? "state-read-prod-ci" : "state-write-prod-ci";
  return { recording, found: statements(named(recording, name).inputs.policy) };
};

describe("StateBackend", () => {
  componentContract("delivery", "StateBackend", {
    minimal: (name, opts) => new StateBackend(name, args, opts),
    complete: (name, opts) => new StateBackend(name, { ...args, environment: "development", owner: "x" }, opts),
    errors: {
      "a project that has no name": {
        build: (name) => new StateBackend(name, { ...args, project: "" }),
        message: /project = "".*Pulumi\.yaml/,
      },
      "keys that nobody administers": {
        build: (name) => new StateBackend(name, { ...args, administrators: [] }),
        message: /administrators = \[\]/,
      },
    },
  });

  it("keeps old versions for 90 days, access logs for twelve months, and both buckets and keys from deletion", async () => {
    const recording = await recordProgram(() => void new StateBackend("state", args));
    const rules = (name: string) => named(recording, name).inputs.rules as Record<string, { [key: string]: number }>[];
    assert.equal(rules("state-files-lifecycle")[0]?.noncurrentVersionExpiration?.noncurrentDays, 90);
    assert.equal(rules("state-files-lifecycle")[0]?.expiration, undefined);
    assert.equal(rules("state-access-lifecycle")[0]?.expiration?.days, 365);
    assert.equal(named(recording, "state-files-access-logs").inputs.targetPrefix, "s3/state-files/");
    for (const name of ["state-files-bucket", "state-access-bucket", "state-key-key", "state-secrets-key-key"])
      assert.ok(named(recording, name).protect, name);
  });

  it("encrypts state and secrets with two keys, each for administrators and the roles that are named", async () => {
    const recording = await recordProgram(() => void new StateBackend("state", args));
    for (const name of ["state-key-key", "state-secrets-key-key"]) {
      const [administrators, users] = statements(named(recording, name).inputs.policy);
      assert.deepEqual(administrators?.Condition, { ArnEquals: { "aws:PrincipalArn": [ADMIN] } });
      assert.deepEqual(users?.Condition, { ArnEquals: { "aws:PrincipalArn": [ADMIN, CI] } });
    }
  });

  it("lets a reader see one stack's state and open its secrets, and write nothing", async () => {
    const { found } = await grants("grantRead");
    const actions = found.flatMap(({ Action }) => Action);
    assert.deepEqual([...new Set(actions)].sort(), ["kms:Decrypt", "s3:GetObject", "s3:ListBucket"]);
    assert.deepEqual(found[2]?.Resource, [
      `${BUCKET}/.pulumi/stacks/palisade/prod.json*`,
      `${BUCKET}/.pulumi/history/palisade/prod/*`,
      `${BUCKET}/.pulumi/backups/palisade/prod/*`,
      `${BUCKET}/.pulumi/locks/organization/palisade/prod/*`,
    ]);
    assert.deepEqual(found[4]?.Condition, { StringEquals: { "kms:EncryptionContext:stack": "prod" } });
  });

  it("lets a writer change that stack's objects, and no other's", async () => {
    const { found } = await grants("grantWrite");
    assert.deepEqual(found[2]?.Action, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]);
    for (const { Action, Resource } of found) {
      if (!JSON.stringify(Action).match(/Put|Delete/)) continue;
      for (const arn of Resource as string[]) assert.match(arn, /\/palisade\/prod(\/|\.json)/);
    }
  });

  it("says how to sign in, and which provider keeps a stack's secrets", async () => {
    const recording = await recordProgram(() => {
      const state = new StateBackend("state", args);
      return { url: state.url, secrets: state.secretsProvider("prod") };
    });
    assert.deepEqual(recording.outputs, {
      url: "s3://test-state-files-123456789012-eu-west-1?region=eu-west-1",
      secrets: "awskms://alias/test-state-secrets-key?region=eu-west-1&context_stack=prod",
    });
  });
});
