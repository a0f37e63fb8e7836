import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  policyDocument,
  serviceTrust,
  type Statement,
  type Transform,
} from "../core";
import type { DataStream } from "../messaging/data-stream";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import { type ArchiveColumns, checkColumns, jsonReader, tableColumns } from "./archive-columns";
import {
  type ArchivePartition,
  type ArchiveRange,
  deliveryPrefixes,
  locationTemplate,
  projection,
  RECORDS,
} from "./archive-layout";
import { Bucket } from "./bucket";
import { checkColdStorage, type ColdStorage } from "./cold-storage";

export interface ArchiveLifecycle extends ColdStorage {
  /** Days after which records are deleted, once and for all. Default: never. */
  expireDays?: number;
}

export interface ArchiveArgs extends ComponentArgs {
  /** Stream whose records are kept: JSON objects, one a record. */
  stream: DataStream;
  /** Customer key that encrypts the files. */
  key: Key;
  /** Customer key that encrypts Firehose's error log; its policy must name the service `logs`. Default: `key`. */
  logKey?: Key;
  /**
   * Columns of the table, in order. Properties of a record that are not among them are left out; one that is missing is null. A value that does not fit the
   * column's type sends the record to `errors/` and sets off an alarm. A `timestamp` is read from ISO 8601 in UTC or from seconds or milliseconds since 1970.
   */
  columns: ArchiveColumns;
  /** Folders by `day` (default) or `hour` of arrival, in UTC: a query with `WHERE day = '2026-11-21'` reads one folder. */
  partition?: ArchivePartition;
  /**
   * When files move to cold storage, and when they are deleted. Athena skips files in Glacier, and some versions fail on them, so queries look into no folder
   * that is older than the first of these days: to query older ones, restore the files and copy them to folders of a table of your own. Default: all stay.
   */
  lifecycle?: ArchiveLifecycle;
  /** First day that queries look into where the lifecycle says nothing, as `yyyy-MM-dd`. Default `2026-01-01`. */
  since?: string;
  /** MiB that Firehose collects before it writes a file, 64-128 (64 is AWS's least when it converts). Default 128. */
  bufferMiB?: number;
  /** Seconds after which it writes a file whatever it has, 60-900. Default 900: larger files are cheaper to query. */
  bufferSeconds?: number;
  /** Days that Firehose's error log is kept. Default 365; in development 30. */
  logRetentionInDays?: number;
  transform?: {
    delivery?: Transform<aws.kinesis.FirehoseDeliveryStreamArgs>;
    table?: Transform<aws.glue.CatalogTableArgs>;
  };
}

const TABLE = "records";
const LOG_STREAM = "S3Delivery";

/**
 * Everything that passes through a data stream, kept in S3 as Parquet files that Athena queries with SQL: a Firehose stream that reads the data stream, converts
 * JSON by the table's columns and writes Snappy-compressed files into a folder for each day; a Glue database with one table, `records`, whose folders are
 * computed from the query (partition projection); a bucket of its own.
 *
 *     const archive = new Archive("transactions-archive", {
 *       stream, key, columns: { id: "string", points: "bigint", at: "timestamp" }, lifecycle: { glacierDays: 180, deepArchiveDays: 365 },
 *     });
 *     workgroup.grantQuery(metabase, [archive]);
 *
 * IAM alone decides who sees the table, as long as Lake Formation's settings are as AWS delivers them ("Use only IAM access control"); an account that has
 * turned them off grants there as well. Of the records, the Data Catalog holds the columns' names and comments only. A customer key for it is one setting for
 * the whole account and region, which asks everybody who reads any table for that key: it is the account's to make, not an archive's.
 *
 * Alarms: files are late, Firehose falls behind the stream or S3 refuses files (critical), records can not be converted (warning). Cost: 0.029 USD per GB in and
 * 0.018 USD per GB converted, in steps of 5 KB a record; 0.023 USD per GB and month in S3, 0.0036 in Glacier, 0.001 in Deep Archive. Data loss: production buckets are protected. A delivery
 * stream starts at the newest record when it is made, so one that is made anew misses what came in between: it is protected too.
 */
