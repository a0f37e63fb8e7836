import type * as aws from "@pulumi/aws";
import type { ComponentArgs, Transform } from "../core";
import type { Connections } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import type { BackupVault } from "./backup-vault";
import type { AuditClass } from "./postgres-settings";

export interface ReadReplica {
  /** Default: the database's. */
  instanceClass?: string;
  /** Full zone name, e.g. `eu-west-1b`. Default: AWS chooses. It cannot be changed later. */
  zone?: string;
}

export interface PostgresDatabaseArgs extends ComponentArgs {
  /** Where it stands: in the isolated subnets. */
  vpc: NetworkLike;
  /** Customer key of storage, snapshots, secret, insights and logs; its policy must name the `logs` service. */
  key: Key;
  /**
   * `cluster` (default in production): one writer and two readable standbys in three zones, a Multi-AZ DB cluster. `instance` (default in
   * development): one DB instance, in production with a standby in a second zone that serves no reads. It cannot be changed later.
   */
  deployment?: "cluster" | "instance";
  /** E.g. `db.r8gd.xlarge`. A cluster takes only classes with local NVMe storage (`d`). */
  instanceClass: string;
  /** Database made with it. Default `app`. It cannot be changed later. */
  databaseName?: string;
  /** Up to 16 characters. Default `palisadeowner`. It cannot be changed later. */
  masterUsername?: string;
  /**
   * `<major>.<minor>`, of an instance also the major version alone, e.g. `17`. Default: it begins with `17.11`, and what RDS upgrades it to is left
   * alone. RDS applies minor releases itself and never goes back: one that is given here has to be raised once RDS has gone further.
   */
  engineVersion?: string;
  /** Lets a new major `engineVersion` through. Default false. */
  allowMajorVersionUpgrade?: boolean;
  /** GiB of each member's gp3 volume: 100-65536 in a cluster, 20-65536 otherwise. Default: the least. */
  storageGiB?: number;
  /** GiB up to which RDS grows the volume by itself, at least 10 % more than `storageGiB`; `instance` only. Default: it does not grow. */
  maxStorageGiB?: number;
  /** Provisioned IOPS from 400 GiB on, 12000-64000. Default: gp3's baseline, 3000 below 400 GiB and 12000 from there. */
  iops?: number;
  /**
   * Read replicas by a key of yours, at most 15; `instance` only (a cluster has two already). RDS then no longer manages the master
   * secret, a {@link MasterSecret} does. Default: none.
   */
  readReplicas?: Readonly<Record<string, ReadReplica>>;
  /** Days that point-in-time recovery reaches back, 1-35. Default 35, in development 7. */
  backupRetentionDays?: number;
  /** Takes locked snapshots of it. Default: none. */
  backupVault?: BackupVault;
  /** Daily, UTC, at least half an hour. Default `01:00-02:00`. */
  backupWindow?: string;
  /** Weekly, UTC. Default `sun:03:00-sun:04:00`. */
  maintenanceWindow?: string;
  /** Statements that pgaudit writes to the log, for every session. Default `["ddl", "role"]`. */
  auditClasses?: readonly AuditClass[];
  /** `advanced` keeps 15 months of load and lock analysis for 0.0125 USD per vCPU and hour. Default `standard`: 7 days, free. */
  databaseInsights?: "standard" | "advanced";
  /** Days the logs are kept. Default 365, in development 30. */
  logRetentionInDays?: number;
  /** A security group shared with other databases. Default: its own, closed. */
  connections?: Connections;
  transform?: {
    cluster?: Transform<aws.rds.ClusterArgs>;
    instance?: Transform<aws.rds.InstanceArgs>;
    replica?: Transform<aws.rds.InstanceArgs>;
    clusterParameterGroup?: Transform<aws.rds.ClusterParameterGroupArgs>;
    parameterGroup?: Transform<aws.rds.ParameterGroupArgs>;
    subnetGroup?: Transform<aws.rds.SubnetGroupArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    monitoringRole?: Transform<aws.iam.RoleArgs>;
  };
}
