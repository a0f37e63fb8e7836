import type { Join, Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { concernsAction, isPublic, type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { andThen, customerKey, each, joined, on, oneOf, when } from "../checks";
import { deniesPlainHttp, publicStatements } from "../policy-statements";
import { all, fail, notApplicable, type Outcome, PASS, type Rule, implement } from "../rule";
import { s3 } from "../catalogue/s3";

const BUCKET = "aws:s3/bucket:Bucket";
/** The bucket type that @pulumi/aws v7 keeps under its old name. */
const BUCKET_V2 = "aws:s3/bucketV2:BucketV2";
const types = [BUCKET, BUCKET_V2];

/** Settings of a bucket stand in resources of their own, each with a type of v7 and, but for some, its old name. */
function satellites(graph: ResourceGraph, bucket: ResourceNode, kind: string, hasOldName = true): Join {
  const token = (name: string) => `aws:s3/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
  const found = (hasOldName ? [kind, `${kind}V2`] : [kind]).map((name) =>
    graph.referring(token(name), "bucket", bucket),
  );
  return { nodes: found.flatMap(({ nodes }) => nodes), uncertain: found.flatMap(({ uncertain }) => uncertain) };
}

/** AWS delivers these logs only into buckets with SSE-S3: server access logs of S3 and logs of application load balancers. */
function takesLogsThatNeedSseS3(graph: ResourceGraph, bucket: ResourceNode): boolean {
  const isTarget = (type: string, property: string) => graph.referring(type, property, bucket).nodes.length > 0;
  const isForAlb = (type: string) =>
    graph.referring(type, "accessLogs.bucket", bucket).nodes.some((balancer) => {
      const kind = balancer.read("loadBalancerType");
      return kind.known && (kind.value ?? "application") === "application";
    });
  return (
    isTarget("aws:s3/bucketLogging:BucketLogging", "targetBucket") ||
    isTarget("aws:s3/bucketLoggingV2:BucketLoggingV2", "targetBucket") ||
    isForAlb("aws:lb/loadBalancer:LoadBalancer") ||
    isForAlb("aws:alb/loadBalancer:LoadBalancer")
  );
}

const NO_KEY = "Objects are not encrypted with a customer key.";

function encryptedByRule(rule: Property, graph: ResourceGraph): Outcome {
  const settings = rule.at("applyServerSideEncryptionByDefault");
  return andThen(oneOf(settings.at("sseAlgorithm"), ["aws:kms", "aws:kms:dsse"], NO_KEY), () =>
    customerKey(settings.at("kmsMasterKeyId"), graph, NO_KEY),
  );
}

/** All policies of a bucket; `judge` gets their statements. */
function withStatements(
  graph: ResourceGraph,
  bucket: ResourceNode,
  judge: (statements: readonly PolicyStatement[]) => Outcome,
): Outcome {
  return joined(satellites(graph, bucket, "BucketPolicy", false), (policies) => {
    const documents = [bucket, ...policies].map((node) => statementsOf(node.property("policy")));
    const hole = documents.find((document) => !document.known);
    if (hole !== undefined && !hole.known) return { kind: "undetermined", path: hole.path, producers: hole.producers };
    return judge(documents.flatMap((document) => (document.known ? document.value : [])));
  });
}

export const s3Rules: readonly Rule[] = implement(s3, {
  "s3-bucket-customer-key": {
    types,
    check(bucket, graph) {
      if (takesLogsThatNeedSseS3(graph, bucket))
        return notApplicable("AWS delivers S3 access logs and ALB logs only into buckets with SSE-S3.");
      return joined(satellites(graph, bucket, "BucketServerSideEncryptionConfiguration"), (configurations) => {
        const lists = configurations.map((configuration) => configuration.property("rules"));
        const inline = bucket.property("serverSideEncryptionConfiguration.rule");
        if (!inline.absent) return encryptedByRule(inline, graph);
        if (lists.every((list) => !list.unknown && list.items.length === 0)) return fail(NO_KEY);
        return all(...lists.map((list) => each(list, (rule) => encryptedByRule(rule, graph))));
      });
    },
  },
  "s3-bucket-public-access-block": {
    types,
    check(bucket, graph) {
      return joined(satellites(graph, bucket, "BucketPublicAccessBlock", false), (blocks) => {
        const block = blocks[0];
        if (block === undefined) return fail("The bucket has no public access block of its own.");
        return all(
          ...["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((setting) =>
            on(block.property(setting), `${setting} is not on.`),
          ),
        );
      });
    },
  },
  "s3-bucket-tls-only": {
    types,
    check(bucket, graph) {
      return withStatements(graph, bucket, (statements) => {
        const denials = statements.filter((statement) => deniesPlainHttp(statement, "s3:GetObject"));
        const objects = denials.some(({ resources }) => resources.some((resource) => resource.endsWith("*")));
        const itself = denials.some(({ resources }) => resources.some((r) => r === "*" || !r.includes("/")));
        if (objects && itself) return PASS;
        return fail("No policy statement denies plain HTTP on the bucket and its objects.");
      });
    },
  },
  "s3-bucket-not-public": {
    types,
    check(bucket, graph) {
      const acl = (property: Property): Outcome =>
        when(property, (value) =>
          /^(public-read|public-read-write|authenticated-read|website)$/.test(String(value ?? "private"))
            ? fail(`The ACL ${String(value)} lets the public in.`, property)
            : PASS,
        );
      return all(
        withStatements(graph, bucket, (statements) => publicStatements(statements)),
        acl(bucket.property("acl")),
        joined(satellites(graph, bucket, "BucketAcl"), (acls) =>
          all(
            ...acls.map((node) => acl(node.property("acl"))),
            ...acls.map((node) =>
              each(node.property("accessControlPolicy.grants"), (grant) =>
                when(grant.at("grantee.uri"), (uri) =>
                  /global\/(AllUsers|AuthenticatedUsers)$/.test(String(uri ?? ""))
                    ? fail("The ACL grants access to everyone.", grant)
                    : PASS,
                ),
              ),
            ),
          ),
        ),
      );
    },
  },
  "s3-bucket-acls-disabled": {
    types,
    check(bucket, graph) {
      return joined(satellites(graph, bucket, "BucketOwnershipControls", false), (controls) =>
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
    types,
    check(bucket, graph) {
      return withStatements(graph, bucket, (statements) =>
        all(
          PASS,
          ...statements
            .filter((statement) => statement.allow && !isPublic(statement))
            .filter(({ principals }) => (principals.AWS ?? []).length > 0)
            .flatMap((statement) => {
              const taken = GIVE_AWAY.filter((action) => concernsAction(statement, action));
              return taken.length > 0
                ? [fail(`${taken.join(", ")} is allowed to an AWS principal.`, statement.path)]
                : [];
            }),
        ),
      );
    },
  },
  "s3-access-point-public-access-block": {
    types: ["aws:s3/accessPoint:AccessPoint"],
    check(node) {
      return all(
        ...["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((setting) =>
          on(node.property(`publicAccessBlockConfiguration.${setting}`), `${setting} is not on.`, true),
        ),
      );
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
