import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../core";

export interface Delivery {
  /** Who delivers, e.g. `cloudtrail.amazonaws.com`. */
  readonly service: string;
  /** How each statement's Sid begins. */
  readonly sid: string;
  /** What the service sends with its calls: nobody else can make it deliver here. */
  readonly source: Record<string, Record<string, pulumi.Input<string>>>;
  /** Keys that it writes, e.g. `AWSLogs/123456789012/*`. */
  readonly objects: pulumi.Input<string>;
  /** Whether it also lists the bucket, to see that it is there. Default false. */
  readonly lists?: boolean;
}

/** Lets an AWS service put files into a bucket, for its `policyStatements`: it looks whether it may, and what it writes is the bucket owner's. */
export function deliveryStatements(bucketArn: pulumi.Output<string>, delivery: Delivery): Statement[] {
  const { service, sid, source } = delivery;
  const statement = (what: string, action: string, resource: pulumi.Output<string>, equals = {}): Statement => ({
    Sid: `${sid}${what}`,
    Effect: "Allow",
    Principal: { Service: service },
    Action: action,
    Resource: resource,
    Condition: { ...source, StringEquals: { ...source.StringEquals, ...equals } },
  });
  return [
    statement("AclCheck", "s3:GetBucketAcl", bucketArn),
    ...(delivery.lists ? [statement("ExistenceCheck", "s3:ListBucket", bucketArn)] : []),
    statement("Write", "s3:PutObject", pulumi.interpolate`${bucketArn}/${delivery.objects}`, {
      "s3:x-amz-acl": "bucket-owner-full-control",
    }),
  ];
}
