import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, type Transform } from "../core";
import { Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import type { BackupVault } from "./backup-vault";
import { memberAlarms } from "./postgres-alarms";
import {
  type AuditClass,
  exportedLogGroups,
  grantLogin,
  insightSettings,
  majorVersion,
  monitoringRole,
  postgresParameters,
} from "./postgres-settings";

/** What {@link AuroraGlobal} tells each of its regions alike. */
export interface AuroraSettings {
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly capacity?: { readonly min: number; readonly max: number };
  readonly instances: number;
  readonly backupRetentionDays: number;
  readonly backupWindow: string;
  readonly maintenanceWindow: string;
  readonly auditClasses: readonly AuditClass[];
  readonly databaseInsights: "standard" | "advanced";
  readonly maxLagSeconds?: number;
  readonly writeForwarding: boolean;
  readonly logRetentionInDays?: number;
  readonly transform?: { cluster?: Transform<aws.rds.ClusterArgs>; instance?: Transform<aws.rds.ClusterInstanceArgs> };
}

/** What only the region has that is made first and writes. */
export interface AuroraPrimary {
  readonly databaseName: string;
  readonly masterUsername: string;
  readonly masterPassword: pulumi.Output<string>;
}

export interface AuroraRegionArgs extends ComponentArgs {
  /** Where its instances stand: in the isolated subnets. */
  vpc: NetworkLike;
  /** Customer key of this region; its policy must name the `logs` service. */
  key: Key;
  /** Takes locked snapshots here. Default: none. */
  backupVault?: BackupVault;
  settings: AuroraSettings;
  globalClusterIdentifier: pulumi.Input<string>;
  /** The writer, or whom it follows. */
  role: AuroraPrimary | { readonly follows: AuroraRegion };
}

const PORT = 5432;
const LOGS = ["postgresql", "iam-db-auth-error"] as const;

/**
 * One region's cluster of an {@link AuroraGlobal}: its instances, one per zone, its parameters, logs and alarms. Made by AuroraGlobal, not
 * for use alone.
 */
export class AuroraRegion extends Component {
  /** Host name of this region's writer. While the region follows another one it is inactive: nobody answers there until a failover. */
  readonly address: pulumi.Output<string>;
  /** Host name of this region's readers: always active, and while the region follows, with write forwarding, for writes too. */
  readonly readerAddress: pulumi.Output<string>;
  readonly port = PORT;
  readonly resourceId: pulumi.Output<string>;
  /** Known before the cluster exists. */
  readonly arn: pulumi.Output<string>;
  readonly identifier: string;
  readonly connections: Connections;
  readonly key: Key;
  readonly nodes: {
    readonly cluster: aws.rds.Cluster;
    readonly instances: readonly aws.rds.ClusterInstance[];
    readonly subnetGroup: aws.rds.SubnetGroup;
    readonly parameterGroup: aws.rds.ClusterParameterGroup;
  };
  private readonly monitoring: ReturnType<typeof monitoringRole>;

  constructor(
    name: string,
    private readonly args: AuroraRegionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:data:AuroraRegion", name, args, opts);
    const { settings, key, vpc } = args;
    key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.that(
      vpc.zones.length >= Math.max(2, settings.instances),
      "vpc.zones",
      vpc.zones,
      "Aurora's subnet group covers at least two zones, and each instance stands in one of its own; add one.",
    );
    this.key = key;
    this.identifier = this.physicalName("dbCluster", undefined, 2);
    this.arn = this.arnOf("rds", `cluster:${this.identifier}`);
    this.connections = new Connections(
      this,
      new aws.ec2.SecurityGroup(
        this.childName("group"),
        { vpcId: vpc.vpcId, description: `Aurora ${this.identity}` },
        this.childOptions(),
      ),
      tcp(PORT),
    );
    const subnetGroup = new aws.rds.SubnetGroup(
      this.childName("subnets"),
      { description: `Isolated subnets for ${name}`, subnetIds: [...vpc.isolatedSubnetIds] },
      this.childOptions(),
    );
    const parameterGroup = this.createParameterGroup();
    this.monitoring = monitoringRole(this, this.identifier);
    const cluster = this.createCluster(subnetGroup, parameterGroup);
    const instances = vpc.zones
      .slice(0, settings.instances)
      .map((zone, index) => this.createInstance(cluster, zone, index));
    args.backupVault?.protect(name, "cluster", this.arn, key);

    this.address = cluster.readerEndpoint.apply(writerHost);
    this.readerAddress = cluster.readerEndpoint;
    this.resourceId = cluster.clusterResourceId;
    this.nodes = { cluster, instances, subnetGroup, parameterGroup };
    this.registerOutputs({
      address: this.address,
      readerAddress: this.readerAddress,
      resourceId: this.resourceId,
      arn: this.arn,
    });
  }

  /** Lets `grantee` log in here as the database user `user` with an IAM token. The user must exist and hold `rds_iam`. */
  grantConnect(grantee: Grantee, user: string): aws.iam.RolePolicy {
    return grantLogin(this, this.check, grantee, user, [this.resourceId]);
  }

  /** The writer's host name, once an instance answers behind it. */
  get availableAddress(): pulumi.Output<string> {
    const answering = pulumi.all(this.nodes.instances.map(({ endpoint }) => endpoint));
    return pulumi.all([this.address, answering]).apply(([address]) => address);
  }

  /** Alarms on the lag behind the primary region, in seconds; the metrics are this region's. */
  watchLag(seconds: number): void {
    const watch = (suffix: string, metric: string, what: string): void => {
      this.alarm(suffix, {
        severity: "critical",
        description: `${this.identifier} has been over ${seconds} seconds behind the primary region in ${what} for 5 minutes: a failover now would lose as much.`,
        metric: {
          namespace: "AWS/RDS",
          name: metric,
          dimensions: { DBClusterIdentifier: this.identifier },
          statistic: "Maximum",
        },
        comparison: "GreaterThanThreshold",
        threshold: seconds * 1000,
      });
    };
    watch("replication-lag", "AuroraGlobalDBReplicationLag", "storage");
    watch("rpo-lag", "AuroraGlobalDBRPOLag", "transactions");
  }

  private createParameterGroup(): aws.rds.ClusterParameterGroup {
    const { settings } = this.args;
    const parameters = postgresParameters(settings.auditClasses);
    if (settings.maxLagSeconds !== undefined)
      parameters.push({ name: "rds.global_db_rpo", value: String(settings.maxLagSeconds), applyMethod: "immediate" });
    return new aws.rds.ClusterParameterGroup(
      this.childName("parameters"),
      {
        family: `aurora-postgresql${majorVersion(settings.engineVersion)}`,
        description: `Settings of ${this.identity}`,
        parameters,
      },
      this.childOptions(),
    );
  }

  private createCluster(
    subnetGroup: aws.rds.SubnetGroup,
    parameterGroup: aws.rds.ClusterParameterGroup,
  ): aws.rds.Cluster {
    const { args, identifier } = this;
    const { settings, role } = args;
    const logs = exportedLogGroups(
      this,
      { kind: "cluster", identifier, logs: LOGS },
      args.key,
      settings.logRetentionInDays,
    );
    const own =
      "follows" in role
        ? {
            sourceRegion: role.follows.context.region,
            // Its data is the primary's, whose final snapshot is the one to keep.
            skipFinalSnapshot: true,
          }
        : {
            databaseName: role.databaseName,
            masterUsername: role.masterUsername,
            masterPassword: role.masterPassword,
            skipFinalSnapshot: !this.production,
            finalSnapshotIdentifier: `${identifier}-final`,
          };
    return new aws.rds.Cluster(
      this.childName("cluster"),
      {
        ...own,
        // The primary's own takes effect when it is demoted.
        enableGlobalWriteForwarding: settings.writeForwarding,
        clusterIdentifier: identifier,
        globalClusterIdentifier: args.globalClusterIdentifier,
        engine: "aurora-postgresql",
        engineVersion: settings.engineVersion,
        ...(settings.capacity
          ? {
              serverlessv2ScalingConfiguration: {
                minCapacity: settings.capacity.min,
                maxCapacity: settings.capacity.max,
              },
            }
          : {}),
        storageEncrypted: true,
        kmsKeyId: args.key.arn,
        port: PORT,
        dbSubnetGroupName: subnetGroup.name,
        vpcSecurityGroupIds: [this.connections.securityGroupId],
        dbClusterParameterGroupName: parameterGroup.name,
        iamDatabaseAuthenticationEnabled: true,
        enabledCloudwatchLogsExports: [...LOGS],
        backupRetentionPeriod: settings.backupRetentionDays,
        preferredBackupWindow: settings.backupWindow,
        preferredMaintenanceWindow: settings.maintenanceWindow,
        ...insightSettings(args.key, settings.databaseInsights),
        databaseInsightsMode: settings.databaseInsights,
        copyTagsToSnapshot: true,
        applyImmediately: false,
        deletionProtection: this.production,
      },
      this.statefulOptions(
        {
          dependsOn: [...logs, ...("follows" in role ? role.follows.nodes.instances : [])],
          // Membership reads back empty and a change detaches the cluster; versions and the follower's source are changed by the global
          // cluster itself; the password is the rotation's from the first minute on.
          ignoreChanges: [
            "engineVersion",
            "globalClusterIdentifier",
            "replicationSourceIdentifier",
            ...("follows" in role ? [] : ["masterPassword"]),
            ...(args.backupVault?.continuous ? ["backupRetentionPeriod", "preferredBackupWindow"] : []),
          ],
        },
        settings.transform?.cluster,
      ),
    );
  }

  private createInstance(cluster: aws.rds.Cluster, zone: string, index: number): aws.rds.ClusterInstance {
    const { settings, role, key } = this.args;
    const letter = zone.slice(-1);
    const identifier = `${this.identifier}-${letter}`;
    const instance = new aws.rds.ClusterInstance(
      this.childName(`instance-${letter}`),
      {
        identifier,
        clusterIdentifier: cluster.id,
        engine: "aurora-postgresql",
        engineVersion: settings.engineVersion,
        instanceClass: settings.capacity ? "db.serverless" : settings.instanceClass,
        availabilityZone: zone,
        publiclyAccessible: false,
        // The second is as large as the first, so that it is the one that takes over; serverless ones in tier 1 scale with the writer.
        promotionTier: Math.min(index, 1),
        monitoringInterval: 60,
        monitoringRoleArn: this.monitoring.role.arn,
        ...insightSettings(key, settings.databaseInsights),
        caCertIdentifier: "rds-ca-rsa2048-g1",
        // Global databases take no automatic minor upgrades: all regions run the same release.
        autoMinorVersionUpgrade: false,
        applyImmediately: false,
      },
      this.statefulOptions(
        { dependsOn: [this.monitoring.policy], ignoreChanges: ["engineVersion"] },
        settings.transform?.instance,
      ),
    );
    const rules = memberAlarms({
      suffix: letter,
      identifier,
      instanceClass: settings.instanceClass,
      // An Aurora capacity unit has 2 GiB.
      memoryGiB: settings.capacity ? settings.capacity.max * 2 : undefined,
      follows: settings.instances > 1 || "follows" in role,
    });
    for (const [name, rule] of Object.entries(rules)) this.alarm(`${name}-${letter}`, rule);
    return instance;
  }
}

/** RDS may leave out the inactive writer endpoint of a cluster that follows; its name is always the reader endpoint's without `ro-`. */
function writerHost(readerHost: string): string {
  return readerHost.replace(".cluster-ro-", ".cluster-");
}
