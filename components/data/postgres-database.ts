import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component, type Grantee, grant } from "../core";
import { Connections, tcp } from "../network/connections";
import type { Key } from "../security/key";
import { MasterSecret } from "./master-secret";
import { type DatabaseMember, memberAlarms } from "./postgres-alarms";
import { baselineIops, checkPostgresArguments } from "./postgres-checks";
import type { PostgresDatabaseArgs, ReadReplica } from "./postgres-database-args";
import {
  DEFAULT_MASTER_USERNAME,
  DEFAULT_POSTGRES_VERSION,
  exportedLogGroups,
  grantLogin,
  insightSettings,
  majorVersion,
  managedSecretArn,
  monitoringRole,
  postgresParameters,
} from "./postgres-settings";

/** Where services connect, and what they name in IAM. */
interface Members {
  readonly address: pulumi.Output<string>;
  readonly readerAddress: pulumi.Output<string>;
  readonly replicaAddresses: Readonly<Record<string, pulumi.Output<string>>>;
  readonly resourceId: pulumi.Output<string>;
  /** Replicas, which IAM knows apart from their source. */
  readonly furtherResourceIds: readonly pulumi.Output<string>[];
  readonly secretArn: pulumi.Output<string>;
  readonly members: readonly DatabaseMember[];
}

const PORT = 5432;
const CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1";
const LOGS = ["postgresql", "upgrade", "iam-db-auth-error"] as const;
/** RDS names a cluster's members `<cluster>-instance-1` to `-3`. */
const MEMBER_SUFFIX = "-instance-";

/**
 * RDS for PostgreSQL that refuses plain text connections, public access and unauthenticated logins: encrypted with a customer key, Multi-AZ,
 * point-in-time recovery, audit log, operating system metrics, alarms on every member. It stands in the isolated subnets, with no way out.
 *
 *     const orders = new PostgresDatabase("orders", { vpc, key, instanceClass: "db.r8gd.xlarge" });
 *     orders.connections.allowFrom(service);
 *     orders.grantConnect(service, "orders_rw"); // CREATE USER orders_rw; GRANT rds_iam TO orders_rw;
 *
 * Read replicas and a managed master secret. RDS refuses CreateDBInstanceReadReplica while it manages the source's password in
 * Secrets Manager (InvalidParameterValue; the first limitation in the RDS user guide's chapter on it). Two designs have both:
 * - `cluster`: the two standbys of a Multi-AZ DB cluster are members of the cluster, not replicas of an instance. They serve reads on `readerAddress`, a
 *   commit waits for one of them, failover takes under 35 seconds, and RDS makes the password, keeps it in a secret under `key` and rotates
 *   it every seven days: no password ever passes through this program or its state. Hence the default. It ends at two readers, does not grow
 *   by itself, and cannot be backed up continuously by AWS Backup.
 * - `instance` with `readReplicas`: up to 15, of any class. The password is in Secrets Manager all the same, but rotated by a
 *   function of ours ({@link MasterSecret}), and the first one, valid for minutes, stands encrypted in the state.
 * Services need neither: they log in with IAM tokens of their own role, valid for 15 minutes.
 *
 * pgaudit writes once `CREATE EXTENSION pgaudit` has run in the database.
 *
 * Cost, us-east-1: three db.r8gd.xlarge with 100 GiB about 1,400 USD a month; a db.t4g.medium about 50 USD. Data loss: destroying a production database
 * needs `protect` and deletion protection lifted, and leaves the snapshot `<identifier>-final`. In development it goes without one.
 */
export class PostgresDatabase extends Component {
  /** Host name of the writer. */
  readonly address: pulumi.Output<string>;
  /** Host name for reads: the cluster's readers, or the first replica, or else the writer. */
  readonly readerAddress: pulumi.Output<string>;
  readonly port = PORT;
  /** `<address>:<port>` */
  readonly endpoint: pulumi.Output<string>;
  /** Host name of each read replica, by its key; a cluster has none, its readers are behind `readerAddress`. */
  readonly replicaAddresses: Readonly<Record<string, pulumi.Output<string>>>;
  /** Secret of the master user: JSON with `username` and `password`. Services do not need it. */
  readonly secretArn: pulumi.Output<string>;
  /** `cluster-...` or `db-...`: what IAM policies of `rds-db:connect` name. */
  readonly resourceId: pulumi.Output<string>;
  /** Known before the database exists. */
  readonly arn: pulumi.Output<string>;
  readonly identifier: string;
  readonly databaseName: string;
  readonly deployment: "cluster" | "instance";
  readonly connections: Connections;
  readonly key: Key;
  readonly nodes: {
    readonly cluster?: aws.rds.Cluster;
    readonly instance?: aws.rds.Instance;
    readonly replicas: Readonly<Record<string, aws.rds.Instance>>;
    readonly subnetGroup: aws.rds.SubnetGroup;
    readonly masterSecret?: MasterSecret;
  };

