import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { concernsAction, isPublic, type PolicyStatement } from "../../analysis/policy-document";
import {
  BUCKETS,
  inline,
  judgeSetting,
  lockedDays,
  satellites,
  SETTINGS,
  type Setting,
  takesAccessLogs,
  trailsInto,
  withStatements,
} from "../buckets";
import { s3 } from "../catalogue/s3";
import { andThen, customerKey, each, isGiven, isTrue, joined, notEmpty, on, oneOf, when } from "../checks";
import { deniesPlainHttp, publicStatements } from "../policy-statements";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";

const ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";
const PASSWORD_POLICY = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy";
const MULTI_REGION_ACCESS_POINT = "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint";

/** AWS delivers these logs only into buckets with SSE-S3: server access logs of S3 and logs of application load balancers. */
function takesLogsThatNeedSseS3(graph: ResourceGraph, bucket: ResourceNode): boolean {
  const isForAlb = (type: string) =>
    graph.referring(type, "accessLogs.bucket", bucket).nodes.some((balancer) => {
      const kind = balancer.read("loadBalancerType");
      return kind.known && (kind.value ?? "application") === "application";
    });
  return (
    takesAccessLogs(graph, bucket) ||
    isForAlb("aws:lb/loadBalancer:LoadBalancer") ||
    isForAlb("aws:alb/loadBalancer:LoadBalancer")
  );
}

const NO_KEY = "Objects are not encrypted with a customer key.";

function encryptedByRule(settings: Property, graph: ResourceGraph): Outcome {
  return andThen(oneOf(settings.at("sseAlgorithm"), ["aws:kms", "aws:kms:dsse"], NO_KEY), () =>
    customerKey(settings.at("kmsMasterKeyId"), graph, NO_KEY),
  );
}

const FOUR_WAYS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** All four settings of a public access block, each left out being `byDefault`. */
function blocksAll(setting: (name: string) => Property, byDefault = false): Outcome {
  return all(...FOUR_WAYS.map((name) => on(setting(name), `${name} is not on.`, byDefault)));
}

export function blocksPublicAccess(bucket: ResourceNode, graph: ResourceGraph): Outcome {
  return joined(satellites(graph, bucket, "PublicAccessBlock"), ([block]) =>
    block === undefined
      ? fail("The bucket has no public access block of its own.")
      : blocksAll((name) => block.property(name)),
  );
}

function cannedAcl(property: Property): Outcome {
  return when(property, (value) =>
    /^(public-read|public-read-write|authenticated-read|website)$/.test(String(value ?? "private"))
      ? fail(`The ACL ${String(value)} lets the public in.`, property)
      : PASS,
  );
}

function grantsToNobody(list: Property, uriOf: (grant: Property) => Property): Outcome {
  return each(list, (grant) =>
    when(uriOf(grant), (uri) =>
      /global\/(AllUsers|AuthenticatedUsers)$/.test(String(uri ?? ""))
        ? fail("The ACL grants access to everyone.", grant)
        : PASS,
    ),
  );
}

export function letsNobodyIn(bucket: ResourceNode, graph: ResourceGraph): Outcome {
  return all(
    withStatements(graph, bucket, (statements) => publicStatements(statements)),
    cannedAcl(bucket.property("acl")),
    grantsToNobody(bucket.property("grants"), (grant) => grant.at("uri")),
    joined(satellites(graph, bucket, "Acl"), (acls) =>
      all(
        ...acls.flatMap((node) => [
          cannedAcl(node.property("acl")),
          grantsToNobody(node.property("accessControlPolicy.grants"), (grant) => grant.at("grantee.uri")),
        ]),
      ),
    ),
  );
}

export function keepsAccessLogs(bucket: ResourceNode, graph: ResourceGraph): Outcome {
  const toAnother = (target: Property): Outcome =>
    graph.resolve(target, ...BUCKETS).nodes.includes(bucket)
      ? fail("It logs into itself: each log is an access to log.", target)
      : PASS;
  return judgeSetting(graph, bucket, "Logging", {
    satellite: (node) => toAnother(node.property("targetBucket")),
    inline: (own) => toAnother((own.items[0] ?? own).at("targetBucket")),
    missing: () =>
      takesAccessLogs(graph, bucket)
        ? notApplicable("It receives access logs itself; AWS advises against logging these again.")
        : fail("It keeps no server access logs."),
  });
}

