import type { Facts, Models } from "../model";

/** Name of the cluster that a service's `cluster` (name or ARN) means; ECS's own is called default. */
const clusterOf = (f: Facts): string => f.text("cluster").split("/").pop() || "default";

export const ecs: Models = {
  "aws:ecs/cluster:Cluster": {
    nameProperty: "name",
    id: (f) => f.arn("ecs", `cluster/${f.name}`),
    outputs: (f) => ({ arn: f.arn("ecs", `cluster/${f.name}`) }),
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": { id: (f) => f.text("clusterName") },
  "aws:ecs/taskDefinition:TaskDefinition": {
    id: (f) => f.text("family"),
    outputs: (f) => ({
      arn: f.arn("ecs", `task-definition/${f.text("family")}:${f.generation + 1}`),
      arnWithoutRevision: f.arn("ecs", `task-definition/${f.text("family")}`),
      revision: f.generation + 1,
      networkMode: f.text("networkMode") || "bridge",
      enableFaultInjection: f.inputs.enableFaultInjection === true,
    }),
  },
  "aws:ecs/service:Service": {
    nameProperty: "name",
    id: (f) => f.arn("ecs", `service/${clusterOf(f)}/${f.name}`),
    outputs: (f) => ({
      arn: f.arn("ecs", `service/${clusterOf(f)}/${f.name}`),
      cluster: f.text("cluster") || f.arn("ecs", "cluster/default"),
      iamRole: "/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
      platformVersion: f.text("platformVersion") || "LATEST",
      availabilityZoneRebalancing: f.text("availabilityZoneRebalancing") || "ENABLED",
      // Without a capacity provider strategy the API's own default is EC2.
      launchType: f.text("launchType") || (f.list("capacityProviderStrategies").length > 0 ? "" : "EC2"),
    }),
  },
  "aws:appautoscaling/target:Target": {
    id: (f) => f.text("resourceId"),
    outputs: (f) => ({
      arn: f.arn("application-autoscaling", `scalable-target/0ec5${f.hex(26)}`),
      roleArn:
        f.text("roleArn") ||
        f.globalArn(
          "iam",
          "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
        ),
    }),
  },
  "aws:appautoscaling/policy:Policy": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => {
      const alarm = (kind: string) =>
        f.arn("cloudwatch", `alarm:TargetTracking-${f.text("resourceId")}-${kind}-${f.uuid()}`);
      return {
        arn: f.arn(
          "autoscaling",
          `scalingPolicy:${f.uuid()}:resource/${f.text("serviceNamespace")}/${f.text("resourceId")}:policyName/${f.name}`,
        ),
        alarmArns: [alarm("AlarmHigh"), alarm("AlarmLow")],
      };
    },
  },
};
