import { pciDss } from "../../policies/pci-dss/rules";
import { resilience } from "../../policies/resilience/rules";
import { document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const satellite = (kind: string, inputs: Record<string, unknown>, of = "bucket") => ({
  type: `aws:s3/bucket${kind}:Bucket${kind}`,
  inputs: { bucket: ref(of), ...inputs },
});
const bucket = { type: "aws:s3/bucket:Bucket", inputs: { bucket: "orders" } };
const logs = { type: "aws:s3/bucket:Bucket", inputs: { bucket: "logs" } };
const logging = satellite("Logging", { targetBucket: ref("logs", "bucket"), targetPrefix: "s3/" });
const lifecycle = satellite("LifecycleConfiguration", {
  rules: [{ id: "expire", status: "Enabled", expiration: { days: 400 } }],
});
const notification = satellite("Notification", { eventbridge: true });
const lock = satellite("ObjectLockConfiguration", { rule: { defaultRetention: { mode: "COMPLIANCE", days: 365 } } });
const trail = { type: "aws:cloudtrail/trail:Trail", inputs: { s3BucketName: ref("bucket", "bucket") } };
const blockAll = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const block = satellite("PublicAccessBlock", blockAll);

ruleCases(pciDss, {
  "s3-account-public-access-block": {
    secure: {
      account: { type: "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", inputs: blockAll },
      passwords: { type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy" },
    },
    broken: {
      "an account that is set up without": { account: undefined },
      "public ACLs": { account: { blockPublicAcls: false } },
      "public buckets": { account: { restrictPublicBuckets: undefined } },
    },
  },
  "s3-bucket-one-place-for-settings": {
    secure: { bucket, logs, logging, lifecycle, notification, block, versioning: satellite("Versioning", {}) },
    broken: {
      "inline beside a resource": { bucket: { versioning: { enabled: true } } },
      "two resources": {
        again: { type: "aws:s3/bucketVersioningV2:BucketVersioningV2", inputs: { bucket: ref("bucket") } },
      },
      "an inline policy beside a resource": {
        bucket: { policy: document() },
        policy: { type: "aws:s3/bucketPolicy:BucketPolicy", inputs: { bucket: ref("bucket"), policy: document() } },
      },
      "inline rules beside a resource": { bucket: { lifecycleRules: [{ enabled: true }] } },
    },
    alsoSecure: {
      "everything inline": {
        bucket: { versioning: { enabled: true }, lifecycleRules: [{ enabled: true }] },
        versioning: undefined,
        lifecycle: undefined,
      },
      "an empty list inline": { bucket: { lifecycleRules: [] } },
    },
  },
  "s3-bucket-access-logs": {
    secure: { bucket, logs, logging },
    broken: {
      "no logging": { logging: undefined },
      "logging into itself": { logging: { targetBucket: ref("bucket", "bucket") } },
    },
    alsoSecure: {
      "logging inline": { logging: undefined, logs: undefined, bucket: { logging: { targetBucket: "elsewhere" } } },
    },
  },
  "s3-bucket-events": {
    secure: { bucket, notification },
    broken: {
      "no notification": { notification: undefined },
      "an empty notification": { notification: { eventbridge: undefined } },
      "EventBridge off": { notification: { eventbridge: false } },
    },
    alsoSecure: {
      "a queue": {
        notification: { eventbridge: undefined, queues: [{ queueArn: "arn", events: ["s3:ObjectCreated:*"] }] },
      },
    },
  },
  "s3-bucket-lifecycle": {
    secure: { bucket, lifecycle },
    broken: {
      "no lifecycle": { lifecycle: undefined },
      "rules that are off": { lifecycle: { rules: [{ id: "expire", status: "Disabled" }] } },
      "no rules": { lifecycle: { rules: [] } },
    },
    alsoSecure: {
      "rules inline": {
        lifecycle: undefined,
        bucket: { lifecycleRules: [{ enabled: true, expiration: { days: 9 } }] },
      },
    },
  },
  "s3-bucket-object-lock": {
    secure: { bucket, lock, trail },
    broken: {
      "an audit trail without a lock": { lock: undefined },
      "a month": { lock: { rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } } } },
      "a lock without a time": { lock: { rule: undefined } },
    },
    alsoSecure: {
      "a year": { lock: { rule: { defaultRetention: { mode: "GOVERNANCE", years: 1 } } } },
      "another bucket with a lock": { trail: undefined, lock: undefined, bucket: { objectLockEnabled: true } },
    },
    notApplicable: { "a bucket without an audit trail": { trail: undefined, lock: undefined } },
  },
});

