import type * as pulumi from "@pulumi/pulumi";
import type { Grantee } from "../core";
import type { Connectable } from "../network/connections";

/** The pods that run under one service account of one namespace. */
export interface PodSubject {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** A role that pods have. */
export interface PodIdentity extends Grantee {
  /** Pods that start before it stands have no role. */
  readonly association: pulumi.Resource;
}

/** What workloads need of a cluster: a `KubernetesCluster` made here, or one adopted from elsewhere. */
export interface KubernetesClusterLike extends Connectable {
  readonly clusterName: string;
  /** Provider that makes Kubernetes resources in this cluster. */
  readonly provider: pulumi.ProviderResource;
  /**
   * A role of its own for the pods of one service account, by EKS Pod Identity.
   * @param key becomes part of the role's name; unique in the cluster.
   */
  podIdentity(key: string, subject: PodSubject): PodIdentity;
}
