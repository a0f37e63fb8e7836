import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  policyDocument,
  type Statement,
  type Transform,
} from "../core";
import type { Key } from "../security/key";
import { checkColdStorage, type ColdStorage, coldStorageRule } from "./cold-storage";

export interface BucketArgs extends ComponentArgs {
  /**
   * Customer key for SSE-KMS (with an S3 bucket key, which cuts KMS requests by up to 99 %). Left out: SSE-S3, for the log deliveries that AWS
   * does not offer with a customer key.
   */
  key?: Key;
  /** Days after which objects, and their old versions, expire. Default: never; old versions alone after 90 days. */
  expirationInDays?: number;
  /**
   * When objects under `prefix` (default: all) move to storage that is cheaper and slow to read. Objects under 128 KiB stay, as moving and keeping them there
   * would cost more (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html). Default: never.
   */
  coldStorage?: ColdStorage & { prefix?: string };
  /** Write-once retention. COMPLIANCE can not be lifted by anyone, the root user included. Default: none. It can not be removed later. */
  objectLock?: { mode: "GOVERNANCE" | "COMPLIANCE"; days: number };
  /** Statements beside the TLS-only one, made from the bucket's ARN: for log delivery, OAC and the like. */
  policyStatements?: (bucketArn: pulumi.Output<string>) => Statement[];
  /**
   * Where S3 server access logs go; the target's policy must let `logging.s3.amazonaws.com` write (`accessLogStatement`). Default: the bucket that a component
   * around this one, in the same region, keeps for them (`keepAccessLogs`); none without.
   */
  accessLogs?: Bucket;
  /** What the bucket is for when its logical name is not enough, e.g. a fixed prefix that AWS asks for. Default: the component's name. */
  nameSuffix?: string;
  transform?: { bucket?: Transform<aws.s3.BucketArgs>; policy?: Transform<aws.s3.BucketPolicyArgs> };
}

/** Characters that account id and region add to the name: `-123456789012-ap-southeast-2` at most. */
const GLOBAL_SUFFIX_LENGTH = 28;

/**
 * A private, versioned, encrypted S3 bucket: public access blocked, ACLs off, TLS 1.2 or better enforced by policy, incomplete uploads
 * removed after 7 days. Its events go to EventBridge, for rules there; AWS charges nothing for them.
 *
 *     const reports = new Bucket("reports", { key });
 *     reports.grantRead(service);
 *
 * Its name is `<stack>-<name>-<account>-<region>`, as bucket names are global. Data loss: in production the bucket is protected; in
 * development `forceDestroy` empties it on destroy.
 */
export class Bucket extends Component {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** `<bucket>.s3.<region>.amazonaws.com`, the origin domain for CloudFront. */
  readonly regionalDomainName: pulumi.Output<string>;
  readonly key: Key | undefined;
  readonly nodes: { readonly bucket: aws.s3.Bucket; readonly policy: aws.s3.BucketPolicy };

