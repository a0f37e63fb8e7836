import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, type Metric, type Transform } from "../core";
import type { Key } from "../security/key";

/** A stream that takes whatever comes, or one of so many shards: 1 MiB or 1,000 records a second in and 2 MiB a second out for each. */
export type DataStreamMode = "on-demand" | { readonly shards: number };

export interface DataStreamArgs extends ComponentArgs {
  /** Customer key that encrypts the records. */
  key: Key;
  /**
   * `on-demand` (default) takes up to 200 MiB a second and doubles its capacity by itself; shards cost less where the traffic is known. It can be changed at
   * any time, twice a day (https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html).
   */
  mode?: DataStreamMode;
  /** Hours that records can be read, 24-8760. Default 168: a consumer that was broken over a long weekend loses nothing. Beyond 24 they cost more. */
  retentionHours?: number;
  /** Age in seconds of the oldest record that some consumer has not read yet at which the alarm goes off. Default 600. */
  maxRecordAgeAlarmSeconds?: number;
  transform?: { stream?: Transform<aws.kinesis.StreamArgs> };
}

/** A consumer that has 2 MiB a second from each shard to itself: records are pushed to it, and no other consumer slows it down. */
export interface DataStreamConsumer {
  /** What event source mappings and `SubscribeToShard` take. AWS gives it; it ends in the time of creation. */
  readonly arn: pulumi.Output<string>;
  readonly consumerName: string;
  /** Lets `grantee` subscribe as this consumer. */
  grantRead(grantee: Grantee): aws.iam.RolePolicy;
}

const MOST_CONSUMERS = 20;
const LONGEST_RETENTION_HOURS = 8760;
const DESCRIBE = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards"];

/**
 * A Kinesis data stream, encrypted with a customer key: an ordered log of records by partition key, which several consumers read at their own pace and can
 * read again.
 *
 *     const transactions = new DataStream("transactions", { key });
 *     transactions.grantWrite(scoring);
 *     const users = transactions.consumer("users-domain");
 *     users.grantRead(usersDomain);
 *
 * Without consumers of their own the readers share 2 MiB and five reads a second from each shard.
 *
 * Alarms: a consumer falls behind (critical), writes are throttled (critical), reads are throttled (warning). Cost: on demand 0.04 USD an hour, 0.08 USD per
 * GB in and 0.04 USD per GB out, 0.10 USD per GB and month of retention beyond a day; by shards 0.015 USD an hour each, 0.014 USD a million 25 KB writes, 0.02 USD a shard hour beyond a
 * day; a consumer 0.05 USD per GB, by shards 0.015 USD an hour and shard and 0.013 USD per GB. Data loss: records in a deleted stream are gone; in production it is protected, and AWS refuses to delete it while
 * it has consumers.
 */
export class DataStream extends Component {
  readonly streamName: string;
  readonly arn: pulumi.Output<string>;
  readonly key: Key;
  readonly nodes: { readonly stream: aws.kinesis.Stream };
  private readonly consumerKeys: string[] = [];
  private readonly maxRecordAge: number;

  constructor(name: string, args: DataStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:messaging:DataStream", name, args, opts);
    this.validate(args);

    this.key = args.key;
    this.maxRecordAge = args.maxRecordAgeAlarmSeconds ?? 600;
    this.streamName = this.physicalName("kinesisStream");
    // Built from the name, so that policies which hold it are known before the stream exists.
    this.arn = this.arnOf("kinesis", `stream/${this.streamName}`);
    const stream = this.createStream(args);
    this.nodes = { stream };
    this.createAlarms();
    this.registerOutputs({ streamName: this.streamName, arn: this.arn });
  }

