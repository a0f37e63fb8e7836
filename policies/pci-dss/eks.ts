import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { documentOf } from "../../analysis/policy-document";
import { eks } from "../catalogue/eks";
import { customerKey, isTrue, joined, notEmpty, off, on, oneOf, when } from "../checks";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule } from "../rule";
import { AS_OF, isInStandardSupport } from "./eks-versions";

const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const ADDON = "aws:eks/addon:Addon";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const SECURITY_GROUP_POLICY = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy";

/** Judges the settings of an add-on. Of a cluster whose add-ons and workloads are all another program's nothing is said here. */
function addOn(
  cluster: ResourceNode,
  name: string,
  graph: ResourceGraph,
  missing: string,
  judge: (settings: Property) => Outcome,
): Outcome {
  return when(cluster.property("computeConfig.enabled"), (isAuto) => {
    if (isTrue(isAuto)) return notApplicable("EKS runs the nodes and what stands on them itself.");
    return joined(graph.referring(ADDON, "clusterName", cluster), (addOns) => {
      if (addOns.length === 0 && graph.ofType(NETWORK_POLICY, SECURITY_GROUP_POLICY).length === 0)
        return notApplicable("Its add-ons are not part of this program.");
      const found = addOns.map((one) =>
        when(one.property("addonName"), (known) =>
          known === name ? judge(documentOf(one.property("configurationValues"))) : fail(missing),
        ),
      );
      return any(found, fail(missing));
    });
  });
}

/** https://docs.aws.amazon.com/eks/latest/userguide/security-groups-pods-deployment.html */
function enforcesGroups(settings: Property, graph: ResourceGraph): Outcome {
  if (graph.ofType(SECURITY_GROUP_POLICY).length === 0) return PASS;
  const environment = settings.at("env");
  const both = graph.ofType(NETWORK_POLICY).length > 0;
  return all(
    on(environment.at("ENABLE_POD_ENI"), "Nothing gives pods security groups: they have those of their node."),
    both
      ? oneOf(
          environment.at("POD_SECURITY_GROUP_ENFORCING_MODE"),
          ["standard"],
          "NetworkPolicies do not hold for pods with security groups of their own.",
        )
      : PASS,
    when(environment.at("POD_SECURITY_GROUP_ENFORCING_MODE"), (mode) =>
      mode === "standard"
        ? on(
            environment.at("AWS_VPC_K8S_CNI_EXTERNALSNAT"),
            "What pods send out of the VPC leaves with the security groups of their node.",
          )
        : PASS,
    ),
  );
}

export const eksRules: readonly Rule[] = implement(eks, {
  "eks-private-endpoint": {
    types: [CLUSTER],
    check(node) {
      return off(node.property("vpcConfig.endpointPublicAccess"), "The API has an address on the internet.", true);
    },
  },
  "eks-supported-version": {
    types: [CLUSTER, NODE_GROUP],
    check(node) {
      const version = node.property("version");
      return when(version, (value) => {
        // AWS takes its default version, which is in standard support, and for nodes the cluster's.
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
  "eks-network-policies": {
    types: [CLUSTER],
    check(cluster, graph) {
      const ignored = "Nothing enforces NetworkPolicies: every pod talks to every other.";
      return addOn(cluster, "vpc-cni", graph, ignored, (settings) =>
        all(on(settings.at("enableNetworkPolicy"), ignored), enforcesGroups(settings, graph)),
      );
    },
  },
  "eks-container-logs": {
    types: [CLUSTER],
    check(cluster, graph) {
      const message = "What containers write is gone with them.";
      return addOn(cluster, "amazon-cloudwatch-observability", graph, message, (settings) =>
        on(settings.at("containerLogs.enabled"), message, true),
      );
    },
  },
  "eks-access-entries": {
    types: [CLUSTER],
    check(cluster) {
      const access = cluster.property("accessConfig");
      return all(
        oneOf(access.at("authenticationMode"), ["API"], "Whoever may write one ConfigMap gives rights to anybody."),
        off(
          access.at("bootstrapClusterCreatorAdminPermissions"),
          "Whoever creates the cluster stays its administrator, and no program says so.",
          true,
        ),
      );
    },
  },
  "eks-node-role": {
    types: [NODE_GROUP],
    check(group, graph) {
      const template = group.property("launchTemplate");
      const message = "A pod gets the role's credentials from the node's metadata.";
      // https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html: EKS's own template lets answers go one hop further, to pods.
      if (template.absent) return fail(message, template);
      const reference = template.at("id").absent ? template.at("name") : template.at("id");
      return joined(graph.resolve(reference, TEMPLATE), ([found]) => {
        if (found === undefined) return notApplicable("Its launch template is not part of this program.");
        const hops = found.property("metadataOptions.httpPutResponseHopLimit");
        return all(
          when(hops, (limit) => (Number(limit) === 1 ? PASS : fail(message, template))),
          oneOf(found.property("metadataOptions.httpTokens"), ["required"], message),
        );
      });
    },
  },
  "eks-node-remote-access": {
    types: [NODE_GROUP],
    check(group) {
      const access = group.property("remoteAccess");
      return when(access.at("ec2SshKey"), (key) =>
        key === undefined
          ? PASS
          : notEmpty(access.at("sourceSecurityGroupIds"), "EKS opens port 22 of the nodes to every address."),
      );
    },
  },
});
