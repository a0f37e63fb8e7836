import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Component, Metric, Transform } from "../core";

export interface LogGroupOptions {
  /** Full log group name where AWS dictates one, e.g. `aws-waf-logs-...`. Default `/<stack>/<component>/<suffix>`. */
  name?: pulumi.Input<string>;
  /** Customer key that encrypts it; its policy must name the `logs` service. */
  keyArn: pulumi.Input<string>;
  /** Days kept. Default 365 (PCI DSS 10.5.1 asks for twelve months); in development 30. */
  retentionInDays?: number;
  transform?: Transform<aws.cloudwatch.LogGroupArgs>;
}

/** A log group of `owner` with a customer key and a retention period: CloudWatch's own default is to keep logs for ever. */
export function logGroup(owner: Component, suffix: string, options: LogGroupOptions): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    owner.childName(suffix),
    {
      name: options.name ?? `/${owner.physicalName("logGroup", suffix)}`,
      kmsKeyId: options.keyArn,
      retentionInDays: options.retentionInDays ?? owner.logRetentionInDays,
    },
    owner.childOptions({}, options.transform),
  );
}

/**
 * Personal data that CloudWatch Logs finds by itself, of those that matter where money and credit are
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types.html).
 */
export type LogDataIdentifier =
  | "Address"
  | "AwsSecretKey"
  | "CreditCardNumber"
  | "CreditCardSecurityCode"
  | "EmailAddress"
  | "Name"
  | `BankAccountNumber-${"DE" | "ES" | "FR" | "GB" | "IT" | "US"}`;

/**
 * Masks `identifiers` in whatever is written to `group` from now on, and counts what it found
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch-logs-data-protection-policies.html). It is the last net: what must not be logged is
 * left out by who logs.
 */
export function maskLogs(
  owner: Component,
  suffix: string,
  group: aws.cloudwatch.LogGroup,
  identifiers: readonly LogDataIdentifier[],
): aws.cloudwatch.LogDataProtectionPolicy {
  const DataIdentifier = identifiers.map(
    (name) => `arn:${owner.context.partition.id}:dataprotection::aws:data-identifier/${name}`,
  );
  return new aws.cloudwatch.LogDataProtectionPolicy(
    owner.childName(`${suffix}-masked`),
    {
      logGroupName: group.name,
      // Both statements name the same data: AWS asks for an audit beside every masking.
      policyDocument: JSON.stringify({
        Name: "mask-personal-data",
        Version: "2021-06-01",
        Statement: [
          { Sid: "Audit", DataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
          { Sid: "Mask", DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
        ],
      }),
    },
    owner.childOptions(),
  );
}

export interface LogMetricOptions {
  /** Filter pattern, e.g. `{ $.level = "error" }` (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html). */
  pattern: string;
  /** Namespace of the metric. Default `Palisade/Logs`; AWS keeps `AWS/...` for itself. */
  namespace?: string;
  /** What each match adds: a number, or a field such as `$.latency`. Default `1`. */
  value?: string;
}

/**
 * Counts the lines of `group` that match a pattern, as a metric `<stack>-<component>-<suffix>` for an alarm of the owner. Where nothing matches it reports 0,
 * so that the alarm can tell silence from health. Cost: 0.30 USD a month.
 */
export function logMetric(
  owner: Component,
  suffix: string,
  group: aws.cloudwatch.LogGroup,
  options: LogMetricOptions,
): Metric {
  const name = owner.physicalName("alarm", suffix);
  const namespace = options.namespace ?? "Palisade/Logs";
  new aws.cloudwatch.LogMetricFilter(
    owner.childName(suffix),
    {
      name,
      logGroupName: group.name,
      pattern: options.pattern,
      metricTransformation: { name, namespace, value: options.value ?? "1", defaultValue: "0", unit: "None" },
    },
    owner.childOptions(),
  );
  return { namespace, name, dimensions: {}, statistic: "Sum" };
}
