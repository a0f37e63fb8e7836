import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RecordedResource } from "../../simulator";

/** A column of a Glue table. */
export interface GlueColumn {
  readonly name: string;
  readonly type: string;
}

/** Letters of Java's DateTimeFormatter that the layouts use, in UTC. */
const LETTERS: Readonly<Record<string, (time: Date) => string>> = {
  yyyy: (time) => time.toISOString().slice(0, 4),
  MM: (time) => time.toISOString().slice(5, 7),
  dd: (time) => time.toISOString().slice(8, 10),
  HH: (time) => time.toISOString().slice(11, 13),
};

/** `time` in UTC as Java's DateTimeFormatter writes it by `pattern`, of the letters above and punctuation. */
export function javaTime(pattern: string, time: Date): string {
  return pattern.replace(/[A-Za-z]+/g, (letters) => {
    const write = LETTERS[letters];
    assert.ok(write, `${letters} is no letter of a pattern that the emulator knows`);
    return write(time);
  });
}

/** A prefix with its expressions evaluated (https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html). */
export const evaluatedPrefix = (prefix: string, time: Date): string =>
  prefix.replace(/!\{timestamp:([^}]*)\}/g, (_, pattern: string) => javaTime(pattern, time));

type SchemaElement = Record<string, string | number>;

/** How Hive's Parquet writer stores a column. Its timestamps are INT96, which the writer at hand has not: milliseconds stand in their place. */
function schemaElement({ name, type }: GlueColumn): SchemaElement {
  const decimal = /^decimal\((\d+),(\d+)\)$/.exec(type);
  if (decimal)
    return {
      name,
      type: "FIXED_LEN_BYTE_ARRAY",
      type_length: 16,
      converted_type: "DECIMAL",
      precision: Number(decimal[1]),
      scale: Number(decimal[2]),
      repetition_type: "OPTIONAL",
    };
  const kinds: Readonly<Record<string, SchemaElement>> = {
    boolean: { type: "BOOLEAN" },
    smallint: { type: "INT32", converted_type: "INT_16" },
    int: { type: "INT32" },
    bigint: { type: "INT64" },
    float: { type: "FLOAT" },
    double: { type: "DOUBLE" },
    string: { type: "BYTE_ARRAY", converted_type: "UTF8" },
    date: { type: "INT32", converted_type: "DATE" },
    timestamp: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
  };
  const kind = kinds[type];
  assert.ok(kind, `the emulator stores no ${type}`);
  return { name, ...kind, repetition_type: "OPTIONAL" };
}

/** A value of a JSON record as its column takes it. */
function converted(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null;
  if (type === "bigint") return BigInt(String(value));
  if (type === "timestamp" || type === "date") return new Date(String(value));
  return value;
}

interface S3Destination {
  readonly prefix: string;
  readonly dataFormatConversionConfiguration: {
    readonly inputFormatConfiguration: {
      readonly deserializer: { readonly openXJsonSerDe: { readonly columnToJsonKeyMappings?: Record<string, string> } };
    };
    readonly outputFormatConfiguration: {
      readonly serializer: { readonly parquetSerDe: { readonly compression: "SNAPPY" } };
    };
    readonly schemaConfiguration: { readonly databaseName: string; readonly tableName: string };
  };
}

/**
 * Does what a recorded delivery stream would do with JSON records that arrive at one time: looks the columns up in the table that it names, converts, and writes
 * one Parquet file, compressed as told, into a folder below `root`, by its own prefix. Returns the file's key.
 */
export async function deliver(
  root: string,
  delivery: RecordedResource,
  tables: readonly RecordedResource[],
  arrival: Date,
  records: readonly Record<string, unknown>[],
): Promise<string> {
  const { prefix, dataFormatConversionConfiguration: conversion } = delivery.inputs
    .extendedS3Configuration as S3Destination;
  const { databaseName, tableName } = conversion.schemaConfiguration;
  const table = tables.find(({ inputs }) => inputs.name === tableName && inputs.databaseName === databaseName);
  assert.ok(table, `no table ${databaseName}.${tableName}`);
  const { columns } = table.inputs.storageDescriptor as { columns: GlueColumn[] };
  const mappings = conversion.inputFormatConfiguration.deserializer.openXJsonSerDe.columnToJsonKeyMappings ?? {};
  const key = `${evaluatedPrefix(prefix, arrival)}${String(delivery.inputs.name)}-1-${arrival.getTime()}.parquet`;
  mkdirSync(dirname(join(root, key)), { recursive: true });
  // An ES module, which the tests' own format can only import in this way.
  const { parquetWriteFile } = await import("hyparquet-writer");
  parquetWriteFile({
    filename: join(root, key),
    codec: conversion.outputFormatConfiguration.serializer.parquetSerDe.compression,
    schema: [{ name: "root", num_children: columns.length }, ...columns.map(schemaElement)] as never,
    columnData: columns.map(({ name, type }) => ({
      name,
      data: records.map((record) => converted(propertyOf(record, mappings[name] ?? name), type)),
    })),
  });
  return key;
}

/** By the very name first, else however its letters are cased: what OpenX's reader does with `case.insensitive`, which is its default. */
function propertyOf(record: Record<string, unknown>, key: string): unknown {
  const found = Object.keys(record).find((name) => name === key || name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : record[found];
}
