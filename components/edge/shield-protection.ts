import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../core";
import { ACCELERATOR_REGION, GLOBAL_REGION } from "./global-region";

/**
 * What Shield Advanced protects. It takes no API Gateway and no Network Load Balancer: protect the distribution or the accelerator in
 * front, or the balancer's Elastic IP addresses. https://docs.aws.amazon.com/waf/latest/developerguide/ddos-advanced-summary-protected-resources.html
 */
export type ShieldKind =
  "distribution" | "hosted-zone" | "accelerator" | "application-load-balancer" | "classic-load-balancer" | "elastic-ip";

export interface ShieldResource {
  kind: ShieldKind;
  arn: pulumi.Input<string>;
  /**
   * Lets Shield write rules into the web ACL of a distribution or Application Load Balancer while it is under attack. They take 150 of
   * its capacity units. Default: none.
   */
  automaticResponse?: "BLOCK" | "COUNT";
  /** ARN of a Route 53 health check that tells Shield how the resource fares, so that it reacts sooner. Default: none. */
  healthCheckArn?: pulumi.Input<string>;
}

export interface ShieldProtectionArgs extends ComponentArgs {
  /** What is protected, by a key of your choice. */
  resources: Readonly<Record<string, ShieldResource>>;
  /**
   * `existing` (default): the account, or its organization, has subscribed to Shield Advanced. `create` subscribes it: 3,000 USD a month for
   * a year at least, renewed until AWS Support is told otherwise.
   */
  subscription?: "existing" | "create";
  transform?: { subscription?: Transform<aws.shield.SubscriptionArgs> };
}

interface KindRule {
  /** What follows `arn:<partition>:` in its ARN. */
  readonly arn: RegExp;
  /** Where Shield reports on it, when that is not its own region. */
  readonly reportsIn?: string;
  /** Has a web ACL that Shield can write into. */
  readonly webAcl?: true;
}

