import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../core";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import { inGlobalRegion } from "./global-region";

/**
 * AWS managed rule groups: name, web ACL capacity units and place in the order of evaluation (fixed, so that adding a group moves no
 * other). Capacities as published on 2026-11-21:
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
 */
const MANAGED_GROUPS = {
  /** Addresses that AWS's threat intelligence knows as bots and attackers. */
  ipReputation: { rules: "AWSManagedRulesAmazonIpReputationList", capacity: 25, priority: 10 },
  /** VPNs, proxies, Tor nodes, hosting providers. Honest clients can be behind one. */
  anonymousIp: { rules: "AWSManagedRulesAnonymousIpList", capacity: 50, priority: 20 },
  /** OWASP's common attacks. Its SizeRestrictions_BODY blocks bodies above 8 KB: see `countRules`. */
  common: { rules: "AWSManagedRulesCommonRuleSet", capacity: 700, priority: 30 },
  /** Requests that only an exploit sends (Log4j, Java deserialisation, ...). */
  knownBadInputs: { rules: "AWSManagedRulesKnownBadInputsRuleSet", capacity: 200, priority: 40 },
  sqlInjection: { rules: "AWSManagedRulesSQLiRuleSet", capacity: 200, priority: 50 },
  linux: { rules: "AWSManagedRulesLinuxRuleSet", capacity: 200, priority: 60 },
  unix: { rules: "AWSManagedRulesUnixRuleSet", capacity: 100, priority: 70 },
  windows: { rules: "AWSManagedRulesWindowsRuleSet", capacity: 200, priority: 80 },
  php: { rules: "AWSManagedRulesPHPRuleSet", capacity: 100, priority: 90 },
  wordPress: { rules: "AWSManagedRulesWordPressRuleSet", capacity: 100, priority: 100 },
  /** Paths of administration pages. */
  admin: { rules: "AWSManagedRulesAdminProtectionRuleSet", capacity: 100, priority: 110 },
  /** Bots that name themselves; 10 USD a month and 1 USD per million requests more. */
  botControl: { rules: "AWSManagedRulesBotControlRuleSet", capacity: 50, priority: 120 },
} as const;

export type ManagedGroup = keyof typeof MANAGED_GROUPS;

const GROUP_NAMES = Object.keys(MANAGED_GROUPS) as ManagedGroup[];
const DEFAULT_GROUPS: readonly ManagedGroup[] = ["ipReputation", "common", "knownBadInputs", "sqlInjection"];
/** Capacity of a rate-based rule by address, of a geographic match, and of asking whether a header is there (same source). */
const RATE_CAPACITY = 2;
const GEO_CAPACITY = 1;
const HEADER_CAPACITY = 1;
/** Units included in the price of a web ACL; more cost 0.20 USD per million requests for each further 500, up to AWS's limit of 5,000. */
const INCLUDED_CAPACITY = 1500;
/** Credentials that must not stand in logs (PCI DSS 3.3, 8.3.2). */
const SECRET_HEADERS = ["authorization", "cookie", "x-api-key"];
const HEADER = /^[a-z0-9_-]{1,64}$/;

