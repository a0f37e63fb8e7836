import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Component, ComponentArgs, Statement, Transform } from "../core";
import { Bucket } from "../data/bucket";
import type { Firewall } from "../edge/firewall";
import { Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { balancerAlarms, responseAlarms, type ResponseAlarms } from "./application-load-balancer-alarms";
import { BaseLoadBalancer, TLS_POLICIES, type TlsPolicy } from "./base-load-balancer";
import { checkConditions, type RuleConditions, ruleConditions } from "./listener-rules";
import { replaceableName } from "./replaceable-name";
import { checkSignIn, type SignIn, signInAction } from "./sign-in";

export interface ApplicationLoadBalancerArgs extends ComponentArgs {
  /** At least two zones: AWS makes no application load balancer in one. */
  vpc: NetworkLike;
  /** ACM certificate in the load balancer's region: `certificate.certificateArn`. */
  certificateArn: pulumi.Input<string>;
  /** True (default): private subnets, no public address. False: public subnets; then a `firewall` must stand in front. */
  internal?: boolean;
  /**
   * Who may connect: `internet`, or label -> IPv4 range. Default: nobody; `connections.allowFrom(peer)` lets security groups in, one by one.
   */
  openTo?: "internet" | Readonly<Record<string, string>>;
  /** Web ACL in front of it, of scope REGIONAL. Needed where the internet reaches it. */
  firewall?: Firewall;
  /** Listens on port 80 too, and sends every request there on to HTTPS. Default: true where the internet reaches it, else false. */
  redirectHttp?: boolean;
  /** Default `ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09`, the one that AWS recommends. */
  tlsPolicy?: TlsPolicy;
  /** Signs people in before any rule leads to a target, unless the rule says `signIn: "none"`. Default: nobody is asked. */
  signIn?: SignIn;
  /** Seconds without a byte after which a connection ends, 1-4000; it must be longer than the slowest answer. Default 60. */
  idleTimeoutSeconds?: number;
  /** Seconds after which a client has to connect anew, 60-604800. Default 3600. */
  clientKeepAliveSeconds?: number;
  /** What happens to requests that could smuggle another one: `defensive` (default) closes their connection, `strictest` refuses whatever is not RFC 7230. */
  desyncMitigation?: "defensive" | "strictest";
  /** What all answers carry in `Strict-Transport-Security`. Default `max-age=31536000`. */
  strictTransportSecurity?: string;
  /**
   * Bucket for access, connection and health check logs, with SSE-S3 and a policy that holds `applicationLoadBalancerLogStatements`. Default: one of its own.
   * A customer key is not possible (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html).
   */
  accessLogs?: Bucket;
  /** Days that its own bucket keeps logs. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionDays?: number;
  transform?: {
    loadBalancer?: Transform<aws.lb.LoadBalancerArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    listener?: Transform<aws.lb.ListenerArgs>;
  };
}

/** A group of targets, which others register: an ECS service (`ip`), an auto scaling group or single instances (`instance`). */
export interface TargetGroupArgs {
  /** Port on which the targets listen. */
  port: number;
  /** Default `ip`. */
  targetType?: "ip" | "instance";
  /** Default `HTTPS`; the load balancer takes any certificate that a target shows, a self-signed one included. `HTTP` fails the PCI DSS policies. */
  protocol?: "HTTPS" | "HTTP";
  /** Default `HTTP1`. */
  protocolVersion?: "HTTP1" | "HTTP2" | "GRPC";
  /** Path of the health check. Default `/health`. */
  healthCheckPath?: string;
  /** HTTP codes (gRPC: status codes) that mean healthy, e.g. `200-299`. Default `200`, with gRPC `0`. */
  healthCheckCodes?: string;
  /** Seconds between health checks, 5-300. Default 10. */
  healthCheckIntervalSeconds?: number;
  /** Seconds that a target which leaves may finish its requests, 0-3600; longer than the slowest answer. Default 60. */
  deregistrationDelaySeconds?: number;
  /** Default `least_outstanding_requests`, which evens out requests of unequal length. */
  algorithm?: "least_outstanding_requests" | "round_robin";
  /** Seconds for which a client stays with its target, by a cookie of the load balancer, 1-604800. Default: no stickiness. */
  stickySeconds?: number;
  /** Where the alarms of its targets lie. */
  alarms?: ResponseAlarms;
  transform?: { targetGroup?: Transform<aws.lb.TargetGroupArgs> };
}

/** A target group of one load balancer. */
export interface ApplicationTargetGroup {
  readonly key: string;
  readonly port: number;
  readonly targetGroup: aws.lb.TargetGroup;
}

export interface RuleArgs {
  /** Place in the order, 1-50000; the first rule that fits decides. */
  priority: number;
  when: RuleConditions;
  /** One group, or several with weights of 0-999: a request goes to each with its weight's share. */
  to: ApplicationTargetGroup | readonly { target: ApplicationTargetGroup; weight: number }[];
  /**
   * `deployer`: the weights are those of the first update; from then on a pipeline owns them, and no update sets them back. Default `program`.
   */
  weightsOwnedBy?: "program" | "deployer";
  /** `none`: nobody is asked who they are, although the load balancer has a `signIn`. Default: that `signIn`. */
  signIn?: "none";
  /** Who comes without a session is sent to the provider (`authenticate`, default), or gets 401 (`deny`), which suits calls of scripts. */
  unauthenticated?: "authenticate" | "deny";
  transform?: { rule?: Transform<aws.lb.ListenerRuleArgs> };
}

const HTTPS_PORT = 443;
const EVERYWHERE = "0.0.0.0/0";

/**
 * An application load balancer: HTTPS with TLS 1.2 or 1.3 to clients and HTTPS again to targets, a web ACL in front, people signed in before a request
 * reaches a target, logs of requests, connections and health checks, zonal shift, deletion protection in production.
 *
 *     const balancer = new ApplicationLoadBalancer("web", { vpc, certificateArn, internal: false, openTo: "internet", firewall, signIn: { oidc } });
 *     const app = balancer.addTargetGroup("app", { port: 8443 });
 *     balancer.addRule("app", { priority: 100, when: { hosts: ["ui.example.com"] }, to: app });
 *     dns.alias("ui", "ui.example.com", balancer);
 *     app.connections.allowFrom(balancer, tcp(8443));
 *
 * What no rule fits is answered with 404 by the load balancer itself. Header fields with invalid names are dropped, and ambiguous requests refused. Its
 * security group lets nobody in but `openTo` and whom `connections` names, and out to the targets that `connections` names and, with `signIn`, on 443 to the
 * provider. Who is signed in stands in `x-amzn-oidc-data`, a JWT that the load balancer signs: the target must check its signature and that its
 * `signer` is this load balancer (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html).
 *
 * Alarms: its own 5xx, rejected connections, failed handshakes, failed sign-ins; for each target group no healthy target (critical), unhealthy
 * targets, their 5xx, p95 of their response time. Cost: 16.43 USD a month, 0.008 USD per capacity unit and hour, the logs, 0.40 USD for its alarms and 0.40 USD
 * for those of a target group. Data loss: none but its own log bucket, protected in production.
 */
export class ApplicationLoadBalancer extends BaseLoadBalancer {
  readonly connections: Connections;
  readonly targetGroups = new Map<string, ApplicationTargetGroup>();
  readonly nodes: {
    readonly loadBalancer: aws.lb.LoadBalancer;
    readonly securityGroup: aws.ec2.SecurityGroup;
    readonly listener: aws.lb.Listener;
    readonly redirect: aws.lb.Listener | undefined;
    readonly logBucket: Bucket;
    /** By key. */
    readonly rules: Record<string, aws.lb.ListenerRule>;
  };
  protected readonly metricNamespace = "AWS/ApplicationELB";
  private readonly args: ApplicationLoadBalancerArgs;
  private readonly redirects: boolean;
  private readonly priorities = new Map<number, string>();

  constructor(name: string, args: ApplicationLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:compute:ApplicationLoadBalancer", name, args, opts);
    this.args = args;
    this.redirects = args.redirectHttp ?? args.internal === false;
    this.validate();

    const securityGroup = this.createSecurityGroup(args.vpc, args.transform?.securityGroup);
    this.connections = new Connections(this, securityGroup, tcp(HTTPS_PORT));
    this.letClientsIn();
    this.letSignInOut();
    const logBucket = args.accessLogs ?? this.createLogBucket();
    const loadBalancer = this.own(this.createLoadBalancer(securityGroup, logBucket));
    args.firewall?.associate(this.identity, this.arn);
    const listener = this.createListener();
    const redirect = this.redirects ? this.createRedirect() : undefined;
    const alarms = balancerAlarms((metric) => this.metric(metric), args.signIn !== undefined);
    for (const [suffix, rule] of Object.entries(alarms)) this.alarm(suffix, rule);

    this.nodes = { loadBalancer, securityGroup, listener, redirect, logBucket, rules: {} };
    this.registerBalancer();
  }

  /** Makes a group of targets; `addRule` sends requests to it, and its service or instances register with it. */
  addTargetGroup(key: string, args: TargetGroupArgs): ApplicationTargetGroup {
    this.validateTargetGroup(key, args);
    const targetGroup = this.createTargetGroup(key, args);
    this.createHealthAlarms(key, targetGroup, args.alarms?.withoutTarget ?? true);
    const metric = (name: string) => this.metric(name, { TargetGroup: targetGroup.arnSuffix });
    const alarms = responseAlarms(key, metric, args.alarms ?? {});
    for (const [suffix, rule] of Object.entries(alarms)) this.alarm(suffix, rule);
    const added = { key, port: args.port, targetGroup };
    this.targetGroups.set(key, added);
    return added;
  }

  /** Sends the requests that fit to one target group, or to several by weight. */
  addRule(key: string, rule: RuleArgs): aws.lb.ListenerRule {
    const targets = "key" in rule.to ? [{ target: rule.to, weight: 1 }] : rule.to;
    this.validateRule(key, rule, targets);
    this.priorities.set(rule.priority, key);
    const { signIn } = this.args;
    const first =
      signIn && rule.signIn !== "none" ? [signInAction(signIn, rule.unauthenticated ?? "authenticate")] : [];
    const resource = new aws.lb.ListenerRule(
      this.childName(`${key}-rule`),
      {
        listenerArn: this.nodes.listener.arn,
        priority: rule.priority,
        conditions: ruleConditions(rule.when),
        actions: [
          ...first,
          {
            type: "forward",
            order: first.length + 1,
            forward: { targetGroups: targets.map(({ target, weight }) => ({ arn: target.targetGroup.arn, weight })) },
          },
        ],
      },
      this.childOptions(
        // Only what is forwarded where: a new client secret still reaches the rule.
        { ignoreChanges: rule.weightsOwnedBy === "deployer" ? [`actions[${first.length}].forward`] : [] },
        rule.transform?.rule,
      ),
    );
    this.nodes.rules[key] = resource;
    return resource;
  }

  private validate(): void {
    const { args } = this;
    const check: ArgumentCheck = this.check;
    this.validateBalancer(args);
    check.atLeast("vpc.zones", args.vpc.zones, 2, "zones: AWS makes no application load balancer in one");
    check.integer("idleTimeoutSeconds", args.idleTimeoutSeconds ?? 60, 1, 4000, "of seconds");
    check.integer("clientKeepAliveSeconds", args.clientKeepAliveSeconds ?? 3600, 60, 604_800, "of seconds");
    check.oneOf("desyncMitigation", args.desyncMitigation ?? "defensive", ["defensive", "strictest"]);
    const isPublic = args.internal === false;
    check.that(
      !isPublic || args.firewall !== undefined,
      "firewall",
      args.firewall,
      "The internet can reach it: give a Firewall of scope REGIONAL.",
    );
    check.that(
      args.firewall === undefined || args.firewall.scope === "REGIONAL",
      "firewall",
      args.firewall?.scope,
      "A load balancer takes a web ACL of scope REGIONAL, of its own region.",
    );
    check.that(
      args.openTo !== "internet" || isPublic,
      "openTo",
      args.openTo,
      "An internal load balancer has no public address; name ranges, or give internal: false.",
    );
    if (args.signIn !== undefined) checkSignIn(check, args.signIn);
  }

  private validateTargetGroup(key: string, args: TargetGroupArgs): void {
    const at = (argument: string) => `targetGroups.${key}.${argument}`;
    const check: ArgumentCheck = this.check;
    check.that(!this.targetGroups.has(key), `targetGroups.${key}`, key, "There is one with this key; use another.");
    check.integer(at("port"), args.port, 1, 65_535);
    check.oneOf(at("targetType"), args.targetType ?? "ip", ["ip", "instance"]);
    check.oneOf(at("protocol"), args.protocol ?? "HTTPS", ["HTTPS", "HTTP"]);
    check.oneOf(at("protocolVersion"), args.protocolVersion ?? "HTTP1", ["HTTP1", "HTTP2", "GRPC"]);
    this.validateHealthCheck(at, args);
    if (args.stickySeconds !== undefined)
      check.integer(at("stickySeconds"), args.stickySeconds, 1, 604_800, "of seconds");
    const p95 = args.alarms?.p95Seconds ?? 1;
    check.that(p95 > 0, at("alarms.p95Seconds"), p95, "Give seconds above 0.");
  }

  private validateRule(
    key: string,
    rule: RuleArgs,
    targets: readonly { target: ApplicationTargetGroup; weight: number }[],
  ): void {
    const at = (argument: string) => `rules.${key}.${argument}`;
    const check: ArgumentCheck = this.check;
    check.that(this.nodes.rules[key] === undefined, `rules.${key}`, key, "There is one with this key; use another.");
    check.integer(at("priority"), rule.priority, 1, 50_000);
    const holder = this.priorities.get(rule.priority);
    check.that(holder === undefined, at("priority"), rule.priority, `"${holder}" has it already; use another.`);
    checkConditions(check, at("when"), rule.when);
    check.that(
      targets.length >= 1 && targets.length <= 5,
      at("to"),
      targets.length,
      "A rule leads to 1 to 5 target groups.",
    );
    for (const { target, weight } of targets) check.integer(at(`to.${target.key}.weight`), weight, 0, 999);
  }

  private letClientsIn(): void {
    const { openTo = {} } = this.args;
    const ranges = openTo === "internet" ? { internet: EVERYWHERE } : openTo;
    for (const [label, cidr] of Object.entries(ranges)) {
      this.connections.allowFromCidr(label, cidr);
      if (this.redirects) this.connections.allowFromCidr(label, cidr, tcp(80));
    }
  }

  /** The load balancer itself fetches tokens from the provider, which has no fixed addresses. */
  private letSignInOut(): void {
    const { signIn } = this.args;
    if (signIn === undefined) return;
    const ranges = signIn.providerRanges ?? { "sign-in": EVERYWHERE };
    for (const [label, cidr] of Object.entries(ranges)) this.connections.allowToCidr(label, cidr, tcp(HTTPS_PORT));
  }

  private createLogBucket(): Bucket {
    return new Bucket(
      this.childName("logs"),
      {
        expirationInDays: this.args.logRetentionDays ?? this.logRetentionInDays,
        policyStatements: (bucketArn) => applicationLoadBalancerLogStatements(this, bucketArn),
      },
      { parent: this },
    );
  }

  private createLoadBalancer(securityGroup: aws.ec2.SecurityGroup, logBucket: Bucket): aws.lb.LoadBalancer {
    const { args } = this;
    const internal = args.internal ?? true;
    const logs = (kind: string) => ({ enabled: true, bucket: logBucket.bucketName, prefix: `${this.name}/${kind}` });
    return new aws.lb.LoadBalancer(
      this.childName("alb"),
      {
        name: replaceableName(this, "loadBalancer", undefined, [internal, args.vpc.vpcId]),
        loadBalancerType: "application",
        internal,
        subnets: [...(internal ? args.vpc.privateSubnetIds : args.vpc.publicSubnetIds)],
        securityGroups: [securityGroup.id],
        idleTimeout: args.idleTimeoutSeconds ?? 60,
        clientKeepAlive: args.clientKeepAliveSeconds ?? 3600,
        dropInvalidHeaderFields: true,
        desyncMitigationMode: args.desyncMitigation ?? "defensive",
        enableDeletionProtection: this.production,
        enableZonalShift: true,
        accessLogs: logs("access"),
        connectionLogs: logs("connections"),
        healthCheckLogs: logs("health-checks"),
      },
      // AWS tries a write into the bucket when logging is turned on.
      this.childOptions({ dependsOn: [logBucket.nodes.policy] }, args.transform?.loadBalancer),
    );
  }

  private createListener(): aws.lb.Listener {
    const { args } = this;
    return new aws.lb.Listener(
      this.childName("listener"),
      {
        loadBalancerArn: this.arn,
        port: HTTPS_PORT,
        protocol: "HTTPS",
        certificateArn: args.certificateArn,
        sslPolicy: args.tlsPolicy ?? TLS_POLICIES[0],
        routingHttpResponseServerEnabled: false,
        routingHttpResponseStrictTransportSecurityHeaderValue: args.strictTransportSecurity ?? "max-age=31536000",
        routingHttpResponseXContentTypeOptionsHeaderValue: "nosniff",
        defaultActions: [
          {
            type: "fixed-response",
            fixedResponse: { contentType: "text/plain", messageBody: "Not found", statusCode: "404" },
          },
        ],
      },
      this.childOptions({}, args.transform?.listener),
    );
  }

  private createRedirect(): aws.lb.Listener {
    return new aws.lb.Listener(
      this.childName("redirect"),
      {
        loadBalancerArn: this.arn,
        port: 80,
        protocol: "HTTP",
        defaultActions: [
          { type: "redirect", redirect: { protocol: "HTTPS", port: String(HTTPS_PORT), statusCode: "HTTP_301" } },
        ],
      },
      this.childOptions(),
    );
  }

  private createTargetGroup(key: string, args: TargetGroupArgs): aws.lb.TargetGroup {
    const { vpcId } = this.args.vpc;
    const { port, targetType = "ip", protocol = "HTTPS", protocolVersion = "HTTP1" } = args;
    const interval = args.healthCheckIntervalSeconds ?? 10;
    const seconds = args.stickySeconds;
    return new aws.lb.TargetGroup(
      this.childName(`${key}-targets`),
      {
        name: replaceableName(this, "targetGroup", key, [port, vpcId, targetType, protocol, protocolVersion]),
        vpcId,
        targetType,
        protocol,
        protocolVersion,
        port,
        deregistrationDelay: args.deregistrationDelaySeconds ?? 60,
        loadBalancingAlgorithmType: args.algorithm ?? "least_outstanding_requests",
        stickiness: { type: "lb_cookie", enabled: seconds !== undefined, cookieDuration: seconds ?? 86_400 },
        healthCheck: {
          enabled: true,
          protocol,
          port: "traffic-port",
          path: args.healthCheckPath ?? "/health",
          matcher: args.healthCheckCodes ?? (protocolVersion === "GRPC" ? "0" : "200"),
          interval,
          timeout: Math.min(5, interval - 1),
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
      },
      this.childOptions({}, args.transform?.targetGroup),
    );
  }
}

/**
 * Lets the logs of this account's application load balancers into a bucket, for its `policyStatements`. AWS documents no condition: the account in the path
 * holds it, as ELB writes each account's logs under that account's number only
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html).
 */
export function applicationLoadBalancerLogStatements(
  component: Component,
  bucketArn: pulumi.Output<string>,
): Statement[] {
  return [
    {
      Sid: "LoadBalancerLogs",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/*/AWSLogs/${component.account}/*`,
    },
  ];
}
