import type * as pulumi from "@pulumi/pulumi";
import { KubernetesCluster, type KubernetesClusterArgs } from "../../components/kubernetes/kubernetes-cluster";
import { Key } from "../../components/security/key";
import { TestNetwork } from "./fixtures";

export const ADMIN = "arn:aws:iam::123456789012:role/platform-admin";
export const DEPLOYER = "arn:aws:iam::123456789012:role/prod-deploy";

/** A cluster with one group of three nodes, and a network and a key of its own where none is given. */
export function testKubernetesCluster(
  name: string,
  args: Partial<KubernetesClusterArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): KubernetesCluster {
  const key = args.key ?? new Key(`${name}-key`, { description: "Test", services: ["autoscaling", "logs"] }, opts);
  const vpc = args.vpc ?? new TestNetwork(`${name}-vpc`, opts);
  const nodes = args.nodes ?? { general: { instanceTypes: ["m7g.large"], min: 3, max: 9 } };
  return new KubernetesCluster(name, { ...args, key, vpc, nodes }, opts);
}
