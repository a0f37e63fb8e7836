import type { Catalogue } from "./catalogue";

const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html";

export const eks = {
  "eks-private-endpoint": {
    title: "The API of EKS clusters is not on the internet.",
    severity: "high",
    requirements: ["1.4.4"],
    controls: ["EKS.1"],
    remediation: "Set vpcConfig.endpointPublicAccess to false and endpointPrivateAccess to true.",
    url: `${HUB}#eks-1`,
  },
  "eks-supported-version": {
    title: "EKS clusters and their nodes run on a version of Kubernetes in standard support.",
    severity: "high",
    requirements: ["6.3.3", "12.3.4"],
    controls: ["EKS.2"],
    remediation: "Set `version` to a newer one, or leave it out to take the newest at creation.",
    url: `${HUB}#eks-2`,
  },
  "eks-encrypted-secrets": {
    title: "Secrets of EKS clusters are encrypted with a customer key.",
    severity: "medium",
    requirements: ["3.5.1", "8.3.2"],
    controls: ["EKS.3"],
    remediation: 'Set encryptionConfig with resources ["secrets"] and the ARN of a KMS key.',
    url: `${HUB}#eks-3`,
  },
  "eks-audit-logs": {
    title: "EKS clusters log what is asked of their API.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["EKS.8"],
    remediation: "Add `audit` to enabledClusterLogTypes.",
    url: `${HUB}#eks-8`,
  },
  "eks-network-policies": {
    title: "EKS clusters enforce the NetworkPolicies and SecurityGroupPolicies of what runs in them.",
    severity: "high",
    requirements: ["1.3.1", "1.3.2"],
    controls: [],
    remediation:
      "Add the vpc-cni add-on with configurationValues that set enableNetworkPolicy to true, and env.ENABLE_POD_ENI to true where pods have security groups. Palisade's KubernetesCluster does.",
    url: "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html",
  },
  "eks-container-logs": {
    title: "EKS clusters keep what containers write.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: [],
    remediation:
      "Add the add-on amazon-cloudwatch-observability, and leave containerLogs.enabled on. Palisade's KubernetesCluster does.",
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html",
  },
  "eks-access-entries": {
    title: "Who may do what in an EKS cluster stands in the program alone.",
    severity: "medium",
    requirements: ["7.2.1", "7.2.2"],
    controls: [],
    remediation:
      "Set accessConfig.authenticationMode to API and bootstrapClusterCreatorAdminPermissions to false, and add access entries. Palisade's KubernetesCluster does, for its `admins`.",
    url: "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
  },
  "eks-node-role": {
    title: "Pods can not take the role of their EKS node.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: [],
    remediation:
      "Give the node group a launch template with metadataOptions: httpTokens required and httpPutResponseHopLimit 1. Palisade's KubernetesCluster does.",
    url: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  },
  "eks-node-remote-access": {
    title: "Nodes of EKS clusters take SSH from named security groups only.",
    severity: "high",
    requirements: ["1.2.5", "1.3.1"],
    controls: [],
    remediation:
      "Leave remoteAccess out and use Session Manager, as Palisade's KubernetesCluster does, or set remoteAccess.sourceSecurityGroupIds.",
    url: "https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html",
  },
} as const satisfies Catalogue;
