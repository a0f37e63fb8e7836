/** What the simulator knows of one kind of Kubernetes object. */
export interface KubernetesKind {
  /** False: it belongs to the cluster as a whole. */
  readonly namespaced: boolean;
  /** Fields that the provider can change only by another object, name and namespace aside; separated by spaces. */
  readonly replaces?: string;
  /** Fields that the API server refuses to change, and for which the provider makes no other object. */
  readonly fixed?: string;
  /** What a name may be. Default: `subdomain`. */
  readonly name?: NameRule;
}

type NameRule = "subdomain" | "label" | "service" | "path" | "namespace";

/** Namespaces that every cluster has. */
export const BUILT_IN_NAMESPACES: ReadonlySet<string> = new Set([
  "default",
  "kube-node-lease",
  "kube-public",
  "kube-system",
]);

/** Names by the API server's rules (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/), and how long one may be. */
export const NAME_RULES: Readonly<Record<NameRule, { readonly pattern: RegExp; readonly maxLength: number }>> = {
  subdomain: { pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, maxLength: 253 },
  label: { pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, maxLength: 63 },
  service: { pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/, maxLength: 63 },
  path: { pattern: /^(?!\.\.?$)[^/%]+$/, maxLength: 253 },
  // Those that every cluster has stand already.
  namespace: {
    pattern: /^(?!(default|kube-node-lease|kube-public|kube-system)$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    maxLength: 63,
  },
};

/** A controller appends what makes its objects' own names unique; a CronJob's name is the shortest for that. */
export const CRON_JOB_NAME_LENGTH = 52;

const POD =
  "affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname imagePullSecrets initContainers nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds volumes"
    .split(" ")
    .map((field) => `spec.${field}`)
    .join(" ");
const VOLUME_SOURCES = "awsElasticBlockStore csi fc hostPath iscsi local nfs"
  .split(" ")
  .map((field) => `spec.${field}`);

const inNamespace = (more: Omit<KubernetesKind, "namespaced"> = {}): KubernetesKind => ({ namespaced: true, ...more });
const inCluster = (more: Omit<KubernetesKind, "namespaced"> = {}): KubernetesKind => ({ namespaced: false, ...more });

/**
 * The kinds that the simulator answers for, by Pulumi's type token. `replaces` is the provider's own table of fields that force a new object
 * (github.com/pulumi/pulumi-kubernetes, provider/pkg/provider/diff.go), `fixed` what the API server's validation calls immutable beyond it.
 */
export const KINDS: Readonly<Record<string, KubernetesKind>> = {
  "kubernetes:core/v1:Namespace": inCluster({ name: "namespace" }),
  "kubernetes:core/v1:ConfigMap": inNamespace({ replaces: "binaryData data" }),
  "kubernetes:core/v1:Secret": inNamespace({ replaces: "data stringData type" }),
  "kubernetes:core/v1:Service": inNamespace({ replaces: "spec.clusterIP", name: "service" }),
  "kubernetes:core/v1:ServiceAccount": inNamespace(),
  "kubernetes:core/v1:PersistentVolume": inCluster({ replaces: VOLUME_SOURCES.join(" ") }),
  "kubernetes:core/v1:PersistentVolumeClaim": inNamespace({ replaces: "spec" }),
  "kubernetes:core/v1:Pod": inNamespace({ replaces: POD }),
  "kubernetes:core/v1:LimitRange": inNamespace(),
  "kubernetes:core/v1:ResourceQuota": inNamespace({ replaces: "spec.scopes" }),
  "kubernetes:apps/v1:Deployment": inNamespace({ replaces: "spec.selector" }),
  "kubernetes:apps/v1:StatefulSet": inNamespace({
    replaces:
      "spec.podManagementPolicy spec.revisionHistoryLimit spec.selector spec.serviceName spec.volumeClaimTemplates",
  }),
  // The provider's table has it under another spelling, so that the change gets as far as the API server.
  "kubernetes:apps/v1:DaemonSet": inNamespace({ fixed: "spec.selector" }),
  "kubernetes:apps/v1:ReplicaSet": inNamespace({ fixed: "spec.selector" }),
  "kubernetes:batch/v1:Job": inNamespace({
    replaces: "spec.completions spec.parallelism spec.selector spec.template",
    name: "label",
  }),
  "kubernetes:batch/v1:CronJob": inNamespace(),
  "kubernetes:networking.k8s.io/v1:Ingress": inNamespace(),
  "kubernetes:networking.k8s.io/v1:IngressClass": inCluster({ fixed: "spec.controller" }),
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": inNamespace(),
  "kubernetes:policy/v1:PodDisruptionBudget": inNamespace(),
  "kubernetes:autoscaling/v1:HorizontalPodAutoscaler": inNamespace(),
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": inNamespace(),
  "kubernetes:rbac.authorization.k8s.io/v1:Role": inNamespace({ name: "path" }),
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": inNamespace({ replaces: "roleRef", name: "path" }),
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": inCluster({ name: "path" }),
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": inCluster({ replaces: "roleRef", name: "path" }),
  "kubernetes:storage.k8s.io/v1:StorageClass": inCluster({
    replaces: "parameters provisioner",
    fixed: "reclaimPolicy volumeBindingMode",
  }),
  "kubernetes:storage.k8s.io/v1:CSIDriver": inCluster({ name: "label" }),
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": inCluster({ fixed: "value preemptionPolicy" }),
  "kubernetes:node.k8s.io/v1:RuntimeClass": inCluster({ fixed: "handler" }),
  "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy": inCluster(),
  "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding": inCluster(),
  "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration": inCluster(),
  "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration": inCluster(),
  "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": inCluster(),
  // Custom resources of EKS's own controllers and add-ons.
  "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy": inNamespace(),
  "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass": inNamespace(),
  "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding": inNamespace({ fixed: "spec.targetGroupARN spec.targetType" }),
};

export const NAMESPACE = "kubernetes:core/v1:Namespace";

export const isKubernetes = (type: string): boolean => type.startsWith("kubernetes:");
