import type { Statement } from "../core";
import { arnIn, type Scope } from "./deploy-resources";

interface Ceiling {
  readonly actions: string;
  /** ARNs after `arn:<partition>:`, `@` being the account; `*` for actions that AWS lets no policy narrow. */
  readonly on: (stack: string) => readonly string[];
  readonly condition?: Statement["Condition"];
}

const ANYWHERE = () => ["*"];

/**
 * The most that a role of a deployment may ever do: what the components grant services, functions and the AWS services that work for them. No call of IAM,
 * STS or another account is among it, so a role that a deployment makes can not become more than it is. A component that grants a new action adds it
 * here; a test holds this list to what the stacks grant.
 */
const CEILING: Readonly<Record<string, readonly Ceiling[]>> = {
  aps: [
    {
      actions: "DescribeWorkspace GetLabels GetMetricMetadata GetSeries QueryMetrics RemoteWrite",
      on: () => ["aps:*:@:workspace/*"],
    },
    { actions: "ListWorkspaces", on: ANYWHERE },
  ],
  autoscaling: [
    {
      actions:
        "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeNotificationConfigurations DescribeScalingActivities",
      on: ANYWHERE,
    },
  ],
  backup: [{ actions: "DescribeBackupVault", on: (stack) => [`backup:*:@:backup-vault:${stack}-*`] }],
  cloudwatch: [
    // Grafana's own list: alarms of every stack of the account.
    { actions: "DescribeAlarmHistory DescribeAlarms", on: () => ["cloudwatch:*:@:alarm:*"] },
    // What a machine's agent reports.
    {
      actions: "PutMetricData",
      on: ANYWHERE,
      condition: { StringEquals: { "cloudwatch:namespace": "CWAgent" } },
    },
    { actions: "DescribeAlarmsForMetric GetMetricData GetMetricStatistics ListMetrics", on: ANYWHERE },
  ],
  dynamodb: [
    {
      actions: "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem",
      on: (stack) => [`dynamodb:*:@:table/${stack}-*`],
    },
    // AWS Backup's role.
    {
      actions: "CreateBackup DescribeTable ListTagsOfResource StartAwsBackupJob",
      on: (stack) => [`dynamodb:*:@:table/${stack}-*`],
    },
    { actions: "DeleteBackup DescribeBackup", on: () => ["dynamodb:*:@:table/*/backup/*"] },
  ],
  ec2: [
    {
      actions:
        "AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DescribeSubnets UnassignPrivateIpAddresses",
      // A function in a network: AWS makes its interfaces, whose ids nobody knows before.
      on: ANYWHERE,
    },
    { actions: "DescribeInstanceStatus DescribeInstances DescribeSecurityGroups", on: ANYWHERE },
  ],
  ec2messages: [
    { actions: "AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply", on: ANYWHERE },
  ],
  ecr: [
    {
      actions: "BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer",
      // GuardDuty's agent lies in an account of AWS.
      on: (stack) => [`ecr:*:@:repository/${stack}-*`, "ecr:*:*:repository/aws-guardduty-agent-fargate"],
    },
    { actions: "GetAuthorizationToken", on: ANYWHERE },
  ],
  elasticache: [
    {
      actions: "Connect",
      on: (stack) => [`elasticache:*:@:replicationgroup:${stack}-*`, `elasticache:*:@:user:${stack}-*`],
    },
  ],
  elasticbeanstalk: [
    {
      actions: "DeleteApplicationVersion PutInstanceStatistics",
      on: (stack) =>
        ["application", "applicationversion", "environment"].map((kind) => `elasticbeanstalk:*:@:${kind}/${stack}-*`),
    },
  ],
  elasticloadbalancing: [
    { actions: "DescribeInstanceHealth DescribeLoadBalancers DescribeTargetHealth", on: ANYWHERE },
  ],
  es: [
    {
      actions: "ESHttpDelete ESHttpGet ESHttpHead ESHttpPatch ESHttpPost ESHttpPut",
      on: (stack) => [`es:*:@:domain/${stack}-*`],
    },
  ],
  events: [{ actions: "PutEvents", on: (stack) => [`events:*:@:event-bus/${stack}-*`] }],
  "execute-api": [{ actions: "Invoke", on: () => ["execute-api:*:@:*/live/*"] }],
  "kafka-cluster": [
    {
      actions: "Connect DescribeTopic WriteData WriteDataIdempotently",
      on: (stack) => [`kafka:*:@:cluster/${stack}-*`, `kafka:*:@:topic/${stack}-*`],
    },
  ],
  kms: [
    {
      actions: "CreateGrant Decrypt DescribeKey GenerateDataKey",
      on: () => ["kms:*:@:key/*"],
      condition: { StringEquals: { "aws:ResourceTag/palisade:component": "security/Key" } },
    },
  ],
  logs: [
    {
      actions:
        "CreateLogGroup CreateLogStream DescribeLogStreams FilterLogEvents GetLogEvents PutLogEvents PutRetentionPolicy",
      on: (stack) => [
        `logs:*:@:log-group:*${stack}-*`,
        "logs:*:@:log-group:RDSOSMetrics*",
        "logs:*:@:log-group:API-Gateway-Execution-Logs_*",
        "logs:*:@:log-group:/aws/apigateway/*",
      ],
    },
    { actions: "DescribeLogGroups", on: ANYWHERE },
  ],
  rds: [
    {
      actions:
        "AddTagsToResource CopyDBClusterSnapshot CopyDBSnapshot CreateDBClusterSnapshot CreateDBSnapshot DeleteDBClusterAutomatedBackup DeleteDBClusterSnapshot DeleteDBInstanceAutomatedBackup DeleteDBSnapshot DescribeDBClusterAutomatedBackups DescribeDBClusterSnapshots DescribeDBClusters DescribeDBInstances DescribeDBSnapshots ListTagsForResource ModifyDBCluster ModifyDBClusterSnapshotAttribute ModifyDBInstance ModifyDBSnapshotAttribute",
      on: () =>
        ["auto-backup", "cluster", "cluster-auto-backup", "cluster-snapshot", "db", "snapshot"].map(
          (kind) => `rds:*:@:${kind}:*`,
        ),
    },
  ],
  "rds-db": [{ actions: "connect", on: () => ["rds-db:*:@:dbuser:*/*"] }],
  s3: [
    { actions: "ListBucket PutObject", on: (stack) => [`s3:::${stack}-*`] },
    // Where Elastic Beanstalk keeps bundles, one for each region of the account.
    {
      actions: "GetObject GetObjectVersion ListBucket PutObject",
      on: () => ["s3:::elasticbeanstalk-*-@", "s3:::elasticbeanstalk-*-@/*"],
    },
  ],
  secretsmanager: [
    {
      actions: "DescribeSecret GetSecretValue PutSecretValue UpdateSecretVersionStage",
      on: (stack) => [`secretsmanager:*:@:secret:${stack}-*`],
    },
    { actions: "GetRandomPassword", on: ANYWHERE },
  ],
  sqs: [
    {
      actions: "ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage SendMessage",
      on: (stack) => [`sqs:*:@:${stack}-*`],
    },
  ],
  ssm: [
    { actions: "GetParameter", on: (stack) => [`ssm:*:@:parameter/${stack}-*`, `ssm:*:@:parameter/${stack}/*`] },
    { actions: "UpdateInstanceInformation", on: () => ["ec2:*:@:instance/*"] },
  ],
  ssmmessages: [{ actions: "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel", on: ANYWHERE }],
  // Who handles an incident: AWS lets none of it be narrowed to a resource.
  support: [
    {
      actions:
        "AddAttachmentsToSet AddCommunicationToCase CreateCase DescribeAttachment DescribeCases DescribeCommunications DescribeServices DescribeSeverityLevels ResolveCase",
      on: ANYWHERE,
    },
  ],
};

/** The boundary of every role that the deployment of `scope.stack` makes. */
export function workloadStatements(scope: Scope): Statement[] {
  return Object.entries(CEILING).flatMap(([service, parts]) =>
    parts.map(({ actions, on, condition }) => ({
      Effect: "Allow" as const,
      Action: actions.split(" ").map((action) => `${service}:${action}`),
      Resource: on(scope.stack).map((rest) => (rest === "*" ? rest : arnIn(scope, rest))),
      ...(condition && { Condition: condition }),
    })),
  );
}
