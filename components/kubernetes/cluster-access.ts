import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Component } from "../core";
import { DEPLOYERS } from "./deployer-role";

/**
 * Lets roles of IAM into the cluster's API (https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html): there is no config map that could lock
 * everyone out, and nobody is an administrator for having made the cluster.
 */
export class ClusterAccess {
  readonly resources: pulumi.Resource[] = [];

  constructor(
    private readonly owner: Component,
    private readonly cluster: aws.eks.Cluster,
  ) {}

  /** May do everything, in every namespace. */
  admin(key: string, roleArn: pulumi.Input<string>): void {
    const { owner, cluster } = this;
    const entry = this.entry(`admin-${key}`, roleArn);
    const association = new aws.eks.AccessPolicyAssociation(
      owner.childName(`admin-${key}-policy`),
      {
        clusterName: cluster.name,
        principalArn: entry.principalArn,
        policyArn: `arn:${owner.context.partition.id}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: "cluster" },
      },
      owner.childOptions({ dependsOn: [entry] }),
    );
    this.resources.push(association);
  }

  /** May do what the group {@link DEPLOYERS} may. */
  deployer(key: string, roleArn: pulumi.Input<string>): void {
    this.entry(`deployer-${key}`, roleArn, [DEPLOYERS]);
  }

  private entry(suffix: string, principalArn: pulumi.Input<string>, groups?: string[]): aws.eks.AccessEntry {
    const entry = new aws.eks.AccessEntry(
      this.owner.childName(suffix),
      { clusterName: this.cluster.name, principalArn, type: "STANDARD", kubernetesGroups: groups },
      this.owner.childOptions(),
    );
    this.resources.push(entry);
    return entry;
  }
}
