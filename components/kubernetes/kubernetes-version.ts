/**
 * When EKS ends standard support for each version of Kubernetes, from AWS's release calendar as of 2026-11-21
 * (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar). EKS supports a version for 14 months; then extended
 * support costs six times as much, which clusters made here turn down: AWS updates them to the next version.
 */
export const STANDARD_SUPPORT_ENDS = {
  "1.36": "2027-08-02",
  "1.35": "2027-03-27",
  "1.34": "2026-12-02",
} as const satisfies Record<string, string>;

/** A version of Kubernetes in EKS's standard support. */
export type KubernetesVersion = keyof typeof STANDARD_SUPPORT_ENDS;

export const KUBERNETES_VERSIONS = Object.keys(STANDARD_SUPPORT_ENDS) as KubernetesVersion[];

/** The one that is supported longest. */
export const NEWEST_KUBERNETES: KubernetesVersion = "1.36";
