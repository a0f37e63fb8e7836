import type { Catalogue } from "./catalogue";

export const s3 = {
  "s3-bucket-customer-key": {
    title: "S3 buckets encrypt objects with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["S3.17"],
    remediation:
      "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and your key, or give Palisade's Bucket a `key`.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
  },
  "s3-bucket-public-access-block": {
    title: "S3 buckets block public access in all four ways.",
    severity: "high",
    requirements: ["1.4.4"],
    controls: ["S3.8"],
    remediation: "Add a BucketPublicAccessBlock with all four settings true; Palisade's Bucket has one.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  },
  "s3-account-public-access-block": {
    title: "The account blocks public access to all its S3 buckets.",
    severity: "medium",
    requirements: ["1.4.4"],
    controls: ["S3.1"],
    remediation: "Add an AccountPublicAccessBlock with all four settings true; Palisade's AccountBaseline has one.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html",
  },
  "s3-bucket-tls-only": {
    title: "S3 bucket policies refuse requests without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["S3.5"],
    remediation:
      "Deny s3:* to everyone on the bucket and its objects when aws:SecureTransport is false; Palisade's Bucket does.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
  },
  "s3-bucket-not-public": {
    title: "Neither the policy nor the ACL of an S3 bucket lets the public in.",
    severity: "critical",
    requirements: ["1.3.1", "1.4.2", "7.2.1"],
    controls: ["S3.2", "S3.3"],
    remediation:
      "Name the principals, or hold `Principal: *` to your account, organisation, VPC endpoint or distribution.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  },
  "s3-bucket-acls-disabled": {
    title: "S3 buckets have ACLs switched off.",
    severity: "medium",
    requirements: ["7.2.1", "7.3.1"],
    controls: ["S3.12"],
    remediation:
      "Set objectOwnership to BucketOwnerEnforced in BucketOwnershipControls, AWS's default since April 2023.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  },
  "s3-bucket-own-account": {
    title: "S3 bucket policies give other accounts no say over the bucket.",
    severity: "high",
    requirements: ["7.2.1", "7.2.5"],
    controls: ["S3.6"],
    remediation: "Take bucket policy, ACL and encryption actions out of statements for principals of other accounts.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6",
  },
  "s3-bucket-one-place-for-settings": {
    title: "Each setting of an S3 bucket stands in one place.",
    severity: "medium",
    requirements: ["2.2.1"],
    controls: [],
    remediation:
      "Keep one resource for each kind of settings, and leave the bucket's own deprecated arguments out; Palisade's Bucket does.",
    url: "https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
  },
  "s3-bucket-access-logs": {
    title: "S3 buckets keep server access logs.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["S3.9"],
    remediation:
      "Add a BucketLogging to another bucket of the same Region; Palisade's Bucket does by `accessLogs`, or `logAccessTo` of a component around it.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
  },
  "s3-bucket-events": {
    title: "S3 buckets tell of what happens to their objects.",
    severity: "medium",
    requirements: ["11.5.2"],
    controls: ["S3.11"],
    remediation:
      "Add a BucketNotification, best with eventbridge true, which costs nothing; Palisade's Bucket has one.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
  },
  "s3-bucket-lifecycle": {
    title: "S3 buckets let go of what is no longer needed.",
    severity: "low",
    requirements: ["3.2.1", "10.5.1"],
    controls: ["S3.13"],
    remediation: "Add a BucketLifecycleConfiguration with a rule that is Enabled; Palisade's Bucket has one.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
  },
  "s3-bucket-object-lock": {
    title: "S3 buckets with an audit trail lock its files for twelve months.",
    severity: "medium",
    requirements: ["10.5.1"],
    controls: ["S3.15"],
    relaxedInDevelopment: true,
    remediation:
      "Set objectLockEnabled, and a BucketObjectLockConfiguration with a default retention of 365 days; Palisade's AuditTrail does.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  },
  "s3-access-point-public-access-block": {
    title: "S3 access points, of one Region or of several, block public access.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["S3.19", "S3.24"],
    remediation:
      "Leave publicAccessBlockConfiguration, or publicAccessBlock in `details`, out (all four settings are then on), or set all four true.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-bpa-settings.html",
  },
} as const satisfies Catalogue;
