import type { Catalogue } from "./catalogue";

export const keysAndSecrets = {
  "kms-key-rotation": {
    title: "KMS keys rotate by themselves.",
    severity: "medium",
    requirements: ["3.7.4"],
    controls: ["KMS.4"],
    remediation: "Set enableKeyRotation to true.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  },
  "kms-key-not-public": {
    title: "KMS key policies let nobody in from outside.",
    severity: "critical",
    requirements: ["3.6.1", "7.2.1"],
    controls: ["KMS.5"],
    remediation: "Name the principals, or hold `Principal: *` to your account with kms:CallerAccount.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
  },
  "secret-customer-key": {
    title: "Secrets are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1", "8.3.2"],
    controls: [],
    remediation: "Set kmsKeyId to your key.",
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
  },
  "secret-not-public": {
    title: "Secret policies let nobody in from outside.",
    severity: "critical",
    requirements: ["7.2.1"],
    controls: [],
    remediation: "Name the principals, and set blockPublicPolicy.",
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
  },
  "ecr-customer-key": {
    title: "Container images are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["ECR.5"],
    remediation:
      "Give encryptionConfigurations with encryptionType KMS and your key. A change replaces the repository.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
  },
  "ecr-scan-on-push": {
    title: "Container images are scanned for known vulnerabilities when pushed.",
    severity: "high",
    requirements: ["6.2.3", "6.2.4"],
    controls: ["ECR.1"],
    remediation: "Set imageScanningConfiguration.scanOnPush to true, or scan the whole registry with Inspector.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  },
  "ecr-immutable-tags": {
    title: "A pushed image tag can not be overwritten.",
    severity: "medium",
    requirements: ["6.3.2"],
    controls: ["ECR.2"],
    remediation: "Set imageTagMutability to IMMUTABLE.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  },
  "ecr-lifecycle": {
    title: "Image repositories expire what is no longer needed.",
    severity: "low",
    requirements: ["3.2.1"],
    controls: ["ECR.3"],
    remediation: "Add a LifecyclePolicy.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
  },
} as const satisfies Catalogue;
