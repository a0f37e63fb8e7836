/** How far apart the folders of an archive are: one a day, or one an hour where a day is too much to scan. */
export type ArchivePartition = "day" | "hour";

/** Where records stand. Nothing else does, so that a table's location holds its records only. */
export const RECORDS = "records/";
/** Where records that could not be converted stand, as they came, for a second attempt. */
const ERRORS = "errors/";

/** A folder's name, as Firehose (Java's DateTimeFormatter) and Athena (partition projection) both write it. */
const FOLDERS: Readonly<Record<ArchivePartition, { readonly format: string; readonly unit: string }>> = {
  day: { format: "yyyy-MM-dd", unit: "DAYS" },
  hour: { format: "yyyy-MM-dd-HH", unit: "HOURS" },
};

/** Firehose's prefixes: records in a folder of the time, in UTC, at which Kinesis took them (https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html). */
export function deliveryPrefixes(partition: ArchivePartition): { prefix: string; errorOutputPrefix: string } {
  const folder = `${partition}=!{timestamp:${FOLDERS[partition].format}}/`;
  return { prefix: `${RECORDS}${folder}`, errorOutputPrefix: `${ERRORS}!{firehose:error-output-type}/${folder}` };
}

/** First and last folder that queries look into: a day, or so many days ago. */
export type ArchiveRange = { readonly since: string } | { readonly lastDays: number };

/**
 * The table's properties by which Athena computes the folders from the query, instead of asking a catalog of partitions that somebody must keep up
 * (https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html). `bucket` is known to the caller only later; the rest is plain.
 */
export function projection(partition: ArchivePartition, range: ArchiveRange): Record<string, string> {
  const { format, unit } = FOLDERS[partition];
  const first = "since" in range ? `${range.since}${partition === "hour" ? "-00" : ""}` : `NOW-${range.lastDays}DAYS`;
  const key = `projection.${partition}`;
  return {
    "projection.enabled": "true",
    [`${key}.type`]: "date",
    [`${key}.format`]: format,
    [`${key}.range`]: `${first},NOW`,
    [`${key}.interval`]: "1",
    [`${key}.interval.unit`]: unit,
  };
}

/** Where Athena looks for a folder: `records/day=${day}/`. */
export const locationTemplate = (partition: ArchivePartition): string => `${RECORDS}${partition}=\${${partition}}/`;
