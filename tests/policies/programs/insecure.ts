import * as aws from "@pulumi/aws";

/** One way in which the shop is insecure, the resource that is to blame, and the rule that must name it. */
export interface Way {
  readonly way: string;
  readonly resource: string;
  readonly rule: string;
}

/** The forty ways that a reviewer would name first. */
export const ways: readonly Way[] = (
  [
    /*  1 */ ["SSH is open to the internet", "shop-ssh", "sg-no-open-administration"],
    /*  2 */ ["PostgreSQL is open to the internet over IPv6", "shop-db-rule", "sg-no-open-high-risk-ports"],
    /*  3 */ ["an old rule resource opens another port to the internet", "shop-legacy-rule", "sg-web-ports-only"],
    /*  4 */ ["a group may send anything to anyone, by an inline rule", "shop-open", "sg-egress-restricted"],
    /*  5 */ ["inline rules stand beside rule resources", "shop-open", "sg-one-kind-of-rules"],
    /*  6 */ ["the network ACL lets everything in", "shop-acl", "nacl-not-open"],
    /*  7 */ ["the VPC's default security group is open", "shop-vpc", "vpc-default-sg-closed"],
    /*  8 */ ["the VPC keeps no flow logs", "shop-vpc", "vpc-flow-logs"],
    /*  9 */ ["a subnet gives public addresses to all", "shop-subnet", "subnet-no-public-addresses"],
    /* 10 */ ["the bucket's ACL is public, by a resource of its own", "shop-bucket", "s3-bucket-not-public"],
    /* 11 */ ["nothing blocks public access to the bucket", "shop-bucket", "s3-bucket-public-access-block"],
    /* 12 */ ["the bucket answers plain HTTP", "shop-bucket", "s3-bucket-tls-only"],
    /* 13 */ ["the bucket has no customer key", "shop-bucket", "s3-bucket-customer-key"],
    /* 14 */ ["the database has a public address", "shop-db", "rds-not-public"],
    /* 15 */ ["the database is not encrypted", "shop-db", "rds-customer-key"],
    /* 16 */ ["its parameter group lets connections in without TLS", "shop-db", "rds-tls-required"],
    /* 17 */ ["the database stands in a public subnet", "shop-db", "data-store-private-subnets"],
    /* 18 */ ["the database has backups of one day", "shop-db", "rds-backups"],
    /* 19 */ ["the database can be deleted by a slip", "shop-db", "rds-deletion-protection"],
    /* 20 */ ["the database stands in one zone", "shop-db", "rds-multi-az"],
    /* 21 */ ["the cache speaks plain text", "shop-cache", "elasticache-tls-required"],
    /* 22 */ ["the cache asks nobody who they are", "shop-cache", "elasticache-authentication"],
    /* 23 */ ["everyone may send to the queue, by its inline policy", "shop-queue", "sqs-not-public"],
    /* 24 */ ["everyone may use the key", "shop-key", "kms-key-not-public"],
    /* 25 */ ["the key never rotates", "shop-key", "kms-key-rotation"],
    /* 26 */ ["the secret has no customer key", "shop-secret", "secret-customer-key"],
    /* 27 */ ["image tags can be overwritten", "shop-images", "ecr-immutable-tags"],
    /* 28 */ ["the load balancer's listener takes plain TCP", "shop-listener", "lb-listener-tls"],
    /* 29 */ ["a container is privileged", "shop-task", "ecs-unprivileged"],
    /* 30 */ ["a password stands in a container's environment", "shop-task", "ecs-no-secrets-in-environment"],
    /* 31 */ ["the role may do everything", "shop-admin", "iam-no-administrator"],
    /* 32 */ ["a policy allows s3:*", "shop-policy", "iam-no-service-wildcard"],
    /* 33 */ ["a policy passes any role to any service", "shop-pass", "iam-pass-role-bounded"],
    /* 34 */ ["anyone may assume the role", "shop-open-role", "iam-trust-named"],
    /* 35 */ ["logs have no customer key", "shop-log", "log-group-customer-key"],
    /* 36 */ ["the trail's files can be changed unseen", "shop-trail", "cloudtrail-validation"],
    /* 37 */ ["a method of the API asks nobody", "shop-method", "apigateway-authorization"],
    /* 38 */ ["the API's domain name takes TLS 1.0", "shop-domain", "apigateway-domain-tls"],
    /* 39 */ ["viewers reach the CDN by plain HTTP", "shop-cdn", "cloudfront-viewer-tls"],
    /* 40 */ ["brokers take plain text beside TLS", "shop-kafka", "msk-tls-required"],
  ] as const
).map(([way, resource, rule]) => ({ way, resource, rule }));

/** A shop as one finds it: plain resources, many things wrong in each. `wrong` names every rule that must say so, and no other may. */
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
    "rds-postgres-audit",
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
  "shop-nlb": ["lb-public-subnets", "lb-access-logs", "lb-deletion-protection"],
  "shop-listener": ["lb-listener-tls"],
  "shop-targets": ["lb-target-tls"],
  "shop-function": [
    "lambda-logs",
    "lambda-supported-runtime",
    "lambda-in-vpc",
    "lambda-environment-key",
    "lambda-no-secrets-in-environment",
  ],
  "shop-callers": ["lambda-not-public"],
  "shop-cluster": ["ecs-ephemeral-storage-key"],
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
    "opensearch-software-updates",
    "opensearch-dedicated-masters",
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
