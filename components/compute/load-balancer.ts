import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmRule, type Component, type ComponentArgs, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { deliveryStatements } from "../data/bucket-delivery";
import { Connections } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import { BaseLoadBalancer, TLS_POLICIES, type TlsPolicy } from "./base-load-balancer";
import { replaceableName } from "./replaceable-name";

export type ClientRouting =
  "any_availability_zone" | "availability_zone_affinity" | "partial_availability_zone_affinity";

export interface LoadBalancerArgs extends ComponentArgs {
  vpc: NetworkLike;
  /** ACM certificate in the load balancer's region. Clients see it; API Gateway checks it against the host name it calls. */
  certificateArn: pulumi.Input<string>;
  /** True (default): private subnets, no public address. False: public subnets; who may connect is still up to `connections`. */
  internal?: boolean;
  /**
   * True when connections come through AWS PrivateLink: from a VPC link V1 of API Gateway, whose addresses no security group rule can
   * name, or an endpoint service that decides by itself whom it accepts. Inbound rules are then not enforced on PrivateLink traffic; on
   * all other traffic they still are. Default false, which suits a `VpcLink` (V2): it comes in by its own security group
   * (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html).
   */
  fedByPrivateLink?: boolean;
  /** Default `ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09`, the one that AWS recommends. */
  tlsPolicy?: TlsPolicy;
  /**
   * True (default): each node spreads over the targets of all zones, so that a zone without a healthy target still answers. False: traffic stays in
   * its zone and saves the 0.01 USD a GB between zones.
   */
  crossZone?: boolean;
  /** Zone whose address a client inside the VPC is given. Default `any_availability_zone`; affinity saves latency and cross-zone traffic. */
  clientRouting?: ClientRouting;
  /**
   * Bucket for the TLS access logs, whose policy holds `loadBalancerLogStatements`. Default: one of its own, kept for `logRetentionDays` and encrypted
   * with `key`.
   */
  accessLogs?: Bucket;
  /** Customer key of the log bucket that the load balancer makes; its services must include `log-delivery`. Default: SSE-S3. */
  key?: Key;
  /** Days that its own bucket keeps logs. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionDays?: number;
  transform?: {
    loadBalancer?: Transform<aws.lb.LoadBalancerArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/** Where a listener sends its connections. */
export interface TargetArgs {
  /** Port on which the targets listen, with TLS. */
  port: number;
  /** `instance`: machines of Auto Scaling groups, e.g. the nodes of a cluster, on a port of theirs. Default `ip`, for tasks. It cannot be changed later. */
  kind?: "instance" | "ip";
  /** Path of the HTTPS health check. Default `/health`. */
  healthCheckPath?: string;
  /** HTTP codes that mean healthy, e.g. `200` or `200-299`. Default `200`. */
  healthCheckCodes?: string;
  /** Seconds between health checks, 5-300. Default 10. */
  healthCheckIntervalSeconds?: number;
  /** Seconds that a target which leaves may finish its connections, 0-3600. Default 60. */
  deregistrationDelaySeconds?: number;
  /**
   * True: targets see the client's address, and their security group must let clients in. Default false: they see the load balancer's and
   * let in its security group alone. PrivateLink traffic never carries the client's address.
   */
  preserveClientIp?: boolean;
}

export interface ListenerArgs {
  /** Port that clients connect to, with TLS. */
  port: number;
  target: TargetArgs;
  transform?: { listener?: Transform<aws.lb.ListenerArgs>; targetGroup?: Transform<aws.lb.TargetGroupArgs> };
}

/** A TLS listener and the target group behind it. */
export interface LoadBalancerListener {
  readonly port: number;
  readonly targetPort: number;
  readonly listener: aws.lb.Listener;
  readonly targetGroup: aws.lb.TargetGroup;
}

/** TLS errors and resets a minute that are more than a client that went away. */
const ERRORS_PER_MINUTE = 50;

/**
 * A network load balancer with TLS on every listener and TLS again to the targets: security group, access logs, zonal shift, deletion
 * protection in production.
 *
 *     const balancer = new LoadBalancer("api-nlb", { vpc, certificateArn });
 *     new FargateService("api", { ..., loadBalancer: { loadBalancer: balancer, listenerPort: 443 } });
 *
 * TLS to the targets: the load balancer takes any certificate that a target shows, a self-signed one included, as traffic inside a VPC
 * is authenticated per packet; its health checks speak TLS 1.2 at most. A connection without traffic for 350 seconds is dropped, which
 * AWS fixes for TLS listeners. Access logs name TLS connections only.
 *
 * Alarms: no healthy target (critical), unhealthy targets, failed TLS handshakes on either side, resets, port exhaustion. Cost: 17
 * to 20 USD a month, 0.006 USD per capacity unit and hour, 1.20 USD a month for its alarms and those of one listener. Data loss: none but its
 * own log bucket, protected in production.
 */
export class LoadBalancer extends BaseLoadBalancer {
  readonly connections: Connections;
  readonly listeners = new Map<string, LoadBalancerListener>();
  readonly nodes: {
    readonly loadBalancer: aws.lb.LoadBalancer;
    readonly securityGroup: aws.ec2.SecurityGroup;
    readonly logBucket: Bucket;
  };
  protected readonly metricNamespace = "AWS/NetworkELB";
  private readonly args: LoadBalancerArgs;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:compute:LoadBalancer", name, args, opts);
    this.validate(args);
    this.args = args;

