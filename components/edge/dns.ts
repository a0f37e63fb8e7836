import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, policyDocument, type Transform } from "../core";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import { GLOBAL_REGION, type GlobalComponentArgs, inGlobalRegion } from "./global-region";

export interface DnsArgs extends GlobalComponentArgs {
  /** Domain of the zone, e.g. `pay.example.com`. */
  domain: string;
  /** Id of a public zone that stands already, e.g. `Z0123456789ABCDEFGHIJ`. Then only records and health checks are made. Default: a new zone. */
  zoneId?: pulumi.Input<string>;
  /** VPCs that resolve the zone: makes it a private one, without query logs, CAA and DNSSEC. Default: a public zone. It cannot be changed later. */
  privateTo?: readonly { vpcId: pulumi.Input<string>; region: string }[];
  /** Customer key of us-east-1, whose policy names the `logs` service, for the query logs. Needed when `queryLogs` is on. */
  key?: Key;
  /** Logs every query to CloudWatch Logs. Default: true for a new public zone in production, else false. */
  queryLogs?: boolean;
  /**
   * Signs the zone with a KMS key of its own. Default false: once on, put `nodes.dnssec.signingKey.dsRecord` at the registrar, and take it
   * out there two days before turning this off, or the domain stops resolving.
   */
  dnssec?: boolean;
  /** Who may issue certificates for the domain (CAA, RFC 8659). Default `["amazon.com"]`; an empty list writes no CAA record. */
  certificateAuthorities?: readonly string[];
  transform?: { zone?: Transform<aws.route53.ZoneArgs> };
}

/** What an alias record points at: a distribution, an API's regional domain, a load balancer, an accelerator. */
export interface AliasTarget {
  dnsName: pulumi.Input<string>;
  /** Hosted zone id of the target, not of this zone. */
  zoneId: pulumi.Input<string>;
  /** Also answers AAAA queries. Default false; true for CloudFront and anything dual-stack. */
  ipv6?: boolean;
  /** Lets Route 53 look at the health of the target itself. Default: true for a latency record, else false, as CloudFront does not offer it. */
  evaluateTargetHealth?: boolean;
}

/** An HTTPS check from Route 53's checkers on three continents. */
export interface HealthCheckArgs {
  /**
   * Host that is asked for, over TLS with SNI: one that leads to this endpoint alone, such as `eu-west-1.api.example.com`. The shared
   * name would be answered by any region.
   */
  host: pulumi.Input<string>;
  /** Default `/health`; any 2xx or 3xx answer is healthy. */
  path?: string;
  /** Default 443. */
  port?: number;
  /** Seconds between the requests of one checker, 10 or 30. Default 30; 10 costs 1-2 USD a month more. It cannot be changed later. */
  intervalInSeconds?: 10 | 30;
  /** Failures in a row until unhealthy, 1-10. Default 3. */
  failureThreshold?: number;
}

export interface LatencyTarget extends AliasTarget {
  /** Region of the endpoint: Route 53 answers with the one that is fastest for the resolver. */
  region: string;
  /** Takes the endpoint out of the answers while it is unhealthy. Default: none. */
  healthCheck?: HealthCheckArgs;
}

