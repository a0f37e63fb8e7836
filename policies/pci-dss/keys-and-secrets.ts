import { statementsOf } from "../../analysis/policy-document";
import { andThen, customerKey, joined, oneOf, on, when } from "../checks";
import { publicStatements } from "../policy-statements";
import { fail, notApplicable, PASS, type Rule, undetermined, implement } from "../rule";
import { keysAndSecrets } from "../catalogue/keys-and-secrets";

const KEY = "aws:kms/key:Key";
const SECRET = "aws:secretsmanager/secret:Secret";

export const keyAndSecretRules: readonly Rule[] = implement(keysAndSecrets, {
  "kms-key-rotation": {
    types: [KEY],
    check(node) {
      return when(node.property("customerMasterKeySpec"), (spec) =>
        spec === undefined || spec === "SYMMETRIC_DEFAULT"
          ? on(node.property("enableKeyRotation"), "The key does not rotate.")
          : notApplicable(`AWS does not rotate ${String(spec)} keys.`),
      );
    },
  },
  "kms-key-not-public": {
    types: [KEY, "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"],
    check(node) {
      const document = statementsOf(node.property("policy"));
      return document.known ? publicStatements(document.value) : undetermined(document);
    },
  },
  "secret-customer-key": {
    types: [SECRET],
    check(node, graph) {
      return customerKey(node.property("kmsKeyId"), graph, "The secret has no customer key.");
    },
  },
  "secret-not-public": {
    types: [SECRET, "aws:secretsmanager/secretPolicy:SecretPolicy"],
    check(node) {
      const document = statementsOf(node.property("policy"));
      return document.known ? publicStatements(document.value) : undetermined(document);
    },
  },
  "ecr-customer-key": {
    types: ["aws:ecr/repository:Repository"],
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
  "ecr-scan-on-push": {
    types: ["aws:ecr/repository:Repository"],
    check(node, graph) {
      if (graph.ofType("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration").length > 0) return PASS;
      return on(node.property("imageScanningConfiguration.scanOnPush"), "Images are not scanned.");
    },
  },
  "ecr-immutable-tags": {
    types: ["aws:ecr/repository:Repository"],
    check(node) {
      return oneOf(node.property("imageTagMutability"), ["IMMUTABLE"], "Tags can be overwritten.");
    },
  },
  "ecr-lifecycle": {
    types: ["aws:ecr/repository:Repository"],
    check(node, graph) {
      return joined(graph.referring("aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", node), (policies) =>
        policies.length > 0 ? PASS : fail("Images are kept for ever."),
      );
    },
  },
});