/** https://docs.aws.amazon.com/waf/latest/developerguide/shield-metrics.html */
const KINDS: Readonly<Record<ShieldKind, KindRule>> = {
  distribution: { arn: /^cloudfront::\d{12}:distribution\//, reportsIn: GLOBAL_REGION, webAcl: true },
  "hosted-zone": { arn: /^route53:::hostedzone\//, reportsIn: GLOBAL_REGION },
  accelerator: { arn: /^globalaccelerator::\d{12}:accelerator\//, reportsIn: ACCELERATOR_REGION },
  "application-load-balancer": { arn: /^elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/app\//, webAcl: true },
  "classic-load-balancer": { arn: /^elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/[^/]+$/ },
  "elastic-ip": { arn: /^ec2:[^:]+:\d{12}:eip-allocation\// },
};
const KIND_NAMES = Object.keys(KINDS) as ShieldKind[];

/**
 * Shield Advanced protection against DDoS for the resources given, each with an alarm on a detected attack. Standard Shield protects everything
 * already, at no cost: use this only where the subscription is wanted.
 *
 *     new ShieldProtection("shield", { region: "us-east-1", resources: {
 *       web: { kind: "distribution", arn: web.distributionArn, automaticResponse: "COUNT" },
 *     } });
 *
 * Shield reports on distributions and hosted zones in us-east-1, on accelerators in us-west-2, and on anything else in its own region: make
 * one component for each region, so that the alarms find their metrics.
 *
 * Cost: the subscription, 3,000 USD a month for the whole organization with a commitment of a year, and data transfer by volume; a web ACL
 * of a protected resource costs nothing more. It holds no data; a subscription made here stays when the component goes.
 */
export class ShieldProtection extends Component {
  /** Protection ids by the caller's key. */
  readonly protectionIds: Readonly<Record<string, pulumi.Output<string>>>;
  readonly nodes: {
    readonly subscription?: aws.shield.Subscription;
    /** By the caller's key. */
    readonly protections: Readonly<Record<string, aws.shield.Protection>>;
  };

  constructor(name: string, args: ShieldProtectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:ShieldProtection", name, args, opts);
    this.validate(args);

    const subscription = args.subscription === "create" ? this.subscribe(args) : undefined;
    const protections: Record<string, aws.shield.Protection> = {};
    for (const [key, resource] of Object.entries(args.resources)) {
      protections[key] = this.protectResource(key, resource, subscription);
    }
    this.protectionIds = Object.fromEntries(Object.entries(protections).map(([key, { id }]) => [key, id]));
    this.nodes = { subscription, protections };
    this.registerOutputs({ protectionIds: this.protectionIds });
  }

  private validate(args: ShieldProtectionArgs): void {
    this.check.oneOf("subscription", args.subscription ?? "existing", ["existing", "create"]);
    this.check.atLeast("resources", args.resources, 1, "resource");
    for (const [key, resource] of Object.entries(args.resources)) this.validateResource(`resources.${key}`, resource);
  }

  private validateResource(path: string, { kind, arn, automaticResponse }: ShieldResource): void {
    this.check.oneOf(`${path}.kind`, kind, KIND_NAMES);
    const rule = KINDS[kind];
    if (automaticResponse !== undefined) {
      this.check.oneOf(`${path}.automaticResponse`, automaticResponse, ["BLOCK", "COUNT"]);
      this.check.that(
        rule.webAcl === true,
        `${path}.automaticResponse`,
        automaticResponse,
        "It needs a web ACL to write into: only distributions and Application Load Balancers have one.",
      );
    }
    const known = typeof arn === "string" ? arn.split(":") : undefined;
    const home = rule.reportsIn ?? known?.[3] ?? this.context.region;
    this.check.that(
      home === this.context.region,
      `${path}.kind`,
      kind,
      `Shield reports on it in ${home}, and an alarm in ${this.context.region} would stay silent: use a ShieldProtection with region "${home}" for it.`,
    );
    this.check.that(
      known === undefined || rule.arn.test(known.slice(2).join(":")),
      `${path}.arn`,
      arn,
      `Give the ARN of what the kind says (${kind}).`,
    );
  }

  private subscribe(args: ShieldProtectionArgs): aws.shield.Subscription {
    return new aws.shield.Subscription(
      this.childName("subscription"),
      // AWS ends a subscription only in its last 30 days, so a delete would fail at any other time.
      { autoRenew: "ENABLED", skipDestroy: true },
      this.statefulOptions({}, args.transform?.subscription),
    );
  }

  private protectResource(
    key: string,
    resource: ShieldResource,
    subscription: aws.shield.Subscription | undefined,
  ): aws.shield.Protection {
    const protection = new aws.shield.Protection(
      this.childName(key),
      { name: this.physicalName("shieldProtection", key), resourceArn: resource.arn },
      this.childOptions({ dependsOn: subscription ? [subscription] : [] }),
    );
    if (resource.healthCheckArn !== undefined) {
      new aws.shield.ProtectionHealthCheckAssociation(
        this.childName(`${key}-health`),
        { healthCheckArn: resource.healthCheckArn, shieldProtectionId: protection.id },
        this.childOptions(),
      );
    }
    if (resource.automaticResponse !== undefined) {
      new aws.shield.ApplicationLayerAutomaticResponse(
        this.childName(`${key}-response`),
        { resourceArn: resource.arn, action: resource.automaticResponse },
        this.childOptions({ dependsOn: [protection] }),
      );
    }
    this.alarm(`${key}-attack`, {
      severity: "critical",
      description: `Shield Advanced sees a DDoS attack on "${key}". Open the Shield console; the Shield Response Team can be called from there.`,
      metric: {
        namespace: "AWS/DDoSProtection",
        name: "DDoSDetected",
        dimensions: { ResourceArn: resource.arn },
        statistic: "Maximum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
    return protection;
  }
}
