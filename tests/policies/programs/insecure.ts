import * as aws from "@pulumi/aws";

/** A shop as one finds it: plain resources, with one thing wrong in each. `wrong` names the rules that must say so. */
export const wrong: Readonly<Record<string, readonly string[]>> = {
  "shop-vpc": ["vpc-default-sg-closed", "vpc-flow-logs"],
  "shop-subnet": ["subnet-no-public-addresses"],
  "shop-ssh": ["sg-no-open-administration", "sg-web-ports-only"],
  "shop-db-rule": ["sg-no-open-high-risk-ports", "sg-web-ports-only"],
  "shop-legacy-rule": ["sg-web-ports-only"],
  "shop-open": ["sg-egress-restricted", "sg-one-kind-of-rules"],
  "shop-acl": ["nacl-no-open-administration", "nacl-not-open", "nacl-in-use"],
  "shop-routes": ["vpc-public-tier"],
  "shop-bucket": [
    "s3-bucket-customer-key",
    "s3-bucket-public-access-block",
    "s3-bucket-tls-only",
    "s3-bucket-not-public",
    "s3-bucket-acls-disabled",
    "s3-bucket-access-logs",
    "s3-bucket-events",
    "s3-bucket-lifecycle",
    "s3-bucket-object-lock",
    "s3-bucket-replication",
    "s3-bucket-versioning",
    "s3-bucket-no-force-destroy",
  ],
  "shop-db": [
    "rds-customer-key",
    "rds-not-public",
    "rds-tls-required",
    "rds-iam-authentication",
    "rds-logs-exported",
    "rds-minor-upgrades",
    "rds-own-security-group",
    "rds-administrator-name",
    "rds-multi-az",
    "rds-backups",
    "rds-deletion-protection",
    "backup-plan",
    "rds-final-snapshot",
    "data-store-private-subnets",
  ],
  "shop-cache": [
    "elasticache-customer-key",
    "elasticache-tls-required",
    "elasticache-authentication",
    "elasticache-own-subnet-group",
    "elasticache-multi-az",
    "elasticache-backups",
    "data-store-private-subnets",
  ],
  "shop-queue": ["sqs-customer-key", "sqs-tls-only", "sqs-not-public", "sqs-dead-letter-queue"],
  "shop-topic": ["sns-customer-key", "sns-tls-only"],
  "shop-key": ["kms-key-rotation", "kms-key-not-public", "kms-key-administration", "kms-key-duties"],
  "shop-secret": ["secret-customer-key", "secret-rotation"],
  "shop-images": ["ecr-customer-key", "ecr-scan-on-push", "ecr-immutable-tags", "ecr-lifecycle"],
  "shop-nlb": ["lb-access-logs", "lb-deletion-protection"],
  "shop-listener": ["lb-listener-tls"],
  "shop-targets": ["lb-target-tls"],
  "shop-function": [
    "lambda-supported-runtime",
    "lambda-in-vpc",
    "lambda-environment-key",
    "lambda-no-secrets-in-environment",
  ],
  "shop-callers": ["lambda-not-public"],
  "shop-task": [
    "ecs-isolated-tasks",
    "ecs-unprivileged",
    "ecs-read-only-root",
    "ecs-non-root",
    "ecs-no-secrets-in-environment",
    "ecs-logs",
    "ecs-two-roles",
  ],
  "shop-service": [
    "ecs-no-public-address",
    "ecs-exec-audited",
    "ecs-service-multi-az",
    "ecs-deployment-rollback",
    "ecs-latest-platform",
  ],
  "shop-log": ["log-group-customer-key", "log-group-retention"],
  "shop-trail": [
    "cloudtrail-customer-key",
    "cloudtrail-validation",
    "cloudtrail-all-regions",
    "cloudtrail-to-cloudwatch",
    "cloudtrail-bucket-private",
    "cloudtrail-bucket-access-logs",
    "cloudtrail-object-events",
    "cloudtrail-insights",
    "cloudtrail-root-alarm",
  ],
  "shop-stage": [
    "apigateway-access-logs",
    "apigateway-execution-logs",
    "apigateway-waf",
    "apigateway-client-certificate",
    "apigateway-tracing",
  ],
  "shop-method": ["apigateway-authorization"],
  "shop-integration": ["apigateway-backend-tls"],
  "shop-domain": ["apigateway-domain-tls"],
  "shop-cdn": [
    "cloudfront-viewer-tls",
    "cloudfront-origin-tls",
    "cloudfront-waf",
    "cloudfront-access-logs",
    "cloudfront-default-root",
  ],
  "shop-web-acl": ["waf-has-rules", "waf-known-bad-inputs", "waf-logging", "waf-metrics"],
  "shop-search": [
    "opensearch-customer-key",
    "opensearch-tls-required",
    "opensearch-in-vpc",
    "no-internet-path",
    "opensearch-access-control",
    "opensearch-audit-logs",
    "opensearch-error-logs",
    "opensearch-multi-az",
  ],
  "shop-kafka": [
    "msk-customer-key",
    "msk-tls-required",
    "msk-authentication",
    "msk-not-public",
    "no-internet-path",
    "data-store-private-subnets",
  ],
  "shop-vault": ["backup-vault-customer-key", "backup-vault-locked"],
  "shop-role": ["iam-trust-confused-deputy", "iam-no-privilege-escalation"],
  "shop-open-role": ["iam-trust-named"],
  "shop-admin": ["iam-no-administrator", "iam-no-broad-managed-policy"],
  "shop-policy": ["iam-no-service-wildcard", "iam-named-resources", "iam-no-data-exfiltration"],
  "shop-decrypt": ["iam-decrypt-named-keys"],
  "shop-pass": ["iam-pass-role-bounded"],
};

