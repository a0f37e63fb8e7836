import { pciDss } from "../../policies/pci-dss/rules";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const key = { type: "aws:kms/key:Key" };
const without = (node: string, ...properties: string[]) =>
  Object.fromEntries(properties.map((property) => [`no ${property}`, { [node]: { [property]: undefined } }]));

const instance = (inputs: Record<string, unknown> = {}) => ({
  type: "aws:rds/instance:Instance",
  inputs: { engine: "postgres", engineVersion: "17.6", ...inputs },
});
const encrypted = { storageEncrypted: true, kmsKeyId: ref("key", "arn") };
const cluster = (inputs: Record<string, unknown> = {}) => ({
  type: "aws:rds/cluster:Cluster",
  inputs: { engine: "aurora-postgresql", engineVersion: "16.8", ...inputs },
});
const snapshot = {
  type: "aws:rds/snapshot:Snapshot",
  inputs: {
    dbInstanceIdentifier: ref("db", "identifier"),
    dbSnapshotIdentifier: "before-release",
    sharedAccounts: ["123456789012"],
  },
};
const copy = {
  type: "aws:rds/snapshotCopy:SnapshotCopy",
  inputs: {
    sourceDbSnapshotIdentifier: "arn:aws:rds:eu-west-1:123456789012:snapshot:before-release",
    targetDbSnapshotIdentifier: "elsewhere",
    sharedAccounts: ["123456789012"],
  },
};
const clusterSnapshot = {
  type: "aws:rds/clusterSnapshot:ClusterSnapshot",
  inputs: {
    dbClusterIdentifier: ref("aurora"),
    dbClusterSnapshotIdentifier: "before-release",
    sharedAccounts: ["123456789012"],
  },
};
const subscription = (sourceType: string, ...eventCategories: string[]) => ({
  type: "aws:rds/eventSubscription:EventSubscription",
  inputs: { sourceType, eventCategories, snsTopic: "arn:aws:sns:eu-west-1:123456789012:events" },
});
const parameters = (name: string, value: string) => [{ name, value, applyMethod: "pending-reboot" }];

