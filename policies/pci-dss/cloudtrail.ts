import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { BUCKETS } from "../buckets";
import { cloudTrail } from "../catalogue/cloudtrail";
import { joined, notEmpty, on, oneOf, when } from "../checks";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { blocksPublicAccess, keepsAccessLogs, letsNobodyIn } from "./s3";

const TRAIL = "aws:cloudtrail/trail:Trail";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

/** Judges the bucket that a trail delivers into, where it is of this program. */
function ofBucket(trail: ResourceNode, graph: ResourceGraph, judge: (bucket: ResourceNode) => Outcome): Outcome {
  return joined(graph.resolve(trail.property("s3BucketName"), ...BUCKETS), ([bucket]) =>
    bucket === undefined ? notApplicable("Its bucket is not part of this program.") : judge(bucket),
  );
}

const NO_OBJECT_EVENTS = "Reads and writes of S3 objects are not recorded.";

/** The one trail records reads and writes of objects in every bucket; its own bucket may be left out, as each file would be an event in the next. */
function recordsObjects(trail: ResourceNode, graph: ResourceGraph): Outcome {
  const basic = trail.property("eventSelectors");
  const advanced = trail.property("advancedEventSelectors");
  if (basic.unknown) return undetermined(basic);
  if (advanced.unknown) return undetermined(advanced);
  const own = ownBucket(trail, graph);
  return all(
    on(trail.property("isMultiRegionTrail"), "The trail records one Region."),
    on(trail.property("enableLogging"), "The trail is stopped.", true),
    any(
      [
        ...advanced.items.map((selector) =>
          when(selector.at("fieldSelectors"), (fields) => coversObjects(fields, own)),
        ),
        ...basic.items.map((selector) => when(selector, coversAllBuckets)),
      ],
      fail(NO_OBJECT_EVENTS, advanced),
    ),
  );
}

/** How an ARN of the trail's own bucket begins; undefined while its name is not known. */
function ownBucket(trail: ResourceNode, graph: ResourceGraph): string | undefined {
  const [bucket] = graph.resolve(trail.property("s3BucketName"), ...BUCKETS).nodes;
  const name: unknown = bucket?.outputs.bucket;
  const fact = trail.read("s3BucketName");
  const known = typeof name === "string" ? name : fact.known ? String(fact.value) : undefined;
  return known === undefined ? undefined : `:s3:::${known}/`;
}

function coversObjects(fields: unknown, own: string | undefined): Outcome {
  const list: readonly Record<string, unknown>[] = Array.isArray(fields) ? fields : [];
  const of = (name: string) => list.find(({ field }) => field === name);
  const isOf = (name: string, value: string) => JSON.stringify(of(name)?.equals) === JSON.stringify([value]);
  const others = list.filter(({ field }) => field !== "eventCategory" && field !== "resources.type");
  const leavesOutItselfOnly = others.every(({ field, notStartsWiths, ...more }) => {
    const places: readonly unknown[] = Array.isArray(notStartsWiths) ? notStartsWiths : [];
    return (
      field === "resources.ARN" &&
      Object.values(more).every((value) => value === undefined) &&
      places.every((place) => own !== undefined && String(place).includes(own))
    );
  });
  const covers = isOf("eventCategory", "Data") && isOf("resources.type", "AWS::S3::Object") && leavesOutItselfOnly;
  return covers ? PASS : fail(NO_OBJECT_EVENTS);
}

/** `arn:aws:s3` and `arn:aws:s3:::` stand for all buckets in a basic selector. */
function coversAllBuckets(selector: unknown): Outcome {
  const { readWriteType, dataResources } = Object(selector) as Record<string, unknown>;
  const resources: readonly Record<string, unknown>[] = Array.isArray(dataResources) ? dataResources : [];
  const all = resources.some(
    ({ type, values }) =>
      type === "AWS::S3::Object" &&
      Array.isArray(values) &&
      values.some((value) => /^arn:[\w-]+:s3(:::)?$/.test(String(value))),
  );
  return all && (readWriteType ?? "All") === "All" ? PASS : fail(NO_OBJECT_EVENTS);
}

