import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Component, Metric } from "../core";

export interface ScalingArgs {
  /** Fewest tasks. */
  min: number;
  /** Most tasks. Equal to `min`: no scaling, and the count is the program's alone. */
  max: number;
  /** Average CPU over all tasks to aim at, in percent, 10-90. Default 60. */
  cpuPercent?: number;
  /** Average memory to aim at, in percent, 10-90. Default: not scaled on; most runtimes never give memory back. */
  memoryPercent?: number;
  /**
   * Requests a minute that one task can take, and the metric that counts them, summed: an API's `Count`, for example. (A network load
   * balancer knows connections, of which a VPC link makes few, and none per target group.) Needs Container Insights.
   */
  requestsPerTask?: { requests: Metric; target: number };
  /**
   * Messages waiting per task that still meet the latency wanted: acceptable latency / time per message
   * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html). Needs Container Insights.
   */
  backlogPerTask?: { queue: { readonly backlog: Metric }; acceptablePerTask: number };
  /** Seconds after scaling in before scaling in again. Default 300. */
  scaleInCooldownSeconds?: number;
  /** Seconds after scaling out before scaling out again. Default 60. */
  scaleOutCooldownSeconds?: number;
}

/** The service that scales, as Application Auto Scaling and CloudWatch name it. */
export interface ScaledService {
  readonly clusterName: string;
  readonly serviceName: pulumi.Input<string>;
  readonly resourceId: pulumi.Input<string>;
}

export interface ServiceScaling {
  readonly target: aws.appautoscaling.Target;
  readonly policies: readonly aws.appautoscaling.Policy[];
}

export function checkScaling(check: ArgumentCheck, scaling: ScalingArgs, containerInsights: boolean): void {
  check.integer("scaling.min", scaling.min, 1, 5000, "of tasks");
  check.integer("scaling.max", scaling.max, scaling.min, 5000, "of tasks");
  check.integer("scaling.cpuPercent", scaling.cpuPercent ?? 60, 10, 90, "of percent");
  check.integer("scaling.memoryPercent", scaling.memoryPercent ?? 60, 10, 90, "of percent");
  check.integer("scaling.scaleInCooldownSeconds", scaling.scaleInCooldownSeconds ?? 300, 0, 3600, "of seconds");
  check.integer("scaling.scaleOutCooldownSeconds", scaling.scaleOutCooldownSeconds ?? 60, 0, 3600, "of seconds");
  const perTask = {
    requestsPerTask: scaling.requestsPerTask?.target,
    backlogPerTask: scaling.backlogPerTask?.acceptablePerTask,
  };
  for (const [argument, target] of Object.entries(perTask)) {
    if (target === undefined) continue;
    check.that(target > 0, `scaling.${argument}`, target, "Give a number above 0.");
    check.that(
      containerInsights,
      `scaling.${argument}`,
      target,
      "The number of running tasks is a metric of Container Insights, which the cluster has disabled. Turn it on there.",
    );
  }
}

/** Application Auto Scaling for one service: one target tracking policy for each measure in `scaling`; the one that asks for most tasks wins. */
export function scaleService(owner: Component, service: ScaledService, scaling: ScalingArgs): ServiceScaling {
  const target = new aws.appautoscaling.Target(
    owner.childName("scaling"),
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: service.resourceId,
      minCapacity: scaling.min,
      maxCapacity: scaling.max,
    },
    owner.childOptions(),
  );
  const track = (suffix: string, targetValue: number, measure: Measure) =>
    new aws.appautoscaling.Policy(
      owner.childName(`scale-${suffix}`),
      {
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          targetValue,
          scaleInCooldown: scaling.scaleInCooldownSeconds ?? 300,
          scaleOutCooldown: scaling.scaleOutCooldownSeconds ?? 60,
          ...measure,
        },
      },
      owner.childOptions(),
    );

  const { memoryPercent, requestsPerTask, backlogPerTask } = scaling;
  const policies = [track("cpu", scaling.cpuPercent ?? 60, average("ECSServiceAverageCPUUtilization"))];
  if (memoryPercent !== undefined) {
    policies.push(track("memory", memoryPercent, average("ECSServiceAverageMemoryUtilization")));
  }
  if (requestsPerTask !== undefined) {
    policies.push(track("requests", requestsPerTask.target, perTask(requestsPerTask.requests, service)));
  }
  if (backlogPerTask !== undefined) {
    policies.push(track("backlog", backlogPerTask.acceptablePerTask, perTask(backlogPerTask.queue.backlog, service)));
  }
  return { target, policies };
}

type Measure = Pick<
  aws.types.input.appautoscaling.PolicyTargetTrackingScalingPolicyConfiguration,
  "predefinedMetricSpecification" | "customizedMetricSpecification"
>;

const average = (predefinedMetricType: string): Measure => ({
  predefinedMetricSpecification: { predefinedMetricType },
});

/** A metric divided by the running tasks, by metric math: no function that publishes a metric of its own is needed. */
function perTask(load: Metric, service: ScaledService): Measure {
  const tasks: Metric = {
    namespace: "ECS/ContainerInsights",
    name: "RunningTaskCount",
    dimensions: { ClusterName: service.clusterName, ServiceName: service.serviceName },
    statistic: "Average",
  };
  return {
    customizedMetricSpecification: {
      metrics: [
        { id: "load", metricStat: metricStat(load), returnData: false },
        { id: "tasks", metricStat: metricStat(tasks), returnData: false },
        { id: "per_task", expression: "load / tasks", label: `${load.name} per task`, returnData: true },
      ],
    },
  };
}

const metricStat = (metric: Metric) => ({
  metric: {
    namespace: metric.namespace,
    metricName: metric.name,
    dimensions: Object.entries(metric.dimensions).map(([name, value]) => ({ name, value })),
  },
  stat: metric.statistic,
});
