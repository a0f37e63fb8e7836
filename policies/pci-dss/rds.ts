import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { andThen, customerKey, each, isTrue, joined, notEmpty, off, on, when } from "../checks";
import { fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { rds } from "../catalogue/rds";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";

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

export const rdsRules: readonly Rule[] = implement(rds, {
  "rds-customer-key": {
    types: [INSTANCE, CLUSTER],
    check(node, graph) {
      if (node.property("kmsKeyId").absent && sourceInRegion(node, graph) !== undefined)
        return notApplicable("A replica in its source's Region has its source's key.");
      return andThen(on(node.property("storageEncrypted"), "Storage is not encrypted."), () =>
        customerKey(node.property("kmsKeyId"), graph, "Storage is not encrypted with a customer key."),
      );
    },
  },
  "rds-performance-insights-customer-key": {
    types: [INSTANCE, CLUSTER, CLUSTER_INSTANCE],
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
  "rds-not-public": {
    types: [INSTANCE, CLUSTER_INSTANCE],
    check(node) {
      return off(node.property("publiclyAccessible"), "The database has a public address.");
    },
  },
  "rds-tls-required": { types: [INSTANCE, CLUSTER], check: forcesTls },
  "rds-iam-authentication": {
    types: [INSTANCE, CLUSTER],
    check(node, graph) {
      return when(inherited(node, "engine", graph), (engine) =>
        /^(postgres|mysql|mariadb|aurora-mysql|aurora-postgresql)$/.test(String(engine))
          ? on(node.property("iamDatabaseAuthenticationEnabled"), "IAM authentication is off.")
          : notApplicable(`${String(engine)} has no IAM authentication.`),
      );
    },
  },
  "rds-logs-exported": {
    types: [INSTANCE, CLUSTER],
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
  "rds-minor-upgrades": {
    types: [INSTANCE, CLUSTER_INSTANCE],
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
  "rds-administrator-name": {
    types: [INSTANCE, CLUSTER],
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
  "rds-proxy-tls": {
    types: ["aws:rds/proxy:Proxy"],
    check(node) {
      return on(node.property("requireTls"), "The proxy takes connections without TLS.");
    },
  },
});
