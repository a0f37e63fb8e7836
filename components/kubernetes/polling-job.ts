import * as aws from "@pulumi/aws";
import * as batch from "@pulumi/kubernetes/batch/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Transform } from "../core";
import { Workload, type WorkloadArgs, type WorkloadNodes, type WorkloadSize } from "./workload";

/** How one knows that a run has done its work. */
export interface Heartbeat {
  /** Part of a line that it logs at the end of a run that succeeded, e.g. `catalogs polled`: letters, digits, spaces and `._:-`. */
  readonly logLine: string;
  /** Minutes without one after which there is an alarm, 10-1440, whole fives: longer than the schedule's pause and a run together. */
  readonly withinMinutes: number;
}

export interface PollingJobArgs extends WorkloadArgs, Partial<WorkloadSize> {
  /** When it runs, as cron has it: minute, hour, day of the month, month, day of the week, e.g. `0/15 * * * *`. */
  schedule: string;
  /** Time zone of the schedule, e.g. `Europe/Berlin`. Default `Etc/UTC`. */
  timeZone?: string;
  /** Thousandths of a vCPU. Default 250. */
  cpuMillis?: number;
  /** Default 256. */
  memoryMiB?: number;
  /** Seconds after which a run is ended, its tries together, 10-86,400. Default 600. */
  deadlineSeconds?: number;
  /** Times that a run which failed is tried again, 0-10. Default 2. */
  retries?: number;
  /**
   * Raises an alarm when no run succeeds. Container Insights counts no jobs, so success is read from the log group that it keeps the cluster's containers' lines in. Default: no alarm;
   * a run that fails shows in the cluster only.
   */
  heartbeat?: Heartbeat;
  transform?: { cronJob?: Transform<batch.CronJobArgs> };
}

/** A CronJob's name is shorter than others: Kubernetes appends the time to it. */
const LONGEST_NAME = 52;
const CRON = /^(\S+\s+){4}\S+$/;
const FIVE_MINUTES = 300;

/**
 * A container that runs on a schedule, never twice at a time, with a role, a security group and network policies of its own.
 *
 *     const poll = new PollingJob("catalog-polling", {
 *       cluster, vpc, namespace, image, schedule: "0/15 * * * *", command: ["python", "-m", "catalogs.poll"],
 *       heartbeat: { logLine: "catalogs polled", withinMinutes: 45 },
 *     });
 *     table.grantReadWrite(poll);
 *     poll.connections.allowToCidr("provider", "203.0.113.0/24", tcp(443));
 *
 * A run that is still going when the next one is due has it wait for the time after. One that could not begin within two minutes of its time is left out. It must be able to run twice over the same work:
 * Kubernetes may start it again when a node goes.
 *
 * Alarms: no success, with `heartbeat` (critical). Cost: its share of the nodes while it runs, and 0.30 USD a month for the heartbeat's metric. Data loss: none.
 */
export class PollingJob extends Workload<PollingJobArgs> {
  readonly nodes: WorkloadNodes & {
    readonly cronJob: batch.CronJob;
    readonly heartbeat?: aws.cloudwatch.LogMetricFilter;
  };

  constructor(name: string, args: PollingJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:kubernetes:PollingJob", name, args, { longestName: LONGEST_NAME }, opts);
    const cronJob = this.createCronJob();
    const heartbeat = args.heartbeat ? this.createHeartbeat(args.heartbeat, cronJob) : undefined;
    this.nodes = { ...this.workloadNodes, cronJob, heartbeat };
    this.registerOutputs({ roleArn: this.role.arn });
  }

  private get size(): WorkloadSize {
    return { cpuMillis: this.args.cpuMillis ?? 250, memoryMiB: this.args.memoryMiB ?? 256 };
  }

  protected validate(): void {
    const { schedule, timeZone, deadlineSeconds = 600, retries = 2, heartbeat } = this.args;
    const check: ArgumentCheck = this.check;
    this.checkSize(this.size);
    check.matches("schedule", schedule, CRON, "Give five fields as cron has them, e.g. 0/15 * * * *.");
    if (timeZone !== undefined) {
      check.matches("timeZone", timeZone, /^[A-Za-z_]+(\/[A-Za-z_+-]+\d*)+$/, "Give an IANA name, e.g. Europe/Berlin.");
    }
    check.integer("deadlineSeconds", deadlineSeconds, 10, 86_400, "of seconds");
    check.integer("retries", retries, 0, 10, "of times");
    if (heartbeat === undefined) return;
    check.matches(
      "heartbeat.logLine",
      heartbeat.logLine,
      /^[\w .:-]{3,100}$/,
      "Use 3 to 100 letters, digits, spaces and ._:-",
    );
    check.integer("heartbeat.withinMinutes", heartbeat.withinMinutes, 10, 1440, "of minutes");
    check.that(
      heartbeat.withinMinutes % 5 === 0,
      "heartbeat.withinMinutes",
      heartbeat.withinMinutes,
      "It is counted in steps of five minutes; give a multiple of 5.",
    );
  }

  private createCronJob(): batch.CronJob {
    const { schedule, timeZone = "Etc/UTC", deadlineSeconds = 600, retries = 2 } = this.args;
    return new batch.CronJob(
      this.childName("cron-job"),
      {
        metadata: this.objectMeta(),
        spec: {
          schedule,
          timeZone,
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 120,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 5,
          jobTemplate: {
            metadata: { labels: this.labels },
            spec: {
              activeDeadlineSeconds: deadlineSeconds,
              backoffLimit: retries,
              // The next try after the last one's pod is gone, not while it ends.
              podReplacementPolicy: "Failed",
              template: this.podTemplate({ size: this.size, pod: { restartPolicy: "Never" } }),
            },
          },
        },
      },
      this.objectOptions({ dependsOn: [...this.before] }, this.args.transform?.cronJob),
    );
  }

  private createHeartbeat(heartbeat: Heartbeat, cronJob: batch.CronJob): aws.cloudwatch.LogMetricFilter {
    const metric = { namespace: "Palisade/Kubernetes", name: `${this.physicalName("alarm", "heartbeat")}` };
    const filter = new aws.cloudwatch.LogMetricFilter(
      this.childName("heartbeat"),
      {
        logGroupName: `/aws/containerinsights/${this.cluster.clusterName}/application`,
        pattern: `{ ($.kubernetes.namespace_name = "${this.namespace.namespaceName}") && ($.kubernetes.container_name = "${this.app}") && ($.log = "*${heartbeat.logLine}*") }`,
        metricTransformation: { ...metric, value: "1" },
      },
      // What the cluster logs stands when an object can be made in it.
      this.childOptions({ dependsOn: [cronJob] }),
    );
    this.alarm("no-success", {
      severity: "critical",
      description: `No run of ${this.name} has succeeded for ${heartbeat.withinMinutes} minutes. Look at its jobs in ${this.namespace.namespaceName}, and at the log of the last one.`,
      metric: { ...metric, dimensions: {}, statistic: "Sum", period: FIVE_MINUTES },
      comparison: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: heartbeat.withinMinutes / 5,
      treatMissingData: "breaching",
    });
    return filter;
  }
}
