import type * as pulumi from "@pulumi/pulumi";

/** How loud an alarm is. `critical` wakes someone; `warning` waits for working hours. */
export type Severity = "critical" | "warning";

/** SNS topic ARN per severity: the one place that says where alarms go. */
export type AlarmTopics = Readonly<Record<Severity, pulumi.Input<string>>>;

/** A CloudWatch metric with one aggregation. */
export interface Metric {
  /** e.g. `AWS/SQS`. */
  readonly namespace: string;
  /** e.g. `ApproximateAgeOfOldestMessage`. */
  readonly name: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99`. */
  readonly statistic: "Average" | "Sum" | "Minimum" | "Maximum" | "SampleCount" | `p${number}`;
  /** Seconds per data point. Default 60. */
  readonly period?: number;
}

/** When a metric is worth an alarm. */
export interface AlarmRule {
  readonly severity: Severity;
  /** What has happened and what to do, in one or two sentences: it is what the person on call reads. */
  readonly description: string;
  readonly metric: Metric;
  readonly comparison:
    "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold" | "LessThanThreshold" | "LessThanOrEqualToThreshold";
  /** In the metric's own unit. */
  readonly threshold: pulumi.Input<number>;
  /** Periods looked at. Default 5. */
  readonly evaluationPeriods?: number;
  /** Periods that must breach. Default: all of them. */
  readonly datapointsToAlarm?: number;
  /** What a period without data means. Default `notBreaching`. */
  readonly treatMissingData?: "breaching" | "notBreaching" | "ignore" | "missing";
  /** ARNs of what AWS does about it by itself, beside telling somebody, e.g. EC2's recovery of a machine. Default: nothing. */
  readonly actions?: readonly pulumi.Input<string>[];
}
