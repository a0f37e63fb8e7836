import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { deliveryStatements } from "../data/bucket-delivery";
import type { Key } from "../security/key";
import type { Certificate } from "./certificate";
import type { Dns } from "./dns";
import type { Firewall } from "./firewall";
import { GLOBAL_REGION, type GlobalComponentArgs, inGlobalRegion } from "./global-region";
import { securityHeaders } from "./security-headers";

/** What a distribution in front of a bucket is told. */
export interface BaseDistributionArgs extends GlobalComponentArgs {
  /** Names it answers, e.g. `["pay.example.com"]`; each gets A and AAAA records in `dns`. */
  domainNames: readonly string[];
  /** Certificate of us-east-1 that covers every name. */
  certificate: Certificate;
  dns: Dns;
  /** Web ACL of scope `CLOUDFRONT`. */
  firewall: Firewall;
  /** Customer key of us-east-1 for the files and the access logs; its policy must name the services `cloudfront` and `log-delivery`. */
  key: Key;
  /** Oldest TLS and ciphers taken from viewers. Default `TLSv1.2_2021`; the other two drop older ciphers, or TLS 1.2 itself. */
  minimumTls?: "TLSv1.2_2021" | "TLSv1.2_2025" | "TLSv1.3_2025";
  /** Edge locations used. Default `PriceClass_All`, the whole world. */
  priceClass?: "PriceClass_100" | "PriceClass_200" | "PriceClass_All";
  /** ISO 3166 codes of the only countries served. Default: all. */
  allowedCountries?: readonly string[];
  /** ISO 3166 codes of countries not served. Default: none. Not with `allowedCountries`. */
  blockedCountries?: readonly string[];
  /** Days that access logs are kept. Default 365 (PCI DSS 10.5.1 asks for twelve months); in development 30. */
  logRetentionInDays?: number;
  /** Where S3 server access logs of its two buckets go. Default: nowhere; CloudFront's own logs hold every request of viewers. */
  accessLogs?: Bucket;
  /** Percent of requests answered with a 5xx status at which the critical alarm goes off. Default 1. */
  serverErrorPercent?: number;
  transform?: {
    distribution?: Transform<aws.cloudfront.DistributionArgs>;
    responseHeaders?: Transform<aws.cloudfront.ResponseHeadersPolicyArgs>;
  };
}

/** What a kind of distribution adds to what all have. */
interface Behaviour {
  /** What the bucket of files is called: suffix of its name, and the origin's id. */
  readonly files: string;
  /** Objects that viewers may have, e.g. `*`. */
  readonly readable: string;
  readonly contentPolicy: string;
  /** Name of the file for `/`. */
  readonly rootObject: string;
  /** Rewrites a viewer's request before the cache is asked. */
  readonly router?: aws.cloudfront.Function;
  /** What to look at when requests fail, for who is on call. */
  readonly suspects: { readonly serverErrors: string; readonly clientErrors: string };
}

/** What a distribution is made of. */
export interface DistributionNodes {
  readonly distribution: aws.cloudfront.Distribution;
  readonly files: Bucket;
  readonly logs: Bucket;
  readonly responseHeaders: aws.cloudfront.ResponseHeadersPolicy;
  readonly accessControl: aws.cloudfront.OriginAccessControl;
  readonly logDelivery: aws.cloudwatch.LogDelivery;
}

/** AWS's managed cache policy CachingOptimized: no cookies, headers or query strings in the key; gzip and Brotli. */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const TLS_POLICIES = ["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"] as const;
const PRICE_CLASSES = ["PriceClass_100", "PriceClass_200", "PriceClass_All"] as const;
/** CloudFront's fields of a request but cookies, query strings and referrers, which may hold tokens. */
const LOGGED_FIELDS = [
  ...["date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status"],
  ...["cs(User-Agent)", "x-edge-result-type", "x-edge-request-id", "x-host-header", "cs-protocol", "cs-bytes"],
  ...["time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher", "x-edge-response-result-type"],
  ...["cs-protocol-version", "c-port", "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type"],
  ...["sc-content-len"],
];