const DOMAIN = /^((?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)$/;
const HOST = /^(\*\.)?([a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}$/;

/**
 * A Route 53 hosted zone: query logs, a CAA record that keeps other certificate authorities out, alias and latency records, and health
 * checks with an alarm each. It lives in us-east-1, where Route 53 publishes its metrics and delivers its query logs.
 *
 *     const dns = new Dns("dns", { domain: "pay.example.com", key: globalKey });
 *     dns.alias("web", "pay.example.com", { dnsName: distribution.domainName, zoneId: distribution.hostedZoneId, ipv6: true });
 *     dns.latencyRecord("api-euw1", "api.pay.example.com", { region: "eu-west-1", ...target, healthCheck: { host: "eu-west-1.api.pay.example.com" } });
 *
 * A new public zone resolves only after its `nameServers` stand in the parent zone or at the registrar.
 *
 * Cost: 0.50 USD a month a zone, 0.50 USD per million queries plus the log volume, 0.75-2.75 USD a month a health check by interval, 1 USD a
 * month for the DNSSEC key. Data loss: deleting the zone takes every name in it off the internet; in production it is protected.
 */
export class Dns extends Component {
  readonly domain: string;
  readonly zoneId: pulumi.Output<string>;
  readonly zoneArn: pulumi.Output<string>;
  /** Name servers to put in the parent zone; empty for a zone that stood already. */
  readonly nameServers: pulumi.Output<string[]>;
  readonly isPrivate: boolean;
  readonly nodes: {
    readonly zone?: aws.route53.Zone;
    readonly queryLogGroup?: aws.cloudwatch.LogGroup;
    readonly dnssec?: { readonly key: aws.kms.Key; readonly signingKey: aws.route53.KeySigningKey };
    /** By the caller's key and the record's type, e.g. `web-a`. */
    readonly records: Record<string, aws.route53.Record>;
    /** By the caller's key. */
    readonly healthChecks: Record<string, aws.route53.HealthCheck>;
  };

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:Dns", name, inGlobalRegion("Dns", name, args, opts), opts);
    this.domain = args.domain;
    this.isPrivate = args.privateTo !== undefined;
    const created = args.zoneId === undefined;
    const ownPublic = created && !this.isPrivate;
    const queryLogs = args.queryLogs ?? (ownPublic && this.production);
    this.validate(args, queryLogs, ownPublic);

    const zone = created ? this.createZone(args) : undefined;
    this.zoneId = zone?.zoneId ?? pulumi.output(args.zoneId ?? "");
    this.zoneArn = pulumi.interpolate`arn:${this.context.partition.id}:route53:::hostedzone/${this.zoneId}`;
    this.nameServers = zone?.nameServers ?? pulumi.output([]);
    this.nodes = {
      zone,
      queryLogGroup: queryLogs && args.key ? this.createQueryLogs(args.key) : undefined,
      dnssec: args.dnssec ? this.signZone() : undefined,
      records: {},
      healthChecks: {},
    };
    const authorities = args.certificateAuthorities ?? ["amazon.com"];
    if (ownPublic && authorities.length > 0) this.createCaa(authorities);
    this.registerOutputs({ zoneId: this.zoneId, domain: this.domain, nameServers: this.nameServers });
  }

  /** Points `host` at `target`, with an A and, when `ipv6`, an AAAA record. `key` names the records; it stays when the host changes. */
  alias(key: string, host: string, target: AliasTarget): void {
    this.requireHost(host);
    for (const type of recordTypes(target)) {
      this.addRecord(key, type, { name: host, aliases: [aliasOf(target)] });
    }
  }

  /**
   * One region's answer for `host`: call it once for each region with a key of its own. Returns the health check when one is asked for.
   */
  latencyRecord(key: string, host: string, target: LatencyTarget): aws.route53.HealthCheck | undefined {
    this.requireHost(host);
    const check = target.healthCheck && this.healthCheck(key, target.healthCheck);
    for (const type of recordTypes(target)) {
      this.addRecord(key, type, {
        name: host,
        setIdentifier: key,
        latencyRoutingPolicies: [{ region: target.region }],
        healthCheckId: check?.id,
        aliases: [aliasOf({ evaluateTargetHealth: true, ...target })],
      });
    }
    return check;
  }

  /** A plain record, e.g. a CNAME or TXT; `ttl` in seconds, default 300. */
  record(
    key: string,
    host: string,
    type: "A" | "AAAA" | "CNAME" | "MX" | "TXT",
    values: pulumi.Input<string>[],
    ttl = 300,
  ): void {
    this.requireHost(host);
    this.check.integer("ttl", ttl, 0, 604800, "of seconds");
    this.addRecord(key, type, { name: host, ttl, records: values });
  }

  /** An HTTPS health check with an alarm. */
  healthCheck(key: string, args: HealthCheckArgs): aws.route53.HealthCheck {
    const path = args.path ?? "/health";
    this.check.that(
      !this.isPrivate,
      "healthCheck",
      key,
      "Route 53's checkers are on the internet and reach no endpoint of a private zone: drop it.",
    );
    this.check.matches("healthCheck.path", path, /^\/\S{0,254}$/, "Give an absolute path of at most 255 characters.");
    this.check.integer("healthCheck.port", args.port ?? 443, 1, 65535);
    this.check.oneOf("healthCheck.intervalInSeconds", args.intervalInSeconds ?? 30, [10, 30]);
    this.check.integer("healthCheck.failureThreshold", args.failureThreshold ?? 3, 1, 10);
    const check = new aws.route53.HealthCheck(
      this.childName(`${key}-check`),
      {
        type: "HTTPS",
        fqdn: args.host,
        port: args.port ?? 443,
        resourcePath: path,
        enableSni: true,
        requestInterval: args.intervalInSeconds ?? 30,
        failureThreshold: args.failureThreshold ?? 3,
        // The console shows a health check by this tag.
        tags: { Name: this.childName(key) },
      },
      this.childOptions(),
    );
    this.nodes.healthChecks[key] = check;
    this.alarm(`${key}-unhealthy`, {
      severity: "critical",
      description: `Route 53 finds the endpoint "${key}" of ${this.domain} unhealthy and sends its clients to the others.`,
      metric: {
        namespace: "AWS/Route53",
        name: "HealthCheckStatus",
        dimensions: { HealthCheckId: check.id },
        statistic: "Minimum",
      },
      comparison: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: 2,
      treatMissingData: "breaching",
    });
    return check;
  }

  private validate(args: DnsArgs, queryLogs: boolean, ownPublic: boolean): void {
    this.check.matches("domain", args.domain, DOMAIN, "Give a lower-case domain name such as pay.example.com.");
    if (args.privateTo !== undefined) {
      this.check.atLeast("privateTo", args.privateTo, 1, "VPC that resolves the zone");
      this.check.that(
        args.zoneId === undefined,
        "zoneId",
        args.zoneId,
        "A zone that stands already keeps its own VPCs: drop privateTo.",
      );
    }
    const onlyOwn = "It belongs to a public zone made here; drop it, or drop zoneId and privateTo.";
    this.check.that(ownPublic || !queryLogs, "queryLogs", args.queryLogs, onlyOwn);
    this.check.that(ownPublic || !args.dnssec, "dnssec", args.dnssec, onlyOwn);
    this.check.that(
      ownPublic || args.certificateAuthorities === undefined,
      "certificateAuthorities",
      args.certificateAuthorities,
      onlyOwn,
    );
    for (const authority of args.certificateAuthorities ?? [])
      this.check.matches("certificateAuthorities", authority, DOMAIN, "Give the CA's CAA domain, e.g. amazon.com.");
    this.check.that(
      !queryLogs || args.key !== undefined,
      "key",
      args.key,
      `Query logs are encrypted with a customer key: give a Key of ${GLOBAL_REGION} with services ["logs"], or set queryLogs to false.`,
    );
    // Route 53 delivers query logs there and nowhere else.
    args.key?.requireFor(this.check, GLOBAL_REGION, ["logs"]);
  }

  private createZone(args: DnsArgs): aws.route53.Zone {
    return new aws.route53.Zone(
      this.childName("zone"),
      {
        name: args.domain,
        comment: `Palisade ${this.name}`,
        forceDestroy: !this.production,
        ...(args.privateTo && { vpcs: args.privateTo.map(({ vpcId, region }) => ({ vpcId, vpcRegion: region })) }),
      },
      this.statefulOptions({}, args.transform?.zone),
    );
  }

  private createQueryLogs(key: Key): aws.cloudwatch.LogGroup {
    const group = logGroup(this, "queries", {
      name: `/aws/route53/${this.physicalName("logGroup", undefined, 13)}`,
      keyArn: key.arn,
    });
    const groupArn = this.arnOf("logs", `log-group:/aws/route53/${this.physicalName("logGroup", undefined, 13)}`);
    const policy = new aws.cloudwatch.LogResourcePolicy(
      this.childName("queries-policy"),
      {
        policyName: this.physicalName("logResourcePolicy", "queries"),
        policyDocument: policyDocument([
          {
            Sid: "Route53QueryLogs",
            Effect: "Allow",
            Principal: { Service: "route53.amazonaws.com" },
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${groupArn}:*`,
            Condition: {
              StringEquals: { "aws:SourceAccount": this.account },
              ArnLike: { "aws:SourceArn": this.zoneArn },
            },
          },
        ]),
      },
      this.childOptions(),
    );
    new aws.route53.QueryLog(
      this.childName("query-log"),
      { zoneId: this.zoneId, cloudwatchLogGroupArn: group.arn },
      // Route 53 writes a test event before it accepts the configuration.
      this.childOptions({ dependsOn: [policy] }),
    );
    return group;
  }

  private signZone(): { key: aws.kms.Key; signingKey: aws.route53.KeySigningKey } {
    const key = new aws.kms.Key(
      this.childName("dnssec-key"),
      {
        description: `DNSSEC of ${this.domain}`,
        // The only spec Route 53 takes, and one that KMS cannot rotate by itself.
        customerMasterKeySpec: "ECC_NIST_P256",
        keyUsage: "SIGN_VERIFY",
        deletionWindowInDays: this.production ? 30 : 7,
        policy: this.dnssecKeyPolicy(),
      },
      this.statefulOptions(),
    );
    const signingKey = new aws.route53.KeySigningKey(
      this.childName("signing-key"),
      { name: "primary", hostedZoneId: this.zoneId, keyManagementServiceArn: key.arn },
      this.childOptions(),
    );
    new aws.route53.HostedZoneDnsSec(
      this.childName("dnssec"),
      { hostedZoneId: signingKey.hostedZoneId },
      this.childOptions({ dependsOn: [signingKey] }),
    );
    this.alarm("dnssec-failing", {
      severity: "critical",
      description: `Route 53 cannot sign ${this.domain}: look at the key-signing key and at the policy of its KMS key. Unsigned answers will stop resolving.`,
      metric: {
        namespace: "AWS/Route53",
        name: "DNSSECInternalFailure",
        dimensions: { HostedZoneId: this.zoneId },
        statistic: "Maximum",
        // Route 53 publishes it every four hours.
        period: 14400,
      },
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      evaluationPeriods: 1,
    });
    this.alarm("dnssec-key-action", {
      severity: "critical",
      description: `A key-signing key of ${this.domain} needs action: Route 53 cannot use its KMS key.`,
      metric: {
        namespace: "AWS/Route53",
        name: "DNSSECKeySigningKeysNeedingAction",
        dimensions: { HostedZoneId: this.zoneId },
        statistic: "Maximum",
        period: 14400,
      },
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      evaluationPeriods: 1,
    });
    return { key, signingKey };
  }

  /** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html, "Route 53 key policy". */
  private dnssecKeyPolicy(): pulumi.Output<string> {
    const route53 = { Service: "dnssec-route53.amazonaws.com" };
    const ofZone = {
      StringEquals: { "aws:SourceAccount": this.account },
      ArnLike: { "aws:SourceArn": this.zoneArn },
    };
    return policyDocument([
      {
        Sid: "AccountDecidesByIam",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:${this.context.partition.id}:iam::${this.account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "Route53Signs",
        Effect: "Allow",
        Principal: route53,
        Action: ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
        Resource: "*",
        Condition: ofZone,
      },
      {
        Sid: "Route53Grants",
        Effect: "Allow",
        Principal: route53,
        Action: "kms:CreateGrant",
        Resource: "*",
        Condition: { ...ofZone, Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    ]);
  }

  private createCaa(authorities: readonly string[]): void {
    this.addRecord("certificate-authorities", "CAA", {
      name: this.domain,
      ttl: 3600,
      records: authorities.flatMap((authority) => [`0 issue "${authority}"`, `0 issuewild "${authority}"`]),
    });
  }

  private requireHost(host: string): void {
    this.check.matches("host", host, HOST, "Give a full lower-case host name such as api.pay.example.com.");
    this.check.that(
      host === this.domain || host.endsWith(`.${this.domain}`),
      "host",
      host,
      `It must lie in the zone ${this.domain}.`,
    );
  }

  private addRecord(key: string, type: string, args: Omit<aws.route53.RecordArgs, "zoneId" | "type">): void {
    const id = `${key}-${type.toLowerCase()}`;
    this.nodes.records[id] = new aws.route53.Record(
      this.childName(id),
      { zoneId: this.zoneId, type, ...args },
      this.childOptions(),
    );
  }
}

const recordTypes = (target: AliasTarget): readonly string[] => (target.ipv6 ? ["A", "AAAA"] : ["A"]);

const aliasOf = (target: AliasTarget): aws.types.input.route53.RecordAlias => ({
  name: target.dnsName,
  zoneId: target.zoneId,
  evaluateTargetHealth: target.evaluateTargetHealth ?? false,
});