/** Where each setting stands must be one place: two overwrite each other in every update. */
function inOnePlace(bucket: ResourceNode, graph: ResourceGraph): Outcome {
  return all(
    PASS,
    ...(Object.keys(SETTINGS) as Setting[]).map((setting): Outcome => {
      const { nodes, uncertain } = satellites(graph, bucket, setting);
      const [own] = inline(bucket, setting).filter((property) => isGiven(property) && !isEmptyList(property));
      if (nodes.length > 1)
        return fail(`${nodes.map(({ name }) => name).join(" and ")} are both its Bucket${setting}.`);
      if (own === undefined) return [];
      if (nodes.length === 1) return fail(`It is set here and by ${String(nodes[0]?.name)}.`, own);
      return uncertain.map(undetermined);
    }),
  );
}

function isEmptyList(property: Property): boolean {
  const { fact } = property;
  return fact.known && Array.isArray(fact.value) && fact.value.length === 0;
}

/** A principal of a bucket policy that is not this program's own account: everyone who is let in, by whatever condition, is one. */
function isForeign(principal: string, graph: ResourceGraph): boolean {
  const account = /^\d{12}$/.test(principal) ? principal : principal.split(":")[4];
  return graph.account === undefined || account !== graph.account;
}

const NOTIFIED = ["lambdaFunctions", "queues", "topics"];

