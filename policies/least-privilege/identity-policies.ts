import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { concernsAction, type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { each, when } from "../checks";
import { all, fail, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { needsAnyResource } from "./wildcard-only-actions";

const ROLE = "aws:iam/role:Role";
/** Resources that hold an identity policy. */
const POLICIES = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
  ROLE,
];
const ATTACHMENTS = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
];
const DOCS = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html";

/** Judges every allowing statement of the identity policies that a resource holds. */
function allowing(node: ResourceNode, judge: (statement: PolicyStatement) => Outcome): Outcome {
  if (node.type !== ROLE) return ofDocument(node.property("policy"), judge);
  const inline = node.property("inlinePolicies");
  if (!inline.unknown && inline.items.length === 0) return notApplicable("It has no policy of its own.");
  return each(inline, (item) => ofDocument(item.at("policy"), judge));
}

function ofDocument(document: Property, judge: (statement: PolicyStatement) => Outcome): Outcome {
  const statements = statementsOf(document);
  if (!statements.known) return undetermined(statements);
  return all(PASS, ...statements.value.filter(({ allow }) => allow).map(judge));
}

const isEverything = (pattern: string) => /^\*+(:\*+)?$/.test(pattern);
const isWholeService = (pattern: string) => /^[a-z0-9-]+:\*+$/i.test(pattern);

/** `*`, or an ARN that fits every resource of a service. */
const isAnyResource = (resource: string) =>
  /^\*+$/.test(resource) || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+$/.test(resource);
const reachesAnyResource = (statement: PolicyStatement) =>
  statement.allResourcesBut || statement.resources.some(isAnyResource);

/**
 * What a Lambda function in a VPC asks EC2 for. AWS: "either specify a unique resource ID in your policy, or give all"; the ids of a function's
 * network interfaces are not known beforehand (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions).
 */
const VPC_FUNCTION = new Set([
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:UnassignPrivateIpAddresses",
]);

/** Conditions that narrow `Resource: "*"` to some resources. */
const isNarrowing = (key: string) =>
  /(^|:)resourcetag\//.test(key) || /^(ecs:cluster|kms:resourcealiases|kms:encryptioncontext:.+)$/.test(key);

/** Decryption, which opens every store behind a key. */
const DECRYPTION = ["kms:Decrypt", "kms:ReEncryptFrom"];
/** `key/*` in any account and Region, or wider. */
const isAnyKey = (resource: string) =>
  isAnyResource(resource) || /^arn:[^:]*:kms:[^:]*:[^:]*:(key|alias)\/\*$/.test(resource);
const isAnyRole = (resource: string) => isAnyResource(resource) || /^arn:[^:]*:iam::[^:]*:role\/\*$/.test(resource);

const FULL_ACCESS = /^(\w*FullAccess|PowerUserAccess|AdministratorAccess.*)$/;

/** Judges the name of an attached policy of AWS. One made in this program is judged where it stands. */
function attached(arn: Property, graph: ResourceGraph, isBad: (name: string) => boolean): Outcome {
  if (graph.resolve(arn, "aws:iam/policy:Policy").nodes.length > 0) return PASS;
  return when(arn, (value) => {
    const name = /^arn:[^:]+:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(String(value))?.[1];
    return name !== undefined && isBad(name) ? fail(`${name} is attached.`, arn) : PASS;
  });
}

