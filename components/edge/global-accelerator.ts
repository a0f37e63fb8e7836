import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { deliveryStatements } from "../data/bucket-delivery";
import type { Key } from "../security/key";
import { ACCELERATOR_REGION, type GlobalComponentArgs, inGlobalRegion } from "./global-region";

/**
 * Something an accelerator can front: an Application or Network Load Balancer, internet-facing or internal (its VPC then needs an internet
 * gateway, though no route to it), or an Elastic IP address. API Gateway and CloudFront are none of them.
 * https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-caveats.html
 */
export interface AcceleratorEndpoint {
  kind: "application-load-balancer" | "network-load-balancer" | "elastic-ip";
  /** ARN of the load balancer, or the allocation id (`eipalloc-...`) of the address. */
  id: pulumi.Input<string>;
  /** Share of its region's traffic relative to the other endpoints, 0-255. Default 128; 0 takes it out. */
  weight?: number;
  /**
   * Hands the client's address on. Default true for an Application Load Balancer, else false. A Network Load Balancer needs a security group
   * and no TLS listener for it, an Elastic IP address cannot.
   */
  preserveClientIp?: boolean;
}

export interface AcceleratorRegion {
  /** By a key of your choice. */
  endpoints: Readonly<Record<string, AcceleratorEndpoint>>;
  /** Percent of the traffic nearest to this region that it takes, 0-100; the rest goes to the others. Default 100. */
  trafficDialPercentage?: number;
}

export interface GlobalAcceleratorArgs extends GlobalComponentArgs {
  /** Endpoints by AWS region. */
  regions: Readonly<Record<string, AcceleratorRegion>>;
  /** Ports that clients connect to. Default `[443]`. */
  ports?: readonly number[];
  /** Default `TCP`. */
  protocol?: "TCP" | "UDP";
  /** `SOURCE_IP` sends a client to the same endpoint always. Default `NONE`. */
  clientAffinity?: "NONE" | "SOURCE_IP";
  /** `DUAL_STACK` adds IPv6 addresses; every endpoint must be dual-stack then. Default `IPV4`. */
  ipAddressType?: "IPV4" | "DUAL_STACK";
  /**
   * How Elastic IP endpoints are checked. Load balancers are judged by their own target health, whatever stands here. Default: TCP on the first port,
   * every 10 seconds, three in a row.
   */
  healthCheck?: {
    protocol?: "TCP" | "HTTP" | "HTTPS";
    port?: number;
    path?: string;
    intervalInSeconds?: 10 | 30;
    threshold?: number;
  };
  /** Customer key for the flow logs, whose policy names the service `log-delivery`; the logs stand in the key's region. */
  key: Key;
  /** Days that flow logs are kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionInDays?: number;
  transform?: {
    accelerator?: Transform<aws.globalaccelerator.AcceleratorArgs>;
    listener?: Transform<aws.globalaccelerator.ListenerArgs>;
  };
}

const FLOW_LOG_PREFIX = "flow-logs";

/**
 * Two static anycast addresses in front of load balancers in several regions: clients enter AWS's network at the nearest edge, and a region
 * that fails is left within about 30 seconds, without waiting for DNS caches.
 *
 *     const front = new GlobalAccelerator("front", { key, regions: {
 *       "eu-west-1": { endpoints: { api: { kind: "network-load-balancer", id: nlbEurope.arn } } },
 *       "us-east-2": { endpoints: { api: { kind: "network-load-balancer", id: nlbAmerica.arn } } },
 *     } });
 *
 * Creates the accelerator with flow logs, one listener, an endpoint group for each region, the log bucket, and an alarm on unhealthy
 * endpoints, in us-west-2, where its metrics are. Where client addresses are preserved AWS leaves a security group `GlobalAccelerator` in the
 * VPC, which has to be deleted by hand before the VPC.
 *
 * Cost: 18 USD a month, and 0.015 USD or more per GB. Data loss: its addresses are gone for good with it; in production it is protected.
 */
export class GlobalAccelerator extends Component {
  readonly acceleratorArn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  /** For alias records: `dns.alias("api", "api.example.com", { dnsName, zoneId: hostedZoneId })`. */
  readonly hostedZoneId: pulumi.Output<string>;
  /** The static addresses, for clients that whitelist them. */
  readonly ipAddresses: pulumi.Output<string[]>;
  readonly logBucketName: pulumi.Output<string>;
  readonly nodes: {
    readonly accelerator: aws.globalaccelerator.Accelerator;
    readonly listener: aws.globalaccelerator.Listener;
    /** By region. */
    readonly endpointGroups: Readonly<Record<string, aws.globalaccelerator.EndpointGroup>>;
    readonly logs: Bucket;
  };