  constructor(name: string, args: BucketArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:data:Bucket", name, args, opts);
    if (args.expirationInDays !== undefined)
      this.check.integer("expirationInDays", args.expirationInDays, 1, 36500, "of days");
    if (args.coldStorage) {
      const expiration = { argument: "expirationInDays", days: args.expirationInDays };
      checkColdStorage(this.check, "coldStorage", args.coldStorage, expiration);
    }
    if (args.objectLock) this.check.integer("objectLock.days", args.objectLock.days, 1, 36500, "of days");
    args.key?.requireFor(this.check, this.context.region);

    const base = this.physicalName("s3Bucket", args.nameSuffix, GLOBAL_SUFFIX_LENGTH);
    const bucketName = pulumi.interpolate`${base}-${this.account}-${this.context.region}`;
    const bucket = new aws.s3.Bucket(
      this.childName("bucket"),
      { bucket: bucketName, forceDestroy: !this.production, objectLockEnabled: args.objectLock !== undefined },
      this.statefulOptions({}, args.transform?.bucket),
    );
    this.bucketName = bucket.bucket;
    this.key = args.key;
    // Built from the name, so that policies which hold it are known before the bucket exists.
    this.arn = pulumi.interpolate`arn:${this.context.partition.id}:s3:::${bucketName}`;
    this.regionalDomainName = bucket.bucketRegionalDomainName;

    const settings = { bucket: bucket.id };
    const publicAccess = new aws.s3.BucketPublicAccessBlock(
      this.childName("public-access"),
      {
        ...settings,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.childOptions(),
    );
    new aws.s3.BucketOwnershipControls(
      this.childName("ownership"),
      { ...settings, rule: { objectOwnership: "BucketOwnerEnforced" } },
      this.childOptions(),
    );
    const versioning = new aws.s3.BucketVersioning(
      this.childName("versioning"),
      { ...settings, versioningConfiguration: { status: "Enabled" } },
      this.childOptions(),
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.childName("encryption"),
      { ...settings, rules: [encryptionRule(args.key)] },
      this.childOptions(),
    );
    new aws.s3.BucketLifecycleConfiguration(
      this.childName("lifecycle"),
      { ...settings, rules: lifecycleRules(args) },
      this.childOptions({ dependsOn: [versioning] }),
    );
    if (args.objectLock) {
      new aws.s3.BucketObjectLockConfiguration(
        this.childName("object-lock"),
        { ...settings, rule: { defaultRetention: { mode: args.objectLock.mode, days: args.objectLock.days } } },
        this.childOptions({ dependsOn: [versioning] }),
      );
    }
    // EventBridge gets every event, so that each consumer is a rule of its own: S3 has one notification configuration for a bucket.
    new aws.s3.BucketNotification(this.childName("events"), { ...settings, eventbridge: true }, this.childOptions());
    const accessLogs = args.accessLogs?.bucketName ?? this.context.accessLogBucket;
    if (accessLogs !== undefined) {
      new aws.s3.BucketLogging(
        this.childName("access-logs"),
        { ...settings, targetBucket: accessLogs, targetPrefix: `s3/${name}/` },
        this.childOptions(),
      );
    }
    const policy = new aws.s3.BucketPolicy(
      this.childName("policy"),
      {
        ...settings,
        policy: policyDocument([...tlsOnly(this.arn), ...(args.policyStatements?.(this.arn) ?? [])]),
      },
      // S3 refuses concurrent changes of a bucket's policy and its public access block with OperationAborted.
      this.childOptions({ dependsOn: [publicAccess] }, args.transform?.policy),
    );

    this.nodes = { bucket, policy };
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }

  /** Lets `grantee` read objects under `prefix` (default: all). */
  grantRead(grantee: Grantee, prefix = ""): aws.iam.RolePolicy {
    const key = this.key ? [this.key.decryptStatement("s3")] : [];
    return grant(this, this.name, "read", grantee, [
      { Effect: "Allow", Action: "s3:GetObject", Resource: pulumi.interpolate`${this.arn}/${prefix}*` },
      {
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: this.arn,
        ...(prefix ? { Condition: { StringLike: { "s3:prefix": `${prefix}*` } } } : {}),
      },
      ...key,
    ]);
  }

  /** Lets `grantee` write objects under `prefix` (default: all), without reading or deleting. */
  grantWrite(grantee: Grantee, prefix = ""): aws.iam.RolePolicy {
    const key = this.key ? [this.key.encryptDecryptStatement("s3")] : [];
    return grant(this, this.name, "write", grantee, [
      {
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:PutObject"],
        Resource: pulumi.interpolate`${this.arn}/${prefix}*`,
      },
      ...key,
    ]);
  }
}

/**
 * Makes a bucket for the S3 access logs of everything that is created in `parent` from now on. Without a customer key, as S3 delivers these logs under SSE-S3
 * only (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html).
 */
export function keepAccessLogs(name: string, parent: Component): Bucket {
  const bucket = new Bucket(
    name,
    {
      expirationInDays: parent.logRetentionInDays,
      policyStatements: (bucketArn) => [accessLogStatement(bucketArn, parent.account)],
    },
    { parent },
  );
  parent.logAccessTo(bucket.bucketName);
  return bucket;
}

/** Lets S3 server access logs of `account` into the bucket, for `policyStatements`. */
export function accessLogStatement(bucketArn: pulumi.Output<string>, account: pulumi.Input<string>): Statement {
  return {
    Sid: "S3ServerAccessLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucketArn}/s3/*`,
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  };
}

function tlsOnly(arn: pulumi.Output<string>): Statement[] {
  const resources = [arn, pulumi.interpolate`${arn}/*`];
  return [
    {
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: resources,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "DenyOldTls",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: resources,
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
    },
  ];
}

function encryptionRule(key: Key | undefined): aws.types.input.s3.BucketServerSideEncryptionConfigurationRule {
  if (key === undefined) return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
  return {
    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
    bucketKeyEnabled: true,
  };
}

function lifecycleRules({
  expirationInDays: days,
  coldStorage: cold,
}: BucketArgs): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
  const moves = cold?.glacierDays !== undefined || cold?.deepArchiveDays !== undefined;
  return [
    {
      id: "expire",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      noncurrentVersionExpiration: { noncurrentDays: Math.min(days ?? 90, 90) },
      ...(days === undefined ? {} : { expiration: { days } }),
    },
    ...(moves ? [coldStorageRule(cold.prefix ?? "", cold)] : []),
  ];
}
