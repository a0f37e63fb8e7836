import { type CloudObserver, type CloudResource } from "./cloud";
import { ACCOUNT } from "./account";
import { BUILT_IN_NAMESPACES, KINDS, NAMESPACE } from "./kubernetes-kinds";
import { isGlobal } from "./regions";

/** What AWS does with a resource when what it points to is to be deleted: refuses, deletes it too, or lets it dangle. */
type OnDelete = "blocks" | "goes" | "stays";

interface Reference {
  /** Input that names the target by id, ARN or name: `a.b`, with `[]` after a list. */
  readonly path: string;
  readonly target: string;
  readonly onDelete: OnDelete;
}

const refs =
  (target: string, onDelete: OnDelete) =>
  (...paths: readonly string[]): readonly Reference[] =>
    paths.map((path) => ({ path, target, onDelete }));

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
const KEY = "aws:kms/key:Key";
const ROLE = "aws:iam/role:Role";
const BUCKET = "aws:s3/bucket:Bucket";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const CERTIFICATE = "aws:acm/certificate:Certificate";
const REST_API = "aws:apigateway/restApi:RestApi";
const POOL = "aws:cognito/userPool:UserPool";
const VAULT = "aws:backup/vault:Vault";
const SECRET = "aws:secretsmanager/secret:Secret";
const TOPIC = "aws:sns/topic:Topic";
const CLUSTER = "aws:eks/cluster:Cluster";
const FUNCTION = "aws:lambda/function:Function";
const STREAM = "aws:kinesis/stream:Stream";
const ALIAS = "aws:lambda/alias:Alias";

const inVpc = refs(VPC, "blocks")("vpcId");
const key = refs(KEY, "stays");
const role = refs(ROLE, "stays");
const bucketSetting = refs(BUCKET, "goes")("bucket");

/**
 * Who points to whom, for the types whose targets AWS looks up when they are created. Sources: the errors that each service's API reference
 * lists for its create and delete calls (DependencyViolation, DeleteConflict, ResourceInUse, ...).
 */