export interface FirewallArgs extends ComponentArgs {
  /** `REGIONAL` for API Gateway, load balancers, AppSync and Cognito; `CLOUDFRONT` (always in us-east-1) for distributions. */
  scope: "REGIONAL" | "CLOUDFRONT";
  /** Customer key of the web ACL's region, whose policy names the `logs` service, for the request logs. */
  key: Key;
  /** `block` (default), or `count`: every rule only counts, to see in the logs what it would have blocked before it does. */
  mode?: "block" | "count";
  /** Requests that one address may send in five minutes, 10-2,000,000,000. Default 2000; the address is blocked until its rate falls. */
  rateLimitPer5Minutes?: number;
  /**
   * A limit of its own, per address and five minutes, for requests with a header, e.g. `x-api-key` of clients whose contract lets one
   * server send more than a person does. WAF does not check the header's value: what stands behind must. Default: none.
   */
  rateLimitWithHeader?: { header: string; requestsPer5Minutes: number };
  /** AWS managed rule groups. Default `ipReputation`, `common`, `knownBadInputs` and `sqlInjection`. */
  groups?: readonly ManagedGroup[];
  /** Rules inside a group that count only, e.g. `{ common: ["SizeRestrictions_BODY"] }` for bodies above 8 KB. Default: none. */
  countRules?: Partial<Record<ManagedGroup, readonly string[]>>;
  /** ISO 3166 codes of countries that are refused, e.g. `["KP"]`; at most 50. Default: none. */
  blockedCountries?: readonly string[];
  /** Headers kept out of logs and samples beside `authorization`, `cookie` and `x-api-key`; lower case. */
  redactedHeaders?: readonly string[];
  /** Keeps query strings out of logs and samples. Default true in the `cardholder` data class, else false. */
  redactQueryString?: boolean;
  /** Most capacity units it may use, up to 5000. Default 1500, which the price of a web ACL includes. */
  maxCapacity?: number;
  /** Blocked requests (in `count` mode: counted ones) in five minutes at which the alarm goes off. Default 1000. */
  surgeAlarmThreshold?: number;
  /** ARNs of what it protects (REGIONAL only), by a key of your choice; `associate` adds more. Default: none. */
  associate?: Readonly<Record<string, pulumi.Input<string>>>;
  transform?: {
    webAcl?: Transform<aws.wafv2.WebAclArgs>;
    logging?: Transform<aws.wafv2.WebAclLoggingConfigurationArgs>;
  };
}

type Rule = aws.types.input.wafv2.WebAclRule;
type ScopeDown = aws.types.input.wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatement;

/**
 * A WAFv2 web ACL: a rate limit per address, AWS managed rule groups, every request logged to an encrypted log group
 * without its credentials, and an alarm when it suddenly blocks many.
 *
 *     const firewall = new Firewall("api-firewall", { scope: "REGIONAL", key, mode: "count" });
 *     firewall.associate("api", stage.arn);
 *
 * Begin with `mode: "count"`, read the logs, then block. A distribution takes `webAclArn` as its `webAclId` instead of an association.
 * WAF adds itself to the log group's resource policy on its own when logging is turned on; the deploying role needs
 * `logs:PutResourcePolicy` and `logs:CreateLogDelivery` for that.
 *
 * Cost: 5 USD a month, 1 USD a month a rule or group, 0.60 USD per million requests, and the log volume. It holds no data but the logs.
 */
