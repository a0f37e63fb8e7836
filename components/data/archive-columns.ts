import type * as aws from "@pulumi/aws";
import type { ArgumentCheck } from "../core";

type Scalar =
  "boolean" | "tinyint" | "smallint" | "int" | "bigint" | "float" | "double" | "string" | "date" | "timestamp";

/** A type of Hive's, which Glue, Firehose and Athena share. Amounts of money are `decimal` or `bigint` of the smallest unit, never `double`. */
export type ColumnType =
  Scalar | `decimal(${number},${number})` | `array<${string}>` | `map<${string}>` | `struct<${string}>`;

export interface ArchiveColumn {
  type: ColumnType;
  /** Property of the JSON record that it holds, in its own letters. Default: the one of the column's name, however its letters are cased. */
  jsonKey?: string;
  /** What it means, at most 255 characters; Athena and Metabase show it. */
  comment?: string;
}

/** Column name -> its type, or more about it. */
export type ArchiveColumns = Readonly<Record<string, ColumnType | ArchiveColumn>>;

const SCALARS: ReadonlySet<string> = new Set([
  ...["boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "string", "date", "timestamp"],
]);

export function checkColumns(check: ArgumentCheck, columns: ArchiveColumns, partition: string): void {
  check.atLeast("columns", columns, 1, "column");
  for (const [name, column] of Object.entries(columns)) {
    check.matches(
      "columns",
      name,
      /^[a-z][a-z0-9_]{0,254}$/,
      "Give small letters, digits and underscores, a letter first: Athena has no capitals.",
    );
    check.that(name !== partition, "columns", name, `The folders' column has this name; call yours otherwise.`);
    const { type, comment = "" } = columnOf(column);
    check.that(
      isType(type),
      `columns.${name}`,
      type,
      `Use one of: ${[...SCALARS].join(", ")}, decimal(precision,scale) of at most 38 digits, array<type>, map<key,type>, struct<name:type>.`,
    );
    check.that(comment.length <= 255, `columns.${name}.comment`, comment, "Glue takes at most 255 characters.");
  }
}

/** As Glue's table has them, in the order given. */
export function tableColumns(columns: ArchiveColumns): aws.types.input.glue.CatalogTableStorageDescriptorColumn[] {
  return Object.entries(columns).map(([name, column]) => {
    const { type, comment } = columnOf(column);
    return { name, type, ...(comment === undefined ? {} : { comment }) };
  });
}

/** How Firehose's JSON reader finds each column's value. */
export function jsonReader(
  columns: ArchiveColumns,
): aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationDataFormatConversionConfigurationInputFormatConfigurationDeserializer {
  const mappings = Object.entries(columns).flatMap(([name, column]) => {
    const { jsonKey } = columnOf(column);
    return jsonKey === undefined ? [] : [[name, jsonKey]];
  });
  const columnToJsonKeyMappings: Record<string, string> = Object.fromEntries(mappings);
  return { openXJsonSerDe: mappings.length === 0 ? {} : { columnToJsonKeyMappings } };
}

const columnOf = (column: ColumnType | ArchiveColumn): ArchiveColumn =>
  typeof column === "string" ? { type: column } : column;

function isType(text: string): boolean {
  if (SCALARS.has(text)) return true;
  const decimal = /^decimal\((\d+),(\d+)\)$/.exec(text);
  if (decimal) return Number(decimal[1]) >= 1 && Number(decimal[1]) <= 38 && Number(decimal[2]) <= Number(decimal[1]);
  const [, outer, inner = ""] = /^(array|map|struct)<(.+)>$/.exec(text) ?? [];
  const parts = partsOf(inner);
  if (outer === "array") return parts.length === 1 && isType(inner);
  if (outer === "map") return parts.length === 2 && SCALARS.has(parts[0] ?? "") && isType(parts[1] ?? "");
  return (
    outer === "struct" && parts.every((part) => /^[a-z_][a-z0-9_]*:/.test(part) && isType(part.replace(/^\w+:/, "")))
  );
}

/** Splits at the commas that stand in no brackets. */
function partsOf(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "<" || letter === "(") depth += 1;
    if (letter === ">" || letter === ")") depth -= 1;
    if (letter === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts;
}
