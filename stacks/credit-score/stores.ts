import { BackupVault } from "../../components/data/backup-vault";
import { Table } from "../../components/data/table";
import type { Region } from "../../components/network/region";
import { Key } from "../../components/security/key";
import { Secret } from "../../components/security/secret";
import type { CreditScoreConfig } from "./config";

/** What is kept, for how long, and under which key. */
export interface Stores {
  /** Users' authorizations at their banks: ciphertext under `tokenKey`, gone within the hour. */
  readonly tokens: Table;
  /** Who may read an authorization has this key, and nobody else. */
  readonly tokenKey: Key;
  /** Bank data on its way through the bus is ciphertext under this key: queues, dead-letter queues and the bus itself can not read it. */
  readonly bankDataKey: Key;
  /** What is left of a request once nobody can tell whose it was. */
  readonly scores: Table;
  /** ACME's own credentials at the banks. */
  readonly bankCredentials: Secret;
  /** Client -> its API key, for the synchronous way, and the key that signs its webhooks. */
  readonly clientCredentials: Secret;
  readonly taskTls: Secret;
}

const MINUTES_PER_HOUR = 60;

/**
 * Two tables and three secrets. DynamoDB rather than RDS: every access is by the request's id, nothing is joined, and a table on demand takes ten times the
 * requests with no size to change.
 */
export function stores(config: CreditScoreConfig, region: Region, key: Key): Stores {
  const here = { parent: region };
  const tokens = new Table(
    "credit-score-tokens",
    {
      key,
      partitionKey: { name: "authorizationId" },
      expiresAt: "expiresAt",
      // The least: a restored table would hold tokens that are long void, and ciphertext at that.
      recoveryDays: 1,
    },
    here,
  );
  const scores = new Table("credit-score-scores", { key, partitionKey: { name: "requestId" } }, here);
  const backups = new BackupVault(
    "credit-score-backups",
    { key, holds: "tables", rpoHours: Math.floor(config.objectives.rpoMinutes / MINUTES_PER_HOUR) },
    here,
  );
  backups.protect("scores", "table", scores.arn);
  const rotatedBy = (days: number) => ({ who: config.owner, days });
  return {
    tokens,
    scores,
    tokenKey: new Key("credit-score-token-key", { description: "Users' authorizations at their banks" }, here),
    bankDataKey: new Key("credit-score-bank-data-key", { description: "Bank data between services" }, here),
    bankCredentials: new Secret(
      "credit-score-banks",
      {
        key,
        description: "OAuth client credentials at the banks",
        fields: Object.keys(config.banks),
        rotatedBy: rotatedBy(90),
      },
      here,
    ),
    clientCredentials: new Secret(
      "credit-score-clients",
      {
        key,
        description: "Clients' API keys and the keys that sign their webhooks",
        fields: Object.keys(config.clients),
        rotatedBy: rotatedBy(90),
      },
      here,
    ),
    taskTls: new Secret(
      "credit-score-task-tls",
      {
        key,
        description: "Certificate that services show the load balancers",
        fields: ["certificate", "privateKey"],
        rotatedBy: rotatedBy(365),
      },
      here,
    ),
  };
}