/**
 * CloudFront in front of a private, encrypted S3 bucket that only this distribution may read (origin access control), with a web ACL, security headers, TLS 1.2
 * or better, HTTP/2 and HTTP/3, access logs, DNS records and alarms: what a {@link Frontend} and a {@link ContentStore} have in common.
 */
export abstract class BaseDistribution extends Component {
  /** `https://` and the first name. */
  readonly url: string;
  abstract readonly distributionId: pulumi.Output<string>;
  abstract readonly distributionArn: pulumi.Output<string>;
  /** `d111111abcdef8.cloudfront.net`. */
  abstract readonly distributionDomainName: pulumi.Output<string>;
  abstract readonly bucketName: pulumi.Output<string>;
  abstract readonly logBucketName: pulumi.Output<string>;

  protected constructor(
    kind: string,
    name: string,
    args: BaseDistributionArgs,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(`palisade:edge:${kind}`, name, inGlobalRegion(kind, name, args, opts), opts);
    this.url = `https://${args.domainNames[0] ?? ""}`;
  }

  protected validateDistribution(args: BaseDistributionArgs, contentPolicy: string): void {
    this.validateNames(args);
    args.key.requireFor(this.check, GLOBAL_REGION, ["cloudfront", "log-delivery"]);
    this.check.that(
      args.firewall.scope === "CLOUDFRONT",
      "firewall",
      args.firewall.scope,
      "A distribution takes a web ACL of scope CLOUDFRONT.",
    );
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
    this.check.that(
      contentPolicy.length <= 1783,
      "contentSecurityPolicy",
      contentPolicy,
      "CloudFront takes a policy of at most 1,783 characters.",
    );
    this.check.that(
      args.allowedCountries === undefined || args.blockedCountries === undefined,
      "blockedCountries",
      args.blockedCountries,
      "CloudFront takes a list of allowed countries or one of blocked ones, not both.",
    );
    for (const argument of ["allowedCountries", "blockedCountries"] as const)
      for (const country of args[argument] ?? [])
        this.check.matches(argument, country, /^[A-Z]{2}$/, "Give ISO 3166 codes of two capital letters.");
    this.check.oneOf("minimumTls", args.minimumTls ?? "TLSv1.2_2021", TLS_POLICIES);
    this.check.oneOf("priceClass", args.priceClass ?? "PriceClass_All", PRICE_CLASSES);
    this.check.integer("logRetentionInDays", args.logRetentionInDays ?? 365, 1, 3653, "of days");
    const percent = args.serverErrorPercent ?? 1;
    this.check.that(
      percent > 0 && percent <= 100,
      "serverErrorPercent",
      percent,
      "Give a percentage above 0, up to 100.",
    );
  }

  /** Everything that all kinds have: bucket, access control, headers, distribution, logs, records and alarms. */
  protected createDistribution(args: BaseDistributionArgs, behaviour: Behaviour): DistributionNodes {
    // The bucket's policy names the distribution, whose origin is the bucket.
    const [distributionArn, resolveDistributionArn] = pulumi.deferredOutput<string>();
    const files = this.filesBucket(args, behaviour, distributionArn);
    const responseHeaders = new aws.cloudfront.ResponseHeadersPolicy(
      this.childName("headers"),
      {
        name: this.physicalName("cloudFront", "headers"),
        comment: `Security headers of ${this.name}`,
        ...securityHeaders(behaviour.contentPolicy),
      },
      this.childOptions({}, args.transform?.responseHeaders),
    );
    const accessControl = new aws.cloudfront.OriginAccessControl(
      this.childName("access-control"),
      {
        name: this.physicalName("cloudFront", "oac"),
        description: `Signs ${this.name}'s requests to its bucket`,
        originAccessControlOriginType: "s3",
        signingBehavior: "always",
        signingProtocol: "sigv4",
      },
      this.childOptions(),
    );
    const distribution = this.distribution(args, behaviour, { files, responseHeaders, accessControl });
    resolveDistributionArn(distribution.arn);
    const logs = this.logBucket(args);
    const logDelivery = this.logDelivery(distribution, logs);
    this.publish(args, distribution);
    this.watch(distribution, args.serverErrorPercent ?? 1, behaviour.suspects);
    return { distribution, files, logs, responseHeaders, accessControl, logDelivery };
  }

