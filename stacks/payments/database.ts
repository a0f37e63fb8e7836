import type * as pulumi from "@pulumi/pulumi";
import type { Grantee } from "../../components/core";
import { BackupVault } from "../../components/data/backup-vault";
import { ShardedDatabase } from "../../components/data/sharded-database";
import type { Connectable } from "../../components/network/connections";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import type { PaymentsConfig } from "../config/schema";
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
}

export interface DatabaseSite {
  readonly prefix: string;
  readonly region: Region;
  readonly vpc: Vpc;
  readonly key: Key;
}

const MINUTES_PER_HOUR = 60;

/** ACID storage: PostgreSQL, sharded by client id, each shard over three zones with readers, backed up to meet the RPO. */
export function paymentsDatabase(config: PaymentsConfig, { prefix, region, vpc, key }: DatabaseSite): PaymentsDatabase {
  const here = { parent: region };
  const { database } = config;
  if (database.engine !== "rds") throw new Error("aurora");
  const backups = new BackupVault(
    `${prefix}-backups`,
    {
      key,
      rpoHours: Math.floor(config.objectives.rpoMinutes / MINUTES_PER_HOUR),
      retentionDays: database.backupRetentionDays,
    },
    here,
  );
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
      databaseName: "payments",
      shards: Object.fromEntries(
        Object.entries(database.shards).map(([name, { buckets, instanceClass, readReplicas }]) => [
          name,
          { buckets, instanceClass: instanceClass ?? database.instanceClass, readReplicas: numbered(readReplicas) },
        ]),
      ),
    },
    here,
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
      DATABASE_READ_USER: DATABASE_USERS.reader,
      DATABASE_WRITE_USER: DATABASE_USERS.writer,
    },
    outputs: {
      directory: ledger.nodes.directory.name,
      endpoints: Object.fromEntries(
        Object.entries(ledger.shards).map(([name, shard]) => [
          name,
          { writer: shard.endpoint, readers: Object.values(shard.replicaAddresses) },
        ]),
      ),
    },
  };
}

/** `{ r1: {}, r2: {} }`: replicas differ in nothing but their number, so adding one moves no other. */
function numbered(count: number): Record<string, object> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index + 1}`, {}]));
}
