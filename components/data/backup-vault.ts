import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, policyDocument, type Statement, type Transform } from "../core";
import type { Key } from "../security/key";

export interface BackupVaultLock {
  /**
   * `governance` (default): roles with `backup:DeleteBackupVaultLockConfiguration` may lift it. `compliance`: nobody can, AWS and the
   * root user included, once `changeableForDays` have passed.
   */
  mode?: "governance" | "compliance";
  /** Shortest retention that the vault accepts, in days. Default: `retentionDays`. */
  minRetentionDays?: number;
  /** Longest retention that the vault accepts, in days. Default: the longest in use. */
  maxRetentionDays?: number;
  /** Compliance only: days in which the lock can still be lifted, at least 3. Default 3. */
  changeableForDays?: number;
}

export interface BackupVaultArgs extends ComponentArgs {
  /** Customer key of the vault. Snapshots of RDS keep the database's own key: deleting that key makes them unreadable. */
  key: Key;
  /** What it protects: RDS and Aurora (default), or DynamoDB tables. Its role may do what one of them needs. */
  holds?: "databases" | "tables";
  /**
   * Recovery point objective in hours: the most work that may be lost. The schedule follows from it: a snapshot may start up to an hour late
   * (AWS's shortest start window), so it is taken every n hours with n + 1 <= `rpoHours`. Under 2 hours `continuous` is needed. At most 24.
   */
  rpoHours: number;
  /**
   * Also keeps transaction logs, so that any second of the last `continuousRetentionDays` can be restored: a loss of about five minutes. AWS offers it
   * for DB instances and Aurora, not for Multi-AZ DB clusters, and takes over the backup window and retention of what it protects.
   * Default: true when `rpoHours` is under 2, else false.
   */
  continuous?: boolean;
  /** Days that continuous backups reach back, 1-35. Default 35. */
  continuousRetentionDays?: number;
  /** Days that a snapshot is kept, 1-36500. Default 35, in development 7. */
  retentionDays?: number;
  /** Default in production: governance. In development none, so that the stack can be destroyed. */
  lock?: BackupVaultLock;
  /** A vault elsewhere that receives a copy of every snapshot, and days it keeps them. Default: none. */
  copyTo?: { vaultArn: pulumi.Input<string>; retentionDays: number };
  transform?: {
    vault?: Transform<aws.backup.VaultArgs>;
    lock?: Transform<aws.backup.VaultLockConfigurationArgs>;
    plan?: Transform<aws.backup.PlanArgs>;
    role?: Transform<aws.iam.RoleArgs>;
  };
}

/** AWS's shortest start window, in minutes: a job may start that late. */
const START_WINDOW_MINUTES = 60;
const DIVISORS_OF_A_DAY = [1, 2, 3, 4, 6, 8, 12, 24];

/** Hours between snapshots, so that a late start still meets the objective: the longest even interval with room for the start window. */
export function snapshotIntervalHours(rpoHours: number): number {
  const room = rpoHours - START_WINDOW_MINUTES / 60;
  return DIVISORS_OF_A_DAY.filter((hours) => hours <= room).at(-1) ?? 1;
}

/** First hour of day, so that the default backup (01:00) and maintenance (Sunday 03:00) windows of the databases stay clear. */
const FIRST_HOUR: Readonly<Record<number, string>> = { 1: "*", 2: "0/2", 3: "2/3", 4: "2/4", 24: "5" };

/** At half past, every `intervalHours`, which divides the day. */
export function snapshotSchedule(intervalHours: number): string {
  return `cron(30 ${FIRST_HOUR[intervalHours] ?? `5/${intervalHours}`} * * ? *)`;
}

/**
 * An AWS Backup vault that is locked against deletion, and a plan that fills it often enough for a recovery point objective. It
 * protects RDS and Aurora databases, or DynamoDB tables, one selection each.
 *
 *     const vault = new BackupVault("backups", { key, rpoHours: 4 });
 *     vault.protect("orders", "instance", orders.arn);
 *
 * Nobody in the account, and no stolen credential, deletes or shortens a recovery point before its time: the lock refuses it, and the
 * vault's own policy refuses it once more. Two alarms: a job failed; no backup succeeded within the objective.
 *
 * For Aurora and DynamoDB the account must have opted in to them once (`aws backup update-region-settings`), for DynamoDB to advanced features, without which
 * its backups keep the table's key; RDS needs nothing. A table restores to any second of its own `recoveryDays` besides.
 *
 * Cost: 0.095 USD per GB and month of snapshots. Data loss: none by destroying the stack in production; a compliance lock outlives it, and
 * the vault has to be paid for until its last recovery point expires.
 */