const replication = satellite("ReplicationConfig", {
  role: "arn:aws:iam::123456789012:role/replication",
  rules: [replicationRule()],
});
function replicationRule(changes: Record<string, unknown> = {}) {
  return {
    status: "Enabled",
    filter: {},
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: {
      bucket: "arn:aws:s3:::orders-elsewhere",
      encryptionConfiguration: { replicaKmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1" },
    },
    ...changes,
  };
}
const deliversTrail = { type: "aws:cloudtrail/trail:Trail", inputs: { s3BucketName: ref("bucket", "bucket") } };
const ofAYear = {
  type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  inputs: { bucket: ref("bucket"), rule: { defaultRetention: { mode: "COMPLIANCE", years: 1 } } },
};
const replicates = (changes: Record<string, unknown>) => ({ replication: { rules: [replicationRule(changes)] } });

const db = { type: "aws:rds/instance:Instance", inputs: { identifier: "orders" } };
const table = { type: "aws:dynamodb/table:Table", inputs: { name: "orders", tags: { backup: "daily" } } };
const files = { type: "aws:efs/fileSystem:FileSystem" };
const selection = (inputs: Record<string, unknown>) => ({
  type: "aws:backup/selection:Selection",
  inputs: { planId: "plan", iamRoleArn: "arn:aws:iam::123456789012:role/backup", ...inputs },
});
const byTag = selection({ selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }] });
const daily = (kind: string) => ({ [kind]: [{ key: "aws:ResourceTag/backup", value: "daily" }] });

ruleCases(resilience, {
  "s3-bucket-replication": {
    secure: { bucket, replication },
    broken: {
      "a rule that is off": replicates({ status: "Disabled" }),
      "a part of the objects": replicates({ filter: { prefix: "daily/" } }),
      "objects under a key left out": replicates({ sourceSelectionCriteria: undefined }),
      "a copy without a key": replicates({ destination: { bucket: "arn:aws:s3:::orders-elsewhere" } }),
      "an audit trail that stands once": { replication: undefined, trail: deliversTrail },
      "a copy beside it": replicates({ destination: { bucket: ref("bucket", "bucket") } }),
    },
    alsoSecure: { "an audit trail that is locked": { replication: undefined, trail: deliversTrail, lock: ofAYear } },
    notApplicable: { "a bucket without a copy": { replication: undefined } },
    notNeeded: {
      "replication.rules[0].destination.encryptionConfiguration.replicaKmsKeyId":
        "a key that is not known yet is a key",
    },
  },
  "backup-plan": {
    secure: {
      db,
      replica: { type: "aws:rds/instance:Instance", inputs: { replicateSourceDb: "orders" } },
      table,
      files,
      bucket,
      byName: selection({ resources: [ref("db", "arn"), ref("files", "arn"), ref("bucket", "arn")] }),
      byTag,
      disk: { type: "aws:ebs/volume:Volume", inputs: { availabilityZone: "eu-west-1a", encrypted: true } },
      disks: selection({ resources: ["arn:aws:ec2:*:*:volume/*"] }),
    },
    broken: {
      "a volume that none takes": { disks: undefined },
      "a database that none takes": { byName: { resources: [ref("files", "arn"), ref("bucket", "arn")] } },
      "a bucket that none takes": { byName: { resources: [ref("db", "arn"), ref("files", "arn")] } },
      "a table with another tag": { table: { tags: { backup: "never" } } },
      "a table with confidential data": {
        table: { tags: { backup: "never", "palisade:data-class": "confidential" } },
      },
      "a tag that is left out again": { byTag: { conditions: [daily("stringNotEquals")] } },
      "a table that is left out again": { byTag: { notResources: ["arn:aws:dynamodb:*:*:table/*"] } },
    },
    alsoSecure: {
      "a volume of an instance that one takes": {
        host: { type: "aws:ec2/instance:Instance", inputs: { instanceType: "m8g.large" } },
        attachment: {
          type: "aws:ec2/volumeAttachment:VolumeAttachment",
          inputs: { volumeId: ref("disk"), instanceId: ref("host"), deviceName: "/dev/sdf" },
        },
        disks: { resources: ["arn:aws:ec2:*:*:instance/*"] },
      },
      "everything by a pattern": { byName: { resources: ["*"] }, byTag: undefined },
      "a table whose items expire": {
        table: { tags: { backup: "never" }, ttl: { enabled: true, attributeName: "expiresAt" } },
      },
      "a file system by its own policy": {
        byName: { resources: [ref("db", "arn"), ref("bucket", "arn")] },
        own: {
          type: "aws:efs/backupPolicy:BackupPolicy",
          inputs: { fileSystemId: ref("files"), backupPolicy: { status: "ENABLED" } },
        },
      },
      "a bucket without cardholder data": {
        byName: { resources: [ref("db", "arn"), ref("files", "arn")] },
        bucket: { tags: { "palisade:data-class": "internal" } },
      },
      "a table with working state": { table: { tags: { backup: "never", "palisade:data-class": "internal" } } },
      "what expires within a month": {
        byName: { resources: [ref("db", "arn"), ref("files", "arn")] },
        expiry: {
          type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
          inputs: {
            bucket: ref("bucket"),
            rules: [{ id: "expire", status: "Enabled", filter: { prefix: "" }, expiration: { days: 30 } }],
          },
        },
      },
      "tables by a pattern": {
        byTag: {
          selectionTags: undefined,
          resources: ["arn:aws:dynamodb:*:*:table/*"],
          conditions: [daily("stringEquals")],
        },
      },
    },
    notNeeded: {
      "replica.replicateSourceDb": "a source that is not known yet is a source",
    },
  },
});