ruleCases(pciDss, {
  "rds-customer-key": {
    secure: {
      db: instance(encrypted),
      aurora: cluster(encrypted),
      replica: instance({ replicateSourceDb: ref("db", "identifier") }),
      key,
    },
    broken: {
      ...without("db", "storageEncrypted", "kmsKeyId"),
      ...without("aurora", "storageEncrypted", "kmsKeyId"),
      "AWS's key": { db: { kmsKeyId: "alias/aws/rds" } },
      "storage that is not encrypted": { db: { storageEncrypted: false } },
    },
  },
  "rds-performance-insights-customer-key": {
    secure: {
      db: instance({ performanceInsightsEnabled: true, performanceInsightsKmsKeyId: ref("key", "arn") }),
      key,
    },
    broken: without("db", "performanceInsightsKmsKeyId"),
    notApplicable: { "a database without it": { db: { performanceInsightsEnabled: false } } },
  },
  "rds-not-public": {
    secure: { db: instance({ publiclyAccessible: false }) },
    broken: { "a public address": { db: { publiclyAccessible: true } } },
    alsoSecure: { "AWS's default": { db: { publiclyAccessible: undefined } } },
  },
  "rds-tls-required": {
    secure: {
      db: instance({ parameterGroupName: ref("parameters", "name") }),
      parameters: {
        type: "aws:rds/parameterGroup:ParameterGroup",
        inputs: { family: "postgres17", parameters: parameters("rds.force_ssl", "1") },
      },
      replica: instance({ replicateSourceDb: ref("db", "identifier"), engine: undefined }),
      aurora: cluster({ dbClusterParameterGroupName: ref("clusterParameters", "name") }),
      clusterParameters: {
        type: "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        inputs: { family: "aurora-postgresql16", parameters: parameters("rds.force_ssl", "1") },
      },
    },
    broken: {
      "a group that switches it off": { parameters: { parameters: parameters("rds.force_ssl", "0") } },
      "an old PostgreSQL with the default group": { db: { parameterGroupName: undefined, engineVersion: "14.19" } },
      "MySQL with a group for PostgreSQL": { db: { engine: "mysql", engineVersion: "8.4" } },
      "Aurora without a group": { aurora: { dbClusterParameterGroupName: undefined } },
      "Aurora with another parameter": { clusterParameters: { parameters: parameters("log_statement", "ddl") } },
    },
    alsoSecure: {
      "PostgreSQL 15 and later by default": { db: { parameterGroupName: undefined } },
      "PostgreSQL 15 and later with a group of other parameters": {
        parameters: { parameters: parameters("log_statement", "ddl") },
      },
      MySQL: {
        db: { engine: "mysql", engineVersion: "8.4" },
        parameters: { parameters: parameters("require_secure_transport", "ON") },
      },
      "SQL Server": { db: { engine: "sqlserver-se", engineVersion: "16.00" } },
    },
  },
  "rds-iam-authentication": {
    secure: { db: instance({ iamDatabaseAuthenticationEnabled: true }) },
    broken: without("db", "iamDatabaseAuthenticationEnabled"),
    notApplicable: { Oracle: { db: { engine: "oracle-ee" } } },
  },
  "rds-logs-exported": {
    secure: { db: instance({ enabledCloudwatchLogsExports: ["postgresql", "upgrade"] }) },
    broken: {
      ...without("db", "enabledCloudwatchLogsExports"),
      "upgrades only": { db: { enabledCloudwatchLogsExports: ["upgrade"] } },
      "MySQL without its audit log": { db: { engine: "mysql", enabledCloudwatchLogsExports: ["error"] } },
      "MySQL without its error log": { db: { engine: "mysql", enabledCloudwatchLogsExports: ["audit"] } },
    },
    alsoSecure: {
      "SQL Server's": { db: { engine: "sqlserver-se", enabledCloudwatchLogsExports: ["agent", "error"] } },
      "SQL Server Express": { db: { engine: "sqlserver-ex", enabledCloudwatchLogsExports: ["error"] } },
      "Aurora MySQL's": { db: { engine: "aurora-mysql", enabledCloudwatchLogsExports: ["audit"] } },
      "Db2's": { db: { engine: "db2-se", enabledCloudwatchLogsExports: ["diag.log"] } },
    },
  },
  "rds-aurora-mysql-audit": {
    secure: {
      aurora: cluster({ engine: "aurora-mysql", dbClusterParameterGroupName: ref("audited", "name") }),
      audited: {
        type: "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        inputs: { family: "aurora-mysql8.0", parameters: parameters("server_audit_logging", "1") },
      },
    },
    broken: {
      "no group": { aurora: { dbClusterParameterGroupName: undefined } },
      "a group that leaves it out": { audited: { parameters: parameters("server_audit_events", "CONNECT") } },
      "a group that switches it off": { audited: { parameters: parameters("server_audit_logging", "0") } },
    },
    notApplicable: { "Aurora PostgreSQL": { aurora: { engine: "aurora-postgresql" } } },
  },
  "rds-own-security-group": {
    secure: { db: instance({ vpcSecurityGroupIds: ["sg-1"] }), aurora: cluster({ vpcSecurityGroupIds: ["sg-1"] }) },
    broken: { ...without("db", "vpcSecurityGroupIds"), "an empty list": { aurora: { vpcSecurityGroupIds: [] } } },
  },
  "rds-snapshot-private": {
    secure: { snapshot, copy, clusterSnapshot },
    broken: {
      "a public snapshot": { snapshot: { sharedAccounts: ["all"] } },
      "a public copy": { copy: { sharedAccounts: ["123456789012", "all"] } },
      "a public cluster snapshot": { clusterSnapshot: { sharedAccounts: ["all"] } },
    },
    alsoSecure: { "a snapshot for nobody": { snapshot: { sharedAccounts: undefined } } },
  },
  "rds-snapshot-encrypted": {
    secure: { db: instance(encrypted), aurora: cluster(encrypted), snapshot, copy, clusterSnapshot, key },
    broken: {
      "a snapshot of a plain database": { db: { storageEncrypted: undefined } },
      "a snapshot of a plain cluster": { aurora: { storageEncrypted: false } },
    },
    alsoSecure: {
      "a snapshot of an encrypted database and a copy with a key of its own": { copy: { kmsKeyId: ref("key", "arn") } },
    },
    notApplicable: {
      "snapshots of what is elsewhere": {
        snapshot: { dbInstanceIdentifier: "elsewhere" },
        clusterSnapshot: { dbClusterIdentifier: "elsewhere" },
      },
    },
  },
  "rds-event-subscriptions": {
    secure: {
      instances: subscription("db-instance", "maintenance", "configuration change", "failure", "deletion"),
      groups: subscription("db-parameter-group", "configuration change"),
      securityGroups: subscription("db-security-group", "configuration change", "failure"),
    },
    broken: {
      "instances without failures": { instances: { eventCategories: ["maintenance", "configuration change"] } },
      "nothing of parameter groups": { groups: undefined },
      "nothing of security groups": { securityGroups: undefined },
      "security groups without failures": { securityGroups: { eventCategories: ["configuration change"] } },
      "a subscription that is off": { groups: { enabled: false } },
    },
    alsoSecure: {
      "every category": { instances: { eventCategories: undefined } },
      "every kind": {
        instances: { eventCategories: undefined, sourceType: undefined },
        groups: undefined,
        securityGroups: undefined,
      },
    },
  },
  "rds-minor-upgrades": {
    secure: {
      db: instance({ autoMinorVersionUpgrade: true }),
      aurora: cluster(),
      member: {
        type: "aws:rds/clusterInstance:ClusterInstance",
        inputs: { clusterIdentifier: ref("aurora"), autoMinorVersionUpgrade: true },
      },
    },
    broken: {
      "upgrades off": { db: { autoMinorVersionUpgrade: false } },
      "upgrades off in a Multi-AZ cluster": { aurora: { autoMinorVersionUpgrade: false } },
      "upgrades off in a member": { member: { autoMinorVersionUpgrade: false } },
    },
    alsoSecure: {
      "AWS's default": { db: { autoMinorVersionUpgrade: undefined } },
      "a global database": {
        aurora: { globalClusterIdentifier: "global" },
        member: { autoMinorVersionUpgrade: false },
      },
    },
  },
  "rds-administrator-name": {
    secure: { db: instance({ username: "orders_owner" }) },
    broken: { postgres: { db: { username: "postgres" } }, admin: { db: { username: "Admin" } } },
    notApplicable: { "a replica": { db: { username: undefined } } },
  },
  "rds-managed-password": {
    secure: {
      db: instance({ manageMasterUserPassword: true }),
      aurora: cluster({ manageMasterUserPassword: true }),
    },
    broken: {
      ...without("db", "manageMasterUserPassword"),
      ...without("aurora", "manageMasterUserPassword"),
      "an instance whose password is given": { db: { manageMasterUserPassword: undefined, password: "correct-horse" } },
      "a cluster whose password is given": {
        aurora: { manageMasterUserPassword: undefined, masterPassword: "correct-horse" },
      },
    },
    alsoSecure: {
      "a first password that the program makes": {
        db: { manageMasterUserPassword: undefined, password: ref("first", "result") },
        first: { type: "random:index/randomPassword:RandomPassword", inputs: { length: 32 } },
      },
      "passwords that are never stored": {
        db: { manageMasterUserPassword: undefined, passwordWo: "correct-horse", passwordWoVersion: 1 },
        aurora: { manageMasterUserPassword: undefined, masterPasswordWo: "correct-horse", masterPasswordWoVersion: 1 },
      },
    },
    notApplicable: {
      "what is made of another database": {
        db: { manageMasterUserPassword: undefined, snapshotIdentifier: "before-release" },
        aurora: { manageMasterUserPassword: undefined, globalClusterIdentifier: "everywhere" },
      },
    },
  },
  "rds-proxy-tls": {
    secure: { proxy: { type: "aws:rds/proxy:Proxy", inputs: { requireTls: true } } },
    broken: without("proxy", "requireTls"),
  },
});

