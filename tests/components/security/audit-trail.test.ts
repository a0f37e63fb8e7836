import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Bucket } from "../../../components/data/bucket";
import { AuditTrail, type AuditTrailArgs } from "../../../components/security/audit-trail";
import { Key } from "../../../components/security/key";
import { TRAIL_WATCHES } from "../../../components/security/trail-watches";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ARN = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/test-audit";

function build(name: string, args: Partial<AuditTrailArgs> = {}, opts?: pulumi.ComponentResourceOptions): AuditTrail {
  const key = new Key(`${name}-key`, { description: "Trail", services: ["cloudtrail", "logs"] }, opts);
  return new AuditTrail(name, { key, ...args }, opts);
}

describe("AuditTrail", () => {
  componentContract("security", "AuditTrail", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) =>
      build(
        name,
        {
          retentionInDays: 7,
          dataEvents: ["s3"],
          accessLogs: new Bucket(`${name}-logs`, {}, opts),
          environment: "development",
          alarmTopics: {
            critical: "arn:aws:sns:eu-west-1:123456789012:c",
            warning: "arn:aws:sns:eu-west-1:123456789012:w",
          },
          transform: { trail: { snsTopicName: "trail-files" } },
        },
        opts,
      ),
    errors: {
      "less than twelve months in production": {
        build: (name) => build(name, { retentionInDays: 90 }),
        message: /AuditTrail "one": retentionInDays = 90 .* from 365 to 3650/,
      },
      "no retention in development": {
        build: (name) => build(name, { retentionInDays: 0, environment: "development" }),
        message: /retentionInDays = 0 .* from 1 to 3650/,
      },
      "the same data events twice": {
        build: (name) => build(name, { dataEvents: ["s3", "s3"] }),
        message: /"s3" stands twice/,
      },
      ...keyErrors(`AuditTrail "one"`, (name, key) => build(name, { key }), ["cloudtrail", "logs"]),
    },
  });

  it("records every region, validated and encrypted, into a bucket that nobody can rewrite", async () => {
    const recording = await recordProgram(() => void build("audit"));
    const { inputs, protect } = named(recording, "audit-trail");
    assert.equal(inputs.isMultiRegionTrail, true);
    assert.equal(inputs.enableLogFileValidation, true);
    assert.equal(inputs.kmsKeyId, named(recording, "audit-key-key").outputs.arn);
    assert.equal(protect, true);
    assert.deepEqual(named(recording, "audit-files-object-lock").inputs.rule, {
      defaultRetention: { mode: "COMPLIANCE", days: 365 },
    });
  });

  it("lets CloudTrail write for this trail only, known at preview", async () => {
    const recording = await recordProgram(() => void build("audit"), { preview: true });
    const allowed = statements(named(recording, "audit-files-policy").inputs.policy).filter(
      (s) => s.Effect === "Allow",
    );
    assert.deepEqual(
      allowed.map((s) => [s.Principal, s.Action, s.Condition]),
      [
        [{ Service: "cloudtrail.amazonaws.com" }, "s3:GetBucketAcl", { StringEquals: { "aws:SourceArn": ARN } }],
        [
          { Service: "cloudtrail.amazonaws.com" },
          "s3:PutObject",
          { StringEquals: { "aws:SourceArn": ARN, "s3:x-amz-acl": "bucket-owner-full-control" } },
        ],
      ],
    );
    assert.equal(allowed[1]?.Resource, "arn:aws:s3:::test-audit-files-123456789012-eu-west-1/AWSLogs/123456789012/*");
  });

  it("starts after the bucket's policy and the role's", async () => {
    const recording = await recordProgram(() => void build("audit"));
    const { dependencies } = named(recording, "audit-trail");
    assert.ok(dependencies.includes(named(recording, "audit-files-policy").urn));
    assert.ok(dependencies.includes(named(recording, "audit-role-policy").urn));
  });

  it("may write to its own streams of its own log group only", async () => {
    const recording = await recordProgram(() => void build("audit"));
    const group = named(recording, "audit-events").outputs.arn;
    assert.deepEqual(statements(named(recording, "audit-role-policy").inputs.policy), [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${String(group)}:log-stream:123456789012_CloudTrail_*`,
      },
    ]);
  });

  it("does not record the writing of its own files", async () => {
    const recording = await recordProgram(() => void build("audit"));
    const [management, s3, lambda] = named(recording, "audit-trail").inputs.advancedEventSelectors as Array<{
      fieldSelectors: Array<Record<string, unknown>>;
    }>;
    assert.deepEqual(management?.fieldSelectors, [{ field: "eventCategory", equals: ["Management"] }]);
    assert.deepEqual(s3?.fieldSelectors[2], {
      field: "resources.ARN",
      notStartsWiths: ["arn:aws:s3:::test-audit-files-123456789012-eu-west-1/AWSLogs/"],
    });
    assert.deepEqual(lambda?.fieldSelectors[1], { field: "resources.type", equals: ["AWS::Lambda::Function"] });
  });

  it("tells somebody of everything in the table: one filter and one alarm on the same metric", async () => {
    const recording = await recordProgram(() => void build("audit"));
    const names = Object.keys(TRAIL_WATCHES);
    assert.equal(ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm").length, names.length);
    for (const name of names) {
      const filter = named(recording, `audit-${name}-filter`).inputs;
      const alarm = named(recording, `audit-${name}`).inputs;
      const metric = filter.metricTransformation as { name: string; namespace: string };
      assert.deepEqual([alarm.metricName, alarm.namespace], [metric.name, metric.namespace]);
      assert.equal(filter.pattern, TRAIL_WATCHES[name]?.pattern);
    }
  });

  it("keeps every pattern within CloudWatch's 1,024 characters, its brackets closed", () => {
    for (const [name, { pattern }] of Object.entries(TRAIL_WATCHES)) {
      assert.ok(pattern.length <= 1024, `${name}: ${pattern.length}`);
      assert.match(pattern, /^\{ .* \}$/, name);
      assert.equal(pattern.split("(").length, pattern.split(")").length, name);
    }
  });

  it("locks files in development too, so that a destroy may lift it", async () => {
    const recording = await recordProgram(() => void build("audit", { environment: "development" }));
    assert.deepEqual(named(recording, "audit-files-object-lock").inputs.rule, {
      defaultRetention: { mode: "GOVERNANCE", days: 30 },
    });
    assert.equal(named(recording, "audit-trail").protect, false);
  });
});
