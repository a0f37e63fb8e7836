import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import { atLeast, joined, off, on, oneOf } from "../checks";
import { all, fail, notApplicable, PASS, type Rule } from "../rule";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const RDS_DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide";
const DAYS_OF_BACKUPS = 7;

/** Copies another database: a read replica, or the cluster of a global database's secondary Region. */
const isReplica = (node: ResourceNode) =>
  ["replicateSourceDb", "replicationSourceIdentifier", "sourceRegion"].some((source) => !node.property(source).absent);

function versionings(bucket: ResourceNode, graph: ResourceGraph) {
  const joins = ["Versioning", "VersioningV2"].map((kind) =>
    graph.referring(`aws:s3/bucket${kind}:Bucket${kind}`, "bucket", bucket),
  );
  return { nodes: joins.flatMap(({ nodes }) => nodes), uncertain: joins.flatMap(({ uncertain }) => uncertain) };
}

export const dataProtectionRules: readonly Rule[] = [
  {
    id: "rds-backups",
    title: "RDS databases keep automated backups for seven days at least.",
    severity: "high",
    requirements: ["10.3.3"],
    controls: ["RDS.11"],
    types: [INSTANCE, CLUSTER],
    relaxedInDevelopment: true,
    remediation: "Set backupRetentionPeriod to 7 or more.",
    url: `${RDS_DOCS}/USER_WorkingWithAutomatedBackups.html`,
    check(node) {
      if (isReplica(node)) return notApplicable("The source has the backups.");
      return atLeast(node.property("backupRetentionPeriod"), DAYS_OF_BACKUPS, "Backups are kept for less than 7 days.");
    },
  },
  {
    id: "rds-deletion-protection",
    title: "RDS databases can not be deleted by a slip.",
    severity: "medium",
    requirements: ["10.3.3"],
    controls: ["RDS.7", "RDS.8"],
    types: [INSTANCE, CLUSTER],
    relaxedInDevelopment: true,
    remediation: "Set deletionProtection to true.",
    url: `${RDS_DOCS}/USER_DeleteInstance.html`,
    check(node) {
      if (isReplica(node)) return notApplicable("The source holds the data.");
      return on(node.property("deletionProtection"), "Deletion protection is off.");
    },
  },
  {
    id: "rds-final-snapshot",
    title: "RDS databases leave a final snapshot behind.",
    severity: "medium",
    requirements: ["10.3.3"],
    controls: [],
    types: [INSTANCE, CLUSTER],
    relaxedInDevelopment: true,
    remediation: "Leave skipFinalSnapshot out and give finalSnapshotIdentifier.",
    url: `${RDS_DOCS}/USER_DeleteInstance.html`,
    check(node) {
      if (isReplica(node)) return notApplicable("The source has the snapshot.");
      return off(node.property("skipFinalSnapshot"), "It leaves no snapshot behind.");
    },
  },
  {
    id: "elasticache-backups",
    title: "ElastiCache caches keep a snapshot for one day at least.",
    severity: "low",
    requirements: ["10.3.3"],
    controls: ["ElastiCache.1"],
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/serverlessCache:ServerlessCache"],
    relaxedInDevelopment: true,
    remediation: "Set snapshotRetentionLimit to 1 or more.",
    url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html",
    check(node) {
      return atLeast(node.property("snapshotRetentionLimit"), 1, "No snapshot is kept.");
    },
  },
  {
    id: "s3-bucket-versioning",
    title: "S3 buckets keep old versions of objects.",
    severity: "medium",
    requirements: ["10.3.4"],
    controls: ["S3.14"],
    types: BUCKETS,
    remediation: "Add a BucketVersioning with status Enabled; Palisade's Bucket has one.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    check(bucket, graph) {
      return joined(versionings(bucket, graph), ([settings]) => {
        if (settings === undefined) return on(bucket.property("versioning.enabled"), "Versioning is off.");
        return oneOf(settings.property("versioningConfiguration.status"), ["Enabled"], "Versioning is off.");
      });
    },
  },
  {
    id: "s3-bucket-no-force-destroy",
    title: "S3 buckets that hold objects are not deleted with them.",
    severity: "medium",
    requirements: ["10.3.3"],
    controls: [],
    types: BUCKETS,
    relaxedInDevelopment: true,
    remediation: "Leave forceDestroy at its default false.",
    url: "https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
    check(bucket) {
      return off(bucket.property("forceDestroy"), "Deleting the bucket deletes all its objects.");
    },
  },
  {
    id: "dynamodb-point-in-time-recovery",
    title: "DynamoDB tables can be restored to any point in time.",
    severity: "medium",
    requirements: ["10.3.3"],
    controls: ["DynamoDB.2"],
    types: ["aws:dynamodb/table:Table"],
    relaxedInDevelopment: true,
    remediation: "Set pointInTimeRecovery.enabled to true.",
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
    check(node) {
      return on(node.property("pointInTimeRecovery.enabled"), "Point-in-time recovery is off.");
    },
  },
  {
    id: "dynamodb-deletion-protection",
    title: "DynamoDB tables can not be deleted by a slip.",
    severity: "medium",
    requirements: ["10.3.3"],
    controls: ["DynamoDB.6"],
    types: ["aws:dynamodb/table:Table"],
    relaxedInDevelopment: true,
    remediation: "Set deletionProtectionEnabled to true.",
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
    check(node) {
      return on(node.property("deletionProtectionEnabled"), "Deletion protection is off.");
    },
  },
  {
    id: "lb-deletion-protection",
    title: "Load balancers can not be deleted by a slip.",
    severity: "medium",
    requirements: ["10.3.3"],
    controls: ["ELB.6"],
    types: ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
    relaxedInDevelopment: true,
    remediation: "Set enableDeletionProtection to true.",
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-load-balancer-attributes.html",
    check(node) {
      return on(node.property("enableDeletionProtection"), "Deletion protection is off.");
    },
  },
  {
    id: "backup-vault-locked",
    title: "Backups in a vault can not be deleted before their time.",
    severity: "medium",
    requirements: ["10.3.2", "10.3.3"],
    controls: [],
    types: ["aws:backup/vault:Vault"],
    relaxedInDevelopment: true,
    remediation: "Add a VaultLockConfiguration with minRetentionDays.",
    url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
    check(vault, graph) {
      const locks = graph.referring(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "backupVaultName",
        vault,
      );
      return joined(locks, (found) => {
        if (found.length === 0) return fail("The vault is not locked.");
        return all(
          PASS,
          ...found.map((lock) =>
            atLeast(lock.property("minRetentionDays"), 1, "The lock keeps no backup for any time."),
          ),
        );
      });
    },
  },
];
