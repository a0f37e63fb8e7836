import assert from "node:assert/strict";
import { fitsRootUse } from "../../policies/pci-dss/cloudtrail";
import { pciDss } from "../../policies/pci-dss/rules";
import { allow, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const ROOT_USE =
  '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }';

const field = (name: string, how: Record<string, unknown>) => ({ field: name, ...how });
const objects = (...more: Record<string, unknown>[]) => ({
  fieldSelectors: [
    field("eventCategory", { equals: ["Data"] }),
    field("resources.type", { equals: ["AWS::S3::Object"] }),
    ...more,
  ],
});
const bucket = { type: "aws:s3/bucket:Bucket", inputs: { bucket: "audit" } };
const fixture = {
  bucket,
  log: { type: "aws:cloudwatch/logGroup:LogGroup", inputs: { name: "/audit" } },
  trail: {
    type: "aws:cloudtrail/trail:Trail",
    inputs: {
      s3BucketName: ref("bucket", "bucket"),
      cloudWatchLogsGroupArn: ref("log", "arn"),
      isMultiRegionTrail: true,
      insightSelectors: [{ insightType: "ApiCallRateInsight" }, { insightType: "ApiErrorRateInsight" }],
      advancedEventSelectors: [
        { fieldSelectors: [field("eventCategory", { equals: ["Management"] })] },
        objects(field("resources.ARN", { notStartsWiths: ["arn:aws:s3:::audit/AWSLogs/"] })),
      ],
    },
  },
  block: {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    inputs: {
      bucket: ref("bucket"),
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  },
  policy: { type: "aws:s3/bucketPolicy:BucketPolicy", inputs: { bucket: ref("bucket"), policy: document() } },
  logging: {
    type: "aws:s3/bucketLogging:BucketLogging",
    inputs: { bucket: ref("bucket"), targetBucket: "logs", targetPrefix: "s3/" },
  },
  filter: {
    type: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    inputs: {
      logGroupName: ref("log", "name"),
      pattern: ROOT_USE,
      metricTransformation: { name: "root", namespace: "Audit", value: "1" },
    },
  },
  alarm: {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    inputs: { metricName: "root", namespace: "Audit", alarmActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"] },
  },
};
const elsewhere = {
  trail: { s3BucketName: "elsewhere", cloudWatchLogsGroupArn: "arn:aws:logs:eu-west-1:1:log-group:x" },
};
const selectors = (...list: Record<string, unknown>[]) => ({ trail: { advancedEventSelectors: list } });
const basic = (selector: Record<string, unknown>) => ({
  trail: { advancedEventSelectors: undefined, eventSelectors: [selector] },
});
const s3Objects = (...values: string[]) => [{ type: "AWS::S3::Object", values }];

ruleCases(pciDss, {
  "cloudtrail-bucket-private": {
    secure: fixture,
    broken: {
      "no block": { block: undefined },
      "half a block": { block: { blockPublicPolicy: false } },
      "everyone in its policy": {
        policy: { policy: document(allow({ Principal: "*", Action: "s3:GetObject", Resource: "*" })) },
      },
    },
    notApplicable: { "a bucket that is made elsewhere": elsewhere },
  },
  "cloudtrail-bucket-access-logs": {
    secure: fixture,
    broken: { "no access logs": { logging: undefined } },
    notApplicable: { "a bucket that is made elsewhere": elsewhere },
  },
  "cloudtrail-object-events": {
    secure: fixture,
    broken: {
      "management events only": selectors({ fieldSelectors: [field("eventCategory", { equals: ["Management"] })] }),
      "no selectors": { trail: { advancedEventSelectors: undefined } },
      "writes only": selectors(objects(field("readOnly", { equals: ["false"] }))),
      "one bucket": selectors(objects(field("resources.ARN", { startsWiths: ["arn:aws:s3:::audit/"] }))),
      "another bucket left out": selectors(
        objects(field("resources.ARN", { notStartsWiths: ["arn:aws:s3:::orders/"] })),
      ),
      "one Region": { trail: { isMultiRegionTrail: false } },
      "one bucket, by a basic selector": basic({ dataResources: s3Objects("arn:aws:s3:::orders/") }),
      "reads only, by a basic selector": basic({ readWriteType: "ReadOnly", dataResources: s3Objects("arn:aws:s3") }),
    },
    alsoSecure: {
      "every object": selectors(objects()),
      "a basic selector": basic({ dataResources: s3Objects("arn:aws:s3") }),
    },
  },
  "cloudtrail-insights": {
    secure: fixture,
    broken: {
      "no insights": { trail: { insightSelectors: undefined } },
      "calls only": { trail: { insightSelectors: [{ insightType: "ApiCallRateInsight" }] } },
    },
  },
  "cloudtrail-root-alarm": {
    secure: fixture,
    broken: {
      "no filter": { filter: undefined },
      "another filter": { filter: { pattern: '{ $.eventName = "ConsoleLogin" }' } },
      "no alarm": { alarm: undefined },
      "an alarm on another metric": { alarm: { metricName: "other" } },
      "an alarm that tells nobody": { alarm: { alarmActions: [] } },
      "no log group": { trail: { cloudWatchLogsGroupArn: undefined } },
    },
    notApplicable: { "a log group that is made elsewhere": elsewhere },
  },
});

describe("filter patterns for the root user", () => {
  for (const [pattern, fits] of [
    [ROOT_USE, true],
    ['{$.userIdentity.type="Root"}', true],
    ["{ ($.userIdentity.type = Root) && ($.userIdentity.invokedBy NOT EXISTS) }", true],
    ['{ ($.eventName = "ConsoleLogin") || ($.userIdentity.type = "Root") }', true],
    ['{ $.userIdentity.type = "Root" && $.eventName = "ConsoleLogin" }', false],
    ['{ $.userIdentity.type != "Root" }', false],
    ["Root", false],
  ] as const)
    it(`${fits ? "takes" : "refuses"} ${pattern}`, () => assert.equal(fitsRootUse(pattern), fits));
});
