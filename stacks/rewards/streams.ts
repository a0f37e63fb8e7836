import { Archive } from "../../components/data/archive";
import type { BackupVault } from "../../components/data/backup-vault";
import { QueryWorkgroup } from "../../components/data/query-workgroup";
import { Table } from "../../components/data/table";
import { DataStream, type DataStreamConsumer } from "../../components/messaging/data-stream";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import { TRANSACTION_COLUMNS, USER_COLUMNS } from "./columns";
import type { RewardsConfig } from "./config";

/** The two topics: apart, as their readers are. */
export const TOPICS = ["users", "transactions"] as const;
export type Topic = (typeof TOPICS)[number];

export interface Streams {
  readonly streams: Readonly<Record<Topic, DataStream>>;
  /** The users domain's reading of each, which nothing slows down. */
  readonly readers: Readonly<Record<Topic, DataStreamConsumer>>;
  /** Where the users domain keeps how far it has read: one table for each stream. */
  readonly leases: Readonly<Record<Topic, Table>>;
  /** All that was ever said, for queries. */
  readonly archives: Readonly<Record<Topic, Archive>>;
  readonly workgroup: QueryWorkgroup;
}

export interface StreamSite {
  readonly region: Region;
  readonly key: Key;
  readonly logKey: Key;
  /** Takes snapshots of tables. */
  readonly backups: BackupVault;
}

const COLUMNS = { users: USER_COLUMNS, transactions: TRANSACTION_COLUMNS };
const BYTES_PER_GIB = 1024 ** 3;

/** Two streams, each with an archive that Athena queries. */
export function connectByStreams(config: RewardsConfig, { region, key, logKey, backups }: StreamSite): Streams {
  const here = { parent: region };
  const { glacierDays, deepArchiveDays, expireDays, queryGiB } = config.archive;
  const stream = (topic: Topic) =>
    new DataStream(`rewards-${topic}-events`, { key, retentionHours: config.streams.retentionHours }, here);
  const streams = { users: stream("users"), transactions: stream("transactions") };
  const readers = {
    users: streams.users.consumer("users-domain"),
    transactions: streams.transactions.consumer("users-domain"),
  };
  const lease = (topic: Topic) => {
    const table = new Table(
      `rewards-${topic}-leases`,
      {
        key,
        partitionKey: { name: "leaseKey" },
        // As the Kinesis Client Library looks it up, which would make it itself.
        indexes: { LeaseOwnerToLeaseKeyIndex: { partitionKey: { name: "leaseOwner" }, attributes: [] } },
      },
      here,
    );
    // Without them, the users domain would begin anew with the oldest record.
    backups.protect(`${topic}-leases`, "table", table.arn);
    return table;
  };
  const archive = (topic: Topic) =>
    new Archive(
      `rewards-${topic}-archive`,
      {
        stream: streams[topic],
        key,
        logKey,
        columns: COLUMNS[topic],
        lifecycle: { glacierDays, deepArchiveDays, expireDays },
      },
      here,
    );
  return {
    streams,
    readers,
    leases: { users: lease("users"), transactions: lease("transactions") },
    archives: { users: archive("users"), transactions: archive("transactions") },
    workgroup: new QueryWorkgroup("rewards-queries", { key, scannedBytesLimit: queryGiB * BYTES_PER_GIB }, here),
  };
}