export class BackupVault extends Component {
  readonly arn: pulumi.Output<string>;
  readonly vaultName: string;
  /** Whether databases under its protection leave their backup window and retention to AWS Backup. */
  readonly continuous: boolean;
  readonly key: Key;
  readonly holds: "databases" | "tables";
  readonly nodes: {
    readonly vault: aws.backup.Vault;
    readonly plan: aws.backup.Plan;
    readonly role: aws.iam.Role;
    readonly lock?: aws.backup.VaultLockConfiguration;
    readonly policy?: aws.backup.VaultPolicy;
  };
  private readonly rolePolicy: aws.iam.RolePolicy;

  constructor(name: string, args: BackupVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:data:BackupVault", name, args, opts);
    this.holds = args.holds ?? "databases";
    this.continuous = args.continuous ?? args.rpoHours < 2;
    const retentionDays = args.retentionDays ?? (this.production ? 35 : 7);
    this.validate(args, retentionDays);
    this.key = args.key;
    this.vaultName = this.physicalName("backupVault");
    this.arn = this.arnOf("backup", `backup-vault:${this.vaultName}`);

    const vault = new aws.backup.Vault(
      this.childName("vault"),
      { name: this.vaultName, kmsKeyArn: args.key.arn, forceDestroy: !this.production },
      this.statefulOptions({}, args.transform?.vault),
    );
    const lock = this.createLock(vault, args, retentionDays);
    const policy = this.createVaultPolicy(vault);
    const { role, rolePolicy } = this.createRole(args);
    const plan = this.createPlan(vault, args, retentionDays);
    this.createAlarms(args.rpoHours);

    this.rolePolicy = rolePolicy;
    this.nodes = { vault, plan, role, lock, policy };
    this.registerOutputs({ arn: this.arn, vaultName: this.vaultName });
  }

  /**
   * Backs up the RDS instance, the (Aurora or Multi-AZ) cluster or the table with this ARN. `key` names the selection, e.g. the database's own name; `databaseKey` is
   * what encrypts the database, where it is not the vault's own key.
   */
  protect(
    key: string,
    kind: "instance" | "cluster" | "table",
    arn: pulumi.Input<string>,
    databaseKey?: Key,
  ): aws.backup.Selection {
    this.check.that(
      (kind === "table") === (this.holds === "tables"),
      `protect.${key}`,
      kind,
      `Its role may back up ${this.holds} only: make a vault whose \`holds\` fits.`,
    );
    const access = new aws.iam.RolePolicy(
      this.childName(`protects-${key}`),
      {
        role: this.nodes.role.name,
        policy: policyDocument([
          { Effect: "Allow", Action: this.backupActions(kind), Resource: arn },
          ...(kind === "table"
            ? [
                {
                  Effect: "Allow" as const,
                  Action: ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
                  Resource: pulumi.interpolate`${arn}/backup/*`,
                },
                (databaseKey ?? this.key).encryptDecryptStatement("dynamodb"),
              ]
            : keyStatements(databaseKey ?? this.key)),
        ]),
      },
      this.childOptions(),
    );
    return new aws.backup.Selection(
      this.childName(`protects-${key}`),
      {
        name: this.physicalName("backupSelection", key),
        planId: this.nodes.plan.id,
        iamRoleArn: this.nodes.role.arn,
        resources: [arn],
      },
      this.childOptions({ dependsOn: [this.rolePolicy, access] }),
    );
  }

  private backupActions(kind: "instance" | "cluster" | "table"): string[] {
    // The last is what AWS Backup calls where its advanced features are on; the first where they are not.
    if (kind === "table")
      return [
        "dynamodb:CreateBackup",
        "dynamodb:DescribeTable",
        "dynamodb:ListTagsOfResource",
        "dynamodb:StartAwsBackupJob",
      ];
    const noun = kind === "cluster" ? "DBCluster" : "DBInstance";
    const snapshot = kind === "cluster" ? "rds:CreateDBClusterSnapshot" : "rds:CreateDBSnapshot";
    return [snapshot, ...(this.continuous ? [`rds:Modify${noun}`] : [])];
  }

