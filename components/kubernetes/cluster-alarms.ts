import type { AlarmRule } from "../core";

/**
 * Alarms of a cluster, by suffix: of the control plane's own metrics, which EKS gives for nothing
 * (https://docs.aws.amazon.com/eks/latest/userguide/cloudwatch.html), and of Container Insights.
 */
export function clusterAlarms(clusterName: string): Readonly<Record<string, AlarmRule>> {
  const dimensions = { ClusterName: clusterName };
  return {
    "api-errors": {
      severity: "warning",
      description:
        "The Kubernetes API answers with server errors. Look at the control plane's logs for a webhook that does not answer, and at AWS's health dashboard.",
      metric: { namespace: "AWS/EKS", name: "apiserver_request_total_5XX", dimensions, statistic: "Sum" },
      comparison: "GreaterThanThreshold",
      threshold: 10,
    },
    "pending-pods": {
      severity: "critical",
      description:
        "Pods find no node for 15 minutes. The node groups are at their maximum, or what the pods ask for fits no node: raise `max`, or look at the pods' events.",
      metric: {
        namespace: "AWS/EKS",
        name: "scheduler_pending_pods_UNSCHEDULABLE",
        dimensions,
        statistic: "Maximum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 15,
    },
    "failed-nodes": {
      severity: "warning",
      description:
        "A node is not ready and has not been replaced by itself. Look at the node's conditions and at the node group's health issues.",
      metric: { namespace: "ContainerInsights", name: "cluster_failed_node_count", dimensions, statistic: "Maximum" },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      // Node repair waits for half an hour before it replaces a node.
      evaluationPeriods: 40,
    },
  };
}
