import assert from "node:assert/strict";
import { MasterSecret, type MasterSecretArgs } from "../../../components/data/master-secret";
import { ROTATION_FUNCTION } from "../../../components/data/master-secret-function";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { grantee } from "../../support/data";
import { keyErrors } from "../../support/key-errors";
import { named, recordProgram, statements } from "../../support/record";

const TARGET: MasterSecretArgs["target"] = {
  kind: "instance",
  identifier: "test-orders",
  arn: "arn:aws:rds:eu-west-1:123456789012:db:test-orders",
  host: "test-orders.c7xkq2m9tzab.eu-west-1.rds.amazonaws.com",
  port: 5432,
  databaseName: "app",
  username: "palisadeowner",
};
const key = (name: string, opts = {}) => new Key(`${name}-key`, { description: "Orders", services: ["logs"] }, opts);

describe("MasterSecret", () => {
  componentContract("data", "MasterSecret", {
    minimal: (name, opts) => new MasterSecret(name, { key: key(name, opts), target: TARGET }, opts),
    complete: (name, opts) => {
      const far = new Key(`${name}-far-key`, { description: "Copy", region: "us-east-1" }, opts);
      return new MasterSecret(
        name,
        {
          key: key(name, opts),
          target: { ...TARGET, kind: "cluster", arn: "arn:aws:rds:eu-west-1:123456789012:cluster:test-orders" },
          rotationDays: 30,
          replicas: { "us-east-1": far },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors(`MasterSecret "one"`, (name, key) => new MasterSecret(name, { key, target: TARGET }), ["logs"]),
      "a rotation that Secrets Manager cannot schedule": {
        build: (name) => new MasterSecret(name, { key: key(name), target: TARGET, rotationDays: 1001 }),
        message: /rotation.days = 1001/,
      },
    },
  });

  it("lets the function change this database and no other", async () => {
    const recording = await recordProgram(() => void new MasterSecret("m", { key: key("m"), target: TARGET }));
    const [database] = statements(named(recording, "m-rotation", "aws:iam/rolePolicy:RolePolicy").inputs.policy);
    assert.deepEqual(database, {
      Effect: "Allow",
      Action: ["rds:DescribeDBInstances", "rds:ModifyDBInstance"],
      Resource: TARGET.arn,
    });
  });

  it("lets a role read the password", async () => {
    const recording = await recordProgram(
      () => void new MasterSecret("m", { key: key("m"), target: TARGET }).grantRead(grantee("migrate")),
    );
    const [read] = statements(named(recording, "m-password-read-migrate").inputs.policy);
    assert.match(String(read!.Resource), /:secret:test-m-password-/);
  });
});

type Step = "createSecret" | "setSecret" | "testSecret" | "finishSecret" | "other";
interface Call {
  readonly command: string;
  readonly input: Record<string, unknown>;
}

/** AWS as the function sees it: a secret whose version `new` is being rotated, and a database that is slow to apply a password. */
function cloud(kind: "instance" | "cluster") {
  const calls: Call[] = [];
  const state = { pending: undefined as string | undefined, stages: { old: ["AWSCURRENT"], new: ["AWSPENDING"] } };
  let unapplied = 2;
  const missing = Object.assign(new Error("no such version"), { name: "ResourceNotFoundException" });
  const describe = () => ({
    status: unapplied > 0 ? "resetting-master-credentials" : "available",
    pending: unapplied-- > 0 ? { MasterUserPassword: "****" } : {},
  });
  const answers: Record<string, (input: Record<string, unknown>) => unknown> = {
    DescribeSecretCommand: () => ({ RotationEnabled: true, VersionIdsToStages: state.stages }),
    GetSecretValueCommand: () => {
      if (state.pending === undefined) throw missing;
      return { SecretString: state.pending };
    },
    GetRandomPasswordCommand: () => ({ RandomPassword: "freshly-made" }),
    PutSecretValueCommand: (input) => void (state.pending = String(input.SecretString)),
    UpdateSecretVersionStageCommand: () => ({}),
    ModifyDBInstanceCommand: () => ({}),
    ModifyDBClusterCommand: () => ({}),
    DescribeDBInstancesCommand: () => {
      const { status, pending } = describe();
      return { DBInstances: [{ DBInstanceStatus: status, PendingModifiedValues: pending }] };
    },
    DescribeDBClustersCommand: () => {
      const { status, pending } = describe();
      return { DBClusters: [{ Status: status, PendingModifiedValues: pending }] };
    },
  };
  const client = class {
    send({ command, input }: Call): Promise<unknown> {
      calls.push({ command, input });
      const answer = answers[command] ?? assert.fail(command);
      return Promise.resolve().then(() => answer(input));
    }
  };
  const sdk = new Proxy(
    {},
    {
      get: (_, name: string) =>
        name.endsWith("Client")
          ? client
          : class {
              readonly command = name;
              constructor(readonly input: Record<string, unknown>) {}
            },
    },
  );
  const waits: number[] = [];
  const modules: Record<string, unknown> = {
    "@aws-sdk/client-secrets-manager": sdk,
    "@aws-sdk/client-rds": sdk,
    "node:timers/promises": { setTimeout: (ms: number) => Promise.resolve(void waits.push(ms)) },
  };
  const environment = {
    TARGET_KIND: kind,
    TARGET_IDENTIFIER: "test-orders",
    HOST: "db.example",
    PORT: "5432",
    DATABASE: "app",
    USERNAME: "palisadeowner",
  };
  const exported: { handler?: (event: Record<string, string>) => Promise<void> } = {};
  const load = new Function("require", "exports", "process", ROTATION_FUNCTION);
  load((name: string) => modules[name] ?? assert.fail(name), exported, { env: environment });
  const run = (Step: Step, token = "new") => exported.handler!({ Step, SecretId: "secret", ClientRequestToken: token });
  return { calls, state, waits, run, names: () => calls.map(({ command }) => command) };
}

describe("The rotation function", () => {
  for (const kind of ["instance", "cluster"] as const) {
    it(`gives a ${kind} a new password, waits until it counts, and then makes it current`, async () => {
      const aws = cloud(kind);
      for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const) await aws.run(step);
      assert.deepEqual(JSON.parse(aws.state.pending ?? ""), {
        engine: "postgres",
        host: "db.example",
        port: 5432,
        dbname: "app",
        username: "palisadeowner",
        password: "freshly-made",
      });
      const modify = aws.calls.find(({ command }) => command.startsWith("Modify"));
      assert.equal(modify?.command, kind === "cluster" ? "ModifyDBClusterCommand" : "ModifyDBInstanceCommand");
      assert.equal(modify?.input.MasterUserPassword, "freshly-made");
      assert.equal(modify?.input.ApplyImmediately, true);
      assert.equal(aws.waits.length, 3);
      assert.deepEqual(aws.calls.at(-1)?.input, {
        SecretId: "secret",
        VersionStage: "AWSCURRENT",
        MoveToVersionId: "new",
        RemoveFromVersionId: "old",
      });
    });
  }

  it("keeps the password it made when a step is repeated", async () => {
    const aws = cloud("instance");
    await aws.run("createSecret");
    await aws.run("createSecret");
    assert.equal(aws.names().filter((name) => name === "PutSecretValueCommand").length, 1);
  });

  it("does nothing to a version that is current already, and refuses one that is not being rotated", async () => {
    const aws = cloud("instance");
    await aws.run("setSecret", "old");
    assert.deepEqual(aws.names(), ["DescribeSecretCommand"]);
    await assert.rejects(aws.run("setSecret", "unknown"), /not being rotated/);
    await assert.rejects(aws.run("other"), /Unknown step/);
  });
});