  private validate(args: BackupVaultArgs, retentionDays: number): void {
    args.key.requireFor(this.check, this.context.region);
    this.check.integer("rpoHours", args.rpoHours, 1, 24, "of hours");
    this.check.that(
      args.rpoHours >= 2 || this.continuous,
      "rpoHours",
      args.rpoHours,
      "Snapshots are at most hourly and may start an hour late, which is two hours. Leave out `continuous`, or set it to true.",
    );
    this.check.that(
      this.holds === "databases" || !this.continuous,
      "holds",
      this.holds,
      "AWS Backup has no continuous backups of tables: give `rpoHours` of 2 or more. A table's own point-in-time recovery loses seconds.",
    );
    this.check.integer("retentionDays", retentionDays, 1, 36500, "of days");
    this.check.integer("continuousRetentionDays", args.continuousRetentionDays ?? 35, 1, 35, "of days");
    if (args.copyTo) this.check.integer("copyTo.retentionDays", args.copyTo.retentionDays, 1, 36500, "of days");
    if (args.lock === undefined) return;
    const { mode, changeableForDays, minRetentionDays, maxRetentionDays } = args.lock;
    this.check.that(
      changeableForDays === undefined || mode === "compliance",
      "lock.changeableForDays",
      changeableForDays,
      "A governance lock can always be lifted by those who may; leave it out, or set mode to compliance.",
    );
    if (changeableForDays !== undefined)
      this.check.integer("lock.changeableForDays", changeableForDays, 3, 36500, "of days");
    const kept = this.retentions(args, retentionDays);
    this.check.integer("lock.minRetentionDays", minRetentionDays ?? Math.min(...kept), 1, Math.min(...kept), "of days");
    this.check.integer(
      "lock.maxRetentionDays",
      maxRetentionDays ?? Math.max(...kept),
      Math.max(...kept),
      36500,
      "of days",
    );
  }

  /** Retentions in use: a lock that refuses one of them would make its jobs fail. */
  private retentions(args: BackupVaultArgs, retentionDays: number): number[] {
    return this.continuous ? [retentionDays, args.continuousRetentionDays ?? 35] : [retentionDays];
  }

  private createLock(
    vault: aws.backup.Vault,
    args: BackupVaultArgs,
    retentionDays: number,
  ): aws.backup.VaultLockConfiguration | undefined {
    if (!this.production && args.lock === undefined) return undefined;
    const lock = args.lock ?? {};
    const kept = this.retentions(args, retentionDays);
    return new aws.backup.VaultLockConfiguration(
      this.childName("lock"),
      {
        backupVaultName: vault.name,
        minRetentionDays: lock.minRetentionDays ?? Math.min(...kept),
        maxRetentionDays: lock.maxRetentionDays ?? Math.max(...kept),
        // Its presence is what makes the lock a compliance lock.
        ...(lock.mode === "compliance" ? { changeableForDays: lock.changeableForDays ?? 3 } : {}),
      },
      this.statefulOptions({}, args.transform?.lock),
    );
  }

  private createVaultPolicy(vault: aws.backup.Vault): aws.backup.VaultPolicy | undefined {
    // In development `forceDestroy` has to delete recovery points.
    if (!this.production) return undefined;
    return new aws.backup.VaultPolicy(
      this.childName("policy"),
      {
        backupVaultName: vault.name,
        policy: policyDocument([
          {
            Sid: "NobodyDeletesBackups",
            Effect: "Deny",
            Principal: "*",
            Action: [
              "backup:DeleteRecoveryPoint",
              "backup:DisassociateRecoveryPoint",
              "backup:UpdateRecoveryPointLifecycle",
            ],
            // In a vault's policy it stands for the vault's recovery points, whose ARNs are those of RDS snapshots.
            Resource: "*",
          },
        ]),
      },
      this.childOptions(),
    );
  }

