import { createHash } from "node:crypto";
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ArgumentCheck, Component, type ComponentArgs, type Grantee } from "../core";
import type { Connections } from "../network/connections";
import { logMetric } from "../observability/log-group";
import type { ContainerHealthCheck } from "./container-definitions";
import { FargateService, type FargateServiceArgs } from "./fargate-service";

type ServiceArgs = Omit<
  FargateServiceArgs,
  "port" | "loadBalancer" | "scaling" | "deployment" | "healthCheck" | "healthCheckGraceSeconds" | keyof ComponentArgs
>;

export interface DaemonArgs extends ComponentArgs, ServiceArgs {
  /** View of the database that it asks for work, `<schema>.<view>` or `<view>`. */
  view: string;
  /** Seconds between two questions, 1-3600. */
  pollSeconds: number;
  /** What ECS runs in the container to see that it works; it must fail when polling has stopped. Default interval 10 s, 3 retries. */
  healthCheck: ContainerHealthCheck;
  /** Polls in a row that may be missing before the alarm goes off, 2-100; never less than three minutes. Default 3. */
  missedPolls?: number;
}

const VIEW = /^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/;
/** The least that the alarm waits, in seconds: a replacement takes about one minute. */
const SHORTEST_SILENCE = 180;

/**
 * A daemon that polls a view of a database and works on what it finds: one task on Fargate that nobody can connect to.
 *
 *     const orchestrator = new Daemon("orchestrator", {
 *       cluster, vpc, key, image, cpu: 512, memory: 1024, view: "due_tasks", pollSeconds: 10,
 *       healthCheck: { command: ["CMD", "/app/healthcheck"] },
 *     });
 *     database.connections.allowFrom(orchestrator);
 *     database.grantConnect(orchestrator, "orchestrator");
 *
 * No inbound: it has no port, its security group has no ingress rule, and `connections.allowTo` and a peer's `allowFrom` open outbound ways alone.
 *
 * One active copy. A deployment stops the old task before the new one starts (0 % to 100 %), within the stop timeout (10 s) and a start. AWS does not promise that
 * there is never a second one: a task in a zone that is cut off may run on while ECS starts another. So the application holds
 * `pg_try_advisory_lock(DAEMON_LOCK_KEY)` on the session by which it polls: it works only while it has the lock, and ends when that session does. PostgreSQL gives
 * the lock to one session at a time, and takes it from one that is gone (`tcp_keepalives_*`, `idle_session_timeout`).
 *
 * What the application gets: `DAEMON_VIEW`, `DAEMON_POLL_SECONDS`, `DAEMON_LOCK_KEY` (a bigint, the same in every task of this daemon). What it owes: with
 * each poll, whether it found anything or not, one line `{"event":"poll"}` as JSON on standard output; from these lines comes the heartbeat.
 *
 * Alarms: polling has stopped (critical; silence counts as stopped), beside those of its service. Cost: one task, 0.30 USD a month for the metric. Data loss: none.
 */
export class Daemon extends Component implements Grantee {
  readonly grantName: string;
  readonly role: aws.iam.Role;
  /** The way out; nothing leads in. */
  readonly connections: Connections;
  /** Key of the advisory lock, a 64-bit integer as PostgreSQL takes it. */
  readonly lockKey: string;
  readonly logGroupName: string;
  readonly nodes: { readonly service: FargateService };
  private readonly args: DaemonArgs;

  constructor(name: string, args: DaemonArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:compute:Daemon", name, args, opts);
    this.args = args;
    this.validate();
    this.lockKey = lockKeyOf(`${pulumi.getStack()}/${this.identity}`);

    const service = this.createService();
    this.grantName = this.identity;
    this.role = service.role;
    this.connections = service.connections;
    this.logGroupName = service.logGroupName;
    this.createHeartbeat(service);

    this.nodes = { service };
    this.registerOutputs({
      serviceName: service.serviceName,
      taskRoleArn: this.role.arn,
      securityGroupId: this.connections.securityGroupId,
      lockKey: this.lockKey,
    });
  }

  private validate(): void {
    const { args } = this;
    const check: ArgumentCheck = this.check;
    check.matches("view", args.view, VIEW, "Give a view in lower case, e.g. due_tasks or work.due_tasks.");
    check.integer("pollSeconds", args.pollSeconds, 1, 3600, "of seconds");
    check.integer("missedPolls", args.missedPolls ?? 3, 2, 100, "of polls");
    const taken = Object.keys(args.variables ?? {}).find((variable) => variable.startsWith("DAEMON_"));
    check.that(taken === undefined, "variables", taken, "The component sets the variables that begin with DAEMON_.");
  }

  private createService(): FargateService {
    const { view, pollSeconds, healthCheck, variables, stopTimeoutSeconds, ...rest } = this.args;
    return new FargateService(
      this.childName("service"),
      {
        ...rest,
        deployment: "replace",
        scaling: { min: 1, max: 1 },
        stopTimeoutSeconds: stopTimeoutSeconds ?? 10,
        healthCheck: { interval: 10, startPeriod: 30, ...healthCheck },
        variables: {
          ...variables,
          DAEMON_VIEW: view,
          DAEMON_POLL_SECONDS: String(pollSeconds),
          DAEMON_LOCK_KEY: this.lockKey,
        },
      },
      { parent: this },
    );
  }

  private createHeartbeat(service: FargateService): void {
    const { pollSeconds, missedPolls = 3 } = this.args;
    const metric = logMetric(this, "polls", service.nodes.logGroup, { pattern: '{ $.event = "poll" }' });
    const silence = Math.max(SHORTEST_SILENCE, pollSeconds * missedPolls);
    this.alarm("polling-stopped", {
      severity: "critical",
      description: `${this.name} has not asked ${this.args.view} for work for ${silence} s: nothing is scheduled. Look at its log, its service's events and the database.`,
      metric,
      comparison: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: Math.ceil(silence / 60),
      treatMissingData: "breaching",
    });
  }
}

/** The first eight bytes of a SHA-256 as a signed integer. */
function lockKeyOf(name: string): string {
  return createHash("sha256").update(name).digest().readBigInt64BE(0).toString();
}
