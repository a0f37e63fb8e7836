import { BackupVault } from "../../components/data/backup-vault";
import { PostgresDatabase } from "../../components/data/postgres-database";
import { Queue } from "../../components/messaging/queue";
import type { Vpc } from "../../components/network/vpc";
import { Secret } from "../../components/security/secret";
import type { BookLendingConfig } from "./config";
import type { Foundation } from "./foundation";

const MINUTES_PER_HOUR = 60;

export interface Data {
  /** Books, borrowers, and the entries of a book's status. */
  readonly database: PostgresDatabase;
  /** Reservations, in order for each book. */
  readonly reservations: Queue;
  readonly processorCredentials: Secret;
  readonly identityClient: Secret;
}

/** Where data lies: a primary with its standby in another zone, locked backups, reservations on their way, secrets. */
export function data({ database, objectives, owner }: BookLendingConfig, base: Foundation, vpc: Vpc): Data {
  const { key } = base;
  const here = { parent: base.region };
  const backupVault = new BackupVault(
    "book-lending-backups",
    {
      key,
      rpoHours: Math.floor(objectives.rpoMinutes / MINUTES_PER_HOUR),
      retentionDays: database.backupRetentionDays,
    },
    here,
  );
  return {
    database: new PostgresDatabase(
      "book-lending-database",
      { vpc, key, deployment: "instance", databaseName: "lending", backupVault, ...database },
      here,
    ),
    // One book's reservations are worked on one after the other, so that each sees the status that the one before has written; different books go side by side.
    reservations: new Queue("book-lending-reservations", { key, fifo: true, visibilityTimeoutSeconds: 60 }, here),
    processorCredentials: new Secret(
      "book-lending-processor",
      {
        key,
        description: "Credentials at the payment processor",
        fields: ["clientId", "clientSecret"],
        // The processor gives them out: no function can change them.
        rotatedBy: { who: owner, days: 90 },
      },
      here,
    ),
    identityClient: new Secret(
      "book-lending-identity",
      {
        key,
        description: "Client secret at the identity provider",
        fields: ["clientSecret"],
        rotatedBy: { who: owner, days: 90 },
      },
      here,
    ),
  };
}
