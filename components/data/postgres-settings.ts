import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type ArgumentCheck,
  type Component,
  type Grantee,
  grant,
  policyDocument,
  serviceTrust,
  type Transform,
} from "../core";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";

/**
 * PostgreSQL 17's minor release of August 2026, which new databases begin with. AWS offers 17 in standard support until February 2030 and on every class that the
 * components use (https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html).
 */
export const DEFAULT_POSTGRES_VERSION = "17.11";

/** A database user or database name that PostgreSQL takes without quotes. */
export const POSTGRES_NAME = /^[a-z_][a-z0-9_]{0,62}$/;
export const POSTGRES_NAME_RULE =
  "Use lower-case letters, digits and underscores, at most 63, beginning with a letter or an underscore.";

/** Not one of the names that attackers try first (PCI DSS 2.2.2), and letters alone, which every RDS engine takes. */
export const DEFAULT_MASTER_USERNAME = "palisadeowner";

/** A weekly window of RDS and ElastiCache, in UTC. */
export const WEEKLY_WINDOW = /^(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d-(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d$/;
export const DAILY_WINDOW = /^\d\d:\d\d-\d\d:\d\d$/;

/** What `pgaudit.log` takes (https://github.com/pgaudit/pgaudit#pgauditlog). */
export type AuditClass = "read" | "write" | "function" | "role" | "ddl" | "misc";

/** `17.11` -> `17`. */
export const majorVersion = (engineVersion: string): string => engineVersion.split(".")[0] ?? engineVersion;

interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly applyMethod: "immediate" | "pending-reboot";
}

const immediate = (name: string, value: string): Parameter => ({ name, value, applyMethod: "immediate" });

/**
 * Parameters of every PostgreSQL here. DDL and role statements are written by pgaudit and not by `log_statement`, because pgaudit
 * blacks out the password of `ALTER ROLE ... PASSWORD` and `log_statement` writes it in plain text; bind values stay out of the log,
 * because they may be cardholder data (PCI DSS 3.3, 10.2).
 */
export function postgresParameters(auditClasses: readonly AuditClass[]): Parameter[] {
  return [
    immediate("rds.force_ssl", "1"),
    immediate("ssl_min_protocol_version", "TLSv1.2"),
    immediate("rds.accepted_password_auth_method", "scram"),
    immediate("log_connections", "1"),
    immediate("log_disconnections", "1"),
    immediate("log_parameter_max_length", "0"),
    { name: "shared_preload_libraries", value: "pg_stat_statements,pgaudit", applyMethod: "pending-reboot" },
    immediate("pgaudit.log", auditClasses.length === 0 ? "none" : auditClasses.join(",")),
  ];
}

/** The role through which RDS writes operating system metrics (Enhanced Monitoring) of the databases whose identifier begins with `identifier`. */
export function monitoringRole(
  owner: Component,
  identifier: string,
  transform?: Transform<aws.iam.RoleArgs>,
): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
  const role = new aws.iam.Role(
    owner.childName("monitoring"),
    {
      name: owner.physicalName("iamRole", "monitoring"),
      description: `Enhanced Monitoring of ${identifier}`,
      // `*` stands for `db` and `cluster`: RDS sends the ARN of either.
      assumeRolePolicy: serviceTrust(
        "monitoring.rds.amazonaws.com",
        owner.account,
        owner.arnOf("rds", `*:${identifier}*`),
      ),
    },
    owner.childOptions({}, transform),
  );
  // RDS's own name for the one log group of all its databases in a region.
  const group = owner.arnOf("logs", "log-group:RDSOSMetrics");
  const policy = new aws.iam.RolePolicy(
    owner.childName("monitoring"),
    {
      role: role.name,
      policy: policyDocument([
        { Effect: "Allow", Action: ["logs:CreateLogGroup", "logs:PutRetentionPolicy"], Resource: group },
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"],
          Resource: [group, pulumi.interpolate`${group}:log-stream:*`],
        },
      ]),
    },
    owner.childOptions(),
  );
  return { role, policy };
}

/** Lets `grantee` log in as the database user `user` with an IAM token, into the databases with these resource ids. */
export function grantLogin(
  owner: Component,
  check: ArgumentCheck,
  grantee: Grantee,
  user: string,
  resourceIds: readonly pulumi.Output<string>[],
): aws.iam.RolePolicy {
  check.matches("user", user, POSTGRES_NAME, POSTGRES_NAME_RULE);
  return grant(owner, owner.name, `connect-${user.replaceAll("_", "-")}`, grantee, [
    {
      Effect: "Allow",
      Action: "rds-db:connect",
      Resource: resourceIds.map((id) => owner.arnOf("rds-db", pulumi.interpolate`dbuser:${id}/${user}`)),
    },
  ]);
}

/** The secret that RDS made for the master user; one is there from creation on. */
export function managedSecretArn(secrets: readonly { readonly secretArn: string }[]): string {
  const [secret] = secrets;
  if (secret === undefined) throw new Error("RDS reports no managed master secret");
  return secret.secretArn;
}

/** The log groups that RDS would else make itself: unencrypted, kept for ever. They have to be there first. */
export function exportedLogGroups(
  owner: Component,
  database: { kind: "cluster" | "instance"; identifier: string; logs: readonly string[]; suffix?: string },
  key: Key,
  retentionInDays: number | undefined,
): aws.cloudwatch.LogGroup[] {
  return database.logs.map((log) =>
    logGroup(owner, `${database.suffix ?? ""}${log}-log`, {
      name: `/aws/rds/${database.kind}/${database.identifier}/${log}`,
      keyArn: key.arn,
      retentionInDays,
    }),
  );
}

/** Performance Insights collects what Database Insights shows: 15 months is all the advanced mode takes, 7 days the free standard. */
export function insightSettings(key: Key, mode: "standard" | "advanced" | undefined) {
  return {
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: key.arn,
    performanceInsightsRetentionPeriod: mode === "advanced" ? 465 : 7,
  };
}
