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
/** Systems whose services call each other by an API that is reached from the VPC alone. */
const WITH_PRIVATE_APIS = ["payments"];
/** Systems that read queues. */
const WITH_QUEUES = ["book-lending", "credit-score", "payments"];
/** Systems with parameters: which version a pair of machines runs, where shards are. */
const WITH_PARAMETERS = ["book-lending", "payments"];
/** Systems with an event bus of their own. */
const WITH_A_BUS = ["credit-score"];
/** Systems whose databases are backed up continuously, as their objectives may ask for less than two hours. */
const BACKED_UP_CONTINUOUSLY = ["book-lending", "payments", "ui-service"];
/** Systems with caches. */
const WITH_CACHES = ["payments", "ui-service"];
/** Systems with data streams, archives and queries over them. */
const WITH_STREAMS = ["rewards"];
/** Systems with functions of their own, which are traced, kept warm and asked by Cognito. */
const WITH_FUNCTIONS = ["rewards"];
/** Systems that know where devices are. */
const WITH_POSITIONS = ["rewards"];
/** Systems on Kubernetes. */
const ON_KUBERNETES = ["rewards"];
/** Systems on machines that the stack makes itself. */
const ON_MACHINES = ["book-lending"];
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
      of: ON_MACHINES,
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
    // The Kinesis Client Library looks through its leases.
    { actions: "Scan", on: ({ names }) => [`dynamodb:*:@:table/${names}*-leases*`], of: WITH_STREAMS },
  ],
  ec2: [
    {
      actions:
        "AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DescribeSubnets UnassignPrivateIpAddresses",
      // A function in a network: AWS makes its interfaces, whose ids nobody knows before.
      on: ANYWHERE,
    },
    { actions: "DescribeInstances DescribeSecurityGroups", on: ANYWHERE, of: [...ON_BEANSTALK, ...ON_KUBERNETES] },
    { actions: "DescribeInstanceStatus", on: ANYWHERE, of: ON_BEANSTALK },
    // Of the policies of AWS that a cluster's roles have: what its control plane and network plugin do where pods have interfaces and AWS's own controllers make no
    // load balancers, routes or volumes.
    {
      actions: "DescribeAvailabilityZones DescribeInstanceTopology DescribeInstanceTypes DescribeTags DescribeVolumes",
      on: ANYWHERE,
      of: ON_KUBERNETES,
    },
    {
      actions:
        "AttachNetworkInterface CreateNetworkInterfacePermission DetachNetworkInterface ModifyNetworkInterfaceAttribute",
      // To a node, and with a pod's groups.
      on: () => ["instance", "network-interface", "security-group"].map((kind) => `ec2:*:@:${kind}/*`),
      of: ON_KUBERNETES,
    },
    { actions: "CreateTags", on: () => ["ec2:*:@:network-interface/*"], of: ON_KUBERNETES },
  ],
  ec2messages: [
    {
      actions: "AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply",
      on: ANYWHERE,
      of: [...ON_MACHINES, ...ON_KUBERNETES],
    },
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
  events: [{ actions: "PutEvents", on: ({ names }) => [`events:*:@:event-bus/${names}*`], of: WITH_A_BUS }],
  "execute-api": [{ actions: "Invoke", on: () => ["execute-api:*:@:*/live/*"], of: WITH_PRIVATE_APIS }],
  geo: [
    {
      actions: "BatchDeleteGeofence BatchPutGeofence BatchUpdateDevicePosition PutGeofence",
      // A tracker, and its fences.
      on: ({ names }) => [`geo:*:@:*/${names}*`],
      of: WITH_POSITIONS,
    },
  ],
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
  lambda: [
    {
      actions: "InvokeFunction",
      on: ({ names }) => [`lambda:*:@:function:${names}*`],
      of: [...SWAPPED, ...WITH_FUNCTIONS],
    },
  ],
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
        "AddTagsToResource CopyDBClusterSnapshot CopyDBSnapshot CreateDBClusterSnapshot CreateDBSnapshot DeleteDBClusterSnapshot DeleteDBSnapshot DescribeDBClusterSnapshots DescribeDBClusters DescribeDBInstances DescribeDBSnapshots ListTagsForResource ModifyDBCluster ModifyDBClusterSnapshotAttribute ModifyDBSnapshotAttribute",
      on: () => ["*snapshot", "cluster", "db"].map((kind) => `rds:*:@:${kind}:*`),
    },
    {
      actions:
        "DeleteDBClusterAutomatedBackup DeleteDBInstanceAutomatedBackup DescribeDBClusterAutomatedBackups ModifyDBInstance",
      on: () => ["*auto-backup", "db"].map((kind) => `rds:*:@:${kind}:*`),
      of: BACKED_UP_CONTINUOUSLY,
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
    { actions: "SendMessage", on: ({ names }) => [`sqs:*:@:${names}*`] },
    {
      actions: "ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage",
      on: ({ names }) => [`sqs:*:@:${names}*`],
      of: WITH_QUEUES,
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
      of: WITH_PARAMETERS,
    },
    { actions: "UpdateInstanceInformation", on: () => ["ec2:*:@:instance/*"], of: [...ON_MACHINES, ...ON_KUBERNETES] },
  ],
  sts: [{ actions: "AssumeRole", on: ({ taken }) => taken.map((role) => `iam::@:role/${role}`) }],
  ssmmessages: [
    {
      actions: "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel",
      on: ANYWHERE,
      of: [...ON_MACHINES, ...ON_KUBERNETES],
    },
  ],
  // Who handles an incident: AWS lets none of it be narrowed to a resource.
  support: [
    {
      actions:
        "AddAttachmentsToSet AddCommunicationToCase CreateCase DescribeAttachment DescribeCases DescribeCommunications DescribeServices DescribeSeverityLevels ResolveCase",
      on: ANYWHERE,
    },
  ],
  xray: [{ actions: "PutTelemetryRecords PutTraceSegments", on: ANYWHERE, of: WITH_FUNCTIONS }],
};

