import { eks } from "../catalogue/eks";
import { customerKey, off, when } from "../checks";
import { all, fail, implement, PASS, type Rule } from "../rule";
import { AS_OF, isInStandardSupport } from "./eks-versions";

const CLUSTER = "aws:eks/cluster:Cluster";

export const eksRules: readonly Rule[] = implement(eks, {
  "eks-private-endpoint": {
    types: [CLUSTER],
    check(node) {
      return off(node.property("vpcConfig.endpointPublicAccess"), "The API has an address on the internet.", true);
    },
  },
  "eks-supported-version": {
    types: [CLUSTER],
    check(node) {
      const version = node.property("version");
      return when(version, (value) => {
        // AWS takes its default version, which is in standard support.
        if (value === undefined) return PASS;
        return isInStandardSupport(String(value))
          ? PASS
          : fail(`Kubernetes ${String(value)} was not in standard support on ${AS_OF}.`, version);
      });
    },
  },
  "eks-encrypted-secrets": {
    types: [CLUSTER],
    check(node, graph) {
      // AWS encrypts with a key of its own since 1.28; Security Hub asks for a key of yours, which you can rotate, watch and disable.
      const encryption = node.property("encryptionConfig");
      const missing = "Secrets are encrypted with AWS's key.";
      return all(
        customerKey(encryption.at("provider.keyArn"), graph, missing),
        when(encryption.at("resources"), (kinds) =>
          Array.isArray(kinds) && kinds.includes("secrets") ? PASS : fail("Secrets are left out.", encryption),
        ),
      );
    },
  },
  "eks-audit-logs": {
    types: [CLUSTER],
    check(node) {
      const kinds = node.property("enabledClusterLogTypes");
      return when(kinds, (list) =>
        Array.isArray(list) && list.includes("audit") ? PASS : fail("The cluster keeps no audit log.", kinds),
      );
    },
  },
});