const subnet = (zone: string) => ({
  type: "aws:ec2/subnet:Subnet",
  inputs: { vpcId: ref("vpc"), availabilityZone: zone },
});
const association = (of: string, table: string) => ({
  type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  inputs: { subnetId: ref(of), routeTableId: ref(table) },
});
const network = {
  vpc: { type: "aws:ec2/vpc:Vpc" },
  gateway: { type: "aws:ec2/internetGateway:InternetGateway" },
  a: subnet("eu-west-1a"),
  b: subnet("eu-west-1b"),
  isolated: { type: "aws:ec2/routeTable:RouteTable", inputs: { vpcId: ref("vpc") } },
  public: { type: "aws:ec2/routeTable:RouteTable", inputs: { vpcId: ref("vpc") } },
  toInternet: {
    type: "aws:ec2/route:Route",
    inputs: { routeTableId: ref("public"), destinationCidrBlock: "0.0.0.0/0", gatewayId: ref("gateway") },
  },
  ofA: association("a", "isolated"),
  ofB: association("b", "isolated"),
};

ruleCases(pciDss, {
  "data-store-private-subnets": {
    secure: {
      ...network,
      db: instance({ dbSubnetGroupName: ref("group", "name") }),
      group: { type: "aws:rds/subnetGroup:SubnetGroup", inputs: { subnetIds: [ref("a"), ref("b")] } },
      brokers: {
        type: "aws:msk/cluster:Cluster",
        inputs: { brokerNodeGroupInfo: { clientSubnets: [ref("a"), ref("b")] } },
      },
    },
    broken: {
      "one subnet with a public route table": { ofB: { routeTableId: ref("public") } },
      "a route to the internet in the isolated table": { toInternet: { routeTableId: ref("isolated") } },
      "the default VPC": { db: { dbSubnetGroupName: undefined } },
      "an inline route to the internet": {
        isolated: { routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: ref("gateway") }] },
      },
    },
    alsoSecure: {
      "a route to a VPN": { isolated: { routes: [{ cidrBlock: "10.0.0.0/8", gatewayId: "vgw-0123456789abcdef0" }] } },
    },
    notApplicable: {
      "a store in subnets made elsewhere": {
        group: { subnetIds: ["subnet-1", "subnet-2"] },
        brokers: { brokerNodeGroupInfo: { clientSubnets: ["subnet-1"] } },
      },
    },
  },
});

