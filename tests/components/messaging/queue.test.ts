import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Queue, type QueueArgs } from "../../../components/messaging/queue";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ARN = "arn:aws:sqs:eu-west-1:123456789012:test-orders";
const VIA_SQS = { StringEquals: { "kms:ViaService": "sqs.eu-west-1.amazonaws.com" } };

function build(name: string, args: Partial<QueueArgs> = {}, opts?: pulumi.ComponentResourceOptions): Queue {
  const key = new Key(`${name}-key`, { description: "Messages" }, opts);
  return new Queue(name, { key, ...args }, opts);
}

describe("Queue", () => {
  componentContract("messaging", "Queue", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const queue = build(
        name,
        {
          fifo: { contentBasedDeduplication: true, highThroughput: false },
          visibilityTimeoutSeconds: 600,
          retentionDays: 13,
          maxReceiveCount: 3,
          delaySeconds: 5,
          maxMessageKiB: 1024,
          dataKeyReuseSeconds: 3600,
          maxMessageAgeAlarmSeconds: 120,
          policyStatements: (arn) => [
            {
              Sid: "Rule",
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: arn,
              Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/nightly" } },
            },
          ],
          environment: "development",
          alarmTopics: {
            critical: "arn:aws:sns:eu-west-1:123456789012:critical",
            warning: "arn:aws:sns:eu-west-1:123456789012:warning",
          },
          transform: {
            queue: (args) => void (args.delaySeconds = 6),
            deadLetterQueue: { visibilityTimeoutSeconds: 900 },
          },
        },
        opts,
      );
      const worker = new TestGrantee(`${name}-worker`, opts);
      queue.grantSend(worker);
      queue.grantConsume(worker, { longestProcessingSeconds: 120 });
      queue.grantRedrive(worker);
      return queue;
    },
    errors: {
      "a visibility timeout over twelve hours": {
        build: (name) => build(name, { visibilityTimeoutSeconds: 43_201 }),
        message: /Queue "one": visibilityTimeoutSeconds = 43201 .* from 0 to 43200/,
      },
      "a retention that the dead-letter queue cannot outlast": {
        build: (name) => build(name, { retentionDays: 14 }),
        message: /retentionDays = 14 .* from 1 to 13/,
      },
      "no receive at all": {
        build: (name) => build(name, { maxReceiveCount: 0 }),
        message: /maxReceiveCount = 0 .* from 1 to 1000/,
      },
      "a delay over 15 minutes": {
        build: (name) => build(name, { delaySeconds: 901 }),
        message: /delaySeconds = 901 .* from 0 to 900/,
      },
      "a message over 1 MiB": {
        build: (name) => build(name, { maxMessageKiB: 2048 }),
        message: /maxMessageKiB = 2048 .* from 1 to 1024/,
      },
      "a data key reused for too short a time": {
        build: (name) => build(name, { dataKeyReuseSeconds: 30 }),
        message: /dataKeyReuseSeconds = 30 .* from 60 to 86400/,
      },
      "an alarm age below one period": {
        build: (name) => build(name, { maxMessageAgeAlarmSeconds: 10 }),
        message: /maxMessageAgeAlarmSeconds = 10 .* from 60/,
      },
      ...keyErrors(`Queue "one"`, (name, key) => build(name, { key })),
      "a consumer slower than the visibility timeout": {
        build: (name) =>
          build(name, { visibilityTimeoutSeconds: 30 }).grantConsume(new TestGrantee(`${name}-worker`), {
            longestProcessingSeconds: 30,
          }),
        message: /visibilityTimeoutSeconds = 30 .* one-worker takes up to 30 s .* Give 60 or more/,
      },
    },
  });

  it("knows its names, ARNs and redrive settings at preview", async () => {
    const recording = await recordProgram(() => void build("orders"), { preview: true });
    const { inputs } = named(recording, "orders-queue");
    assert.equal(inputs.name, "test-orders");
    assert.deepEqual(JSON.parse(String(inputs.redrivePolicy)), {
      deadLetterTargetArn: `${ARN}-dlq`,
      maxReceiveCount: 5,
    });
    const allowed = JSON.parse(String(named(recording, "orders-dlq").inputs.redriveAllowPolicy));
    assert.deepEqual(allowed, { redrivePermission: "byQueue", sourceQueueArns: [ARN] });
    assert.ok(named(recording, "orders-queue").dependencies.some((urn) => urn.endsWith("::orders-dlq")));
  });

  it("refuses plain HTTP and other accounts on both queues", async () => {
    const recording = await recordProgram(() => void build("orders"));
    for (const queue of ofType(recording, "aws:sqs/queue:Queue", 2)) {
      const [http, foreign, ...others] = statements(queue.inputs.policy);
      assert.deepEqual(others, []);
      assert.equal(http?.Effect, "Deny");
      assert.deepEqual(http?.Condition, { Bool: { "aws:SecureTransport": "false" } });
      assert.equal(foreign?.Effect, "Deny");
      assert.deepEqual(foreign?.Condition, {
        StringNotEquals: { "aws:PrincipalAccount": "123456789012" },
        Bool: { "aws:PrincipalIsAWSService": "false" },
      });
      assert.equal(foreign?.Resource, queue.outputs.arn);
      assert.equal(queue.protect, true);
    }
  });

  it("gives senders, consumers and redrivers exactly their actions", async () => {
    const recording = await recordProgram(() => {
      const queue = build("orders");
      const worker = new TestGrantee("worker");
      queue.grantSend(worker);
      queue.grantConsume(worker);
      queue.grantRedrive(worker);
    });
    const granted = (access: string) =>
      statements(named(recording, `orders-${access}-worker`).inputs.policy).map((s) => [
        s.Action,
        s.Resource,
        s.Condition,
      ]);
    const key = named(recording, "orders-key-key").outputs.arn;
    assert.deepEqual(granted("send"), [
      [["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], ARN, undefined],
      [["kms:Decrypt", "kms:GenerateDataKey"], key, VIA_SQS],
    ]);
    assert.deepEqual(granted("consume"), [
      [
        [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
        ],
        ARN,
        undefined,
      ],
      [["kms:Decrypt"], key, VIA_SQS],
    ]);
    const [from, to] = granted("redrive");
    assert.equal(from?.[1], `${ARN}-dlq`);
    assert.deepEqual(to, [["sqs:SendMessage"], ARN, undefined]);
  });

  it("keeps a long FIFO name within 80 characters, both ending in .fifo", async () => {
    const long = `orders-${"x".repeat(90)}`;
    const recording = await recordProgram(() => void build(long, { fifo: true }));
    const queues = ofType(recording, "aws:sqs/queue:Queue", 2);
    for (const { inputs } of queues) {
      assert.match(String(inputs.name), /^test-orders-x+-[0-9a-f]{7}\.fifo$/);
      assert.equal(String(inputs.name).length, 80);
      assert.equal(inputs.fifoQueue, true);
      assert.equal(inputs.deduplicationScope, "messageGroup");
      assert.equal(inputs.fifoThroughputLimit, "perMessageGroupId");
    }
    assert.notEqual(queues[0]?.inputs.name, queues[1]?.inputs.name);
  });

  it("alarms on old messages and on the first dead letter", async () => {
    const recording = await recordProgram(() => void build("orders", { maxMessageAgeAlarmSeconds: 90 }));
    const age = named(recording, "orders-message-age").inputs;
    assert.deepEqual(
      [age.metricName, age.threshold, age.dimensions],
      ["ApproximateAgeOfOldestMessage", 90, { QueueName: "test-orders" }],
    );
    const dead = named(recording, "orders-dlq-not-empty").inputs;
    assert.deepEqual(
      [dead.metricName, dead.threshold, dead.evaluationPeriods, dead.dimensions],
      ["ApproximateNumberOfMessagesVisible", 0, 1, { QueueName: "test-orders-dlq" }],
    );
  });

  it("stays encrypted and TLS-only in development, but unprotected", async () => {
    const recording = await recordProgram(() => void build("orders", { environment: "development" }));
    const queue = named(recording, "orders-queue");
    assert.equal(queue.protect, false);
    assert.equal(queue.inputs.kmsMasterKeyId, named(recording, "orders-key-key").outputs.arn);
    assert.equal(statements(queue.inputs.policy).length, 2);
  });
});
