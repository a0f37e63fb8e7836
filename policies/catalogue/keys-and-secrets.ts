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
  "kms-key-duties": {
    title: "KMS keys have a policy, in which nobody both administers and uses the key.",
    severity: "medium",
    requirements: ["3.6.1"],
    controls: ["KMS/key-policy"],
    remediation:
      "Give `policy`, or one KeyPolicy: administration to some principals, use to others; the account itself may have both, so that its IAM policies decide. Palisade's Key does.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
  },
  "kms-key-deletion": {
    title: "KMS keys can not be deleted by a slip.",
    severity: "critical",
    requirements: ["3.6.1", "3.7.1"],
    controls: ["KMS.3"],
    relaxedInDevelopment: true,
    remediation:
      "Leave deletionWindowInDays at AWS's 30 days, in which the deletion can be cancelled, or set Pulumi's option `protect`; Palisade's Key has both.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  },
  "kms-enclave-attestation": {
    title: "Keys for Nitro Enclaves decrypt for the attested enclave only.",
    severity: "high",
    requirements: ["3.6.1", "7.2.1"],
    controls: ["KMS/enclave-attestation"],
    remediation:
      "Hold every statement that allows kms:Decrypt or kms:GenerateDataKey to kms:RecipientAttestation:ImageSha384 or a PCR, and deny both without; zeros are those of a debug enclave.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-nitro-enclaves.html",
  },
  "secret-customer-key": {
    title: "Secrets are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1", "8.3.2"],
    controls: ["SecretsManager/customer-key"],
    remediation:
      "Set kmsKeyId to your key, and that of each replica to a key of its Region; Palisade's Secret takes them as `key` and `replicas`.",
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
  "secret-rotation": {
    title: "Secrets are rotated every 90 days at least.",
    severity: "medium",
    requirements: ["8.3.9", "8.6.3"],
    controls: ["SecretsManager.1", "SecretsManager.4"],
    remediation:
      "Add a SecretRotation; Palisade's Secret takes it as `rotation`. Where only people can replace the value, say who and how often: `rotatedBy`, or the tag palisade:rotated-by with `<who> every <n> days`.",
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
  },
  "secret-declared-readers": {
    title: "Only roles of this program, each by the secret's own name, may read a secret.",
    severity: "high",
    requirements: ["7.2.5"],
    controls: ["SecretsManager/declared-readers"],
    remediation:
      "Grant secretsmanager:GetSecretValue on the secret's ARN to the roles that need it, in their own policies; Palisade's Secret does by grantRead.",
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html",
  },
  "acm-key-length": {
    title: "Certificates have keys that are long enough: 2,048 bits of RSA, or an elliptic curve.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["ACM.2"],
    remediation: "Leave keyAlgorithm at its default RSA_2048, or import a certificate with a longer key.",
    url: "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html",
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
