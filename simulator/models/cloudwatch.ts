import type { Facts, Models } from "../model";

/** Rules of a bus other than the default one are named after it. */
const ofBus = (f: Facts, separator: string, rest: string): string => {
  const bus = f.text("eventBusName");
  return bus === "" || bus === "default" ? rest : `${bus}${separator}${rest}`;
};

export const cloudwatch: Models = {
  "aws:cloudwatch/logGroup:LogGroup": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("logs", `log-group:${f.name}`) }),
  },
  "aws:cloudwatch/logStream:LogStream": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("logs", `log-group:${f.text("logGroupName")}:log-stream:${f.name}`) }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("cloudwatch", `alarm:${f.name}`) }),
  },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {
    id: (f) => f.text("policyName") || f.text("resourceArn"),
    outputs: (f) => ({ policyScope: f.text("resourceArn") ? "RESOURCE" : "ACCOUNT", revisionId: f.hex(32) }),
  },
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": {
    nameProperty: "name",
    id: (f) => f.name,
    // The third colon-separated part of an ARN is the service: arn:aws:cloudfront::...
    outputs: (f) => ({ arn: f.arn("logs", `delivery-source:${f.name}`), service: f.text("resourceArn").split(":")[2] }),
  },
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn("logs", `delivery-destination:${f.name}`),
      deliveryDestinationType: f.text("deliveryDestinationType") || "S3",
    }),
  },
  "aws:cloudwatch/logDelivery:LogDelivery": {
    id: (f) => f.hex(16),
    outputs: (f) => ({
      arn: f.arn("logs", `delivery:${f.hex(16)}`),
      fieldDelimiter: "",
      recordFields: f.list("recordFields"),
    }),
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    id: (f) => f.text("dashboardName"),
    outputs: (f) => ({ dashboardArn: f.globalArn("cloudwatch", `dashboard/${f.text("dashboardName")}`) }),
  },
  "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": { id: (f) => f.text("logGroupName") },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": { nameProperty: "name", id: (f) => f.name },
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": {
    nameProperty: "name",
    id: (f) => `cwlsf-${f.hex(10)}`,
    outputs: (f) => ({ roleArn: f.text("roleArn") }),
  },
  "aws:cloudwatch/eventBus:EventBus": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("events", `event-bus/${f.name}`) }),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    nameProperty: "name",
    id: (f) => ofBus(f, "/", f.name),
    outputs: (f) => ({
      arn: f.arn("events", `rule/${ofBus(f, "/", f.name)}`),
      eventBusName: f.text("eventBusName") || "default",
    }),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    id: (f) => ofBus(f, "-", `${f.text("rule")}-${f.text("targetId") || f.hex(26)}`),
  },
};
