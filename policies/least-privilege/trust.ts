import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { type Condition, isPublic, type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { when } from "../checks";
import { publicStatements } from "../policy-statements";
import { all, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { trust } from "../catalogue/trust";
import { RESOURCE_POLICIES, resourceAllowing, ROLE, trustAllowing } from "./documents";

/** Rules elsewhere already ask whether these are public. */
const JUDGED_ELSEWHERE = /^aws:(s3|sqs|sns|kms|secretsmanager)\//;

/**
 * Services for which AWS documents neither aws:SourceArn nor aws:SourceAccount when they assume a role. They take a role only from who may
 * pass it (iam:PassRole), which holds it to its account.
 */
const ASSUME_WITHOUT_SOURCE = /^(ec2|lambda|edgelambda|apigateway|backup|cloudtrail)\.amazonaws\.com(\.cn)?$/;

/**
 * Services for which AWS documents a policy without conditions, by the type that has it: EventBridge and AWS Backup publishing to SNS
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html,
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html), and the keys behind such topics.
 */
const USE_WITHOUT_SOURCE = /^(events|backup)\.amazonaws\.com$/;
const BEHIND_TOPICS = /^aws:(sns|kms)\//;

/**
 * The logs of application and classic load balancers, for which AWS documents a policy without conditions: each account's go under its own number only, so a
 * path that has the number holds them (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html).
 */
const BALANCER_LOGS = "logdelivery.elasticloadbalancing.amazonaws.com";
const OF_ONE_ACCOUNT = /\/AWSLogs\/\d{12}\/\*$/;

/** What a trust policy may allow: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html. */
const OF_TRUST = /^sts:(AssumeRole(WithWebIdentity|WithSAML)?|TagSession|SetSourceIdentity|SetContext)$/i;

/** Condition keys by which a service tells for whom it acts. */
const SOURCE_KEYS =
  /^(aws:source(account|arn|orgid|orgpaths|owner)|sts:externalid|kms:calleraccount|kms:encryptioncontext:aws:.+|aws:principalorgid)$/;

function isHeldToSource(statement: PolicyStatement): boolean {
  return statement.conditions.some(
    ({ key, operator, ifExists, values }) =>
      SOURCE_KEYS.test(key) && !ifExists && !/Not/.test(operator) && values.every((value) => !/^\*+$/.test(value)),
  );
}

/** Services that the statement lets act for anybody; those that `exempt` fits can not be held. */
function confusable(statement: PolicyStatement, exempt: RegExp | undefined): readonly string[] {
  const services = statement.principals.Service ?? [];
  if (isHeldToSource(statement)) return [];
  const { resources } = statement;
  const isHeldByPath = resources.length > 0 && resources.every((resource) => OF_ONE_ACCOUNT.test(resource));
  return services.filter((service) => exempt?.test(service) !== true && !(service === BALANCER_LOGS && isHeldByPath));
}

const isRoot = (principal: string) => /^\d{12}$/.test(principal) || /^arn:[^:]+:iam::\d{12}:root$/.test(principal);

/** Conditions that leave some of an account's or a provider's principals; a missing key must not meet them. */
function isLimiting({ key, operator, qualifier, ifExists, values }: Condition, wanted: RegExp): boolean {
  if (ifExists || qualifier === "ForAllValues" || /Not|Null/.test(operator) || !wanted.test(key)) return false;
  return values.every((value) => !isAnySubject(value));
}

/** `*`, or a subject that leaves open whose it is: GitHub's `repo:*`, `repo:acme*`, `repo:*:ref:refs/heads/main`. */
function isAnySubject(value: string): boolean {
  return /^[*?]+$/.test(value) || /^(repo|project_path|organization|org):[^/:]*[*?]/.test(value);
}

/**
 * What holds an account's principals back: without it, whoever its administrators let may assume the role
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html).
 */
const OF_ACCOUNT =
  /^(sts:externalid|aws:principal(arn|orgid|orgpaths|tag\/.+)|aws:userid|aws:username|aws:multifactorauthpresent)$/;

function wholeAccounts(statement: PolicyStatement): Outcome {
  const accounts = (statement.principals.AWS ?? []).filter((principal) => isRoot(principal) || /[*?]/.test(principal));
  const isHeld = statement.conditions.some((condition) => isLimiting(condition, OF_ACCOUNT));
  return accounts.length > 0 && !isHeld
    ? fail(`Everyone whom ${accounts.join(", ")} lets may assume it.`, statement.path)
    : PASS;
}

/**
 * Claims that tell one workload or application of a provider from another: its subject, for some providers the application's id or the repository's
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif). An audience alone does so only where
 * each application has one of its own.
 */
const CLAIMS =
  /:(sub|repository|repository_id|job_workflow_ref|project_path|app_id|google\/organization_number|rpst_id)$/;
const OWN_AUDIENCE = /^(cognito-identity\.amazonaws\.com|accounts\.google\.com)$/;

function federated(provider: string, statement: PolicyStatement): Outcome {
  const limits = (wanted: RegExp) => statement.conditions.some((condition) => isLimiting(condition, wanted));
  if (/:saml-provider\//.test(provider)) {
    return limits(/^saml:(aud|iss|sub|namequalifier|edupersonorgdn)$/)
      ? PASS
      : fail(
          "A response that was made for another application is taken too: SAML:aud is not asked for.",
          statement.path,
        );
  }
  const claims = OWN_AUDIENCE.test(provider) ? /:(sub|aud)$/ : CLAIMS;
  return limits(claims) ? PASS : fail("Everyone whom the identity provider knows may assume it.", statement.path);
}

/** A bucket's name, also while the bucket's id, by which a policy leads to it, is not known yet. */
function bucketName(node: ResourceNode, graph: ResourceGraph): Property {
  const [bucket] = graph.resolve(node.property("bucket"), "aws:s3/bucket:Bucket").nodes;
  const name = bucket?.property("bucket");
  return name === undefined || name.absent ? node.property("bucket") : name;
}

/** The account that a key's own statements name as its administrator. */
function administration(node: ResourceNode): Outcome {
  return resourceAllowing(node, (statement) => {
    const wide = statement.actions.some((action) => /^(kms:)?\*+$/i.test(action)) || statement.allActionsBut;
    if (!wide) return PASS;
    const others = Object.entries(statement.principals).flatMap(([kind, who]) =>
      who.filter((principal) => kind !== "AWS" || !isRoot(principal)),
    );
    return others.length > 0 ? fail(`${others.join(", ")} may do everything with the key.`, statement.path) : PASS;
  });
}

export const trustRules: readonly Rule[] = implement(trust, {
  "iam-trust-named": {
    types: [ROLE],
    check(node) {
      return trustAllowing(node, (statement) => {
        if (isPublic(statement)) return publicStatements([statement]);
        return all(
          wholeAccounts(statement),
          ...(statement.principals.Federated ?? []).map((provider) => federated(provider, statement)),
        );
      });
    },
  },
  "iam-trust-confused-deputy": {
    types: [ROLE],
    check(node) {
      return trustAllowing(node, (statement) => {
        const services = confusable(statement, ASSUME_WITHOUT_SOURCE);
        return services.length > 0 ? fail(`${services.join(", ")} may assume it for anybody.`, statement.path) : PASS;
      });
    },
  },
  "resource-policy-confused-deputy": {
    types: Object.keys(RESOURCE_POLICIES),
    check(node) {
      return resourceAllowing(node, (statement) => {
        const services = confusable(statement, BEHIND_TOPICS.test(node.type) ? USE_WITHOUT_SOURCE : undefined);
        return services.length > 0 ? fail(`${services.join(", ")} may use it for anybody.`, statement.path) : PASS;
      });
    },
  },
  "resource-policy-not-public": {
    types: Object.keys(RESOURCE_POLICIES).filter((type) => !JUDGED_ELSEWHERE.test(type)),
    check(node) {
      return resourceAllowing(node, (statement) => publicStatements([statement]));
    },
  },
  "resource-policy-exact-actions": {
    types: Object.keys(RESOURCE_POLICIES),
    check(node) {
      return resourceAllowing(node, (statement) => {
        if (statement.allActionsBut) return fail("NotAction allows whatever it does not name.", statement.path);
        const wide = statement.actions.filter((action) => /^([a-z0-9-]+:)?\*+$/i.test(action));
        // A key's policy gives the account everything; that nobody else has it is a rule of its own.
        if (wide.length === 0 || node.type.startsWith("aws:kms/")) return PASS;
        return fail(`It allows ${wide.join(", ")}.`, statement.path);
      });
    },
  },
  "s3-bucket-policy-own-bucket": {
    types: ["aws:s3/bucketPolicy:BucketPolicy", "aws:s3/bucket:Bucket"],
    check(node, graph) {
      if (node.property("policy").absent) return notApplicable("It has no policy.");
      const bucket = bucketName(node, graph);
      const statements = statementsOf(node.property("policy"));
      if (!statements.known) return undetermined(statements);
      return when(bucket, (name) => {
        if (typeof name !== "string") return PASS;
        const isOwn = (arn: string) => arn.split(":").slice(5).join(":").split("/")[0] === name;
        const others = statements.value.flatMap(({ resources, path }) =>
          resources.filter((arn) => !isOwn(arn)).map((arn) => fail(`${arn} is not in the bucket ${name}.`, path)),
        );
        return all(PASS, ...others);
      });
    },
  },
  "kms-key-administration": {
    types: ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey"],
    check: administration,
  },
  "iam-trust-actions": {
    types: [ROLE],
    check(node) {
      return trustAllowing(node, (statement) => {
        const others = statement.actions.filter((action) => !OF_TRUST.test(action));
        return others.length > 0 || statement.allActionsBut
          ? fail(`It allows ${others.join(", ") || "whatever it does not name"}.`, statement.path)
          : PASS;
      });
    },
  },
});