  constructor(name: string, args: GlobalAcceleratorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "palisade:edge:GlobalAccelerator",
      name,
      inGlobalRegion("GlobalAccelerator", name, args, opts, ACCELERATOR_REGION),
      opts,
    );
    const ports = args.ports ?? [443];
    this.validate(args, ports);

    const logs = this.logBucket(args);
    const accelerator = new aws.globalaccelerator.Accelerator(
      this.childName("accelerator"),
      {
        name: this.physicalName("globalAccelerator"),
        enabled: true,
        ipAddressType: args.ipAddressType ?? "IPV4",
        attributes: {
          flowLogsEnabled: true,
          flowLogsS3Bucket: logs.bucketName,
          flowLogsS3Prefix: FLOW_LOG_PREFIX,
        },
      },
      this.statefulOptions({ dependsOn: [logs.nodes.policy] }, args.transform?.accelerator),
    );
    const listener = new aws.globalaccelerator.Listener(
      this.childName("listener"),
      {
        acceleratorArn: accelerator.arn,
        protocol: args.protocol ?? "TCP",
        clientAffinity: args.clientAffinity ?? "NONE",
        portRanges: ports.map((port) => ({ fromPort: port, toPort: port })),
      },
      this.childOptions({}, args.transform?.listener),
    );
    const endpointGroups = this.endpointGroups(args, listener);
    this.alarm("unhealthy-endpoints", {
      severity: "critical",
      description: `Endpoints of the accelerator ${name} are unhealthy; their clients go to the other regions.`,
      metric: {
        namespace: "AWS/GlobalAccelerator",
        name: "UnhealthyEndpointCount",
        // The id in arn:aws:globalaccelerator::<account>:accelerator/<id>.
        dimensions: { Accelerator: accelerator.arn.apply((arn) => arn.slice(arn.lastIndexOf("/") + 1)) },
        statistic: "Maximum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
    });

    this.acceleratorArn = accelerator.arn;
    this.dnsName = accelerator.dnsName;
    this.hostedZoneId = accelerator.hostedZoneId;
    this.ipAddresses = accelerator.ipSets.apply((sets) => sets.flatMap((set) => set.ipAddresses));
    this.logBucketName = logs.bucketName;
    this.nodes = { accelerator, listener, endpointGroups, logs };
    this.registerOutputs({ acceleratorArn: this.acceleratorArn, dnsName: this.dnsName, ipAddresses: this.ipAddresses });
  }

  private validate(args: GlobalAcceleratorArgs, ports: readonly number[]): void {
    this.check.atLeast("regions", args.regions, 1, "region");
    for (const [region, group] of Object.entries(args.regions)) {
      const path = `regions["${region}"]`;
      this.check.matches(path, region, /^[a-z]{2}(-[a-z]+)+-\d$/, "Name an AWS region such as eu-west-1.");
      this.check.atLeast(`${path}.endpoints`, group.endpoints, 1, "endpoint");
      // https://docs.aws.amazon.com/global-accelerator/latest/dg/limits-global-accelerator.html
      const count = Object.keys(group.endpoints).length;
      this.check.that(count <= 10, `${path}.endpoints`, count, "An endpoint group takes at most 10 endpoints.");
      this.check.integer(`${path}.trafficDialPercentage`, group.trafficDialPercentage ?? 100, 0, 100, "of percent");
      for (const [key, endpoint] of Object.entries(group.endpoints))
        this.validateEndpoint(`${path}.endpoints.${key}`, region, endpoint);
    }
    this.check.atLeast("ports", ports, 1, "port");
    this.check.that(ports.length <= 10, "ports", ports.length, "A listener takes at most 10 port ranges.");
    for (const port of ports) this.check.integer("ports", port, 1, 65535);
    this.check.oneOf("protocol", args.protocol ?? "TCP", ["TCP", "UDP"]);
    this.check.oneOf("clientAffinity", args.clientAffinity ?? "NONE", ["NONE", "SOURCE_IP"]);
    this.check.oneOf("ipAddressType", args.ipAddressType ?? "IPV4", ["IPV4", "DUAL_STACK"]);
    this.check.integer("healthCheck.threshold", args.healthCheck?.threshold ?? 3, 1, 10);
    this.check.oneOf("healthCheck.intervalInSeconds", args.healthCheck?.intervalInSeconds ?? 10, [10, 30]);
    this.check.integer("healthCheck.port", args.healthCheck?.port ?? 443, 1, 65535);
    this.check.that(
      args.healthCheck?.path === undefined || (args.healthCheck.protocol ?? "TCP") !== "TCP",
      "healthCheck.path",
      args.healthCheck?.path,
      "A TCP check asks for no path: set healthCheck.protocol to HTTP or HTTPS.",
    );
    this.check.integer("logRetentionInDays", args.logRetentionInDays ?? 365, 1, 3653, "of days");
    // The bucket stands where the key does.
    args.key.requireFor(this.check, args.key.context.region, ["log-delivery"]);
  }

