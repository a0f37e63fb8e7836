import type { ArgumentCheck } from "../core";
import { CLUSTER_CLASS, INSTANCE_CLASS } from "./instance-class";
import type { PostgresDatabaseArgs } from "./postgres-database-args";
import {
  DAILY_WINDOW,
  DEFAULT_MASTER_USERNAME,
  DEFAULT_POSTGRES_VERSION,
  POSTGRES_NAME,
  POSTGRES_NAME_RULE,
  WEEKLY_WINDOW,
} from "./postgres-settings";

/** From here RDS stripes a PostgreSQL gp3 volume over four: other baseline, and IOPS can be chosen (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage). */
const STRIPED_GIB = 400;

/** Names that RDS for PostgreSQL refuses for the master user, beside those that begin with `pg_` or `rds`. */
const RESERVED_USERS = new Set(["admin", "public", "user"]);

/** Fails for a name that RDS does not take for a PostgreSQL master user (API reference of CreateDBCluster). */
export function checkMasterUsername(check: ArgumentCheck, name: string): void {
  check.that(
    !RESERVED_USERS.has(name) && !/^(pg_|rds)/.test(name),
    "masterUsername",
    name,
    "PostgreSQL or RDS keeps this name for itself; use another.",
  );
  check.matches(
    "masterUsername",
    name,
    /^[a-z][a-z0-9_]{0,15}$/,
    "Use up to 16 lower-case letters, digits and underscores, beginning with a letter.",
  );
}

/** gp3's baseline for PostgreSQL, and RDS's floor of half an IOPS for each GiB. */
export function baselineIops(storageGiB: number): number {
  return storageGiB < STRIPED_GIB ? 3000 : Math.max(12000, Math.ceil(storageGiB / 2));
}

/** Everything that is wrong with a {@link PostgresDatabaseArgs}, before anything is made. */
export function checkPostgresArguments(
  check: ArgumentCheck,
  args: PostgresDatabaseArgs,
  chosen: { clustered: boolean; storageGiB: number; backupRetentionDays: number },
): void {
  const { clustered, storageGiB, backupRetentionDays } = chosen;
  const replicas = Object.entries(args.readReplicas ?? {});
  check.matches(
    "instanceClass",
    args.instanceClass,
    clustered ? CLUSTER_CLASS : INSTANCE_CLASS,
    clustered
      ? "A Multi-AZ DB cluster takes classes with local NVMe storage, e.g. db.m8gd.large or db.r8gd.xlarge; for another one set deployment to instance."
      : "Give an RDS class such as db.r8g.xlarge.",
  );
  check.that(
    !clustered || args.vpc.zones.length >= 3,
    "vpc.zones",
    args.vpc.zones,
    "A Multi-AZ DB cluster stands in three zones; add one, or set deployment to instance.",
  );
  check.that(
    args.vpc.zones.length >= 2,
    "vpc.zones",
    args.vpc.zones,
    "A DB subnet group covers at least two zones; add one.",
  );
  check.that(
    !clustered || replicas.length === 0,
    "readReplicas",
    Object.keys(args.readReplicas ?? {}),
    "A Multi-AZ DB cluster has two readers and, with its managed secret, takes no replicas; use readerAddress, or set deployment to instance.",
  );
  check.that(replicas.length <= 15, "readReplicas", replicas.length, "RDS takes at most 15 read replicas.");
  for (const [key, replica] of replicas) {
    check.matches(
      "readReplicas",
      key,
      /^[a-z][a-z0-9]{0,9}$/,
      "A key is part of the identifier: up to 10 lower-case letters and digits, beginning with a letter.",
    );
    check.matches(
      `readReplicas.${key}.instanceClass`,
      replica.instanceClass ?? args.instanceClass,
      INSTANCE_CLASS,
      "Give an RDS class such as db.r8g.xlarge.",
    );
    if (replica.zone !== undefined) check.oneOf(`readReplicas.${key}.zone`, replica.zone, args.vpc.zones);
  }
  check.matches(
    "engineVersion",
    args.engineVersion ?? DEFAULT_POSTGRES_VERSION,
    clustered ? /^(1[5-9])\.\d+$/ : /^(1[5-9])(\.\d+)?$/,
    clustered
      ? "Give <major>.<minor> from 15 on, e.g. 17.11."
      : "Give a major version from 15 on, e.g. 17, or <major>.<minor>.",
  );
  check.matches("databaseName", args.databaseName ?? "app", POSTGRES_NAME, POSTGRES_NAME_RULE);
  checkMasterUsername(check, args.masterUsername ?? DEFAULT_MASTER_USERNAME);
  check.integer("storageGiB", storageGiB, clustered ? 100 : 20, 65536, "of GiB");
  if (args.maxStorageGiB !== undefined) {
    check.that(
      !clustered,
      "maxStorageGiB",
      args.maxStorageGiB,
      "The volumes of a Multi-AZ DB cluster do not grow by themselves; raise storageGiB, or set deployment to instance.",
    );
    check.integer("maxStorageGiB", args.maxStorageGiB, Math.ceil((storageGiB * 11) / 10), 65536, "of GiB");
  }
  if (args.iops !== undefined) {
    check.that(
      storageGiB >= STRIPED_GIB,
      "iops",
      args.iops,
      `A gp3 volume under ${STRIPED_GIB} GiB always has 3000; leave it out, or raise storageGiB.`,
    );
    check.integer("iops", args.iops, baselineIops(storageGiB), 64000);
  }
  check.integer("backupRetentionDays", backupRetentionDays, 1, 35, "of days");
  check.that(
    !clustered || !args.backupVault?.continuous,
    "backupVault",
    args.backupVault?.name,
    "AWS Backup has no continuous backups of Multi-AZ DB clusters; give a vault with an rpoHours of 2 or more, or set deployment to instance.",
  );
  check.matches("backupWindow", args.backupWindow ?? "01:00-02:00", DAILY_WINDOW, "Give hh:mm-hh:mm in UTC.");
  check.matches(
    "maintenanceWindow",
    args.maintenanceWindow ?? "sun:03:00-sun:04:00",
    WEEKLY_WINDOW,
    "Give ddd:hh:mm-ddd:hh:mm in UTC, e.g. sun:03:00-sun:04:00.",
  );
}
