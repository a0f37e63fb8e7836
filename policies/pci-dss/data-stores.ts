import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { exposureOf } from "../../analysis/subnets";
import { andThen, customerKey, given, joined, notEmpty, off, on, oneOf, when } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";

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
};

function inPrivateSubnets(references: readonly Property[], graph: ResourceGraph): Outcome {
  const parts = references.map((reference) =>
    joined(graph.resolve(reference, SUBNET), (subnets) => {
      if (subnets.length === 0) return notApplicable("Its subnets are not part of this program.");
      return all(...subnets.map((subnet) => judgeSubnet(subnet, reference, graph)));
    }),
  );
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

const NO_CACHE_KEY = "The cache is not encrypted with a customer key.";
const ELASTICACHE_DOCS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg";
const OPENSEARCH = ["aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain"];
const OPENSEARCH_DOCS = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide";

export const dataStoreRules: readonly Rule[] = [
  {
    id: "data-store-private-subnets",
    title: "Data stores stand in subnets without a route to an internet gateway.",
    severity: "high",
    requirements: ["1.4.4"],
    controls: ["RDS.46"],
    types: Object.keys(PLACES),
    remediation: "Give the store's subnet group the VPC's isolated subnets.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-46",
    check(node, graph) {
      const place = PLACES[node.type];
      if (place === undefined) return notApplicable("It has no subnets.");
      const [property, groupType] = place;
      const reference = node.property(property);
      if (reference.absent) return notApplicable("It names no subnets of this program.");
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
  {
    id: "elasticache-customer-key",
    title: "ElastiCache caches are encrypted at rest with a customer-managed KMS key.",
    severity: "high",
    requirements: ["3.5.1"],
    controls: ["ElastiCache.4"],
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/serverlessCache:ServerlessCache"],
    remediation: "Set atRestEncryptionEnabled to true and kmsKeyId to your key.",
    url: `${ELASTICACHE_DOCS}/at-rest-encryption.html`,
    check(node, graph) {
      const key = customerKey(node.property("kmsKeyId"), graph, NO_CACHE_KEY);
      if (node.type === "aws:elasticache/serverlessCache:ServerlessCache") return key;
      return andThen(on(node.property("atRestEncryptionEnabled"), "The cache is not encrypted at rest."), () => key);
    },
  },
  {
    id: "elasticache-tls-required",
    title: "ElastiCache caches refuse connections without TLS.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["ElastiCache.5"],
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
    remediation: "Set transitEncryptionEnabled to true, and transitEncryptionMode to `required`.",
    url: `${ELASTICACHE_DOCS}/in-transit-encryption.html`,
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
  {
    id: "elasticache-authentication",
    title: "ElastiCache caches ask who connects: role-based access control or an AUTH token.",
    severity: "medium",
    requirements: ["8.3.1"],
    controls: ["ElastiCache.6"],
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/serverlessCache:ServerlessCache"],
    remediation: "Give userGroupIds, best with users that authenticate by IAM.",
    url: `${ELASTICACHE_DOCS}/Clusters.RBAC.html`,
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
  {
    id: "elasticache-minor-upgrades",
    title: "ElastiCache caches take minor engine upgrades by themselves.",
    severity: "high",
    requirements: ["6.3.3"],
    controls: ["ElastiCache.2"],
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
    remediation: "Leave autoMinorVersionUpgrade at its default true.",
    url: `${ELASTICACHE_DOCS}/VersionManagement.html`,
    check(node) {
      return on(node.property("autoMinorVersionUpgrade"), "Minor upgrades are off.", true);
    },
  },
  {
    id: "elasticache-own-subnet-group",
    title: "ElastiCache caches do not stand in the default subnet group.",
    severity: "high",
    requirements: ["1.4.4"],
    controls: ["ElastiCache.7"],
    types: ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster"],
    remediation: "Name a SubnetGroup of isolated subnets in subnetGroupName.",
    url: `${ELASTICACHE_DOCS}/SubnetGroups.html`,
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
  {
    id: "opensearch-customer-key",
    title: "OpenSearch domains are encrypted at rest with a customer-managed KMS key.",
    severity: "high",
    requirements: ["3.5.1"],
    controls: ["Opensearch.1"],
    types: OPENSEARCH,
    remediation: "Set encryptAtRest.enabled to true and encryptAtRest.kmsKeyId to your key.",
    url: `${OPENSEARCH_DOCS}/encryption-at-rest.html`,
    check(node, graph) {
      return andThen(on(node.property("encryptAtRest.enabled"), "The domain is not encrypted at rest."), () =>
        customerKey(node.property("encryptAtRest.kmsKeyId"), graph, "The domain has no customer key."),
      );
    },
  },
  {
    id: "opensearch-tls-required",
    title: "OpenSearch domains speak TLS 1.2 or better only, between nodes too.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["Opensearch.3", "Opensearch.8", "ES.3", "ES.8"],
    types: OPENSEARCH,
    remediation:
      "Set nodeToNodeEncryption.enabled and domainEndpointOptions.enforceHttps, and tlsSecurityPolicy to Policy-Min-TLS-1-2-PFS-2023-10.",
    url: `${OPENSEARCH_DOCS}/infrastructure-security.html`,
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
  {
    id: "opensearch-in-vpc",
    title: "OpenSearch domains stand in a VPC.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["Opensearch.2", "ES.2"],
    types: OPENSEARCH,
    remediation: "Give vpcOptions.subnetIds. An existing domain can not be moved into a VPC.",
    url: `${OPENSEARCH_DOCS}/vpc.html`,
    check(node) {
      const subnets = node.property("vpcOptions.subnetIds");
      return notEmpty(subnets, "The domain has a public endpoint.");
    },
  },
  {
    id: "opensearch-access-control",
    title: "OpenSearch domains have fine-grained access control.",
    severity: "high",
    requirements: ["7.2.1", "7.3.1"],
    controls: ["Opensearch.7"],
    types: OPENSEARCH,
    remediation: "Set advancedSecurityOptions.enabled to true, with an IAM role as the master user.",
    url: `${OPENSEARCH_DOCS}/fgac.html`,
    check(node) {
      return all(
        on(node.property("advancedSecurityOptions.enabled"), "Fine-grained access control is off."),
        off(node.property("advancedSecurityOptions.anonymousAuthEnabled"), "Anonymous users are let in."),
      );
    },
  },
  {
    id: "opensearch-audit-logs",
    title: "OpenSearch domains publish audit logs.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["Opensearch.5", "ES.5"],
    types: OPENSEARCH,
    remediation: "Add AUDIT_LOGS to logPublishingOptions.",
    url: `${OPENSEARCH_DOCS}/audit-logs.html`,
    check(node) {
      const options = node.property("logPublishingOptions");
      if (options.unknown) return undetermined(options);
      const audits = options.items.map((option) =>
        all(
          oneOf(option.at("logType"), ["AUDIT_LOGS"], "It is another log."),
          on(option.at("enabled"), "The audit log is off.", true),
        ),
      );
      return any(audits, fail("No audit log is published.", options));
    },
  },
  {
    id: "msk-customer-key",
    title: "MSK clusters are encrypted at rest with a customer-managed KMS key.",
    severity: "high",
    requirements: ["3.5.1"],
    controls: [],
    types: ["aws:msk/cluster:Cluster"],
    remediation: "Set encryptionInfo.encryptionAtRestKmsKeyArn to your key.",
    url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
    check(node, graph) {
      const key = node.property("encryptionInfo.encryptionAtRestKmsKeyArn");
      return customerKey(key, graph, "The cluster has no customer key.");
    },
  },
  {
    id: "msk-tls-required",
    title: "MSK clusters speak TLS only, to clients and between brokers.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["MSK.1"],
    types: ["aws:msk/cluster:Cluster"],
    remediation: "Leave encryptionInfo.encryptionInTransit at its defaults: clientBroker TLS, inCluster true.",
    url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
    check(node) {
      const transit = node.property("encryptionInfo.encryptionInTransit");
      return all(
        oneOf(transit.at("clientBroker"), ["TLS"], "Clients may connect without TLS.", { byDefault: "TLS" }),
        on(transit.at("inCluster"), "Traffic between brokers is not encrypted.", true),
      );
    },
  },
  {
    id: "msk-authentication",
    title: "MSK clusters refuse clients that do not authenticate.",
    severity: "high",
    requirements: ["8.3.1"],
    controls: ["MSK.6"],
    types: ["aws:msk/cluster:Cluster"],
    remediation: "Set clientAuthentication.sasl.iam to true and leave `unauthenticated` out.",
    url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-authentication.html",
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
  {
    id: "msk-not-public",
    title: "MSK brokers have no public address.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["MSK.4"],
    types: ["aws:msk/cluster:Cluster"],
    remediation: "Leave brokerNodeGroupInfo.connectivityInfo.publicAccess at DISABLED.",
    url: "https://docs.aws.amazon.com/msk/latest/developerguide/public-access.html",
    check(node) {
      const access = node.property("brokerNodeGroupInfo.connectivityInfo.publicAccess.type");
      return oneOf(access, ["DISABLED"], "Brokers have public addresses.", { byDefault: "DISABLED" });
    },
  },
  {
    id: "dynamodb-customer-key",
    title: "DynamoDB tables are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: [],
    types: ["aws:dynamodb/table:Table"],
    remediation: "Set serverSideEncryption.enabled to true and serverSideEncryption.kmsKeyArn to your key.",
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html",
    check(node, graph) {
      return andThen(
        on(node.property("serverSideEncryption.enabled"), "The table is encrypted with a key that AWS owns."),
        () => customerKey(node.property("serverSideEncryption.kmsKeyArn"), graph, "The table has no customer key."),
      );
    },
  },
  {
    id: "kinesis-customer-key",
    title: "Kinesis streams are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["Kinesis.1"],
    types: ["aws:kinesis/stream:Stream"],
    remediation: "Set encryptionType to KMS and kmsKeyId to your key.",
    url: "https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html",
    check(node, graph) {
      return andThen(oneOf(node.property("encryptionType"), ["KMS"], "The stream is not encrypted."), () =>
        customerKey(node.property("kmsKeyId"), graph, "The stream has no customer key."),
      );
    },
  },
  {
    id: "efs-customer-key",
    title: "EFS file systems are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["EFS.1"],
    types: ["aws:efs/fileSystem:FileSystem"],
    remediation: "Set encrypted to true and kmsKeyId to your key.",
    url: "https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html",
    check(node, graph) {
      return andThen(on(node.property("encrypted"), "The file system is not encrypted."), () =>
        customerKey(node.property("kmsKeyId"), graph, "The file system has no customer key."),
      );
    },
  },
  {
    id: "backup-vault-customer-key",
    title: "Backup vaults are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["Backup.1"],
    types: ["aws:backup/vault:Vault"],
    remediation: "Set kmsKeyArn to your key.",
    url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
    check(node, graph) {
      return customerKey(node.property("kmsKeyArn"), graph, "Recovery points have no customer key.");
    },
  },
];
