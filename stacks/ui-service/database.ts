import { BackupVault } from "../../components/data/backup-vault";
import { PostgresDatabase } from "../../components/data/postgres-database";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import type { UiServiceConfig } from "./config";

/** Database users, who log in with IAM tokens. Migrations create them, grant them `rds_iam`, and to each what it calls: stored procedures, or the view. */
export const DATABASE_USERS = { ui: "ui", orchestrator: "orchestrator" } as const;

const MINUTES_PER_HOUR = 60;

/** Where everything is kept, for long: encrypted with a customer key, in subnets without a way out, with backups that nobody can delete. */
export function uiDatabase(
  { database, objectives }: UiServiceConfig,
  { prefix, region, vpc, key }: { prefix: string; region: Region; vpc: Vpc; key: Key },
): PostgresDatabase {
  const here = { parent: region };
  const backups = new BackupVault(
    `${prefix}-backups`,
    {
      key,
      rpoHours: Math.floor(objectives.rpoMinutes / MINUTES_PER_HOUR),
      retentionDays: database.backupRetentionDays,
    },
    here,
  );
  return new PostgresDatabase(
    `${prefix}-database`,
    {
      vpc,
      key,
      deployment: database.deployment,
      instanceClass: database.instanceClass,
      storageGiB: database.storageGiB,
      backupRetentionDays: database.backupRetentionDays,
      backupVault: backups,
      databaseName: "accounts",
    },
    here,
  );
}
