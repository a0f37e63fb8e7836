import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as core from "@pulumi/kubernetes/core/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Transform } from "../core";
import type { SecurityGroupRule } from "../network/connections";
import type { Secret } from "../security/secret";
import { type SecretFiles, SECRETS_FOLDER } from "./mounted-secrets";
import type { PodConnections } from "./pod-connections";
import { Workload, type WorkloadArgs, type WorkloadNodes, type WorkloadSize } from "./workload";

export interface ReplicaArgs {
  /** Pods at least, 1 or more. Three spread over three zones. */
  readonly min: number;
  /** Pods at most. */
  readonly max: number;
  /** Use of `cpuMillis` that pods are added above and taken away below, 10-95. Default 60. */
  readonly cpuPercent?: number;
}

export interface MicroserviceArgs extends WorkloadArgs, WorkloadSize {
  /** Port on which it listens with TLS, 1024-65535. */
  port: number;
  /**
   * Certificate, for the name in `internalUrl`, and key that it shows whoever calls: a secret with the fields `certificate` and `privateKey`, in PEM. Environment
   * variables name the files: TLS_CERTIFICATE_FILE, TLS_PRIVATE_KEY_FILE.
   */
  tls: Secret;
  /** Path, over HTTPS, that answers 200-399 while it works. It must ask nobody else: Kubernetes ends pods whose path fails. Default `/health`. */
  healthPath?: string;
  /** Path that answers 200-399 while it can take requests. Default: `healthPath`. */
  readyPath?: string;
  replicas: ReplicaArgs;
  /** Port, 30000-32767, of every node that leads to it, for a load balancer with the nodes as targets. Default: reached from inside of the cluster only. */
  nodePort?: number;
  /** Seconds that a new pod may take until it answers, 10-600. Default 120. */
  startSeconds?: number;
  transform?: {
    deployment?: Transform<apps.DeploymentArgs>;
    service?: Transform<core.ServiceArgs>;
  };
}

/** Seconds that a pod goes on answering after Kubernetes has begun to take it out of its service: that every node knows takes a moment. */
const DRAIN_SECONDS = 10;
const PROBE_SECONDS = 5;
const CERTIFICATE = "tls.crt";
const PRIVATE_KEY = "tls.key";

/**
 * A service of pods that listens with TLS, spread over zones and nodes, with a role, a security group and network policies of its own.
 *
 *     const users = new Microservice("users", {
 *       cluster, vpc, namespace, image, port: 8443, tls, cpuMillis: 500, memoryMiB: 512, replicas: { min: 3, max: 12 },
 *     });
 *     users.allowFrom(onboarding);
 *     database.connections.allowFrom(users);
 *     table.grantReadWrite(users);
 *
 * **Network.** Nothing reaches it and it reaches nothing but the cluster's DNS, its role's credentials and the VPC's interface endpoints until `connections` or
 * `allowFrom` says so; each rule is a pair of security group rules and network policies. Its role is by EKS Pod Identity, its security group by
 * `SecurityGroupPolicy`: the cluster's network plugin must have both on, as `KubernetesCluster` has. TLS begins and ends in the pods: a load balancer and other
 * services call it by HTTPS, so do the kubelet's probes.
 *
 * **Updates** start a new pod before an old one goes, and stop where the new ones do not become ready. A pod that goes is out of the service for ten seconds
 * before it is told to stop. Node updates take one pod at a time (disruption budget). With one pod (`min: 1`) there are moments without any.
 *
 * Alarms: fewer pods than the least (critical), pods that fail again and again, memory; by Container Insights with enhanced observability. Cost: its share of the nodes. Data loss: none, pods hold no data.
 */
