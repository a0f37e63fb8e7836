import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import { atLeast, customerKey, given, on, when } from "../checks";
import { all, notApplicable, PASS, type Rule, implement } from "../rule";
import { logging } from "../catalogue/logging";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const TRAIL = "aws:cloudtrail/trail:Trail";
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

export const loggingRules: readonly Rule[] = implement(logging, {
  "log-group-customer-key": {
    types: [LOG_GROUP],
    check(node, graph) {
      return customerKey(node.property("kmsKeyId"), graph, "Log entries have no customer key.");
    },
  },
  "log-group-retention": {
    types: [LOG_GROUP],
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
  "cloudtrail-customer-key": {
    types: [TRAIL],
    check(node, graph) {
      return customerKey(node.property("kmsKeyId"), graph, "The trail has no customer key.");
    },
  },
  "cloudtrail-validation": {
    types: [TRAIL],
    check(node) {
      return on(node.property("enableLogFileValidation"), "Log files are not signed.");
    },
  },
  "cloudtrail-all-regions": {
    types: [TRAIL],
    check(node) {
      return all(
        on(node.property("isMultiRegionTrail"), "The trail records one Region."),
        on(node.property("enableLogging"), "The trail is stopped.", true),
        on(node.property("includeGlobalServiceEvents"), "IAM and other global services are not recorded.", true),
      );
    },
  },
  "cloudtrail-to-cloudwatch": {
    types: [TRAIL],
    check(node) {
      return given(node.property("cloudWatchLogsGroupArn"), "Events reach no log group.");
    },
  },
  "guardduty-enabled": {
    types: ["aws:guardduty/detector:Detector"],
    check(node) {
      return on(node.property("enable"), "The detector is suspended.", true);
    },
  },
  "alarm-actions-enabled": {
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
    check(node) {
      return on(node.property("actionsEnabled"), "Its actions are switched off.", true);
    },
  },
});
