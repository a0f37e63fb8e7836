import { KINDS } from "./kubernetes-kinds";

const RANDOM_TEXT =
  "keepers length lower minLower minNumeric minSpecial minUpper number numeric overrideSpecial special upper";

/**
 * Inputs that AWS can not change on what stands, so that a change replaces the resource: what the provider's schema calls "forces new resource",
 * which follows "Update requires: Replacement" in CloudFormation's reference. For the types that the stacks use; a path `a.b` is within an object.
 */
const IMMUTABLE: Readonly<Record<string, string>> = {
  "aws:accessanalyzer/analyzer:Analyzer": "analyzerName type",
  "aws:acm/certificate:Certificate":
    "domainName keyAlgorithm subjectAlternativeNames validationMethod certificateAuthorityArn",
  "aws:acm/certificateValidation:CertificateValidation": "certificateArn validationRecordFqdns",
  "aws:amp/alertManagerDefinition:AlertManagerDefinition": "workspaceId",
  "aws:amp/workspaceConfiguration:WorkspaceConfiguration": "workspaceId",
  "aws:amp/workspace:Workspace": "kmsKeyArn",
  "aws:apigateway/apiKey:ApiKey": "value",
  "aws:apigateway/basePathMapping:BasePathMapping": "domainName domainNameId",
  "aws:apigateway/deployment:Deployment": "restApi triggers variables",
  "aws:apigateway/domainName:DomainName": "domainName",
  "aws:apigateway/integration:Integration": "restApi resourceId httpMethod type integrationHttpMethod uri",
  "aws:apigateway/method:Method": "restApi resourceId httpMethod",
  "aws:apigateway/methodSettings:MethodSettings": "restApi stageName methodPath",
  "aws:apigateway/stage:Stage": "restApi stageName",
  "aws:apigateway/usagePlanKey:UsagePlanKey": "keyId keyType usagePlanId",
  "aws:apigatewayv2/vpcLink:VpcLink": "securityGroupIds subnetIds",
  "aws:appautoscaling/policy:Policy": "name resourceId scalableDimension serviceNamespace",
  "aws:appautoscaling/target:Target": "resourceId scalableDimension serviceNamespace",
  "aws:athena/workgroup:Workgroup": "name",
  "aws:backup/selection:Selection": "name planId iamRoleArn resources notResources conditions selectionTags",
  "aws:backup/vault:Vault": "name kmsKeyArn",
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration":
    "backupVaultName changeableForDays maxRetentionDays minRetentionDays",
  "aws:backup/vaultPolicy:VaultPolicy": "backupVaultName",
  "aws:cfg/conformancePack:ConformancePack": "name",
  "aws:cfg/deliveryChannel:DeliveryChannel": "name",
  "aws:cfg/recorder:Recorder": "name",
  "aws:cfg/recorderStatus:RecorderStatus": "name",
  "aws:cloudfront/function:Function": "name",
  "aws:cloudfront/originAccessControl:OriginAccessControl": "name",
  "aws:cloudtrail/trail:Trail": "name",
  "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
  "aws:cloudwatch/eventBus:EventBus": "name eventSourceName",
  "aws:cloudwatch/eventRule:EventRule": "name eventBusName",
  "aws:cloudwatch/eventTarget:EventTarget": "rule targetId eventBusName",
  "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": "logGroupName",
  "aws:cloudwatch/logDelivery:LogDelivery": "deliverySourceName deliveryDestinationArn",
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "name deliveryDestinationType",
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": "name logType resourceArn",
  "aws:cloudwatch/logGroup:LogGroup": "name logGroupClass",
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": "name logGroupName",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyName resourceArn",
  "aws:cloudwatch/logStream:LogStream": "name logGroupName",
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": "name logGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
  "aws:codebuild/project:Project": "name",
  "aws:codeconnections/connection:Connection": "name providerType hostArn",
  "aws:codepipeline/pipeline:Pipeline": "name",
  "aws:cognito/managedLoginBranding:ManagedLoginBranding": "clientId userPoolId",
  "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration": "userPoolId",
  "aws:cognito/riskConfiguration:RiskConfiguration": "clientId userPoolId",
  "aws:cognito/userPool:UserPool": "name aliasAttributes usernameAttributes usernameConfiguration",
  "aws:cognito/userPoolClient:UserPoolClient": "generateSecret userPoolId",
  "aws:cognito/userPoolDomain:UserPoolDomain": "domain userPoolId",
  "aws:dynamodb/table:Table": "name hashKey rangeKey localSecondaryIndexes",
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": "defaultNetworkAclId",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "vpcId",
  "aws:ec2/eip:Eip": "domain networkBorderGroup publicIpv4Pool",
  "aws:ec2/flowLog:FlowLog":
    "deliverCrossAccountRole destinationOptions eniId iamRoleArn logDestination logDestinationType logFormat maxAggregationInterval subnetId trafficType vpcId",
  // User data replaces the machine where `userDataReplaceOnChange` is set, as it is wherever the stacks give any.
  "aws:ec2/instance:Instance":
    "ami associatePublicIpAddress availabilityZone cpuOptions enclaveOptions ephemeralBlockDevices getPasswordData hibernation keyName placementGroup privateIp rootBlockDevice.encrypted rootBlockDevice.kmsKeyId securityGroups subnetId tenancy userData",
  "aws:ec2/natGateway:NatGateway": "allocationId connectivityType privateIp subnetId",
  "aws:ec2/networkAcl:NetworkAcl": "vpcId",
  "aws:ec2/route:Route": "routeTableId destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId",
  "aws:ec2/routeTable:RouteTable": "vpcId",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "subnetId gatewayId",
  "aws:ec2/securityGroup:SecurityGroup": "name namePrefix description vpcId",
  "aws:ec2/securityGroupRule:SecurityGroupRule":
    "securityGroupId type fromPort toPort protocol cidrBlocks ipv6CidrBlocks prefixListIds self sourceSecurityGroupId",
  "aws:ec2/subnet:Subnet": "availabilityZone availabilityZoneId cidrBlock ipv6Native vpcId outpostArn",
  "aws:ec2/vpc:Vpc": "cidrBlock ipv4IpamPoolId ipv4NetmaskLength",
  "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": "subnetId vpcId",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "serviceName serviceRegion vpcEndpointType vpcId",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": "repository policy",
  "aws:ecr/repository:Repository": "name encryptionConfigurations",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "repository",
  "aws:ecs/cluster:Cluster": "name",
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": "clusterName",
  "aws:ecs/service:Service": "cluster launchType name schedulingStrategy deploymentController.type",
  // A task definition is never changed: each change registers another revision.
  "aws:ecs/taskDefinition:TaskDefinition":
    "containerDefinitions cpu executionRoleArn family ipcMode memory networkMode pidMode placementConstraints proxyConfiguration requiresCompatibilities runtimePlatform ephemeralStorage taskRoleArn volumes enableFaultInjection",
  "aws:elasticache/parameterGroup:ParameterGroup": "family name description",
  "aws:elasticache/replicationGroup:ReplicationGroup":
    "atRestEncryptionEnabled dataTieringEnabled globalReplicationGroupId kmsKeyId networkType port replicationGroupId snapshotArns snapshotName subnetGroupName",
  "aws:elasticache/subnetGroup:SubnetGroup": "name",
  "aws:elasticache/user:User": "userId userName",
  "aws:elasticache/userGroup:UserGroup": "userGroupId",
  "aws:globalaccelerator/endpointGroup:EndpointGroup": "listenerArn endpointGroupRegion",
  "aws:globalaccelerator/listener:Listener": "acceleratorArn",
  "aws:glue/catalogDatabase:CatalogDatabase": "name catalogId",
  "aws:glue/catalogTable:CatalogTable": "name databaseName catalogId partitionIndices",
  "aws:grafana/roleAssociation:RoleAssociation": "role workspaceId",
  "aws:grafana/workspaceSamlConfiguration:WorkspaceSamlConfiguration": "workspaceId",
  "aws:grafana/workspace:Workspace": "kmsKeyId",
  "aws:guardduty/detectorFeature:DetectorFeature": "detectorId name",
  "aws:iam/instanceProfile:InstanceProfile": "name path",
  "aws:cognito/identityProvider:IdentityProvider": "providerName providerType userPoolId",
  "aws:elasticbeanstalk/application:Application": "name",
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": "application bucket key name",
  "aws:elasticbeanstalk/environment:Environment": "application cnamePrefix name tier",
  "aws:autoscaling/policy:Policy": "autoscalingGroupName name",
  "aws:ec2/launchTemplate:LaunchTemplate": "name namePrefix",
  "aws:eks/accessEntry:AccessEntry": "clusterName principalArn type",
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "clusterName principalArn policyArn accessScope",
  "aws:eks/addon:Addon": "addonName clusterName namespaceConfig",
  // Subnets and security groups can be changed; a key can be given later, not taken back or changed.
  "aws:eks/cluster:Cluster":
    "name roleArn bootstrapSelfManagedAddons accessConfig.bootstrapClusterCreatorAdminPermissions encryptionConfig kubernetesNetworkConfig.ipFamily kubernetesNetworkConfig.serviceIpv4Cidr",
  "aws:eks/nodeGroup:NodeGroup":
    "amiType capacityType clusterName diskSize instanceTypes nodeGroupName nodeGroupNamePrefix nodeRoleArn remoteAccess subnetIds launchTemplate.id launchTemplate.name",
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": "clusterName namespace serviceAccount",
  "aws:autoscaling/attachment:Attachment": "autoscalingGroupName elb lbTargetGroupArn",
  "aws:iam/policy:Policy": "name path description",
  "aws:iam/role:Role": "name namePrefix path",
  "aws:iam/rolePolicy:RolePolicy": "name role",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn role",
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": "awsServiceName customSuffix",
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream":
    "name destination kinesisSourceConfiguration mskSourceConfiguration",
  "aws:kinesis/stream:Stream": "name",
  "aws:kinesis/streamConsumer:StreamConsumer": "name streamArn",
  "aws:kms/alias:Alias": "name",
  "aws:kms/key:Key": "customKeyStoreId customerMasterKeySpec keyUsage multiRegion xksKeyId",
  "aws:lambda/alias:Alias": "name functionName",
  "aws:lambda/eventSourceMapping:EventSourceMapping":
    "eventSourceArn startingPosition startingPositionTimestamp queues topics selfManagedEventSource",
  "aws:lambda/function:Function": "name packageType",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "functionName qualifier",
  "aws:lambda/invocation:Invocation": "functionName input qualifier triggers",
  "aws:lambda/permission:Permission":
    "action eventSourceToken function functionUrlAuthType principal principalOrgId qualifier sourceAccount sourceArn statementId",
  "aws:lb/listener:Listener": "loadBalancerArn",
  "aws:lb/listenerRule:ListenerRule": "listenerArn",
  "aws:lb/loadBalancer:LoadBalancer": "internal loadBalancerType name customerOwnedIpv4Pool",
  "aws:lb/targetGroup:TargetGroup": "ipAddressType name port protocol protocolVersion targetType vpcId",
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": "availabilityZone port quicServerId targetGroupArn targetId",
  "aws:location/geofenceCollection:GeofenceCollection": "collectionName kmsKeyId",
  "aws:location/tracker:Tracker": "kmsKeyId trackerName",
  "aws:location/trackerAssociation:TrackerAssociation": "consumerArn trackerName",
  "aws:scheduler/schedule:Schedule": "groupName name namePrefix",
  "aws:msk/cluster:Cluster":
    "brokerNodeGroupInfo.clientSubnets brokerNodeGroupInfo.securityGroups clusterName encryptionInfo.encryptionAtRestKmsKeyArn",
  "aws:msk/configuration:Configuration": "kafkaVersions name",
  "aws:msk/topic:Topic": "clusterArn name",
  "aws:opensearch/domain:Domain": "domainName encryptAtRest.kmsKeyId",
  "aws:rds/cluster:Cluster":
    "availabilityZones clusterIdentifier databaseName dbSubnetGroupName engine engineMode kmsKeyId masterUsername snapshotIdentifier sourceRegion storageEncrypted dbSystemId",
  "aws:rds/clusterInstance:ClusterInstance":
    "availabilityZone clusterIdentifier customIamInstanceProfile dbSubnetGroupName engine identifier",
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": "description family name",
  "aws:rds/globalCluster:GlobalCluster":
    "databaseName engine globalClusterIdentifier sourceDbClusterIdentifier storageEncrypted",
  // Not `identifier`, which AWS can change, nor `dbSubnetGroupName`: the instance moves, in one VPC as to another.
  "aws:rds/instance:Instance":
    "availabilityZone backupTarget characterSetName dbName engine kmsKeyId ncharCharacterSetName snapshotIdentifier storageEncrypted timezone username",
  "aws:rds/parameterGroup:ParameterGroup": "description family name",
  "aws:rds/subnetGroup:SubnetGroup": "name",
  "aws:route53/healthCheck:HealthCheck": "type requestInterval measureLatency referenceName routingControlArn",
  "aws:route53/keySigningKey:KeySigningKey": "hostedZoneId keyManagementServiceArn name",
  "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec": "hostedZoneId",
  "aws:route53/queryLog:QueryLog": "cloudwatchLogGroupArn zoneId",
  "aws:route53/record:Record": "name type zoneId setIdentifier",
  "aws:route53/zone:Zone": "name delegationSetId",
  "aws:s3/bucket:Bucket": "bucket bucketPrefix objectLockEnabled",
  "aws:s3/bucketAcl:BucketAcl": "bucket expectedBucketOwner",
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": "bucket expectedBucketOwner",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket expectedBucketOwner",
  "aws:s3/bucketLogging:BucketLogging": "bucket expectedBucketOwner",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "bucket expectedBucketOwner objectLockEnabled",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "bucket",
  "aws:s3/bucketPolicy:BucketPolicy": "bucket",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "bucket",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "bucket expectedBucketOwner",
  "aws:s3/bucketVersioning:BucketVersioning": "bucket expectedBucketOwner",
  "aws:schemas/registry:Registry": "name",
  "aws:schemas/schema:Schema": "name registryName",
  "aws:secretsmanager/secret:Secret": "name namePrefix",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
  "aws:secretsmanager/secretRotation:SecretRotation": "secretId",
  "aws:secretsmanager/secretVersion:SecretVersion": "secretId secretString secretBinary secretStringWoVersion",
  "aws:securityhub/standardsSubscription:StandardsSubscription": "standardsArn",
  "aws:shield/applicationLayerAutomaticResponse:ApplicationLayerAutomaticResponse": "resourceArn",
  "aws:shield/protection:Protection": "name resourceArn",
  "aws:shield/protectionHealthCheckAssociation:ProtectionHealthCheckAssociation": "healthCheckArn shieldProtectionId",
  "aws:sns/topic:Topic": "name fifoTopic",
  "aws:sns/topicPolicy:TopicPolicy": "arn",
  "aws:sns/topicSubscription:TopicSubscription": "endpoint protocol topic",
  "aws:sqs/queue:Queue": "name namePrefix fifoQueue",
  "aws:sqs/queuePolicy:QueuePolicy": "queueUrl",
  "aws:ssm/document:Document": "documentType name",
  "aws:ssm/parameter:Parameter": "name",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "securityGroupId",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "securityGroupId",
  "aws:wafv2/webAcl:WebAcl": "name scope",
  "aws:wafv2/webAclAssociation:WebAclAssociation": "resourceArn webAclArn",
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "resourceArn",
  "random:index/randomBytes:RandomBytes": "keepers length",
  "random:index/randomId:RandomId": "byteLength keepers prefix",
  "random:index/randomInteger:RandomInteger": "keepers max min seed",
  "random:index/randomPassword:RandomPassword": RANDOM_TEXT,
  "random:index/randomPet:RandomPet": "keepers length prefix separator",
  "random:index/randomShuffle:RandomShuffle": "inputs keepers resultCount seed",
  "random:index/randomString:RandomString": RANDOM_TEXT,
  "random:index/randomUuid:RandomUuid": "keepers",
  "random:index/randomUuid4:RandomUuid4": "keepers",
  "random:index/randomUuid7:RandomUuid7": "keepers",
};

const table = new Map(
  [...Object.entries(IMMUTABLE), ...objects()].map(([type, paths]) => [type, new Set(paths.split(" "))]),
);

function objects(): [string, string][] {
  return Object.entries(KINDS).map(([type, { namespaced, replaces: more }]) => [
    type,
    ["metadata.name", ...(namespaced ? ["metadata.namespace"] : []), ...(more === undefined ? [] : [more])].join(" "),
  ]);
}

/** Whether a change at a path (its keys, list indices aside) replaces the resource; moving to another region always does. */
export function replaces(type: string, path: readonly string[]): boolean {
  if (path[0] === "region") return true;
  const immutable = table.get(type);
  if (immutable === undefined) return false;
  const key = path.join(".");
  for (const candidate of immutable) if (key === candidate || key.startsWith(`${candidate}.`)) return true;
  // The whole of an object was added or removed, and one of its fields can not change.
  return path.length === 1 && [...immutable].some((candidate) => candidate.startsWith(`${key}.`));
}

/** The types that the table knows; a test holds that each has a model and each property a place in the provider's class. */
export const immutableTypes: ReadonlyMap<string, ReadonlySet<string>> = table;
