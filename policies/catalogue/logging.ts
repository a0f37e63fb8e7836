import type { Catalogue } from "./catalogue";

const LOGS_DOCS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs";
const TRAIL_DOCS = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide";

export const logging = {
  "log-group-customer-key": {
    title: "Log groups are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1", "10.3.2"],
    controls: ["CloudWatch/log-group-key"],
    remediation:
      'Set kmsKeyId to the ARN of a key whose policy names CloudWatch Logs: Palisade\'s Key with `services: ["logs"]`.',
    url: `${LOGS_DOCS}/encrypt-log-data-kms.html`,
  },
  "log-group-retention": {
    title: "Log groups that may hold an audit trail keep it for twelve months at least.",
    severity: "medium",
    requirements: ["10.5.1"],
    controls: ["CloudWatch.16"],
    relaxedInDevelopment: true,
    remediation: "Set retentionInDays to 365 or more.",
    url: `${LOGS_DOCS}/Working-with-log-groups-and-streams.html`,
  },
  "cloudtrail-customer-key": {
    title: "CloudTrail logs are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["10.3.2", "3.5.1"],
    controls: ["CloudTrail.2"],
    remediation: "Set kmsKeyId to the ARN of a key whose policy names CloudTrail.",
    url: `${TRAIL_DOCS}/encrypting-cloudtrail-log-files-with-aws-kms.html`,
  },
  "cloudtrail-validation": {
    title: "CloudTrail signs its log files, so that a change shows.",
    severity: "medium",
    requirements: ["10.3.2", "10.3.4"],
    controls: ["CloudTrail.4"],
    remediation: "Set enableLogFileValidation to true.",
    url: `${TRAIL_DOCS}/cloudtrail-log-file-validation-intro.html`,
  },
  "cloudtrail-all-regions": {
    title: "CloudTrail records all that is done in all Regions, global services included.",
    severity: "high",
    requirements: ["10.2.1"],
    controls: ["CloudTrail.1", "CloudTrail.3"],
    remediation:
      "Set isMultiRegionTrail to true; leave enableLogging and includeGlobalServiceEvents at their default true, and management events in the selectors.",
    url: `${TRAIL_DOCS}/receive-cloudtrail-log-files-from-multiple-regions.html`,
  },
  "cloudtrail-to-cloudwatch": {
    title: "CloudTrail sends its events to CloudWatch Logs, where alarms can see them.",
    severity: "medium",
    requirements: ["10.2.1", "10.4.1"],
    controls: ["CloudTrail.5"],
    remediation: "Set cloudWatchLogsGroupArn and cloudWatchLogsRoleArn.",
    url: `${TRAIL_DOCS}/send-cloudtrail-events-to-cloudwatch-logs.html`,
  },
  "guardduty-enabled": {
    title: "GuardDuty detectors are on.",
    severity: "high",
    requirements: ["11.5.1"],
    controls: ["GuardDuty.1"],
    remediation: "Leave `enable` at its default true.",
    url: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html",
  },
  "alarm-has-actions": {
    title: "CloudWatch alarms tell somebody.",
    severity: "high",
    requirements: ["10.4.1", "12.10.5"],
    controls: ["CloudWatch.15"],
    remediation: "Give alarmActions a topic; Palisade's components send theirs to the Region's `alarmTopics`.",
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html",
  },
  "alarm-actions-enabled": {
    title: "CloudWatch alarms may act.",
    severity: "medium",
    requirements: ["10.4.3", "12.10.5"],
    controls: ["CloudWatch.17"],
    remediation: "Leave actionsEnabled at its default true.",
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
  },
} as const satisfies Catalogue;
