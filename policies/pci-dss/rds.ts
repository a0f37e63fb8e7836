import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { andThen, customerKey, each, isTrue, joined, notEmpty, off, on, when } from "../checks";
import { fail, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide";
const AURORA_DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide";

/** The instance whose data a replica copies, when it is in this program and in the same Region. */
function sourceInRegion(node: ResourceNode, graph: ResourceGraph): ResourceNode | undefined {
  const source = graph.resolve(node.property("replicateSourceDb"), INSTANCE).nodes[0];
  return source?.region === node.region ? source : undefined;
}

/** The value of `property`, which a replica that does not say otherwise has from its source. */
function inherited(node: ResourceNode, property: string, graph: ResourceGraph): Property {
  const own = node.property(property);
  if (!own.absent) return own;
  const source = graph.resolve(node.property("replicateSourceDb"), INSTANCE).nodes[0];
  return source === undefined ? own : inherited(source, property, graph);
}

/** How an engine refuses connections without TLS. */
interface TlsParameter {
  readonly name: string;
  readonly values: readonly string[];
  /** First major version whose default parameter group already sets it. */
  readonly byDefaultFrom?: number;
}

function tlsParameter(engine: string): TlsParameter | undefined {
  if (engine === "postgres") return { name: "rds.force_ssl", values: ["1"], byDefaultFrom: 15 };
  if (engine === "aurora-postgresql") return { name: "rds.force_ssl", values: ["1"], byDefaultFrom: 17 };
  if (engine.startsWith("sqlserver")) return { name: "rds.force_ssl", values: ["1"] };
  if (/^(mysql|mariadb|aurora-mysql)$/.test(engine)) return { name: "require_secure_transport", values: ["1", "ON"] };
  return undefined;
}

function forcesTls(node: ResourceNode, graph: ResourceGraph): Outcome {
  const isCluster = node.type === CLUSTER;
  const group = inherited(node, isCluster ? "dbClusterParameterGroupName" : "parameterGroupName", graph);
  const groupType = isCluster
    ? "aws:rds/clusterParameterGroup:ClusterParameterGroup"
    : "aws:rds/parameterGroup:ParameterGroup";
  return when(inherited(node, "engine", graph), (engine) => {
    const parameter = tlsParameter(String(engine));
    if (parameter === undefined) return notApplicable(`TLS is not set by a parameter of ${String(engine)}.`);
    const name = group.fact;
    if (group.absent || (name.known && String(name.value).startsWith("default.")))
      return forcedByDefault(node, parameter, graph);
    return joined(graph.resolve(group, groupType), ([found]) => {
      if (found === undefined) return { kind: "undetermined", path: group.path, producers: [] };
      const list = found.property("parameters");
      if (list.unknown) return each(list, () => PASS);
      const names = list.items.map((item) => item.at("name"));
      const set = list.items[names.findIndex(({ fact }) => fact.known && fact.value === parameter.name)];
      const doubtful = names.find(({ unknown }) => unknown);
      if (set === undefined && doubtful !== undefined) return undetermined(doubtful);
      if (set === undefined) return forcedByDefault(node, parameter, graph);
      return when(set.at("value"), (value) =>
        parameter.values.includes(String(value).toUpperCase())
          ? PASS
          : fail(`${parameter.name} is ${String(value)} in parameter group ${found.name}.`, group),
      );
    });
  });
}

function forcedByDefault(node: ResourceNode, parameter: TlsParameter, graph: ResourceGraph): Outcome {
  const missing = fail(`No parameter group sets ${parameter.name}: the database takes connections without TLS.`);
  const { byDefaultFrom } = parameter;
  if (byDefaultFrom === undefined) return missing;
  return when(inherited(node, "engineVersion", graph), (version) =>
    Number.parseInt(String(version), 10) >= byDefaultFrom ? PASS : missing,
  );
}

/** AWS exports no logs of these without it: the ones that tell who connected and what was refused. */
function auditLog(engine: string): string | undefined {
  if (/postgres/.test(engine)) return "postgresql";
  if (/^(mysql|mariadb|aurora-mysql|oracle.*)$/.test(engine)) return "audit";
  return undefined;
}

export const rdsRules: readonly Rule[] = [
  {
    id: "rds-customer-key",
    title: "RDS databases are encrypted at rest with a customer-managed KMS key.",
    severity: "high",
    requirements: ["3.5.1"],
    controls: ["RDS.3", "RDS.27"],
    types: [INSTANCE, CLUSTER],
    remediation:
      "Set storageEncrypted to true and kmsKeyId to your key. It can not be changed on an existing database.",
    url: `${DOCS}/Overview.Encryption.html`,
    check(node, graph) {
      if (node.property("kmsKeyId").absent && sourceInRegion(node, graph) !== undefined)
        return notApplicable("A replica in its source's Region has its source's key.");
      return andThen(on(node.property("storageEncrypted"), "Storage is not encrypted."), () =>
        customerKey(node.property("kmsKeyId"), graph, "Storage is not encrypted with a customer key."),
      );
    },
  },
  {
    id: "rds-performance-insights-customer-key",
    title: "Performance Insights data, which holds SQL text, is encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: [],
    types: [INSTANCE, CLUSTER, CLUSTER_INSTANCE],
    remediation: "Set performanceInsightsKmsKeyId to your key.",
    url: `${DOCS}/USER_PerfInsights.html`,
    check(node, graph) {
      return when(node.property("performanceInsightsEnabled"), (enabled) =>
        isTrue(enabled)
          ? customerKey(
              node.property("performanceInsightsKmsKeyId"),
              graph,
              "Performance Insights has no customer key.",
            )
          : notApplicable("Performance Insights is off."),
      );
    },
  },
  {
    id: "rds-not-public",
    title: "RDS databases have no public address.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["RDS.2"],
    types: [INSTANCE, CLUSTER_INSTANCE],
    remediation: "Set publiclyAccessible to false.",
    url: `${DOCS}/USER_VPC.WorkingWithRDSInstanceinaVPC.html`,
    check(node) {
      return off(node.property("publiclyAccessible"), "The database has a public address.");
    },
  },
  {
    id: "rds-tls-required",
    title: "RDS databases refuse connections without TLS.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["RDS.38", "RDS.39", "RDS.41", "RDS.44"],
    types: [INSTANCE, CLUSTER],
    remediation:
      "Use a parameter group that sets rds.force_ssl to 1 (PostgreSQL, SQL Server) or require_secure_transport to ON (MySQL, MariaDB).",
    url: `${DOCS}/UsingWithRDS.SSL.html`,
    check: forcesTls,
  },
  {
    id: "rds-iam-authentication",
    title: "RDS databases accept IAM authentication, so that services need no password.",
    severity: "medium",
    requirements: ["7.2.1", "8.2.7", "8.3.4"],
    controls: ["RDS.10", "RDS.12"],
    types: [INSTANCE, CLUSTER],
    remediation: "Set iamDatabaseAuthenticationEnabled to true.",
    url: `${DOCS}/UsingWithRDS.IAMDBAuth.html`,
    check(node, graph) {
      return when(inherited(node, "engine", graph), (engine) =>
        /^(postgres|mysql|mariadb|aurora-mysql|aurora-postgresql)$/.test(String(engine))
          ? on(node.property("iamDatabaseAuthenticationEnabled"), "IAM authentication is off.")
          : notApplicable(`${String(engine)} has no IAM authentication.`),
      );
    },
  },
  {
    id: "rds-logs-exported",
    title: "RDS databases send their logs to CloudWatch Logs.",
    severity: "medium",
    requirements: ["10.2.1", "10.4.2"],
    controls: ["RDS.9", "RDS.34", "RDS.36", "RDS.37"],
    types: [INSTANCE, CLUSTER],
    remediation:
      "List the engine's logs in enabledCloudwatchLogsExports: `postgresql`, or `audit` for MySQL and MariaDB.",
    url: `${DOCS}/USER_LogAccess.Procedural.UploadtoCloudWatch.html`,
    check(node, graph) {
      const exports = node.property("enabledCloudwatchLogsExports");
      return when(inherited(node, "engine", graph), (engine) => {
        const wanted = auditLog(String(engine));
        if (wanted === undefined) return notEmpty(exports, "No log is exported.");
        return when(exports, (logs) =>
          Array.isArray(logs) && logs.includes(wanted) ? PASS : fail(`The log \`${wanted}\` is not exported.`, exports),
        );
      });
    },
  },
  {
    id: "rds-minor-upgrades",
    title: "RDS databases take minor engine upgrades, and so security fixes, by themselves.",
    severity: "high",
    requirements: ["6.3.3"],
    controls: ["RDS.13", "RDS.35"],
    types: [INSTANCE, CLUSTER_INSTANCE],
    remediation: "Leave autoMinorVersionUpgrade at its default true.",
    url: `${DOCS}/USER_UpgradeDBInstance.Upgrading.html`,
    check(node, graph) {
      const upgrades = () => on(node.property("autoMinorVersionUpgrade"), "Minor upgrades are off.", true);
      if (node.type === INSTANCE) return upgrades();
      return joined(graph.resolve(node.property("clusterIdentifier"), CLUSTER), ([cluster]) =>
        cluster === undefined || cluster.property("globalClusterIdentifier").absent
          ? upgrades()
          : notApplicable("A global database takes none: all its Regions run one release."),
      );
    },
  },
  {
    id: "rds-administrator-name",
    title: "RDS databases have an administrator name of their own.",
    severity: "medium",
    requirements: ["2.2.2"],
    controls: ["RDS.24", "RDS.25"],
    types: [INSTANCE, CLUSTER],
    remediation: "Choose a username other than admin, administrator, root, postgres and the like.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-25",
    check(node) {
      const name = node.property(node.type === CLUSTER ? "masterUsername" : "username");
      return when(name, (value) => {
        if (value === undefined) return notApplicable("The administrator comes with the source or the snapshot.");
        return /^(admin|administrator|root|sa|system|postgres|mysql|mariadb|oracle)$/i.test(String(value))
          ? fail(`${String(value)} is a name that attackers try first.`, name)
          : PASS;
      });
    },
  },
  {
    id: "rds-proxy-tls",
    title: "RDS proxies refuse connections without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["RDS.43"],
    types: ["aws:rds/proxy:Proxy"],
    remediation: "Set requireTls to true.",
    url: `${AURORA_DOCS}/rds-proxy.howitworks.html`,
    check(node) {
      return on(node.property("requireTls"), "The proxy takes connections without TLS.");
    },
  },
];
