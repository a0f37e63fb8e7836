import { pciDss } from "../../policies/pci-dss/rules";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const CLUSTER = "aws:eks/cluster:Cluster";

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
    },
    alsoSecure: {
      "AWS's default": { cluster: { version: undefined } },
      "a version newer than the table": { cluster: { version: "1.40" } },
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
});
