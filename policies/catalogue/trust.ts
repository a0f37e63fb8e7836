import type { Catalogue } from "./catalogue";

export const trust = {
  "iam-trust-named": {
    title: "Roles name who may assume them.",
    severity: "critical",
    requirements: ["7.2.1", "7.2.5"],
    controls: ["IAM/specific-trust"],
    remediation:
      "Name a service, a role, an identity provider with a condition on its subject (SAML: on its audience), or an account with sts:ExternalId or aws:PrincipalArn.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
  },
  "iam-trust-confused-deputy": {
    title: "A service assumes a role for this account's resources only.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: ["IAM/specific-trust"],
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
  "resource-policy-exact-actions": {
    title: "No resource policy allows all actions of a service, or all but some.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: [],
    remediation: "List the actions that the principal needs; the grant methods of Palisade's components do.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  },
  "s3-bucket-policy-own-bucket": {
    title: "A bucket's policy speaks about that bucket and its objects.",
    severity: "medium",
    requirements: ["7.2.2"],
    controls: [],
    remediation: "Name the bucket's ARN and `/*` behind it; Palisade's Bucket does.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html",
  },
  "kms-key-administration": {
    title: "Only the account itself may do everything with a KMS key; its IAM policies then decide.",
    severity: "high",
    requirements: ["3.6.1", "7.2.2"],
    controls: [],
    remediation: "Give kms:* to arn:...:root of the account alone, and name the actions for all others.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
  },
  "iam-trust-actions": {
    title: "Trust policies allow to assume the role, and nothing else.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: [],
    remediation:
      "Allow sts:AssumeRole, sts:AssumeRoleWithWebIdentity or sts:AssumeRoleWithSAML, and at need sts:TagSession and sts:SetSourceIdentity.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html",
  },
} as const satisfies Catalogue;
