import type { Statement } from "../core";
import { arnIn, glueName, type Scope } from "./deploy-resources";

interface Ceiling {
  readonly actions: string;
  /** ARNs after `arn:<partition>:`, `@` being the account; `*` for actions that AWS lets no policy narrow. */
  readonly on: (stack: string) => readonly string[];
  readonly condition?: Statement["Condition"];
  /** Systems whose roles need it. Default: every system. IAM takes 6,144 characters, and no system has everything. */
  readonly of?: readonly string[];
}

const ANYWHERE = () => ["*"];
/** Systems that a pipeline of their own releases. */
const DELIVERED = ["book-lending"];
/** Systems with Kafka, a search domain or managed Prometheus. */
const WITH_EVENT_LOGS = ["payments"];
/** Systems with data streams, archives and queries over them. */
const WITH_STREAMS = ["rewards"];
/** Systems on Elastic Beanstalk. */
const ON_BEANSTALK = ["ui-service"];

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
      of: WITH_EVENT_LOGS,
    },
    { actions: "ListWorkspaces", on: ANYWHERE, of: WITH_EVENT_LOGS },
  ],
  athena: [
    {
      actions:
        "BatchGetQueryExecution GetDataCatalog GetDatabase GetQueryExecution GetQueryResults GetQueryResultsStream GetQueryRuntimeStatistics GetTableMetadata GetWorkGroup ListDatabases ListQueryExecutions ListTableMetadata StartQueryExecution StopQueryExecution",
      on: (stack) => [`athena:*:@:workgroup/${stack}-*`, "athena:*:@:datacatalog/AwsDataCatalog"],
      of: WITH_STREAMS,
    },
    { actions: "ListDataCatalogs", on: ANYWHERE, of: WITH_STREAMS },
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
  codebuild: [
    { actions: "BatchGetBuilds StartBuild", on: (stack) => [`codebuild:*:@:project/${stack}-*`], of: DELIVERED },
  ],
  codeconnections: [{ actions: "UseConnection", on: () => ["codeconnections:*:@:connection/*"], of: DELIVERED }],
  codepipeline: [{ actions: "PutJobFailureResult PutJobSuccessResult", on: ANYWHERE, of: DELIVERED }],
  dynamodb: [
    {
      // From CreateBackup on, AWS Backup's: a backup lies below its table, which the pattern fits.
      actions:
        "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem CreateBackup DeleteBackup DescribeBackup DescribeTable ListTagsOfResource StartAwsBackupJob",
      on: (stack) => [`dynamodb:*:@:table/${stack}-*`],
    },
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
    {
      actions: "CompleteLayerUpload InitiateLayerUpload PutImage UploadLayerPart",
      on: (stack) => [`ecr:*:@:repository/${stack}-*`],
      of: DELIVERED,
    },
    { actions: "GetAuthorizationToken", on: ANYWHERE },
  ],
  elasticache: [
    {
      actions: "Connect",
      // A replication group, and who signs in to it.
      on: (stack) => [`elasticache:*:@:*:${stack}-*`],
    },
  ],
  elasticbeanstalk: [
    {
      actions: "DeleteApplicationVersion PutInstanceStatistics",
      on: (stack) =>
        ["application", "applicationversion", "environment"].map((kind) => `elasticbeanstalk:*:@:${kind}/${stack}-*`),
      of: ON_BEANSTALK,
    },
  ],
  elasticloadbalancing: [
    {
      actions: "ModifyRule",
      on: (stack) => [`elasticloadbalancing:*:@:listener-rule/app/${stack}-*`],
      of: DELIVERED,
    },
    { actions: "DescribeRules", on: ANYWHERE, of: DELIVERED },
    { actions: "DescribeTargetHealth", on: ANYWHERE, of: [...DELIVERED, ...ON_BEANSTALK] },
    { actions: "DescribeInstanceHealth DescribeLoadBalancers", on: ANYWHERE, of: ON_BEANSTALK },
  ],
  es: [
    {
      actions: "ESHttpDelete ESHttpGet ESHttpHead ESHttpPatch ESHttpPost ESHttpPut",
      on: (stack) => [`es:*:@:domain/${stack}-*`],
      of: WITH_EVENT_LOGS,
    },
  ],
  events: [{ actions: "PutEvents", on: (stack) => [`events:*:@:event-bus/${stack}-*`] }],
  "execute-api": [{ actions: "Invoke", on: () => ["execute-api:*:@:*/live/*"] }],
  "kafka-cluster": [
    {
      actions: "Connect DescribeTopic WriteData WriteDataIdempotently",
      // A cluster, and its topics.
      on: (stack) => [`kafka:*:@:*/${stack}-*`],
      of: WITH_EVENT_LOGS,
    },
  ],
  glue: [
    {
      actions:
        "GetDatabase GetDatabases GetPartition GetPartitions GetTable GetTableVersion GetTableVersions GetTables",
      on: (stack) => [
        ...["catalog", "database/default"].map((path) => `glue:*:@:${path}`),
        ...["database", "table"].map((kind) => `glue:*:@:${kind}/${glueName(stack)}_*`),
      ],
      of: WITH_STREAMS,
    },
  ],
  kinesis: [
    {
      actions:
        "DescribeStream DescribeStreamConsumer DescribeStreamSummary GetRecords GetShardIterator ListShards PutRecord PutRecords SubscribeToShard",
      // A consumer's ARN begins with its stream's.
      on: (stack) => [`kinesis:*:@:stream/${stack}-*`],
      of: WITH_STREAMS,
    },
  ],
  kms: [
    {
      actions: "CreateGrant Decrypt DescribeKey GenerateDataKey",
      on: () => ["kms:*:@:key/*"],
      condition: { StringEquals: { "aws:ResourceTag/palisade:component": "security/Key" } },
    },
  ],
  lambda: [{ actions: "InvokeFunction", on: (stack) => [`lambda:*:@:function:${stack}-*`], of: DELIVERED }],
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
      on: () => ["*auto-backup", "*snapshot", "cluster", "db"].map((kind) => `rds:*:@:${kind}:*`),
    },
  ],
  "rds-db": [{ actions: "connect", on: () => ["rds-db:*:@:dbuser:*/*"] }],
  s3: [
    { actions: "ListBucket PutObject", on: (stack) => [`s3:::${stack}-*`] },
    {
      actions: "GetBucketAcl GetBucketLocation GetBucketVersioning GetObject GetObjectVersion PutObjectAcl",
      on: (stack) => [`s3:::${stack}-*`],
      of: DELIVERED,
    },
    {
      actions: "AbortMultipartUpload GetBucketLocation GetObject ListBucketMultipartUploads ListMultipartUploadParts",
      on: (stack) => [`s3:::${stack}-*`],
      of: WITH_STREAMS,
    },
    // Where Elastic Beanstalk keeps bundles, one for each region of the account.
    {
      actions: "GetObject GetObjectVersion ListBucket PutObject",
      on: () => ["s3:::elasticbeanstalk-*-@", "s3:::elasticbeanstalk-*-@/*"],
      of: ON_BEANSTALK,
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
    {
      actions: "SendCommand",
      on: (stack) => [`ssm:*:@:document/${stack}-*`, "ec2:*:@:instance/*"],
      of: DELIVERED,
    },
    { actions: "GetCommandInvocation", on: ANYWHERE, of: DELIVERED },
    {
      actions: "GetParameter PutParameter",
      on: (stack) => [`ssm:*:@:parameter/${stack}-*`, `ssm:*:@:parameter/${stack}/*`],
    },
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

/**
 * The boundary of every role that the deployment of `scope.stack` makes. Parts of different services share a statement, as IAM counts characters: no action works
 * on what only another service's part names. Parts of one service, and those with a condition, stay apart.
 */
export function workloadStatements(scope: Scope): Statement[] {
  const shared = new Map<string, { actions: string[]; resources: string[] }>();
  const held: Statement[] = [];
  for (const [service, parts] of Object.entries(CEILING)) {
    for (const [index, { actions, on, condition, of }] of parts.entries()) {
      if (of && !of.includes(scope.system)) continue;
      const named = actions.split(" ").map((action) => `${service}:${action}`);
      const resources = on(scope.stack).map((rest) => (rest === "*" ? rest : arnIn(scope, rest)));
      if (condition) {
        held.push({ Effect: "Allow", Action: named, Resource: resources, Condition: condition });
        continue;
      }
      const place = on === ANYWHERE ? "anywhere" : String(index);
      const group = shared.get(place) ?? { actions: [], resources: [] };
      group.actions.push(...named);
      group.resources = [...new Set([...group.resources, ...resources])];
      shared.set(place, group);
    }
  }
  const together = [...shared.values()].map(({ actions, resources }): Statement => ({
    Effect: "Allow",
    Action: actions,
    Resource: resources,
  }));
  return [...together, ...held];
}
