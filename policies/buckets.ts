import type { Join, Property, ResourceGraph, ResourceNode } from "../analysis/graph";
import { concernsAction, type PolicyStatement, statementsOf } from "../analysis/policy-document";
import { joined } from "./checks";
import { type Outcome, undetermined } from "./rule";

/** What rules of several packs ask of an S3 bucket, whose settings stand in resources of their own. */

/** The bucket, and the type that @pulumi/aws v7 keeps under its old name. */
export const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

/** Each kind of settings that AWS has once for a bucket: its resource, and the bucket's own arguments, of either type, for the same. */
export const SETTINGS = {
  Acl: ["acl", "grants"],
  CorsConfiguration: ["corsRules"],
  LifecycleConfiguration: ["lifecycleRules"],
  Logging: ["logging", "loggings"],
  Notification: [],
  ObjectLockConfiguration: ["objectLockConfiguration"],
  OwnershipControls: [],
  Policy: ["policy"],
  PublicAccessBlock: [],
  ReplicationConfig: ["replicationConfiguration", "replicationConfigurations"],
  ServerSideEncryptionConfiguration: ["serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"],
  Versioning: ["versioning", "versionings"],
  WebsiteConfiguration: ["website", "websites"],
} as const;
export type Setting = keyof typeof SETTINGS;

/** Those that never had a resource by an old name. */
const WITHOUT_OLD_NAME: readonly Setting[] = [
  "Notification",
  "OwnershipControls",
  "Policy",
  "PublicAccessBlock",
  "ReplicationConfig",
];

/** The resources with one kind of settings of a bucket. */
export function satellites(graph: ResourceGraph, bucket: ResourceNode, setting: Setting): Join {
  const kind = `Bucket${setting}`;
  const joins = (WITHOUT_OLD_NAME.includes(setting) ? [kind] : [kind, `${kind}V2`]).map((name) =>
    graph.referring(`aws:s3/b${name.slice(1)}:${name}`, "bucket", bucket),
  );
  return { nodes: joins.flatMap(({ nodes }) => nodes), uncertain: joins.flatMap(({ uncertain }) => uncertain) };
}

/** The bucket's own arguments for a kind of settings, as far as they are there. A list stands for its first element. */
export function inline(bucket: ResourceNode, setting: Setting): readonly Property[] {
  return SETTINGS[setting].map((property) => bucket.property(property)).filter((property) => !property.absent);
}

/**
 * Judges one kind of settings where AWS has it from: the resources of their own, else the bucket's arguments. In this order, as the provider
 * shows in the bucket what AWS had before these resources were made.
 */
export function judgeSetting(
  graph: ResourceGraph,
  bucket: ResourceNode,
  setting: Setting,
  judges: {
    readonly satellite: (node: ResourceNode) => Outcome;
    readonly inline: (property: Property) => Outcome;
    readonly missing: () => Outcome;
  },
): Outcome {
  return joined(satellites(graph, bucket, setting), (nodes) => {
    const [first] = nodes;
    // AWS keeps one; a second one is a finding of its own.
    if (first !== undefined) return judges.satellite(first);
    const [own] = inline(bucket, setting);
    if (own === undefined || (!own.unknown && own.items.length === 0 && Array.isArray(valueOf(own))))
      return judges.missing();
    return judges.inline(own);
  });
}

function valueOf(property: Property): unknown {
  const fact = property.fact;
  return fact.known ? fact.value : undefined;
}

/** All policies of a bucket; `judge` gets their statements. */
export function withStatements(
  graph: ResourceGraph,
  bucket: ResourceNode,
  judge: (statements: readonly PolicyStatement[]) => Outcome,
): Outcome {
  return joined(satellites(graph, bucket, "Policy"), (policies) => {
    const statements: PolicyStatement[] = [];
    for (const node of policies.length > 0 ? policies : [bucket]) {
      const document = statementsOf(node.property("policy"));
      if (!document.known) return undetermined(document);
      statements.push(...document.value);
    }
    return judge(statements);
  });
}

/** Where `bucket` receives S3 server access logs. */
export function takesAccessLogs(graph: ResourceGraph, bucket: ResourceNode): boolean {
  return ["BucketLogging", "BucketLoggingV2"].some(
    (kind) => graph.referring(`aws:s3/b${kind.slice(1)}:${kind}`, "targetBucket", bucket).nodes.length > 0,
  );
}

/** Trails that deliver into the bucket. */
export function trailsInto(graph: ResourceGraph, bucket: ResourceNode): readonly ResourceNode[] {
  return graph.referring("aws:cloudtrail/trail:Trail", "s3BucketName", bucket).nodes;
}

const LOG_DELIVERY =
  /^(cloudtrail|config|delivery\.logs|logging\.s3|logdelivery\.elasticloadbalancing)\.amazonaws\.com(\.cn)?$/;

/** AWS itself delivers logs into it. */
export function receivesLogs(graph: ResourceGraph, bucket: ResourceNode): boolean {
  if (takesAccessLogs(graph, bucket) || trailsInto(graph, bucket).length > 0) return true;
  const holders = [bucket, ...satellites(graph, bucket, "Policy").nodes];
  return holders.some((holder) => {
    const document = statementsOf(holder.property("policy"));
    return (
      document.known &&
      document.value.some(
        (statement) =>
          statement.allow &&
          concernsAction(statement, "s3:PutObject") &&
          (statement.principals.Service ?? []).some((service) => LOG_DELIVERY.test(service)),
      )
    );
  });
}

/** Days for which Object Lock keeps each new version; 0 without a default retention. Undefined while it is not known. */
export function lockedDays(graph: ResourceGraph, bucket: ResourceNode): number | undefined {
  const locks = satellites(graph, bucket, "ObjectLockConfiguration");
  if (locks.nodes.length === 0 && locks.uncertain.length > 0) return undefined;
  const places = [
    ...locks.nodes.map((lock) => lock.property("rule.defaultRetention")),
    bucket.property("objectLockConfiguration.rule.defaultRetention"),
    bucket.property("objectLockConfiguration.rules[0].defaultRetentions[0]"),
  ];
  let longest = 0;
  for (const place of places) {
    const [days, years] = [place.at("days").fact, place.at("years").fact];
    if (!days.known || !years.known) return undefined;
    longest = Math.max(longest, Number(days.value ?? 0), 365 * Number(years.value ?? 0));
  }
  return longest;
}
