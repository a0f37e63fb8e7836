import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Grantee, grant } from "../core";
import type { Bucket } from "../data/bucket";
import { BaseDistribution, type BaseDistributionArgs } from "./base-distribution";
import { defaultContentPolicy } from "./security-headers";
import { siteRouterCode } from "./site-router";

export interface FrontendArgs extends BaseDistributionArgs {
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
}

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
export class Frontend extends BaseDistribution {
  readonly distributionId: pulumi.Output<string>;
  readonly distributionArn: pulumi.Output<string>;
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
    super("Frontend", name, args, opts);
    this.release = args.release ?? "current";
    this.validate(args);

    const router = this.router(args.spa ?? true);
    const { files: site, ...others } = this.createDistribution(args, {
      files: "site",
      readable: "*",
      contentPolicy: contentPolicy(args),
      rootObject: "index.html",
      router,
      suspects: {
        serverErrors: "the bucket, the key and the router function",
        clientErrors: "a release without its files",
      },
    });
    const { distribution, logs } = others;

    this.distributionId = distribution.id;
    this.distributionArn = distribution.arn;
    this.distributionDomainName = distribution.domainName;
    this.bucketName = site.bucketName;
    this.logBucketName = logs.bucketName;
    this.nodes = { ...others, site, router };
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
    this.validateDistribution(args, contentPolicy(args));
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
    for (const origin of args.connectTo ?? [])
      this.check.matches(
        "connectTo",
        origin,
        /^(https|wss):\/\/[a-z0-9.*-]+(:\d+)?$/,
        "Give origins such as https://api.example.com.",
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
}

const contentPolicy = (args: FrontendArgs): string =>
  args.contentSecurityPolicy ?? defaultContentPolicy(args.connectTo ?? []);
