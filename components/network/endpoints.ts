/**
 * Interface endpoints by name: AWS's own short name, or a bundle of the endpoints that only work together (`ecr`, `ecs`, `ssm`).
 * `ssm` holds what `ssm-parameters` does, and `eks` what `ec2` does: a VPC takes one of each two.
 * Names: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export type EndpointService =
  /** Amazon Managed Service for Prometheus: remote write. */
  | "aps-workspaces"
  /** Queries with Athena, and what drivers ask about tables; Athena itself reads Glue and S3 on the caller's behalf. */
  | "athena"
  /** The agents of Elastic Beanstalk's instances: `elasticbeanstalk`, `elasticbeanstalk-health` and `cloudformation`. */
  | "beanstalk"
  /** EC2's own API, for what machines ask about themselves (Security Hub EC2.10). */
  | "ec2"
  /** Image pulls: `ecr.api` and `ecr.dkr`. The layers themselves come through the S3 gateway endpoint. */
  | "ecr"
  /** The ECS agent of container instances: `ecs`, `ecs-agent` and `ecs-telemetry`. Fargate needs none of them. */
  | "ecs"
  /** Nodes and pods of an EKS cluster: `ec2`, for the network plugin's interfaces and addresses, and `eks-auth`, for pods' roles. */
  | "eks"
  /** EventBridge. */
  | "events"
  /** Data Firehose. */
  | "kinesis-firehose"
  /** Kinesis Data Streams. */
  | "kinesis-streams"
  | "kms"
  /** CloudWatch Logs. */
  | "logs"
  /** CloudWatch metrics. */
  | "monitoring"
  | "secretsmanager"
  | "sns"
  | "sqs"
  /** Session Manager, ECS Exec and Parameter Store: `ssm`, `ssmmessages` and `ec2messages`. */
  | "ssm"
  /** Parameter Store alone: `ssm`, for reading parameters. */
  | "ssm-parameters"
  | "sts"
  | "xray";

/** One endpoint of AWS PrivateLink. */
export interface InterfaceEndpoint {
  /** The part of the service name after `com.amazonaws.<region>.`. */
  readonly service: string;
  /** What its policy lets through; undefined where AWS documents no support for endpoint policies. */
  readonly actions?: readonly string[];
}

const ECR_PULL = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  // A pull-through cache rule fetches the image on the first pull.
  "ecr:BatchImportUpstreamImage",
  "ecr:GetAuthorizationToken",
  "ecr:GetDownloadUrlForLayer",
];

/** What machines ask about themselves. */
const MACHINE_QUERIES = ["ec2:DescribeInstances", "ec2:DescribeTags", "ec2:DescribeVolumes"];

/**
 * What a workload does with each service. An endpoint's policy is a ceiling over the roles' own policies: whatever credentials end
 * up in the VPC, keys, queues, secrets and topics can be used from there but not administered.
 */
