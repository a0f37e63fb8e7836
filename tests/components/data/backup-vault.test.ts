import assert from "node:assert/strict";
import fc from "fast-check";
import { BackupVault, snapshotIntervalHours, snapshotSchedule } from "../../../components/data/backup-vault";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const DATABASE = "arn:aws:rds:eu-west-1:123456789012:db:orders";
const TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/scores";
const key = (name: string, opts = {}) => new Key(`${name}-key`, { description: "Backups" }, opts);

/** Hours of day at which a `cron(30 <hours> * * ? *)` fires. */
function hoursOf(schedule: string): number[] {
  const field = /^cron\(30 (\S+) \* \* \? \*\)$/.exec(schedule)?.[1] ?? assert.fail(schedule);
  if (field === "*") return Array.from({ length: 24 }, (_, hour) => hour);
  const [first = "", step] = field.split("/");
  if (step === undefined) return [Number(first)];
  return Array.from({ length: 24 }, (_, hour) => hour).filter(
    (hour) => hour >= Number(first) && (hour - Number(first)) % Number(step) === 0,
  );
}

describe("BackupVault", () => {
  componentContract("data", "BackupVault", {
    minimal: (name, opts) => new BackupVault(name, { key: key(name, opts), rpoHours: 4 }, opts),
    complete: (name, opts) => {
      const vault = new BackupVault(
        name,
        {
          key: key(name, opts),
          rpoHours: 1,
          continuous: true,
          continuousRetentionDays: 30,
          retentionDays: 365,
          lock: { mode: "compliance", minRetentionDays: 7, maxRetentionDays: 400, changeableForDays: 14 },
          copyTo: { vaultArn: "arn:aws:backup:eu-central-1:123456789012:backup-vault:far", retentionDays: 90 },
          tags: { team: "orders" },
          transform: {
            vault: { forceDestroy: false },
            lock: {},
            plan: {},
            role: { description: "backup" },
          },
        },
        opts,
      );
      vault.protect("orders", "instance", DATABASE, new Key(`${name}-other`, { description: "Orders" }, opts));
      return vault;
    },
    errors: {
      ...keyErrors(`BackupVault "one"`, (name, key) => new BackupVault(name, { key, rpoHours: 4 })),
      "an objective beyond a day": {
        build: (name) => new BackupVault(name, { key: key(name), rpoHours: 25 }),
        message: /BackupVault "one": rpoHours = 25 .* from 1 to 24/,
      },
      "a continuous backup of tables": {
        build: (name) => new BackupVault(name, { key: key(name), holds: "tables", rpoHours: 1 }),
        message: /holds = "tables" .* no continuous backups of tables/,
      },
      "a table in a vault for databases": {
        build: (name) => new BackupVault(name, { key: key(name), rpoHours: 4 }).protect("scores", "table", TABLE),
        message: /protect\.scores = "table" .* databases only/,
      },
      "a database in a vault for tables": {
        build: (name) =>
          new BackupVault(name, { key: key(name), holds: "tables", rpoHours: 4 }).protect(
            "orders",
            "instance",
            DATABASE,
          ),
        message: /protect\.orders = "instance" .* tables only/,
      },
      "an objective that snapshots cannot meet": {
        build: (name) => new BackupVault(name, { key: key(name), rpoHours: 1, continuous: false }),
        message: /rpoHours = 1 .* two hours/,
      },
      "a retention of nothing": {
        build: (name) => new BackupVault(name, { key: key(name), rpoHours: 4, retentionDays: 0 }),
        message: /retentionDays = 0/,
      },
      "continuous backups beyond AWS's 35 days": {
        build: (name) => new BackupVault(name, { key: key(name), rpoHours: 1, continuousRetentionDays: 36 }),
        message: /continuousRetentionDays = 36/,
      },
      "a copy kept for nothing": {
        build: (name) =>
          new BackupVault(name, { key: key(name), rpoHours: 4, copyTo: { vaultArn: "arn", retentionDays: 0 } }),
        message: /copyTo.retentionDays = 0/,
      },
      "a cooling-off period on a governance lock": {
        build: (name) => new BackupVault(name, { key: key(name), rpoHours: 4, lock: { changeableForDays: 3 } }),
        message: /lock.changeableForDays = 3 .* governance/,
      },
      "a cooling-off period under AWS's three days": {
        build: (name) =>
          new BackupVault(name, { key: key(name), rpoHours: 4, lock: { mode: "compliance", changeableForDays: 2 } }),
        message: /lock.changeableForDays = 2 .* from 3/,
      },
      "a lock that refuses its own snapshots as too short": {
        build: (name) =>
          new BackupVault(name, { key: key(name), rpoHours: 4, retentionDays: 30, lock: { minRetentionDays: 31 } }),
        message: /lock.minRetentionDays = 31 .* from 1 to 30/,
      },
      "a lock that refuses its own snapshots as too long": {
        build: (name) =>
          new BackupVault(name, { key: key(name), rpoHours: 4, retentionDays: 30, lock: { maxRetentionDays: 29 } }),
        message: /lock.maxRetentionDays = 29 .* from 30/,
      },
    },
  });

  it("schedules snapshots so that even one that starts an hour late meets the objective", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 24 }), (rpoHours) => {
        const hours = hoursOf(snapshotSchedule(snapshotIntervalHours(rpoHours)));
        const gaps = hours.map((hour, index) => ((hours[(index + 1) % hours.length]! - hour + 23) % 24) + 1);
        assert.ok(Math.max(...gaps) + 1 <= rpoHours, `${hours.join()} for ${rpoHours}`);
      }),
    );
  });

  it("refuses everyone the deletion of recovery points, and locks the vault, in production", async () => {
    const recording = await recordProgram(() => void new BackupVault("b", { key: key("b"), rpoHours: 4 }));
    const [deny] = statements(named(recording, "b-policy").inputs.policy);
    assert.equal(deny!.Effect, "Deny");
    assert.equal(deny!.Principal, "*");
    assert.ok((deny!.Action as string[]).includes("backup:DeleteRecoveryPoint"));
    const lock = named(recording, "b-lock");
    assert.deepEqual(
      [lock.inputs.minRetentionDays, lock.inputs.maxRetentionDays, lock.inputs.changeableForDays],
      [35, 35, undefined],
    );
    assert.equal(named(recording, "b-vault").protect, true);
  });

  it("changes only the databases it protects", async () => {
    const recording = await recordProgram(
      () => void new BackupVault("b", { key: key("b"), rpoHours: 4 }).protect("orders", "instance", DATABASE),
    );
    const own = statements(named(recording, "b-protects-orders", "aws:iam/rolePolicy:RolePolicy").inputs.policy);
    assert.equal(own[0]!.Resource, DATABASE);
    const shared = statements(named(recording, "b-role", "aws:iam/rolePolicy:RolePolicy").inputs.policy);
    for (const statement of shared.filter((each) => JSON.stringify(each.Resource).includes(":db:")))
      assert.ok((statement.Action as string[]).every((action) => /:(Describe|List)/.test(action)));
    const selection = ofType(recording, "aws:backup/selection:Selection")[0]!;
    assert.deepEqual(selection.inputs.resources, [DATABASE]);
  });

  it("alarms when no backup was completed within the objective and the two hours that a timely one may leave empty", async () => {
    for (const [rpoHours, hours] of [
      [1, 26],
      [4, 6],
      [24, 26],
    ] as const) {
      const recording = await recordProgram(() => void new BackupVault("b", { key: key("b"), rpoHours }));
      const alarm = named(recording, "b-objective-missed").inputs;
      const seconds = Number(alarm.period) * Number(alarm.evaluationPeriods);
      assert.equal(seconds, hours * 3600);
      assert.ok(seconds <= 7 * 24 * 3600, "CloudWatch's longest look back at periods of an hour");
      assert.equal(alarm.treatMissingData, "breaching");
    }
  });

  it("in development can be destroyed: no lock, no denial", async () => {
    const recording = await recordProgram(
      () => void new BackupVault("b", { key: key("b"), rpoHours: 4, environment: "development" }),
    );
    assert.equal(named(recording, "b-vault").inputs.forceDestroy, true);
    assert.deepEqual(ofType(recording, "aws:backup/vaultLockConfiguration:VaultLockConfiguration", 0), []);
    assert.deepEqual(ofType(recording, "aws:backup/vaultPolicy:VaultPolicy", 0), []);
  });

  it("backs up tables with what DynamoDB needs, and nothing of RDS", async () => {
    const recording = await recordProgram(
      () =>
        void new BackupVault("b", { key: key("b"), holds: "tables", rpoHours: 4 }).protect("scores", "table", TABLE),
    );
    const granted = ofType(recording, "aws:iam/rolePolicy:RolePolicy", 2)
      .flatMap(({ inputs }) => statements(inputs.policy))
      .flatMap(({ Action }) => Action);
    assert.deepEqual(granted.map(String).sort(), [
      "backup:DescribeBackupVault",
      "dynamodb:CreateBackup",
      "dynamodb:DeleteBackup",
      "dynamodb:DescribeBackup",
      "dynamodb:DescribeTable",
      "dynamodb:ListTagsOfResource",
      "dynamodb:StartAwsBackupJob",
      "kms:Decrypt",
      "kms:GenerateDataKey",
    ]);
    const [selection] = ofType(recording, "aws:backup/selection:Selection");
    assert.deepEqual(selection?.inputs.resources, [TABLE]);
  });
});