const cache = {
  type: "aws:elasticache/replicationGroup:ReplicationGroup",
  inputs: {
    atRestEncryptionEnabled: true,
    kmsKeyId: ref("key", "arn"),
    transitEncryptionEnabled: true,
    userGroupIds: [ref("users")],
    subnetGroupName: ref("group", "name"),
    autoMinorVersionUpgrade: true,
  },
};
const serverless = {
  type: "aws:elasticache/serverlessCache:ServerlessCache",
  inputs: { kmsKeyId: ref("key", "arn"), userGroupId: ref("users") },
};
const users = { type: "aws:elasticache/userGroup:UserGroup" };
const group = { type: "aws:elasticache/subnetGroup:SubnetGroup" };

ruleCases(pciDss, {
  "elasticache-customer-key": {
    secure: { cache, serverless, key },
    broken: {
      ...without("cache", "atRestEncryptionEnabled", "kmsKeyId"),
      "a serverless cache without a key": { serverless: { kmsKeyId: undefined } },
    },
  },
  "elasticache-tls-required": {
    secure: { cache },
    broken: {
      ...without("cache", "transitEncryptionEnabled"),
      "TLS that is not required": { cache: { transitEncryptionMode: "preferred" } },
    },
    alsoSecure: { "TLS that is required": { cache: { transitEncryptionMode: "required" } } },
  },
  "elasticache-authentication": {
    secure: { cache, serverless, users },
    broken: {
      ...without("cache", "userGroupIds"),
      "a serverless cache without users": { serverless: { userGroupId: undefined } },
    },
    alsoSecure: { "an AUTH token": { cache: { userGroupIds: undefined, authToken: "a-long-token-of-the-user" } } },
    notNeeded: { "serverless.userGroupId": "a group that is not known yet is a group" },
  },
  "elasticache-minor-upgrades": {
    secure: { cache },
    broken: { "upgrades off": { cache: { autoMinorVersionUpgrade: false } } },
  },
  "elasticache-own-subnet-group": {
    secure: { cache, group },
    broken: { ...without("cache", "subnetGroupName"), "the default group": { cache: { subnetGroupName: "default" } } },
    notApplicable: {},
  },
});