  private validateEndpoint(path: string, region: string, endpoint: AcceleratorEndpoint): void {
    const { kind, id } = endpoint;
    this.check.oneOf(`${path}.kind`, kind, ["application-load-balancer", "network-load-balancer", "elastic-ip"]);
    this.check.integer(`${path}.weight`, endpoint.weight ?? 128, 0, 255);
    this.check.that(
      kind !== "elastic-ip" || !endpoint.preserveClientIp,
      `${path}.preserveClientIp`,
      true,
      "Elastic IP endpoints cannot preserve the client's address; load balancers can.",
    );
    if (typeof id !== "string") return;
    const shape = {
      "application-load-balancer": `arn:aws:elasticloadbalancing:${region}:<account>:loadbalancer/app/<name>/<id>`,
      "network-load-balancer": `arn:aws:elasticloadbalancing:${region}:<account>:loadbalancer/net/<name>/<id>`,
      "elastic-ip": "eipalloc-<id>",
    }[kind];
    const pattern = {
      "application-load-balancer": new RegExp(`^arn:[^:]+:elasticloadbalancing:${region}:\\d{12}:loadbalancer/app/`),
      "network-load-balancer": new RegExp(`^arn:[^:]+:elasticloadbalancing:${region}:\\d{12}:loadbalancer/net/`),
      "elastic-ip": /^eipalloc-[0-9a-f]+$/,
    }[kind];
    this.check.matches(`${path}.id`, id, pattern, `Give ${shape}; an endpoint group fronts its own region only.`);
  }

  private endpointGroups(
    args: GlobalAcceleratorArgs,
    listener: aws.globalaccelerator.Listener,
  ): Record<string, aws.globalaccelerator.EndpointGroup> {
    const check = args.healthCheck ?? {};
    const groups: Record<string, aws.globalaccelerator.EndpointGroup> = {};
    for (const [region, group] of Object.entries(args.regions)) {
      groups[region] = new aws.globalaccelerator.EndpointGroup(
        this.childName(region),
        {
          listenerArn: listener.arn,
          endpointGroupRegion: region,
          trafficDialPercentage: group.trafficDialPercentage ?? 100,
          healthCheckProtocol: check.protocol ?? "TCP",
          healthCheckPort: check.port ?? args.ports?.[0] ?? 443,
          ...(check.protocol === undefined || check.protocol === "TCP" ? {} : { healthCheckPath: check.path ?? "/" }),
          healthCheckIntervalSeconds: check.intervalInSeconds ?? 10,
          thresholdCount: check.threshold ?? 3,
          endpointConfigurations: Object.values(group.endpoints).map((endpoint) => ({
            endpointId: endpoint.id,
            weight: endpoint.weight ?? 128,
            clientIpPreservationEnabled: endpoint.preserveClientIp ?? endpoint.kind === "application-load-balancer",
          })),
        },
        this.childOptions(),
      );
    }
    return groups;
  }

  private logBucket(args: GlobalAcceleratorArgs): Bucket {
    return new Bucket(
      this.childName("flow-logs"),
      {
        key: args.key,
        region: args.key.context.region,
        expirationInDays: args.logRetentionInDays ?? this.logRetentionInDays,
        policyStatements: (bucketArn) => this.deliveryStatements(bucketArn),
      },
      { parent: this },
    );
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html */
  private deliveryStatements(bucketArn: pulumi.Output<string>): Statement[] {
    return deliveryStatements(bucketArn, {
      service: "delivery.logs.amazonaws.com",
      sid: "LogDelivery",
      source: { StringEquals: { "aws:SourceAccount": this.account } },
      objects: pulumi.interpolate`${FLOW_LOG_PREFIX}/AWSLogs/${this.account}/*`,
      lists: true,
    });
  }
}