/** Parts of several services in one statement. */
interface Shared {
  readonly actions: string[];
  readonly resources: Set<string>;
  /** Services of the actions, and of the ARNs: Systems Manager's actions name machines of EC2. */
  readonly acting: Set<string>;
  readonly named: Set<string>;
}

const serviceOf = (arn: string): string => arn.split(":")[2] ?? arn;

/** Would no action of the one work on what only the other names? */
const fitTogether = (one: Shared, service: string, named: ReadonlySet<string>): boolean =>
  !one.acting.has(service) && !one.named.has(service) && ![...named].some((each) => one.acting.has(each));

/**
 * The boundary of every role that the deployment of `scope.stack` makes. Parts of different services share a statement, as IAM counts characters: never where an
 * action would work on what only another part names. Those with a condition stay apart.
 */
export function workloadStatements(scope: Scope): Statement[] {
  const anywhere: string[] = [];
  const shared: Shared[] = [];
  const held: Statement[] = [];
  for (const [service, parts] of Object.entries(CEILING)) {
    for (const { actions, on, condition, of } of parts) {
      if (of && !of.includes(scope.system)) continue;
      const named = actions.split(" ").map((action) => `${service}:${action}`);
      const resources = on(scope).map((rest) => (rest === "*" ? rest : arnIn(scope, rest)));
      if (resources.length === 0) continue;
      if (condition) held.push({ Effect: "Allow", Action: named, Resource: resources, Condition: condition });
      else if (on === ANYWHERE) anywhere.push(...named);
      else share(shared, service, named, resources);
    }
  }
  return [
    ...shared.map(({ actions, resources }) => allow(actions, [...resources])),
    ...(anywhere.length > 0 ? [allow(anywhere, ["*"])] : []),
    ...held,
  ];
}

const allow = (Action: string[], Resource: string[]): Statement => ({ Effect: "Allow", Action, Resource });

/** Adds a part to the first statement that it may share. */
function share(shared: Shared[], service: string, actions: readonly string[], resources: readonly string[]): void {
  const named = new Set(resources.map((arn) => serviceOf(arn)));
  let place = shared.find((one) => fitTogether(one, service, named));
  if (place === undefined) {
    place = { actions: [], resources: new Set(), acting: new Set(), named: new Set() };
    shared.push(place);
  }
  place.actions.push(...actions);
  place.acting.add(service);
  for (const arn of resources) place.resources.add(arn);
  for (const each of named) place.named.add(each);
}
