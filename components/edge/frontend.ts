import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Grantee, grant, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { deliveryStatements } from "../data/bucket-delivery";
import type { Key } from "../security/key";
import type { Certificate } from "./certificate";
import type { Dns } from "./dns";
import type { Firewall } from "./firewall";
import { GLOBAL_REGION, type GlobalComponentArgs, inGlobalRegion } from "./global-region";
import { defaultContentPolicy, securityHeaders } from "./security-headers";
import { siteRouterCode } from "./site-router";

export interface FrontendArgs extends GlobalComponentArgs {
  /** Names it answers, e.g. `["pay.example.com"]`; each gets A and AAAA records in `dns`. */
  domainNames: readonly string[];
  /** Certificate of us-east-1 that covers every name. */
  certificate: Certificate;
  dns: Dns;
  /** Web ACL of scope `CLOUDFRONT`. */
  firewall: Firewall;
  /** Customer key of us-east-1 for the site and its access logs; its policy must name the services `cloudfront` and `log-delivery`. */
  key: Key;
  /**
   * Folder in the bucket that is served: `<bucket>/<release>/index.html`. Default `current`. Upload a new version to a folder of its own, then
   * change this; to roll back, change it back. It takes effect in seconds, and no cache has to be invalidated.
   */
  release?: string;
  /** Serves `index.html` for every path without a file extension, as single-page applications need. Default true; false: for folders only. */
  spa?: boolean;
  /** Origins that the site's scripts may call, e.g. `["https://api.pay.example.com"]`; part of the default content security policy. */
  connectTo?: readonly string[];
  /** Whole Content-Security-Policy header, instead of the default, which allows nothing but the site itself and `connectTo`. */
  contentSecurityPolicy?: string;
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
 * A static web front: CloudFront in front of a private, encrypted S3 bucket that only this distribution may read (origin access
 * control), with a web ACL, security headers, TLS 1.2 or better, HTTP/2 and HTTP/3, access logs, DNS records and alarms.
 *
 *     const web = new Frontend("web", { domainNames: ["pay.example.com"], certificate, dns, firewall, key, release: "v42" });
 *     web.grantDeploy(pipeline);
 *
 * It lives in us-east-1, where CloudFront's certificate, web ACL, logs and metrics are; the viewers are served from the edge all the same.
 * Until the release's folder is uploaded it answers 403. Its HSTS header covers every subdomain of the names and asks for preloading: all of
 * them must speak HTTPS.
 *
 * Cost: CloudFront by traffic (from 0.085 USD per GB, 0.01 USD per 10,000 requests, 0.10 USD per million function runs), storage and logs by
 * volume. Data loss: both buckets are protected and versioned in production.
 */
export class Frontend extends Component {
  /** `https://` and the first name. */
  readonly url: string;
  readonly distributionId: pulumi.Output<string>;
  readonly distributionArn: pulumi.Output<string>;
  /** `d111111abcdef8.cloudfront.net`. */
  readonly distributionDomainName: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;
  readonly logBucketName: pulumi.Output<string>;
  /** Folder that is served. */
  readonly release: string;
  readonly nodes: {
    readonly distribution: aws.cloudfront.Distribution;
    readonly site: Bucket;
    readonly logs: Bucket;
    readonly router: aws.cloudfront.Function;
    readonly responseHeaders: aws.cloudfront.ResponseHeadersPolicy;
    readonly accessControl: aws.cloudfront.OriginAccessControl;
    readonly logDelivery: aws.cloudwatch.LogDelivery;
  };

  constructor(name: string, args: FrontendArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:Frontend", name, inGlobalRegion("Frontend", name, args, opts), opts);
    this.release = args.release ?? "current";
    this.validate(args);

    // The bucket's policy names the distribution, whose origin is the bucket.
    const [distributionArn, resolveDistributionArn] = pulumi.deferredOutput<string>();
    const site = this.siteBucket(args, distributionArn);
    const router = this.router(args.spa ?? true);
    const responseHeaders = this.responseHeaders(args);
    const accessControl = new aws.cloudfront.OriginAccessControl(
      this.childName("access-control"),
      {
        name: this.physicalName("cloudFront", "oac"),
        description: `Signs ${name}'s requests to its bucket`,
        originAccessControlOriginType: "s3",
        signingBehavior: "always",
        signingProtocol: "sigv4",
      },
      this.childOptions(),
    );
    const distribution = this.distribution(args, { site, router, responseHeaders, accessControl });
    resolveDistributionArn(distribution.arn);
    const logs = this.logBucket(args);
    const logDelivery = this.logDelivery(distribution, logs);

    this.url = `https://${args.domainNames[0] ?? ""}`;
    this.distributionId = distribution.id;
    this.distributionArn = distribution.arn;
    this.distributionDomainName = distribution.domainName;
    this.bucketName = site.bucketName;
    this.logBucketName = logs.bucketName;
    this.nodes = { distribution, site, logs, router, responseHeaders, accessControl, logDelivery };
    this.publish(args);
    this.watch(args.serverErrorPercent ?? 1);
    this.registerOutputs({ url: this.url, distributionId: this.distributionId, bucketName: this.bucketName });
  }

  /** Lets `grantee` upload releases and clear the cache of this distribution. */
  grantDeploy(grantee: Grantee): aws.iam.RolePolicy {
    const { site } = this.nodes;
    return grant(this, this.name, "deploy", grantee, [
      {
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:PutObject"],
        Resource: pulumi.interpolate`${site.arn}/*`,
      },
      { Effect: "Allow", Action: "s3:ListBucket", Resource: site.arn },
      ...(site.key ? [site.key.encryptDecryptStatement("s3")] : []),
      {
        Effect: "Allow",
        Action: ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
        Resource: this.distributionArn,
      },
    ]);
  }