export const INTERFACE_ENDPOINTS: Readonly<Record<EndpointService, readonly InterfaceEndpoint[]>> = {
  "aps-workspaces": [{ service: "aps-workspaces", actions: ["aps:RemoteWrite"] }],
  athena: [
    {
      service: "athena",
      actions: [
        "athena:BatchGetQueryExecution",
        "athena:GetDataCatalog",
        "athena:GetDatabase",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetQueryResultsStream",
        "athena:GetQueryRuntimeStatistics",
        "athena:GetTableMetadata",
        "athena:GetWorkGroup",
        "athena:ListDataCatalogs",
        "athena:ListDatabases",
        "athena:ListQueryExecutions",
        "athena:ListTableMetadata",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
      ],
    },
  ],
  // The agents sign most calls with the instance's identity document, which no list of actions fits.
  beanstalk: [{ service: "elasticbeanstalk" }, { service: "elasticbeanstalk-health" }, { service: "cloudformation" }],
  ec2: [{ service: "ec2", actions: MACHINE_QUERIES }],
  ecr: [
    { service: "ecr.api", actions: ECR_PULL },
    { service: "ecr.dkr", actions: ECR_PULL },
  ],
  ecs: [
    {
      service: "ecs",
      actions: [
        "ecs:DeregisterContainerInstance",
        "ecs:DiscoverPollEndpoint",
        "ecs:GetTaskProtection",
        "ecs:Poll",
        "ecs:RegisterContainerInstance",
        "ecs:StartTelemetrySession",
        "ecs:SubmitAttachmentStateChanges",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
        "ecs:TagResource",
        "ecs:UpdateContainerInstancesState",
        "ecs:UpdateTaskProtection",
      ],
    },
    { service: "ecs-agent" },
    { service: "ecs-telemetry" },
  ],
  eks: [
    {
      service: "ec2",
      // The network plugin's beside: AmazonEKS_CNI_Policy.
      actions: [
        ...MACHINE_QUERIES,
        "ec2:AssignPrivateIpAddresses",
        "ec2:AttachNetworkInterface",
        "ec2:CreateNetworkInterface",
        "ec2:CreateTags",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DetachNetworkInterface",
        "ec2:ModifyNetworkInterfaceAttribute",
        "ec2:UnassignPrivateIpAddresses",
      ],
    },
    // AWS documents no endpoint policy for it; the node's role says whose credentials it hands out.
    { service: "eks-auth" },
  ],
  events: [{ service: "events", actions: ["events:PutEvents"] }],
  "kinesis-firehose": [{ service: "kinesis-firehose", actions: ["firehose:PutRecord", "firehose:PutRecordBatch"] }],
  "kinesis-streams": [
    {
      service: "kinesis-streams",
      actions: [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamConsumer",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
        "kinesis:SubscribeToShard",
      ],
    },
  ],
  kms: [
    {
      service: "kms",
      actions: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyPair",
        "kms:GenerateDataKeyPairWithoutPlaintext",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:GenerateMac",
        "kms:GenerateRandom",
        "kms:GetPublicKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:Sign",
        "kms:Verify",
        "kms:VerifyMac",
      ],
    },
  ],
  logs: [
    {
      service: "logs",
      actions: ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    },
  ],
  monitoring: [{ service: "monitoring", actions: ["cloudwatch:PutMetricData"] }],
  secretsmanager: [
    {
      service: "secretsmanager",
      // The last three are a rotation function's.
      actions: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:GetRandomPassword",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
      ],
    },
  ],
  sns: [{ service: "sns", actions: ["sns:Publish"] }],
  sqs: [
    {
      service: "sqs",
      actions: [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
      ],
    },
  ],
  // What the SSM agent of an instance and the exec agent of a task call (AmazonSSMManagedInstanceCore), and reading parameters.
  ssm: [
    {
      service: "ssm",
      actions: [
        "ssm:DescribeAssociation",
        "ssm:DescribeDocument",
        "ssm:GetDeployablePatchSnapshotForInstance",
        "ssm:GetDocument",
        "ssm:GetManifest",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "ssm:ListAssociations",
        "ssm:ListInstanceAssociations",
        "ssm:PutComplianceItems",
        "ssm:PutConfigurePackageResult",
        "ssm:PutInventory",
        "ssm:UpdateAssociationStatus",
        "ssm:UpdateInstanceAssociationStatus",
        "ssm:UpdateInstanceInformation",
      ],
    },
    {
      service: "ssmmessages",
      actions: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
    },
    {
      service: "ec2messages",
      actions: [
        "ec2messages:AcknowledgeMessage",
        "ec2messages:DeleteMessage",
        "ec2messages:FailMessage",
        "ec2messages:GetEndpoint",
        "ec2messages:GetMessages",
        "ec2messages:SendReply",
      ],
    },
  ],
  "ssm-parameters": [{ service: "ssm", actions: ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"] }],
  sts: [{ service: "sts", actions: ["sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession"] }],
  xray: [
    {
      service: "xray",
      actions: [
        "xray:GetSamplingRules",
        "xray:GetSamplingStatisticSummaries",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
      ],
    },
  ],
};

/** What a workload does with buckets and with tables; administration stays outside the VPC. */
export const GATEWAY_ACTIONS = {
  s3: [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetBucketLocation",
    // ECS Exec checks that the bucket of its session logs is encrypted.
    "s3:GetEncryptionConfiguration",
    "s3:GetObject",
    "s3:GetObjectAttributes",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
  ],
  dynamodb: [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
  ],
} as const satisfies Record<string, readonly string[]>;

export type GatewayService = keyof typeof GATEWAY_ACTIONS;

/**
 * Buckets of AWS that an instance of Elastic Beanstalk on Amazon Linux 2023 needs: the platform's parts and the operating system's packages, and where
 * CloudFormation hears, by a link that it signs, that the instance has started
 * (https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/vpc-vpce.html, https://docs.aws.amazon.com/linux/al2023/ug/get-started.html).
 */
export const beanstalkBuckets = (region: string): { readable: string[]; writable: string[] } => ({
  readable: [
    `al2023-repos-${region}-de612dc2`,
    `cloudformation-examples-${region}`,
    `elasticbeanstalk-platform-assets-${region}`,
    `elasticbeanstalk-samples-${region}`,
  ],
  writable: [`cloudformation-waitcondition-${region}`],
});
