import { CRON_JOB_NAME_LENGTH, isKubernetes, KINDS, NAME_RULES } from "./kubernetes-kinds";

/** What AWS accepts of one input. Lengths are of strings, `least` and `most` of numbers, items of lists. */
export interface Limit {
  readonly required?: true;
  readonly oneOf?: readonly (string | number)[];
  readonly pattern?: RegExp;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly least?: number;
  readonly most?: number;
  readonly maxItems?: number;
}

const text = (minLength: number, maxLength: number, pattern?: RegExp): Limit => ({ minLength, maxLength, pattern });
const between = (least: number, most: number): Limit => ({ least, most });
const oneOf = (...values: readonly (string | number)[]): Limit => ({ oneOf: values });
const required: Limit = { required: true };
const must = (limit: Limit): Limit => ({ ...limit, required: true });

/** EC2's description of a security group or rule (CreateSecurityGroup, GroupDescription). */
const description = text(0, 255, /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/);
const port = between(-1, 65_535);
const securityGroupRule = {
  securityGroupId: required,
  ipProtocol: required,
  fromPort: port,
  toPort: port,
  description,
};
const rdsIdentifier = text(1, 63, /^[a-z](?!.*--)[a-z0-9-]*(?<!-)$/);
const retentionDays = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const cognitoName = /^[\w\s+=,.@-]+$/;
const pipelineName = /^[A-Za-z0-9.@_-]+$/;
const elbName = text(1, 32, /^(?!internal-)(?!-)[A-Za-z0-9-]+(?<!-)$/);

/**
 * AWS's limits for inputs of the types that the stacks use, from each service's API reference. Type -> path -> limit; `[]` after a list.
 * Small on purpose: what no entry names is taken as it comes.
 */