export const references: Readonly<Record<string, readonly Reference[]>> = {
  [SUBNET]: inVpc,
  [GROUP]: inVpc,
  [ROUTE_TABLE]: inVpc,
  "aws:ec2/internetGateway:InternetGateway": inVpc,
  "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": refs(SUBNET, "goes")("subnetId"),
  "aws:ec2/networkAcl:NetworkAcl": [...inVpc, ...refs(SUBNET, "stays")("subnetIds[]")],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": refs(VPC, "goes")("vpcId"),
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": refs("aws:ec2/networkAcl:NetworkAcl", "goes")("defaultNetworkAclId"),
  "aws:ec2/flowLog:FlowLog": [
    ...refs(VPC, "goes")("vpcId"),
    ...refs(SUBNET, "goes")("subnetId"),
    ...role("iamRoleArn"),
  ],
  "aws:ec2/instance:Instance": [
    ...refs(SUBNET, "blocks")("subnetId"),
    ...refs(GROUP, "blocks")("vpcSecurityGroupIds[]"),
    ...refs("aws:iam/instanceProfile:InstanceProfile", "stays")("iamInstanceProfile"),
    ...key("rootBlockDevice.kmsKeyId"),
  ],
  "aws:ec2/natGateway:NatGateway": [
    ...refs(SUBNET, "blocks")("subnetId"),
    ...refs("aws:ec2/eip:Eip", "blocks")("allocationId"),
  ],
  "aws:ec2/route:Route": [
    ...refs(ROUTE_TABLE, "goes")("routeTableId"),
    ...refs("aws:ec2/internetGateway:InternetGateway", "stays")("gatewayId"),
    ...refs("aws:ec2/natGateway:NatGateway", "stays")("natGatewayId"),
  ],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": [
    ...refs(ROUTE_TABLE, "blocks")("routeTableId"),
    ...refs(SUBNET, "goes")("subnetId"),
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [
    ...inVpc,
    ...refs(SUBNET, "blocks")("subnetIds[]"),
    ...refs(GROUP, "blocks")("securityGroupIds[]"),
    ...refs(ROUTE_TABLE, "blocks")("routeTableIds[]"),
  ],
  ...Object.fromEntries(
    [
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ].map((type) => [
      type,
      [...refs(GROUP, "goes")("securityGroupId"), ...refs(GROUP, "blocks")("referencedSecurityGroupId")],
    ]),
  ),
  "aws:ec2/securityGroupRule:SecurityGroupRule": [
    ...refs(GROUP, "goes")("securityGroupId"),
    ...refs(GROUP, "blocks")("sourceSecurityGroupId"),
  ],
  "aws:lb/loadBalancer:LoadBalancer": [
    ...refs(SUBNET, "blocks")("subnets[]", "subnetMappings[].subnetId"),
    ...refs(GROUP, "blocks")("securityGroups[]"),
    ...refs(BUCKET, "stays")("accessLogs.bucket", "connectionLogs.bucket", "healthCheckLogs.bucket"),
  ],
  "aws:lb/targetGroup:TargetGroup": refs(VPC, "stays")("vpcId"),
  "aws:lb/listener:Listener": [
    ...refs("aws:lb/loadBalancer:LoadBalancer", "goes")("loadBalancerArn"),
    ...refs("aws:lb/targetGroup:TargetGroup", "blocks")("defaultActions[].targetGroupArn"),
    ...refs(CERTIFICATE, "blocks")("certificateArn"),
  ],
  "aws:cognito/identityProvider:IdentityProvider": refs(POOL, "goes")("userPoolId"),
  "aws:lb/listenerRule:ListenerRule": [
    ...refs("aws:lb/listener:Listener", "goes")("listenerArn"),
    ...refs("aws:lb/targetGroup:TargetGroup", "blocks")(
      "actions[].targetGroupArn",
      "actions[].forward.targetGroups[].arn",
    ),
    ...refs(POOL, "stays")("actions[].authenticateCognito.userPoolArn"),
  ],
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": [
    ...refs("aws:lb/targetGroup:TargetGroup", "goes")("targetGroupArn"),
    ...refs("aws:ec2/instance:Instance", "goes")("targetId"),
  ],
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": [
    ...refs("aws:elasticbeanstalk/application:Application", "blocks")("application"),
    ...refs(BUCKET, "stays")("bucket"),
  ],
  "aws:elasticbeanstalk/environment:Environment": [
    ...refs("aws:elasticbeanstalk/application:Application", "blocks")("application"),
    ...refs("aws:elasticbeanstalk/applicationVersion:ApplicationVersion", "blocks")("version"),
  ],
  "aws:autoscaling/attachment:Attachment": refs("aws:lb/targetGroup:TargetGroup", "stays")("lbTargetGroupArn"),
  "aws:ec2/launchTemplate:LaunchTemplate": [
    ...refs(GROUP, "stays")("vpcSecurityGroupIds[]"),
    ...key("blockDeviceMappings[].ebs.kmsKeyId"),
  ],
  [CLUSTER]: [
    ...role("roleArn"),
    ...refs(SUBNET, "blocks")("vpcConfig.subnetIds[]"),
    ...refs(GROUP, "blocks")("vpcConfig.securityGroupIds[]"),
    ...key("encryptionConfig.provider.keyArn"),
  ],
  "aws:eks/nodeGroup:NodeGroup": [
    ...refs(CLUSTER, "blocks")("clusterName"),
    ...role("nodeRoleArn"),
    ...refs(SUBNET, "blocks")("subnetIds[]"),
    // The group keeps a template of its own, made from it.
    ...refs("aws:ec2/launchTemplate:LaunchTemplate", "stays")("launchTemplate.id"),
  ],
  "aws:eks/addon:Addon": [...refs(CLUSTER, "goes")("clusterName"), ...role("podIdentityAssociations[].roleArn")],
  // Whoever is let in is often of another program, whose roles are not seen here.
  "aws:eks/accessEntry:AccessEntry": refs(CLUSTER, "goes")("clusterName"),
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": refs(CLUSTER, "goes")("clusterName"),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": [
    ...refs(CLUSTER, "goes")("clusterName"),
    ...role("roleArn"),
  ],
  "aws:kms/alias:Alias": refs(KEY, "goes")("targetKeyId"),
  // IAM deletes no policy that bounds a role: DeleteConflict.
  [ROLE]: refs("aws:iam/policy:Policy", "blocks")("permissionsBoundary"),
  "aws:iam/instanceProfile:InstanceProfile": refs(ROLE, "blocks")("role"),
  "aws:iam/rolePolicy:RolePolicy": refs(ROLE, "blocks")("role"),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": [
    ...refs(ROLE, "blocks")("role"),
    ...refs("aws:iam/policy:Policy", "blocks")("policyArn"),
  ],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting,
  "aws:s3/bucketVersioning:BucketVersioning": bucketSetting,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    ...bucketSetting,
    ...key("rules[].applyServerSideEncryptionByDefault.kmsMasterKeyId"),
  ],
  "aws:s3/bucketAcl:BucketAcl": bucketSetting,
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": bucketSetting,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketSetting,
  "aws:s3/bucketLogging:BucketLogging": bucketSetting,
  "aws:s3/bucketPolicy:BucketPolicy": bucketSetting,
  [LOG_GROUP]: key("kmsKeyId"),
  "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": refs(LOG_GROUP, "goes")("logGroupName"),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": refs(LOG_GROUP, "goes")("logGroupName"),
  "aws:cloudwatch/logStream:LogStream": refs(LOG_GROUP, "goes")("logGroupName"),
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": refs(LOG_GROUP, "goes")("logGroup"),
  "aws:cloudwatch/logDelivery:LogDelivery": [
    ...refs("aws:cloudwatch/logDeliverySource:LogDeliverySource", "blocks")("deliverySourceName"),
    ...refs("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "blocks")("deliveryDestinationArn"),
  ],
  "aws:cloudwatch/eventRule:EventRule": refs("aws:cloudwatch/eventBus:EventBus", "blocks")("eventBusName"),
  "aws:cloudwatch/eventTarget:EventTarget": refs("aws:cloudwatch/eventRule:EventRule", "blocks")("rule"),
  "aws:codebuild/project:Project": role("serviceRole"),
  "aws:codepipeline/pipeline:Pipeline": role("roleArn"),
  "aws:schemas/schema:Schema": refs("aws:schemas/registry:Registry", "blocks")("registryName"),
  [SECRET]: key("kmsKeyId"),
  "aws:secretsmanager/secretVersion:SecretVersion": refs(SECRET, "goes")("secretId"),
  "aws:secretsmanager/secretRotation:SecretRotation": [
    ...refs(SECRET, "goes")("secretId"),
    ...refs(FUNCTION, "stays")("rotationLambdaArn"),
  ],
  "aws:secretsmanager/secretPolicy:SecretPolicy": refs(SECRET, "goes")("secretArn"),
  [TOPIC]: key("kmsMasterKeyId"),
  "aws:sns/topicPolicy:TopicPolicy": refs(TOPIC, "goes")("arn"),
  "aws:sns/topicSubscription:TopicSubscription": refs(TOPIC, "goes")("topic"),
  "aws:sqs/queuePolicy:QueuePolicy": refs("aws:sqs/queue:Queue", "goes")("queueUrl"),
  "aws:rds/subnetGroup:SubnetGroup": refs(SUBNET, "stays")("subnetIds[]"),
  "aws:rds/instance:Instance": [
    ...refs("aws:rds/subnetGroup:SubnetGroup", "blocks")("dbSubnetGroupName"),
    ...refs("aws:rds/parameterGroup:ParameterGroup", "blocks")("parameterGroupName"),
    ...refs(GROUP, "blocks")("vpcSecurityGroupIds[]"),
    ...key("kmsKeyId", "masterUserSecretKmsKeyId", "performanceInsightsKmsKeyId"),
    ...role("monitoringRoleArn"),
  ],
  "aws:rds/cluster:Cluster": [
    ...refs("aws:rds/subnetGroup:SubnetGroup", "blocks")("dbSubnetGroupName"),
    ...refs("aws:rds/clusterParameterGroup:ClusterParameterGroup", "blocks")("dbClusterParameterGroupName"),
    ...refs("aws:rds/globalCluster:GlobalCluster", "blocks")("globalClusterIdentifier"),
    ...refs(GROUP, "blocks")("vpcSecurityGroupIds[]"),
    ...key("kmsKeyId", "masterUserSecretKmsKeyId", "performanceInsightsKmsKeyId"),
  ],
  "aws:rds/clusterInstance:ClusterInstance": [
    ...refs("aws:rds/cluster:Cluster", "blocks")("clusterIdentifier"),
    ...refs("aws:rds/parameterGroup:ParameterGroup", "blocks")("dbParameterGroupName"),
    ...role("monitoringRoleArn"),
  ],
  "aws:elasticache/subnetGroup:SubnetGroup": refs(SUBNET, "stays")("subnetIds[]"),
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    ...refs("aws:elasticache/subnetGroup:SubnetGroup", "blocks")("subnetGroupName"),
    ...refs("aws:elasticache/parameterGroup:ParameterGroup", "blocks")("parameterGroupName"),
    ...refs("aws:elasticache/userGroup:UserGroup", "blocks")("userGroupIds[]"),
    ...refs(GROUP, "blocks")("securityGroupIds[]"),
    ...key("kmsKeyId"),
  ],
  "aws:elasticache/userGroup:UserGroup": refs("aws:elasticache/user:User", "stays")("userIds[]"),
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": refs("aws:ecs/cluster:Cluster", "goes")("clusterName"),
  "aws:ecs/taskDefinition:TaskDefinition": role("executionRoleArn", "taskRoleArn"),
  "aws:ecs/service:Service": [
    ...refs("aws:ecs/cluster:Cluster", "blocks")("cluster"),
    ...refs("aws:ecs/taskDefinition:TaskDefinition", "stays")("taskDefinition"),
    ...refs("aws:lb/targetGroup:TargetGroup", "stays")("loadBalancers[].targetGroupArn"),
    ...refs(SUBNET, "blocks")("networkConfiguration.subnets[]"),
    ...refs(GROUP, "blocks")("networkConfiguration.securityGroups[]"),
  ],
  "aws:ecr/repository:Repository": key("encryptionConfigurations[].kmsKey"),
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": refs("aws:ecr/repository:Repository", "goes")("repository"),
  "aws:ecr/repositoryPolicy:RepositoryPolicy": refs("aws:ecr/repository:Repository", "goes")("repository"),
  [FUNCTION]: [
    ...role("role"),
    ...key("kmsKeyArn"),
    ...refs(SUBNET, "blocks")("vpcConfig.subnetIds[]"),
    ...refs(GROUP, "blocks")("vpcConfig.securityGroupIds[]"),
  ],
  "aws:lambda/permission:Permission": refs(FUNCTION, "goes")("function"),
  "aws:lambda/alias:Alias": refs(FUNCTION, "goes")("functionName"),
  // Deleting a function leaves its mappings behind, disabled.
  "aws:lambda/eventSourceMapping:EventSourceMapping": [
    ...refs(ALIAS, "stays")("functionName"),
    ...refs("aws:sqs/queue:Queue", "stays")("destinationConfig.onFailure.destinationArn"),
  ],
  "aws:lambda/invocation:Invocation": refs(FUNCTION, "goes")("functionName"),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": refs(FUNCTION, "goes")("functionName"),
  "aws:location/tracker:Tracker": key("kmsKeyId"),
  "aws:location/geofenceCollection:GeofenceCollection": key("kmsKeyId"),
  "aws:location/trackerAssociation:TrackerAssociation": [
    ...refs("aws:location/tracker:Tracker", "goes")("trackerName"),
    ...refs("aws:location/geofenceCollection:GeofenceCollection", "stays")("consumerArn"),
  ],
  "aws:scheduler/schedule:Schedule": [...role("target.roleArn"), ...refs(ALIAS, "stays")("target.arn")],
  "aws:msk/cluster:Cluster": [
    ...refs(SUBNET, "blocks")("brokerNodeGroupInfo.clientSubnets[]"),
    ...refs(GROUP, "blocks")("brokerNodeGroupInfo.securityGroups[]"),
    ...refs("aws:msk/configuration:Configuration", "blocks")("configurationInfo.arn"),
    ...key("encryptionInfo.encryptionAtRestKmsKeyArn"),
  ],
  "aws:msk/topic:Topic": refs("aws:msk/cluster:Cluster", "goes")("clusterArn"),
  "aws:opensearch/domain:Domain": [
    ...refs(SUBNET, "blocks")("vpcOptions.subnetIds[]"),
    ...refs(GROUP, "blocks")("vpcOptions.securityGroupIds[]"),
    ...key("encryptAtRest.kmsKeyId"),
  ],
  "aws:route53/record:Record": [
    ...refs("aws:route53/zone:Zone", "blocks")("zoneId"),
    ...refs("aws:route53/healthCheck:HealthCheck", "stays")("healthCheckId"),
  ],
  "aws:route53/queryLog:QueryLog": [
    ...refs("aws:route53/zone:Zone", "goes")("zoneId"),
    ...refs(LOG_GROUP, "stays")("cloudwatchLogGroupArn"),
  ],
  "aws:route53/keySigningKey:KeySigningKey": refs("aws:route53/zone:Zone", "blocks")("hostedZoneId"),
  "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec": refs("aws:route53/zone:Zone", "blocks")("hostedZoneId"),
  "aws:acm/certificateValidation:CertificateValidation": refs(CERTIFICATE, "goes")("certificateArn"),
  "aws:cloudfront/distribution:Distribution": [
    ...refs("aws:cloudfront/originAccessControl:OriginAccessControl", "blocks")("origins[].originAccessControlId"),
    ...refs(
      "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
      "blocks",
    )("defaultCacheBehavior.responseHeadersPolicyId"),
    ...refs("aws:cloudfront/function:Function", "blocks")("defaultCacheBehavior.functionAssociations[].functionArn"),
    ...refs("aws:wafv2/webAcl:WebAcl", "blocks")("webAclId"),
    ...refs(CERTIFICATE, "blocks")("viewerCertificate.acmCertificateArn"),
  ],
  "aws:wafv2/webAclAssociation:WebAclAssociation": refs("aws:wafv2/webAcl:WebAcl", "blocks")("webAclArn"),
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": refs(
    "aws:wafv2/webAcl:WebAcl",
    "goes",
  )("resourceArn"),
  "aws:apigateway/domainName:DomainName": refs(CERTIFICATE, "blocks")("regionalCertificateArn", "certificateArn"),
  "aws:apigateway/deployment:Deployment": refs(REST_API, "goes")("restApi"),
  "aws:apigateway/stage:Stage": [
    ...refs(REST_API, "goes")("restApi"),
    ...refs("aws:apigateway/deployment:Deployment", "blocks")("deployment"),
  ],
  "aws:apigateway/methodSettings:MethodSettings": refs(REST_API, "goes")("restApi"),
  "aws:apigateway/basePathMapping:BasePathMapping": [
    ...refs("aws:apigateway/domainName:DomainName", "goes")("domainName"),
    ...refs(REST_API, "blocks")("restApi"),
  ],
  "aws:apigateway/usagePlanKey:UsagePlanKey": [
    ...refs("aws:apigateway/usagePlan:UsagePlan", "goes")("usagePlanId"),
    ...refs("aws:apigateway/apiKey:ApiKey", "goes")("keyId"),
  ],
  "aws:apigateway/usagePlan:UsagePlan": refs(REST_API, "stays")("apiStages[].apiId"),
  // Who deregisters a target deletes its policies.
  "aws:appautoscaling/policy:Policy": refs("aws:appautoscaling/target:Target", "goes")("resourceId"),
  "aws:dynamodb/table:Table": key("serverSideEncryption.kmsKeyArn"),
  "aws:apigatewayv2/vpcLink:VpcLink": [
    ...refs(SUBNET, "blocks")("subnetIds[]"),
    ...refs(GROUP, "blocks")("securityGroupIds[]"),
  ],
  [VAULT]: key("kmsKeyArn"),
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": refs(VAULT, "goes")("backupVaultName"),
  "aws:backup/vaultPolicy:VaultPolicy": refs(VAULT, "goes")("backupVaultName"),
  "aws:backup/plan:Plan": refs(VAULT, "stays")("rules[].targetVaultName"),
  "aws:backup/selection:Selection": [...refs("aws:backup/plan:Plan", "blocks")("planId"), ...role("iamRoleArn")],
  "aws:cognito/userPoolClient:UserPoolClient": refs(POOL, "goes")("userPoolId"),
  "aws:cognito/userPoolDomain:UserPoolDomain": refs(POOL, "blocks")("userPoolId"),
  "aws:cognito/managedLoginBranding:ManagedLoginBranding": refs(POOL, "goes")("userPoolId"),
  "aws:cognito/riskConfiguration:RiskConfiguration": refs(POOL, "goes")("userPoolId"),
  "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration": refs(POOL, "goes")("userPoolId"),
  "aws:cfg/recorderStatus:RecorderStatus": refs("aws:cfg/recorder:Recorder", "goes")("name"),
  "aws:cfg/deliveryChannel:DeliveryChannel": refs(BUCKET, "stays")("s3BucketName"),
  "aws:guardduty/detectorFeature:DetectorFeature": refs("aws:guardduty/detector:Detector", "goes")("detectorId"),
  "aws:cloudtrail/trail:Trail": [...refs(BUCKET, "stays")("s3BucketName"), ...key("kmsKeyId")],
  [STREAM]: key("kmsKeyId"),
  "aws:kinesis/streamConsumer:StreamConsumer": refs(STREAM, "blocks")("streamArn"),
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
    ...refs(STREAM, "stays")("kinesisSourceConfiguration.kinesisStreamArn"),
    ...refs(BUCKET, "stays")("extendedS3Configuration.bucketArn"),
    ...refs(
      "aws:glue/catalogTable:CatalogTable",
      "stays",
    )("extendedS3Configuration.dataFormatConversionConfiguration.schemaConfiguration.tableName"),
    ...key("extendedS3Configuration.kmsKeyArn"),
    ...role("kinesisSourceConfiguration.roleArn", "extendedS3Configuration.roleArn"),
  ],
  "aws:glue/catalogTable:CatalogTable": refs("aws:glue/catalogDatabase:CatalogDatabase", "goes")("databaseName"),
  "aws:athena/workgroup:Workgroup": key("configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn"),
  "aws:globalaccelerator/listener:Listener": refs(
    "aws:globalaccelerator/accelerator:Accelerator",
    "blocks",
  )("acceleratorArn"),
  "aws:globalaccelerator/endpointGroup:EndpointGroup": refs(
    "aws:globalaccelerator/listener:Listener",
    "blocks",
  )("listenerArn"),
  ...Object.fromEntries(
    Object.entries(KINDS)
      .filter(([, { namespaced }]) => namespaced)
      .map(([type]) => [type, refs(NAMESPACE, "goes")("metadata.namespace")]),
  ),
};

