import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { BUCKETS, judgeSetting, lockedDays, receivesLogs, satellites, trailsInto } from "../buckets";
import { atLeast, given, joined, off, on, oneOf } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { dataProtection } from "../catalogue/data-protection";
import { inBackupPlan } from "./backup-plans";

const INSTANCE = "aws:rds/instance:Instance";
const VOLUME = "aws:ebs/volume:Volume";
const TABLE = "aws:dynamodb/table:Table";
const CLUSTER = "aws:rds/cluster:Cluster";
const FILE_SYSTEM = "aws:efs/fileSystem:FileSystem";
const CACHE_CLUSTER = "aws:elasticache/cluster:Cluster";

/** What deletes more than the resource itself, and whether AWS or the provider does so by default; a secret has days instead. */
const FORCED: Readonly<Record<string, readonly [property?: string, byDefault?: boolean]>> = {
  "aws:route53/zone:Zone": ["forceDestroy"],
  "aws:backup/vault:Vault": ["forceDestroy"],
  "aws:ecr/repository:Repository": ["forceDelete"],
  "aws:secretsmanager/secret:Secret": [],
};

/** Copies another database: a read replica, or the cluster of a global database's secondary Region. */
const isReplica = (node: ResourceNode) =>
  ["replicateSourceDb", "replicationSourceIdentifier", "sourceRegion"].some((source) => !node.property(source).absent);

/** A replication rule must take everything, SSE-KMS objects included, and put it under a customer key in another Region. */
function replicatesWhole(rule: Property, bucket: ResourceNode, graph: ResourceGraph): Outcome {
  const kms = rule.at("sourceSelectionCriteria.sseKmsEncryptedObjects.status");
  const destination = rule.at("destination");
  return all(
    oneOf(rule.at("status"), ["Enabled"], "The rule is off."),
    oneOf(rule.at("filter.prefix"), [undefined, ""], "The rule takes some objects only."),
    oneOf(kms, ["Enabled"], "Objects under a KMS key are left out."),
    given(destination.at("encryptionConfiguration.replicaKmsKeyId"), "The copy has no customer key."),
    joined(graph.resolve(destination.at("bucket"), ...BUCKETS), ([copy]) =>
      copy !== undefined && copy.region === bucket.region
        ? fail("The copy stands in the same Region.", destination)
        : PASS,
    ),
  );
}

/**
 * Security Hub's S3.7 wants every bucket in two Regions. It stood in PCI DSS 3.2.1 for 10.5.3, the backup of audit logs; 4.0.1 has that as 10.3.3, "promptly backed up to
 * a secure, central, internal log server or other media that are difficult to modify", and its standard in Security Hub leaves S3.7 out. A second copy of cardholder data brings
 * another Region into scope, and may be where it must not be. So this asks it of audit trails, which may be locked instead, and of the others only that what is copied is copied well.
 */
function replicated(bucket: ResourceNode, graph: ResourceGraph): Outcome {
  const rules = (list: Property): Outcome => {
    if (list.unknown) return undetermined(list);
    return any(
      list.items.map((rule) => replicatesWhole(rule, bucket, graph)),
      fail("No rule takes every object, encrypted, to another Region.", list),
    );
  };
  return judgeSetting(graph, bucket, "ReplicationConfig", {
    satellite: (node) => rules(node.property("rules")),
    inline: (own) => rules((own.items[0] ?? own).at("rules")),
    missing() {
      if (trailsInto(graph, bucket).length === 0)
        return notApplicable("PCI DSS 4.0.1 asks for no copy in another Region, and such a copy widens its scope.");
      return (lockedDays(graph, bucket) ?? 0) > 0 ? PASS : fail("The audit trail stands once, and is not locked.");
    },
  });
}

/** Objects are gone by themselves before a backup of them would be. */
const SHORT_LIVED_DAYS = 35;

function isShortLived(bucket: ResourceNode, graph: ResourceGraph): boolean {
  return satellites(graph, bucket, "LifecycleConfiguration").nodes.some((lifecycle) =>
    lifecycle.property("rules").items.some((rule) => {
      const [status, days, prefix] = [rule.at("status").fact, rule.at("expiration.days").fact, rule.at("filter").fact];
      const isWhole =
        prefix.known && Object.values(Object(prefix.value)).every((part) => part === "" || part === undefined);
      return (
        status.known && status.value === "Enabled" && isWhole && days.known && Number(days.value) <= SHORT_LIVED_DAYS
      );
    }),
  );
}

/** Buckets whose content is elsewhere as well, or can not be lost. */
function backedUp(bucket: ResourceNode, graph: ResourceGraph): Outcome {
  // AWS Config asks it of every bucket, and gives no requirement; what was overwritten or deleted by a slip is in the versions that another rule asks for.
  if (bucket.dataClass !== undefined && bucket.dataClass !== "cardholder")
    return notApplicable(`Its data is ${bucket.dataClass}: old versions are enough.`);
  if (receivesLogs(graph, bucket)) return notApplicable("AWS delivers logs into it; versions and locks keep them.");
  if ((lockedDays(graph, bucket) ?? 0) > 0) return notApplicable("Object Lock keeps every version.");
  if (isShortLived(bucket, graph)) return notApplicable(`Its objects expire within ${SHORT_LIVED_DAYS} days.`);
  return inBackupPlan(bucket, graph);
}

