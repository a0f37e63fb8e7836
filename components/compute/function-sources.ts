import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Grantee } from "../core";

/** A `DataStream`, or a consumer with a share of a stream's throughput of its own. */
export interface StreamSource {
  /** Of the Kinesis stream or its registered consumer, or of a DynamoDB table's stream. */
  readonly arn: pulumi.Input<string>;
  grantRead(grantee: Grantee): aws.iam.RolePolicy;
  /** What has to stand before anything reads, where `arn` is built from a name and does not tell. */
  readonly nodes?: { readonly stream?: pulumi.Resource };
}

/**
 * Which events the function gets: patterns as EventBridge has them, on the event source's own record, e.g. `{ data: { kind: ["scored"] } }`
 * for Kinesis or `{ body: { kind: ["scored"] } }` for SQS (https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html).
 * One of them must match; at most five. The others are never delivered: a queue drops them, a stream passes over them.
 */
export type EventFilters = readonly Readonly<Record<string, unknown>>[];

export interface QueueConsumption {
  /** Messages in one call, 1-10000; above 10 with a window, and in a FIFO queue at most 10. Default 10. */
  batchSize?: number;
  /** Seconds that Lambda gathers messages for, 0-300. Default 0. A FIFO queue takes none. */
  windowSeconds?: number;
  /** Calls at once from this queue, 2-1000: what is behind the function sees no more. Default: as many as the function's concurrency lets. */
  maximumConcurrency?: number;
  filters?: EventFilters;
}

export interface StreamConsumption {
  /** Records in one call, 1-10000. Default 100. */
  batchSize?: number;
  /** Seconds that Lambda gathers records for, 0-300. Default 0. */
  windowSeconds?: number;
  /**
   * Where a new function begins: `TRIM_HORIZON` (default) with the oldest record there is, `LATEST` with what comes from now on. It cannot
   * be changed later.
   */
  from?: "TRIM_HORIZON" | "LATEST";
  /** Times that a failed batch is tried again before its position goes to the dead letters, 0-10000. Default 5. Each time the batch is halved. */
  maximumRetries?: number;
  /** Seconds after which a record is given up, 60-604800. Default 86400. */
  maximumAgeSeconds?: number;
  /** Batches of one shard at once, in order for each partition key, 1-10. Default 1. */
  parallelBatches?: number;
  filters?: EventFilters;
}

const MAX_FILTERS = 5;
/** https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html */
const MAX_PATTERN = 4096;

export function checkQueueConsumption(check: ArgumentCheck, isFifo: boolean, given: QueueConsumption): void {
  const { batchSize = 10, windowSeconds = 0, maximumConcurrency } = given;
  check.integer("batchSize", batchSize, 1, isFifo ? 10 : 10_000);
  check.integer("windowSeconds", windowSeconds, 0, isFifo ? 0 : 300, "of seconds");
  check.that(
    batchSize <= 10 || windowSeconds > 0,
    "batchSize",
    batchSize,
    "Above 10 messages give `windowSeconds` of 1 or more.",
  );
  if (maximumConcurrency !== undefined) check.integer("maximumConcurrency", maximumConcurrency, 2, 1000);
  checkFilters(check, given.filters);
}

export function checkStreamConsumption(check: ArgumentCheck, given: StreamConsumption): void {
  check.integer("batchSize", given.batchSize ?? 100, 1, 10_000);
  check.integer("windowSeconds", given.windowSeconds ?? 0, 0, 300, "of seconds");
  check.oneOf("from", given.from ?? "TRIM_HORIZON", ["TRIM_HORIZON", "LATEST"]);
  check.integer("maximumRetries", given.maximumRetries ?? 5, 0, 10_000);
  check.integer("maximumAgeSeconds", given.maximumAgeSeconds ?? 86_400, 60, 604_800, "of seconds");
  check.integer("parallelBatches", given.parallelBatches ?? 1, 1, 10);
  checkFilters(check, given.filters);
}

function checkFilters(check: ArgumentCheck, filters: EventFilters | undefined): void {
  if (filters === undefined) return;
  check.that(
    filters.length >= 1 && filters.length <= MAX_FILTERS,
    "filters",
    filters.length,
    `Give 1 to ${MAX_FILTERS} patterns, or leave them out.`,
  );
  for (const filter of filters) {
    const { length } = JSON.stringify(filter);
    check.that(length <= MAX_PATTERN, "filters", length, `A pattern has at most ${MAX_PATTERN} characters.`);
  }
}

/** The filters as Lambda takes them; nothing where there are none. */
export function filterCriteria(
  filters: EventFilters | undefined,
): Pick<aws.lambda.EventSourceMappingArgs, "filterCriteria"> {
  if (filters === undefined) return {};
  return { filterCriteria: { filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })) } };
}
