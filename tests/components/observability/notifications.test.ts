import assert from "node:assert/strict";
import { Component } from "../../../components/core";
import { Notifications } from "../../../components/observability/notifications";
import { Key, type KeyService } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ALL: KeyService[] = ["cloudwatch", "events", "backup", "prometheus"];
const key = (name: string, services: KeyService[] = ALL, opts = {}) =>
  new Key(`${name}-key`, { description: "Notifications", services }, opts);

/** A component with one alarm of each severity. */
class Alarmed extends Component {
  constructor(name: string, notifications: Notifications) {
    super("palisade:test:Alarmed", name, { alarmTopics: notifications.topics });
    for (const severity of ["critical", "warning"] as const) {
      this.alarm(severity, {
        severity,
        description: "Test.",
        metric: { namespace: "AWS/SQS", name: "NumberOfMessagesSent", dimensions: {}, statistic: "Sum" },
        comparison: "GreaterThanThreshold",
        threshold: 1,
      });
    }
    this.registerOutputs({});
  }
}

describe("Notifications", () => {
  componentContract("observability", "Notifications", {
    minimal: (name, opts) => new Notifications(name, { key: key(name, ALL, opts) }, opts),
    complete: (name, opts) =>
      new Notifications(
        name,
        {
          key: key(name, ALL, opts),
          emails: { critical: ["oncall@example.com", "lead@example.com"], warning: ["team@example.com"] },
          publishers: ["cloudwatch", "events", "backup", "prometheus"],
          environment: "development",
          owner: "payments",
          transform: { topic: { signatureVersion: 2 }, policy: (args) => void (args.region = undefined) },
        },
        opts,
      ),
    errors: {
      ...keyErrors(`Notifications "one"`, (name, key) => new Notifications(name, { key }), [
        "cloudwatch",
        "events",
        "backup",
      ]),
      "something that is no mail address": {
        build: (name) => new Notifications(name, { key: key(name), emails: ["oncall"] }),
        message: /emails\.critical\[0\] = "oncall" .* mail address/,
      },
      "an address given twice": {
        build: (name) =>
          new Notifications(name, { key: key(name), emails: { warning: ["a@b.example", "a@b.example"] } }),
        message: /emails\.warning .* "a@b\.example" stands twice/,
      },
      "a publisher given twice": {
        build: (name) => new Notifications(name, { key: key(name), publishers: ["events", "events"] }),
        message: /"events" stands twice/,
      },
      "nobody who may publish": {
        build: (name) => new Notifications(name, { key: key(name), publishers: [] }),
        message: /at least 1 service that may publish/,
      },
    },
  });

  it("lets only this account's alarms publish, over TLS, and knows so before the topic exists", async () => {
    const recording = await recordProgram(() => void new Notifications("n", { key: key("n") }), { preview: true });
    const [deny, alarms, events, backup, ...more] = statements(named(recording, "n-critical-policy").inputs.policy);
    assert.deepEqual(more, []);
    assert.equal(deny?.Effect, "Deny");
    assert.deepEqual(deny?.Condition, { Bool: { "aws:SecureTransport": "false" } });
    assert.deepEqual(alarms, {
      Sid: "CloudWatchAlarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: "sns:Publish",
      Resource: "arn:aws:sns:eu-west-1:123456789012:test-n-critical",
      Condition: {
        StringEquals: { "aws:SourceAccount": "123456789012" },
        ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*" },
      },
    });
    assert.equal(events?.Condition, undefined);
    assert.equal(backup?.Condition, undefined);
  });

  it("gives one list of addresses to both severities", async () => {
    const recording = await recordProgram(
      () => void new Notifications("n", { key: key("n"), emails: ["oncall@example.com"] }),
    );
    const names = ofType(recording, "aws:sns/topicSubscription:TopicSubscription").map((r) => r.name);
    assert.deepEqual(names, ["n-critical-oncall@example.com", "n-warning-oncall@example.com"]);
  });

  it("receives the alarms of the components that get its topics, each by its severity", async () => {
    const recording = await recordProgram(() => {
      new Alarmed("watched", new Notifications("n", { key: key("n") }));
    });
    const actions = (suffix: string) => named(recording, `watched-${suffix}`).inputs.alarmActions;
    assert.deepEqual(actions("critical"), ["arn:aws:sns:eu-west-1:123456789012:test-n-critical"]);
    assert.deepEqual(actions("warning"), ["arn:aws:sns:eu-west-1:123456789012:test-n-warning"]);
  });
});