    const securityGroup = this.createSecurityGroup(args.vpc, args.transform?.securityGroup);
    this.connections = new Connections(this, securityGroup);
    const logBucket = args.accessLogs ?? this.createLogBucket();
    const loadBalancer = this.own(this.createLoadBalancer(securityGroup, logBucket));
    this.createAlarms();

    this.nodes = { loadBalancer, securityGroup, logBucket };
    this.registerBalancer();
  }

  /** Opens a TLS port that leads to targets. `key` names the listener and its target group, e.g. the service behind them. */
  addListener(key: string, listener: ListenerArgs): LoadBalancerListener {
    this.validateListener(key, listener);
    const targetGroup = this.createTargetGroup(key, listener);
    const resource = new aws.lb.Listener(
      this.childName(`${key}-listener`),
      {
        loadBalancerArn: this.arn,
        port: listener.port,
        protocol: "TLS",
        certificateArn: this.args.certificateArn,
        sslPolicy: this.args.tlsPolicy ?? TLS_POLICIES[0],
        defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
      },
      this.childOptions({}, listener.transform?.listener),
    );
    this.createHealthAlarms(key, targetGroup);
    const added: LoadBalancerListener = {
      port: listener.port,
      targetPort: listener.target.port,
      listener: resource,
      targetGroup,
    };
    this.listeners.set(key, added);
    return added;
  }

  private validate(args: LoadBalancerArgs): void {
    this.validateBalancer(args);
    args.key?.requireFor(this.check, this.context.region, ["log-delivery"]);
  }

  private validateListener(key: string, { port, target }: ListenerArgs): void {
    const at = (argument: string) => `listeners.${key}.${argument}`;
    this.check.that(
      !this.listeners.has(key),
      `listeners.${key}`,
      key,
      "There is one with this key already; use another.",
    );
    this.check.integer(at("port"), port, 1, 65_535);
    const holder = [...this.listeners].find(([, listener]) => listener.port === port);
    this.check.that(
      holder === undefined,
      at("port"),
      port,
      `"${holder?.[0]}" listens there already; use another port.`,
    );
    this.check.integer(at("target.port"), target.port, 1, 65_535);
    this.validateHealthCheck((argument) => at(`target.${argument}`), target);
  }

  private createLogBucket(): Bucket {
    return new Bucket(
      this.childName("logs"),
      {
        key: this.args.key,
        expirationInDays: this.args.logRetentionDays ?? this.logRetentionInDays,
        policyStatements: (bucketArn) => loadBalancerLogStatements(this, bucketArn),
      },
      { parent: this },
    );
  }

