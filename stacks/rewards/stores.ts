import { AuroraGlobal } from "../../components/data/aurora-global";
import { BackupVault } from "../../components/data/backup-vault";
import { Table } from "../../components/data/table";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import { Secret } from "../../components/security/secret";
import type { RewardsConfig } from "./config";

/** Database user of the users domain, who logs in with IAM tokens. Migrations create it and grant it `rds_iam`. */
export const DATABASE_USER = "users_domain";

export interface Stores {
  /** Charities and families in need, as their sources tell them. */
  readonly catalogs: Table;
  /** User -> points. */
  readonly balances: Table;
  /** What an encounter, a donation or a purchase is worth. */
  readonly rules: Table;
  /** Device -> where it was last, for a week. */
  readonly devices: Table;
  /** Police officers, civilians, merchants, charities, families in need, and what happened between them. */
  readonly users: AuroraGlobal;
  /** Take locked snapshots of tables, and of databases. */
  readonly tableBackups: BackupVault;
  readonly databaseBackups: BackupVault;
  /** Who sends notifications to phones. */
  readonly pushCredentials: Secret;
  /** What the ID validator knows the platform by. */
  readonly validatorCredentials: Secret;
  /** Certificate that pods show whoever calls them. */
  readonly serviceTls: Secret;
}

const MINUTES_PER_HOUR = 60;

/**
 * Four tables, as every one is read by its key and none is joined, and Aurora PostgreSQL for what is: users and what happened between them. All can be restored
 * to any second; locked copies are kept besides.
 */
export function stores(
  config: RewardsConfig,
  { region, vpc, key }: { readonly region: Region; readonly vpc: Vpc; readonly key: Key },
): Stores {
  const here = { parent: region };
  const { database, objectives, owner } = config;
  const rpoHours = Math.floor(objectives.rpoMinutes / MINUTES_PER_HOUR);
  const catalogs = new Table(
    "rewards-catalogs",
    { key, partitionKey: { name: "catalog" }, sortKey: { name: "entityId" } },
    here,
  );
  const balances = new Table("rewards-balances", { key, partitionKey: { name: "userId" } }, here);
  const rules = new Table("rewards-rules", { key, partitionKey: { name: "kind" }, sortKey: { name: "ruleId" } }, here);
  const devices = new Table(
    "rewards-devices",
    // Where somebody was a week ago is nobody's business.
    { key, partitionKey: { name: "deviceId" }, expiresAt: "expiresAt", recoveryDays: 7 },
    here,
  );
  const tableBackups = new BackupVault("rewards-table-backups", { key, holds: "tables", rpoHours }, here);
  for (const [name, table] of Object.entries({ catalogs, balances, rules })) {
    tableBackups.protect(name, "table", table.arn);
  }
  const databaseBackups = new BackupVault(
    "rewards-database-backups",
    { key, rpoHours, retentionDays: database.backupRetentionDays },
    here,
  );
  const users = new AuroraGlobal(
    "rewards-users",
    {
      primary: { vpc, key, backupVault: databaseBackups },
      instanceClass: database.instanceClass,
      capacity: database.capacity,
      instances: database.instances,
      backupRetentionDays: database.backupRetentionDays,
      databaseName: "users",
    },
    here,
  );
  const secret = (name: string, description: string, days: number, fields?: readonly string[]) =>
    new Secret(`rewards-${name}`, { key, description, fields, rotatedBy: { who: owner, days } }, here);
  return {
    catalogs,
    balances,
    rules,
    devices,
    users,
    tableBackups,
    databaseBackups,
    pushCredentials: secret("push", "Service account of the push notification provider", 90),
    validatorCredentials: secret("validator", "Client credentials at the ID validator", 90, [
      "clientId",
      "clientSecret",
    ]),
    serviceTls: secret("service-tls", "Certificate that pods show whoever calls them", 365, [
      "certificate",
      "privateKey",
    ]),
  };
}
