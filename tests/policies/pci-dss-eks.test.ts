import { pciDss } from "../../policies/pci-dss/rules";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const CLUSTER = "aws:eks/cluster:Cluster";
const ADDON = "aws:eks/addon:Addon";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const cluster = { type: CLUSTER, inputs: { name: "shop" } };
const addOn = (addonName: string, settings?: object) => ({
  type: ADDON,
  inputs: { addonName, clusterName: "shop", ...(settings && { configurationValues: JSON.stringify(settings) }) },
});
const settings = (values: object) => ({ addOn: { configurationValues: JSON.stringify(values) } });
const groups = {
  type: "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy",
  inputs: { metadata: {}, spec: {} },
};
const policy = { type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", inputs: { spec: {} } };
const noAddOns = { addOn: undefined };
const auto = { cluster: { computeConfig: { enabled: true } } };

ruleCases(pciDss, {
  "eks-private-endpoint": {
    secure: {
      cluster: { type: CLUSTER, inputs: { vpcConfig: { endpointPublicAccess: false, endpointPrivateAccess: true } } },
    },
    broken: {
      "an endpoint on the internet": { cluster: { vpcConfig: { endpointPublicAccess: true } } },
      "AWS's default": { cluster: { vpcConfig: { endpointPrivateAccess: true } } },
      "a few addresses of the internet": {
        cluster: { vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] } },
      },
    },
  },
  "eks-supported-version": {
    secure: { cluster: { type: CLUSTER, inputs: { version: "1.35" } } },
    broken: {
      "extended support": { cluster: { version: "1.33" } },
      "a version older than the table": { cluster: { version: "1.9" } },
      "no version at all": { cluster: { version: "latest" } },
      "nodes that stayed behind": { nodes: { type: NODE_GROUP, inputs: { version: "1.33" } } },
    },
    alsoSecure: {
      "AWS's default": { cluster: { version: undefined } },
      "a version newer than the table": { cluster: { version: "1.40" } },
      "nodes of the cluster's version": { nodes: { type: NODE_GROUP, inputs: { clusterName: "shop" } } },
    },
  },
  "eks-encrypted-secrets": {
    secure: {
      key: { type: "aws:kms/key:Key" },
      cluster: {
        type: CLUSTER,
        inputs: { encryptionConfig: { provider: { keyArn: ref("key", "arn") }, resources: ["secrets"] } },
      },
    },
    broken: {
      "AWS's key": { cluster: { encryptionConfig: undefined } },
      "nothing named": { cluster: { encryptionConfig: { provider: { keyArn: ref("key", "arn") }, resources: [] } } },
    },
  },
  "eks-audit-logs": {
    secure: { cluster: { type: CLUSTER, inputs: { enabledClusterLogTypes: ["api", "audit"] } } },
    broken: {
      "no log": { cluster: { enabledClusterLogTypes: undefined } },
      "other logs": { cluster: { enabledClusterLogTypes: ["api", "scheduler"] } },
    },
  },
  "eks-network-policies": {
    secure: { cluster, addOn: addOn("vpc-cni", { enableNetworkPolicy: "true" }) },
    broken: {
      off: settings({ enableNetworkPolicy: "false" }),
      "AWS's default": { addOn: { configurationValues: undefined } },
      "other add-ons": { addOn: { addonName: "coredns" } },
      "policies, and no add-on": { ...noAddOns, policy },
      "groups for pods that nothing gives them": { groups },
      "groups for pods, and policies that do not hold for these": {
        ...settings({ enableNetworkPolicy: "true", env: { ENABLE_POD_ENI: "true" } }),
        ...{ groups, policy },
      },
      "groups for pods, and packets with the node's": {
        ...settings({
          enableNetworkPolicy: "true",
          env: { ENABLE_POD_ENI: "true", POD_SECURITY_GROUP_ENFORCING_MODE: "standard" },
        }),
        groups,
      },
    },
    alsoSecure: {
      "groups for pods": {
        ...settings({
          enableNetworkPolicy: "true",
          env: {
            ENABLE_POD_ENI: "true",
            POD_SECURITY_GROUP_ENFORCING_MODE: "standard",
            AWS_VPC_K8S_CNI_EXTERNALSNAT: "true",
          },
        }),
        ...{ groups, policy },
      },
      "groups for pods, strictly": {
        ...settings({ enableNetworkPolicy: "true", env: { ENABLE_POD_ENI: "true" } }),
        groups,
      },
    },
    notApplicable: { "add-ons of another program": noAddOns, "nodes that EKS runs": auto },
  },
  "eks-container-logs": {
    secure: { cluster, addOn: addOn("amazon-cloudwatch-observability") },
    broken: {
      off: settings({ containerLogs: { enabled: false } }),
      "other add-ons": { addOn: { addonName: "coredns" } },
    },
    alsoSecure: { "in words": settings({ containerLogs: { enabled: true } }) },
    notApplicable: { "add-ons of another program": noAddOns, "nodes that EKS runs": auto },
  },
  "eks-access-entries": {
    secure: {
      cluster: {
        type: CLUSTER,
        inputs: { accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false } },
      },
    },
    broken: {
      "AWS's default": { cluster: { accessConfig: undefined } },
      "a ConfigMap": {
        cluster: {
          accessConfig: { authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: false },
        },
      },
      "whoever creates it": { cluster: { accessConfig: { authenticationMode: "API" } } },
    },
  },
  "eks-node-role": {
    secure: {
      template: {
        type: "aws:ec2/launchTemplate:LaunchTemplate",
        inputs: { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } },
      },
      nodes: { type: NODE_GROUP, inputs: { launchTemplate: { id: ref("template"), version: "1" } } },
    },
    broken: {
      "EKS's own template": { nodes: { launchTemplate: undefined } },
      "one hop further": { template: { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 } } },
      "as many hops as AWS takes": { template: { metadataOptions: { httpTokens: "required" } } },
      "without tokens": { template: { metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 } } },
    },
    notApplicable: {
      "a template of another program": { nodes: { launchTemplate: { id: "lt-0123456789abcdef0", version: "1" } } },
    },
  },
  "eks-node-remote-access": {
    secure: {
      nodes: {
        type: NODE_GROUP,
        inputs: { remoteAccess: { ec2SshKey: "operations", sourceSecurityGroupIds: ["sg-1"] } },
      },
    },
    broken: { everybody: { nodes: { remoteAccess: { ec2SshKey: "operations" } } } },
    alsoSecure: { nobody: { nodes: { remoteAccess: undefined } } },
  },
});