  private validateNames(args: BaseDistributionArgs): void {
    this.check.atLeast("domainNames", args.domainNames, 1, "name");
    this.check.unique("domainNames", args.domainNames);
    for (const domain of args.domainNames) {
      this.check.that(
        args.certificate.domains.some((name) => covers(name, domain)),
        "domainNames",
        domain,
        `The certificate covers ${args.certificate.domains.join(", ")} only; add the name to it.`,
      );
      this.check.that(
        !args.dns.isPrivate && (domain === args.dns.domain || domain.endsWith(`.${args.dns.domain}`)),
        "domainNames",
        domain,
        `Its records are written in the zone ${args.dns.domain}: give the Dns of a public zone that holds it.`,
      );
    }
    this.check.that(
      args.certificate.context.region === GLOBAL_REGION,
      "certificate",
      args.certificate.context.region,
      `CloudFront takes it from ${GLOBAL_REGION} only: create it with region "${GLOBAL_REGION}".`,
    );
  }

  private filesBucket(
    args: BaseDistributionArgs,
    { files, readable }: Behaviour,
    distributionArn: pulumi.Output<string>,
  ): Bucket {
    return new Bucket(
      this.childName(files),
      {
        key: args.key,
        accessLogs: args.accessLogs,
        policyStatements: (bucketArn) => [
          {
            Sid: "CloudFrontReads",
            Effect: "Allow",
            Principal: { Service: "cloudfront.amazonaws.com" },
            Action: "s3:GetObject",
            Resource: pulumi.interpolate`${bucketArn}/${readable}`,
            Condition: { StringEquals: { "aws:SourceArn": distributionArn } },
          },
        ],
      },
      { parent: this },
    );
  }

