import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Grantee, grant } from "../core";
import type { Bucket } from "../data/bucket";
import { BaseDistribution, type BaseDistributionArgs } from "./base-distribution";

export interface ContentStoreArgs extends BaseDistributionArgs {
  /** Kinds of files taken, as `Content-Type`. Default AVIF, JPEG, PNG and WebP images. SVG runs scripts: it is not among them. */
  contentTypes?: readonly string[];
  /** Most MiB of one file, 1-5120, which is as much as one form can send. Default 10. */
  maxUploadMiB?: number;
  /** Origins whose pages upload, e.g. `["https://merchants.example.com"]`. Default: none; apps and servers need no entry. */
  uploadFrom?: readonly string[];
}

/** Where files stand, in the bucket and under the distribution. */
const FILES = "assets/";
const MIB = 1024 ** 2;
const IMAGES = ["image/avif", "image/jpeg", "image/png", "image/webp"];
/** A file that is opened as a page loads nothing, runs nothing and stands in no frame. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox";

/**
 * Files that users upload and everybody may see: a private, encrypted S3 bucket, written by pre-signed forms and read through CloudFront alone, as in a
 * {@link Frontend}. Serve it under a name of its own, not the one of a site that signs people in.
 *
 *     const content = new ContentStore("content", { domainNames: ["assets.example.com"], certificate, dns, firewall, key });
 *     content.grantUpload(uploads);
 *
 * Who may upload asks a service, which signs a form (S3's POST policy) for one file by `uploadRules`: only a form can hold a file's size and type to limits. Its
 * role can do nothing with its permission but sign such forms, so give it to a function that does nothing else.
 *
 * It lives in us-east-1, as a Frontend does. A file that is written again under its key is served as it was for up to a day: give each version a key of its own.
 *
 * Cost: CloudFront by traffic (from 0.085 USD per GB, 0.01 USD per 10,000 requests), storage and logs by volume. Data loss: both buckets are protected and
 * versioned in production; what is overwritten can be had back for 90 days.
 */
export class ContentStore extends BaseDistribution {
  readonly distributionId: pulumi.Output<string>;
  readonly distributionArn: pulumi.Output<string>;
  readonly distributionDomainName: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;
  readonly logBucketName: pulumi.Output<string>;
  /**
   * What a signer goes by, as JSON: `url` that takes the form; `bucket`; `prefix` that every key begins with; `contentTypes`; `maxBytes`; `fields` that the form and
   * its policy must hold, or S3 refuses it. Nothing in it is secret.
   */
  readonly uploadRules: pulumi.Output<string>;
  readonly nodes: {
    readonly distribution: aws.cloudfront.Distribution;
    readonly files: Bucket;
    readonly logs: Bucket;
    readonly responseHeaders: aws.cloudfront.ResponseHeadersPolicy;
    readonly accessControl: aws.cloudfront.OriginAccessControl;
    readonly logDelivery: aws.cloudwatch.LogDelivery;
  };
  private readonly encryption: { readonly algorithm: "aws:kms"; readonly keyArn: pulumi.Output<string> };

  constructor(name: string, args: ContentStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ContentStore", name, args, opts);
    this.validate(args);

    this.encryption = { algorithm: "aws:kms", keyArn: args.key.arn };
    this.nodes = this.createDistribution(args, {
      files: "files",
      readable: `${FILES}*`,
      contentPolicy: NOTHING,
      // There is none: without a name for it, CloudFront would ask the bucket for a list of all files.
      rootObject: `${FILES}index.html`,
      suspects: { serverErrors: "the bucket and the key", clientErrors: "links to files that are not there" },
    });
    if (args.uploadFrom) this.letPagesUpload(args.uploadFrom);

    const { distribution, files, logs } = this.nodes;
    this.distributionId = distribution.id;
    this.distributionArn = distribution.arn;
    this.distributionDomainName = distribution.domainName;
    this.bucketName = files.bucketName;
    this.logBucketName = logs.bucketName;
    this.uploadRules = this.rules(args);
    this.registerOutputs({ url: this.url, distributionId: this.distributionId, bucketName: this.bucketName });
  }

  /** Lets `grantee` sign forms by which one file is uploaded under `prefix` (default: all), encrypted with the key. It can not read, and not write by other means. */
  grantUpload(grantee: Grantee, prefix = ""): aws.iam.RolePolicy {
    const { files } = this.nodes;
    const encrypt = files.key?.encryptDecryptStatement("s3");
    return grant(this, this.name, "upload", grantee, [
      {
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${files.arn}/${FILES}${prefix}*`,
        Condition: {
          StringEquals: {
            // A form: neither a signed header nor a signed URL.
            "s3:authType": "POST",
            "s3:x-amz-server-side-encryption": this.encryption.algorithm,
            "s3:x-amz-server-side-encryption-aws-kms-key-id": this.encryption.keyArn,
          },
        },
      },
      // Who writes an object as a whole reads none of it back.
      ...(encrypt ? [{ ...encrypt, Action: "kms:GenerateDataKey" }] : []),
    ]);
  }

  private validate(args: ContentStoreArgs): void {
    this.validateDistribution(args, NOTHING);
    const types = args.contentTypes ?? IMAGES;
    this.check.atLeast("contentTypes", types, 1, "kind of file");
    this.check.unique("contentTypes", types);
    for (const type of types) {
      this.check.matches("contentTypes", type, /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/, "Give whole types such as image/png.");
      this.check.that(
        !/html|svg|xml|javascript/.test(type),
        "contentTypes",
        type,
        "A browser runs scripts in such a file, under the name of the distribution; take images, or deploy it with a Frontend.",
      );
    }
    this.check.integer("maxUploadMiB", args.maxUploadMiB ?? 10, 1, 5120, "of MiB");
    if (args.uploadFrom) this.check.atLeast("uploadFrom", args.uploadFrom, 1, "origin, or leave it out");
    for (const origin of args.uploadFrom ?? [])
      this.check.matches(
        "uploadFrom",
        origin,
        /^https:\/\/[a-z0-9.-]+(:\d+)?$/,
        "Give whole origins such as https://merchants.example.com.",
      );
  }

  private letPagesUpload(origins: readonly string[]): void {
    new aws.s3.BucketCorsConfiguration(
      this.childName("upload-from"),
      {
        bucket: this.nodes.files.bucketName,
        corsRules: [{ allowedMethods: ["POST"], allowedOrigins: [...origins], maxAgeSeconds: 3600 }],
      },
      this.childOptions(),
    );
  }

  private rules(args: ContentStoreArgs): pulumi.Output<string> {
    const { files } = this.nodes;
    return pulumi.jsonStringify({
      url: pulumi.interpolate`https://${files.regionalDomainName}/`,
      bucket: files.bucketName,
      prefix: FILES,
      contentTypes: args.contentTypes ?? IMAGES,
      maxBytes: (args.maxUploadMiB ?? 10) * MIB,
      fields: {
        "x-amz-server-side-encryption": this.encryption.algorithm,
        "x-amz-server-side-encryption-aws-kms-key-id": this.encryption.keyArn,
      },
    });
  }
}
