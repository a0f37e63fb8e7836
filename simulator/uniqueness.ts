import type { Facts } from "./model";
import { kubernetes } from "./models/kubernetes";

/** What may exist only once, and AWS's error for the second. */
export interface Uniqueness {
  readonly error: string;
  /** The same for two resources that AWS does not let stand side by side; undefined where this one clashes with none. */
  readonly scope: (facts: Facts) => string | undefined;
}

const byName = (error: string): Uniqueness => ({ error, scope: (f) => f.name });
const by = (error: string, ...properties: readonly string[]): Uniqueness => ({
  error,
  scope: (f) => properties.map((property) => JSON.stringify(f.inputs[property] ?? "")).join(" "),
});

/**
 * Names and places that AWS gives out once: per account for global services and bucket names, else per account and region. Types that are
 * not here either need no unique name or are settings that a second call overwrites, as AWS's Put... operations do.
 */
export const UNIQUENESS: Readonly<Record<string, Uniqueness>> = {
  "aws:accessanalyzer/analyzer:Analyzer": by("ConflictException", "analyzerName"),
  "aws:apigateway/basePathMapping:BasePathMapping": by("ConflictException", "domainName", "basePath"),
  "aws:apigateway/domainName:DomainName": by("BadRequestException", "domainName"),
  "aws:apigateway/stage:Stage": by("ConflictException", "restApi", "stageName"),
  "aws:athena/workgroup:Workgroup": byName("InvalidRequestException"),
  "aws:backup/vault:Vault": byName("AlreadyExistsException"),
  "aws:cfg/conformancePack:ConformancePack": byName("ResourceInUseException"),
  "aws:cloudfront/cachePolicy:CachePolicy": byName("CachePolicyAlreadyExists"),
  "aws:cloudfront/function:Function": byName("FunctionAlreadyExists"),
  "aws:cloudfront/originAccessControl:OriginAccessControl": byName("OriginAccessControlAlreadyExists"),
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": byName("ResponseHeadersPolicyAlreadyExists"),
  "aws:cloudtrail/trail:Trail": byName("TrailAlreadyExistsException"),
  "aws:cloudwatch/eventBus:EventBus": byName("ResourceAlreadyExistsException"),
  "aws:cloudwatch/logDelivery:LogDelivery": by("ConflictException", "deliverySourceName", "deliveryDestinationArn"),
  "aws:cloudwatch/logGroup:LogGroup": byName("ResourceAlreadyExistsException"),
  "aws:cloudwatch/logStream:LogStream": {
    error: "ResourceAlreadyExistsException",
    scope: (f) => `${f.text("logGroupName")} ${f.name}`,
  },
  "aws:codebuild/project:Project": byName("ResourceAlreadyExistsException"),
  "aws:codepipeline/pipeline:Pipeline": byName("PipelineNameInUseException"),
  "aws:cognito/identityProvider:IdentityProvider": by("DuplicateProviderException", "userPoolId", "providerName"),
  "aws:cognito/userPoolDomain:UserPoolDomain": by("InvalidParameterException", "domain"),
  "aws:dynamodb/table:Table": byName("ResourceInUseException"),
  "aws:ec2/launchTemplate:LaunchTemplate": byName("InvalidLaunchTemplateName.AlreadyExistsException"),
  "aws:ec2/route:Route": by(
    "RouteAlreadyExists",
    "routeTableId",
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
  ),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": by("Resource.AlreadyAssociated", "subnetId", "gatewayId"),
  "aws:ec2/securityGroup:SecurityGroup": {
    error: "InvalidGroup.Duplicate",
    scope: (f) => `${f.text("vpcId")} ${f.name}`,
  },
  "aws:ec2/subnet:Subnet": {
    error: "InvalidSubnet.Conflict",
    scope: (f) => (f.text("cidrBlock") === "" ? undefined : `${f.text("vpcId")} ${f.text("cidrBlock")}`),
  },
  "aws:ecr/repository:Repository": byName("RepositoryAlreadyExistsException"),
  "aws:ecs/service:Service": { error: "InvalidParameterException", scope: (f) => `${f.text("cluster")} ${f.name}` },
  "aws:eks/accessEntry:AccessEntry": by("ResourceInUseException", "clusterName", "principalArn"),
  "aws:eks/addon:Addon": by("ResourceInUseException", "clusterName", "addonName"),
  "aws:eks/cluster:Cluster": byName("ResourceInUseException"),
  "aws:eks/nodeGroup:NodeGroup": {
    error: "ResourceInUseException",
    scope: (f) => `${f.text("clusterName")} ${f.name}`,
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": by(
    "ResourceInUseException",
    "clusterName",
    "namespace",
    "serviceAccount",
  ),
  "aws:elasticache/parameterGroup:ParameterGroup": byName("CacheParameterGroupAlreadyExists"),
  "aws:elasticache/replicationGroup:ReplicationGroup": byName("ReplicationGroupAlreadyExists"),
  "aws:elasticache/subnetGroup:SubnetGroup": byName("CacheSubnetGroupAlreadyExists"),
  "aws:elasticache/user:User": byName("UserAlreadyExists"),
  "aws:elasticache/userGroup:UserGroup": byName("UserGroupAlreadyExists"),
  "aws:glue/catalogDatabase:CatalogDatabase": byName("AlreadyExistsException"),
  "aws:glue/catalogTable:CatalogTable": {
    error: "AlreadyExistsException",
    scope: (f) => `${f.text("databaseName")} ${f.name}`,
  },
  "aws:guardduty/detector:Detector": { error: "BadRequestException", scope: () => "one detector a region" },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": by("EntityAlreadyExists", "url"),
  "aws:elasticbeanstalk/application:Application": byName("InvalidParameterValue"),
  "aws:elasticbeanstalk/environment:Environment": byName("InvalidParameterValue"),
  "aws:iam/instanceProfile:InstanceProfile": byName("EntityAlreadyExists"),
  "aws:iam/policy:Policy": byName("EntityAlreadyExists"),
  "aws:iam/role:Role": byName("EntityAlreadyExists"),
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": by("InvalidInput", "awsServiceName", "customSuffix"),
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": byName("ResourceInUseException"),
  "aws:kinesis/stream:Stream": byName("ResourceInUseException"),
  "aws:kinesis/streamConsumer:StreamConsumer": {
    error: "ResourceInUseException",
    scope: (f) => `${f.text("streamArn")} ${f.name}`,
  },
  "aws:kms/alias:Alias": byName("AlreadyExistsException"),
  "aws:lambda/alias:Alias": {
    error: "ResourceConflictException",
    scope: (f) => `${f.text("functionName")} ${f.name}`,
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": by("ResourceConflictException", "eventSourceArn", "functionName"),
  "aws:lambda/function:Function": byName("ResourceConflictException"),
  "aws:lb/listener:Listener": by("DuplicateListener", "loadBalancerArn", "port"),
  "aws:lb/listenerRule:ListenerRule": by("PriorityInUse", "listenerArn", "priority"),
  "aws:lb/loadBalancer:LoadBalancer": byName("DuplicateLoadBalancerName"),
  "aws:lb/targetGroup:TargetGroup": byName("DuplicateTargetGroupName"),
  "aws:location/geofenceCollection:GeofenceCollection": by("ConflictException", "collectionName"),
  "aws:location/tracker:Tracker": by("ConflictException", "trackerName"),
  "aws:location/trackerAssociation:TrackerAssociation": by("ConflictException", "trackerName", "consumerArn"),
  "aws:msk/cluster:Cluster": byName("ConflictException"),
  "aws:msk/configuration:Configuration": byName("ConflictException"),
  "aws:msk/topic:Topic": { error: "TopicExistsException", scope: (f) => `${f.text("clusterArn")} ${f.name}` },
  "aws:opensearch/domain:Domain": by("ResourceAlreadyExistsException", "domainName"),
  "aws:rds/cluster:Cluster": byName("DBClusterAlreadyExistsFault"),
  "aws:rds/clusterInstance:ClusterInstance": byName("DBInstanceAlreadyExists"),
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": byName("DBParameterGroupAlreadyExists"),
  "aws:rds/globalCluster:GlobalCluster": byName("GlobalClusterAlreadyExistsFault"),
  "aws:rds/instance:Instance": byName("DBInstanceAlreadyExists"),
  "aws:rds/parameterGroup:ParameterGroup": byName("DBParameterGroupAlreadyExists"),
  "aws:rds/subnetGroup:SubnetGroup": byName("DBSubnetGroupAlreadyExists"),
  "aws:route53/record:Record": {
    error: "InvalidChangeBatch",
    scope: (f) =>
      f.inputs.allowOverwrite === true
        ? undefined
        : [f.text("zoneId"), f.text("name"), f.text("type"), f.text("setIdentifier")].join(" "),
  },
  "aws:s3/bucket:Bucket": byName("BucketAlreadyOwnedByYou"),
  "aws:scheduler/schedule:Schedule": {
    error: "ConflictException",
    scope: (f) => `${f.text("groupName") || "default"} ${f.name}`,
  },
  "aws:schemas/registry:Registry": byName("ConflictException"),
  "aws:schemas/schema:Schema": { error: "ConflictException", scope: (f) => `${f.text("registryName")} ${f.name}` },
  "aws:secretsmanager/secret:Secret": byName("ResourceExistsException"),
  "aws:securityhub/account:Account": { error: "ResourceConflictException", scope: () => "one hub a region" },
  "aws:ssm/document:Document": byName("DocumentAlreadyExists"),
  "aws:ssm/parameter:Parameter": {
    error: "ParameterAlreadyExists",
    scope: (f) => (f.inputs.overwrite === true ? undefined : f.name),
  },
  "aws:wafv2/webAcl:WebAcl": { error: "WAFDuplicateItemException", scope: (f) => `${f.text("scope")} ${f.name}` },
  // An object's id is its name, in its namespace.
  ...Object.fromEntries(
    Object.entries(kubernetes).map(([type, { id }]) => [type, { error: "AlreadyExists", scope: id }]),
  ),
};

/** Types whose names are given out once for all regions. */
export const UNIQUE_EVERYWHERE: ReadonlySet<string> = new Set(["aws:s3/bucket:Bucket"]);
