import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import { atLeast, joined, off, on, oneOf } from "../checks";
import { all, fail, notApplicable, PASS, type Rule, implement } from "../rule";
import { dataProtection } from "../catalogue/data-protection";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
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

export const dataProtectionRules: readonly Rule[] = implement(dataProtection, {
  "rds-backups": {
    types: [INSTANCE, CLUSTER],
    check(node) {
      if (isReplica(node)) return notApplicable("The source has the backups.");
      return atLeast(node.property("backupRetentionPeriod"), DAYS_OF_BACKUPS, "Backups are kept for less than 7 days.");
    },
  },
  "rds-deletion-protection": {
    types: [INSTANCE, CLUSTER],
    check(node) {
      if (isReplica(node)) return notApplicable("The source holds the data.");
      return on(node.property("deletionProtection"), "Deletion protection is off.");
    },
  },
  "rds-final-snapshot": {
    types: [INSTANCE, CLUSTER],
    check(node) {
      if (isReplica(node)) return notApplicable("The source has the snapshot.");
      return off(node.property("skipFinalSnapshot"), "It leaves no snapshot behind.");
    },
  },
  "elasticache-backups": {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/serverlessCache:ServerlessCache"],
    check(node) {
      return atLeast(node.property("snapshotRetentionLimit"), 1, "No snapshot is kept.");
    },
  },
  "s3-bucket-versioning": {
    types: BUCKETS,
    check(bucket, graph) {
      return joined(versionings(bucket, graph), ([settings]) => {
        if (settings === undefined) return on(bucket.property("versioning.enabled"), "Versioning is off.");
        return oneOf(settings.property("versioningConfiguration.status"), ["Enabled"], "Versioning is off.");
      });
    },
  },
  "s3-bucket-no-force-destroy": {
    types: BUCKETS,
    check(bucket) {
      return off(bucket.property("forceDestroy"), "Deleting the bucket deletes all its objects.");
    },
  },
  "dynamodb-point-in-time-recovery": {
    types: ["aws:dynamodb/table:Table"],
    check(node) {
      return on(node.property("pointInTimeRecovery.enabled"), "Point-in-time recovery is off.");
    },
  },
  "dynamodb-deletion-protection": {
    types: ["aws:dynamodb/table:Table"],
    check(node) {
      return on(node.property("deletionProtectionEnabled"), "Deletion protection is off.");
    },
  },
  "lb-deletion-protection": {
    types: ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
    check(node) {
      return on(node.property("enableDeletionProtection"), "Deletion protection is off.");
    },
  },
  "backup-vault-locked": {
    types: ["aws:backup/vault:Vault"],
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
});
