/**
 * Mutations that no rule needs to report, each with the reason. `*` stands for any text; a pattern may end with the resource's name in
 * parentheses, and then speaks of these resources alone.
 */
const REASONS: readonly (readonly [kind: string, reason: string])[] = [
  // Towards safety.
  ["s3.Bucket.objectLockEnabled: false -> true", "A lock that may be set keeps objects, not fewer."],
  [
    "iam.AccountPasswordPolicy.hardExpiry: false -> true",
    "Stricter: who let a password expire must ask an administrator.",
  ],
  ["cognito.UserPool.passwordPolicy.requireSymbols: false -> true", "Stricter."],
  ["cognito.UserPool.usernameConfiguration.caseSensitive: false -> true", "Names are told apart more strictly."],
  ["cognito.RiskConfiguration.*.notify: false -> true", "The user is told of a sign-in as well."],
  ["cognito.UserPoolClient.generateSecret: false -> true", "The client needs a secret as well."],
  ["apigateway.RestApi.disableExecuteApiEndpoint: false -> true", "One way in less."],
  ["rds.*.skipFinalSnapshot: true -> false", "A snapshot more."],
  [
    "cfg.Recorder.recordingGroup.includeGlobalResourceTypes: false -> true",
    "What belongs to no region is recorded twice.",
  ],
  ["securityhub.Account.enableDefaultStandards: false -> true", "More is judged."],
  ["ec2.VpcEndpoint.privateDnsEnabled: false -> true", "More calls take the private way."],
  ["route53.Record.aliases.evaluateTargetHealth: false -> true", "A name whose target is down is not answered."],
  // Something stops working; nothing opens.
  ["ec2.Vpc.enableDns*: true -> false", "Names inside the VPC no longer resolve; nothing is let in or out."],
  [
    "ec2.VpcEndpoint.privateDnsEnabled: true -> false",
    "Names lead to public addresses, to which the VPC's groups and routes leave no way.",
  ],
  ["cognito.UserPoolClient.allowedOauthFlowsUserPoolClient: true -> false", "The client can not sign anybody in."],
  ["cloudfront.Distribution.enabled: true -> false", "The site is off."],
  ["cloudfront.Distribution.isIpv6Enabled: true -> false", "One way in less."],
  ["cloudfront.Function.publish: true -> false", "The function waits for somebody to publish it."],
  [
    "opensearch.Domain.ebsOptions.ebsEnabled: true -> false",
    "AWS refuses a domain of this instance type without volumes.",
  ],
  ["lb.TargetGroup.healthCheck.enabled: true -> false", "AWS refuses it for targets that are addresses or instances."],
  ["lb.TargetGroup.healthCheck: left out", "AWS's default checks the targets too."],
  [
    "appautoscaling.Policy.*.metrics.returnData: *",
    "AWS refuses a policy whose metrics do not return exactly one of them.",
  ],
  [
    "iam.AccountPasswordPolicy.allowUsersToChangePassword: true -> false",
    "An administrator changes passwords; length, age and history hold.",
  ],
  ["route53.Record.allowOverwrite: true -> false", "The provider asks before it takes over a record that exists."],
  // Convenience, presentation, cost, speed.
  ["cloudfront.Distribution.*.compress: true -> false", "Bytes on the wire."],
  ["cognito.ManagedLoginBranding.useCognitoProvidedValues: true -> false", "How the page looks."],
  ["route53.HealthCheck.enableSni: true -> false", "How the check says hello; it checks the same endpoint."],
  [
    "route53.Record.aliases.evaluateTargetHealth: true -> false",
    "Which of two healthy answers a name gives; the health checks of the records stand.",
  ],
  [
    "lb.LoadBalancer.enableCrossZoneLoadBalancing: true -> false",
    "How evenly load spreads; each zone has its own targets.",
  ],
  ["lb.LoadBalancer.enableZonalShift: true -> false", "An operator's tool; the zones stand without it."],
  [
    "s3.BucketServerSideEncryptionConfiguration.rules.bucketKeyEnabled: true -> false",
    "Costs of KMS; every object is under the same key.",
  ],
  ["ecs.Service.enableEcsManagedTags: true -> false", "Tags for the bill."],
  ["ecs.Service.waitForSteadyState: true -> false", "When the update ends; the circuit breaker holds."],
  ['ecs.Cluster.settings.value: -> "disabled"', "Container Insights measures; logs and alarms stand without it."],
  ["rds.Instance.performanceInsightsEnabled: true -> false", "It measures queries; the audit is in the logs."],
  ["rds.Instance.copyTagsToSnapshot: true -> false", "Tags of snapshots; key and protection go with them."],
  ["*.applyImmediately: false -> true", "When a change comes, not what it is."],
  [
    "rds.Instance.allowMajorVersionUpgrade: false -> true",
    "It permits what a later change of engineVersion would have to ask for.",
  ],
  ["apigateway.Stage.cacheClusterEnabled: *", "Whether answers are kept; MethodSettings say which and how."],
  [
    "apigateway.MethodSettings.settings.metricsEnabled: true -> false",
    "Measures by method; the API's own metrics, its alarms and its logs stand.",
  ],
  [
    "apigateway.RestApi.failOnWarnings: true -> false",
    "How strictly AWS reads the document; what it makes of it is judged.",
  ],
  [
    'apigateway.*.endpointAccessMode: -> "BASIC"',
    "STRICT also refuses a request whose SNI and Host differ; TLS version, authorizer and web ACL are the same.",
  ],
  ["wafv2.WebAcl.*sampledRequestsEnabled: true -> false", "Samples in the console; the full log stands (waf-logging)."],
  [
    "elasticache.ReplicationGroup.logDeliveryConfigurations: left out",
    "Slow and engine logs tell of speed; the cache has no audit log.",
  ],
  [
    "secretsmanager.SecretRotation.rotateImmediately: true -> false",
    "The first rotation comes with the schedule, which secret-rotation holds.",
  ],
  ["kms.Key.multiRegion: *", "Whether a replica may be made; who may make one is in the key's policy."],
  [
    "backup.Plan.rules.enableContinuousBackup: true -> false",
    "The database has point-in-time recovery of its own (rds-backups).",
  ],
  // Something else holds.
  ["rds.Instance.kmsKeyId: no customer key (*-replica-*)", "A replica in its source's region has its source's key."],
  ["rds.Instance.deletionProtection: true -> false (*-replica-*)", "A copy; its source is protected."],
  [
    "iam.Role.assumeRolePolicy: without condition (*-logs-*)",
    "AWS documents no source condition for Lambda; iam:PassRole holds who may give it the role.",
  ],
  [
    "iam.RolePolicy.policy: without condition (*-backups-*)",
    "The actions stay on the protected store's own ARN and key.",
  ],
  ["apigateway.MethodSettings: deleted (*-settings-*)", "The settings of every method then hold for this one too."],
  [
    "lambda.Function.loggingConfig: left out",
    "Lambda then writes to the group of its own name, which the program keeps (lambda-logs).",
  ],
  [
    "cloudfront.ResponseHeadersPolicy.*.override: true -> false",
    "The origin is a bucket, which sends no such header of its own.",
  ],
  [
    "cloudfront.ResponseHeadersPolicy.*.strictTransportSecurity.includeSubdomains: true -> false",
    "The header still holds this name; the stack serves no name below it.",
  ],
  [
    "cloudfront.ResponseHeadersPolicy.*.strictTransportSecurity.preload: true -> false",
    "A wish to be in browsers' lists; the header itself stands.",
  ],
  [
    "s3.Bucket.objectLockEnabled: true -> false",
    "BucketObjectLockConfiguration switches the lock on; the flag is of creation only.",
  ],
  ["s3.BucketOwnershipControls: deleted", "AWS's default for new buckets is BucketOwnerEnforced."],
  [
    "s3.BucketServerSideEncryptionConfiguration: deleted (*-access-logs-encryption)",
    "AES256 is all that a target of access logs may have, and AWS's default.",
  ],
  [
    "s3.BucketServerSideEncryptionConfiguration: deleted (*-state-access-encryption)",
    "AES256 is all that a target of access logs may have, and AWS's default.",
  ],
  // Of the stack that stands before the others.
  [
    "iam.Policy.policy: action service:* (delivery-*-workloads)",
    "The boundary still holds the roles to the stack's own resources; their own policies name the actions (iam-no-service-wildcard).",
  ],
  [
    "iam.Policy.policy: without condition (delivery-*-workloads)",
    "cloudwatch:PutMetricData under another name: it writes measures and reads nothing. The condition on keys is held by iam-boundary-bounds.",
  ],
  [
    "iam.RolePolicy.policy: without condition (delivery-state-*)",
    "Without the way to the key: what the key opens lies in the state's bucket, of which the role reads its own stack's objects only.",
  ],
  [
    "kms.Key.policy: action * (delivery-state-*key-key)",
    "The administrators of the state's keys are among its users: they may do the rest already, and nobody else meets the condition.",
  ],
  [
    "kms.Key.policy: action service:* (delivery-state-*key-key)",
    "The administrators of the state's keys are among its users: they may do the rest already, and nobody else meets the condition.",
  ],
  [
    "kms.Key.policy: without condition (delivery-state-*key-key)",
    "AWS's default: the account's IAM policies decide, and they name keys (iam-named-resources, iam-decrypt-named-keys).",
  ],
  // Of virtual machines and public load balancers.
  [
    "vpc.SecurityGroupIngressRule.*: open to * (*-from-internet-*)",
    "It is open to the internet already: the door of a public site.",
  ],
  ["lb.LoadBalancer.internal: false -> true", "One way in less."],
  [
    "lb.LoadBalancer.connectionLogs.enabled: true -> false",
    "The access logs stand (alb-access-logs); these add the handshakes that failed.",
  ],
  [
    "lb.LoadBalancer.healthCheckLogs.enabled: true -> false",
    "They tell why a target was unhealthy; alarms tell that it is.",
  ],
  ["lb.TargetGroup.stickiness.enabled: false -> true", "Which target answers a caller."],
  [
    "lb.Listener.routingHttpResponseServerEnabled: false -> true",
    "The header says `awselb/2.0`, as the address that the site's name leads to tells.",
  ],
  ["sqs.Queue.contentBasedDeduplication: false -> true", "How AWS tells that a message came twice."],
  [
    "sqs.Queue.fifoQueue: true -> false",
    "AWS refuses a name that ends with .fifo, and a dead-letter queue of another kind.",
  ],
  [
    "elasticbeanstalk.Application.appversionLifecycle.deleteSourceFromS3: false -> true",
    "Bundles of versions that are deleted, which nobody can deploy any more.",
  ],
  ["ec2.Instance.ebsOptimized: true -> false", "Speed; current instance types are always optimised."],
  ["ec2.Instance.rootBlockDevice.deleteOnTermination: true -> false", "A volume, encrypted, that stays."],
  ["ec2.Instance.userDataReplaceOnChange: true -> false", "When a change of user data comes, not what it is."],
  [
    "ec2.Instance.rootBlockDevice.encrypted: true -> false",
    "The Region encrypts every new volume (baseline-ebs-encryption).",
  ],
  [
    "dynamodb.Table.streamEnabled: false -> true",
    "The stream is encrypted like the table, and only roles that name it read it.",
  ],
  ["s3.BucketPolicy.policy: without Deny DenyOldTls", "AWS's own endpoints refuse less than TLS 1.2."],
  ["secretsmanager.Secret.policy: without Deny DenyPlainHttp", "Secrets Manager answers HTTPS only."],
  [
    "secretsmanager.Secret.policy: without Deny DenyOtherAccounts",
    "The policy allows nobody of another account; secret-not-public and resource-policy rules hold that.",
  ],
  [
    "sqs.Queue.policy: without Deny DenyOtherAccounts",
    "The policy allows nobody of another account; sqs-not-public holds that.",
  ],
  [
    "cfg.DeliveryChannel.s3KmsKeyArn: no customer key",
    "The bucket's own default encryption has the customer key (s3-bucket-customer-key).",
  ],
  ["ec2.DefaultNetworkAcl: deleted", "No subnet follows it: each has a network ACL of its own."],
  [
    "ec2.VpcEndpoint.policy: action *",
    "Its condition or its resources still hold it to this account; what a caller may do is in its role.",
  ],
  [
    "ec2.VpcEndpoint.policy: action service:*",
    "Its condition or its resources still hold it to this account; what a caller may do is in its role.",
  ],
  ["ec2.VpcEndpoint.policy: without condition (*-vpc-endpoint-dynamodb)", "Its resources are this account's tables."],
  ["ec2.VpcEndpoint.policy: resource *", "Its condition still holds it to this account."],
  [
    "backup.VaultPolicy.policy: without Deny NobodyDeletesBackups",
    "The vault's lock refuses deletion, whoever asks (backup-vault-locked).",
  ],
  [
    "iam.RolePolicy.policy: without condition (*-backups-role)",
    "kms:CreateGrant stays on one named key; AWS Backup asks for grants only.",
  ],
  [
    "iam.RolePolicy.policy: without Deny (*-logs-*)",
    "The denial takes the network calls from the function's own code; the role has what AWS asks for a function in a VPC.",
  ],
  [
    "opensearch.Domain.advancedSecurityOptions.internalUserDatabaseEnabled: false -> true",
    "Nobody is in that list until an administrator, who is a role, adds him.",
  ],
  ["rds.Instance.deleteAutomatedBackups: false -> true", "A final snapshot stays (rds-final-snapshot)."],
  [
    "cognito.UserPool.adminCreateUserConfig.allowAdminCreateUserOnly: true -> false",
    "Whether strangers may register is a shop's decision; what they may then do is in the API's authorization.",
  ],
  [
    "apigateway.MethodSettings.settings.cachingEnabled: *",
    "Which answers are kept; cached ones are encrypted (cacheDataEncrypted).",
  ],
  [
    "apigateway.MethodSettings.settings.cacheDataEncrypted: true -> false (*-settings)",
    "These settings keep no answers: cachingEnabled is false.",
  ],
  [
    "apigateway.MethodSettings.settings.requireAuthorizationForCacheControl: true -> false (*-settings)",
    "These settings keep no answers: cachingEnabled is false.",
  ],
  // Of streams, archives and positions.
  [
    "kinesis.Stream.enforceConsumerDeletion: false -> true",
    "The stream goes with its consumers, when it goes; protection holds it.",
  ],
  ["kinesis.Stream.retentionPeriod: -> 24", "How long a consumer may lag; the archive has what was told."],
  [
    "kinesis.FirehoseDeliveryStream.extendedS3Configuration.kmsKeyArn: *",
    "The bucket's own default encryption has the customer key (s3-bucket-customer-key).",
  ],
  [
    "kinesis.FirehoseDeliveryStream.extendedS3Configuration.cloudwatchLoggingOptions*",
    "Why a delivery failed. Alarms tell that one did, and the records lie under errors/.",
  ],
  [
    "athena.Workgroup.configuration.publishCloudwatchMetricsEnabled: true -> false",
    "Measures of queries; CloudTrail has who asked what.",
  ],
  ["athena.Workgroup.configuration.requesterPaysEnabled: false -> true", "Who pays for requests."],
  ["athena.Workgroup.configuration.bytesScannedCutoffPerQuery: left out", "What one query may cost."],
  [
    "athena.Workgroup.configuration.resultConfiguration.expectedBucketOwner: left out",
    "The bucket is the program's own, by a name with the account's number.",
  ],
  [
    "athena.Workgroup.forceDestroy: *",
    "Saved queries and their history; the answers lie in a bucket of its own protection.",
  ],
  [
    "glue.CatalogTable.parameters.projection.enabled: true -> false",
    "Queries then find no partition: less is read, not more.",
  ],
  [
    "lb.TargetGroup.preserveClientIp: false -> true",
    "Whose address a target sees; its security group then refuses the client.",
  ],
  // Of databases in several Regions.
  [
    "rds.GlobalCluster.storageEncrypted: true -> false",
    "AWS refuses a member that differs, and each member says itself that it is encrypted (rds-customer-key).",
  ],
  ["rds.GlobalCluster.forceDestroy: *", "It takes members out of the global database and deletes none of them."],
  ["rds.Cluster.enableGlobalWriteForwarding: false -> true", "Which member takes a write; the same users may write."],
  ["rds.Cluster.copyTagsToSnapshot: true -> false", "Tags of snapshots; key and protection go with them."],
  ["rds.Cluster*.performanceInsightsEnabled: true -> false", "It measures queries; the audit is in the logs."],
  ["rds.ClusterInstance.autoMinorVersionUpgrade: false -> true", "Stricter: fixes come by themselves."],
  // Of functions.
  ["lambda.Function.publish: true -> false", "Which version an alias names."],
  [
    "lambda.Function.reservedConcurrentExecutions: left out",
    "What others' calls leave over; the API's limits and the firewall's stand.",
  ],
  ["lambda.Function.tracingConfig*", "It measures calls; the logs stand (lambda-logs)."],
  [
    "lambda.Function.vpcConfig: left out",
    "No card data passes through it, and from outside of every VPC it reaches no private network; of card data lambda-in-vpc tells.",
  ],
  ["lambda.FunctionEventInvokeConfig*", "How often a failed call is tried again; the defaults of AWS try as often."],
  [
    "cloudwatch.EventTarget.retryPolicy.maximumRetryAttempts: -> 0",
    "A call that fails is not tried again; nothing is opened.",
  ],
  [
    "iam.RolePolicy.policy: without Deny (rewards-*-policy)",
    "The denial takes the network calls from the function's own code; the role has what AWS asks for a function in a VPC.",
  ],
  ["cognito.UserPool.adminCreateUserConfig.allowAdminCreateUserOnly: false -> true", "One way in less."],
  [
    "cloudwatch.Event*.deadLetterConfig: left out",
    "An event that its target refuses for a day is lost then; alarms tell that it is refused, and nothing is opened.",
  ],
  [
    "cognito.IdentityProvider.providerDetails.IDPSignout: true -> false",
    "A session at the company's directory outlives the sign-out here, as it does for its other programs; the session here is over.",
  ],
  ["codepipeline.*.DetectChanges: false -> true", "When a pipeline starts; what it deploys passes the same stages."],
  ["ec2.Instance.metadataOptions: left out", "The Region's defaults ask for tokens (ec2-imdsv2 reads them)."],
  // Options of Beanstalk.
  [
    "elasticbeanstalk.*.DisableDefaultEC2SecurityGroup: *",
    "Beanstalk's own group lets its load balancer in, which the program's does as well.",
  ],
  ["elasticbeanstalk.*.LaunchTemplateTagPropagationEnabled: *", "Tags of instances."],
  ["elasticbeanstalk.*.RollingUpdateEnabled: *", "How instances are exchanged; none of them opens anything."],
  ["elasticbeanstalk.*.EnableSpot: *", "What instances cost, and how often they are exchanged."],
  ["elasticbeanstalk.*.HealthStreamingEnabled: *", "Health in the logs as well; the alarms read it elsewhere."],
  ["elasticbeanstalk.*.EnhancedHealthAuthEnabled: *", "Whose calls may report health inside the environment."],
  [
    "elasticbeanstalk.*.InstanceRefreshEnabled: *",
    "Whether an update of the platform replaces instances or changes them.",
  ],
  ["elasticbeanstalk.*.ListenerEnabled: true -> false", "One way in less."],
  // Of clusters.
  ["eks.Cluster.bootstrapSelfManagedAddons: false -> true", "EKS installs what its add-ons replace at once."],
  [
    "eks.Cluster.vpcConfig.endpointPrivateAccess: true -> false",
    "AWS refuses a cluster whose API has no address at all.",
  ],
  [
    "eks.Cluster.zonalShiftConfig.enabled: true -> false",
    "An operator's tool; the nodes stand in several zones without it.",
  ],
  ["eks.NodeGroup.nodeRepairConfig.enabled: true -> false", "A broken node waits for the group's own health check."],
  [
    "eks.Addon: deleted (*-addon-*)",
    "Pods lose names, routes, secrets or roles and stop; what tells and what separates them has rules (eks-network-policies, eks-container-logs).",
  ],
  [
    "eks.Addon.podIdentityAssociations: left out",
    "The add-on's pods have no role and stop; the node's role gives them nothing.",
  ],
  [
    "eks.Addon.configurationValues.nodeAgent.enablePolicyEventLogs: off",
    "Which packets a policy dropped; the VPC's flow logs have what passed and what did not.",
  ],
  ["eks.Addon.configurationValues.agent.*", "Measures of pods; logs and alarms stand without them."],
  [
    "ec2.LaunchTemplate.blockDeviceMappings.ebs.encrypted: true -> false",
    "The Region encrypts every new volume (baseline-ebs-encryption).",
  ],
  [
    "ec2.LaunchTemplate.blockDeviceMappings.ebs.kmsKeyId: *",
    "Volumes of nodes stay encrypted, under AWS's key; pods keep nothing on them, and no control asks for a customer key.",
  ],
  ["ec2.LaunchTemplate.blockDeviceMappings.ebs.deleteOnTermination: true -> false", "A volume, encrypted, that stays."],
  // Of what runs in clusters.
  [
    "kubernetes.core.ServiceAccount.automountServiceAccountToken: *",
    "Its pods say themselves that they take no token, which goes before what the account says.",
  ],
  [
    "kubernetes.*.spec.automountServiceAccountToken: left out",
    "Its service account gives no token (k8s-no-idle-tokens holds one of both).",
  ],
  [
    "kubernetes.core.ResourceQuota: deleted",
    "Costs and neighbours; load balancers of Kubernetes' own making are told by k8s-not-public.",
  ],
  ["kubernetes.core.LimitRange*", "Memory of a container that asks for none; each of these asks."],
  ["kubernetes.*.resources.limits: left out", "The namespace's LimitRange gives a container its limits."],
  ["kubernetes.secrets-store.*.usePodIdentity: true -> false", "The mount fails: the pod has no other role."],
  [
    "kubernetes.policy.PodDisruptionBudget: deleted",
    "How many pods a drained node may take at once; k8s-replicas keeps several.",
  ],
  [
    "kubernetes.*.enableServiceLinks: false -> true",
    "Names and ports of the namespace's services stand in the environment.",
  ],
  ["kubernetes.*.securityContext.runAsNonRoot: *", "runAsUser names another user, which k8s-non-root holds."],
  [
    "kubernetes.*.volumeMounts.readOnly: true -> false",
    "The driver of mounted secrets refuses a volume that may be written.",
  ],
  [
    "kubernetes.*.volumes.csi.readOnly: true -> false",
    "The driver of mounted secrets refuses a volume that may be written.",
  ],
  [
    "kubernetes.networking.k8s.io.NetworkPolicy.spec.egress.to: open to 0.0.0.0/0",
    "One port stays, and the pod's own security group names where it may go (k8s-pod-security-groups, sg-cardholder-egress).",
  ],
];

