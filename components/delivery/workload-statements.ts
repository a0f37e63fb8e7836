import type { Statement } from "../core";
import { arnIn, glueName, logGroups, type Scope } from "./deploy-resources";

interface Ceiling {
  readonly actions: string;
  /** ARNs after `arn:<partition>:`, `@` being the account; `*` for actions that AWS lets no policy narrow. */
  readonly on: (scope: Scope) => readonly string[];
  readonly condition?: Statement["Condition"];
  /** Systems whose roles need it. Default: every system. IAM takes 6,144 characters, and no system has everything. */
  readonly of?: readonly string[];
}

const ANYWHERE = () => ["*"];
/** Systems that a pipeline of their own releases. */
const DELIVERED = ["book-lending", "credit-score"];
/** Those of them with two machines that it swaps. */
const SWAPPED = ["book-lending"];
/** Systems with Kafka, a search domain or managed Prometheus. */
const WITH_EVENT_LOGS = ["payments"];
/** Systems with caches. */
const WITH_CACHES = ["payments", "ui-service"];
/** Systems with data streams, archives and queries over them. */
const WITH_STREAMS = ["rewards"];
/** Systems on Kubernetes. */
const ON_KUBERNETES = ["rewards"];
/** Systems on Elastic Beanstalk. */
const ON_BEANSTALK = ["ui-service"];