const domain = {
  type: "aws:opensearch/domain:Domain",
  inputs: {
    encryptAtRest: { enabled: true, kmsKeyId: ref("key", "arn") },
    nodeToNodeEncryption: { enabled: true },
    domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
    vpcOptions: { subnetIds: ["subnet-1", "subnet-2"] },
    advancedSecurityOptions: { enabled: true },
    logPublishingOptions: [
      { logType: "AUDIT_LOGS", cloudwatchLogGroupArn: "arn" },
      { logType: "ES_APPLICATION_LOGS", cloudwatchLogGroupArn: "arn", enabled: true },
    ],
  },
};
const brokers = {
  type: "aws:msk/cluster:Cluster",
  inputs: {
    encryptionInfo: {
      encryptionAtRestKmsKeyArn: ref("key", "arn"),
      encryptionInTransit: { clientBroker: "TLS", inCluster: true },
    },
    clientAuthentication: { sasl: { iam: true } },
    brokerNodeGroupInfo: { connectivityInfo: { publicAccess: { type: "DISABLED" } } },
  },
};
const dax = {
  type: "aws:dax/cluster:Cluster",
  inputs: { serverSideEncryption: { enabled: true }, clusterEndpointEncryptionType: "TLS" },
};
const accessPoint = {
  type: "aws:efs/accessPoint:AccessPoint",
  inputs: { rootDirectory: { path: "/orders" }, posixUser: { uid: 1000, gid: 1000 } },
};
const https = (settings: Record<string, unknown>) => ({ domain: { domainEndpointOptions: settings } });

