import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FunctionArgs } from "../../../components/compute/function-args";
import { ResourceGraph } from "../../../analysis/graph";
import { bundle, bundleText, findEntry, imageCode } from "../../../components/compute/function-code";
import type { StreamSource } from "../../../components/compute/function-sources";
import { isWarmUp, WARM_UP } from "../../../components/compute/warm-up";
import { type Component, grant } from "../../../components/core";
import { DataStream } from "../../../components/messaging/data-stream";
import { Queue } from "../../../components/messaging/queue";
import { Key } from "../../../components/security/key";
import { packs } from "../../../policies/packs";
import { evaluate } from "../../../policies/rule";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { echoFunction as build, ENTRY } from "../../support/functions";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function";
const SQS = "arn:aws:sqs:eu-west-1:123456789012";
const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/scoring@sha256:${"0f".repeat(32)}`;
const TOPICS = {
  critical: "arn:aws:sns:eu-west-1:123456789012:critical",
  warning: "arn:aws:sns:eu-west-1:123456789012:warning",
};

/** A stream as another component would give it. */
function stream(owner: Component, name: string): StreamSource {
  const made = new aws.sqs.Queue(`${name}-stream`, {}, { parent: owner });
  const arn = pulumi.interpolate`${made.arn}`;
  return {
    arn,
    grantRead: (grantee) =>
      grant(owner, name, "read", grantee, [{ Effect: "Allow", Action: "kinesis:GetRecords", Resource: arn }]),
  };
}

describe("Function", () => {
  componentContract("compute", "Function", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const key = new Key(`${name}-key`, { description: "Functions", services: ["logs"] }, opts);
      const network = new TestNetwork(`${name}-network`, opts);
      const fn = build(
        name,
        {
          key,
          logKey: new Key(`${name}-log-key`, { description: "Logs", services: ["logs"] }, opts),
          code: imageCode(IMAGE, { command: ["scoring.handler"] }),
          memoryMiB: 1024,
          timeoutSeconds: 60,
          architecture: "x86_64",
          reservedConcurrency: 50,
          variables: { TABLE: "balances" },
          network: { vpc: network, subnets: "isolated" },
          canary: { version: "7", weight: 0.1 },
          warmEvery: "5 minutes",
          asynchronous: { maximumRetries: 1, maximumAgeSeconds: 3600 },
          statements: [{ Effect: "Allow", Action: "sns:Publish", Resource: TOPICS.warning }],
          alarmThresholds: { errors: 3, durationPercent: 90, iteratorAgeSeconds: 30 },
          logRetentionInDays: 90,
          environment: "development",
          alarmTopics: TOPICS,
          transform: {
            function: (args) => void (args.ephemeralStorage = { size: 1024 }),
            alias: { description: "Changed" },
            deadLetters: { messageRetentionSeconds: 86_400 },
          },
        },
        opts,
      );
      fn.connections.allowTo(network.endpointConnections);
      const queue = new Queue(`${name}-orders`, { key, visibilityTimeoutSeconds: 360 }, opts);
      fn.consume(queue, {
        batchSize: 100,
        windowSeconds: 5,
        maximumConcurrency: 20,
        filters: [{ body: { kind: ["paid"] } }],
      });
      fn.consumeStream("scores", stream(fn, `${name}-scores`), {
        batchSize: 500,
        windowSeconds: 1,
        from: "LATEST",
        maximumRetries: 3,
        maximumAgeSeconds: 3600,
        parallelBatches: 4,
        filters: [{ data: { kind: ["scored"] } }],
      });
      fn.grantInvoke(new TestGrantee(`${name}-caller`, opts));
      fn.permit("topic", "sns.amazonaws.com", TOPICS.warning);
      return fn;
    },
    errors: {
      ...keyErrors(`Function "one"`, (name, key) => build(name, { key }), ["logs"]),
      "a log key that the log can not use": {
        build: (name) => build(name, { logKey: new Key(`${name}-other`, { description: "x" }) }),
        message: /logKey = "one-other" .* add "logs"/,
      },
      "a function that says nothing of itself": {
        build: (name) => build(name, { description: "" }),
        message: /description = "" .* 1 to 256/,
      },
      "code that is not there": {
        build: (name) => build(name, { code: bundle("stacks/nowhere.ts") }),
        message: /code\.entry = "stacks\/nowhere\.ts" .* no such file/,
      },
      "an image that may change under its name": {
        build: (name) => build(name, { code: imageCode("public.ecr.aws/x/y:latest") }),
        message: /code\.image = .* digest/,
      },
      "less memory than there is": {
        build: (name) => build(name, { memoryMiB: 64 }),
        message: /memoryMiB = 64 .* from 128 to 10240/,
      },
      "more time than Lambda gives": {
        build: (name) => build(name, { timeoutSeconds: 901 }),
        message: /timeoutSeconds = 901 .* from 1 to 900/,
      },
      "no room at all": {
        build: (name) => build(name, { reservedConcurrency: 0 }),
        message: /reservedConcurrency = 0 .* from 1 to 1000/,
      },
      "a variable of Lambda's own": {
        build: (name) => build(name, { variables: { AWS_REGION: "x" } }),
        message: /variables = "AWS_REGION" .* Lambda's own/,
      },
      "a canary beside no version": {
        build: (name) => build(name, { canary: { version: "$LATEST", weight: 0.1 } }),
        message: /canary\.version = "\$LATEST" .* number/,
      },
      "a canary that is everything": {
        build: (name) => build(name, { canary: { version: "7", weight: 1 } }),
        message: /canary\.weight = 1 .* leave `canary` out/,
      },
      "a ping a second": {
        build: (name) => build(name, { warmEvery: "0.1 minutes" }),
        message: /warmEvery = "0.1 minutes" .* 1 to 60/,
      },
      "more retries than Lambda makes": {
        build: (name) => build(name, { asynchronous: { maximumRetries: 3 } }),
        message: /asynchronous\.maximumRetries = 3 .* from 0 to 2/,
      },
      "connections of a function in no network": {
        build: (name) => build(name).connections,
        message: /network = undefined .* no security group/,
      },
      "a queue that gives messages out again too early": {
        build: (name) => {
          const key = new Key(`${name}-key`, { description: "x", services: ["logs"] });
          build(name, { key, timeoutSeconds: 300 }).consume(new Queue(`${name}-orders`, { key }));
        },
        message: /visibilityTimeoutSeconds = 180 .* 600 or more/,
      },
      "large batches that nobody gathers": {
        build: (name) => {
          const key = new Key(`${name}-key`, { description: "x", services: ["logs"] });
          build(name, { key }).consume(new Queue(`${name}-orders`, { key }), { batchSize: 11 });
        },
        message: /batchSize = 11 .*`windowSeconds`/,
      },
      "more filters than Lambda takes": {
        build: (name) => {
          const fn = build(name);
          fn.consumeStream("x", stream(fn, `${name}-x`), { filters: Array.from({ length: 6 }, () => ({})) });
        },
        message: /filters = 6 .* 1 to 5/,
      },
    },
  });

  it("may write its own log and traces and set failed calls aside, and nothing else", async () => {
    const recording = await recordProgram(() => void build("qr"));
    const own = statements(named(recording, "qr-policy").inputs.policy);
    assert.deepEqual(
      own.map(({ Action, Resource }) => [Action, Resource]),
      [
        [
          ["logs:CreateLogStream", "logs:PutLogEvents"],
          "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/test-qr:*",
        ],
        [["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"],
        ["sqs:SendMessage", `${SQS}:test-qr-dead-letters`],
        [["kms:Decrypt", "kms:GenerateDataKey"], named(recording, "qr-key-key").outputs.arn],
      ],
    );
    assert.equal(ofType(recording, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", 0).length, 0);
  });

  it("may not use in its code what Lambda needs to place it", async () => {
    const recording = await recordProgram(() => {
      build("qr", { network: { vpc: new TestNetwork("network") }, deadLetters: false });
    });
    const [, , allow, deny] = statements(named(recording, "qr-policy").inputs.policy);
    assert.deepEqual(allow?.Action, deny?.Action);
    assert.deepEqual(deny?.Condition, { ArnEquals: { "lambda:SourceFunctionArn": `${LAMBDA}:test-qr` } });
    assert.equal(ofType(recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", 0).length, 0);
  });

  it("is known by name before it exists, as its alias is", async () => {
    let known: unknown;
    await recordProgram(
      () => {
        const fn = build("qr");
        pulumi.all([fn.arn, fn.aliasArn, fn.invokeArn]).apply((value) => void (known = value));
      },
      { preview: true },
    );
    assert.deepEqual(known, [
      `${LAMBDA}:test-qr`,
      `${LAMBDA}:test-qr:live`,
      `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${LAMBDA}:test-qr:live/invocations`,
    ]);
  });

  describe("releases", () => {
    const aliasOf = async (canary?: FunctionArgs["canary"]) => {
      const recording = await recordProgram(() => void build("qr", { canary }));
      assert.equal(named(recording, "qr-function").inputs.publish, true);
      const { functionVersion, routingConfig } = named(recording, "qr-alias").inputs;
      return { functionVersion, routingConfig: routingConfig ?? undefined };
    };

    it("move everything to the newest version", async () => {
      assert.deepEqual(await aliasOf(), { functionVersion: "1", routingConfig: undefined });
    });

    it("in steps leave the others with the version that is named", async () => {
      assert.deepEqual(await aliasOf({ version: "7", weight: 0.25 }), {
        functionVersion: "7",
        routingConfig: { additionalVersionWeights: { "1": 0.25 } },
      });
    });

    it("go back to the version that is named", async () => {
      assert.deepEqual(await aliasOf({ version: "7", weight: 0 }), { functionVersion: "7", routingConfig: undefined });
    });

    it("do not weigh a version against itself", async () => {
      assert.deepEqual(await aliasOf({ version: "1", weight: 0.25 }), {
        functionVersion: "1",
        routingConfig: { additionalVersionWeights: {} },
      });
    });
  });

  describe("bundles", () => {
    const text = () => {
      const found = findEntry(ENTRY);
      assert.ok(found);
      return bundleText(found);
    };

    it("hold everything and run alone, as Lambda would run them", async () => {
      const module: { exports: { handler?: (event: unknown) => Promise<unknown> } } = { exports: {} };
      runInNewContext(text(), { module, exports: module.exports, require: createRequire(__filename) });
      assert.equal(JSON.stringify(await module.exports.handler?.({ a: 1 })), '{"echo":{"a":1}}');
      assert.equal(await module.exports.handler?.(WARM_UP), undefined);
    });

    it("tell nothing of where they were built", () => {
      assert.doesNotMatch(text(), /node_modules|\/tmp\/|\/work\/|components\//);
    });

    it("are found from the project's folder and by an absolute path, and not elsewhere", () => {
      const found = findEntry(ENTRY);
      assert.ok(found);
      assert.ok(findEntry(`${found.folder}/${ENTRY}`));
      assert.equal(findEntry(`${found.folder}/nowhere.ts`), undefined);
    });
  });

  it("is called by the schedule through a role that may call it and nothing else", async () => {
    const recording = await recordProgram(() => void build("qr", { warmEvery: "1 minutes" }));
    const role = named(recording, "qr-warm-up", "aws:iam/role:Role");
    assert.deepEqual(statements(role.inputs.assumeRolePolicy)[0]?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default" },
    });
    assert.deepEqual(statements(named(recording, "qr-invoke-warm-up").inputs.policy), [
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: `${LAMBDA}:test-qr:live` },
    ]);
    const { inputs } = named(recording, "qr-warm-up", "aws:scheduler/schedule:Schedule");
    assert.equal(inputs.scheduleExpression, "rate(1 minute)");
    const target = inputs.target as { arn: string; input: string };
    assert.equal(target.arn, `${LAMBDA}:test-qr:live`);
    assert.ok(isWarmUp(JSON.parse(target.input)));
    assert.ok(![undefined, null, "warm", {}, { "palisade:warm-up": "yes" }].some(isWarmUp));
  });

  it("reads streams of this house, with and without capacity of its own, once they stand", async () => {
    const recording = await recordProgram(() => {
      const key = new Key("key", { description: "x", services: ["logs"] });
      const data = new DataStream("scores", { key });
      const fn = build("qr", { key });
      fn.consumeStream("scores", data);
      fn.consumeStream("fast", data.consumer("qr"));
    });
    const standing = named(recording, "scores-stream").urn;
    const shared = named(recording, "qr-from-scores");
    assert.equal(shared.inputs.eventSourceArn, "arn:aws:kinesis:eu-west-1:123456789012:stream/test-scores");
    assert.ok(shared.dependencies.includes(standing));
    assert.match(String(named(recording, "qr-from-fast").inputs.eventSourceArn), /:stream\/test-scores\/consumer\//);
  });

  it("reads a stream with the failed records halved, numbered and set aside", async () => {
    const recording = await recordProgram(() => {
      const fn = build("qr");
      fn.consumeStream("a", stream(fn, "qr-a"));
      fn.consumeStream("b", stream(fn, "qr-b"));
    });
    const { inputs } = named(recording, "qr-from-a");
    assert.equal(inputs.functionName, `${LAMBDA}:test-qr:live`);
    assert.equal(inputs.bisectBatchOnFunctionError, true);
    assert.equal(inputs.maximumRetryAttempts, 5);
    assert.deepEqual(inputs.functionResponseTypes, ["ReportBatchItemFailures"]);
    assert.deepEqual(inputs.destinationConfig, { onFailure: { destinationArn: `${SQS}:test-qr-dead-letters` } });
    const alarms = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.equal(alarms.filter((alarm) => alarm.inputs.metricName === "IteratorAge").length, 1);
  });

  it("keeps no dead letters where everybody waits for the answer", async () => {
    const recording = await recordProgram(() => void build("qr", { deadLetters: false }));
    assert.equal(ofType(recording, "aws:sqs/queue:Queue", 0).length, 0);
    const asynchronous = named(recording, "qr-asynchronous").inputs;
    assert.equal(asynchronous.destinationConfig, undefined);
    assert.equal(asynchronous.qualifier, "live");
    assert.equal(ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm").length, 3);
  });

  it("lets a service in for one source and by the alias alone", async () => {
    const recording = await recordProgram(
      () => void build("qr").backend().permit("api", "apigateway.amazonaws.com", "arn:x"),
    );
    const { action, function: of, qualifier, principal, sourceArn } = named(recording, "qr-invoke-api").inputs;
    assert.deepEqual(
      { action, of, qualifier, principal, sourceArn },
      {
        action: "lambda:InvokeFunction",
        of: "test-qr",
        qualifier: "live",
        principal: "apigateway.amazonaws.com",
        sourceArn: "arn:x",
      },
    );
  });

  it("says when a call is slow in the metric's milliseconds", async () => {
    const recording = await recordProgram(() => void build("qr", { timeoutSeconds: 30 }));
    assert.equal(named(recording, "qr-slow").inputs.threshold, 24_000);
  });

  it("keeps the rules of the policy packs, with everything that it can have", async () => {
    const recording = await recordProgram(() => {
      const key = new Key("key", { description: "Functions", services: ["logs"] });
      const network = new TestNetwork("network");
      const fn = build("fn", {
        key,
        code: imageCode(IMAGE),
        variables: { TABLE: "balances" },
        network: { vpc: network },
        canary: { version: "7", weight: 0.1 },
        warmEvery: "5 minutes",
        alarmTopics: TOPICS,
        dataClass: "cardholder",
      });
      fn.connections.allowTo(network.endpointConnections);
      fn.consume(new Queue("orders", { key, visibilityTimeoutSeconds: 60, alarmTopics: TOPICS }));
      fn.consumeStream("scores", new DataStream("scores", { key, alarmTopics: TOPICS }));
      build("open", { key, alarmTopics: TOPICS });
    });
    const findings = evaluate(
      packs.flatMap(({ rules }) => rules),
      ResourceGraph.fromRecording(recording),
    );
    const open = findings.filter(
      ({ resource, verdict }) =>
        /^(fn|open)-/.test(resource.name) && (verdict.kind === "fail" || verdict.kind === "undetermined"),
    );
    assert.deepEqual(
      open.map(({ rule, resource }) => `${rule.id} ${resource.name}`),
      [],
    );
  });

  it("is what an ARN of its alias leads to", async () => {
    const recording = await recordProgram(() => void build("fn"));
    const [found] = ResourceGraph.fromRecording(recording).withHandle(`${LAMBDA}:test-fn:live`, [
      "aws:lambda/function:Function",
    ]);
    assert.equal(found?.name, "fn-function");
  });
});
