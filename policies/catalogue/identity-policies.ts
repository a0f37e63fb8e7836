import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html";

export const identityPolicies = {
  "iam-no-administrator": {
    title: "No policy gives every permission on every resource.",
    severity: "critical",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM.1", "IAM/no-administrator-access"],
    remediation:
      "List the actions and the resources that the role needs; the grant methods of Palisade's components do.",
    url: `${HUB}#iam-1`,
  },
  "iam-no-service-wildcard": {
    title: "No policy allows all actions of a service, or all but some.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM.21"],
    remediation: "List the actions that the role needs.",
    url: `${HUB}#iam-21`,
  },
  "iam-exact-actions": {
    title: "Policies name actions in full.",
    severity: "medium",
    requirements: ["7.2.1", "7.2.2"],
    controls: [],
    remediation: "Replace the pattern by the actions that are used: AWS adds new ones that fit it.",
    url: `${DOCS}/best-practices.html#grant-least-privilege`,
  },
  "iam-named-resources": {
    title: "Policies name resources, wherever AWS lets an action be narrowed to one.",
    severity: "medium",
    requirements: ["7.2.1", "7.2.5"],
    controls: ["IAM/no-wildcard-resource"],
    remediation: "Replace `*` by ARNs; they can be built from names before the resource exists.",
    url: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
  },
  "iam-decrypt-named-keys": {
    title: "Policies allow decryption with named keys only.",
    severity: "high",
    requirements: ["3.6.1", "7.2.5"],
    controls: ["KMS.1", "KMS.2"],
    remediation: "Name the key's ARN; Palisade's Key.grantDecrypt does.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-1",
  },
  "iam-pass-role-bounded": {
    title: "Passing a role (iam:PassRole) is held to named roles and to the service that takes them.",
    severity: "high",
    requirements: ["7.2.5"],
    controls: [],
    remediation: "Name the roles' ARNs, and add the condition iam:PassedToService.",
    url: `${DOCS}/id_roles_use_passrole.html`,
  },
  "iam-no-broad-managed-policy": {
    title: "None of AWS's full-access policies is attached.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM.27"],
    remediation: "Attach a policy with the actions and resources that are needed.",
    url: `${HUB}#iam-27`,
  },
  "iam-boundary-bounds": {
    title: "A permissions boundary bounds: it allows named services, on named resources or inside of what it denies.",
    severity: "medium",
    requirements: ["7.2.2", "7.2.5"],
    controls: [],
    remediation:
      "List the services or actions that a role may ever have, and name resources, as Palisade's CiAccess does; or deny whatever is outside of your Regions, tags or networks.",
    url: `${DOCS}/access_policies_boundaries.html`,
  },
  "iam-no-user-policies": {
    title: "IAM users have no policies of their own.",
    severity: "low",
    requirements: ["7.2.1", "8.2.2"],
    controls: ["IAM.2", "IAM/no-inline-policies"],
    remediation: "Give people roles through IAM Identity Center, and machines roles of their own.",
    url: `${HUB}#iam-2`,
  },
  "iam-no-inline-group-policies": {
    title: "IAM groups have managed policies only.",
    severity: "low",
    requirements: ["7.2.1", "7.2.2"],
    // A role's inline policy is that role's alone and goes with it: a grant. What people have is to be listed in one place.
    controls: ["IAM/no-inline-policies"],
    remediation: "Make it an aws.iam.Policy and attach it, or give people roles through IAM Identity Center.",
    url: `${DOCS}/access_policies_managed-vs-inline.html`,
  },
  "iam-users-in-groups": {
    title: "IAM users get their permissions from a group.",
    severity: "low",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM/users-in-groups"],
    remediation:
      "Add the user by aws.iam.UserGroupMembership; better, make no users: people come through IAM Identity Center, and machines have roles.",
    url: `${DOCS}/best-practices.html#bp-users-federation-idp`,
  },
  "iam-groups-have-users": {
    title: "IAM groups have users.",
    severity: "low",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["IAM/groups-have-users"],
    remediation: "Add users by aws.iam.GroupMembership, or delete the group: its permissions wait for whoever gets in.",
    url: `${DOCS}/id_groups.html`,
  },
  "iam-no-access-keys": {
    title: "No long-lived access key is made.",
    severity: "high",
    requirements: ["8.3.9", "8.6.3"],
    controls: [],
    remediation: "Use a role: ECS, Lambda and EC2 get short-lived credentials, and outside systems get them by OIDC.",
    url: `${DOCS}/best-practices.html#bp-workloads-use-roles`,
  },
  "iam-support-role": {
    title: "Somebody has a role for incidents with AWS Support.",
    severity: "low",
    requirements: ["12.10.3"],
    controls: ["IAM.18"],
    remediation: "Attach AWSSupportAccess to a role that names who handles incidents; Palisade's AccountBaseline does.",
    url: `${HUB}#iam-18`,
  },
  "iam-password-policy": {
    title: "The account's password policy asks for what PCI DSS asks for.",
    severity: "medium",
    requirements: ["8.3.6", "8.3.7", "8.3.9", "8.3.10.1", "8.6.3"],
    controls: ["IAM.7", "IAM.10", "IAM.11", "IAM.12", "IAM.14", "IAM.16", "IAM.17"],
    remediation:
      "Set minimumPasswordLength 12, require upper and lower case letters, numbers and symbols, passwordReusePrevention 24, maxPasswordAge 90; Palisade's AccountBaseline does.",
    url: `${HUB}#iam-7`,
  },
  "iam-event-publishers": {
    title: "Where one may put events of its own kinds only on an event bus, everybody else may, too.",
    severity: "medium",
    requirements: ["7.2.2", "7.2.5"],
    controls: [],
    remediation:
      "Add a condition on events:detail-type or events:source to the statement that allows events:PutEvents; the grant of Palisade's EventBus has both.",
    url: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html",
  },
} as const satisfies Catalogue;
