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
    title: "EKS clusters run on a version of Kubernetes in standard support.",
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
} as const satisfies Catalogue;