/** What else a resource is known by, its id, ARN and name aside, and what AWS makes together with it. */
export type Names = (resource: CloudResource) => readonly { readonly type: string; readonly name: string }[];

interface Dependent {
  readonly resource: CloudResource;
  readonly onDelete: OnDelete;
}

/** An index of who points to whom in the cloud. */
export class References implements CloudObserver {
  /** Type and name of a target -> its keys. */
  private readonly named = new Map<string, Set<string>>();
  /** Type and name of a target -> who points to it by that name. */
  private readonly pointing = new Map<string, Map<string, Dependent>>();
  private readonly resources = new Map<string, CloudResource>();

  constructor(private readonly names: Names) {}

  readonly added = (key: string, resource: CloudResource): void => {
    this.resources.set(key, resource);
    for (const { type, name } of this.names(resource)) entry(this.named, index(type, name), () => new Set()).add(key);
    for (const { target, name, onDelete } of pointers(resource)) {
      const dependents = entry(this.pointing, index(target, name), () => new Map<string, Dependent>());
      // A resource that points to one target twice is held by the stricter of the two.
      if (dependents.get(key)?.onDelete !== "blocks") dependents.set(key, { resource, onDelete });
    }
  };

  readonly removed = (key: string, resource: CloudResource): void => {
    this.resources.delete(key);
    for (const { type, name } of this.names(resource)) this.named.get(index(type, name))?.delete(key);
    for (const { target, name } of pointers(resource)) this.pointing.get(index(target, name))?.delete(key);
  };

