import { createHash } from "node:crypto";

/** Virtual buckets that client ids hash to. Fixed for good: another number would send most clients to another shard. */
export const SHARD_BUCKETS = 4096;

/** First and last bucket, both included. */
export type BucketRange = readonly [first: number, last: number];

/** The bucket of a client: the first 12 bits of the SHA-256 of its id in UTF-8. Services in other languages do the same. */
export function bucketOf(clientId: string): number {
  const digest = createHash("sha256").update(clientId, "utf8").digest();
  return digest.readUInt16BE(0) >> 4;
}

/** What is wrong with who owns which buckets, or undefined when each bucket has exactly one owner. */
export function bucketProblem(owners: Readonly<Record<string, readonly BucketRange[]>>): string | undefined {
  const ranges = Object.entries(owners).flatMap(([owner, own]) => own.map(([first, last]) => ({ owner, first, last })));
  for (const { owner, first, last } of ranges) {
    if (![first, last].every((bucket) => Number.isInteger(bucket) && bucket >= 0 && bucket < SHARD_BUCKETS))
      return `${owner} has the range ${first}-${last}; buckets are whole numbers from 0 to ${SHARD_BUCKETS - 1}`;
    if (first > last) return `${owner} has the range ${first}-${last}, whose first bucket is larger than its last`;
  }
  ranges.sort((a, b) => a.first - b.first);
  let next = 0;
  let previous = "";
  for (const { owner, first, last } of ranges) {
    if (first > next) return `nobody owns the buckets ${next}-${first - 1}`;
    if (first < next) return `${previous} and ${owner} both own bucket ${first}`;
    next = last + 1;
    previous = owner;
  }
  return next === SHARD_BUCKETS ? undefined : `nobody owns the buckets ${next}-${SHARD_BUCKETS - 1}`;
}

/** The shard that owns a client's bucket: what a service does with the directory it has read. */
export function shardOf(clientId: string, owners: Readonly<Record<string, readonly BucketRange[]>>): string {
  const bucket = bucketOf(clientId);
  const owner = Object.entries(owners).find(([, own]) =>
    own.some(([first, last]) => first <= bucket && bucket <= last),
  );
  if (owner === undefined) throw new RangeError(`No shard owns bucket ${bucket}`);
  return owner[0];
}
