import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import { concernsAction, statementsOf } from "../../analysis/policy-document";
import { andThen, atLeast, customerKey, given, joined, notEmpty, on, when } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { logging } from "../catalogue/logging";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const TRAIL = "aws:cloudtrail/trail:Trail";

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

/** CloudWatch Logs uses a key by the key's own policy only: no IAM policy of the account helps it. */
function logsMayUse(key: ResourceNode, group: ResourceNode, graph: ResourceGraph): Outcome {
  return joined(graph.referring("aws:kms/keyPolicy:KeyPolicy", "keyId", key), (satellites) => {
    const documents = [key, ...satellites].map((holder) => statementsOf(holder.property("policy")));
    const hole = documents.find((document) => !document.known);
    if (hole !== undefined && !hole.known) return undetermined(hole);
    const { region } = group;
    const isLogs = (service: string) =>
      region === undefined ? service.startsWith("logs.") : service.startsWith(`logs.${region}.`);
    const allowed = documents
      .flatMap((document) => (document.known ? document.value : []))
      .some(
        (statement) =>
          statement.allow &&
          concernsAction(statement, "kms:Decrypt") &&
          (statement.principals.Service ?? []).some(isLogs),
      );
    return allowed ? PASS : fail(`The policy of ${key.name} does not let CloudWatch Logs use it.`, "kmsKeyId");
  });
}

/** A trail that records every management event of every Region. */
function recordsEverything(trail: ResourceNode): Outcome {
  return all(
    on(trail.property("isMultiRegionTrail"), "The trail records one Region."),
    on(trail.property("enableLogging"), "The trail is stopped.", true),
    on(trail.property("includeGlobalServiceEvents"), "IAM and other global services are not recorded.", true),
    recordsManagement(trail),
  );
}

/** Without selectors a trail records management events; with selectors of either kind, what these say. */
function recordsManagement(trail: ResourceNode): Outcome {
  const message = "Its selectors leave out management events.";
  const basic = trail.property("eventSelectors");
  const advanced = trail.property("advancedEventSelectors");
  if (basic.unknown) return undetermined(basic);
  if (advanced.unknown) return undetermined(advanced);
  if (advanced.items.length > 0)
    return any(
      advanced.items.map((selector) =>
        when(selector.at("fieldSelectors"), (fields) => {
          const all = Array.isArray(fields) ? fields : [];
          const categories = all.filter((field) => Reflect.get(Object(field), "field") === "eventCategory");
          const isHalf = all.some((field) => Reflect.get(Object(field), "field") === "readOnly");
          const isManagement = JSON.stringify(categories).includes('"Management"');
          return isManagement && !isHalf ? PASS : fail(message, advanced);
        }),
      ),
      fail(message, advanced),
    );
  if (basic.items.length === 0) return PASS;
  return any(
    basic.items.map((selector) =>
      all(
        on(selector.at("includeManagementEvents"), message, true),
        when(selector.at("readWriteType"), (type) => ((type ?? "All") === "All" ? PASS : fail(message, basic))),
      ),
    ),
    fail(message, basic),
  );
}

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

/** Alarms that only serve another one: a composite alarm's rule names them, and it acts for them. */
function isPartOfAnother(alarm: ResourceNode, graph: ResourceGraph): boolean {
  const others = graph.once("rules of composite alarms", () =>
    graph.ofType(COMPOSITE_ALARM).map((composite) => composite.property("alarmRule")),
  );
  const name: unknown = alarm.outputs.name ?? alarm.outputs.alarmName;
  return others.some((rule) => {
    if (rule.producers.includes(alarm.urn)) return true;
    const fact = rule.fact;
    return fact.known && typeof name === "string" && new RegExp(`\\W${escaped(name)}\\W`).test(String(fact.value));
  });
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

export const loggingRules: readonly Rule[] = implement(logging, {
  "log-group-customer-key": {
    types: [LOG_GROUP],
    check(node, graph) {
      const reference = node.property("kmsKeyId");
      return andThen(customerKey(reference, graph, "Log entries have no customer key."), () =>
        all(...graph.resolve(reference, "aws:kms/key:Key").nodes.map((key) => logsMayUse(key, node, graph))),
      );
    },
  },
  "log-group-retention": {
    types: [LOG_GROUP],
    settings: ["minimumLogDays"],
    check(node, graph, { minimumLogDays }) {
      if (isNoAuditLog(node, graph)) return notApplicable("It holds measurements, not an audit trail.");
      const days = node.property("retentionInDays");
      // 0 and nothing at all mean for ever.
      return when(days, (value) =>
        Number(value ?? 0) === 0
          ? PASS
          : atLeast(days, minimumLogDays, `Entries are gone after ${String(value)} days.`),
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
    check(node, graph) {
      const own = recordsEverything(node);
      const others = graph.ofType(TRAIL).filter((trail) => trail !== node);
      const isElsewhere = others.some((trail) => any([recordsEverything(trail)], fail("It does not.")) === PASS);
      // One such trail is enough for the account; a second one may record something narrower.
      return isElsewhere && any([own], fail("It does not.")) !== PASS
        ? notApplicable("Another trail of the program records everything.")
        : own;
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
  "alarm-has-actions": {
    types: [METRIC_ALARM, COMPOSITE_ALARM],
    check(node, graph) {
      if (isPartOfAnother(node, graph)) return notApplicable("A composite alarm acts for it.");
      return notEmpty(node.property("alarmActions"), "Nobody is told of it.");
    },
  },
  "alarm-actions-enabled": {
    types: [METRIC_ALARM, COMPOSITE_ALARM],
    check(node) {
      return on(node.property("actionsEnabled"), "Its actions are switched off.", true);
    },
  },
});