  /** What a resource points to and does not exist. */
  missing(resource: CloudResource): { readonly path: string; readonly target: string; readonly name: string }[] {
    const isMissing = ({ target, name }: { target: string; name: string }): boolean =>
      isOwn(name) &&
      !(target === NAMESPACE && BUILT_IN_NAMESPACES.has(name)) &&
      !this.exists(target, name, resource.region);
    return pointers(resource).filter(isMissing);
  }

  /** Who points to a resource, itself aside. */
  dependents(key: string, resource: CloudResource): Dependent[] {
    const found = new Map<string, Dependent>();
    for (const { type, name } of this.names(resource)) {
      for (const [dependentKey, dependent] of this.pointing.get(index(type, name)) ?? []) {
        if (dependentKey === key || !reaches(name, resource.region, dependent.resource.region)) continue;
        if (found.get(dependentKey)?.onDelete !== "blocks") found.set(dependentKey, dependent);
      }
    }
    return [...found.values()];
  }

  private exists(target: string, name: string, region: string): boolean {
    for (const key of this.named.get(index(target, name)) ?? []) {
      const found = this.resources.get(key);
      if (found !== undefined && reaches(name, isGlobal(target) ? "" : found.region, region)) return true;
    }
    return false;
  }
}

/** A plain name means a resource of one's own region; an ARN, and a global resource's name, mean the same everywhere. */
function reaches(name: string, targetRegion: string, region: string): boolean {
  return name.startsWith("arn:") || targetRegion === "" || region === "" || targetRegion === region;
}