export class Firewall extends Component {
  readonly webAclArn: pulumi.Output<string>;
  readonly webAclId: pulumi.Output<string>;
  readonly scope: "REGIONAL" | "CLOUDFRONT";
  /** Web ACL capacity units that the rules use, from AWS's published figures. */
  readonly capacity: number;
  readonly logGroupName: pulumi.Output<string>;
  readonly nodes: {
    readonly webAcl: aws.wafv2.WebAcl;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly logging: aws.wafv2.WebAclLoggingConfiguration;
    /** By the caller's key. */
    readonly associations: Record<string, aws.wafv2.WebAclAssociation>;
  };
  private readonly mode: "block" | "count";

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "palisade:edge:Firewall",
      name,
      args.scope === "CLOUDFRONT" ? inGlobalRegion("Firewall", name, args, opts) : args,
      opts,
    );
    this.scope = args.scope;
    this.mode = args.mode ?? "block";
    const groups = args.groups ?? DEFAULT_GROUPS;
    const headers = [...SECRET_HEADERS, ...(args.redactedHeaders ?? [])];
    const redactQueryString = args.redactQueryString ?? this.context.dataClass === "cardholder";
    this.capacity = capacityOf(groups, args);
    this.validate(args, groups, headers);

    const webAclName = this.physicalName("wafWebAcl");
    const webAcl = new aws.wafv2.WebAcl(
      this.childName("acl"),
      {
        name: webAclName,
        description: `Palisade ${name}`,
        scope: args.scope,
        defaultAction: { allow: {} },
        rules: this.rules(args, groups),
        dataProtectionConfig: { dataProtections: protections(headers, redactQueryString) },
        visibilityConfig: visibility(webAclName),
      },
      this.childOptions({}, args.transform?.webAcl),
    );
    const logs = logGroup(this, "logs", {
      name: `aws-waf-logs-${this.physicalName("logGroup", undefined, "aws-waf-logs-".length)}`,
      keyArn: args.key.arn,
    });
    const logging = new aws.wafv2.WebAclLoggingConfiguration(
      this.childName("logging"),
      {
        resourceArn: webAcl.arn,
        logDestinationConfigs: [logs.arn],
        redactedFields: [
          ...headers.map((header) => ({ singleHeader: { name: header } })),
          ...(redactQueryString ? [{ queryString: {} }] : []),
        ],
      },
      this.childOptions({}, args.transform?.logging),
    );
    this.surgeAlarm(webAclName, args.surgeAlarmThreshold ?? 1000);

    this.webAclArn = webAcl.arn;
    this.webAclId = webAcl.id;
    this.logGroupName = logs.name;
    this.nodes = { webAcl, logGroup: logs, logging, associations: {} };
    for (const [key, arn] of Object.entries(args.associate ?? {})) this.associate(key, arn);
    this.registerOutputs({ webAclArn: this.webAclArn, capacity: this.capacity, mode: this.mode });
  }

  /** Puts it in front of an API stage, a load balancer or another regional resource. `key` names the association. */
  associate(key: string, resourceArn: pulumi.Input<string>): aws.wafv2.WebAclAssociation {
    this.check.that(
      this.scope === "REGIONAL",
      "associate",
      key,
      "A distribution is protected by giving it `webAclArn` as its webAclId; only a REGIONAL firewall is associated.",
    );
    const association = new aws.wafv2.WebAclAssociation(
      this.childName(`for-${key}`),
      { resourceArn, webAclArn: this.webAclArn },
      this.childOptions(),
    );
    this.nodes.associations[key] = association;
    return association;
  }

  private validate(args: FirewallArgs, groups: readonly ManagedGroup[], headers: readonly string[]): void {
    this.check.oneOf("scope", args.scope, ["REGIONAL", "CLOUDFRONT"]);
    this.check.oneOf("mode", this.mode, ["block", "count"]);
    this.check.integer("rateLimitPer5Minutes", args.rateLimitPer5Minutes ?? 2000, 10, 2_000_000_000, "of requests");
    const keyed = args.rateLimitWithHeader;
    if (keyed !== undefined) {
      const limit = keyed.requestsPer5Minutes;
      this.check.integer("rateLimitWithHeader.requestsPer5Minutes", limit, 10, 2_000_000_000, "of requests");
      this.check.matches("rateLimitWithHeader.header", keyed.header, HEADER, "Give a lower-case header name.");
    }
    for (const group of groups) this.check.oneOf("groups", group, GROUP_NAMES);
    this.check.unique("groups", groups);
    for (const group of Object.keys(args.countRules ?? {})) {
      this.check.that(
        groups.some((used) => used === group),
        "countRules",
        group,
        `Name a group that is in use: ${groups.join(", ")}.`,
      );
    }
    const countries = args.blockedCountries ?? [];
    for (const country of countries)
      this.check.matches("blockedCountries", country, /^[A-Z]{2}$/, "Give ISO 3166 codes of two capital letters.");
    this.check.that(countries.length <= 50, "blockedCountries", countries.length, "A rule takes at most 50 countries.");
    for (const header of headers)
      this.check.matches("redactedHeaders", header, HEADER, "Give lower-case header names.");
    this.check.unique("redactedHeaders", headers);
    const maxCapacity = args.maxCapacity ?? INCLUDED_CAPACITY;
    this.check.integer("maxCapacity", maxCapacity, 1, 5000, "of capacity units");
    this.check.that(
      this.capacity <= maxCapacity,
      "groups",
      groups,
      `They need ${this.capacity} web ACL capacity units and ${maxCapacity} are allowed. Drop a group, or raise maxCapacity (at most 5000); ` +
        "above 1500 AWS charges 0.20 USD more per million requests for each 500 units.",
    );
    this.check.integer("surgeAlarmThreshold", args.surgeAlarmThreshold ?? 1000, 1, 1_000_000_000, "of requests");
    args.key.requireFor(this.check, this.context.region, ["logs"]);
  }

  private rules(args: FirewallArgs, groups: readonly ManagedGroup[]): Rule[] {
    const action = this.mode === "count" ? { count: {} } : { block: {} };
    const own = (rule: string, priority: number, statement: Rule["statement"]): Rule => ({
      name: rule,
      priority,
      action,
      statement,
      visibilityConfig: visibility(rule),
    });
    const countries = args.blockedCountries ?? [];
    const managed = groups
      .map((group) => this.managedRule(group, args.countRules?.[group] ?? []))
      .sort((a, b) => a.order - b.order)
      .map(({ rule }) => rule);
    const keyed = args.rateLimitWithHeader;
    const hasHeader = keyed && headerStatement(keyed.header);
    const rate = (limit: number, scopeDownStatement?: ScopeDown): Rule["statement"] => ({
      rateBasedStatement: {
        aggregateKeyType: "IP",
        limit,
        evaluationWindowSec: 300,
        ...(scopeDownStatement && { scopeDownStatement }),
      },
    });
    return [
      own(
        "rate-limit",
        0,
        rate(args.rateLimitPer5Minutes ?? 2000, hasHeader && { notStatement: { statement: hasHeader } }),
      ),
      ...(countries.length > 0
        ? [own("blocked-countries", 1, { geoMatchStatement: { countryCodes: [...countries] } })]
        : []),
      ...(keyed ? [own("rate-limit-with-header", 2, rate(keyed.requestsPer5Minutes, hasHeader))] : []),
      ...managed,
    ];
  }

  private managedRule(group: ManagedGroup, countRules: readonly string[]): { order: number; rule: Rule } {
    const { rules, priority } = MANAGED_GROUPS[group];
    const rule: Rule = {
      name: rules,
      priority,
      overrideAction: this.mode === "count" ? { count: {} } : { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: "AWS",
          name: rules,
          ...(countRules.length > 0 && {
            ruleActionOverrides: countRules.map((name) => ({ name, actionToUse: { count: {} } })),
          }),
          ...(group === "botControl" && {
            managedRuleGroupConfigs: [{ awsManagedRulesBotControlRuleSet: { inspectionLevel: "COMMON" } }],
          }),
        },
      },
      visibilityConfig: visibility(rules),
    };
    return { order: priority, rule };
  }

  private surgeAlarm(webAclName: string, threshold: number): void {
    const counting = this.mode === "count";
    this.alarm("surge", {
      severity: "warning",
      description: `${this.name} ${counting ? "counted" : "blocked"} more than ${threshold} requests in five minutes: an attack, or a rule that hits honest clients. Read its log group.`,
      metric: {
        namespace: "AWS/WAFV2",
        name: counting ? "CountedRequests" : "BlockedRequests",
        // WAF gives the Region dimension to regional web ACLs only.
        dimensions: {
          WebACL: webAclName,
          Rule: "ALL",
          ...(this.scope === "REGIONAL" ? { Region: this.context.region } : {}),
        },
        statistic: "Sum",
        period: 300,
      },
      comparison: "GreaterThanThreshold",
      threshold,
      evaluationPeriods: 1,
    });
  }
}