/** The same for what only development does: production has it the other way, or a rule relaxes it there. */
const IN_DEVELOPMENT: typeof REASONS = [
  ["*.forceDestroy: true -> false", "Towards safety: deletion then stops at what is left inside."],
  ["ecr.Repository.forceDelete: true -> false", "Towards safety: deletion then stops at the images."],
  ["kinesis.Stream.enforceConsumerDeletion: true -> false", "Towards safety: deletion then stops at its consumers."],
  ["rds.Instance.deleteAutomatedBackups: true -> false", "Towards safety: backups outlive the database."],
  ["*.deletionProtection: false -> true", "Towards safety."],
  ["*.deletionProtectionEnabled: false -> true", "Towards safety."],
  ["*.enableDeletionProtection: false -> true", "Towards safety."],
  ["ec2.Instance.disableApiTermination: false -> true", "Towards safety."],
  ["*.multiAz: false -> true", "Towards availability."],
  ["*.multiAzEnabled: false -> true", "Towards availability."],
  ["*.automaticFailoverEnabled: false -> true", "Towards availability."],
  ["apigateway.MethodSettings.settings.metricsEnabled: false -> true", "More is measured."],
  [
    "cloudwatch.LogGroup.retentionInDays: -> 7",
    "log-group-retention is relaxed there: no group keeps a year to begin with.",
  ],
  ['cognito.UserPool.mfaConfiguration: -> "OFF"', "cognito-mfa is relaxed there: testers may sign in by a password."],
  [
    "cognito.UserPool.softwareTokenMfaConfiguration.enabled: true -> false",
    "cognito-mfa is relaxed there: testers may sign in by a password.",
  ],
];

/** Why a kind of mutation may survive on a resource. */
export function survivorReason(
  kind: string,
  resource: string,
  environment: string | undefined = undefined,
): string | undefined {
  const reasons = environment === "development" ? [...REASONS, ...IN_DEVELOPMENT] : REASONS;
  return reasons.find(([pattern]) => matches(pattern, `${kind} (${resource})`))?.[1];
}

function matches(pattern: string, text: string): boolean {
  const source = (pattern.endsWith(")") ? pattern : `${pattern} (*)`)
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`).test(text);
}