  private createRole(args: BackupVaultArgs): { role: aws.iam.Role; rolePolicy: aws.iam.RolePolicy } {
    const role = new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole"),
        description: `AWS Backup fills ${this.vaultName}`,
        // AWS Backup documents no aws:SourceArn or aws:SourceAccount here. `iam:PassRole` holds the role to this account.
        assumeRolePolicy: policyDocument([
          { Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" },
        ]),
      },
      this.childOptions({}, args.transform?.role),
    );
    const rolePolicy = new aws.iam.RolePolicy(
      this.childName("role"),
      { role: role.name, policy: policyDocument(this.backupStatements(args)) },
      this.childOptions(),
    );
    return { role, rolePolicy };
  }

  /**
   * The RDS, or DynamoDB, part of AWSBackupServiceRolePolicyForBackup, held to this account and region (the managed policy also reaches every table,
   * volume, file system and bucket). What changes a database itself is in `protect`.
   */
  private backupStatements(args: BackupVaultArgs): Statement[] {
    const allow = (actions: string[], resources: pulumi.Input<string>[]): Statement => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
    });
    const rds = (...resources: string[]): pulumi.Output<string>[] => resources.map((each) => this.arnOf("rds", each));
    const ours = rds("cluster-snapshot:awsbackup:*", "snapshot:awsbackup:*");
    const common = [
      allow(["backup:DescribeBackupVault"], [this.arn]),
      ...(args.copyTo ? [allow(["backup:CopyIntoBackupVault"], [args.copyTo.vaultArn])] : []),
    ];
    // What it may do to backups of a table is in `protect`.
    if (this.holds === "tables") return common;
    return [
      allow(
        [
          "rds:DescribeDBClusterSnapshots",
          "rds:DescribeDBClusters",
          "rds:DescribeDBInstances",
          "rds:DescribeDBSnapshots",
          "rds:ListTagsForResource",
        ],
        rds("cluster:*", "cluster-snapshot:*", "db:*", "snapshot:*"),
      ),
      allow(
        [
          "rds:AddTagsToResource",
          "rds:CreateDBClusterSnapshot",
          "rds:CreateDBSnapshot",
          "rds:DeleteDBClusterSnapshot",
          "rds:DeleteDBSnapshot",
          "rds:ModifyDBClusterSnapshotAttribute",
          "rds:ModifyDBSnapshotAttribute",
        ],
        ours,
      ),
      // A snapshot begins as a copy of the database's own automated one, `rds:<database>-<time>`.
      allow(
        ["rds:CopyDBClusterSnapshot", "rds:CopyDBSnapshot"],
        [...ours, ...rds("cluster-snapshot:rds:*", "snapshot:rds:*")],
      ),
      ...(this.continuous
        ? [
            allow(
              [
                "rds:DeleteDBClusterAutomatedBackup",
                "rds:DeleteDBInstanceAutomatedBackup",
                "rds:DescribeDBClusterAutomatedBackups",
              ],
              rds("auto-backup:*", "cluster-auto-backup:*"),
            ),
          ]
        : []),
      ...common,
      ...keyStatements(args.key),
    ];
  }

  private createPlan(vault: aws.backup.Vault, args: BackupVaultArgs, retentionDays: number): aws.backup.Plan {
    // Where the continuous backup meets the objective, a daily snapshot is what can be copied and kept for longer.
    const interval = args.rpoHours < 2 ? 24 : snapshotIntervalHours(args.rpoHours);
    const window = { startWindow: START_WINDOW_MINUTES, completionWindow: Math.max(120, interval * 60) };
    const snapshots: aws.types.input.backup.PlanRule = {
      ruleName: `snapshot-every-${interval}h`,
      targetVaultName: vault.name,
      schedule: snapshotSchedule(interval),
      ...window,
      lifecycle: { deleteAfter: retentionDays },
      copyActions: args.copyTo
        ? [{ destinationVaultArn: args.copyTo.vaultArn, lifecycle: { deleteAfter: args.copyTo.retentionDays } }]
        : [],
    };
    const continuous: aws.types.input.backup.PlanRule = {
      ruleName: "continuous",
      targetVaultName: vault.name,
      schedule: "cron(30 8 * * ? *)",
      ...window,
      enableContinuousBackup: true,
      lifecycle: { deleteAfter: args.continuousRetentionDays ?? 35 },
    };
    return new aws.backup.Plan(
      this.childName("plan"),
      { name: this.physicalName("backupPlan"), rules: this.continuous ? [continuous, snapshots] : [snapshots] },
      this.childOptions({}, args.transform?.plan),
    );
  }

  private createAlarms(rpoHours: number): void {
    const dimensions = { BackupVaultName: this.vaultName };
    this.alarm("job-failed", {
      severity: "warning",
      description: `A backup into ${this.vaultName} failed. The job's status message in AWS Backup says why.`,
      metric: { namespace: "AWS/Backup", name: "NumberOfBackupJobsFailed", dimensions, statistic: "Sum", period: 3600 },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
    // A continuous backup reports a completed job once a day.
    const hours = rpoHours < 2 ? 24 : rpoHours;
    // Two more: a backup that is done early in one hour and late in the last of the objective leaves that many empty between, in time all the
    // same. CloudWatch looks back seven days at most.
    const periods = hours + 2;
    this.alarm("objective-missed", {
      severity: "critical",
      description: `No backup into ${this.vaultName} was completed for ${periods} hours: the recovery point objective is missed.`,
      metric: {
        namespace: "AWS/Backup",
        name: "NumberOfBackupJobsCompleted",
        dimensions,
        statistic: "Sum",
        period: 3600,
      },
      comparison: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: periods,
      treatMissingData: "breaching",
    });
  }
}

/** Snapshots of an encrypted database are made under a grant that RDS uses. */
function keyStatements(key: Key): Statement[] {
  return [
    { Effect: "Allow", Action: "kms:DescribeKey", Resource: key.arn },
    {
      Effect: "Allow",
      Action: "kms:CreateGrant",
      Resource: key.arn,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}