export const s3Rules: readonly Rule[] = implement(s3, {
  "s3-bucket-customer-key": {
    types: BUCKETS,
    check(bucket, graph) {
      if (takesLogsThatNeedSseS3(graph, bucket))
        return notApplicable("AWS delivers S3 access logs and ALB logs only into buckets with SSE-S3.");
      return judgeSetting(graph, bucket, "ServerSideEncryptionConfiguration", {
        satellite: (node) =>
          andThen(notEmpty(node.property("rules"), NO_KEY), () =>
            each(node.property("rules"), (rule) =>
              encryptedByRule(rule.at("applyServerSideEncryptionByDefault"), graph),
            ),
          ),
        inline: (own) =>
          encryptedByRule(
            own.path === "serverSideEncryptionConfiguration"
              ? own.at("rule.applyServerSideEncryptionByDefault")
              : own.at("[0].rules[0].applyServerSideEncryptionByDefaults[0]"),
            graph,
          ),
        missing: () => fail(NO_KEY),
      });
    },
  },
  "s3-bucket-public-access-block": { types: BUCKETS, check: blocksPublicAccess },
  "s3-account-public-access-block": {
    types: [ACCOUNT_BLOCK, PASSWORD_POLICY],
    check(node, graph) {
      if (node.type === ACCOUNT_BLOCK) return blocksAll((name) => node.property(name));
      return graph.ofType(ACCOUNT_BLOCK).length > 0
        ? notApplicable("The account has a block.")
        : fail("The program sets up the account, and leaves out its block on public buckets.");
    },
  },
  "s3-bucket-tls-only": {
    types: BUCKETS,
    check(bucket, graph) {
      return withStatements(graph, bucket, (statements) => {
        const denied = (action: string, reaches: (resource: string) => boolean) =>
          statements.some(
            (statement) => deniesPlainHttp(statement, action) && statement.resources.some((place) => reaches(place)),
          );
        const objects = ["s3:GetObject", "s3:PutObject"].every((action) => denied(action, (r) => r.endsWith("*")));
        const itself = denied("s3:ListBucket", (place) => place === "*" || !place.includes("/"));
        if (objects && itself) return PASS;
        return fail("No policy statement denies plain HTTP on the bucket and its objects.");
      });
    },
  },
  "s3-bucket-not-public": { types: BUCKETS, check: letsNobodyIn },
  "s3-bucket-acls-disabled": {
    types: BUCKETS,
    check(bucket, graph) {
      return joined(satellites(graph, bucket, "OwnershipControls"), (controls) =>
        all(
          PASS,
          ...controls.map((control) =>
            oneOf(control.property("rule.objectOwnership"), ["BucketOwnerEnforced"], "The bucket still honours ACLs."),
          ),
        ),
      );
    },
  },
  "s3-bucket-own-account": {
    types: BUCKETS,
    check(bucket, graph) {
      return withStatements(graph, bucket, (statements) => all(PASS, ...statements.map((s) => givesAway(s, graph))));
    },
  },
  "s3-bucket-one-place-for-settings": { types: BUCKETS, check: inOnePlace },
  "s3-bucket-access-logs": { types: BUCKETS, check: keepsAccessLogs },
  "s3-bucket-events": {
    types: BUCKETS,
    check(bucket, graph) {
      const missing = fail("Nobody is told of what happens to its objects.");
      return joined(satellites(graph, bucket, "Notification"), ([notification]) =>
        notification === undefined
          ? missing
          : any(
              [
                on(notification.property("eventbridge"), "Events do not go to EventBridge."),
                ...NOTIFIED.map((kind) => notEmpty(notification.property(kind), "None is told.")),
              ],
              missing,
            ),
      );
    },
  },
  "s3-bucket-lifecycle": {
    types: BUCKETS,
    check(bucket, graph) {
      const missing = fail("What is no longer needed is kept for ever.");
      return judgeSetting(graph, bucket, "LifecycleConfiguration", {
        satellite(node) {
          const rules = node.property("rules");
          if (rules.unknown) return undetermined(rules);
          return any(
            rules.items.map((rule) => oneOf(rule.at("status"), ["Enabled"], "It is off.")),
            missing,
          );
        },
        inline(own) {
          if (own.unknown) return undetermined(own);
          return any(
            own.items.map((rule) => on(rule.at("enabled"), "It is off.")),
            missing,
          );
        },
        missing: () => missing,
      });
    },
  },
  "s3-bucket-object-lock": {
    types: BUCKETS,
    settings: ["minimumLockDays"],
    check(bucket, graph, { minimumLockDays }) {
      // Security Hub asks it of every bucket, for PCI DSS 10.5.1, which is about audit logs; S3 access logs and AWS Config can not even be delivered into a lock.
      if (trailsInto(graph, bucket).length === 0)
        return when(bucket.property("objectLockEnabled"), (locked) =>
          isTrue(locked) ? PASS : notApplicable("No trail delivers here; the lock is for audit logs."),
        );
      const days = lockedDays(graph, bucket);
      if (days === undefined) return { kind: "undetermined", path: "objectLockConfiguration", producers: [] };
      return days >= minimumLockDays
        ? PASS
        : fail(
            `Audit logs are locked for ${days} days, and ${minimumLockDays} are asked for.`,
            "objectLockConfiguration",
          );
    },
  },
  "s3-access-point-public-access-block": {
    types: ["aws:s3/accessPoint:AccessPoint", MULTI_REGION_ACCESS_POINT],
    check(node) {
      const path =
        node.type === MULTI_REGION_ACCESS_POINT ? "details.publicAccessBlock" : "publicAccessBlockConfiguration";
      return blocksAll((name) => node.property(`${path}.${name}`), true);
    },
  },
});

/** The actions that Security Hub S3.6 looks for. */
const GIVE_AWAY = [
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPolicy",
  "s3:PutEncryptionConfiguration",
  "s3:PutObjectAcl",
];

function givesAway(statement: PolicyStatement, graph: ResourceGraph): Outcome {
  const ownAccount = graph.account;
  const isHeld = statement.conditions.some(
    ({ key, operator, ifExists, values }) =>
      key === "aws:principalaccount" &&
      operator === "StringEquals" &&
      !ifExists &&
      values.every((v) => v === ownAccount),
  );
  if (!statement.allow || isHeld) return PASS;
  const foreign = (statement.principals.AWS ?? []).filter((principal) => isForeign(principal, graph));
  const taken = GIVE_AWAY.filter((action) => concernsAction(statement, action));
  if (foreign.length > 0 && taken.length > 0 && ownAccount === undefined && !isPublic(statement))
    return { kind: "undetermined", path: statement.path, producers: [] };
  return foreign.length > 0 && taken.length > 0
    ? fail(`${taken.join(", ")} is allowed to ${foreign.join(", ")}.`, statement.path)
    : PASS;
}