export const identityPolicyRules: readonly Rule[] = [
  {
    id: "iam-no-administrator",
    title: "No policy gives every permission on every resource.",
    severity: "critical",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM.1"],
    types: [...POLICIES, ...ATTACHMENTS],
    remediation:
      "List the actions and the resources that the role needs; the grant methods of Palisade's components do.",
    url: `${HUB}#iam-1`,
    check(node, graph) {
      if (ATTACHMENTS.includes(node.type))
        return attached(node.property("policyArn"), graph, (name) => name === "AdministratorAccess");
      return allowing(node, (statement) =>
        statement.actions.some(isEverything) && reachesAnyResource(statement)
          ? fail("It allows everything on everything.", statement.path)
          : PASS,
      );
    },
  },
  {
    id: "iam-no-service-wildcard",
    title: "No policy allows all actions of a service, or all but some.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM.21"],
    types: POLICIES,
    remediation: "List the actions that the role needs.",
    url: `${HUB}#iam-21`,
    check(node) {
      return allowing(node, (statement) => {
        if (statement.allActionsBut) return fail("NotAction allows whatever it does not name.", statement.path);
        const wide = statement.actions.filter((action) => isWholeService(action) || isEverything(action));
        return wide.length > 0 ? fail(`It allows ${wide.join(", ")}.`, statement.path) : PASS;
      });
    },
  },
  {
    id: "iam-exact-actions",
    title: "Policies name actions in full.",
    severity: "medium",
    requirements: ["7.2.1", "7.2.2"],
    controls: [],
    types: POLICIES,
    remediation: "Replace the pattern by the actions that are used: AWS adds new ones that fit it.",
    url: `${DOCS}/best-practices.html#grant-least-privilege`,
    check(node) {
      return allowing(node, (statement) => {
        const patterns = statement.actions.filter(
          (action) => /[*?]/.test(action) && !isWholeService(action) && !isEverything(action),
        );
        return patterns.length > 0 ? fail(`It allows ${patterns.join(", ")}.`, statement.path) : PASS;
      });
    },
  },
  {
    id: "iam-named-resources",
    title: "Policies name resources, wherever AWS lets an action be narrowed to one.",
    severity: "medium",
    requirements: ["7.2.1", "7.2.5"],
    controls: [],
    types: POLICIES,
    remediation: "Replace `*` by ARNs; they can be built from names before the resource exists.",
    url: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    check(node) {
      return allowing(node, (statement) => {
        if (!reachesAnyResource(statement)) return PASS;
        if (statement.conditions.some(({ key }) => isNarrowing(key))) return PASS;
        const narrower = statement.actions.filter((action) => !needsAnyResource(action) && !VPC_FUNCTION.has(action));
        return narrower.length > 0
          ? fail(`${narrower.join(", ")} is allowed on every resource.`, statement.path)
          : PASS;
      });
    },
  },
  {
    id: "iam-decrypt-named-keys",
    title: "Policies allow decryption with named keys only.",
    severity: "high",
    requirements: ["3.6.1", "7.2.5"],
    controls: ["KMS.1", "KMS.2"],
    types: POLICIES,
    remediation: "Name the key's ARN; Palisade's Key.grantDecrypt does.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-1",
    check(node) {
      return allowing(node, (statement) =>
        DECRYPTION.some((action) => concernsAction(statement, action)) &&
        (statement.allResourcesBut || statement.resources.some(isAnyKey)) &&
        !statement.conditions.some(({ key }) => isNarrowing(key))
          ? fail("It may decrypt with every key.", statement.path)
          : PASS,
      );
    },
  },
  {
    id: "iam-pass-role-bounded",
    title: "Passing a role (iam:PassRole) is held to named roles and to the service that takes them.",
    severity: "high",
    requirements: ["7.2.5"],
    controls: [],
    types: POLICIES,
    remediation: "Name the roles' ARNs, and add the condition iam:PassedToService.",
    url: `${DOCS}/id_roles_use_passrole.html`,
    check(node) {
      return allowing(node, (statement) => {
        if (!concernsAction(statement, "iam:PassRole")) return PASS;
        const anyRole = statement.allResourcesBut || statement.resources.some(isAnyRole);
        const bound = statement.conditions.some(
          ({ key, operator }) => key === "iam:passedtoservice" && /^String(Equals|Like)/.test(operator),
        );
        return all(
          anyRole ? fail("It may hand every role to a service.", statement.path) : PASS,
          bound ? PASS : fail("It may hand roles to any service.", statement.path),
        );
      });
    },
  },
  {
    id: "iam-no-broad-managed-policy",
    title: "None of AWS's full-access policies is attached.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM.27"],
    types: [...ATTACHMENTS, ROLE],
    remediation: "Attach a policy with the actions and resources that are needed.",
    url: `${HUB}#iam-27`,
    check(node, graph) {
      const broad = (arn: Property) => attached(arn, graph, (name) => FULL_ACCESS.test(name));
      if (node.type !== ROLE) return broad(node.property("policyArn"));
      const arns = node.property("managedPolicyArns");
      if (arns.absent) return notApplicable("It names no managed policies itself.");
      return arns.unknown ? undetermined(arns) : all(PASS, ...arns.items.map(broad));
    },
  },
  {
    id: "iam-no-user-policies",
    title: "IAM users have no policies of their own.",
    severity: "low",
    requirements: ["7.2.1", "8.2.2"],
    controls: ["IAM.2"],
    types: [
      "aws:iam/userPolicy:UserPolicy",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment",
      "aws:iam/policyAttachment:PolicyAttachment",
    ],
    remediation: "Give people roles through IAM Identity Center, and machines roles of their own.",
    url: `${HUB}#iam-2`,
    check(node) {
      if (node.type !== "aws:iam/policyAttachment:PolicyAttachment")
        return fail("A user has a policy of its own.", "user");
      const users = node.property("users");
      if (users.unknown) return undetermined(users);
      return users.items.length > 0 ? fail("Users have the policy themselves.", users) : PASS;
    },
  },
  {
    id: "iam-no-access-keys",
    title: "No long-lived access key is made.",
    severity: "high",
    requirements: ["8.3.9", "8.6.3"],
    controls: ["IAM.3"],
    types: ["aws:iam/accessKey:AccessKey"],
    remediation: "Use a role: ECS, Lambda and EC2 get short-lived credentials, and outside systems get them by OIDC.",
    url: `${DOCS}/best-practices.html#bp-workloads-use-roles`,
    check() {
      return fail("The key stays valid until somebody deletes it, and stands in the state.");
    },
  },
  {
    id: "iam-password-policy",
    title: "The account's password policy asks for what PCI DSS asks for.",
    severity: "medium",
    requirements: ["8.3.6", "8.3.7", "8.3.9"],
    controls: ["IAM.7", "IAM.11", "IAM.12", "IAM.14", "IAM.16", "IAM.17"],
    types: ["aws:iam/accountPasswordPolicy:AccountPasswordPolicy"],
    remediation:
      "Set minimumPasswordLength 12, require upper and lower case letters and numbers, passwordReusePrevention 4, maxPasswordAge 90.",
    url: `${HUB}#iam-7`,
    check(node) {
      const least = (property: string, value: number, message: string) =>
        when(node.property(property), (given) => (Number(given ?? 0) >= value ? PASS : fail(message, property)));
      const required = (property: string) =>
        when(node.property(property), (given) => (given === true ? PASS : fail(`${property} is off.`, property)));
      return all(
        least("minimumPasswordLength", 12, "Passwords may be shorter than 12 characters."),
        required("requireUppercaseCharacters"),
        required("requireLowercaseCharacters"),
        required("requireNumbers"),
        least("passwordReusePrevention", 4, "One of the last four passwords may be used again."),
        when(node.property("maxPasswordAge"), (days) => {
          const age = Number(days ?? 0);
          return age >= 1 && age <= 90 ? PASS : fail("Passwords live longer than 90 days.", "maxPasswordAge");
        }),
      );
    },
  },
];
