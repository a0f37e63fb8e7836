import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { EventBus, type EventBusArgs } from "../../../components/messaging/event-bus";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const EVENTS = "arn:aws:events:eu-west-1:123456789012";
const SQS = "arn:aws:sqs:eu-west-1:123456789012";

const contract = (property: string) => ({
  description: `Tells ${property}`,
  detail: {
    type: "object",
    required: [property],
    additionalProperties: false,
    properties: { [property]: { type: "string" } },
  },
});
const CONTRACTS = { OrderPlaced: contract("orderId"), OrderPaid: contract("paymentId") };

function build(name: string, args: Partial<EventBusArgs> = {}, opts?: pulumi.ComponentResourceOptions): EventBus {
  const key = new Key(`${name}-key`, { description: "Events", services: ["events"] }, opts);
  return new EventBus(name, { key, source: "acme.orders", contracts: CONTRACTS, ...args }, opts);
}

describe("EventBus", () => {
  componentContract("messaging", "EventBus", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const bus = build(
        name,
        {
          source: "acme/orders",
          environment: "development",
          alarmTopics: {
            critical: "arn:aws:sns:eu-west-1:123456789012:critical",
            warning: "arn:aws:sns:eu-west-1:123456789012:warning",
          },
          transform: {
            bus: { description: "Changed" },
            registry: (args) => void (args.description = "Changed"),
            undelivered: { messageRetentionSeconds: 86_400 },
          },
        },
        opts,
      );
      const { queue } = bus.subscribe("shipping", {
        detailTypes: ["OrderPaid"],
        queue: { visibilityTimeoutSeconds: 600, maxReceiveCount: 3 },
        retry: { maximumAgeSeconds: 3600, attempts: 10 },
      });
      bus.subscribe("audit", { detailTypes: ["OrderPlaced", "OrderPaid"] });
      const worker = new TestGrantee(`${name}-worker`, opts);
      queue.grantConsume(worker, { longestProcessingSeconds: 120 });
      bus.grantPublish(worker, ["OrderPlaced"]);
      return bus;
    },
    errors: {
      ...keyErrors(`EventBus "one"`, (name, key) => build(name, { key }), ["events"]),
      "a source of AWS's own": {
        build: (name) => build(name, { source: "aws.orders" }),
        message: /source = "aws.orders" .* keeps what begins with `aws.`/,
      },
      "a bus without contracts": {
        build: (name) => build(name, { contracts: {} }),
        message: /contracts = \{\} .* at least 1 kind of event/,
      },
      "a kind of event that a schema's name can not hold": {
        build: (name) => build(name, { contracts: { "Order placed": contract("orderId") } }),
        message: /contracts = "Order placed" .* letters and digits/,
      },
      "a contract that says nothing": {
        build: (name) => build(name, { contracts: { A: { ...contract("a"), description: "" } } }),
        message: /contracts\.A\.description = "" .* 1 to 256/,
      },
      "a detail that is no object": {
        build: (name) => build(name, { contracts: { A: { description: "A", detail: { type: "string" } } } }),
        message: /contracts\.A\.detail\.type = "string" .* JSON object/,
      },
      "a schema that the registry can not hold": {
        build: (name) =>
          build(name, {
            contracts: { A: { description: "A", detail: { type: "object", title: "x".repeat(100_000) } } },
          }),
        message: /contracts\.A\.detail = 1000\d\d .* at most 100000/,
      },
      "a consumer of events that nobody has promised": {
        build: (name) => build(name).subscribe("mail", { detailTypes: ["OrderLost"] }),
        message: /subscriptions\.mail\.detailTypes = "OrderLost" .* OrderPlaced, OrderPaid/,
      },
      "a consumer of nothing": {
        build: (name) => build(name).subscribe("mail", { detailTypes: [] }),
        message: /detailTypes = \[\] .* at least 1/,
      },
      "a consumer whose name is no name": {
        build: (name) => build(name).subscribe("Mail!", { detailTypes: ["OrderPaid"] }),
        message: /consumer = "Mail!" .* lower-case/,
      },
      "two queues for one consumer": {
        build: (name) => {
          const bus = build(name);
          bus.subscribe("mail", { detailTypes: ["OrderPaid"] });
          bus.subscribe("mail", { detailTypes: ["OrderPlaced"] });
        },
        message: /consumer = "mail" .* has a queue already/,
      },
      "retries longer than a day": {
        build: (name) =>
          build(name).subscribe("mail", { detailTypes: ["OrderPaid"], retry: { maximumAgeSeconds: 90_000 } }),
        message: /retry\.maximumAgeSeconds = 90000 .* from 60 to 86400/,
      },
      "more retries than EventBridge makes": {
        build: (name) => build(name).subscribe("mail", { detailTypes: ["OrderPaid"], retry: { attempts: 186 } }),
        message: /retry\.attempts = 186 .* from 0 to 185/,
      },
      "a publisher of events that nobody has promised": {
        build: (name) => build(name).grantPublish(new TestGrantee(`${name}-api`), ["OrderLost"]),
        message: /detailTypes = "OrderLost"/,
      },
    },
  });

  it("keeps every contract as a JSON schema of draft 4, and encrypts the bus", async () => {
    const recording = await recordProgram(() => void build("orders"));
    const bus = named(recording, "orders-bus");
    assert.equal(bus.inputs.kmsKeyIdentifier, named(recording, "orders-key-key").outputs.arn);
    assert.equal(bus.outputs.arn, `${EVENTS}:event-bus/test-orders`);
    const schemas = ofType(recording, "aws:schemas/schema:Schema", 2);
    assert.deepEqual(
      schemas.map(({ inputs }) => [inputs.name, inputs.type, inputs.registryName]),
      Object.keys(CONTRACTS).map((kind) => [`acme.orders@${kind}`, "JSONSchemaDraft4", "test-orders"]),
    );
    assert.deepEqual(JSON.parse(String(schemas[0]?.inputs.content)), {
      $schema: "http://json-schema.org/draft-04/schema#",
      title: "OrderPlaced",
      ...CONTRACTS.OrderPlaced.detail,
    });
  });

  it("leads a consumer's kinds of event into its own queue, known before anything exists", async () => {
    const program = () => void build("orders").subscribe("mail", { detailTypes: ["OrderPaid"] });
    const recording = await recordProgram(program, { preview: true });
    const rule = named(recording, "orders-mail-rule");
    assert.deepEqual(JSON.parse(String(rule.inputs.eventPattern)), {
      source: ["acme.orders"],
      "detail-type": ["OrderPaid"],
    });
    const target = named(recording, "orders-mail-target");
    assert.equal(target.inputs.arn, `${SQS}:test-orders-mail`);
    assert.deepEqual(target.inputs.deadLetterConfig, { arn: `${SQS}:test-orders-undelivered` });
    assert.deepEqual(target.inputs.retryPolicy, { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 });
    assert.ok(target.dependencies.some((urn) => urn.endsWith("::orders-mail-queue")));

    const [, , deliver, ...others] = statements(named(recording, "orders-mail-queue").inputs.policy);
    assert.deepEqual(others, []);
    assert.deepEqual(deliver, {
      Sid: "EventBridgeDelivers",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: `${SQS}:test-orders-mail`,
      Condition: { ArnLike: { "aws:SourceArn": `${EVENTS}:rule/test-orders/test-orders-mail` } },
    });
  });

  it("knows a rule by the ARN that AWS gives it", async () => {
    const recording = await recordProgram(() => void build("orders").subscribe("mail", { detailTypes: ["OrderPaid"] }));
    const [, , deliver] = statements(named(recording, "orders-mail-queue").inputs.policy);
    assert.deepEqual(deliver?.Condition, {
      ArnLike: { "aws:SourceArn": named(recording, "orders-mail-rule").outputs.arn },
    });
  });

  it("sets aside what the bus can not decrypt and what no queue takes, from this bus alone", async () => {
    const recording = await recordProgram(() => void build("orders"));
    const { inputs, protect } = named(recording, "orders-undelivered");
    assert.equal(protect, true);
    assert.equal(inputs.messageRetentionSeconds, 1_209_600);
    const [http, foreign, deliver, ...others] = statements(inputs.policy);
    assert.deepEqual([http?.Sid, foreign?.Sid, others], ["DenyPlainHttp", "DenyOtherAccounts", []]);
    assert.deepEqual(deliver?.Condition, {
      ArnLike: { "aws:SourceArn": [`${EVENTS}:event-bus/test-orders`, `${EVENTS}:rule/test-orders/*`] },
    });
    assert.deepEqual(named(recording, "orders-bus").inputs.deadLetterConfig, {
      arn: named(recording, "orders-undelivered").outputs.arn,
    });
  });

  it("lets a publisher publish its own kinds of event, from the bus's source", async () => {
    const recording = await recordProgram(() => {
      build("orders").grantPublish(new TestGrantee("api"), ["OrderPlaced"]);
    });
    assert.deepEqual(statements(named(recording, "orders-publish-api").inputs.policy), [
      {
        Effect: "Allow",
        Action: "events:PutEvents",
        Resource: `${EVENTS}:event-bus/test-orders`,
        Condition: {
          "ForAllValues:StringEquals": { "events:source": "acme.orders", "events:detail-type": ["OrderPlaced"] },
          Null: { "events:source": "false", "events:detail-type": "false" },
        },
      },
    ]);
  });

  it("tells of events that fail, wait or are lost", async () => {
    const recording = await recordProgram(() => void build("orders").subscribe("mail", { detailTypes: ["OrderPaid"] }));
    const alarms = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name, inputs }) => [
      name,
      inputs.metricName,
      inputs.dimensions,
    ]);
    const rule = { EventBusName: "test-orders", RuleName: "test-orders-mail" };
    const undelivered = { QueueName: "test-orders-undelivered" };
    assert.deepEqual(alarms.slice(0, 1), [
      ["orders-undelivered-not-empty", "ApproximateNumberOfMessagesVisible", undelivered],
    ]);
    assert.deepEqual(
      alarms.filter(([, metric]) => /Invocations/.test(String(metric))),
      [
        ["orders-mail-failed", "FailedInvocations", rule],
        ["orders-mail-lost", "InvocationsFailedToBeSentToDlq", rule],
      ],
    );
  });
});