export class Microservice extends Workload<MicroserviceArgs> {
  readonly port: number;
  readonly nodePort: number | undefined;
  /** For callers within the cluster, `https://<service>.<namespace>.svc.cluster.local:<port>`. */
  readonly internalUrl: string;
  readonly nodes: WorkloadNodes & {
    readonly deployment: apps.Deployment;
    readonly service: core.Service;
    readonly disruptionBudget: policy.PodDisruptionBudget;
    readonly autoscaler?: autoscaling.HorizontalPodAutoscaler;
  };

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { port, nodePort } = args;
    const files: SecretFiles = {
      [CERTIFICATE]: { secret: args.tls, field: "certificate" },
      [PRIVATE_KEY]: { secret: args.tls, field: "privateKey" },
    };
    super("palisade:kubernetes:Microservice", name, args, { port, nodePort, longestName: 63, files }, opts);
    this.port = port;
    this.nodePort = nodePort;
    this.internalUrl = `https://${this.app}.${args.namespace.namespaceName}.svc.cluster.local:${port}`;

    const service = this.createService();
    const disruptionBudget = this.createDisruptionBudget();
    const deployment = this.createDeployment();
    const autoscaler = this.scales ? this.createAutoscaler(deployment) : undefined;
    this.createAlarms();

    this.nodes = { ...this.workloadNodes, deployment, service, disruptionBudget, autoscaler };
    this.registerOutputs({ internalUrl: this.internalUrl, roleArn: this.role.arn });
  }

  /** Lets another workload of the cluster call it: network policies and security groups, both sides. */
  allowFrom(client: { readonly connections: PodConnections }): SecurityGroupRule[] {
    return this.connections.allowFrom(client);
  }

  private get scales(): boolean {
    return this.args.replicas.max > this.args.replicas.min;
  }

  protected validate(): void {
    const { port, nodePort, healthPath, readyPath, replicas, startSeconds = 120 } = this.args;
    const check: ArgumentCheck = this.check;
    this.checkSize(this.args);
    // A user other than root may not bind a lower port.
    check.integer("port", port, 1024, 65_535);
    if (nodePort !== undefined) check.integer("nodePort", nodePort, 30_000, 32_767);
    for (const [argument, path] of Object.entries({ healthPath, readyPath })) {
      if (path !== undefined) check.matches(argument, path, /^\/\S*$/, "Give an absolute path, e.g. /health.");
    }
    check.integer("replicas.min", replicas.min, 1, 5000, "of pods");
    check.integer("replicas.max", replicas.max, replicas.min, 5000, "of pods");
    check.integer("replicas.cpuPercent", replicas.cpuPercent ?? 60, 10, 95, "of percent");
    check.integer("startSeconds", startSeconds, 10, 600, "of seconds");
  }

  private createService(): core.Service {
    const { port, nodePort } = this.args;
    return new core.Service(
      this.childName("service"),
      {
        metadata: this.objectMeta(),
        spec: {
          type: nodePort === undefined ? "ClusterIP" : "NodePort",
          selector: this.labels,
          ports: [
            {
              name: "https",
              appProtocol: "https",
              protocol: "TCP",
              port,
              targetPort: "https",
              ...(nodePort === undefined ? {} : { nodePort }),
            },
          ],
        },
      },
      this.objectOptions({}, this.args.transform?.service),
    );
  }

  private createDisruptionBudget(): policy.PodDisruptionBudget {
    return new policy.PodDisruptionBudget(
      this.childName("disruption-budget"),
      {
        metadata: this.objectMeta(),
        spec: {
          maxUnavailable: 1,
          selector: { matchLabels: this.labels },
          // A pod that does not work must not keep a node from being replaced.
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      this.objectOptions(),
    );
  }

  private createDeployment(): apps.Deployment {
    const { replicas, port } = this.args;
    return new apps.Deployment(
      this.childName("deployment"),
      {
        metadata: this.objectMeta(),
        spec: {
          // With an autoscaler the number is the autoscaler's.
          ...(this.scales ? {} : { replicas: replicas.min }),
          selector: { matchLabels: this.labels },
          revisionHistoryLimit: 5,
          minReadySeconds: 10,
          progressDeadlineSeconds: 600,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
          template: this.podTemplate({
            size: this.args,
            drainSeconds: DRAIN_SECONDS,
            variables: {
              TLS_CERTIFICATE_FILE: `${SECRETS_FOLDER}/${CERTIFICATE}`,
              TLS_PRIVATE_KEY_FILE: `${SECRETS_FOLDER}/${PRIVATE_KEY}`,
            },
            container: {
              ports: [{ name: "https", containerPort: port, protocol: "TCP" }],
              ...this.probes(),
              lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
            },
            pod: { topologySpreadConstraints: this.spread() },
          }),
        },
      },
      this.objectOptions({ dependsOn: [...this.before] }, this.args.transform?.deployment),
    );
  }

  /** By HTTPS, whose certificate the kubelet does not check. */
  private probes(): Partial<input.core.v1.Container> {
    const { healthPath = "/health", readyPath = healthPath, startSeconds = 120 } = this.args;
    const probe = (path: string, failureThreshold: number): input.core.v1.Probe => ({
      httpGet: { path, port: "https", scheme: "HTTPS" },
      periodSeconds: PROBE_SECONDS,
      timeoutSeconds: 3,
      failureThreshold,
    });
    return {
      startupProbe: probe(healthPath, Math.ceil(startSeconds / PROBE_SECONDS)),
      readinessProbe: probe(readyPath, 2),
      livenessProbe: probe(healthPath, 6),
    };
  }

  /** Over zones in any case, so that a zone that fails takes its share only; over nodes where there are enough. */
  private spread(): input.core.v1.TopologySpreadConstraint[] {
    const over = (topologyKey: string, whenUnsatisfiable: string): input.core.v1.TopologySpreadConstraint => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable,
      // A zone whose nodes are ill counts for nothing: its pods may go to the others.
      nodeTaintsPolicy: "Honor",
      labelSelector: { matchLabels: this.labels },
      // Each revision by itself, so that an update leaves none in one place.
      matchLabelKeys: ["pod-template-hash"],
    });
    return [
      over("topology.kubernetes.io/zone", this.production ? "DoNotSchedule" : "ScheduleAnyway"),
      over("kubernetes.io/hostname", "ScheduleAnyway"),
    ];
  }

  private createAutoscaler(deployment: apps.Deployment): autoscaling.HorizontalPodAutoscaler {
    const { min, max, cpuPercent = 60 } = this.args.replicas;
    return new autoscaling.HorizontalPodAutoscaler(
      this.childName("autoscaler"),
      {
        metadata: this.objectMeta(),
        spec: {
          // By name, not by output: policies know it before the cluster stands.
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: this.app },
          minReplicas: min,
          maxReplicas: max,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } },
            },
          ],
          // Up at once, down slowly: a wave has troughs.
          behavior: {
            scaleUp: { stabilizationWindowSeconds: 0 },
            scaleDown: {
              stabilizationWindowSeconds: 300,
              policies: [{ type: "Percent", value: 25, periodSeconds: 60 }],
            },
          },
        },
      },
      this.objectOptions({ dependsOn: [deployment] }),
    );
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html */
  private createAlarms(): void {
    const { min } = this.args.replicas;
    const place = { ClusterName: this.cluster.clusterName, Namespace: this.namespace.namespaceName };
    const pods = { ...place, PodName: this.app };
    this.alarm("pods-missing", {
      severity: "critical",
      description: `${this.name} runs fewer than its ${min} pods. Look at the events of its deployment and pods for the reason.`,
      metric: {
        namespace: "ContainerInsights",
        name: "service_number_of_running_pods",
        dimensions: { ...place, Service: this.app },
        statistic: "Average",
      },
      comparison: "LessThanThreshold",
      threshold: min,
      treatMissingData: "breaching",
    });
    this.alarm("crash-loop", {
      severity: "warning",
      description: `Pods of ${this.name} end again and again. Look at the log of the last one that ended.`,
      metric: {
        namespace: "ContainerInsights",
        name: "pod_container_status_waiting_reason_crash_loop_back_off",
        dimensions: pods,
        statistic: "Maximum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
    });
    this.alarm("memory-high", {
      severity: "warning",
      description: `${this.name} uses over 90 % of its memory, and is ended above 100 %. Give each pod more, or raise replicas.max.`,
      metric: {
        namespace: "ContainerInsights",
        name: "pod_memory_utilization_over_pod_limit",
        dimensions: pods,
        statistic: "Average",
      },
      comparison: "GreaterThanThreshold",
      threshold: 90,
      evaluationPeriods: 10,
    });
  }
}