function capacityOf(groups: readonly ManagedGroup[], args: FirewallArgs): number {
  const geo = (args.blockedCountries ?? []).length > 0 ? GEO_CAPACITY : 0;
  const keyed = args.rateLimitWithHeader ? RATE_CAPACITY + 2 * HEADER_CAPACITY : 0;
  return groups.reduce((sum, group) => sum + (MANAGED_GROUPS[group]?.capacity ?? 0), RATE_CAPACITY + geo + keyed);
}

/** True for requests that have the header: of one that is missing, WAF says that no size matches. */
const headerStatement = (header: string): ScopeDown => ({
  sizeConstraintStatement: {
    fieldToMatch: { singleHeader: { name: header } },
    comparisonOperator: "GT",
    size: 0,
    textTransformations: [{ priority: 0, type: "NONE" }],
  },
});

const visibility = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: true,
});

/** Redaction in the logging configuration does not reach sampled requests; data protection reaches every place where WAF stores requests. */
function protections(
  headers: readonly string[],
  queryString: boolean,
): aws.types.input.wafv2.WebAclDataProtectionConfigDataProtection[] {
  return [
    { action: "SUBSTITUTION", field: { fieldType: "SINGLE_HEADER", fieldKeys: [...headers] } },
    ...(queryString ? [{ action: "SUBSTITUTION", field: { fieldType: "QUERY_STRING" } }] : []),
  ];
}
