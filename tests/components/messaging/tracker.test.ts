import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { ResourceGraph } from "../../../analysis/graph";
import { Tracker, type TrackerArgs } from "../../../components/messaging/tracker";
import { Key } from "../../../components/security/key";
import { packs } from "../../../policies/packs";
import { evaluate } from "../../../policies/rule";
import { componentContract } from "../../support/contract";
import { echoFunction } from "../../support/functions";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const GEO = "arn:aws:geo:eu-west-1:123456789012";
const TOPICS = {
  critical: "arn:aws:sns:eu-west-1:123456789012:critical",
  warning: "arn:aws:sns:eu-west-1:123456789012:warning",
};

function build(name: string, args: Partial<TrackerArgs> = {}, opts: pulumi.ComponentResourceOptions = {}): Tracker {
  const key = args.key ?? new Key(`${name}-key`, { description: "Positions", services: ["events"] }, opts);
  return new Tracker(name, { ...args, key }, opts);
}

describe("Tracker", () => {
  componentContract("messaging", "Tracker", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const tracker = build(
        name,
        {
          positionFiltering: "DistanceBased",
          environment: "development",
          alarmTopics: TOPICS,
          transform: { tracker: { description: "Changed" }, collection: (args) => void (args.description = "Changed") },
        },
        opts,
      );
      tracker.onProximity("notifier", echoFunction(`${name}-notifier`, {}, opts), {
        crossings: ["ENTER"],
        maximumAgeSeconds: 300,
      });
      tracker.onProximity("statistics", echoFunction(`${name}-statistics`, {}, opts));
      const users = new TestGrantee(`${name}-users`, opts);
      tracker.grantUpdatePositions(users);
      tracker.grantReadPositions(users);
      tracker.grantForgetPositions(users);
      tracker.grantPutGeofences(users);
      tracker.grantReadGeofences(users);
      return tracker;
    },
    errors: {
      ...keyErrors(`Tracker "one"`, (name, key) => build(name, { key }), ["events"]),
      "a filter that AWS has not": {
        build: (name) => build(name, { positionFiltering: "None" as "TimeBased" }),
        message: /positionFiltering = "None" .* AccuracyBased, DistanceBased, TimeBased/,
      },
      "a consumer whose name is no name": {
        build: (name) => build(name).onProximity("Notifier!", echoFunction(`${name}-fn`)),
        message: /consumer = "Notifier!" .* lower-case/,
      },
      "one consumer twice": {
        build: (name) => {
          const tracker = build(name);
          const fn = echoFunction(`${name}-fn`);
          tracker.onProximity("notifier", fn);
          tracker.onProximity("notifier", fn);
        },
        message: /consumer = "notifier" .* told already/,
      },
      "no crossing": {
        build: (name) => build(name).onProximity("notifier", echoFunction(`${name}-fn`), { crossings: [] }),
        message: /crossings = \[\] .* at least 1/,
      },
      "events kept for longer than a day": {
        build: (name) => build(name).onProximity("notifier", echoFunction(`${name}-fn`), { maximumAgeSeconds: 90_000 }),
        message: /maximumAgeSeconds = 90000 .* from 60 to 86400/,
      },
    },
  });

  it("holds positions and fences under the customer's key, and both against each other", async () => {
    const recording = await recordProgram(() => void build("nearby"));
    const key = named(recording, "nearby-key-key").outputs.arn;
    const tracker = named(recording, "nearby-tracker");
    const fences = named(recording, "nearby-fences");
    assert.deepEqual([tracker.inputs.kmsKeyId, fences.inputs.kmsKeyId], [key, key]);
    assert.ok(tracker.protect && fences.protect);
    const { trackerName, consumerArn } = named(recording, "nearby-association").inputs;
    assert.deepEqual([trackerName, consumerArn], ["test-nearby", `${GEO}:geofence-collection/test-nearby-fences`]);
  });

  it("knows its ARNs before anything exists", async () => {
    const recording = await recordProgram(
      () => {
        const tracker = build("nearby");
        tracker.grantUpdatePositions(new TestGrantee("users"));
        tracker.grantPutGeofences(new TestGrantee("notifier"));
      },
      { preview: true },
    );
    assert.deepEqual(statements(named(recording, "nearby-update-positions-users").inputs.policy), [
      { Effect: "Allow", Action: ["geo:BatchUpdateDevicePosition"], Resource: `${GEO}:tracker/test-nearby` },
    ]);
    assert.deepEqual(statements(named(recording, "nearby-put-geofences-notifier").inputs.policy), [
      {
        Effect: "Allow",
        Action: ["geo:BatchDeleteGeofence", "geo:BatchPutGeofence", "geo:PutGeofence"],
        Resource: `${GEO}:geofence-collection/test-nearby-fences`,
      },
    ]);
  });

  it("calls a function by its alias, for its own crossings alone, and sets aside what fails", async () => {
    const recording = await recordProgram(() => {
      build("nearby").onProximity("notifier", echoFunction("notifier"));
    });
    const rule = named(recording, "nearby-notifier-rule");
    assert.deepEqual(JSON.parse(String(rule.inputs.eventPattern)), {
      source: ["aws.geo"],
      "detail-type": ["Location Geofence Event"],
      resources: [`${GEO}:tracker/test-nearby`],
      detail: { EventType: ["ENTER", "EXIT"] },
    });
    const permission = named(recording, "notifier-invoke-nearby-notifier").inputs;
    const ruleArn = "arn:aws:events:eu-west-1:123456789012:rule/test-nearby-notifier";
    assert.deepEqual(
      [permission.principal, permission.qualifier, permission.sourceArn],
      ["events.amazonaws.com", "live", ruleArn],
    );
    const target = named(recording, "nearby-notifier-target");
    assert.equal(target.inputs.arn, "arn:aws:lambda:eu-west-1:123456789012:function:test-notifier:live");
    const queue = named(recording, "nearby-notifier-undelivered", "aws:sqs/queue:Queue");
    assert.deepEqual(target.inputs.deadLetterConfig, { arn: queue.outputs.arn });
    const [, , delivers] = statements(queue.inputs.policy);
    assert.deepEqual(delivers?.Condition, { ArnLike: { "aws:SourceArn": ruleArn } });
  });

  it("keeps the rules of the policy packs", async () => {
    const recording = await recordProgram(() => {
      const tracker = build("nearby", { alarmTopics: TOPICS });
      tracker.onProximity("notifier", echoFunction("nearby-fn", { alarmTopics: TOPICS }));
      tracker.grantUpdatePositions(new TestGrantee("users"));
    });
    const findings = evaluate(
      packs.flatMap(({ rules }) => rules),
      ResourceGraph.fromRecording(recording),
    );
    const open = findings.filter(
      ({ resource, verdict }) => /^nearby/.test(resource.name) && !["pass", "not-applicable"].includes(verdict.kind),
    );
    assert.deepEqual(
      open.map(({ rule, resource }) => `${rule.id} ${resource.name}`),
      [],
    );
    assert.equal(ofType(recording, "aws:cloudwatch/eventRule:EventRule").length, 1);
  });
});
