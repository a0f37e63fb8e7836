import type { Catalogue } from "./catalogue";

const TRAIL_DOCS = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide";

export const cloudTrail = {
  "cloudtrail-bucket-private": {
    title: "The bucket with CloudTrail's files lets nobody in from outside.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["CloudTrail.6"],
    remediation: "Block public access to the bucket in all four ways; Palisade's AuditTrail has such a bucket.",
    url: `${TRAIL_DOCS}/best-practices-security.html`,
  },
  "cloudtrail-bucket-access-logs": {
    title: "The bucket with CloudTrail's files keeps access logs.",
    severity: "low",
    requirements: ["10.2.1"],
    controls: ["CloudTrail.7"],
    remediation:
      "Add a BucketLogging to another bucket of the same Region; Palisade's Bucket does by `accessLogs`, or `logAccessTo` of a component around it.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
  },
  "cloudtrail-object-events": {
    title: "CloudTrail records reads and writes of S3 objects.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["S3.22", "S3.23"],
    remediation:
      "Add an advanced event selector with eventCategory Data and resources.type AWS::S3::Object to a multi-Region trail; Palisade's AuditTrail does.",
    url: `${TRAIL_DOCS}/logging-data-events-with-cloudtrail.html`,
  },
  "cloudtrail-insights": {
    title: "CloudTrail looks for unusual numbers of calls and of errors.",
    severity: "low",
    requirements: ["10.4.1"],
    controls: ["CloudTrail/insights"],
    remediation:
      "Add insightSelectors with ApiCallRateInsight and ApiErrorRateInsight; Palisade's AuditTrail has both.",
    url: `${TRAIL_DOCS}/logging-insights-events-with-cloudtrail.html`,
  },
  "cloudtrail-root-alarm": {
    title: "Use of the root user sets off an alarm.",
    severity: "low",
    requirements: ["10.2.1.2", "10.4.1"],
    controls: ["CloudWatch.1"],
    remediation:
      'Add a LogMetricFilter on the trail\'s log group with { $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }, and a MetricAlarm with actions on its metric; Palisade\'s AuditTrail has them.',
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",
  },
} as const satisfies Catalogue;