export class Archive extends Component {
  /** Glue database, `<stack>_<name>`: `SELECT * FROM <database>.<table>`. */
  readonly database: string;
  readonly table: string;
  /** Column by which the folders are told apart, `day` or `hour`: text such as `2026-11-21`. */
  readonly partition: ArchivePartition;
  readonly bucket: Bucket;
  readonly key: Key;
  readonly deliveryStreamArn: pulumi.Output<string>;
  readonly nodes: {
    readonly delivery: aws.kinesis.FirehoseDeliveryStream;
    readonly database: aws.glue.CatalogDatabase;
    readonly table: aws.glue.CatalogTable;
    readonly role: aws.iam.Role;
    readonly logs: aws.cloudwatch.LogGroup;
  };
  private readonly deliveryStreamName: string;

  constructor(name: string, args: ArchiveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:data:Archive", name, args, opts);
    this.partition = args.partition ?? "day";
    this.validate(args);

    this.key = args.key;
    this.database = this.physicalName("glueDatabase").replaceAll("-", "_");
    this.table = TABLE;
    this.deliveryStreamName = this.physicalName("firehoseStream");
    this.deliveryStreamArn = this.arnOf("firehose", `deliverystream/${this.deliveryStreamName}`);
    const { glacierDays, deepArchiveDays, expireDays } = args.lifecycle ?? {};
    this.bucket = new Bucket(
      this.childName("bucket"),
      { key: args.key, coldStorage: { prefix: RECORDS, glacierDays, deepArchiveDays }, expirationInDays: expireDays },
      { parent: this },
    );
    const database = this.createDatabase();
    const table = this.createTable(args, database);
    const { logs, logStream } = this.createLogs(args);
    const { role, access } = this.createRole(args, logs);
    const delivery = this.createDelivery(args, { table, logs, logStream, role, access });
    this.watch(args.bufferSeconds ?? 900);

    this.nodes = { delivery, database, table, role, logs };
    this.registerOutputs({ database: this.database, table: this.table, bucketName: this.bucket.bucketName });
  }

