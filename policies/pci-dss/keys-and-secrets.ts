import { statementsOf } from "../../analysis/policy-document";
import { andThen, customerKey, joined, oneOf, on, when } from "../checks";
import { publicStatements } from "../policy-statements";
import { fail, notApplicable, PASS, type Rule, undetermined } from "../rule";

const KEY = "aws:kms/key:Key";
const SECRET = "aws:secretsmanager/secret:Secret";

export const keyAndSecretRules: readonly Rule[] = [
  {
    id: "kms-key-rotation",
    title: "KMS keys rotate by themselves.",
    severity: "medium",
    requirements: ["3.7.4"],
    controls: ["KMS.4"],
    types: [KEY],
    remediation: "Set enableKeyRotation to true.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    check(node) {
      return when(node.property("customerMasterKeySpec"), (spec) =>
        spec === undefined || spec === "SYMMETRIC_DEFAULT"
          ? on(node.property("enableKeyRotation"), "The key does not rotate.")
          : notApplicable(`AWS does not rotate ${String(spec)} keys.`),
      );
    },
  },
  {
    id: "kms-key-not-public",
    title: "KMS key policies let nobody in from outside.",
    severity: "critical",
    requirements: ["3.6.1", "7.2.1"],
    controls: ["KMS.5"],
    types: [KEY, "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"],
    remediation: "Name the principals, or hold `Principal: *` to your account with kms:CallerAccount.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    check(node) {
      const document = statementsOf(node.property("policy"));
      return document.known ? publicStatements(document.value) : undetermined(document);
    },
  },
  {
    id: "secret-customer-key",
    title: "Secrets are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1", "8.3.2"],
    controls: [],
    types: [SECRET],
    remediation: "Set kmsKeyId to your key.",
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
    check(node, graph) {
      return customerKey(node.property("kmsKeyId"), graph, "The secret has no customer key.");
    },
  },
  {
    id: "secret-not-public",
    title: "Secret policies let nobody in from outside.",
    severity: "critical",
    requirements: ["7.2.1"],
    controls: [],
    types: [SECRET, "aws:secretsmanager/secretPolicy:SecretPolicy"],
    remediation: "Name the principals, and set blockPublicPolicy.",
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
    check(node) {
      const document = statementsOf(node.property("policy"));
      return document.known ? publicStatements(document.value) : undetermined(document);
    },
  },
  {
    id: "ecr-customer-key",
    title: "Container images are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["ECR.5"],
    types: ["aws:ecr/repository:Repository"],
    remediation:
      "Give encryptionConfigurations with encryptionType KMS and your key. A change replaces the repository.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
    check(node, graph) {
      const settings = node.property("encryptionConfigurations");
      if (settings.unknown) return undetermined(settings);
      const first = settings.at("[0]");
      return andThen(
        oneOf(first.at("encryptionType"), ["KMS", "KMS_DSSE"], "Images are encrypted with a key that S3 owns."),
        () => customerKey(first.at("kmsKey"), graph, "Images have no customer key."),
      );
    },
  },
  {
    id: "ecr-scan-on-push",
    title: "Container images are scanned for known vulnerabilities when pushed.",
    severity: "high",
    requirements: ["6.2.3", "6.2.4"],
    controls: ["ECR.1"],
    types: ["aws:ecr/repository:Repository"],
    remediation: "Set imageScanningConfiguration.scanOnPush to true, or scan the whole registry with Inspector.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
    check(node, graph) {
      if (graph.ofType("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration").length > 0) return PASS;
      return on(node.property("imageScanningConfiguration.scanOnPush"), "Images are not scanned.");
    },
  },
  {
    id: "ecr-immutable-tags",
    title: "A pushed image tag can not be overwritten.",
    severity: "medium",
    requirements: ["6.3.2"],
    controls: ["ECR.2"],
    types: ["aws:ecr/repository:Repository"],
    remediation: "Set imageTagMutability to IMMUTABLE.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
    check(node) {
      return oneOf(node.property("imageTagMutability"), ["IMMUTABLE"], "Tags can be overwritten.");
    },
  },
  {
    id: "ecr-lifecycle",
    title: "Image repositories expire what is no longer needed.",
    severity: "low",
    requirements: ["3.2.1"],
    controls: ["ECR.3"],
    types: ["aws:ecr/repository:Repository"],
    remediation: "Add a LifecyclePolicy.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
    check(node, graph) {
      return joined(graph.referring("aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", node), (policies) =>
        policies.length > 0 ? PASS : fail("Images are kept for ever."),
      );
    },
  },
];
