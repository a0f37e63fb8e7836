import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/eks/latest/best-practices";

/** Of what runs in a cluster. No published list of PCI DSS controls on AWS looks inside; the intent is theirs for ECS and for security groups. */
export const kubernetes = {
  "k8s-default-deny": {
    title: "Pods of a namespace talk to nothing, in either direction, but what a NetworkPolicy allows.",
    severity: "high",
    requirements: ["1.3.1", "1.3.2"],
    controls: [],
    remediation:
      "Add a NetworkPolicy to the namespace with an empty podSelector, policyTypes Ingress and Egress, and no rules. Palisade's Namespace has one.",
    url: `${DOCS}/network-security.html`,
  },
  "k8s-network-policy-narrow": {
    title: "No NetworkPolicy lets everybody in, or everything out.",
    severity: "high",
    requirements: ["1.2.5", "1.3.1", "1.3.2"],
    controls: [],
    remediation:
      "Name who may come in by `from`, in address ranges of your own, and give rules of `egress` ports. Palisade's Microservice writes such policies from its connections.",
    url: `${DOCS}/network-security.html`,
  },
  "k8s-pod-security-groups": {
    title: "Where pods of a namespace have security groups of their own, all of them have.",
    severity: "medium",
    requirements: ["1.3.1", "1.3.2"],
    controls: [],
    remediation:
      "Add a SecurityGroupPolicy whose podSelector takes the pod's labels: without one it has the security groups of its node. Palisade's Microservice has one.",
    url: "https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html",
  },
  "k8s-own-namespace": {
    title: "Workloads stand in a namespace of their own, not in `default`.",
    severity: "low",
    requirements: ["2.2.1", "2.2.3"],
    controls: [],
    remediation: "Set metadata.namespace to a namespace of the program. Palisade's Microservice takes a Namespace.",
    url: `${DOCS}/tenant-isolation.html`,
  },
  "k8s-pod-security": {
    title: "Namespaces refuse pods that Kubernetes' own standards call privileged.",
    severity: "high",
    requirements: ["2.2.1", "2.2.6"],
    controls: [],
    remediation:
      "Set the label pod-security.kubernetes.io/enforce to restricted, or to baseline. Palisade's Namespace sets restricted.",
    url: `${DOCS}/pod-security.html`,
  },
  "k8s-unprivileged": {
    title: "Containers in Kubernetes run without the host's privileges.",
    severity: "high",
    requirements: ["2.2.6", "7.2.2"],
    controls: [],
    remediation:
      "Leave securityContext.privileged out, and add no capability but NET_BIND_SERVICE. Palisade's Microservice has none.",
    url: `${DOCS}/pod-security.html`,
  },
  "k8s-no-escalation": {
    title: "Containers in Kubernetes give up the Linux privileges that they have no use for.",
    severity: "medium",
    requirements: ["2.2.4", "2.2.6"],
    controls: [],
    remediation:
      "Set securityContext.allowPrivilegeEscalation to false, drop the capabilities ALL, and set seccompProfile.type to RuntimeDefault, as Palisade's Microservice does.",
    url: `${DOCS}/pod-security.html`,
  },
  "k8s-isolated-pods": {
    title: "Pods share neither network, processes nor files with their node.",
    severity: "high",
    requirements: ["2.2.3", "2.2.6"],
    controls: [],
    remediation:
      "Leave hostNetwork, hostPID, hostIPC, hostPort and volumes with a hostPath out. Palisade's Microservice has none of them.",
    url: `${DOCS}/pod-security.html`,
  },
  "k8s-non-root": {
    title: "Containers in Kubernetes run as a user other than root.",
    severity: "medium",
    requirements: ["2.2.6", "7.2.5"],
    controls: [],
    remediation:
      "Set securityContext.runAsNonRoot to true and runAsUser to a number other than 0, as Palisade's Microservice does.",
    url: `${DOCS}/pod-security.html`,
  },
  "k8s-read-only-root": {
    title: "Containers in Kubernetes can not write to their root file system.",
    severity: "medium",
    requirements: ["2.2.6", "10.3.2"],
    controls: [],
    remediation:
      "Set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where the container must write, as Palisade's Microservice does.",
    url: `${DOCS}/pod-security.html`,
  },
  "k8s-no-idle-tokens": {
    title: "Pods that nobody has given rights in Kubernetes hold no token for its API.",
    severity: "low",
    requirements: ["7.2.5"],
    controls: [],
    remediation:
      "Set automountServiceAccountToken to false on the pod or on its ServiceAccount, as Palisade's Microservice does.",
    url: `${DOCS}/identity-and-access-management.html`,
  },
  "k8s-no-secrets-in-environment": {
    title: "Secrets stand neither in the environment variables of containers nor in ConfigMaps.",
    severity: "high",
    requirements: ["8.6.2"],
    controls: [],
    remediation:
      "Keep the value in Secrets Manager, and mount it by a SecretProviderClass or name it by valueFrom.secretKeyRef. Palisade's Microservice mounts `secrets`.",
    url: `${DOCS}/data-encryption-and-secrets-management.html`,
  },
  "k8s-pinned-images": {
    title: "Containers in Kubernetes run images that nobody can exchange under their name.",
    severity: "medium",
    requirements: ["6.3.2"],
    controls: [],
    remediation:
      "Name the image by its digest, or by a tag other than `latest` in Amazon ECR. Palisade's Microservice takes a ContainerImage, whose tags can not be overwritten.",
    url: `${DOCS}/image-security.html`,
  },
  "k8s-not-public": {
    title:
      "Services of Kubernetes open no way in from the internet, and ports on nodes for the program's load balancers alone.",
    severity: "critical",
    requirements: ["1.2.5", "1.4.2"],
    controls: [],
    remediation:
      "Leave Service.spec.type at ClusterIP, or give a Service of type LoadBalancer the annotation service.beta.kubernetes.io/aws-load-balancer-scheme: internal, and a public Ingress a web ACL. Palisade's LoadBalancer stands before a Microservice, within the program and its policies.",
    url: `${DOCS}/load-balancing.html`,
  },
  "k8s-bindings": {
    title: "Nobody is bound to cluster-admin, and nothing to everybody.",
    severity: "critical",
    requirements: ["7.2.1", "7.2.2"],
    controls: [],
    remediation:
      "Bind a named subject to a Role that has what it needs. Administrators come by EKS access entries: `admins` of Palisade's KubernetesCluster.",
    url: `${DOCS}/identity-and-access-management.html`,
  },
  "k8s-rbac-named": {
    title: "Roles in Kubernetes name what they allow, and let nobody give himself more.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: [],
    remediation:
      "Name verbs, resources and apiGroups instead of *, and leave out bind, escalate and impersonate. Palisade's Microservice needs no rights in Kubernetes.",
    url: `${DOCS}/identity-and-access-management.html`,
  },
} as const satisfies Catalogue;
