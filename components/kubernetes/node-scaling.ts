import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Component } from "../core";

/** Percent of the nodes that pods may reserve before there are more nodes: a zone of three can fail and most pods find a place in the others. */
const RESERVED_PERCENT = 70;

const METRICS = { cpu: "node_cpu_reserved_capacity", memory: "node_memory_reserved_capacity" } as const;

/** Name of a managed node group's Auto Scaling group. */
export function autoScalingGroupOf(nodeGroup: aws.eks.NodeGroup): pulumi.Output<string> {
  return nodeGroup.resources.apply((resources) => resources[0]?.autoscalingGroups?.[0]?.name ?? "");
}

/**
 * More nodes while pods reserve more than 70 % of their processors or memory, fewer while they reserve clearly less of both: what Kubernetes' scheduler looks
 * at, as Container Insights measures it over the cluster. EKS drains a node that goes, within what disruption budgets allow
 * (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html). So no controller in the cluster needs the permission to end machines.
 */
export function scaleNodes(
  owner: Component,
  key: string,
  clusterName: string,
  nodeGroup: aws.eks.NodeGroup,
): aws.autoscaling.Policy[] {
  return Object.entries(METRICS).map(
    ([what, metricName]) =>
      new aws.autoscaling.Policy(
        owner.childName(`${key}-${what}`),
        {
          name: owner.childName(`${key}-${what}`),
          autoscalingGroupName: autoScalingGroupOf(nodeGroup),
          policyType: "TargetTrackingScaling",
          // A node takes two minutes to be ready, and Container Insights one to tell.
          estimatedInstanceWarmup: 300,
          targetTrackingConfiguration: {
            customizedMetricSpecification: {
              namespace: "ContainerInsights",
              metricName,
              statistic: "Average",
              metricDimensions: [{ name: "ClusterName", value: clusterName }],
            },
            targetValue: RESERVED_PERCENT,
          },
        },
        owner.childOptions(),
      ),
  );
}