/**
 * The most that a role of a deployment may ever do: what the components grant services, functions and the AWS services that work for them. No call of IAM
 * or another account is among it, and of STS only what the stack's own pipeline takes by name, so a role that a deployment makes can not become more than it is. A component that grants a new action adds it
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
      on: ({ names }) => [`athena:*:@:workgroup/${names}*`, "athena:*:@:datacatalog/AwsDataCatalog"],
      of: WITH_STREAMS,
    },
    { actions: "ListDataCatalogs", on: ANYWHERE, of: WITH_STREAMS },
  ],
  autoscaling: [
    {
      actions:
        "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeNotificationConfigurations DescribeScalingActivities",
      on: ANYWHERE,
      of: ON_BEANSTALK,
    },
  ],
  backup: [{ actions: "DescribeBackupVault", on: ({ names }) => [`backup:*:@:backup-vault:${names}*`] }],
  cloudwatch: [
    // Grafana's own list: alarms of every stack of the account.
    { actions: "DescribeAlarmHistory DescribeAlarms", on: () => ["cloudwatch:*:@:alarm:*"], of: WITH_EVENT_LOGS },
    // What a machine's agent reports.
    {
      actions: "PutMetricData",
      on: ANYWHERE,
      condition: { StringEquals: { "cloudwatch:namespace": "CWAgent" } },
    },
    { actions: "GetMetricData", on: ANYWHERE, of: [...SWAPPED, ...WITH_EVENT_LOGS] },
    { actions: "DescribeAlarmsForMetric GetMetricStatistics ListMetrics", on: ANYWHERE, of: WITH_EVENT_LOGS },
  ],
  codebuild: [
    { actions: "BatchGetBuilds StartBuild", on: ({ names }) => [`codebuild:*:@:project/${names}*`], of: DELIVERED },
  ],
  codeconnections: [{ actions: "UseConnection", on: () => ["codeconnections:*:@:connection/*"], of: DELIVERED }],
  codepipeline: [{ actions: "PutJobFailureResult PutJobSuccessResult", on: ANYWHERE, of: SWAPPED }],
  dynamodb: [
    {
      // From CreateBackup on, AWS Backup's: a backup lies below its table, which the pattern fits.
      actions:
        "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem CreateBackup DeleteBackup DescribeBackup DescribeTable ListTagsOfResource StartAwsBackupJob",
      on: ({ names }) => [`dynamodb:*:@:table/${names}*`],
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
    // Of the policies of AWS that a cluster's roles have: what its control plane and network plugin do where pods have interfaces and AWS's own controllers make no
    // load balancers, routes or volumes.
    {
      actions:
        "AttachNetworkInterface CreateNetworkInterfacePermission DescribeAvailabilityZones DescribeInstanceTopology DescribeInstanceTypes DescribeTags DescribeVolumes DetachNetworkInterface ModifyNetworkInterfaceAttribute",
      on: ANYWHERE,
      of: ON_KUBERNETES,
    },
    { actions: "CreateTags", on: () => ["ec2:*:@:network-interface/*"], of: ON_KUBERNETES },
  ],
  ec2messages: [
    { actions: "AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply", on: ANYWHERE },
  ],
  ecr: [
    {
      actions: "BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer",
      on: ({ names, pulledFrom }) => [
        ...[names, ...pulledFrom].map((prefix) => `ecr:*:@:repository/${prefix}*`),
        // GuardDuty's agent lies in an account of AWS.
        "ecr:*:*:repository/aws-guardduty-agent-fargate",
      ],
    },
    {
      actions: "CompleteLayerUpload InitiateLayerUpload PutImage UploadLayerPart",
      on: ({ names }) => [`ecr:*:@:repository/${names}*`],
      of: DELIVERED,
    },
    { actions: "GetAuthorizationToken", on: ANYWHERE },
    {
      actions: "BatchGetImage GetDownloadUrlForLayer",
      // Bottlerocket's and the add-ons' images lie in accounts of AWS, others from region to region.
      on: () => ["ecr:*:*:repository/*"],
      of: ON_KUBERNETES,
    },
  ],
  "eks-auth": [
    { actions: "AssumeRoleForPodIdentity", on: ({ names }) => [`eks:*:@:cluster/${names}*`], of: ON_KUBERNETES },
  ],
  elasticache: [
    {
      actions: "Connect",
      // A replication group, and who signs in to it.
      on: ({ names }) => [`elasticache:*:@:*:${names}*`],
      of: WITH_CACHES,
    },
  ],
  elasticbeanstalk: [
    {
      actions: "DeleteApplicationVersion PutInstanceStatistics",
      on: ({ names }) =>
        ["application", "applicationversion", "environment"].map((kind) => `elasticbeanstalk:*:@:${kind}/${names}*`),
      of: ON_BEANSTALK,
    },
  ],
  elasticloadbalancing: [
    {
      actions: "ModifyRule",
      on: ({ names }) => [`elasticloadbalancing:*:@:listener-rule/app/${names}*`],
      of: SWAPPED,
    },
    { actions: "DescribeRules", on: ANYWHERE, of: SWAPPED },
    { actions: "DescribeTargetHealth", on: ANYWHERE, of: [...SWAPPED, ...ON_BEANSTALK] },
    { actions: "DescribeInstanceHealth DescribeLoadBalancers", on: ANYWHERE, of: ON_BEANSTALK },
  ],
  es: [
    {
      actions: "ESHttpDelete ESHttpGet ESHttpHead ESHttpPatch ESHttpPost ESHttpPut",
      on: ({ names }) => [`es:*:@:domain/${names}*`],
      of: WITH_EVENT_LOGS,
    },
  ],
  events: [{ actions: "PutEvents", on: ({ names }) => [`events:*:@:event-bus/${names}*`] }],
  "execute-api": [{ actions: "Invoke", on: () => ["execute-api:*:@:*/live/*"] }],
  "kafka-cluster": [
    {
      actions: "Connect DescribeTopic WriteData WriteDataIdempotently",
      // A cluster, and its topics.
      on: ({ names }) => [`kafka:*:@:*/${names}*`],
      of: WITH_EVENT_LOGS,
    },
  ],
  glue: [
    {
      actions:
        "GetDatabase GetDatabases GetPartition GetPartitions GetTable GetTableVersion GetTableVersions GetTables",
      on: ({ names }) => [
        ...["catalog", "database/default"].map((path) => `glue:*:@:${path}`),
        ...["database", "table"].map((kind) => `glue:*:@:${kind}/${glueName(names)}*`),
      ],
      of: WITH_STREAMS,
    },
  ],
  kinesis: [
    {
      actions:
        "DescribeStream DescribeStreamConsumer DescribeStreamSummary GetRecords GetShardIterator ListShards PutRecord PutRecords SubscribeToShard",
      // A consumer's ARN begins with its stream's.
      on: ({ names }) => [`kinesis:*:@:stream/${names}*`],
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
  lambda: [{ actions: "InvokeFunction", on: ({ names }) => [`lambda:*:@:function:${names}*`], of: SWAPPED }],
  logs: [
    {
      actions:
        "CreateLogGroup CreateLogStream DescribeLogStreams FilterLogEvents GetLogEvents PutLogEvents PutRetentionPolicy",
      on: ({ names }) => [
        ...logGroups(names),
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
    { actions: "ListBucket PutObject", on: ({ names }) => [`s3:::${names}*`] },
    {
      actions: "GetBucketAcl GetBucketLocation GetBucketVersioning GetObject GetObjectVersion PutObjectAcl",
      on: ({ names }) => [`s3:::${names}*`],
      of: DELIVERED,
    },
    {
      actions: "AbortMultipartUpload GetBucketLocation GetObject ListBucketMultipartUploads ListMultipartUploadParts",
      on: ({ names }) => [`s3:::${names}*`],
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
      on: ({ names }) => [`secretsmanager:*:@:secret:${names}*`],
    },
    { actions: "GetRandomPassword", on: ANYWHERE },
  ],
  sqs: [
    {
      actions: "ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage SendMessage",
      on: ({ names }) => [`sqs:*:@:${names}*`],
    },
  ],
  ssm: [
    {
      actions: "SendCommand",
      on: ({ names }) => [`ssm:*:@:document/${names}*`, "ec2:*:@:instance/*"],
      of: SWAPPED,
    },
    { actions: "GetCommandInvocation", on: ANYWHERE, of: SWAPPED },
    {
      actions: "GetParameter PutParameter",
      on: ({ names, stack }) => [`ssm:*:@:parameter/${names}*`, `ssm:*:@:parameter/${stack}/*`],
    },
    { actions: "UpdateInstanceInformation", on: () => ["ec2:*:@:instance/*"] },
  ],
  sts: [{ actions: "AssumeRole", on: ({ taken }) => taken.map((role) => `iam::@:role/${role}`) }],
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
      const resources = on(scope).map((rest) => (rest === "*" ? rest : arnIn(scope, rest)));
      if (resources.length === 0) continue;
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
