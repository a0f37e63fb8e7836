import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type Metric, type Transform } from "../core";
import type { Connections } from "../network/connections";
import type { NetworkLike } from "../network/network-like";

/**
 * Security policies with TLS 1.2 and 1.3 or 1.3 alone, forward secrecy and authenticated ciphers only, the same for network and application load
 * balancers (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html,
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html). PQ adds hybrid post-quantum key exchange for clients that
 * offer it.
 */
export const TLS_POLICIES = [
  "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
  "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
  "ELBSecurityPolicy-TLS13-1-3-2021-06",
  "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
] as const;
export type TlsPolicy = (typeof TLS_POLICIES)[number];

/** What network and application load balancers have in common. */
export abstract class BaseLoadBalancer extends Component {
  abstract readonly connections: Connections;
  protected abstract readonly metricNamespace: "AWS/NetworkELB" | "AWS/ApplicationELB";
  private made: aws.lb.LoadBalancer | undefined;

  get arn(): pulumi.Output<string> {
    return this.balancer.arn;
  }

  /** The last part of the ARN, `net/<name>/<id>` or `app/<name>/<id>`: CloudWatch's `LoadBalancer` dimension. */
  get arnSuffix(): pulumi.Output<string> {
    return this.balancer.arnSuffix;
  }

  get dnsName(): pulumi.Output<string> {
    return this.balancer.dnsName;
  }

  /** Hosted zone of `dnsName`, for alias records. */
  get zoneId(): pulumi.Output<string> {
    return this.balancer.zoneId;
  }

  private get balancer(): aws.lb.LoadBalancer {
    if (this.made === undefined) throw new Error(`${this.name} asks for its load balancer before it is made.`);
    return this.made;
  }

  /** What the outputs and the metrics are of. */
  protected own(loadBalancer: aws.lb.LoadBalancer): aws.lb.LoadBalancer {
    this.made = loadBalancer;
    return loadBalancer;
  }

  protected registerBalancer(): void {
    const { arn, arnSuffix, dnsName, zoneId } = this;
    this.registerOutputs({ arn, arnSuffix, dnsName, zoneId, securityGroupId: this.connections.securityGroupId });
  }

  protected validateBalancer(args: { vpc: NetworkLike; tlsPolicy?: TlsPolicy; logRetentionDays?: number }): void {
    this.check.atLeast("vpc.zones", args.vpc.zones, 1, "zone");
    this.check.oneOf("tlsPolicy", args.tlsPolicy ?? TLS_POLICIES[0], TLS_POLICIES);
    this.check.integer("logRetentionDays", args.logRetentionDays ?? 365, 1, 3650, "of days");
    this.check.that(
      !this.physicalName("loadBalancer").startsWith("internal-"),
      "name",
      this.name,
      "With the stack's name before it, it begins with `internal-`, which AWS keeps for itself. Rename the stack.",
    );
  }

  protected validateHealthCheck(
    at: (argument: string) => string,
    target: { healthCheckPath?: string; healthCheckIntervalSeconds?: number; deregistrationDelaySeconds?: number },
  ): void {
    this.check.matches(
      at("healthCheckPath"),
      target.healthCheckPath ?? "/health",
      /^\/\S{0,1023}$/,
      "Give a path that begins with / and has no blanks, e.g. /health.",
    );
    this.check.integer(at("healthCheckIntervalSeconds"), target.healthCheckIntervalSeconds ?? 10, 5, 300);
    this.check.integer(at("deregistrationDelaySeconds"), target.deregistrationDelaySeconds ?? 60, 0, 3600);
  }

  protected createSecurityGroup(
    vpc: NetworkLike,
    transform: Transform<aws.ec2.SecurityGroupArgs> | undefined,
  ): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.childName("sg"),
      { vpcId: vpc.vpcId, description: `Load balancer ${this.identity}` },
      this.childOptions({}, transform),
    );
  }

  /** Alarms on who answers: none at all, and some that fail. */
  protected createHealthAlarms(key: string, targetGroup: aws.lb.TargetGroup, alarmWithoutTarget = true): void {
    const dimensions = { TargetGroup: targetGroup.arnSuffix };
    this.alarm(`${key}-unhealthy`, {
      severity: "warning",
      description: `Targets of ${key} fail their health checks. Look at the service's events and logs.`,
      metric: { ...this.metric("UnHealthyHostCount", dimensions), statistic: "Maximum" },
      comparison: "GreaterThanThreshold",
      threshold: 0,
    });
    if (!alarmWithoutTarget) return;
    this.alarm(`${key}-no-target`, {
      severity: "critical",
      description: `${key} has no healthy target in any zone: clients get errors. Look at the service's latest deployment.`,
      metric: { ...this.metric("HealthyHostCount", dimensions), statistic: "Maximum" },
      comparison: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: 3,
      treatMissingData: "breaching",
    });
  }

  protected metric(
    name: string,
    dimensions: Record<string, pulumi.Input<string>> = {},
  ): Pick<Metric, "namespace" | "name" | "dimensions"> {
    return { namespace: this.metricNamespace, name, dimensions: { ...dimensions, LoadBalancer: this.arnSuffix } };
  }
}
