import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const ACCOUNT = "123456789012";
const json = pulumi.jsonStringify;

interface Statement {
  readonly [element: string]: unknown;
}

const document = (...statements: Statement[]) => json({ Version: "2012-10-17", Statement: statements });
const ofAccount = { StringEquals: { "aws:SourceAccount": ACCOUNT } };
const denyPlainHttp = (service: string, resource: pulumi.Input<string> | pulumi.Input<string>[]): Statement => ({
  Effect: "Deny",
  Principal: "*",
  Action: `${service}:*`,
  Resource: resource,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** The same shop without Palisade's components and with nothing wrong: inline and split resources, references by id, ARN and name. */
export function secureShop(): void {
  const key = new aws.kms.Key("shop-key", {
    enableKeyRotation: true,
    policy: document(
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" },
      {
        Effect: "Allow",
        Principal: { Service: "logs.eu-west-1.amazonaws.com" },
        Action: ["kms:Encrypt", "kms:Decrypt"],
        Resource: "*",
        Condition: {
          ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:*` },
        },
      },
    ),
  });
  network(key);
  storage(key);
  service(key);
}

function network(key: aws.kms.Key): void {
  const vpc = new aws.ec2.Vpc("shop-vpc", { cidrBlock: "10.0.0.0/16" });
  new aws.ec2.DefaultSecurityGroup("shop-default", { vpcId: vpc.id });
  const log = new aws.cloudwatch.LogGroup("shop-flow", { kmsKeyId: key.arn, retentionInDays: 365 });
  new aws.ec2.FlowLog("shop-flow-log", { vpcId: vpc.id, trafficType: "ALL", logDestination: log.arn });
  const gateway = new aws.ec2.InternetGateway("shop-gateway", { vpcId: vpc.id });
  const subnet = (name: string, zone: string, block: string) =>
    new aws.ec2.Subnet(name, { vpcId: vpc.id, availabilityZone: zone, cidrBlock: block });
  const a = subnet("shop-a", "eu-west-1a", "10.0.0.0/24");
  const b = subnet("shop-b", "eu-west-1b", "10.0.1.0/24");
  const out = subnet("shop-out", "eu-west-1a", "10.0.2.0/24");
  const publicRoutes = new aws.ec2.RouteTable("shop-public", {
    vpcId: vpc.id,
    routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }],
  });
  new aws.ec2.RouteTableAssociation("shop-out", { subnetId: out.id, routeTableId: publicRoutes.id });
  const address = new aws.ec2.Eip("shop-address", { domain: "vpc" });
  const nat = new aws.ec2.NatGateway("shop-nat", { subnetId: out.id, allocationId: address.id });
  const routes = new aws.ec2.RouteTable("shop-private", { vpcId: vpc.id });
  new aws.ec2.Route("shop-nat-route", {
    routeTableId: routes.id,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: nat.id,
  });
  new aws.ec2.RouteTableAssociation("shop-a", { subnetId: a.id, routeTableId: routes.id });
  const isolated = new aws.ec2.RouteTable("shop-isolated", { vpcId: vpc.id });
  new aws.ec2.RouteTableAssociation("shop-b", { subnetId: b.id, routeTableId: isolated.id });

  // Rules inline, as many programs have them, and rules as resources: each group has one kind.
  new aws.ec2.SecurityGroup("shop-web", {
    vpcId: vpc.id,
    ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
    egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
  });
  const data = new aws.ec2.SecurityGroup("shop-data", { vpcId: vpc.id });
  new aws.vpc.SecurityGroupIngressRule("shop-data", {
    securityGroupId: data.id,
    ipProtocol: "tcp",
    fromPort: 5432,
    toPort: 5432,
    cidrIpv4: vpc.cidrBlock,
  });
  const group = new aws.rds.SubnetGroup("shop-group", { subnetIds: [a.id, b.id] });
  database(key, group, data);
  new aws.elasticache.ReplicationGroup("shop-cache", {
    description: "Carts",
    nodeType: "cache.t4g.small",
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    atRestEncryptionEnabled: true,
    kmsKeyId: key.arn,
    transitEncryptionEnabled: true,
    authToken: pulumi.secret("a-token-that-nobody-guesses"),
    snapshotRetentionLimit: 1,
    subnetGroupName: new aws.elasticache.SubnetGroup("shop-cache", { subnetIds: [a.id, b.id] }).name,
    securityGroupIds: [data.id],
  });
  settlement(key, b, new aws.ec2.SecurityGroup("shop-settle", { vpcId: vpc.id }));
}

function settlement(key: aws.kms.Key, subnet: aws.ec2.Subnet, group: aws.ec2.SecurityGroup): void {
  const role = new aws.iam.Role("shop-settle", {
    assumeRolePolicy: document({
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: ofAccount,
    }),
  });
  const uploads = `arn:aws:s3:::shop-uploads-${ACCOUNT}`;
  const log = new aws.cloudwatch.LogGroup("shop-settle", { kmsKeyId: key.arn, retentionInDays: 400 });
  const settle = new aws.lambda.Function("shop-settle", {
    role: role.arn,
    runtime: aws.lambda.Runtime.NodeJS22dX,
    handler: "settle.handler",
    s3Bucket: "shop-code",
    s3Key: "settle.zip",
    kmsKeyArn: key.arn,
    environment: { variables: { SUBNET: subnet.id, SHOP_SECRET: "arn:aws:secretsmanager:eu-west-1:1:secret:shop" } },
    vpcConfig: { subnetIds: [subnet.id], securityGroupIds: [group.id] },
    loggingConfig: { logFormat: "JSON", logGroup: log.name },
  });
  new aws.lambda.Permission("shop-settle", {
    function: settle.name,
    action: "lambda:InvokeFunction",
    principal: "s3.amazonaws.com",
    sourceArn: uploads,
    sourceAccount: ACCOUNT,
  });
}

function database(key: aws.kms.Key, group: aws.rds.SubnetGroup, data: aws.ec2.SecurityGroup): void {
  const parameters = new aws.rds.ParameterGroup("shop-parameters", {
    family: "mysql8.4",
    parameters: [{ name: "require_secure_transport", value: "ON" }],
  });
  const source = new aws.rds.Instance("shop-db", {
    identifier: "shop-db",
    engine: "mysql",
    engineVersion: "8.4.6",
    instanceClass: "db.m7g.large",
    allocatedStorage: 100,
    username: "shop_owner",
    manageMasterUserPassword: true,
    storageEncrypted: true,
    kmsKeyId: key.arn,
    multiAz: true,
    backupRetentionPeriod: 14,
    deletionProtection: true,
    finalSnapshotIdentifier: "shop-db-final",
    iamDatabaseAuthenticationEnabled: true,
    enabledCloudwatchLogsExports: ["audit", "error"],
    dbSubnetGroupName: group.name,
    parameterGroupName: parameters.name,
    vpcSecurityGroupIds: [data.id],
  });
  new aws.rds.Instance("shop-db-replica", {
    replicateSourceDb: source.identifier,
    instanceClass: "db.m7g.large",
    iamDatabaseAuthenticationEnabled: true,
    enabledCloudwatchLogsExports: ["audit", "error"],
    vpcSecurityGroupIds: [data.id],
    skipFinalSnapshot: true,
  });
}

function storage(key: aws.kms.Key): void {
  const bucket = new aws.s3.Bucket("shop-bucket", { bucket: "shop" });
  const settings = { bucket: bucket.id };
  new aws.s3.BucketServerSideEncryptionConfiguration("shop-bucket", {
    ...settings,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
  });
  new aws.s3.BucketPublicAccessBlock("shop-bucket", {
    ...settings,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  const logs = new aws.s3.Bucket("shop-logs", {
    bucket: "shop-logs",
    versioning: { enabled: true },
    lifecycleRules: [{ enabled: true, expiration: { days: 400 } }],
  });
  const ofLogs = { bucket: logs.bucket };
  new aws.s3.BucketPublicAccessBlock("shop-logs", {
    ...ofLogs,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketPolicy("shop-logs", {
    ...ofLogs,
    policy: document(denyPlainHttp("s3", ["arn:aws:s3:::shop-logs", "arn:aws:s3:::shop-logs/*"]), {
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: "arn:aws:s3:::shop-logs/*",
      Condition: ofAccount,
    }),
  });
  new aws.s3.BucketNotification("shop-logs", { ...ofLogs, eventbridge: true });
  new aws.s3.BucketLogging("shop-bucket", { ...settings, targetBucket: logs.bucket, targetPrefix: "s3/" });
  new aws.s3.BucketNotification("shop-bucket", { ...settings, eventbridge: true });
  new aws.s3.BucketLifecycleConfiguration("shop-bucket", {
    ...settings,
    rules: [{ id: "old", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 90 } }],
  });
  const backupRole = new aws.iam.Role("shop-backup", {
    assumeRolePolicy: document({
      Effect: "Allow",
      Principal: { Service: "backup.amazonaws.com" },
      Action: "sts:AssumeRole",
    }),
  });
  const vault = new aws.backup.Vault("shop-vault", { kmsKeyArn: key.arn });
  new aws.backup.VaultLockConfiguration("shop-vault", { backupVaultName: vault.name, minRetentionDays: 7 });
  const plan = new aws.backup.Plan("shop-plan", {
    rules: [{ ruleName: "daily", targetVaultName: vault.name, schedule: "cron(0 5 * * ? *)" }],
  });
  new aws.backup.Selection("shop-data", {
    planId: plan.id,
    iamRoleArn: backupRole.arn,
    resources: [bucket.arn, "arn:aws:rds:*:*:db:*"],
  });
  new aws.s3.BucketVersioning("shop-bucket", { ...settings, versioningConfiguration: { status: "Enabled" } });
  new aws.s3.BucketPolicy("shop-bucket", {
    ...settings,
    policy: document(denyPlainHttp("s3", ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"])),
  });
  const dlq = new aws.sqs.Queue("shop-dlq", { name: "shop-dlq", kmsMasterKeyId: key.arn });
  const queue = new aws.sqs.Queue("shop-queue", {
    kmsMasterKeyId: key.id,
    redrivePolicy: json({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 3 }),
  });
  for (const [name, target] of Object.entries({ "shop-dlq": dlq, "shop-queue": queue })) {
    new aws.sqs.QueuePolicy(name, { queueUrl: target.id, policy: document(denyPlainHttp("sqs", "*")) });
  }
}

function service(key: aws.kms.Key): void {
  const role = (name: string) =>
    new aws.iam.Role(name, {
      assumeRolePolicy: document({
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: ofAccount,
      }),
    });
  const taskRole = role("shop-task");
  const executionRole = role("shop-execution");
  new aws.iam.RolePolicy("shop-execution", {
    role: executionRole.name,
    policy: document(
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      {
        Effect: "Allow",
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/shop`,
      },
    ),
  });
  const log = new aws.cloudwatch.LogGroup("shop-log", { name: "/shop", kmsKeyId: key.arn, retentionInDays: 400 });
  new aws.ecs.TaskDefinition("shop-task", {
    family: "shop",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    taskRoleArn: taskRole.arn,
    executionRoleArn: executionRole.arn,
    containerDefinitions: json([
      {
        name: "shop",
        image: `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop:1.0.0`,
        user: "10001",
        readonlyRootFilesystem: true,
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": log.name } },
      },
    ]),
  });
}
