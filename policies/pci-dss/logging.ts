import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import { atLeast, customerKey, given, on, when } from "../checks";
import { all, notApplicable, PASS, type Rule } from "../rule";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const TRAIL = "aws:cloudtrail/trail:Trail";
const LOGS_DOCS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs";
const TRAIL_DOCS = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide";
const DAYS_IN_TWELVE_MONTHS = 365;

const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";

/** Measurements and slow queries tell nobody who did what: Container Insights, and the logs of a cache. */
function isNoAuditLog(group: ResourceNode, graph: ResourceGraph): boolean {
  const name = group.outputs.name;
  if (typeof name === "string" && name.startsWith("/aws/ecs/containerinsights/")) return true;
  const ofCaches = graph.once("log groups of caches", () => {
    const destinations = graph
      .ofType(CACHE)
      .flatMap((cache) => cache.property("logDeliveryConfigurations").items)
      .flatMap((delivery) => graph.resolve(delivery.at("destination"), LOG_GROUP).nodes);
    return new Set(destinations);
  });
  return ofCaches.has(group);
}

export const loggingRules: readonly Rule[] = [
  {
    id: "log-group-customer-key",
    title: "Log groups are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1", "10.3.2"],
    controls: [],
    types: [LOG_GROUP],
    remediation: "Set kmsKeyId to the ARN of a key whose policy names CloudWatch Logs.",
    url: `${LOGS_DOCS}/encrypt-log-data-kms.html`,
    check(node, graph) {
      return customerKey(node.property("kmsKeyId"), graph, "Log entries have no customer key.");
    },
  },
  {
    id: "log-group-retention",
    title: "Log groups that may hold an audit trail keep it for twelve months at least.",
    severity: "medium",
    requirements: ["10.5.1"],
    controls: ["CloudWatch.16"],
    types: [LOG_GROUP],
    relaxedInDevelopment: true,
    remediation: "Set retentionInDays to 365 or more.",
    url: `${LOGS_DOCS}/Working-with-log-groups-and-streams.html`,
    check(node, graph) {
      if (isNoAuditLog(node, graph)) return notApplicable("It holds measurements, not an audit trail.");
      const days = node.property("retentionInDays");
      // 0 and nothing at all mean for ever.
      return when(days, (value) =>
        Number(value ?? 0) === 0
          ? PASS
          : atLeast(days, DAYS_IN_TWELVE_MONTHS, `Entries are gone after ${String(value)} days.`),
      );
    },
  },
  {
    id: "cloudtrail-customer-key",
    title: "CloudTrail logs are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["10.3.2", "3.5.1"],
    controls: ["CloudTrail.2"],
    types: [TRAIL],
    remediation: "Set kmsKeyId to the ARN of a key whose policy names CloudTrail.",
    url: `${TRAIL_DOCS}/encrypting-cloudtrail-log-files-with-aws-kms.html`,
    check(node, graph) {
      return customerKey(node.property("kmsKeyId"), graph, "The trail has no customer key.");
    },
  },
  {
    id: "cloudtrail-validation",
    title: "CloudTrail signs its log files, so that a change shows.",
    severity: "medium",
    requirements: ["10.3.2", "10.3.4"],
    controls: ["CloudTrail.4"],
    types: [TRAIL],
    remediation: "Set enableLogFileValidation to true.",
    url: `${TRAIL_DOCS}/cloudtrail-log-file-validation-intro.html`,
    check(node) {
      return on(node.property("enableLogFileValidation"), "Log files are not signed.");
    },
  },
  {
    id: "cloudtrail-all-regions",
    title: "CloudTrail records all Regions, global services included.",
    severity: "high",
    requirements: ["10.2.1"],
    controls: ["CloudTrail.1", "CloudTrail.3"],
    types: [TRAIL],
    remediation:
      "Set isMultiRegionTrail to true; leave enableLogging and includeGlobalServiceEvents at their default true.",
    url: `${TRAIL_DOCS}/receive-cloudtrail-log-files-from-multiple-regions.html`,
    check(node) {
      return all(
        on(node.property("isMultiRegionTrail"), "The trail records one Region."),
        on(node.property("enableLogging"), "The trail is stopped.", true),
        on(node.property("includeGlobalServiceEvents"), "IAM and other global services are not recorded.", true),
      );
    },
  },
  {
    id: "cloudtrail-to-cloudwatch",
    title: "CloudTrail sends its events to CloudWatch Logs, where alarms can see them.",
    severity: "medium",
    requirements: ["10.2.1", "10.4.1"],
    controls: ["CloudTrail.5"],
    types: [TRAIL],
    remediation: "Set cloudWatchLogsGroupArn and cloudWatchLogsRoleArn.",
    url: `${TRAIL_DOCS}/send-cloudtrail-events-to-cloudwatch-logs.html`,
    check(node) {
      return given(node.property("cloudWatchLogsGroupArn"), "Events reach no log group.");
    },
  },
  {
    id: "guardduty-enabled",
    title: "GuardDuty detectors are on.",
    severity: "high",
    requirements: ["11.5.1"],
    controls: ["GuardDuty.1"],
    types: ["aws:guardduty/detector:Detector"],
    remediation: "Leave `enable` at its default true.",
    url: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html",
    check(node) {
      return on(node.property("enable"), "The detector is suspended.", true);
    },
  },
  {
    id: "alarm-actions-enabled",
    title: "CloudWatch alarms may act.",
    severity: "medium",
    requirements: ["10.4.3", "12.10.5"],
    controls: ["CloudWatch.17"],
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
    remediation: "Leave actionsEnabled at its default true.",
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    check(node) {
      return on(node.property("actionsEnabled"), "Its actions are switched off.", true);
    },
  },
];