  private readonly resourceIds: readonly pulumi.Output<string>[];
  private readonly subnetGroup: aws.rds.SubnetGroup;
  private readonly monitoring: ReturnType<typeof monitoringRole>;
  private readonly storageGiB: number;
  private cluster: aws.rds.Cluster | undefined;
  private instance: aws.rds.Instance | undefined;
  private masterSecret: MasterSecret | undefined;
  private readonly replicas: Record<string, aws.rds.Instance> = {};

  constructor(
    name: string,
    private readonly args: PostgresDatabaseArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:data:PostgresDatabase", name, args, opts);
    this.deployment = args.deployment ?? (this.production ? "cluster" : "instance");
    this.storageGiB = args.storageGiB ?? (this.deployment === "cluster" ? 100 : 20);
    this.databaseName = args.databaseName ?? "app";
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    checkPostgresArguments(this.check, args, {
      clustered: this.deployment === "cluster",
      storageGiB: this.storageGiB,
      backupRetentionDays: this.backupRetentionDays(),
    });
    this.key = args.key;
    this.identifier = this.physicalName("dbInstance", undefined, `${MEMBER_SUFFIX}1`.length);
    this.arn = this.arnOf("rds", `${this.deployment === "cluster" ? "cluster" : "db"}:${this.identifier}`);

    this.connections = args.connections ?? this.createConnections();
    this.subnetGroup = this.createSubnetGroup();
    this.monitoring = monitoringRole(this, this.identifier, args.transform?.monitoringRole);
    const made = this.deployment === "cluster" ? this.createCluster() : this.createInstance();
    args.backupVault?.protect(name, this.deployment === "cluster" ? "cluster" : "instance", this.arn, args.key);
    for (const member of made.members) this.createAlarms(member);

    this.address = made.address;
    this.readerAddress = made.readerAddress;
    this.endpoint = pulumi.interpolate`${this.address}:${PORT}`;
    this.replicaAddresses = made.replicaAddresses;
    this.secretArn = made.secretArn;
    this.resourceId = made.resourceId;
    this.resourceIds = [made.resourceId, ...made.furtherResourceIds];
    this.nodes = {
      cluster: this.cluster,
      instance: this.instance,
      replicas: this.replicas,
      subnetGroup: this.subnetGroup,
      masterSecret: this.masterSecret,
    };
    this.registerOutputs({
      address: this.address,
      readerAddress: this.readerAddress,
      port: this.port,
      secretArn: this.secretArn,
      resourceId: this.resourceId,
      arn: this.arn,
    });
  }

  /**
   * Lets `grantee` log in as the database user `user` with an IAM token, on every member. The user must exist and hold `rds_iam`:
   * `CREATE USER orders_rw; GRANT rds_iam TO orders_rw;`
   */
  grantConnect(grantee: Grantee, user: string): aws.iam.RolePolicy {
    return grantLogin(this, this.check, grantee, user, this.resourceIds);
  }