  private validate(args: FrontendArgs): void {
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
    args.key.requireFor(this.check, GLOBAL_REGION, ["cloudfront", "log-delivery"]);
    this.check.that(
      args.firewall.scope === "CLOUDFRONT",
      "firewall",
      args.firewall.scope,
      "A distribution takes a web ACL of scope CLOUDFRONT.",
    );
    this.check.matches(
      "release",
      this.release,
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      "Give a folder name of at most 64 letters, digits, dots, hyphens and underscores.",
    );
    this.check.that(
      args.contentSecurityPolicy === undefined || args.connectTo === undefined,
      "connectTo",
      args.connectTo,
      "It is part of the default policy; put it into contentSecurityPolicy's connect-src instead.",
    );
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
    this.check.that(
      contentPolicy(args).length <= 1783,
      "contentSecurityPolicy",
      contentPolicy(args),
      "CloudFront takes a policy of at most 1,783 characters.",
    );
    for (const origin of args.connectTo ?? [])
      this.check.matches(
        "connectTo",
        origin,
        /^(https|wss):\/\/[a-z0-9.*-]+(:\d+)?$/,
        "Give origins such as https://api.example.com.",
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

  private siteBucket(args: FrontendArgs, distributionArn: pulumi.Output<string>): Bucket {
    return new Bucket(
      this.childName("site"),
      {
        key: args.key,
        accessLogs: args.accessLogs,
        policyStatements: (bucketArn) => [
          {
            Sid: "CloudFrontReads",
            Effect: "Allow",
            Principal: { Service: "cloudfront.amazonaws.com" },
            Action: "s3:GetObject",
            Resource: pulumi.interpolate`${bucketArn}/*`,
            Condition: { StringEquals: { "aws:SourceArn": distributionArn } },
          },
        ],
      },
      { parent: this },
    );
  }

  private router(spa: boolean): aws.cloudfront.Function {
    return new aws.cloudfront.Function(
      this.childName("router"),
      {
        name: this.physicalName("cloudFront", "router"),
        comment: `Serves release ${this.release}`,
        runtime: "cloudfront-js-2.0",
        code: siteRouterCode({ release: this.release, spa }),
        publish: true,
      },
      this.childOptions(),
    );
  }

  private responseHeaders(args: FrontendArgs): aws.cloudfront.ResponseHeadersPolicy {
    return new aws.cloudfront.ResponseHeadersPolicy(
      this.childName("headers"),
      {
        name: this.physicalName("cloudFront", "headers"),
        comment: `Security headers of ${this.name}`,
        ...securityHeaders(contentPolicy(args)),
      },
      this.childOptions({}, args.transform?.responseHeaders),
    );
  }

  private distribution(
    args: FrontendArgs,
    parts: {
      site: Bucket;
      router: aws.cloudfront.Function;
      responseHeaders: aws.cloudfront.ResponseHeadersPolicy;
      accessControl: aws.cloudfront.OriginAccessControl;
    },
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
        defaultRootObject: "index.html",
        webAclId: args.firewall.webAclArn,
        origins: [
          {
            originId: "site",
            domainName: parts.site.regionalDomainName,
            originAccessControlId: parts.accessControl.id,
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: "site",
          viewerProtocolPolicy: "redirect-to-https",
          allowedMethods: ["GET", "HEAD"],
          cachedMethods: ["GET", "HEAD"],
          compress: true,
          cachePolicyId: CACHING_OPTIMIZED,
          responseHeadersPolicyId: parts.responseHeaders.id,
          functionAssociations: [{ eventType: "viewer-request", functionArn: parts.router.arn }],
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

  private logBucket(args: FrontendArgs): Bucket {
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

  private publish(args: FrontendArgs): void {
    const { distribution } = this.nodes;
    for (const domain of args.domainNames) {
      args.dns.alias(`${this.name}-${domain}`, domain, {
        dnsName: distribution.domainName,
        zoneId: distribution.hostedZoneId,
        ipv6: true,
      });
    }
  }

  private watch(serverErrorPercent: number): void {
    const rate = (name: string) => ({
      namespace: "AWS/CloudFront",
      name,
      dimensions: { DistributionId: this.distributionId, Region: "Global" },
      statistic: "Average" as const,
    });
    this.alarm("server-errors", {
      severity: "critical",
      description: `More than ${serverErrorPercent} % of the requests for ${this.url} fail with a 5xx status: look at the bucket, the key and the router function.`,
      metric: rate("5xxErrorRate"),
      comparison: "GreaterThanThreshold",
      threshold: serverErrorPercent,
    });
    this.alarm("client-errors", {
      severity: "warning",
      description: `More than 25 % of the requests for ${this.url} are refused with a 4xx status: a release without its files, a scan, or a firewall rule that hits honest clients.`,
      metric: rate("4xxErrorRate"),
      comparison: "GreaterThanThreshold",
      threshold: 25,
      evaluationPeriods: 15,
    });
  }
}

const contentPolicy = (args: FrontendArgs): string =>
  args.contentSecurityPolicy ?? defaultContentPolicy(args.connectTo ?? []);

function geoRestriction(args: FrontendArgs): aws.types.input.cloudfront.DistributionRestrictionsGeoRestriction {
  if (args.allowedCountries) return { restrictionType: "whitelist", locations: [...args.allowedCountries] };
  if (args.blockedCountries) return { restrictionType: "blacklist", locations: [...args.blockedCountries] };
  return { restrictionType: "none", locations: [] };
}

/** Whether a certificate's name covers a host: itself, or one label in place of `*`. */
function covers(name: string, host: string): boolean {
  if (!name.startsWith("*.")) return name === host;
  return host.slice(host.indexOf(".") + 1) === name.slice(2);
}
