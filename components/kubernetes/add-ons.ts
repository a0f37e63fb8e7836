import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Component, type Statement } from "../core";
import type { PodSubject } from "./cluster-like";
import type { KubernetesVersion } from "./kubernetes-version";

/** Parts of Kubernetes that EKS installs and keeps. */
export const ADD_ONS = [
  "vpc-cni",
  "kube-proxy",
  "eks-pod-identity-agent",
  "coredns",
  "metrics-server",
  "eks-node-monitoring-agent",
  "aws-secrets-store-csi-driver-provider",
  "amazon-cloudwatch-observability",
] as const;

export type AddOn = (typeof ADD_ONS)[number];

/** What nodes need to become ready: made before them. The others need nodes to run on. */
export const BEFORE_NODES: readonly AddOn[] = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

/** The network plugin (https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html). */
export const CNI_SUBJECT: PodSubject = { namespace: "kube-system", serviceAccount: "aws-node" };
/** CloudWatch's agent and Fluent Bit, which share one. */
export const CLOUDWATCH_SUBJECT: PodSubject = { namespace: "amazon-cloudwatch", serviceAccount: "cloudwatch-agent" };

/** Log groups of Container Insights, below `/aws/containerinsights/<cluster>/`. */
export const INSIGHTS_LOGS = ["application", "dataplane", "host", "performance"] as const;

const CONFIGURATION: Partial<Record<AddOn, object>> = {
  "vpc-cni": {
    enableNetworkPolicy: "true",
    env: {
      ENABLE_POD_ENI: "true",
      // With `strict`, network policies do not hold for pods with a security group of their own.
      POD_SECURITY_GROUP_ENFORCING_MODE: "standard",
      // NAT gateways translate addresses. If nodes did, what pods send out of the VPC would leave with the node's security group.
      AWS_VPC_K8S_CNI_EXTERNALSNAT: "true",
    },
    nodeAgent: { enablePolicyEventLogs: "true" },
  },
  "amazon-cloudwatch-observability": {
    agent: { config: { logs: { metrics_collected: { kubernetes: { enhanced_container_insights: true } } } } },
    containerLogs: { enabled: true },
  },
};

interface AddOnOptions {
  readonly cluster: aws.eks.Cluster;
  readonly version: KubernetesVersion;
  /** Version to keep, by add-on. */
  readonly pinned: Partial<Record<AddOn, string>>;
  /** Role of its pods, and their service account. */
  readonly identity?: { readonly role: aws.iam.Role; readonly subject: PodSubject };
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Installs an add-on, in AWS's default version for the cluster's version of Kubernetes unless it is pinned. */
export function createAddOn(owner: Component, addOn: AddOn, options: AddOnOptions): aws.eks.Addon {
  const { cluster, version, pinned, identity, dependsOn } = options;
  const configuration = CONFIGURATION[addOn];
  const addonVersion =
    pinned[addOn] ??
    aws.eks.getAddonVersionOutput(
      { addonName: addOn, kubernetesVersion: version, region: owner.context.region },
      { parent: owner },
    ).version;
  return new aws.eks.Addon(
    owner.childName(`addon-${addOn}`),
    {
      clusterName: cluster.name,
      addonName: addOn,
      addonVersion,
      // What somebody changed by hand does not stay.
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      configurationValues: configuration && JSON.stringify(configuration),
      podIdentityAssociations: identity && [
        { serviceAccount: identity.subject.serviceAccount, roleArn: identity.role.arn },
      ],
    },
    owner.childOptions({ dependsOn: [...dependsOn] }),
  );
}

/** What CloudWatch's agent and Fluent Bit do: metrics travel in log events too. The groups are there before them. */
export function cloudWatchStatements(owner: Component, logGroupPrefix: string): Statement[] {
  return [
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: INSIGHTS_LOGS.map((kind) => owner.arnOf("logs", `log-group:${logGroupPrefix}/${kind}:*`)),
    },
    // Neither supports a narrower resource.
    { Sid: "LogGroups", Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    { Sid: "Machines", Effect: "Allow", Action: ["ec2:DescribeTags", "ec2:DescribeVolumes"], Resource: "*" },
  ];
}
