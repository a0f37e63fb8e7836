import type { Model, Models } from "../model";

/** Settings of a bucket that are resources of their own in the provider; their id is the bucket's name. */
const setting: Model = { id: (f) => f.text("bucket") };

export const s3: Models = {
  "aws:s3/bucket:Bucket": {
    nameProperty: "bucket",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: `arn:${f.partition}:s3:::${f.name}`,
      bucketDomainName: `${f.name}.s3.amazonaws.com`,
      bucketRegion: f.region,
      bucketRegionalDomainName: `${f.name}.s3.${f.region}.amazonaws.com`,
      hostedZoneId: "Z3AQBSTGFYJSTF",
      websiteDomain: "",
      websiteEndpoint: "",
    }),
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting,
  "aws:s3/bucketVersioning:BucketVersioning": setting,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting,
  "aws:s3/bucketAcl:BucketAcl": { id: (f) => `${f.text("bucket")},${f.text("acl")}` },
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": setting,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": setting,
  "aws:s3/bucketLogging:BucketLogging": setting,
  "aws:s3/bucketNotification:BucketNotification": setting,
  "aws:s3/bucketPolicy:BucketPolicy": setting,
};