/** Security Hub's terms for a use of the root user, beside the one that names it: each leaves out what is none. */
const NARROWING = new Set(["$.userIdentity.invokedBynotexists", "$.eventType!=AwsServiceEvent"].map(plain));

function plain(text: string): string {
  return text.replace(/[\s"'(){}]/g, "").toLowerCase();
}

/** Does a filter pattern fit every use of the root user? One of its alternatives must name the root user and narrow it no further. */
export function fitsRootUse(pattern: string): boolean {
  return pattern.split("||").some((alternative) => {
    const terms = alternative.split("&&").map(plain);
    return (
      terms.includes(plain("$.userIdentity.type=Root")) &&
      terms.every((term) => term === plain("$.userIdentity.type=Root") || NARROWING.has(term))
    );
  });
}

function rootAlarm(trail: ResourceNode, graph: ResourceGraph): Outcome {
  const reference = trail.property("cloudWatchLogsGroupArn");
  const missing = fail("Nobody is told when the root user is used.", "cloudWatchLogsGroupArn");
  if (reference.absent) return missing;
  return joined(graph.resolve(reference, LOG_GROUP), ([group]) => {
    if (group === undefined) return notApplicable("Its log group is not part of this program.");
    const filters = graph.referring("aws:cloudwatch/logMetricFilter:LogMetricFilter", "logGroupName", group);
    return joined(filters, (found) =>
      any(
        found.map((filter) =>
          when(filter.property("pattern"), (pattern) =>
            fitsRootUse(String(pattern)) ? alarmOn(filter.property("metricTransformation"), graph) : missing,
          ),
        ),
        missing,
      ),
    );
  });
}

/** An alarm with actions on the metric that a filter writes. */
function alarmOn(metric: Property, graph: ResourceGraph): Outcome {
  return when(metric, (value) => {
    const { name, namespace } = Object(value) as Record<string, unknown>;
    const unheard = fail("No alarm tells of the root user's metric.", metric);
    const alarms = graph.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").filter((alarm) => {
      const [ownName, ownSpace] = [alarm.read("metricName"), alarm.read("namespace")];
      return ownName.known && ownSpace.known && ownName.value === name && ownSpace.value === namespace;
    });
    return any(
      alarms.map((alarm) => notEmpty(alarm.property("alarmActions"), "It tells nobody.")),
      unheard,
    );
  });
}

export const cloudTrailRules: readonly Rule[] = implement(cloudTrail, {
  "cloudtrail-bucket-private": {
    types: [TRAIL],
    check(trail, graph) {
      return ofBucket(trail, graph, (bucket) => all(blocksPublicAccess(bucket, graph), letsNobodyIn(bucket, graph)));
    },
  },
  "cloudtrail-bucket-access-logs": {
    types: [TRAIL],
    check(trail, graph) {
      return ofBucket(trail, graph, (bucket) => keepsAccessLogs(bucket, graph));
    },
  },
  "cloudtrail-object-events": {
    types: [TRAIL],
    check(trail, graph) {
      const own = recordsObjects(trail, graph);
      const others = graph.ofType(TRAIL).filter((other) => other !== trail);
      const isElsewhere = others.some((other) => any([recordsObjects(other, graph)], fail("It does not.")) === PASS);
      // One trail is enough for the account: a second copy of each event is paid for.
      return isElsewhere && any([own], fail("It does not.")) !== PASS
        ? notApplicable("Another trail of the program records them.")
        : own;
    },
  },
  "cloudtrail-insights": {
    types: [TRAIL],
    check(trail) {
      const selectors = trail.property("insightSelectors");
      if (selectors.unknown) return undetermined(selectors);
      return all(
        ...["ApiCallRateInsight", "ApiErrorRateInsight"].map((kind) => {
          const missing = fail(`${kind} is off.`, selectors);
          return any(
            selectors.items.map((selector) => oneOf(selector.at("insightType"), [kind], "It is another.")),
            missing,
          );
        }),
      );
    },
  },
  "cloudtrail-root-alarm": { types: [TRAIL], check: rootAlarm },
});