  /** Lets `grantee` read the table's description and all files, without Athena. Who queries has `QueryWorkgroup.grantQuery`. */
  grantRead(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "read", grantee, [this.catalogStatement(), ...this.fileStatements()]);
  }

  /** What reads the description of the database and its table. */
  catalogStatement(): Statement {
    return {
      Effect: "Allow",
      Action: [
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:GetTable",
        "glue:GetTables",
      ],
      // The list of a database's tables is given to who may see all of them; this database has no other.
      Resource: [this.catalogArn(), this.databaseArn(), this.arnOf("glue", `table/${this.database}/*`)],
    };
  }

  /** What reads the files: by any way, or only where AWS's service `through`, such as `athena`, asks on the grantee's behalf. */
  fileStatements(through?: string): Statement[] {
    const called: Statement["Condition"] =
      through === undefined ? {} : { "ForAnyValue:StringEquals": { "aws:CalledVia": `${through}.amazonaws.com` } };
    const statement = (action: string, resource: pulumi.Output<string>, condition: Statement["Condition"] = {}) => ({
      Effect: "Allow" as const,
      Action: action,
      Resource: resource,
      ...withCondition({ ...condition, ...called }),
    });
    const { arn } = this.bucket;
    const decrypt = this.key.decryptStatement("s3");
    return [
      statement("s3:GetObject", pulumi.interpolate`${arn}/${RECORDS}*`),
      statement("s3:ListBucket", arn, { StringLike: { "s3:prefix": `${RECORDS}*` } }),
      statement("s3:GetBucketLocation", arn),
      { ...decrypt, ...withCondition({ ...decrypt.Condition, ...called }) },
    ];
  }

  private validate(args: ArchiveArgs): void {
    this.check.oneOf("partition", this.partition, ["day", "hour"]);
    checkColumns(this.check, args.columns, this.partition);
    const { expireDays } = args.lifecycle ?? {};
    if (expireDays !== undefined) this.check.integer("lifecycle.expireDays", expireDays, 1, 36_500, "of days");
    checkColdStorage(this.check, "lifecycle", args.lifecycle ?? {}, {
      argument: "lifecycle.expireDays",
      days: expireDays,
    });
    this.check.matches("since", args.since ?? "2026-01-01", /^\d{4}-\d{2}-\d{2}$/, "Give a day as yyyy-MM-dd.");
    this.check.that(
      args.since === undefined || queryableDays(args.lifecycle) === undefined,
      "since",
      args.since,
      "The lifecycle says how far back queries look; leave it out.",
    );
    this.check.integer("bufferMiB", args.bufferMiB ?? 128, 64, 128, "of MiB");
    this.check.integer("bufferSeconds", args.bufferSeconds ?? 900, 60, 900, "of seconds");
    const { region } = this.context;
    this.check.that(
      args.stream.context.region === region,
      "stream",
      args.stream.name,
      `It is in ${args.stream.context.region}; Firehose reads streams of its own region, ${region}.`,
    );
    args.key.requireFor(this.check, region);
    const logKey = args.logKey ?? args.key;
    logKey.requireFor(this.check, region, ["logs"], args.logKey ? "logKey" : "key");
  }

  private createDatabase(): aws.glue.CatalogDatabase {
    return new aws.glue.CatalogDatabase(
      this.childName("database"),
      { name: this.database, description: `Archive ${this.name}` },
      this.childOptions(),
    );
  }

  private createTable(args: ArchiveArgs, database: aws.glue.CatalogDatabase): aws.glue.CatalogTable {
    const lastDays = queryableDays(args.lifecycle);
    const range: ArchiveRange = lastDays === undefined ? { since: args.since ?? "2026-01-01" } : { lastDays };
    const location = (path: string) => pulumi.interpolate`s3://${this.bucket.bucketName}/${path}`;
    return new aws.glue.CatalogTable(
      this.childName("table"),
      {
        name: this.table,
        databaseName: database.name,
        description: `Records of stream ${args.stream.streamName}`,
        tableType: "EXTERNAL_TABLE",
        partitionKeys: [{ name: this.partition, type: "string", comment: "When Kinesis took the record, in UTC" }],
        parameters: {
          EXTERNAL: "TRUE",
          classification: "parquet",
          ...projection(this.partition, range),
          "storage.location.template": location(locationTemplate(this.partition)),
        },
        storageDescriptor: {
          location: location(RECORDS),
          columns: tableColumns(args.columns),
          inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
          outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
          serDeInfo: {
            serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            parameters: { "serialization.format": "1" },
          },
        },
      },
      this.childOptions({}, args.transform?.table),
    );
  }

  private createLogs(args: ArchiveArgs): { logs: aws.cloudwatch.LogGroup; logStream: aws.cloudwatch.LogStream } {
    const logs = logGroup(this, "errors", {
      keyArn: (args.logKey ?? args.key).arn,
      retentionInDays: args.logRetentionInDays,
    });
    // Firehose writes to it and makes none.
    const logStream = new aws.cloudwatch.LogStream(
      this.childName("error-stream"),
      { name: LOG_STREAM, logGroupName: logs.name },
      this.childOptions(),
    );
    return { logs, logStream };
  }

  /** https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
  private createRole(
    args: ArchiveArgs,
    logs: aws.cloudwatch.LogGroup,
  ): { role: aws.iam.Role; access: aws.iam.RolePolicy } {
    const role = new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole"),
        description: `Firehose stream ${this.deliveryStreamName}`,
        assumeRolePolicy: serviceTrust("firehose.amazonaws.com", this.account, this.deliveryStreamArn),
      },
      this.childOptions(),
    );
    const { stream, key } = args;
    const { arn } = this.bucket;
    const access = new aws.iam.RolePolicy(
      this.childName("access"),
      {
        role: role.name,
        policy: policyDocument([
          {
            Sid: "ReadStream",
            Effect: "Allow",
            Action: ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
            Resource: stream.arn,
          },
          { Sid: "DecryptRecords", ...stream.key.decryptStatement("kinesis") },
          {
            Sid: "ReadColumns",
            Effect: "Allow",
            Action: ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
            Resource: [this.catalogArn(), this.databaseArn(), this.tableArn()],
          },
          {
            Sid: "WriteFiles",
            Effect: "Allow",
            Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            Resource: pulumi.interpolate`${arn}/*`,
          },
          {
            Sid: "FindBucket",
            Effect: "Allow",
            Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            Resource: arn,
          },
          { Sid: "EncryptFiles", ...key.encryptDecryptStatement("s3") },
          {
            Sid: "LogErrors",
            Effect: "Allow",
            Action: "logs:PutLogEvents",
            Resource: this.arnOf("logs", pulumi.interpolate`log-group:${logs.name}:log-stream:${LOG_STREAM}`),
          },
        ]),
      },
      this.childOptions(),
    );
    return { role, access };
  }

  private createDelivery(
    args: ArchiveArgs,
    parts: {
      table: aws.glue.CatalogTable;
      logs: aws.cloudwatch.LogGroup;
      logStream: aws.cloudwatch.LogStream;
      role: aws.iam.Role;
      access: aws.iam.RolePolicy;
    },
  ): aws.kinesis.FirehoseDeliveryStream {
    const { role, table } = parts;
    return new aws.kinesis.FirehoseDeliveryStream(
      this.childName("delivery"),
      {
        name: this.deliveryStreamName,
        destination: "extended_s3",
        // No encryption of its own, which AWS refuses here: the records stay in the stream, under its key, until they are in S3.
        kinesisSourceConfiguration: { kinesisStreamArn: args.stream.nodes.stream.arn, roleArn: role.arn },
        extendedS3Configuration: {
          roleArn: role.arn,
          bucketArn: this.bucket.arn,
          ...deliveryPrefixes(this.partition),
          bufferingSize: args.bufferMiB ?? 128,
          bufferingInterval: args.bufferSeconds ?? 900,
          kmsKeyArn: args.key.arn,
          // Parquet is compressed within.
          compressionFormat: "UNCOMPRESSED",
          cloudwatchLoggingOptions: {
            enabled: true,
            logGroupName: parts.logs.name,
            logStreamName: parts.logStream.name,
          },
          dataFormatConversionConfiguration: {
            inputFormatConfiguration: { deserializer: jsonReader(args.columns) },
            outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
            schemaConfiguration: {
              catalogId: this.account,
              databaseName: table.databaseName,
              tableName: table.name,
              region: this.context.region,
              roleArn: role.arn,
              versionId: "LATEST",
            },
          },
        },
      },
      // Firehose tries the role on stream, table and bucket when it is made.
      this.statefulOptions({ dependsOn: [parts.access, this.bucket.nodes.bucket] }, args.transform?.delivery),
    );
  }

  private watch(bufferSeconds: number): void {
    const metric = (name: string, statistic: "Average" | "Maximum" | "Sum") => ({
      namespace: "AWS/Firehose",
      name,
      dimensions: { DeliveryStreamName: this.deliveryStreamName },
      statistic,
      period: 300,
    });
    const freshness = 2 * bufferSeconds + 300;
    this.alarm("late", {
      severity: "critical",
      description: `Records have waited for more than ${freshness} s in Firehose stream ${this.deliveryStreamName}: look at its error log, the role, the key and the bucket.`,
      metric: metric("DeliveryToS3.DataFreshness", "Maximum"),
      comparison: "GreaterThanThreshold",
      threshold: freshness,
      evaluationPeriods: 3,
    });
    this.alarm("behind", {
      severity: "critical",
      description: `Firehose stream ${this.deliveryStreamName} is more than 10 minutes behind its data stream: its role may not read it, or other readers take the capacity. Records expire unread in the end.`,
      metric: metric("KinesisMillisBehindLatest", "Maximum"),
      comparison: "GreaterThanThreshold",
      threshold: 600_000,
      evaluationPeriods: 3,
    });
    this.alarm("refused", {
      severity: "critical",
      description: `S3 refuses some files of Firehose stream ${this.deliveryStreamName}, which tries again for a day: look at its error log, the role, the key and the bucket.`,
      metric: metric("DeliveryToS3.Success", "Average"),
      comparison: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: 3,
    });
    this.alarm("conversion-failures", {
      severity: "warning",
      description: `Records of stream ${this.deliveryStreamName} do not fit the table's columns; they stand under errors/ as they came. Mend the producer or the columns, then put them into the stream again.`,
      metric: metric("FailedConversion.Records", "Sum"),
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
  }

  private catalogArn(): pulumi.Output<string> {
    return this.arnOf("glue", "catalog");
  }

  private databaseArn(): pulumi.Output<string> {
    return this.arnOf("glue", `database/${this.database}`);
  }

  private tableArn(): pulumi.Output<string> {
    return this.arnOf("glue", `table/${this.database}/${this.table}`);
  }
}

/** Days for which files can be read at once, as the first step of the lifecycle comes at the earliest then; undefined where none comes. */
function queryableDays(lifecycle: ArchiveLifecycle = {}): number | undefined {
  const { glacierDays, deepArchiveDays, expireDays } = lifecycle;
  const steps = [glacierDays, deepArchiveDays, expireDays].filter((days) => days !== undefined);
  return steps.length === 0 ? undefined : Math.min(...steps);
}

const withCondition = (condition: NonNullable<Statement["Condition"]>): { Condition?: Statement["Condition"] } =>
  Object.keys(condition).length === 0 ? {} : { Condition: condition };
