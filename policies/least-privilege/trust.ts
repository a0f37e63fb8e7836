import type { ResourceNode } from "../../analysis/graph";
import { isPublic, type PolicyStatement } from "../../analysis/policy-document";
import { publicStatements } from "../policy-statements";
import { fail, type Outcome, PASS, type Rule, implement } from "../rule";
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
  return isHeldToSource(statement) ? [] : services.filter((service) => exempt?.test(service) !== true);
}

const isRoot = (principal: string) => /^\d{12}$/.test(principal) || /^arn:[^:]+:iam::\d{12}:root$/.test(principal);

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
        const federated = statement.principals.Federated ?? [];
        const isOpen = federated.some((provider) => /oidc-provider\//.test(provider));
        const hasSubject = statement.conditions.some(
          ({ key, values }) => /:(sub|aud)$/.test(key) && values.every((value) => !/^\*+$/.test(value)),
        );
        return isOpen && !hasSubject
          ? fail("Everyone whom the identity provider knows may assume it.", statement.path)
          : PASS;
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
  "kms-key-administration": {
    types: ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey"],
    check: administration,
  },
});
