import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { Archive, type ArchiveArgs } from "../../../components/data/archive";
import { DataStream } from "../../../components/messaging/data-stream";
import { Key } from "../../../components/security/key";
import type { RecordedResource } from "../../../simulator";
import { deliver, type GlueColumn, javaTime } from "../../support/firehose-emulator";
import { named, ofType, recordProgram } from "../../support/record";

const COLUMNS: ArchiveArgs["columns"] = {
  id: "string",
  user_id: { type: "string", jsonKey: "userId" },
  points: "bigint",
  kind: "int",
  amount: "decimal(18,2)",
  rate: "double",
  settled: "boolean",
  born: "date",
  at: "timestamp",
};

/** Types of Hive's and what DuckDB calls them. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  string: "VARCHAR",
  bigint: "BIGINT",
  int: "INTEGER",
  "decimal(18,2)": "DECIMAL(18,2)",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
};

const HOUR = 3_600_000;
/** What was sent in when: four days, with two files on one of them and one just before midnight. */
const ARRIVALS: Readonly<Record<string, readonly string[]>> = {
  "2026-07-01T12:00:00Z": ["old"],
  "2026-11-19T10:15:00Z": ["a", "b"],
  "2026-11-20T08:00:00Z": ["c"],
  "2026-11-20T23:59:59Z": ["d", "e"],
  "2026-11-21T00:00:00Z": ["f"],
};
const NOW = new Date("2026-11-21T18:00:00Z");
const record = (id: string) => ({
  id,
  userId: `user-${id}`,
  points: 9_007_199_254_740_991,
  kind: 3,
  amount: 12.34,
  rate: 0.5,
  settled: true,
  born: "1990-02-28",
  at: "2026-11-20T08:00:00.123Z",
  unknown: "left out",
});

/** The recorded table and delivery stream of an archive. */
async function resources(
  args: Partial<ArchiveArgs>,
): Promise<{ table: RecordedResource; delivery: RecordedResource; tables: RecordedResource[] }> {
  const recording = await recordProgram(() => {
    const key = new Key("a-key", { description: "Records", services: ["logs"] });
    const stream = new DataStream("a-stream", { key });
    new Archive("a", { key, stream, columns: COLUMNS, ...args });
    new Archive("b", { key, stream, columns: { id: "string" } });
  });
  const tables = ofType(recording, "aws:glue/catalogTable:CatalogTable", 2);
  return { table: named(recording, "a-table"), delivery: named(recording, "a-delivery"), tables };
}

/** A bound of a date projection, in its own words: `NOW`, `NOW-90DAYS`, or a time by the format. */
function bound(text: string, step: number): number {
  const [, days] = /^NOW(?:-(\d+)DAYS)?$/.exec(text) ?? [];
  if (text.startsWith("NOW")) return NOW.getTime() - Number(days ?? 0) * 24 * HOUR;
  const [day = "", hour = "00"] = [text.slice(0, 10), text.slice(11, 13) || "00"];
  return Math.floor(Date.parse(`${day}T${hour}:00:00Z`) / step) * step;
}

interface Table {
  readonly columns: readonly GlueColumn[];
  readonly key: string;
  readonly keyType: string;
  readonly bucket: string;
  readonly location: string;
  /** Every value of the folders' column that Athena would look into, and where. */
  readonly folders: ReadonlyMap<string, string>;
}

/** What Athena makes of the table (https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html). */
function read(table: RecordedResource): Table {
  const parameters = table.inputs.parameters as Record<string, string>;
  const storage = table.inputs.storageDescriptor as { columns: GlueColumn[]; location: string };
  const [partition, ...others] = table.inputs.partitionKeys as GlueColumn[];
  assert.ok(partition && others.length === 0);
  const of = (name: string) => parameters[`projection.${partition.name}.${name}`] ?? "";
  assert.equal(parameters["projection.enabled"], "true");
  assert.deepEqual([of("type"), of("interval")], ["date", "1"]);
  const step = { DAYS: 24 * HOUR, HOURS: HOUR }[of("interval.unit")];
  assert.ok(step, of("interval.unit"));
  const [first = "", last = ""] = of("range").split(",");
  const [, bucket = ""] = /^(s3:\/\/[^/]+\/)/.exec(storage.location) ?? [];
  const folders = new Map<string, string>();
  for (let time = bound(first, step); time <= bound(last, step); time += step) {
    const value = javaTime(of("format"), new Date(time));
    folders.set(value, parameters["storage.location.template"]!.replace(`\${${partition.name}}`, value));
  }
  const { location, columns } = storage;
  return { columns, key: partition.name, keyType: partition.type, bucket, location, folders };
}