  /** Lets `grantee` write records. */
  grantWrite(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "write", grantee, [
      { Effect: "Allow", Action: ["kinesis:PutRecord", "kinesis:PutRecords"], Resource: this.arn },
      { ...this.key.encryptDecryptStatement("kinesis"), Action: "kms:GenerateDataKey" },
    ]);
  }

  /** Lets `grantee` read records, from the capacity that all readers share. */
  grantRead(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "read", grantee, [
      {
        Effect: "Allow",
        Action: [...DESCRIBE, "kinesis:GetRecords", "kinesis:GetShardIterator"].sort(),
        Resource: this.arn,
      },
      this.key.decryptStatement("kinesis"),
    ]);
  }

  /**
   * A consumer with capacity of its own (enhanced fan-out), named `<stack>-<stream>-<key>`, with an alarm for when it falls behind. At most 20; worth its price
   * where a stream has more than two readers, or one that must not wait.
   */
  consumer(key: string): DataStreamConsumer {
    this.check.matches("consumer", key, /^[a-z][a-z0-9-]*$/, "Give small letters, digits and hyphens, a letter first.");
    this.consumerKeys.push(key);
    this.check.unique("consumer", this.consumerKeys);
    this.check.that(
      this.consumerKeys.length <= MOST_CONSUMERS,
      "consumer",
      key,
      `A stream has at most ${MOST_CONSUMERS} consumers with capacity of their own.`,
    );
    const consumerName = this.physicalName("kinesisStream", key);
    const consumer = new aws.kinesis.StreamConsumer(
      this.childName(key),
      { name: consumerName, streamArn: this.nodes.stream.arn },
      this.childOptions(),
    );
    this.watchBehind(`${key}-behind`, consumerName, {
      namespace: "AWS/Kinesis",
      name: "SubscribeToShardEvent.MillisBehindLatest",
      dimensions: { StreamName: this.streamName, ConsumerName: consumerName },
      statistic: "Maximum",
    });
    return {
      arn: consumer.arn,
      consumerName,
      grantRead: (grantee) => this.grantSubscribe(key, consumerName, grantee),
    };
  }

  private grantSubscribe(key: string, consumerName: string, grantee: Grantee): aws.iam.RolePolicy {
    // Its ARN ends in the time of its creation; a stream has one consumer of a name at a time.
    const consumer = pulumi.interpolate`${this.arn}/consumer/${consumerName}:*`;
    return grant(this, this.name, `subscribe-${key}`, grantee, [
      { Effect: "Allow", Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"], Resource: consumer },
      { Effect: "Allow", Action: DESCRIBE, Resource: this.arn },
      this.key.decryptStatement("kinesis"),
    ]);
  }

  private validate(args: DataStreamArgs): void {
    const mode = args.mode ?? "on-demand";
    if (mode !== "on-demand") this.check.integer("mode.shards", mode.shards, 1, 10_000);
    this.check.integer("retentionHours", args.retentionHours ?? 168, 24, LONGEST_RETENTION_HOURS, "of hours");
    this.check.integer(
      "maxRecordAgeAlarmSeconds",
      args.maxRecordAgeAlarmSeconds ?? 600,
      60,
      LONGEST_RETENTION_HOURS * 3600,
      "of seconds",
    );
    args.key.requireFor(this.check, this.context.region);
  }

  private createStream(args: DataStreamArgs): aws.kinesis.Stream {
    const mode = args.mode ?? "on-demand";
    return new aws.kinesis.Stream(
      this.childName("stream"),
      {
        name: this.streamName,
        encryptionType: "KMS",
        kmsKeyId: args.key.arn,
        retentionPeriod: args.retentionHours ?? 168,
        ...(mode === "on-demand"
          ? { streamModeDetails: { streamMode: "ON_DEMAND" } }
          : { streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: mode.shards }),
        enforceConsumerDeletion: !this.production,
      },
      this.statefulOptions({}, args.transform?.stream),
    );
  }

  private createAlarms(): void {
    const metric = (name: string, statistic: "Maximum" | "Sum"): Metric => ({
      namespace: "AWS/Kinesis",
      name,
      dimensions: { StreamName: this.streamName },
      statistic,
    });
    this.watchBehind("records-waiting", "a reader", metric("GetRecords.IteratorAgeMilliseconds", "Maximum"));
    this.alarm("throttled-writes", {
      severity: "critical",
      description: `Kinesis refuses writes to stream ${this.streamName}: one partition key has too many of the records, or the stream too few shards. Producers must write them again.`,
      metric: metric("WriteProvisionedThroughputExceeded", "Sum"),
      comparison: "GreaterThanThreshold",
      threshold: 0,
    });
    this.alarm("throttled-reads", {
      severity: "warning",
      description: `Kinesis refuses reads of stream ${this.streamName}: its readers share one capacity. Give one of them a consumer of its own, or add shards.`,
      metric: metric("ReadProvisionedThroughputExceeded", "Sum"),
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 15,
    });
  }

  private watchBehind(suffix: string, who: string, metric: Metric): void {
    this.alarm(suffix, {
      severity: "critical",
      description: `Of stream ${this.streamName}, ${who} is more than ${this.maxRecordAge} s behind: it is down, failing on a record, or too slow. Records expire unread in the end.`,
      metric,
      comparison: "GreaterThanThreshold",
      threshold: this.maxRecordAge * 1000,
    });
  }
}