  private distribution(
    args: BaseDistributionArgs,
    { files, rootObject, router }: Behaviour,
    parts: Pick<DistributionNodes, "files" | "responseHeaders" | "accessControl">,
  ): aws.cloudfront.Distribution {
    return new aws.cloudfront.Distribution(
      this.childName("distribution"),
      {
        enabled: true,
        comment: `${this.name}: ${args.domainNames[0] ?? ""}`.slice(0, 128),
        aliases: [...args.domainNames],
        httpVersion: "http2and3",
        isIpv6Enabled: true,
        priceClass: args.priceClass ?? "PriceClass_All",
        defaultRootObject: rootObject,
        webAclId: args.firewall.webAclArn,
        origins: [
          {
            originId: files,
            domainName: parts.files.regionalDomainName,
            originAccessControlId: parts.accessControl.id,
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: files,
          viewerProtocolPolicy: "redirect-to-https",
          allowedMethods: ["GET", "HEAD"],
          cachedMethods: ["GET", "HEAD"],
          compress: true,
          cachePolicyId: CACHING_OPTIMIZED,
          responseHeadersPolicyId: parts.responseHeaders.id,
          ...(router && { functionAssociations: [{ eventType: "viewer-request", functionArn: router.arn }] }),
        },
        viewerCertificate: {
          acmCertificateArn: args.certificate.certificateArn,
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: args.minimumTls ?? "TLSv1.2_2021",
        },
        restrictions: { geoRestriction: geoRestriction(args) },
      },
      this.childOptions({}, args.transform?.distribution),
    );
  }

  private logBucket(args: BaseDistributionArgs): Bucket {
    return new Bucket(
      this.childName("logs"),
      {
        key: args.key,
        accessLogs: args.accessLogs,
        expirationInDays: args.logRetentionInDays ?? this.logRetentionInDays,
        policyStatements: (bucketArn) => this.deliveryStatements(bucketArn),
      },
      { parent: this },
    );
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html */
  private deliveryStatements(bucketArn: pulumi.Output<string>): Statement[] {
    return deliveryStatements(bucketArn, {
      service: "delivery.logs.amazonaws.com",
      sid: "LogDelivery",
      source: {
        StringEquals: { "aws:SourceAccount": this.account },
        ArnLike: { "aws:SourceArn": this.arnOf("logs", "delivery-source:*") },
      },
      objects: pulumi.interpolate`AWSLogs/${this.account}/*`,
      lists: true,
    });
  }

  /** Standard logging v2: unlike the older kind it needs no ACLs on the bucket, and takes a customer key. */
  private logDelivery(distribution: aws.cloudfront.Distribution, logs: Bucket): aws.cloudwatch.LogDelivery {
    const source = new aws.cloudwatch.LogDeliverySource(
      this.childName("log-source"),
      {
        name: this.physicalName("logDelivery", "access"),
        logType: "ACCESS_LOGS",
        resourceArn: distribution.arn,
      },
      this.childOptions(),
    );
    const destination = new aws.cloudwatch.LogDeliveryDestination(
      this.childName("log-destination"),
      {
        name: this.physicalName("logDelivery", "access"),
        outputFormat: "json",
        deliveryDestinationConfiguration: { destinationResourceArn: logs.arn },
      },
      this.childOptions({ dependsOn: [logs.nodes.bucket] }),
    );
    return new aws.cloudwatch.LogDelivery(
      this.childName("log-delivery"),
      { deliverySourceName: source.name, deliveryDestinationArn: destination.arn, recordFields: [...LOGGED_FIELDS] },
      // Where the bucket's policy does not let it in yet, AWS writes one of its own, which this one would then undo.
      this.childOptions({ dependsOn: [logs.nodes.policy] }),
    );
  }

  private publish(args: BaseDistributionArgs, distribution: aws.cloudfront.Distribution): void {
    for (const domain of args.domainNames) {
      args.dns.alias(`${this.name}-${domain}`, domain, {
        dnsName: distribution.domainName,
        zoneId: distribution.hostedZoneId,
        ipv6: true,
      });
    }
  }

  private watch(
    distribution: aws.cloudfront.Distribution,
    serverErrorPercent: number,
    suspects: Behaviour["suspects"],
  ): void {
    const rate = (name: string) => ({
      namespace: "AWS/CloudFront",
      name,
      dimensions: { DistributionId: distribution.id, Region: "Global" },
      statistic: "Average" as const,
    });
    this.alarm("server-errors", {
      severity: "critical",
      description: `More than ${serverErrorPercent} % of the requests for ${this.url} fail with a 5xx status: look at ${suspects.serverErrors}.`,
      metric: rate("5xxErrorRate"),
      comparison: "GreaterThanThreshold",
      threshold: serverErrorPercent,
    });
    this.alarm("client-errors", {
      severity: "warning",
      description: `More than 25 % of the requests for ${this.url} are refused with a 4xx status: ${suspects.clientErrors}, a scan, or a firewall rule that hits honest clients.`,
      metric: rate("4xxErrorRate"),
      comparison: "GreaterThanThreshold",
      threshold: 25,
      evaluationPeriods: 15,
    });
  }
}

function geoRestriction(args: BaseDistributionArgs): aws.types.input.cloudfront.DistributionRestrictionsGeoRestriction {
  if (args.allowedCountries) return { restrictionType: "whitelist", locations: [...args.allowedCountries] };
  if (args.blockedCountries) return { restrictionType: "blacklist", locations: [...args.blockedCountries] };
  return { restrictionType: "none", locations: [] };
}

/** Whether a certificate's name covers a host: itself, or one label in place of `*`. */
function covers(name: string, host: string): boolean {
  if (!name.startsWith("*.")) return name === host;
  return host.slice(host.indexOf(".") + 1) === name.slice(2);
}