  private createLoadBalancer(securityGroup: aws.ec2.SecurityGroup, logBucket: Bucket): aws.lb.LoadBalancer {
    const { vpc } = this.args;
    const internal = this.args.internal ?? true;
    return new aws.lb.LoadBalancer(
      this.childName("nlb"),
      {
        name: replaceableName(this, "loadBalancer", undefined, [internal, vpc.vpcId]),
        loadBalancerType: "network",
        internal,
        subnets: [...(internal ? vpc.privateSubnetIds : vpc.publicSubnetIds)],
        securityGroups: [securityGroup.id],
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: this.args.fedByPrivateLink ? "off" : "on",
        enableCrossZoneLoadBalancing: this.args.crossZone ?? true,
        enableZonalShift: true,
        enableDeletionProtection: this.production,
        dnsRecordClientRoutingPolicy: this.args.clientRouting ?? "any_availability_zone",
        accessLogs: { enabled: true, bucket: logBucket.bucketName, prefix: this.name },
      },
      // AWS tries a write into the bucket when logging is turned on.
      this.childOptions({ dependsOn: [logBucket.nodes.policy] }, this.args.transform?.loadBalancer),
    );
  }

  private createTargetGroup(key: string, { target, transform }: ListenerArgs): aws.lb.TargetGroup {
    const { vpcId } = this.args.vpc;
    const interval = target.healthCheckIntervalSeconds ?? 10;
    return new aws.lb.TargetGroup(
      this.childName(`${key}-targets`),
      {
        name: replaceableName(this, "targetGroup", key, [
          target.port,
          vpcId,
          ...(target.kind === "instance" ? [target.kind] : []),
        ]),
        vpcId,
        targetType: target.kind ?? "ip",
        protocol: "TLS",
        port: target.port,
        preserveClientIp: String(target.preserveClientIp ?? false),
        deregistrationDelay: target.deregistrationDelaySeconds ?? 60,
        healthCheck: {
          enabled: true,
          protocol: "HTTPS",
          port: "traffic-port",
          path: target.healthCheckPath ?? "/health",
          matcher: target.healthCheckCodes ?? "200",
          interval,
          timeout: Math.min(5, interval - 1),
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
      },
      this.childOptions({}, transform?.targetGroup),
    );
  }

  private createAlarms(): void {
    const rule = (metric: string, threshold: number, description: string): AlarmRule => ({
      severity: "warning",
      description,
      metric: { ...this.metric(metric), statistic: "Sum" },
      comparison: "GreaterThanThreshold",
      threshold,
      datapointsToAlarm: 3,
    });
    this.alarm(
      "client-tls-errors",
      rule(
        "ClientTLSNegotiationErrorCount",
        ERRORS_PER_MINUTE,
        "TLS handshakes between clients and the load balancer fail. Look for an expired certificate, or clients without TLS 1.2.",
      ),
    );
    this.alarm(
      "target-tls-errors",
      rule(
        "TargetTLSNegotiationErrorCount",
        ERRORS_PER_MINUTE,
        "TLS handshakes between the load balancer and its targets fail. Look at the certificate and the TLS settings of the tasks.",
      ),
    );
    this.alarm(
      "resets",
      rule(
        "TCP_ELB_Reset_Count",
        ERRORS_PER_MINUTE,
        "The load balancer resets connections. Look for targets that went away, or connections idle beyond the timeout.",
      ),
    );
    this.alarm(
      "port-exhaustion",
      rule(
        "PortAllocationErrorCount",
        0,
        "The load balancer ran out of source ports towards its targets. Add targets, or secondary addresses per subnet.",
      ),
    );
  }
}

/**
 * Lets the access logs of this account's network load balancers in the region of `component` into a bucket, for
 * its `policyStatements` (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html).
 */
export function loadBalancerLogStatements(component: Component, bucketArn: pulumi.Output<string>): Statement[] {
  return deliveryStatements(bucketArn, {
    service: "delivery.logs.amazonaws.com",
    sid: "LogDelivery",
    source: {
      StringEquals: { "aws:SourceAccount": component.account },
      ArnLike: { "aws:SourceArn": component.arnOf("logs", "*") },
    },
    objects: pulumi.interpolate`*/AWSLogs/${component.account}/*`,
  });
}