describe("an archive's files and table", () => {
  let root: string;
  let sql: DuckDBConnection;
  let database: DuckDBInstance;
  before(async () => {
    database = await DuckDBInstance.create(":memory:");
    sql = await database.connect();
  });
  after(() => {
    sql.closeSync();
    database.closeSync();
  });
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "archive-"))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  async function rows(query: string): Promise<Record<string, unknown>[]> {
    return (await sql.runAndReadAll(query)).getRowObjectsJson();
  }

  /** Has the delivery stream write everything that arrived, and the table read. */
  async function filled(args: Partial<ArchiveArgs> = {}): Promise<Table & { readonly from: string }> {
    const { table, delivery, tables } = await resources(args);
    for (const [time, ids] of Object.entries(ARRIVALS))
      await deliver(root, delivery, tables, new Date(time), ids.map(record));
    const found = read(table);
    const local = found.location.replace(found.bucket, `${root}/`);
    const hive = `hive_partitioning = true, hive_types = {'${found.key}': VARCHAR}`;
    return { ...found, from: `read_parquet('${local}**/*.parquet', ${hive})` };
  }

  /** What a query reads that names one folder, as Athena would find it. */
  async function inFolder(table: Table, value: string): Promise<unknown[]> {
    const folder = table.folders.get(value);
    assert.ok(folder, `Athena looks into no folder ${value}`);
    const files = folder.replace(table.bucket, `${root}/`);
    return (await rows(`SELECT id FROM read_parquet('${files}*.parquet') ORDER BY id`)).map(({ id }) => id);
  }

  it("agree on columns and types, in the table's order, the folders' column last", async () => {
    const table = await filled();
    const found = await rows(`DESCRIBE SELECT * FROM ${table.from}`);
    assert.deepEqual(
      found.map(({ column_name, column_type }) => [column_name, column_type]),
      [...table.columns, { name: table.key, type: table.keyType }].map(({ name, type }) => [name, SQL_TYPES[type]]),
    );
  });

  it("give back what was sent, whole numbers, money and times to the last digit", async () => {
    const table = await filled();
    const [row] = await rows(`SELECT * FROM ${table.from} WHERE id = 'c'`);
    assert.deepEqual(row, {
      id: "c",
      user_id: "user-c",
      points: "9007199254740991",
      kind: 3,
      amount: "12.34",
      rate: 0.5,
      settled: true,
      born: "1990-02-28",
      at: "2026-11-20 08:00:00.123",
      day: "2026-11-20",
    });
  });

  it("are Snappy-compressed Parquet", async () => {
    const table = await filled();
    const [file] = await rows(
      `SELECT DISTINCT compression FROM parquet_metadata('${table.location.replace(table.bucket, `${root}/`)}**/*.parquet')`,
    );
    assert.deepEqual(file, { compression: "SNAPPY" });
  });

  for (const partition of ["day", "hour"] as const) {
    it(`put each record into the folder of its ${partition}, where the table looks for it`, async () => {
      const table = await filled({ partition });
      for (const [time, ids] of Object.entries(ARRIVALS)) {
        const value = time.slice(0, partition === "day" ? 10 : 13).replace("T", "-");
        const expected = Object.entries(ARRIVALS).flatMap(([other, more]) =>
          other.slice(0, partition === "day" ? 10 : 13) === time.slice(0, partition === "day" ? 10 : 13) ? more : [],
        );
        assert.ok(ids.every((id) => expected.includes(id)));
        assert.deepEqual(await inFolder(table, value), [...expected].sort());
      }
    });
  }

  it("let a query of some days read those days' files and no other", async () => {
    const table = await filled();
    const where = `${table.key} BETWEEN '2026-11-20' AND '2026-11-21'`;
    const found = await rows(`SELECT id FROM ${table.from} WHERE ${where} ORDER BY id`);
    assert.deepEqual(
      found.map(({ id }) => id),
      ["c", "d", "e", "f"],
    );
    const plan = JSON.stringify(await rows(`EXPLAIN ANALYZE SELECT id FROM ${table.from} WHERE ${where}`));
    assert.match(plan, /Scanning Files: 3\/5/);
  });

  it("leave out folders whose files have moved to where Athena can not read them", async () => {
    const table = await filled({ lifecycle: { glacierDays: 90 } });
    assert.equal(table.folders.has("2026-07-01"), false);
    assert.equal(table.folders.has("2026-08-23"), true);
    assert.equal(table.folders.has("2026-08-22"), false);
    assert.equal([...table.folders.keys()].at(-1), "2026-11-21");
  });
});