ruleCases(pciDss, {
  "opensearch-customer-key": {
    secure: { domain, key },
    broken: {
      ...without("domain", "encryptAtRest"),
      "AWS's key": { domain: { encryptAtRest: { enabled: true } } },
    },
  },
  "opensearch-tls-required": {
    secure: { domain },
    broken: {
      ...without("domain", "nodeToNodeEncryption", "domainEndpointOptions"),
      "plain HTTP": https({ tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" }),
      "AWS's default policy": https({ enforceHttps: true }),
      "TLS 1.0": https({ enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-0-2019-07" }),
    },
  },
  "opensearch-in-vpc": { secure: { domain }, broken: without("domain", "vpcOptions") },
  "opensearch-access-control": {
    secure: { domain },
    broken: {
      ...without("domain", "advancedSecurityOptions"),
      "anonymous users": { domain: { advancedSecurityOptions: { enabled: true, anonymousAuthEnabled: true } } },
    },
  },
  "opensearch-error-logs": {
    secure: { domain },
    broken: {
      ...without("domain", "logPublishingOptions"),
      "another log": { domain: { logPublishingOptions: [{ logType: "AUDIT_LOGS" }] } },
      "the error log off": { domain: { logPublishingOptions: [{ logType: "ES_APPLICATION_LOGS", enabled: false }] } },
    },
  },
  "opensearch-audit-logs": {
    secure: { domain },
    broken: {
      ...without("domain", "logPublishingOptions"),
      "another log": { domain: { logPublishingOptions: [{ logType: "INDEX_SLOW_LOGS" }] } },
      "the audit log off": { domain: { logPublishingOptions: [{ logType: "AUDIT_LOGS", enabled: false }] } },
    },
  },
  "msk-customer-key": {
    secure: { brokers, key },
    broken: {
      ...without("brokers", "encryptionInfo"),
      "AWS's key": {
        brokers: {
          encryptionInfo: { ...brokers.inputs.encryptionInfo, encryptionAtRestKmsKeyArn: "alias/aws/kafka" },
        },
      },
    },
  },
  "msk-tls-required": {
    secure: { brokers, key },
    broken: {
      "plain text beside TLS": {
        brokers: { encryptionInfo: { encryptionInTransit: { clientBroker: "TLS_PLAINTEXT" } } },
      },
      "plain text between brokers": { brokers: { encryptionInfo: { encryptionInTransit: { inCluster: false } } } },
      "plain text alone": {
        brokers: {
          encryptionInfo: { ...brokers.inputs.encryptionInfo, encryptionInTransit: { clientBroker: "PLAINTEXT" } },
        },
      },
    },
    alsoSecure: { "AWS's defaults": { brokers: { encryptionInfo: undefined } } },
  },
  "msk-connect-tls": {
    secure: {
      connector: {
        type: "aws:mskconnect/connector:Connector",
        inputs: { kafkaClusterEncryptionInTransit: { encryptionType: "TLS" } },
      },
    },
    broken: {
      "plain text": { connector: { kafkaClusterEncryptionInTransit: { encryptionType: "PLAINTEXT" } } },
      "AWS's default": { connector: { kafkaClusterEncryptionInTransit: undefined } },
    },
  },
  "msk-authentication": {
    secure: { brokers },
    broken: {
      ...without("brokers", "clientAuthentication"),
      "clients that need not": { brokers: { clientAuthentication: { sasl: { iam: true }, unauthenticated: true } } },
    },
    alsoSecure: {
      "certificates of clients": { brokers: { clientAuthentication: { tls: { certificateAuthorityArns: ["arn"] } } } },
    },
  },
  "msk-not-public": {
    secure: { brokers },
    broken: {
      "public addresses": {
        brokers: { brokerNodeGroupInfo: { connectivityInfo: { publicAccess: { type: "SERVICE_PROVIDED_EIPS" } } } },
      },
    },
    alsoSecure: { "AWS's default": { brokers: { brokerNodeGroupInfo: {} } } },
  },
  "dynamodb-customer-key": {
    secure: {
      table: {
        type: "aws:dynamodb/table:Table",
        inputs: {
          serverSideEncryption: { enabled: true, kmsKeyArn: ref("key", "arn") },
          replicas: [{ regionName: "eu-central-1", kmsKeyArn: ref("key", "arn") }],
        },
      },
      copy: { type: "aws:dynamodb/tableReplica:TableReplica", inputs: { kmsKeyArn: ref("key", "arn") } },
      key,
    },
    broken: {
      ...without("table", "serverSideEncryption"),
      "AWS's key": { table: { serverSideEncryption: { enabled: true } } },
      "a replica without a key": { table: { replicas: [{ regionName: "eu-central-1" }] } },
      "a replica of its own without a key": { copy: { kmsKeyArn: undefined } },
    },
  },
  "dax-encrypted": { secure: { dax }, broken: without("dax", "serverSideEncryption") },
  "dax-tls-required": {
    secure: { dax },
    broken: {
      ...without("dax", "clusterEndpointEncryptionType"),
      "plain text": { dax: { clusterEndpointEncryptionType: "NONE" } },
    },
  },
  "firehose-customer-key": {
    secure: {
      records: {
        type: "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        inputs: {
          serverSideEncryption: { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn: ref("key", "arn") },
        },
      },
      key,
    },
    broken: {
      ...without("records", "serverSideEncryption"),
      "AWS's key": { records: { serverSideEncryption: { enabled: true } } },
      "no key": { records: { serverSideEncryption: { enabled: true, keyType: "CUSTOMER_MANAGED_CMK" } } },
    },
    notApplicable: {
      "what a Kinesis stream feeds": {
        records: { serverSideEncryption: undefined, kinesisSourceConfiguration: { kinesisStreamArn: "arn" } },
      },
    },
  },
  "kinesis-customer-key": {
    secure: {
      stream: { type: "aws:kinesis/stream:Stream", inputs: { encryptionType: "KMS", kmsKeyId: ref("key", "arn") } },
      key,
    },
    broken: {
      ...without("stream", "encryptionType", "kmsKeyId"),
      "AWS's key": { stream: { kmsKeyId: "alias/aws/kinesis" } },
    },
  },
  "efs-customer-key": {
    secure: {
      files: { type: "aws:efs/fileSystem:FileSystem", inputs: { encrypted: true, kmsKeyId: ref("key", "arn") } },
      key,
    },
    broken: without("files", "encrypted", "kmsKeyId"),
  },
  "efs-access-point-directory": {
    secure: { accessPoint },
    broken: {
      ...without("accessPoint", "rootDirectory"),
      "the whole file system": { accessPoint: { rootDirectory: { path: "/" } } },
    },
  },
  "efs-access-point-user": { secure: { accessPoint }, broken: without("accessPoint", "posixUser") },
  "backup-vault-customer-key": {
    secure: { vault: { type: "aws:backup/vault:Vault", inputs: { kmsKeyArn: ref("key", "arn") } }, key },
    broken: without("vault", "kmsKeyArn"),
  },
});
