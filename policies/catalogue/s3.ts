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
    controls: ["S3.8", "S3.1"],
    remediation: "Add a BucketPublicAccessBlock with all four settings true; Palisade's Bucket has one.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
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
  "s3-access-point-public-access-block": {
    title: "S3 access points block public access.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["S3.19"],
    remediation: "Leave publicAccessBlockConfiguration out (all four settings are then on), or set all four true.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-bpa-settings.html",
  },
} as const satisfies Catalogue;
