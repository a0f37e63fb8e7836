import { shortType } from "../../analysis/short-type";
import type { Change, Update } from "./update";

/** A resource whose planned replacement or deletion would lose what it holds. */
export interface Loss {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly change: Extract<Change, "replace" | "delete">;
  /** Those that force the replacement; empty for a deletion. */
  readonly properties: readonly string[];
  /** What is lost, for a person. */
  readonly lost: string;
  /** The state marks it as protected: the engine itself refuses. */
  readonly protected: boolean;
}

/** Types that hold what a new resource of the same name does not: what is lost with each. */
const HELD: Readonly<Record<string, string>> = {
  "aws:amp/workspace:Workspace": "the metrics",
  "aws:backup/vault:Vault": "the recovery points",
  "aws:cloudtrail/trail:Trail": "the record of what happens in the account, until the new trail stands",
  "aws:cloudwatch/logGroup:LogGroup": "its log lines, which PCI DSS 10.5.1 wants kept for twelve months",
  "aws:cognito/userPool:UserPool": "the users and their sign-in",
  "aws:docdb/cluster:Cluster": "the database and its automated backups",
  "aws:dynamodb/table:Table": "the items, and the recovery to a point in time",
  "aws:ebs/volume:Volume": "what is written on it",
  "aws:ec2/instance:Instance":
    "the machine and its disk; if the load balancer sends it the traffic, the service stops with it, so see first which one serves",
  "aws:ec2/vpc:Vpc": "the network: all that is in it is made anew, and AWS moves no database or cache to another one",
  "aws:ec2/eip:Eip": "the address, which others have put on their lists of allowed ones",
  "aws:ecr/repository:Repository": "the images",
  "aws:efs/fileSystem:FileSystem": "the files",
  "aws:eks/cluster:Cluster": "all that Kubernetes keeps and runs in it",
  "aws:elasticache/replicationGroup:ReplicationGroup":
    "what is cached: every read goes to the database until it is warm",
  "aws:fsx/ontapFileSystem:OntapFileSystem": "the files",
  "aws:globalaccelerator/accelerator:Accelerator": "its two fixed addresses",
  "aws:kinesis/stream:Stream": "the records that are not read yet",
  "aws:kms/key:Key": "the key, and with it everything that it has encrypted",
  "aws:kms/replicaKey:ReplicaKey": "the key in its region, and with it everything there that it has encrypted",
  "aws:memorydb/cluster:Cluster": "the database",
  "aws:msk/cluster:Cluster": "the topics and their messages",
  "aws:msk/topic:Topic": "the messages",
  "aws:neptune/cluster:Cluster": "the database and its automated backups",
  "aws:opensearch/domain:Domain": "the indices",
  "aws:rds/cluster:Cluster": "the database and its automated backups",
  "aws:rds/globalCluster:GlobalCluster": "the replication between the regions of the database",
  "aws:rds/instance:Instance": "the database and its automated backups",
  "aws:redshift/cluster:Cluster": "the warehouse",
  "aws:route53/zone:Zone":
    "the zone's name servers: the domain does not resolve until its registrar knows the new ones",
  "aws:s3/bucket:Bucket": "the objects",
  "aws:secretsmanager/secret:Secret": "the secret's value, and its name for the days of its recovery window",
  "aws:sqs/queue:Queue": "the messages that are not worked off yet",
  "aws:timestreamwrite/table:Table": "the records",
  "kubernetes:core/v1:Namespace": "all objects in it, and what runs in their pods",
  "kubernetes:core/v1:PersistentVolumeClaim": "what is written on its volume",
};

/** What the planned changes of `update` would lose. */
export function lossesOf(update: Update): Loss[] {
  const losses: Loss[] = [];
  for (const { urn, type, name, change, custom, properties } of update.changes.values()) {
    if (!custom || (change !== "replace" && change !== "delete")) continue;
    const old = update.standing.get(urn);
    const isProtected = old?.protect === true;
    // A read replica holds a copy of what its source holds.
    const isCopy = type === "aws:rds/instance:Instance" && old?.inputs.replicateSourceDb !== undefined;
    const lost = HELD[type];
    if (!isProtected && (isCopy || lost === undefined || old?.retainOnDelete === true)) continue;
    const forced = change === "replace" ? [...properties].sort() : [];
    losses.push({
      urn,
      type,
      name,
      change,
      properties: forced,
      lost: lost ?? "what the program protects",
      protected: isProtected,
    });
  }
  return losses;
}

/** Why the update is refused, and how each loss is had on purpose. */
export function renderLosses(losses: readonly Loss[], again: string): string {
  const one = losses.length === 1;
  const lines = [
    `${losses.length} ${one ? "resource" : "resources"} would be lost with what ${one ? "it holds" : "they hold"}. Nothing was changed:`,
  ];
  for (const { urn, type, name, change, properties, lost, protected: isProtected } of losses) {
    const reason =
      change === "delete"
        ? "is deleted: the program does not have it any more. If it was only renamed, give it an alias with its old name"
        : `is replaced: ${properties.join(", ") || "a property"} can not be changed on what stands`;
    lines.push(`  ${shortType(type)} ${name}`, `    ${reason}.`, `    Lost: ${lost}.`);
    if (isProtected) lines.push(`    It is protected. To lift that: pulumi state unprotect '${urn}'`);
  }
  lines.push(
    `To keep ${one ? "it" : "them"}, take the change back, or move the data first. To do it on purpose:`,
    `  ${again} --allow-loss ${losses.map(({ name }) => name).join(" ")}`,
  );
  return lines.join("\n");
}
