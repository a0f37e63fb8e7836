import { ClusterRole, ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import type { Component } from "../core";

/** Group, in Kubernetes, of who deploys workloads. */
export const DEPLOYERS = "palisade:deployers";

const NAME = "palisade:deployer";
const RBAC = "rbac.authorization.k8s.io";
const READ = ["get", "list", "watch"];
const WRITE = [...READ, "create", "update", "patch", "delete"];

const may = (verbs: string[], apiGroup: string, ...resources: string[]): input.rbac.v1.PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

/** The kinds that `Namespace` and the workloads are made of, and what is read while one is waited for. No secrets, no way into a pod, no rights to give. */
const RULES: input.rbac.v1.PolicyRule[] = [
  may(WRITE, "", "configmaps", "limitranges", "namespaces", "resourcequotas", "serviceaccounts", "services"),
  may(WRITE, "apps", "deployments"),
  may(WRITE, "autoscaling", "horizontalpodautoscalers"),
  may(WRITE, "batch", "cronjobs", "jobs"),
  may(WRITE, "networking.k8s.io", "networkpolicies"),
  may(WRITE, "policy", "poddisruptionbudgets"),
  may(WRITE, "secrets-store.csi.x-k8s.io", "secretproviderclasses"),
  may(WRITE, "vpcresources.k8s.aws", "securitygrouppolicies"),
  may(READ, "", "endpoints", "events", "persistentvolumeclaims", "pods", "pods/log"),
  may(READ, "apps", "replicasets"),
  may(READ, "discovery.k8s.io", "endpointslices"),
  // These two themselves, which a refresh reads.
  { apiGroups: [RBAC], resources: ["clusterroles"], resourceNames: [NAME], verbs: ["get"] },
  { apiGroups: [RBAC], resources: ["clusterrolebindings"], resourceNames: [NAME], verbs: ["get"] },
];

/**
 * What {@link DEPLOYERS} may do in every namespace: EKS's own access policies know neither namespaces and quotas nor AWS's kinds, short of the one that allows
 * everything. Kubernetes lets nobody give rights that he has not, so an administrator makes it, with the cluster's first update, and again where the list grows.
 */
export function createDeployerRole(owner: Component, provider: pulumi.ProviderResource): ClusterRoleBinding {
  const options = owner.childOptions({ provider });
  const role = new ClusterRole(owner.childName("deployer-role"), { metadata: { name: NAME }, rules: RULES }, options);
  return new ClusterRoleBinding(
    owner.childName("deployer-binding"),
    {
      metadata: { name: NAME },
      // By name, not by output: policies know it before the cluster stands.
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: NAME },
      subjects: [{ apiGroup: RBAC, kind: "Group", name: DEPLOYERS }],
    },
    owner.childOptions({ provider, dependsOn: [role] }),
  );
}