/** AWS has default groups of its own, managed policies, aliases of its own keys; other accounts' resources can not be seen. */
function isOwn(name: string): boolean {
  if (name.startsWith("arn:")) {
    const account = name.split(":")[4] ?? "";
    return account === "" ? !name.includes(":iam::aws:") : account === ACCOUNT && !name.includes(":alias/aws/");
  }
  return !/^(default([.:]|$)|alias\/aws\/)/.test(name);
}

function pointers(resource: CloudResource): { path: string; target: string; name: string; onDelete: OnDelete }[] {
  const list = references[resource.type] ?? [];
  return list.flatMap((reference) =>
    namesAt(resource.inputs, reference.path.split(".")).map((name) => ({ ...reference, name })),
  );
}

function namesAt(value: unknown, path: readonly string[]): string[] {
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === "string" && value !== "" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const isList = step.endsWith("[]");
  const next: unknown = Reflect.get(value, isList ? step.slice(0, -2) : step);
  if (!isList) return namesAt(next, rest);
  return Array.isArray(next) ? next.flatMap((item) => namesAt(item, rest)) : [];
}

const index = (type: string, name: string): string => `${type} ${name}`;

function entry<K, V>(map: Map<K, V>, at: K, make: () => V): V {
  let value = map.get(at);
  if (value === undefined) map.set(at, (value = make()));
  return value;
}
