import assert from "node:assert/strict";
import { Component, type Metric } from "../../../components/core";
import { logGroup, logMetric } from "../../../components/observability/log-group";
import { named, recordProgram } from "../../support/record";

class Logging extends Component {
  readonly metric: Metric;

  constructor(name: string, environment: "production" | "development" = "production") {
    super("palisade:test:Logging", name, { environment });
    const group = logGroup(this, "logs", { keyArn: "arn:aws:kms:eu-west-1:123456789012:key/k" });
    this.metric = logMetric(this, "errors", group, { pattern: '{ $.level = "error" }' });
    this.registerOutputs({});
  }
}

describe("log groups", () => {
  it("are encrypted, and kept for a year in production and a month in development", async () => {
    const recording = await recordProgram(() => {
      new Logging("prod");
      new Logging("dev", "development");
    });
    const { name, kmsKeyId, retentionInDays } = named(recording, "prod-logs").inputs;
    assert.deepEqual(
      { name, kmsKeyId, retentionInDays },
      {
        name: "/test-prod-logs",
        kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/k",
        retentionInDays: 365,
      },
    );
    assert.equal(named(recording, "dev-logs").inputs.retentionInDays, 30);
  });

  it("count the lines that match a pattern, as a metric that an alarm can watch", async () => {
    let metric: Metric | undefined;
    const recording = await recordProgram(() => void (metric = new Logging("app").metric));
    const filter = named(recording, "app-errors").inputs;
    assert.equal(filter.logGroupName, "/test-app-logs");
    assert.equal(filter.pattern, '{ $.level = "error" }');
    assert.deepEqual(filter.metricTransformation, {
      name: metric?.name,
      namespace: metric?.namespace,
      value: "1",
      defaultValue: "0",
      unit: "None",
    });
  });
});