export const LIMITS: Readonly<Record<string, Readonly<Record<string, Limit>>>> = {
  "aws:accessanalyzer/analyzer:Analyzer": {
    analyzerName: must(text(1, 255, /^[A-Za-z_][A-Za-z0-9_.-]*$/)),
    type: oneOf(
      ...["ACCOUNT", "ORGANIZATION"].flatMap((zone) => [zone, `${zone}_UNUSED_ACCESS`, `${zone}_INTERNAL_ACCESS`]),
    ),
  },
  "aws:acm/certificate:Certificate": {
    domainName: text(1, 253, /^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$/),
    subjectAlternativeNames: { maxItems: 100 },
    validationMethod: oneOf("DNS", "EMAIL", "HTTP"),
  },
  "aws:apigateway/restApi:RestApi": { name: must(text(1, 1024)), description: text(0, 1024) },
  "aws:apigateway/apiKey:ApiKey": { name: text(1, 1024), value: text(20, 128) },
  "aws:apigateway/stage:Stage": { stageName: must(text(1, 128, /^[A-Za-z0-9_-]+$/)), restApi: required },
  "aws:appautoscaling/policy:Policy": {
    name: text(1, 256),
    policyType: oneOf("StepScaling", "TargetTrackingScaling", "PredictiveScaling"),
    resourceId: must(text(1, 1600)),
    scalableDimension: required,
    serviceNamespace: required,
  },
  "aws:appautoscaling/target:Target": {
    resourceId: must(text(1, 1600)),
    minCapacity: must(between(0, 100_000)),
    maxCapacity: must(between(0, 100_000)),
    serviceNamespace: must(
      oneOf(
        "ecs",
        "rds",
        "elasticache",
        "dynamodb",
        "ec2",
        "kafka",
        "lambda",
        "sagemaker",
        "custom-resource",
        "cassandra",
      ),
    ),
  },
  "aws:athena/workgroup:Workgroup": {
    name: text(1, 128, /^[a-zA-Z0-9._-]+$/),
    description: text(0, 1024),
    "configuration.bytesScannedCutoffPerQuery": { least: 10_485_760 },
    "configuration.resultConfiguration.outputLocation": { pattern: /^s3:\/\/[^/]+\/.*/ },
  },
  "aws:autoscaling/policy:Policy": {
    name: text(1, 255),
    autoscalingGroupName: required,
    policyType: oneOf("SimpleScaling", "StepScaling", "TargetTrackingScaling", "PredictiveScaling"),
  },
  "aws:backup/selection:Selection": { name: text(1, 50, /^[A-Za-z0-9_.-]+$/), planId: required, iamRoleArn: required },
  "aws:backup/vault:Vault": { name: text(2, 50, /^[A-Za-z0-9_-]+$/) },
  "aws:cloudwatch/eventBus:EventBus": { name: must(text(1, 256, /^[.\-_A-Za-z0-9]+$/)), description: text(0, 512) },
  "aws:cloudwatch/eventTarget:EventTarget": {
    targetId: text(1, 64, /^[.\-_A-Za-z0-9]+$/),
    "retryPolicy.maximumEventAgeInSeconds": between(60, 86_400),
    "retryPolicy.maximumRetryAttempts": between(0, 185),
  },
  "aws:cloudwatch/eventRule:EventRule": { name: text(1, 64, /^[.\-_A-Za-z0-9]+$/), description: text(0, 512) },
  "aws:cloudwatch/logGroup:LogGroup": {
    name: text(1, 512, /^[.\-_/#A-Za-z0-9]+$/),
    retentionInDays: oneOf(...retentionDays),
  },
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": { name: text(1, 60, /^[\w-]*$/) },
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": { name: text(1, 60, /^[\w-]*$/) },
  "aws:cloudwatch/logStream:LogStream": { name: must(text(1, 512, /^[^:*]*$/)), logGroupName: required },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    name: text(1, 255),
    alarmDescription: text(0, 1024),
    comparisonOperator: must(
      oneOf(
        "GreaterThanOrEqualToThreshold",
        "GreaterThanThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
        "LessThanLowerOrGreaterThanUpperThreshold",
        "LessThanLowerThreshold",
        "GreaterThanUpperThreshold",
      ),
    ),
    evaluationPeriods: must({ least: 1 }),
    statistic: oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum"),
    treatMissingData: oneOf("breaching", "notBreaching", "ignore", "missing"),
    alarmActions: { maxItems: 5 },
    okActions: { maxItems: 5 },
  },
  "aws:dynamodb/table:Table": {
    name: text(3, 255, /^[A-Za-z0-9_.-]+$/),
    billingMode: oneOf("PROVISIONED", "PAY_PER_REQUEST"),
    streamViewType: oneOf("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
    tableClass: oneOf("STANDARD", "STANDARD_INFREQUENT_ACCESS"),
    globalSecondaryIndexes: { maxItems: 20 },
  },
  "aws:ec2/eip:Eip": { domain: oneOf("vpc", "standard") },
  "aws:ec2/flowLog:FlowLog": {
    trafficType: oneOf("ACCEPT", "REJECT", "ALL"),
    maxAggregationInterval: oneOf(60, 600),
    logDestinationType: oneOf("cloud-watch-logs", "s3", "kinesis-data-firehose"),
  },
  "aws:ec2/instance:Instance": {
    ami: { pattern: /^(ami-|resolve:ssm:)/ },
    userData: text(0, 16_384),
    "metadataOptions.httpPutResponseHopLimit": between(1, 64),
    "metadataOptions.httpTokens": oneOf("optional", "required"),
    "rootBlockDevice.volumeType": oneOf("standard", "gp2", "gp3", "io1", "io2", "sc1", "st1"),
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    name: text(3, 128, /^[a-zA-Z0-9().\-/_]+$/),
    description: text(0, 255),
    userData: text(0, 21_848),
    "metadataOptions.httpPutResponseHopLimit": between(1, 64),
  },
  "aws:ec2/securityGroup:SecurityGroup": { name: text(1, 255, /^(?!sg-)/), description },
  "aws:ec2/subnet:Subnet": {
    vpcId: required,
    cidrBlock: { pattern: /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-8])$/ },
  },
  "aws:ec2/vpc:Vpc": {
    cidrBlock: { pattern: /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-8])$/ },
    instanceTenancy: oneOf("default", "dedicated"),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    vpcId: required,
    vpcEndpointType: oneOf("Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"),
  },
  "aws:ecr/repository:Repository": {
    name: text(2, 256, /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/),
    imageTagMutability: oneOf("MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"),
  },
  "aws:ecs/cluster:Cluster": { name: text(1, 255, /^[A-Za-z0-9_-]+$/) },
  "aws:ecs/service:Service": {
    name: text(1, 255, /^[A-Za-z0-9_-]+$/),
    launchType: oneOf("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"),
    desiredCount: between(0, 5000),
    healthCheckGracePeriodSeconds: between(0, 2_147_483_647),
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    family: must(text(1, 255, /^[A-Za-z0-9_-]+$/)),
    containerDefinitions: required,
    networkMode: oneOf("bridge", "host", "awsvpc", "none"),
  },
  "aws:eks/accessEntry:AccessEntry": { clusterName: required, principalArn: required },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    clusterName: required,
    principalArn: required,
    policyArn: must({ pattern: /^arn:[^:]+:eks::aws:cluster-access-policy\/\w+$/ }),
    "accessScope.type": must(oneOf("cluster", "namespace")),
  },
  "aws:eks/addon:Addon": {
    clusterName: required,
    addonName: required,
    resolveConflictsOnCreate: oneOf("NONE", "OVERWRITE"),
    resolveConflictsOnUpdate: oneOf("NONE", "OVERWRITE", "PRESERVE"),
  },
  "aws:eks/cluster:Cluster": {
    name: text(1, 100, /^[0-9A-Za-z][A-Za-z0-9_-]*$/),
    roleArn: required,
    "vpcConfig.subnetIds": required,
    "vpcConfig.securityGroupIds": { maxItems: 5 },
    "accessConfig.authenticationMode": oneOf("API", "API_AND_CONFIG_MAP", "CONFIG_MAP"),
    "enabledClusterLogTypes[]": oneOf("api", "audit", "authenticator", "controllerManager", "scheduler"),
    "upgradePolicy.supportType": oneOf("STANDARD", "EXTENDED"),
  },
  "aws:eks/nodeGroup:NodeGroup": {
    nodeGroupName: text(1, 63, /^[0-9A-Za-z][A-Za-z0-9_-]*$/),
    clusterName: required,
    nodeRoleArn: required,
    subnetIds: required,
    "scalingConfig.minSize": must(between(0, 450)),
    "scalingConfig.maxSize": must(between(1, 450)),
    "scalingConfig.desiredSize": must(between(0, 450)),
    "updateConfig.maxUnavailablePercentage": between(1, 100),
    capacityType: oneOf("ON_DEMAND", "SPOT", "CAPACITY_BLOCK"),
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    clusterName: required,
    namespace: must(text(1, 63, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)),
    serviceAccount: must(text(1, 253, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)),
    roleArn: required,
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    replicationGroupId: text(1, 40, /^[A-Za-z](?!.*--)[A-Za-z0-9-]*(?<!-)$/),
    description: required,
    engine: oneOf("redis", "valkey"),
    snapshotRetentionLimit: between(0, 35),
    replicasPerNodeGroup: between(0, 5),
  },
  "aws:elasticache/user:User": {
    userId: text(1, 40, /^[A-Za-z](?!.*--)[A-Za-z0-9-]*(?<!-)$/),
    userName: must(text(1, 120)),
  },
  "aws:cfg/conformancePack:ConformancePack": { name: text(1, 256, /^[A-Za-z][-A-Za-z0-9]*$/) },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": { name: text(1, 512, /^[^:*]*$/) },
  "aws:codebuild/project:Project": {
    name: must(text(2, 150, /^[A-Za-z0-9][A-Za-z0-9_-]+$/)),
    description: text(0, 255),
    serviceRole: required,
    buildTimeout: between(5, 2160),
    queuedTimeout: between(5, 480),
    "artifacts.type": must(oneOf("CODEPIPELINE", "S3", "NO_ARTIFACTS")),
    "cache.type": oneOf("NO_CACHE", "S3", "LOCAL"),
    "cache.modes[]": oneOf("LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE", "LOCAL_CUSTOM_CACHE"),
    "environment.computeType": must(
      oneOf(
        ...["SMALL", "MEDIUM", "LARGE", "XLARGE", "2XLARGE"].map((size) => `BUILD_GENERAL1_${size}`),
        ...["1GB", "2GB", "4GB", "8GB", "10GB"].map((size) => `BUILD_LAMBDA_${size}`),
        "ATTRIBUTE_BASED_COMPUTE",
        "CUSTOM_INSTANCE_TYPE",
      ),
    ),
    "environment.image": required,
    "environment.imagePullCredentialsType": oneOf("CODEBUILD", "SERVICE_ROLE"),
    "environment.type": must(
      oneOf(
        ...["WINDOWS", "LINUX", "LINUX_GPU", "ARM", "WINDOWS_SERVER_2019", "WINDOWS_SERVER_2022"].map(
          (kind) => `${kind}_CONTAINER`,
        ),
        ...["LINUX_LAMBDA", "ARM_LAMBDA"].map((kind) => `${kind}_CONTAINER`),
        ...["LINUX_EC2", "ARM_EC2", "WINDOWS_EC2", "MAC_ARM"],
      ),
    ),
    "logsConfig.cloudwatchLogs.status": oneOf("ENABLED", "DISABLED"),
    "source.type": must(
      oneOf(
        ...["BITBUCKET", "CODECOMMIT", "CODEPIPELINE", "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"],
        ...["NO_SOURCE", "S3"],
      ),
    ),
  },
  "aws:codeconnections/connection:Connection": {
    name: must(text(1, 32)),
    providerType: oneOf(
      ...["AzureDevOps", "Bitbucket", "GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged"],
    ),
    hostArn: text(0, 256),
  },
  "aws:codepipeline/pipeline:Pipeline": {
    name: must(text(1, 100, pipelineName)),
    executionMode: oneOf("PARALLEL", "QUEUED", "SUPERSEDED"),
    pipelineType: oneOf("V1", "V2"),
    roleArn: must(text(1, 1024)),
    "artifactStores[].location": must(text(3, 63, /^[A-Za-z0-9.-]+$/)),
    "artifactStores[].type": oneOf("S3"),
    stages: { maxItems: 50 },
    "stages[].name": must(text(1, 100, pipelineName)),
    "stages[].onFailure.result": oneOf("FAIL", "RETRY", "ROLLBACK", "SKIP"),
    "stages[].actions": { maxItems: 50 },
    "stages[].actions[].name": must(text(1, 100, pipelineName)),
    "stages[].actions[].category": must(oneOf("Approval", "Build", "Compute", "Deploy", "Invoke", "Source", "Test")),
    "stages[].actions[].namespace": text(1, 100, /^[A-Za-z0-9@_-]+$/),
    "stages[].actions[].owner": must(oneOf("AWS", "Custom", "ThirdParty")),
    "stages[].actions[].provider": must(text(1, 35)),
    "stages[].actions[].version": must(text(1, 9)),
    triggers: { maxItems: 50 },
    "triggers[].gitConfiguration.pushes": { maxItems: 3 },
  },
  "aws:cognito/identityProvider:IdentityProvider": {
    providerName: must(text(1, 32, /^[^_\s]/)),
    providerType: must(oneOf("SAML", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "OIDC")),
    userPoolId: required,
  },
  "aws:cognito/userPool:UserPool": { name: text(1, 128, cognitoName) },
  "aws:cognito/userPoolClient:UserPoolClient": { name: text(1, 128, cognitoName), userPoolId: required },
  "aws:cognito/userPoolDomain:UserPoolDomain": {
    domain: must(text(1, 63, /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)),
    userPoolId: required,
  },
  "aws:elasticbeanstalk/application:Application": { name: text(1, 100, /^[^/]+$/), description: text(0, 200) },
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": {
    name: text(1, 100, /^[^/]+$/),
    bucket: text(1, 255),
    key: text(1, 1024),
  },
  "aws:elasticbeanstalk/environment:Environment": {
    name: text(4, 40, /^(?!-)[A-Za-z0-9-]+(?<!-)$/),
    description: text(0, 200),
    tier: oneOf("WebServer", "Worker"),
    "settings[].namespace": text(1, 100),
    "settings[].name": text(1, 256),
    "settings[].value": text(0, 8192),
  },
  "aws:glue/catalogDatabase:CatalogDatabase": { name: text(1, 255, /^[a-z0-9_]+$/), description: text(0, 2048) },
  "aws:glue/catalogTable:CatalogTable": {
    name: text(1, 255, /^[^A-Z]+$/),
    databaseName: must(text(1, 255, /^[^A-Z]+$/)),
    description: text(0, 2048),
    "storageDescriptor.columns[].comment": text(0, 255),
    "storageDescriptor.columns[].type": text(0, 131_072),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    url: must(text(1, 255, /^https:\/\//)),
    clientIdLists: must({ maxItems: 100 }),
  },
  "aws:iam/policy:Policy": { name: text(1, 128, /^[\w+=,.@-]+$/), policy: must(text(1, 6144)) },
  "aws:guardduty/detector:Detector": { findingPublishingFrequency: oneOf("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS") },
  "aws:iam/instanceProfile:InstanceProfile": { name: text(1, 128, /^[\w+=,.@-]+$/) },
  "aws:iam/role:Role": {
    name: text(1, 64, /^[\w+=,.@-]+$/),
    description: text(0, 1000),
    assumeRolePolicy: required,
    maxSessionDuration: between(3600, 43_200),
    path: text(1, 512, /^(\/|\/[!-~]+\/)$/),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    name: text(1, 128, /^[\w+=,.@-]+$/),
    role: required,
    policy: must(text(1, 10_240)),
  },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    name: text(1, 64, /^[a-zA-Z0-9._-]+$/),
    destination: must(
      oneOf(
        "elasticsearch",
        "extended_s3",
        "http_endpoint",
        "iceberg",
        "opensearch",
        "opensearchserverless",
        "redshift",
        "snowflake",
        "splunk",
      ),
    ),
    "extendedS3Configuration.bufferingInterval": between(0, 900),
    "extendedS3Configuration.bufferingSize": between(1, 128),
    "extendedS3Configuration.prefix": text(0, 1024),
    "extendedS3Configuration.errorOutputPrefix": text(0, 1024),
    "extendedS3Configuration.compressionFormat": oneOf("UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"),
    "extendedS3Configuration.dataFormatConversionConfiguration.outputFormatConfiguration.serializer.parquetSerDe.compression":
      oneOf("UNCOMPRESSED", "GZIP", "SNAPPY"),
  },
  "aws:kinesis/stream:Stream": {
    name: text(1, 128, /^[a-zA-Z0-9._-]+$/),
    encryptionType: oneOf("NONE", "KMS"),
    retentionPeriod: between(24, 8760),
    shardCount: between(0, 1_000_000),
    maxRecordSizeInKib: between(1024, 10_240),
    "streamModeDetails.streamMode": oneOf("ON_DEMAND", "PROVISIONED"),
  },
  "aws:kinesis/streamConsumer:StreamConsumer": { name: text(1, 128, /^[a-zA-Z0-9._-]+$/), streamArn: required },
  "aws:kms/alias:Alias": { name: text(1, 256, /^alias\/(?!aws\/)[A-Za-z0-9/_-]+$/), targetKeyId: required },
  "aws:kms/key:Key": {
    description: text(0, 8192),
    deletionWindowInDays: between(7, 30),
    rotationPeriodInDays: between(90, 2560),
    policy: text(1, 32_768),
  },
  "aws:lambda/alias:Alias": {
    name: text(1, 128, /^(?!\d+$)[A-Za-z0-9_-]+$/),
    functionName: required,
    functionVersion: must({ pattern: /^(\$LATEST|\d+)$/ }),
    description: text(0, 256),
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    functionName: required,
    batchSize: between(1, 10_000),
    maximumBatchingWindowInSeconds: between(0, 300),
    maximumRecordAgeInSeconds: between(-1, 604_800),
    maximumRetryAttempts: between(-1, 10_000),
    parallelizationFactor: between(1, 10),
    "scalingConfig.maximumConcurrency": between(2, 1000),
    startingPosition: oneOf("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"),
    functionResponseTypes: { maxItems: 1 },
    "filterCriteria.filters": { maxItems: 10 },
    "filterCriteria.filters[].pattern": text(0, 4096),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    functionName: required,
    maximumEventAgeInSeconds: between(60, 21_600),
    maximumRetryAttempts: between(0, 2),
  },
  "aws:lambda/function:Function": {
    name: text(1, 64, /^[A-Za-z0-9_-]+$/),
    role: required,
    memorySize: between(128, 32_768),
    timeout: between(1, 900),
    description: text(0, 256),
  },
  "aws:lb/listener:Listener": {
    loadBalancerArn: required,
    port: between(1, 65_535),
    protocol: oneOf("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC"),
  },
  "aws:lb/listenerRule:ListenerRule": {
    listenerArn: required,
    priority: between(1, 50_000),
    "actions[].order": between(1, 50_000),
    "actions[].forward.targetGroups[].weight": between(0, 999),
    "conditions[].pathPattern.values[]": text(1, 128),
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    name: elbName,
    loadBalancerType: oneOf("application", "network", "gateway"),
    idleTimeout: between(1, 4000),
    clientKeepAlive: between(60, 604_800),
    desyncMitigationMode: oneOf("monitor", "defensive", "strictest"),
  },
  "aws:lb/targetGroup:TargetGroup": {
    name: elbName,
    port: between(1, 65_535),
    protocol: oneOf("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC"),
    protocolVersion: oneOf("HTTP1", "HTTP2", "GRPC"),
    loadBalancingAlgorithmType: oneOf("round_robin", "least_outstanding_requests", "weighted_random"),
    targetType: oneOf("instance", "ip", "lambda", "alb"),
    deregistrationDelay: between(0, 3600),
    "healthCheck.interval": between(5, 300),
    "healthCheck.timeout": between(2, 120),
    "healthCheck.healthyThreshold": between(2, 10),
    "healthCheck.unhealthyThreshold": between(2, 10),
  },
  "aws:location/geofenceCollection:GeofenceCollection": {
    collectionName: must(text(1, 100, /^[-._\w]+$/)),
    description: text(0, 1000),
  },
  "aws:location/tracker:Tracker": {
    trackerName: must(text(1, 100, /^[-._\w]+$/)),
    description: text(0, 1000),
    positionFiltering: oneOf("TimeBased", "DistanceBased", "AccuracyBased"),
  },
  "aws:location/trackerAssociation:TrackerAssociation": { trackerName: required, consumerArn: required },
  "aws:opensearch/domain:Domain": { domainName: text(3, 28, /^[a-z][a-z0-9-]+$/) },
  "aws:rds/instance:Instance": {
    identifier: rdsIdentifier,
    instanceClass: must({ pattern: /^db\./ }),
    backupRetentionPeriod: between(0, 35),
    monitoringInterval: oneOf(0, 1, 5, 10, 15, 30, 60),
    port: between(1150, 65_535),
    finalSnapshotIdentifier: text(1, 255, /^[A-Za-z](?!.*--)[A-Za-z0-9-]*(?<!-)$/),
    storageType: oneOf("standard", "gp2", "gp3", "io1", "io2"),
  },
  "aws:rds/cluster:Cluster": {
    clusterIdentifier: rdsIdentifier,
    engine: must(oneOf("aurora-mysql", "aurora-postgresql", "mysql", "postgres", "neptune")),
    backupRetentionPeriod: between(1, 35),
  },
  "aws:rds/clusterInstance:ClusterInstance": {
    identifier: rdsIdentifier,
    instanceClass: required,
    promotionTier: between(0, 15),
  },
  "aws:rds/parameterGroup:ParameterGroup": { name: text(1, 255, /^[a-z](?!.*--)[a-z0-9-]*(?<!-)$/), family: required },
  "aws:rds/subnetGroup:SubnetGroup": { name: text(1, 255, /^(?!default$)[a-z0-9 ._-]+$/), subnetIds: required },
  "aws:route53/healthCheck:HealthCheck": { failureThreshold: between(1, 10), requestInterval: oneOf(10, 30) },
  "aws:route53/record:Record": {
    zoneId: required,
    type: must(
      oneOf(
        "A",
        "AAAA",
        "CAA",
        "CNAME",
        "DS",
        "HTTPS",
        "MX",
        "NAPTR",
        "NS",
        "PTR",
        "SOA",
        "SPF",
        "SRV",
        "SSHFP",
        "SVCB",
        "TLSA",
        "TXT",
      ),
    ),
    ttl: between(0, 2_147_483_647),
  },
  "aws:s3/bucket:Bucket": {
    bucket: text(3, 63, /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]*[a-z0-9]$/),
  },
  "aws:scheduler/schedule:Schedule": {
    name: text(1, 64, /^[0-9A-Za-z_.-]+$/),
    description: text(0, 512),
    scheduleExpression: must(text(1, 256, /^(at|cron|rate)\(.+\)$/)),
    state: oneOf("ENABLED", "DISABLED"),
    "flexibleTimeWindow.mode": must(oneOf("OFF", "FLEXIBLE")),
    "target.arn": required,
    "target.roleArn": required,
    "target.retryPolicy.maximumEventAgeInSeconds": between(60, 86_400),
    "target.retryPolicy.maximumRetryAttempts": between(0, 185),
  },
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": { corsRules: must({ maxItems: 100 }) },
  "aws:schemas/registry:Registry": { name: text(1, 64, /^[.\-_A-Za-z0-9]+$/), description: text(0, 256) },
  "aws:schemas/schema:Schema": {
    name: text(1, 385, /^[.\-_@A-Za-z0-9]+$/),
    content: must(text(1, 100_000)),
    description: text(0, 256),
    type: must(oneOf("OpenApi3", "JSONSchemaDraft4")),
  },
  "aws:secretsmanager/secret:Secret": {
    name: text(1, 512, /^[A-Za-z0-9/_+=.@-]+$/),
    description: text(0, 2048),
    recoveryWindowInDays: between(0, 30),
  },
  "aws:sns/topic:Topic": { name: text(1, 256, /^[A-Za-z0-9_-]+(\.fifo)?$/), displayName: text(0, 100) },
  "aws:sns/topicSubscription:TopicSubscription": {
    protocol: must(oneOf("sqs", "sms", "lambda", "firehose", "application", "email", "email-json", "http", "https")),
    topic: required,
  },
  "aws:sqs/queue:Queue": {
    name: text(1, 80, /^[A-Za-z0-9_-]+(\.fifo)?$/),
    delaySeconds: between(0, 900),
    maxMessageSize: between(1024, 1_048_576),
    messageRetentionSeconds: between(60, 1_209_600),
    receiveWaitTimeSeconds: between(0, 20),
    visibilityTimeoutSeconds: between(0, 43_200),
    kmsDataKeyReusePeriodSeconds: between(60, 86_400),
  },
  "aws:ssm/document:Document": {
    name: must(text(3, 128, /^(?!aws-|amazon|amzn)[A-Za-z0-9_.-]+$/i)),
    content: must(text(1, 65_536)),
    documentType: required,
    documentFormat: oneOf("JSON", "YAML", "TEXT"),
  },
  "aws:ssm/parameter:Parameter": {
    name: text(1, 2048, /^[A-Za-z0-9_.\-/]+$/),
    type: must(oneOf("String", "StringList", "SecureString")),
    tier: oneOf("Standard", "Advanced", "Intelligent-Tiering"),
    description: text(0, 1024),
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
  "aws:wafv2/webAcl:WebAcl": {
    name: text(1, 128, /^[\w-]+$/),
    scope: must(oneOf("CLOUDFRONT", "REGIONAL")),
    description: text(1, 256, /^[\w+=:#@/\-,. ][\w+=:#@/\-,.\s]+[\w+=:#@/\-,.]$/),
    "rules[].name": text(1, 128, /^[\w-]+$/),
    "rules[].priority": { least: 0 },
  },
  ...Object.fromEntries(
    Object.entries(KINDS).map(([type, { name = "subdomain" }]) => [type, { "metadata.name": NAME_RULES[name] }]),
  ),
  "kubernetes:batch/v1:CronJob": {
    "metadata.name": { ...NAME_RULES.subdomain, maxLength: CRON_JOB_NAME_LENGTH },
    "spec.schedule": required,
    "spec.concurrencyPolicy": oneOf("Allow", "Forbid", "Replace"),
  },
  "random:index/randomBytes:RandomBytes": { length: must({ least: 1 }) },
  "random:index/randomId:RandomId": { byteLength: must({ least: 1 }) },
  "random:index/randomInteger:RandomInteger": { max: required, min: required },
  "random:index/randomPassword:RandomPassword": { length: must(between(1, 4096)) },
  "random:index/randomPet:RandomPet": { length: { least: 1 } },
  "random:index/randomShuffle:RandomShuffle": { inputs: required, resultCount: { least: 0 } },
  "random:index/randomString:RandomString": { length: must({ least: 1 }) },
};

/** One input that AWS would refuse. */
export interface Refusal {
  readonly property: string;
  readonly reason: string;
}

/**
 * Holds inputs against the limits of their type. `isUnknown` tells values that only the update will know: those are let through.
 * What `isSecret` is judged without being shown.
 */
export function refusals(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
  isUnknown: (value: unknown) => boolean,
  isSecret: (property: string) => boolean,
): Refusal[] {
  const found: Refusal[] = [];
  const taker = isKubernetes(type) ? "Kubernetes" : "AWS";
  for (const [path, limit] of Object.entries(LIMITS[type] ?? {})) {
    for (const [property, value] of valuesAt(inputs, path.split("."), "")) {
      const reason = isUnknown(value) ? undefined : broken(taker, limit, value, isSecret(property));
      if (reason !== undefined) found.push({ property, reason });
    }
  }
  return found;
}

function broken(taker: string, limit: Limit, value: unknown, hidden: boolean): string | undefined {
  if (value === undefined || value === null) return limit.required ? "is required" : undefined;
  const show = (shown: unknown): string => (hidden ? "a secret" : shortened(JSON.stringify(shown)));
  const { oneOf: allowed, pattern, minLength = 0, maxLength, least, most, maxItems } = limit;
  if (allowed !== undefined && !allowed.some((one) => one === value)) {
    return `is ${show(value)}; ${taker} takes one of: ${allowed.join(", ")}`;
  }
  if (typeof value === "string") {
    if (value.length < minLength || (maxLength !== undefined && value.length > maxLength)) {
      return `is ${show(value)}, ${value.length} characters long; ${taker} takes ${minLength} to ${maxLength ?? "any number"}`;
    }
    if (pattern !== undefined && !pattern.test(value)) {
      return `is ${show(value)}, which does not match ${pattern.source}`;
    }
  }
  const number = typeof value === "string" && (least !== undefined || most !== undefined) ? Number(value) : value;
  if (
    typeof number === "number" &&
    ((least !== undefined && number < least) || (most !== undefined && number > most))
  ) {
    return `is ${show(number)}; ${taker} takes ${least ?? "any"} to ${most ?? "any number"}`;
  }
  if (maxItems !== undefined && Array.isArray(value) && value.length > maxItems) {
    return `has ${value.length} items; ${taker} takes at most ${maxItems}`;
  }
  return undefined;
}

const shortened = (value: string): string => (value.length > 80 ? `${value.slice(0, 77)}...` : value);

/** Values at a path with the property path that Pulumi prints; a missing leaf is there as undefined, what is below it is not. */
function valuesAt(value: unknown, path: readonly string[], printed: string): [string, unknown][] {
  const [step, ...rest] = path;
  if (step === undefined) return [[printed, value]];
  if (typeof value !== "object" || value === null) return [];
  const isList = step.endsWith("[]");
  const name = isList ? step.slice(0, -2) : step;
  const next: unknown = Reflect.get(value, name);
  const at = printed === "" ? name : `${printed}.${name}`;
  if (!isList) return next === undefined && rest.length > 0 ? [] : valuesAt(next, rest, at);
  return Array.isArray(next) ? next.flatMap((item, index) => valuesAt(item, rest, `${at}[${index}]`)) : [];
}
