import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { DataStream, type DataStreamArgs } from "../../../components/messaging/data-stream";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/test-transactions";
const VIA_KINESIS = { StringEquals: { "kms:ViaService": "kinesis.eu-west-1.amazonaws.com" } };
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

function build(name: string, args: Partial<DataStreamArgs> = {}, opts?: pulumi.ComponentResourceOptions): DataStream {
  const key = new Key(`${name}-key`, { description: "Records" }, opts);
  return new DataStream(name, { key, ...args }, opts);
}

describe("DataStream", () => {
  componentContract("messaging", "DataStream", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const stream = build(
        name,
        {
          mode: { shards: 4 },
          retentionHours: 8760,
          maxRecordAgeAlarmSeconds: 60,
          environment: "development",
          transform: { stream: (args) => void (args.maxRecordSizeInKib = 2048) },
        },
        opts,
      );
      const grantee = new TestGrantee(`${name}-worker`, opts);
      stream.grantWrite(grantee);
      stream.grantRead(grantee);
      stream.consumer("users-domain").grantRead(grantee);
      stream.consumer("fraud");
      return stream;
    },
    errors: {
      "no shard": {
        build: (name) => build(name, { mode: { shards: 0 } }),
        message: /DataStream "one": mode.shards = 0 .* from 1/,
      },
      "a retention under a day": {
        build: (name) => build(name, { retentionHours: 12 }),
        message: /retentionHours = 12 .* from 24 to 8760/,
      },
      "an alarm age below one period": {
        build: (name) => build(name, { maxRecordAgeAlarmSeconds: 10 }),
        message: /maxRecordAgeAlarmSeconds = 10 .* from 60/,
      },
      "a consumer twice": {
        build: (name) => {
          const stream = build(name);
          stream.consumer("users");
          stream.consumer("users");
        },
        message: /consumer = .* "users" stands twice/,
      },
      "a consumer whose key is no name": {
        build: (name) => build(name).consumer("Users Domain"),
        message: /consumer = "Users Domain" .* small letters/,
      },
      "a 21st consumer": {
        build: (name) => {
          const stream = build(name);
          for (let n = 0; n <= 20; n++) stream.consumer(`c${n}`);
        },
        message: /consumer = "c20" .* at most 20 consumers/,
      },
      ...keyErrors(`DataStream "one"`, (name, key) => build(name, { key })),
    },
  });

  it("is encrypted with the customer key, on demand, and keeps a week", async () => {
    const recording = await recordProgram(() => void build("transactions"), { preview: true });
    const { inputs, protect } = named(recording, "transactions-stream");
    assert.equal(inputs.name, "test-transactions");
    assert.equal(inputs.encryptionType, "KMS");
    assert.deepEqual(inputs.streamModeDetails, { streamMode: "ON_DEMAND" });
    assert.equal(inputs.shardCount, undefined);
    assert.equal(inputs.retentionPeriod, 168);
    assert.equal(inputs.enforceConsumerDeletion, false);
    assert.equal(protect, true);
  });

  it("gives writers no read and readers no write, both known at preview but for the key", async () => {
    const recording = await recordProgram(() => {
      const stream = build("transactions");
      stream.grantWrite(new TestGrantee("scoring"));
      stream.grantRead(new TestGrantee("reader"));
    });
    const keyArn = named(recording, "transactions-key-key").outputs.arn;
    assert.deepEqual(statements(named(recording, "transactions-write-scoring").inputs.policy), [
      { Effect: "Allow", Action: ["kinesis:PutRecord", "kinesis:PutRecords"], Resource: ARN },
      { Effect: "Allow", Action: "kms:GenerateDataKey", Resource: keyArn, Condition: VIA_KINESIS },
    ]);
    assert.deepEqual(statements(named(recording, "transactions-read-reader").inputs.policy), [
      {
        Effect: "Allow",
        Action: [
          "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards",
        ],
        Resource: ARN,
      },
      { Effect: "Allow", Action: ["kms:Decrypt"], Resource: keyArn, Condition: VIA_KINESIS },
    ]);
  });

  it("lets a grantee subscribe as its own consumer only", async () => {
    const recording = await recordProgram(() => {
      const stream = build("transactions");
      stream.consumer("fraud");
      stream.consumer("users").grantRead(new TestGrantee("domain"));
    });
    const [subscribe, describeStream] = statements(
      named(recording, "transactions-subscribe-users-domain").inputs.policy,
    );
    assert.deepEqual(subscribe, {
      Effect: "Allow",
      Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
      Resource: `${ARN}/consumer/test-transactions-users:*`,
    });
    assert.equal(describeStream?.Resource, ARN);
    assert.ok(!JSON.stringify(describeStream?.Action).includes("GetRecords"));
    const consumer = named(recording, "transactions-users", "aws:kinesis/streamConsumer:StreamConsumer");
    assert.match(String(consumer.outputs.arn), /stream\/test-transactions\/consumer\/test-transactions-users:\d+$/);
  });

  it("watches each consumer by its own metric, and the throttling of both ways", async () => {
    const recording = await recordProgram(() => void build("transactions").consumer("users"));
    const alarms = ofType(recording, ALARM, 4).map(({ inputs }) => [inputs.metricName, inputs.dimensions]);
    const StreamName = "test-transactions";
    assert.deepEqual(alarms, [
      ["GetRecords.IteratorAgeMilliseconds", { StreamName }],
      ["WriteProvisionedThroughputExceeded", { StreamName }],
      ["ReadProvisionedThroughputExceeded", { StreamName }],
      ["SubscribeToShardEvent.MillisBehindLatest", { StreamName, ConsumerName: "test-transactions-users" }],
    ]);
  });
});