  /** Lets `grantee` read the master user's password, e.g. a migration task that makes the users. */
  grantReadMasterSecret(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "read-master-secret", grantee, [
      {
        Effect: "Allow",
        Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        Resource: this.secretArn,
      },
      this.key.decryptStatement("secretsmanager"),
    ]);
  }

  private get engineVersion(): string {
    return this.args.engineVersion ?? DEFAULT_POSTGRES_VERSION;
  }

  /** RDS upgrades minor releases itself; after a refresh, the one that it began with would be a way back, which RDS refuses. */
  private get ignoredVersion(): string[] {
    return this.args.engineVersion === undefined ? ["engineVersion"] : [];
  }

  private backupRetentionDays(): number {
    return this.args.backupRetentionDays ?? (this.production ? 35 : 7);
  }

  private createConnections(): Connections {
    const group = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: this.args.vpc.vpcId, description: `PostgreSQL ${this.identity}` },
      this.childOptions({}, this.args.transform?.securityGroup),
    );
    return new Connections(this, group, tcp(PORT));
  }

  private createSubnetGroup(): aws.rds.SubnetGroup {
    return new aws.rds.SubnetGroup(
      this.childName("subnets"),
      { description: `Isolated subnets for ${this.name}`, subnetIds: [...this.args.vpc.isolatedSubnetIds] },
      this.childOptions({}, this.args.transform?.subnetGroup),
    );
  }

  private createLogGroups(kind: "cluster" | "instance", identifier: string, suffix = ""): aws.cloudwatch.LogGroup[] {
    const { key, logRetentionInDays } = this.args;
    return exportedLogGroups(this, { kind, identifier, logs: LOGS, suffix }, key, logRetentionInDays);
  }

  private parameterSettings(): Pick<aws.rds.ParameterGroupArgs, "family" | "description" | "parameters"> {
    const { auditClasses = ["ddl", "role"] } = this.args;
    return {
      family: `postgres${majorVersion(this.engineVersion)}`,
      description: `Settings of ${this.identity}`,
      parameters: postgresParameters(auditClasses),
    };
  }

  /** What clusters, instances and replicas are given alike. */
  private commonSettings() {
    const { args } = this;
    return {
      storageEncrypted: true,
      kmsKeyId: args.key.arn,
      storageType: "gp3",
      vpcSecurityGroupIds: [this.connections.securityGroupId],
      // Multi-AZ DB clusters take it too (API reference of CreateDBCluster); cfn-lint's E3692 has it from before they did.
      iamDatabaseAuthenticationEnabled: true,
      ...insightSettings(args.key, args.databaseInsights),
      monitoringInterval: 60,
      monitoringRoleArn: this.monitoring.role.arn,
      enabledCloudwatchLogsExports: [...LOGS],
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      applyImmediately: false,
      deletionProtection: this.production,
    };
  }

  /** What clusters and the one writable instance are given alike. */
  private writerSettings() {
    const { args } = this;
    return {
      ...this.commonSettings(),
      engine: "postgres",
      engineVersion: this.engineVersion,
      allowMajorVersionUpgrade: args.allowMajorVersionUpgrade ?? false,
      allocatedStorage: this.storageGiB,
      dbSubnetGroupName: this.subnetGroup.name,
      port: PORT,
      databaseInsightsMode: args.databaseInsights ?? "standard",
      backupRetentionPeriod: this.backupRetentionDays(),
      skipFinalSnapshot: !this.production,
      finalSnapshotIdentifier: `${this.identifier}-final`,
    };
  }

  private createCluster(): Members {
    const { args, identifier } = this;
    const parameters = new aws.rds.ClusterParameterGroup(
      this.childName("parameters"),
      this.parameterSettings(),
      this.childOptions({}, args.transform?.clusterParameterGroup),
    );
    const cluster = new aws.rds.Cluster(
      this.childName("cluster"),
      {
        ...this.writerSettings(),
        clusterIdentifier: identifier,
        dbClusterInstanceClass: args.instanceClass,
        iops: args.iops ?? baselineIops(this.storageGiB),
        databaseName: this.databaseName,
        masterUsername: args.masterUsername ?? DEFAULT_MASTER_USERNAME,
        manageMasterUserPassword: true,
        masterUserSecretKmsKeyId: args.key.arn,
        dbClusterParameterGroupName: parameters.name,
        caCertificateIdentifier: CERTIFICATE_AUTHORITY,
        preferredBackupWindow: args.backupWindow ?? "01:00-02:00",
        preferredMaintenanceWindow: args.maintenanceWindow ?? "sun:03:00-sun:04:00",
      },
      this.statefulOptions(
        {
          dependsOn: [this.monitoring.policy, ...this.createLogGroups("cluster", identifier)],
          ignoreChanges: this.ignoredVersion,
        },
        args.transform?.cluster,
      ),
    );
    this.cluster = cluster;
    return {
      address: cluster.endpoint,
      readerAddress: cluster.readerEndpoint,
      replicaAddresses: {},
      resourceId: cluster.clusterResourceId,
      furtherResourceIds: [],
      secretArn: cluster.masterUserSecrets.apply(managedSecretArn),
      members: [1, 2, 3].map((number) => ({
        suffix: String(number),
        identifier: `${identifier}${MEMBER_SUFFIX}${number}`,
        instanceClass: args.instanceClass,
        storageGiB: this.storageGiB,
        follows: true,
      })),
    };
  }

  private createInstance(): Members {
    const { args, identifier } = this;
    const replicas = Object.entries(args.readReplicas ?? {});
    const parameters = new aws.rds.ParameterGroup(
      this.childName("parameters"),
      this.parameterSettings(),
      this.childOptions({}, args.transform?.parameterGroup),
    );
    const initialPassword =
      replicas.length === 0
        ? undefined
        : new random.RandomPassword(
            this.childName("initial-password"),
            { length: 48, special: false },
            this.childOptions(),
          );
    const instance = new aws.rds.Instance(
      this.childName("instance"),
      {
        ...this.writerSettings(),
        identifier,
        instanceClass: args.instanceClass,
        multiAz: this.production,
        publiclyAccessible: false,
        maxAllocatedStorage: args.maxStorageGiB,
        iops: args.iops,
        dbName: this.databaseName,
        username: args.masterUsername ?? DEFAULT_MASTER_USERNAME,
        ...(initialPassword === undefined
          ? { manageMasterUserPassword: true, masterUserSecretKmsKeyId: args.key.arn }
          : { password: initialPassword.result }),
        parameterGroupName: parameters.name,
        caCertIdentifier: CERTIFICATE_AUTHORITY,
        backupWindow: args.backupWindow ?? "01:00-02:00",
        maintenanceWindow: args.maintenanceWindow ?? "sun:03:00-sun:04:00",
        deleteAutomatedBackups: !this.production,
      },
      this.statefulOptions(
        {
          dependsOn: [this.monitoring.policy, ...this.createLogGroups("instance", identifier)],
          // The password is the rotation's from the first minute on; a continuous vault sets window and retention itself.
          ignoreChanges: [
            ...this.ignoredVersion,
            ...(initialPassword ? ["password"] : []),
            ...(args.backupVault?.continuous ? ["backupRetentionPeriod", "backupWindow"] : []),
          ],
        },
        args.transform?.instance,
      ),
    );
    this.instance = instance;
    for (const [key, replica] of replicas) this.replicas[key] = this.createReplica(key, replica, instance);
    if (initialPassword) this.masterSecret = this.createMasterSecret(instance);

    const made = Object.values(this.replicas);
    return {
      address: instance.address,
      readerAddress: (made[0] ?? instance).address,
      replicaAddresses: Object.fromEntries(Object.entries(this.replicas).map(([key, { address }]) => [key, address])),
      resourceId: instance.resourceId,
      furtherResourceIds: made.map(({ resourceId }) => resourceId),
      secretArn: this.masterSecret?.arn ?? instance.masterUserSecrets.apply(managedSecretArn),
      members: [
        { suffix: "", identifier, instanceClass: args.instanceClass, storageGiB: this.storageGiB, follows: false },
        ...replicas.map(([key, replica]) => ({
          suffix: key,
          identifier: `${identifier}-${key}`,
          instanceClass: replica.instanceClass ?? args.instanceClass,
          storageGiB: this.storageGiB,
          follows: true,
        })),
      ],
    };
  }

  /** Parameter group, subnet group and volume size follow the source's. */
  private createReplica(key: string, replica: ReadReplica, source: aws.rds.Instance): aws.rds.Instance {
    const { args } = this;
    const identifier = `${this.identifier}-${key}`;
    return new aws.rds.Instance(
      this.childName(`replica-${key}`),
      {
        ...this.commonSettings(),
        identifier,
        replicateSourceDb: source.identifier,
        instanceClass: replica.instanceClass ?? args.instanceClass,
        availabilityZone: replica.zone,
        publiclyAccessible: false,
        maxAllocatedStorage: args.maxStorageGiB,
        iops: args.iops,
        caCertIdentifier: CERTIFICATE_AUTHORITY,
        maintenanceWindow: args.maintenanceWindow ?? "sun:03:00-sun:04:00",
        // RDS takes no final snapshot of a replica: its data is the source's.
        skipFinalSnapshot: true,
      },
      this.childOptions(
        { dependsOn: this.createLogGroups("instance", identifier, `replica-${key}-`) },
        args.transform?.replica,
      ),
    );
  }

  private createMasterSecret(instance: aws.rds.Instance): MasterSecret {
    return new MasterSecret(
      this.childName("master"),
      {
        key: this.args.key,
        target: {
          kind: "instance",
          identifier: this.identifier,
          arn: this.arn,
          host: instance.address,
          port: PORT,
          databaseName: this.databaseName,
          username: this.args.masterUsername ?? DEFAULT_MASTER_USERNAME,
        },
      },
      { parent: this },
    );
  }

  private createAlarms(member: DatabaseMember): void {
    for (const [name, rule] of Object.entries(memberAlarms(member)))
      this.alarm(member.suffix ? `${name}-${member.suffix}` : name, rule);
  }
}
