import type { Catalogue } from "./catalogue";

export const trust = {
  "iam-trust-named": {
    title: "Roles name who may assume them.",
    severity: "critical",
    requirements: ["7.2.1", "7.2.5"],
    controls: [],
    remediation: "Name a service, a role, or an identity provider with conditions on its subject.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
  },
  "iam-trust-confused-deputy": {
    title: "A service assumes a role for this account's resources only.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: [],
    remediation: "Add aws:SourceAccount, and aws:SourceArn where it is known, to the trust policy.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
  },
  "resource-policy-confused-deputy": {
    title: "A service uses a resource for this account only.",
    severity: "high",
    requirements: ["7.2.5"],
    controls: [],
    remediation: "Add aws:SourceAccount, and aws:SourceArn where it is known, to the statement.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
  },
  "resource-policy-not-public": {
    title: "Resource policies let nobody in from outside.",
    severity: "critical",
    requirements: ["7.2.1"],
    controls: [],
    remediation: "Name the principals, or hold `Principal: *` to your account or organisation.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
  },
  "kms-key-administration": {
    title: "Only the account itself may do everything with a KMS key; its IAM policies then decide.",
    severity: "high",
    requirements: ["3.6.1", "7.2.2"],
    controls: [],
    remediation: "Give kms:* to arn:...:root of the account alone, and name the actions for all others.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
  },
} as const satisfies Catalogue;
