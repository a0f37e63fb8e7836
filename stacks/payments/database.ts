import * as pulumi from "@pulumi/pulumi";
import { type Grantee, shortRegion } from "../../components/core";
import { AuroraGlobal } from "../../components/data/aurora-global";
import { BackupVault } from "../../components/data/backup-vault";
import type { PostgresDatabase } from "../../components/data/postgres-database";
import { ShardedDatabase } from "../../components/data/sharded-database";
import type { Connectable } from "../../components/network/connections";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import type { PaymentsConfig } from "./config";
import type { DatabaseOutputs } from "./outputs";

/** Database users that services log in as, with IAM tokens. Migrations create them and grant them `rds_iam`. */
export const DATABASE_USERS = { reader: "payments_ro", writer: "payments_rw" } as const;

/** The region's databases, whichever kind the configuration picks. */
export interface PaymentsDatabase {
  /** Opens the way and the login to `service`. */
  grant(service: Grantee & Connectable, access: keyof typeof DATABASE_USERS): void;
  /** Environment variables by which services find their data. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly outputs: DatabaseOutputs;
  /** Where it is one database for all regions: what the next region joins. */
  readonly global?: AuroraGlobal;
}

type DatabaseConfig<Engine> = Extract<PaymentsConfig["database"], { engine: Engine }>;

export interface DatabaseSite {
  readonly prefix: string;
  readonly region: Region;
  readonly vpc: Vpc;
  readonly key: Key;
}

const MINUTES_PER_HOUR = 60;
const DATABASE_NAME = "payments";
const USER_SETTINGS = { DATABASE_READ_USER: DATABASE_USERS.reader, DATABASE_WRITE_USER: DATABASE_USERS.writer };

/**
 * ACID storage, backed up to meet the RPO: PostgreSQL sharded by client id, or one Aurora global database.
 * @param joined the global database of the regions before this one.
 */
export function paymentsDatabase(config: PaymentsConfig, site: DatabaseSite, joined?: AuroraGlobal): PaymentsDatabase {
  const { database } = config;
  const backups = new BackupVault(
    `${site.prefix}-backups`,
    {
      key: site.key,
      rpoHours: Math.floor(config.objectives.rpoMinutes / MINUTES_PER_HOUR),
      retentionDays: database.backupRetentionDays,
    },
    { parent: site.region },
  );
  return database.engine === "rds"
    ? shardedDatabase(database, site, backups)
    : globalDatabase(database, site, backups, joined);
}

/** Each shard over three zones, with readers. Regions share no data. */
function shardedDatabase(
  database: DatabaseConfig<"rds">,
  { prefix, region, vpc, key }: DatabaseSite,
  backups: BackupVault,
): PaymentsDatabase {
  const ledger = new ShardedDatabase(
    `${prefix}-ledger`,
    {
      vpc,
      key,
      deployment: database.deployment,
      instanceClass: database.instanceClass,
      storageGiB: database.storageGiB,
      maxStorageGiB: database.maxStorageGiB,
      backupRetentionDays: database.backupRetentionDays,
      backupVault: backups,
      databaseName: DATABASE_NAME,
      shards: Object.fromEntries(
        Object.entries(database.shards).map(([name, { buckets, instanceClass, readReplicas }]) => [
          name,
          { buckets, instanceClass: instanceClass ?? database.instanceClass, readReplicas: numbered(readReplicas) },
        ]),
      ),
    },
    { parent: region },
  );
  return {
    grant: (service, access) => {
      ledger.connections.allowFrom(service);
      ledger.grantConnect(service, DATABASE_USERS[access]);
      ledger.grantReadDirectory(service);
    },
    settings: {
      // The parameter's own output: tasks start when every shard that it names stands.
      SHARD_DIRECTORY_PARAMETER: ledger.nodes.directory.name,
      ...USER_SETTINGS,
    },
    outputs: {
      directory: ledger.nodes.directory.name,
      endpoints: Object.fromEntries(
        Object.entries(ledger.shards).map(([name, shard]) => [
          name,
          { writer: shard.endpoint, readers: readersOf(shard) },
        ]),
      ),
    },
  };
}

/**
 * One database for all regions: the first writes, the others follow and can take over. Every service uses its own region's cluster, since no
 * network path leads from one region to another.
 *
 * Where services write: to DATABASE_ENDPOINT, and if nobody answers there, to DATABASE_READER_ENDPOINT; libpq, pgx and JDBC do it when given
 * both hosts in this order. The first is active only in the region that writes; the second of any other region sends writes on to that one.
 * So a failover changes no setting.
 */
function globalDatabase(
  database: DatabaseConfig<"aurora-global">,
  { prefix, region, vpc, key }: DatabaseSite,
  backupVault: BackupVault,
  joined: AuroraGlobal | undefined,
): PaymentsDatabase {
  const site = { vpc, key, backupVault };
  const here = { parent: region };
  const name = `${prefix}-ledger`;
  const global =
    joined ??
    new AuroraGlobal(
      name,
      {
        primary: site,
        instanceClass: database.instanceClass,
        instances: database.readers + 1,
        databaseName: DATABASE_NAME,
        writeForwarding: true,
        backupRetentionDays: database.backupRetentionDays,
      },
      here,
    );
  const cluster = joined
    ? joined.addSecondary(shortRegion(region.region), { name, region: region.region, ...site }, here)
    : global.primary;
  return {
    grant: (service, access) => {
      cluster.connections.allowFrom(service);
      cluster.grantConnect(service, DATABASE_USERS[access]);
    },
    settings: {
      // Known when an instance answers: tasks start then.
      DATABASE_ENDPOINT: cluster.availableAddress,
      DATABASE_READER_ENDPOINT: cluster.readerAddress,
      DATABASE_NAME,
      ...USER_SETTINGS,
    },
    outputs: {
      globalWriter: pulumi.interpolate`${global.writerEndpoint}:${global.port}`,
      endpoints: {
        ledger: { writer: pulumi.interpolate`${cluster.address}:${cluster.port}`, readers: [cluster.readerAddress] },
      },
    },
    global,
  };
}

/** A cluster's standbys share one host; each replica of an instance has its own. */
function readersOf({ deployment, readerAddress, replicaAddresses }: PostgresDatabase): pulumi.Output<string>[] {
  return deployment === "cluster" ? [readerAddress] : Object.values(replicaAddresses);
}

/** `{ r1: {}, r2: {} }`: replicas differ in nothing but their number, so adding one moves no other. */
function numbered(count: number): Record<string, object> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index + 1}`, {}]));
}