/** Registers everything that `wrong` names. */
export function insecureShop(): void {
  const json = JSON.stringify;
  const everyone = (action: string) =>
    json({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: action, Resource: "*" }] });
  const statement = (given: Record<string, unknown>) =>
    json({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...given }] });
  const trust = (service: string) => statement({ Principal: { Service: service }, Action: "sts:AssumeRole" });

  const vpc = new aws.ec2.Vpc("shop-vpc", { cidrBlock: "10.0.0.0/16" });
  const gateway = new aws.ec2.InternetGateway("shop-gateway", { vpcId: vpc.id });
  const subnet = new aws.ec2.Subnet("shop-subnet", {
    vpcId: vpc.id,
    cidrBlock: "10.0.0.0/24",
    availabilityZone: "eu-west-1a",
    mapPublicIpOnLaunch: true,
  });
  const second = new aws.ec2.Subnet("shop-second", {
    vpcId: vpc.id,
    cidrBlock: "10.0.1.0/24",
    availabilityZone: "eu-west-1b",
  });
  const routes = new aws.ec2.RouteTable("shop-routes", {
    vpcId: vpc.id,
    routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }],
  });
  new aws.ec2.RouteTableAssociation("shop-association", { subnetId: subnet.id, routeTableId: routes.id });
  new aws.ec2.NetworkAcl("shop-acl", {
    vpcId: vpc.id,
    ingress: [{ ruleNo: 100, action: "allow", protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: "0.0.0.0/0" }],
  });
  const open = new aws.ec2.SecurityGroup("shop-open", {
    vpcId: vpc.id,
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
  });
  new aws.vpc.SecurityGroupIngressRule("shop-ssh", {
    securityGroupId: open.id,
    ipProtocol: "tcp",
    fromPort: 22,
    toPort: 22,
    cidrIpv4: "0.0.0.0/0",
  });
  new aws.vpc.SecurityGroupIngressRule("shop-db-rule", {
    securityGroupId: open.id,
    ipProtocol: "tcp",
    fromPort: 5432,
    toPort: 5432,
    cidrIpv6: "::/0",
  });
  new aws.ec2.SecurityGroupRule("shop-legacy-rule", {
    securityGroupId: open.id,
    type: "ingress",
    protocol: "tcp",
    fromPort: 8443,
    toPort: 8443,
    cidrBlocks: ["0.0.0.0/0"],
  });

  const bucket = new aws.s3.Bucket("shop-bucket", { forceDestroy: true });
  new aws.s3.BucketOwnershipControls("shop-ownership", {
    bucket: bucket.id,
    rule: { objectOwnership: "ObjectWriter" },
  });
  new aws.s3.BucketAcl("shop-bucket-acl", { bucket: bucket.id, acl: "public-read" });

  const group = new aws.rds.SubnetGroup("shop-group", { subnetIds: [subnet.id, second.id] });
  const parameters = new aws.rds.ParameterGroup("shop-parameters", {
    family: "postgres17",
    parameters: [{ name: "rds.force_ssl", value: "0" }],
  });
  new aws.rds.Instance("shop-db", {
    engine: "postgres",
    engineVersion: "17.6",
    instanceClass: "db.t4g.medium",
    allocatedStorage: 20,
    username: "postgres",
    manageMasterUserPassword: true,
    publiclyAccessible: true,
    autoMinorVersionUpgrade: false,
    backupRetentionPeriod: 1,
    skipFinalSnapshot: true,
    dbSubnetGroupName: group.name,
    parameterGroupName: parameters.name,
  });
  new aws.elasticache.ReplicationGroup("shop-cache", {
    description: "Carts",
    nodeType: "cache.t4g.small",
    numCacheClusters: 1,
  });

  new aws.sqs.Queue("shop-queue", { policy: everyone("sqs:SendMessage") });
  new aws.sns.Topic("shop-topic", {});
  const key = new aws.kms.Key("shop-key", { policy: everyone("kms:*") });
  new aws.secretsmanager.Secret("shop-secret", {});
  new aws.ecr.Repository("shop-images", {});

  const balancer = new aws.lb.LoadBalancer("shop-nlb", {
    loadBalancerType: "network",
    subnets: [subnet.id, second.id],
  });
  const targets = new aws.lb.TargetGroup("shop-targets", {
    port: 80,
    protocol: "TCP",
    targetType: "ip",
    vpcId: vpc.id,
  });
  new aws.lb.Listener("shop-listener", {
    loadBalancerArn: balancer.arn,
    port: 80,
    protocol: "TCP",
    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
  });

  const role = new aws.iam.Role("shop-role", { assumeRolePolicy: trust("ecs-tasks.amazonaws.com") });
  new aws.iam.Role("shop-open-role", {
    assumeRolePolicy: statement({ Principal: { AWS: "*" }, Action: "sts:AssumeRole" }),
  });
  new aws.iam.RolePolicyAttachment("shop-admin", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
  });
  new aws.iam.RolePolicy("shop-policy", {
    role: role.name,
    policy: statement({ Action: "s3:*", Resource: "*" }),
  });
  new aws.iam.RolePolicy("shop-decrypt", {
    role: role.name,
    policy: statement({ Action: "kms:Decrypt", Resource: "arn:aws:kms:eu-west-1:123456789012:key/*" }),
  });
  new aws.iam.RolePolicy("shop-pass", {
    role: role.name,
    policy: statement({ Action: "iam:PassRole", Resource: "arn:aws:iam::123456789012:role/*" }),
  });

  const cluster = new aws.ecs.Cluster("shop-cluster", {});
  const task = new aws.ecs.TaskDefinition("shop-task", {
    family: "shop",
    networkMode: "host",
    taskRoleArn: role.arn,
    executionRoleArn: role.arn,
    containerDefinitions: json([
      {
        name: "shop",
        image: "shop:latest",
        privileged: true,
        environment: [{ name: "DB_PASSWORD", value: "hunter2" }],
      },
    ]),
  });
  new aws.ecs.Service("shop-service", {
    cluster: cluster.arn,
    taskDefinition: task.arn,
    desiredCount: 1,
    platformVersion: "1.3.0",
    enableExecuteCommand: true,
    networkConfiguration: { subnets: [subnet.id], securityGroups: [open.id], assignPublicIp: true },
  });

  new aws.cloudwatch.LogGroup("shop-log", { retentionInDays: 30 });
  new aws.cloudtrail.Trail("shop-trail", { s3BucketName: bucket.bucket });

  const api = new aws.apigateway.RestApi("shop-api", { endpointConfiguration: { types: "REGIONAL" } });
  const method = new aws.apigateway.Method("shop-method", {
    restApi: api.id,
    resourceId: api.rootResourceId,
    httpMethod: "GET",
    authorization: "NONE",
  });
  new aws.apigateway.Integration("shop-integration", {
    restApi: api.id,
    resourceId: api.rootResourceId,
    httpMethod: method.httpMethod,
    type: "HTTP_PROXY",
    integrationHttpMethod: "GET",
    uri: "http://shop.example.com",
  });
  const deployment = new aws.apigateway.Deployment("shop-deployment", { restApi: api.id });
  new aws.apigateway.Stage("shop-stage", { restApi: api.id, deployment: deployment.id, stageName: "live" });
  new aws.apigateway.DomainName("shop-domain", {
    domainName: "api.shop.example.com",
    regionalCertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    endpointConfiguration: { types: "REGIONAL" },
    securityPolicy: "TLS_1_0",
  });

  new aws.cloudfront.Distribution("shop-cdn", {
    enabled: true,
    defaultCacheBehavior: {
      targetOriginId: "shop",
      viewerProtocolPolicy: "allow-all",
      allowedMethods: ["GET", "HEAD"],
      cachedMethods: ["GET", "HEAD"],
    },
    origins: [
      {
        originId: "shop",
        domainName: "shop.example.com",
        customOriginConfig: {
          httpPort: 80,
          httpsPort: 443,
          originProtocolPolicy: "http-only",
          originSslProtocols: ["TLSv1"],
        },
      },
    ],
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
  });
  new aws.wafv2.WebAcl("shop-web-acl", {
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: { cloudwatchMetricsEnabled: false, metricName: "shop", sampledRequestsEnabled: false },
  });

  const settle = new aws.lambda.Function("shop-function", {
    role: "arn:aws:iam::123456789012:role/shop-function",
    runtime: "python3.9",
    handler: "settle.handler",
    s3Bucket: "shop-code",
    s3Key: "settle.zip",
    environment: { variables: { SHOP_PASSWORD: "hunter2" } },
  });
  new aws.lambda.Permission("shop-callers", {
    function: settle.name,
    action: "lambda:InvokeFunction",
    principal: "s3.amazonaws.com",
    sourceArn: "arn:aws:s3:::shop-uploads",
  });

  new aws.opensearch.Domain("shop-search", { domainName: "shop", clusterConfig: { instanceCount: 1 } });
  new aws.msk.Cluster("shop-kafka", {
    clusterName: "shop",
    kafkaVersion: "3.9.x",
    numberOfBrokerNodes: 2,
    brokerNodeGroupInfo: {
      instanceType: "kafka.m7g.large",
      clientSubnets: [subnet.id, second.id],
      securityGroups: [open.id],
      connectivityInfo: { publicAccess: { type: "SERVICE_PROVIDED_EIPS" } },
    },
    encryptionInfo: { encryptionInTransit: { clientBroker: "TLS_PLAINTEXT" } },
  });
  new aws.backup.Vault("shop-vault", {});
  new aws.kms.Alias("shop-alias", { name: "alias/shop", targetKeyId: key.keyId });
}
