import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { exposureOf } from "../../analysis/subnets";
import { andThen, customerKey, each, given, isTrue, joined, notEmpty, off, on, oneOf, when } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { dataStores } from "../catalogue/data-stores";

const SUBNET = "aws:ec2/subnet:Subnet";

/** Where each kind of data store says which subnets it is in: itself, or through a subnet group. */
const PLACES: Readonly<Record<string, readonly [property: string, group?: string]>> = {
  "aws:rds/instance:Instance": ["dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup"],
  "aws:rds/cluster:Cluster": ["dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["subnetGroupName", "aws:elasticache/subnetGroup:SubnetGroup"],
  "aws:elasticache/cluster:Cluster": ["subnetGroupName", "aws:elasticache/subnetGroup:SubnetGroup"],
  "aws:elasticache/serverlessCache:ServerlessCache": ["subnetIds"],
  "aws:opensearch/domain:Domain": ["vpcOptions.subnetIds"],
  "aws:msk/cluster:Cluster": ["brokerNodeGroupInfo.clientSubnets"],
  "aws:dax/cluster:Cluster": ["subnetGroupName", "aws:dax/subnetGroup:SubnetGroup"],
};

/**
 * Without a word about subnets AWS takes those of the default VPC, each of which has a route to an internet gateway
 * (https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html).
 */
function withoutSubnets(node: ResourceNode, reference: Property): Outcome {
  // A replication group has an id of its own, by the same name.
  const owner = node.type === "aws:elasticache/cluster:Cluster" ? "replicationGroupId" : "replicateSourceDb";
  if (!node.property(owner).absent)
    return notApplicable("It stands where the database or group that it belongs to does.");
  if (node.type === "aws:opensearch/domain:Domain") return notApplicable("It has a public endpoint, and no subnets.");
  return fail("It stands in the subnets of the default VPC, which are public.", reference);
}

function inPrivateSubnets(references: readonly Property[], graph: ResourceGraph): Outcome {
  const parts = references.map((reference) => {
    const { nodes, uncertain } = graph.resolve(reference, SUBNET);
    const judged = [...nodes.map((subnet) => judgeSubnet(subnet, reference, graph)), ...uncertain.map(undetermined)];
    return judged.length > 0 ? all(...judged) : notApplicable("Its subnets are not part of this program.");
  });
  return all(...parts);
}

function judgeSubnet(subnet: ResourceNode, reference: Property, graph: ResourceGraph): Outcome {
  const exposure = exposureOf(subnet, graph);
  switch (exposure.kind) {
    case "private":
      return PASS;
    case "public":
      return fail(`Subnet ${subnet.name} has a route to an internet gateway (${exposure.via.name}).`, reference);
    case "undetermined":
      return undetermined(exposure.because);
  }
}

/** The domain must publish one of its kinds of logs; leaving out `enabled` means that it does. */
function publishes(domain: ResourceNode, logType: string, missing: string): Outcome {
  const options = domain.property("logPublishingOptions");
  if (options.unknown) return undetermined(options);
  const logs = options.items.map((option) =>
    all(oneOf(option.at("logType"), [logType], "It is another log."), on(option.at("enabled"), missing, true)),
  );
  return any(logs, fail(missing, options));
}

const NO_CACHE_KEY = "The cache is not encrypted with a customer key.";
const DAX = "aws:dax/cluster:Cluster";
const EFS_ACCESS_POINT = "aws:efs/accessPoint:AccessPoint";
const OPENSEARCH = ["aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain"];

export const dataStoreRules: readonly Rule[] = implement(dataStores, {
  "data-store-private-subnets": {
    types: Object.keys(PLACES),
    check(node, graph) {
      const place = PLACES[node.type];
      if (place === undefined) return notApplicable("It has no subnets.");
      const [property, groupType] = place;
      const reference = node.property(property);
      const name = reference.fact;
      // `default` is the group that AWS makes of the default VPC, and what it answers when no group was given.
      if (reference.absent || (name.known && name.value === "default")) return withoutSubnets(node, reference);
      if (groupType === undefined) return inPrivateSubnets([reference], graph);
      return joined(graph.resolve(reference, groupType), (groups) =>
        groups.length === 0
          ? notApplicable("Its subnet group is not part of this program.")
          : inPrivateSubnets(
              groups.map((group) => group.property("subnetIds")),
              graph,
            ),
      );
    },
  },
  "elasticache-customer-key": {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/serverlessCache:ServerlessCache"],
    check(node, graph) {
      const key = customerKey(node.property("kmsKeyId"), graph, NO_CACHE_KEY);
      if (node.type === "aws:elasticache/serverlessCache:ServerlessCache") return key;
      return andThen(on(node.property("atRestEncryptionEnabled"), "The cache is not encrypted at rest."), () => key);
    },
  },
  "elasticache-tls-required": {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
    check(node) {
      if (!node.property("replicationGroupId").absent && node.type === "aws:elasticache/cluster:Cluster")
        return notApplicable("The replication group decides for its members.");
      const mode = node.property("transitEncryptionMode");
      return all(
        on(node.property("transitEncryptionEnabled"), "Traffic to the cache is not encrypted."),
        when(mode, (value) => (value === "preferred" ? fail("Connections without TLS are accepted.", mode) : PASS)),
      );
    },
  },
  "elasticache-authentication": {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/serverlessCache:ServerlessCache"],
    check(node) {
      const missing = "Anyone who reaches the cache may use it.";
      if (node.type === "aws:elasticache/serverlessCache:ServerlessCache")
        return given(node.property("userGroupId"), missing);
      const ways = [
        notEmpty(node.property("userGroupIds"), missing),
        given(node.property("authToken"), missing),
        given(node.property("authTokenWo"), missing),
      ];
      return any(ways, fail(missing, "userGroupIds"));
    },
  },
  "elasticache-minor-upgrades": {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
    check(node) {
      return on(node.property("autoMinorVersionUpgrade"), "Minor upgrades are off.", true);
    },
  },
  "elasticache-own-subnet-group": {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
    check(node, graph) {
      if (!node.property("replicationGroupId").absent && node.type === "aws:elasticache/cluster:Cluster")
        return notApplicable("The replication group decides for its members.");
      const group = node.property("subnetGroupName");
      if (graph.resolve(group, "aws:elasticache/subnetGroup:SubnetGroup").nodes.length > 0) return PASS;
      return when(group, (name) =>
        name === undefined || name === "default" ? fail("It stands in the default subnet group.", group) : PASS,
      );
    },
  },
  "opensearch-customer-key": {
    types: OPENSEARCH,
    check(node, graph) {
      return andThen(on(node.property("encryptAtRest.enabled"), "The domain is not encrypted at rest."), () =>
        customerKey(node.property("encryptAtRest.kmsKeyId"), graph, "The domain has no customer key."),
      );
    },
  },
  "opensearch-tls-required": {
    types: OPENSEARCH,
    check(node) {
      const policy = node.property("domainEndpointOptions.tlsSecurityPolicy");
      return all(
        on(node.property("nodeToNodeEncryption.enabled"), "Traffic between nodes is not encrypted."),
        on(node.property("domainEndpointOptions.enforceHttps"), "The domain answers plain HTTP."),
        when(policy, (name) =>
          /^Policy-Min-TLS-1-2-(PFS|RFC9151)/.test(String(name))
            ? PASS
            : fail(`The TLS policy is ${String(name ?? "AWS's default, which accepts TLS 1.0")}.`, policy),
        ),
      );
    },
  },
  "opensearch-in-vpc": {
    types: OPENSEARCH,
    check(node) {
      const subnets = node.property("vpcOptions.subnetIds");
      return notEmpty(subnets, "The domain has a public endpoint.");
    },
  },
  "opensearch-access-control": {
    types: OPENSEARCH,
    check(node) {
      return all(
        on(node.property("advancedSecurityOptions.enabled"), "Fine-grained access control is off."),
        off(node.property("advancedSecurityOptions.anonymousAuthEnabled"), "Anonymous users are let in."),
      );
    },
  },
  "opensearch-error-logs": {
    types: OPENSEARCH,
    check(node) {
      return publishes(node, "ES_APPLICATION_LOGS", "No error log is published.");
    },
  },
  "opensearch-audit-logs": {
    types: OPENSEARCH,
    check(node) {
      return publishes(node, "AUDIT_LOGS", "No audit log is published.");
    },
  },
  "msk-customer-key": {
    types: ["aws:msk/cluster:Cluster"],
    check(node, graph) {
      const key = node.property("encryptionInfo.encryptionAtRestKmsKeyArn");
      return customerKey(key, graph, "The cluster has no customer key.");
    },
  },
  "msk-tls-required": {
    types: ["aws:msk/cluster:Cluster"],
    check(node) {
      const transit = node.property("encryptionInfo.encryptionInTransit");
      return all(
        oneOf(transit.at("clientBroker"), ["TLS"], "Clients may connect without TLS.", { byDefault: "TLS" }),
        on(transit.at("inCluster"), "Traffic between brokers is not encrypted.", true),
      );
    },
  },
  "msk-connect-tls": {
    types: ["aws:mskconnect/connector:Connector"],
    check(node) {
      const transit = node.property("kafkaClusterEncryptionInTransit.encryptionType");
      return oneOf(transit, ["TLS"], "The connector speaks plain text to its cluster.");
    },
  },
  "msk-authentication": {
    types: ["aws:msk/cluster:Cluster"],
    check(node) {
      const methods = node.property("clientAuthentication");
      const message = "Clients need not authenticate.";
      return all(
        off(methods.at("unauthenticated"), message),
        any(
          [
            on(methods.at("sasl.iam"), message),
            on(methods.at("sasl.scram"), message),
            notEmpty(methods.at("tls.certificateAuthorityArns"), message),
          ],
          fail(message, methods),
        ),
      );
    },
  },
  "msk-not-public": {
    types: ["aws:msk/cluster:Cluster"],
    check(node) {
      const access = node.property("brokerNodeGroupInfo.connectivityInfo.publicAccess.type");
      return oneOf(access, ["DISABLED"], "Brokers have public addresses.", { byDefault: "DISABLED" });
    },
  },
  "dynamodb-customer-key": {
    types: ["aws:dynamodb/table:Table", "aws:dynamodb/tableReplica:TableReplica"],
    check(node, graph) {
      const replica = (key: Property) => customerKey(key, graph, "The replica has no customer key.");
      if (node.type === "aws:dynamodb/tableReplica:TableReplica") return replica(node.property("kmsKeyArn"));
      return all(
        andThen(
          on(node.property("serverSideEncryption.enabled"), "The table is encrypted with a key that AWS owns."),
          () => customerKey(node.property("serverSideEncryption.kmsKeyArn"), graph, "The table has no customer key."),
        ),
        each(node.property("replicas"), (copy) => replica(copy.at("kmsKeyArn"))),
      );
    },
  },
  "dax-encrypted": {
    types: [DAX],
    check(node) {
      return on(node.property("serverSideEncryption.enabled"), "The cluster is not encrypted at rest.");
    },
  },
  "dax-tls-required": {
    types: [DAX],
    check(node) {
      return oneOf(node.property("clusterEndpointEncryptionType"), ["TLS"], "The cluster speaks plain text.");
    },
  },
  "kinesis-customer-key": {
    types: ["aws:kinesis/stream:Stream"],
    check(node, graph) {
      return andThen(oneOf(node.property("encryptionType"), ["KMS"], "The stream is not encrypted."), () =>
        customerKey(node.property("kmsKeyId"), graph, "The stream has no customer key."),
      );
    },
  },
  "firehose-customer-key": {
    types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
    check(node, graph) {
      if (["kinesisSourceConfiguration", "mskSourceConfiguration"].some((source) => !node.property(source).absent))
        return notApplicable(
          "It keeps nothing itself: its source has the records, and the source's own rule judges it.",
        );
      const encryption = node.property("serverSideEncryption");
      return andThen(on(encryption.at("enabled"), "Records are not encrypted at rest."), () =>
        andThen(
          oneOf(encryption.at("keyType"), ["CUSTOMER_MANAGED_CMK"], "Records are encrypted with a key that AWS owns."),
          () => customerKey(encryption.at("keyArn"), graph, "Records have no customer key."),
        ),
      );
    },
  },
  "athena-customer-key": {
    types: ["aws:athena/workgroup:Workgroup"],
    check(workgroup, graph) {
      const settings = workgroup.property("configuration");
      const encryption = settings.at("resultConfiguration.encryptionConfiguration");
      const managed = settings.at("managedQueryResultsConfiguration");
      const key = (option: Property) => customerKey(option, graph, "Its answers have no customer key.");
      return when(managed.at("enabled"), (isManaged) =>
        isTrue(isManaged)
          ? key(managed.at("encryptionConfiguration.kmsKey"))
          : all(
              on(
                settings.at("enforceWorkgroupConfiguration"),
                "A client chooses where answers lie, and their key.",
                true,
              ),
              andThen(
                oneOf(encryption.at("encryptionOption"), ["SSE_KMS", "CSE_KMS"], "Its answers have no customer key."),
                () => key(encryption.at("kmsKeyArn")),
              ),
            ),
      );
    },
  },
  "location-customer-key": {
    types: ["aws:location/tracker:Tracker", "aws:location/geofenceCollection:GeofenceCollection"],
    check(node, graph) {
      return customerKey(node.property("kmsKeyId"), graph, "It is encrypted with a key that AWS owns.");
    },
  },
  "efs-customer-key": {
    types: ["aws:efs/fileSystem:FileSystem"],
    check(node, graph) {
      return andThen(on(node.property("encrypted"), "The file system is not encrypted."), () =>
        customerKey(node.property("kmsKeyId"), graph, "The file system has no customer key."),
      );
    },
  },
  "efs-access-point-directory": {
    types: [EFS_ACCESS_POINT],
    check(node) {
      const path = node.property("rootDirectory.path");
      return when(path, (value) => ((value ?? "/") === "/" ? fail("It opens the whole file system.", path) : PASS));
    },
  },
  "efs-access-point-user": {
    types: [EFS_ACCESS_POINT],
    check(node) {
      const user = node.property("posixUser.uid");
      return when(user, (uid) => (uid === undefined ? fail("The client says who it is.", user) : PASS));
    },
  },
  "backup-vault-customer-key": {
    types: ["aws:backup/vault:Vault"],
    check(node, graph) {
      return customerKey(node.property("kmsKeyArn"), graph, "Recovery points have no customer key.");
    },
  },
  "elasticache-user-authentication": {
    types: ["aws:elasticache/user:User"],
    check(user) {
      const mode = user.property("authenticationMode.type");
      return when(user.property("accessString"), (access) => {
        if (/^off\b/.test(String(access))) return notApplicable("Nobody signs in with it: it is off.");
        return all(
          off(user.property("noPasswordRequired"), "It needs no password."),
          when(mode, (type) => (type === "no-password-required" ? fail("It needs no password.", mode) : PASS)),
        );
      });
    },
  },
  "opensearch-software-updates": {
    types: ["aws:opensearch/domain:Domain"],
    check(domain) {
      return on(
        domain.property("softwareUpdateOptions.autoSoftwareUpdateEnabled"),
        "Service software updates wait for somebody.",
      );
    },
  },
});
