import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Archive, type ArchiveArgs } from "../../../components/data/archive";
import type { ColumnType } from "../../../components/data/archive-columns";
import { DataStream } from "../../../components/messaging/data-stream";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ACCOUNT = "123456789012";
const BUCKET = `arn:aws:s3:::test-a-bucket-${ACCOUNT}-eu-west-1`;
const DELIVERY = `arn:aws:firehose:eu-west-1:${ACCOUNT}:deliverystream/test-a`;
const glue = (path: string) => `arn:aws:glue:eu-west-1:${ACCOUNT}:${path}`;

function build(name: string, args: Partial<ArchiveArgs> = {}, opts?: pulumi.ComponentResourceOptions): Archive {
  const key = args.key ?? new Key(`${name}-key`, { description: "Records", services: ["logs"] }, opts);
  const stream = args.stream ?? new DataStream(`${name}-stream`, { key, region: args.region }, opts);
  return new Archive(name, { columns: { id: "string" }, ...args, key, stream }, opts);
}

const columns = (type: string) => ({ columns: { points: type as ColumnType } });

describe("Archive", () => {
  componentContract("data", "Archive", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const archive = build(
        name,
        {
          logKey: new Key(`${name}-log-key`, { description: "Logs", services: ["logs"] }, opts),
          columns: {
            id: { type: "string", comment: "The transaction's id" },
            user_id: { type: "string", jsonKey: "userId" },
            amount: "decimal(18,2)",
            tags: "array<string>",
            parties: "map<string,struct<points:bigint,since:date>>",
          },
          partition: "hour",
          lifecycle: { glacierDays: 180, deepArchiveDays: 365, expireDays: 2555 },
          bufferMiB: 64,
          bufferSeconds: 60,
          logRetentionInDays: 90,
          environment: "development",
          transform: { delivery: (args) => void (args.versionId = "1"), table: { owner: "rewards" } },
        },
        opts,
      );
      archive.grantRead(new TestGrantee(`${name}-reader`, opts));
      return archive;
    },
    errors: {
      ...keyErrors(
        `Archive "one-archive"`,
        (name, key) => {
          const good = new Key(`${name}-key`, { description: "x", services: ["logs"] });
          const stream = new DataStream(`${name}-stream`, { key: good });
          return new Archive(`${name}-archive`, { key, stream, columns: { id: "string" } });
        },
        ["logs"],
      ),
      "a stream of another region": {
        build: (name) => {
          const key = new Key(`${name}-far-key`, { description: "x", region: "us-east-1" });
          return build(name, { stream: new DataStream(`${name}-far`, { key, region: "us-east-1" }) });
        },
        message: /Archive "one": stream = "one-far" .* It is in us-east-1/,
      },
      "no column": { build: (name) => build(name, { columns: {} }), message: /columns = {} .* at least 1 column/ },
      "a column with capitals": {
        build: (name) => build(name, { columns: { userId: "string" } }),
        message: /columns = "userId" .* small letters/,
      },
      "a column called like the folders": {
        build: (name) => build(name, { columns: { day: "string" } }),
        message: /columns = "day" .* folders' column/,
      },
      "a type that Glue does not have": {
        build: (name) => build(name, columns("text")),
        message: /columns.points = "text" .* Use one of: boolean/,
      },
      "a decimal of too many digits": {
        build: (name) => build(name, columns("decimal(39,2)")),
        message: /columns.points = "decimal\(39,2\)"/,
      },
      "a list of two types": {
        build: (name) => build(name, columns("array<string,int>")),
        message: /columns.points = "array<string,int>"/,
      },
      "a structure without names": {
        build: (name) => build(name, columns("struct<string>")),
        message: /columns.points = "struct<string>"/,
      },
      "a comment too long": {
        build: (name) => build(name, { columns: { id: { type: "string", comment: "x".repeat(256) } } }),
        message: /columns.id.comment = .* 255/,
      },
      "a folder for each minute": {
        build: (name) => build(name, { partition: "minute" as "hour" }),
        message: /partition = "minute" .* day, hour/,
      },
      "Glacier in its first days": {
        build: (name) => build(name, { lifecycle: { glacierDays: 30 } }),
        message: /Archive "one": lifecycle.glacierDays = 30 .* from 90/,
      },
      "Deep Archive too soon after Glacier": {
        build: (name) => build(name, { lifecycle: { glacierDays: 90, deepArchiveDays: 120 } }),
        message: /lifecycle.deepArchiveDays = 120 .* give 180 or more/,
      },
      "an end before the days in Deep Archive that are paid for": {
        build: (name) => build(name, { lifecycle: { deepArchiveDays: 180, expireDays: 300 } }),
        message: /lifecycle.expireDays = 300 .* give 360 or more/,
      },
      "an end of nothing": {
        build: (name) => build(name, { lifecycle: { expireDays: 0 } }),
        message: /lifecycle.expireDays = 0 .* from 1/,
      },
      "a first day that is none": { build: (name) => build(name, { since: "2026" }), message: /since = "2026"/ },
      "a first day beside a lifecycle": {
        build: (name) => build(name, { since: "2026-01-01", lifecycle: { expireDays: 100 } }),
        message: /since = "2026-01-01" .* leave it out/,
      },
      "a buffer that is too small to convert": {
        build: (name) => build(name, { bufferMiB: 32 }),
        message: /bufferMiB = 32 .* from 64 to 128/,
      },
      "a buffer that waits too long": {
        build: (name) => build(name, { bufferSeconds: 901 }),
        message: /bufferSeconds = 901 .* from 60 to 900/,
      },
    },
  });

  it("delivers from the stream into folders by day, converted by the table, under a role of its own", async () => {
    const recording = await recordProgram(() => void build("a"));
    const { inputs, protect } = named(recording, "a-delivery");
    const delivery = inputs.extendedS3Configuration as Record<string, Record<string, unknown>>;
    const role = named(recording, "a-role").outputs.arn;
    assert.equal(protect, true);
    assert.equal(inputs.serverSideEncryption, undefined);
    assert.deepEqual(inputs.kinesisSourceConfiguration, {
      kinesisStreamArn: named(recording, "a-stream-stream").outputs.arn,
      roleArn: role,
    });
    assert.equal(delivery.bucketArn, BUCKET);
    assert.equal(delivery.prefix, "records/day=!{timestamp:yyyy-MM-dd}/");
    assert.equal(delivery.errorOutputPrefix, "errors/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/");
    assert.equal(delivery.kmsKeyArn, named(recording, "a-key-key").outputs.arn);
    assert.deepEqual(delivery.dataFormatConversionConfiguration?.schemaConfiguration, {
      catalogId: ACCOUNT,
      databaseName: "test_a",
      tableName: "records",
      region: "eu-west-1",
      roleArn: role,
      versionId: "LATEST",
    });
    const needs = named(recording, "a-delivery").dependencies.map((urn) => urn.split("::").at(-1));
    for (const name of ["a-access", "a-table", "a-error-stream", "a-bucket-bucket"])
      assert.ok(needs.includes(name), name);
  });

  it("trusts Firehose for this delivery stream alone, and lets it do what it has to and no more", async () => {
    const recording = await recordProgram(() => void build("a"));
    const keyArn = named(recording, "a-key-key").outputs.arn;
    assert.deepEqual(statements(named(recording, "a-role").inputs.assumeRolePolicy), [
      {
        Effect: "Allow",
        Principal: { Service: "firehose.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT }, ArnLike: { "aws:SourceArn": DELIVERY } },
      },
    ]);
    const granted = statements(named(recording, "a-access").inputs.policy).map(({ Sid, Resource, Condition }) => [
      Sid,
      Resource,
      Condition,
    ]);
    const via = (service: string) => ({ StringEquals: { "kms:ViaService": `${service}.eu-west-1.amazonaws.com` } });
    assert.deepEqual(granted, [
      ["ReadStream", `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/test-a-stream`, undefined],
      ["DecryptRecords", keyArn, via("kinesis")],
      ["ReadColumns", [glue("catalog"), glue("database/test_a"), glue("table/test_a/records")], undefined],
      ["WriteFiles", `${BUCKET}/*`, undefined],
      ["FindBucket", BUCKET, undefined],
      ["EncryptFiles", keyArn, via("s3")],
      ["LogErrors", `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/test-a-errors:log-stream:S3Delivery`, undefined],
    ]);
  });

  it("moves records, and nothing else, to cold storage, and looks into no folder that may have moved", async () => {
    const recording = await recordProgram(
      () => void build("a", { lifecycle: { glacierDays: 120, deepArchiveDays: 300, expireDays: 2555 } }),
    );
    const [expire, cold] = named(recording, "a-bucket-lifecycle").inputs.rules as Record<string, unknown>[];
    assert.deepEqual(expire?.expiration, { days: 2555 });
    assert.deepEqual(cold, {
      id: "cold-storage",
      status: "Enabled",
      filter: { prefix: "records/" },
      transitions: [
        { days: 120, storageClass: "GLACIER" },
        { days: 300, storageClass: "DEEP_ARCHIVE" },
      ],
    });
    const parameters = named(recording, "a-table").inputs.parameters as Record<string, string>;
    assert.equal(parameters["projection.day.range"], "NOW-120DAYS,NOW");
  });

  it("looks as far back as told where nothing moves", async () => {
    const recording = await recordProgram(() => {
      build("a", { since: "2026-11-01" });
      build("b", { since: "2026-11-01", partition: "hour" });
    });
    const range = (name: string, key: string) =>
      (named(recording, name).inputs.parameters as Record<string, string>)[`projection.${key}.range`];
    assert.equal(range("a-table", "day"), "2026-11-01,NOW");
    assert.equal(range("b-table", "hour"), "2026-11-01-00,NOW");
  });

  it("tells the JSON reader only of the columns that are called otherwise in the records", async () => {
    const recording = await recordProgram(
      () => void build("a", { columns: { id: "string", user_id: { type: "string", jsonKey: "userId" } } }),
    );
    const delivery = JSON.stringify(named(recording, "a-delivery").inputs);
    assert.ok(delivery.includes(`{"openXJsonSerDe":{"columnToJsonKeyMappings":{"user_id":"userId"}}}`), delivery);
  });

  it("lets readers see its table and its records, not what could not be converted", async () => {
    const recording = await recordProgram(() => void build("a").grantRead(new TestGrantee("reader")));
    const [catalog, objects, list, location, decrypt] = statements(named(recording, "a-read-reader").inputs.policy);
    assert.deepEqual(catalog?.Resource, [glue("catalog"), glue("database/test_a"), glue("table/test_a/*")]);
    assert.deepEqual([objects?.Action, objects?.Resource], ["s3:GetObject", `${BUCKET}/records/*`]);
    assert.deepEqual(list?.Condition, { StringLike: { "s3:prefix": "records/*" } });
    assert.equal(location?.Action, "s3:GetBucketLocation");
    assert.deepEqual(decrypt?.Action, ["kms:Decrypt"]);
  });

  it("goes off when files are late, the stream is ahead, S3 refuses, or records do not fit", async () => {
    const recording = await recordProgram(() => void build("a", { bufferSeconds: 300 }));
    const own = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm", 4).filter(
      ({ inputs }) => inputs.namespace === "AWS/Firehose",
    );
    assert.deepEqual(
      own.map(({ inputs }) => [inputs.metricName, inputs.comparisonOperator, inputs.threshold]),
      [
        ["DeliveryToS3.DataFreshness", "GreaterThanThreshold", 900],
        ["KinesisMillisBehindLatest", "GreaterThanThreshold", 600_000],
        ["DeliveryToS3.Success", "LessThanThreshold", 1],
        ["FailedConversion.Records", "GreaterThanThreshold", 0],
      ],
    );
  });
});