/** Locks, journals and the like: brought back from an earlier day they would be wrong. */
function isWorkingState({ type, dataClass }: ResourceNode): boolean {
  return type === TABLE && (dataClass === "internal" || dataClass === "public");
}

/** A backup of an instance takes the volumes that are attached to it. */
function withItsHost(volume: ResourceNode, graph: ResourceGraph): Outcome {
  const attachments = graph.referring("aws:ec2/volumeAttachment:VolumeAttachment", "volumeId", volume).nodes;
  const hosts = attachments.flatMap(
    (attachment) => graph.resolve(attachment.property("instanceId"), "aws:ec2/instance:Instance").nodes,
  );
  return any(
    [volume, ...hosts].map((node) => inBackupPlan(node, graph)),
    fail("No backup plan takes it."),
  );
}

export const dataProtectionRules: readonly Rule[] = implement(dataProtection, {
  "rds-backups": {
    types: [INSTANCE, CLUSTER],
    settings: ["minimumBackupDays"],
    check(node, _, { minimumBackupDays }) {
      if (isReplica(node)) return notApplicable("The source has the backups.");
      const message = `Backups are kept for less than ${minimumBackupDays} days.`;
      return atLeast(node.property("backupRetentionPeriod"), minimumBackupDays, message);
    },
  },
  "rds-deletion-protection": {
    types: [INSTANCE, CLUSTER, "aws:rds/globalCluster:GlobalCluster"],
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
    types: [
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "aws:elasticache/serverlessCache:ServerlessCache",
      CACHE_CLUSTER,
    ],
    settings: ["minimumBackupDays"],
    defaults: { minimumBackupDays: 1 },
    check(node, _, { minimumBackupDays }) {
      if (node.type === CACHE_CLUSTER && !node.property("replicationGroupId").absent)
        return notApplicable("The replication group decides for its members.");
      const engine = node.read("engine");
      if (engine.known && engine.value === "memcached")
        return notApplicable("Memcached keeps nothing that could be restored.");
      return atLeast(
        node.property("snapshotRetentionLimit"),
        minimumBackupDays,
        minimumBackupDays === 1
          ? "No snapshot is kept."
          : `Snapshots are kept for less than ${minimumBackupDays} days.`,
      );
    },
  },
  "s3-bucket-versioning": {
    types: BUCKETS,
    check(bucket, graph) {
      return judgeSetting(graph, bucket, "Versioning", {
        satellite: (node) => oneOf(node.property("versioningConfiguration.status"), ["Enabled"], "Versioning is off."),
        inline: (own) => on((own.items[0] ?? own).at("enabled"), "Versioning is off."),
        missing: () => fail("Versioning is off."),
      });
    },
  },
  "s3-bucket-replication": { types: BUCKETS, check: replicated },
  "backup-plan": {
    types: [INSTANCE, CLUSTER, TABLE, FILE_SYSTEM, VOLUME, ...BUCKETS],
    check(node, graph) {
      if (BUCKETS.includes(node.type)) return backedUp(node, graph);
      if (node.type === VOLUME) return withItsHost(node, graph);
      if (isReplica(node)) return notApplicable("The source has the backups.");
      if (isWorkingState(node))
        return notApplicable(
          `Its data is ${node.dataClass}: the point-in-time recovery that another rule asks for is enough.`,
        );
      const expires = node.read("ttl.enabled");
      if (expires.known && expires.value === true)
        return notApplicable("Its items expire: a backup would keep what is meant to go.");
      if (node.type !== FILE_SYSTEM) return inBackupPlan(node, graph);
      const policies = graph.referring("aws:efs/backupPolicy:BackupPolicy", "fileSystemId", node);
      return joined(policies, ([policy]) =>
        policy === undefined
          ? inBackupPlan(node, graph)
          : oneOf(policy.property("backupPolicy.status"), ["ENABLED"], "Its automatic backups are off."),
      );
    },
  },
  "s3-bucket-no-force-destroy": {
    types: BUCKETS,
    check(bucket) {
      return off(bucket.property("forceDestroy"), "Deleting the bucket deletes all its objects.");
    },
  },
  "dynamodb-point-in-time-recovery": {
    types: [TABLE],
    check(node) {
      return on(node.property("pointInTimeRecovery.enabled"), "Point-in-time recovery is off.");
    },
  },
  "dynamodb-deletion-protection": {
    types: [TABLE],
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
  "no-forced-deletion": {
    types: Object.keys(FORCED),
    check(node) {
      const [property, byDefault] = FORCED[node.type] ?? [];
      if (property === undefined) {
        const days = node.property("recoveryWindowInDays");
        return atLeast(days, 1, "It is gone at once, without a time to think.", 30);
      }
      return off(node.property(property), `${property} deletes what is in it, or its backups, with it.`, byDefault);
    },
  },
  "cognito-deletion-protection": {
    types: ["aws:cognito/userPool:UserPool"],
    check(pool) {
      return oneOf(pool.property("deletionProtection"), ["ACTIVE"], "It is deleted with all its users.");
    },
  },
  "eks-deletion-protection": {
    types: ["aws:eks/cluster:Cluster"],
    check(cluster) {
      return on(cluster.property("deletionProtection"), "Deletion protection is off.");
    },
  },
});
