import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { andThen, customerKey, each, isTrue, joined, notEmpty, off, on, oneOf, when } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
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
  return when(inherited(node, "engine", graph), (engine) => {
    const parameter = tlsParameter(String(engine));
    if (parameter === undefined) return notApplicable(`TLS is not set by a parameter of ${String(engine)}.`);
    return setInGroup(node, parameter, graph, () => forcedByDefault(node, parameter, graph));
  });
}

/** A parameter, with the values that it may have, or a test of them; both in capitals. */
interface Parameter {
  readonly name: string;
  readonly values?: readonly string[];
  readonly isGood?: (value: string) => boolean;
}

/** From PostgreSQL 18 on it may name the stages of a connection. */
const LOGS_CONNECTIONS = ["1", "ON", "TRUE", "ALL"];

/** The parameter must have one of its values in the database's parameter group; `byDefault` answers for AWS's own group and for one that leaves it out. */
function setInGroup(node: ResourceNode, parameter: Parameter, graph: ResourceGraph, byDefault: () => Outcome): Outcome {
  const isCluster = node.type === CLUSTER;
  const group = inherited(node, isCluster ? "dbClusterParameterGroupName" : "parameterGroupName", graph);
  const groupType = isCluster
    ? "aws:rds/clusterParameterGroup:ClusterParameterGroup"
    : "aws:rds/parameterGroup:ParameterGroup";
  const name = group.fact;
  if (group.absent || (name.known && String(name.value).startsWith("default."))) return byDefault();
  return joined(graph.resolve(group, groupType), ([found]) => {
    if (found === undefined) return { kind: "undetermined", path: group.path, producers: [] };
    const list = found.property("parameters");
    if (list.unknown) return undetermined(list);
    const names = list.items.map((item) => item.at("name"));
    const set = list.items[names.findIndex(({ fact }) => fact.known && fact.value === parameter.name)];
    const doubtful = names.find(({ unknown }) => unknown);
    if (set === undefined && doubtful !== undefined) return undetermined(doubtful);
    if (set === undefined) return byDefault();
    return when(set.at("value"), (value) =>
      (parameter.values?.includes(String(value).toUpperCase()) ??
      parameter.isGood?.(String(value).toUpperCase()) === true)
        ? PASS
        : fail(`${parameter.name} is ${String(value)} in parameter group ${found.name}.`, group),
    );
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

/**
 * The logs that tell who connected, what was refused and what broke. Security Hub's RDS.9 also lists MySQL's general and slow query logs: they hold the text of
 * statements, card numbers included, and PCI DSS 10.2.1 does not ask for them.
 */
function auditLogs(engine: string): readonly string[] {
  if (/postgres/.test(engine)) return ["postgresql"];
  if (/^(mysql|mariadb)$/.test(engine)) return ["audit", "error"];
  if (engine === "aurora-mysql") return ["audit"];
  if (/^oracle/.test(engine)) return ["alert", "audit", "listener", "trace"];
  // The Express edition has no agent.
  if (/^sqlserver/.test(engine)) return engine === "sqlserver-ex" ? ["error"] : ["agent", "error"];
  return [];
}

/** Where a database's administrator comes from, when it is no new one. */
const ORIGINS = [
  "replicateSourceDb",
  "replicationSourceIdentifier",
  "globalClusterIdentifier",
  "snapshotIdentifier",
  "restoreToPointInTime",
];

/**
 * RDS keeps the password, or the provider hands it over without storing it, or another resource makes it: RDS refuses read replicas of an instance whose
 * password it keeps, so that one needs a random first password, which a rotation then replaces
 * (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations).
 */
function managedPassword(node: ResourceNode): Outcome {
  const given = node.property(node.type === CLUSTER ? "masterPassword" : "password");
  const writeOnly = node.property(node.type === CLUSTER ? "masterPasswordWo" : "passwordWo");
  if (!given.absent) {
    return given.producers.length > 0
      ? PASS
      : fail("The program is given the administrator's password: whoever wrote it down knows it.", given);
  }
  if (!writeOnly.absent) return PASS;
  return when(node.property("manageMasterUserPassword"), (managed) => {
    if (managed === true) return PASS;
    return ORIGINS.some((origin) => !node.property(origin).absent)
      ? notApplicable("The administrator comes with what it is made of.")
      : fail("RDS does not keep the administrator's password: somebody has to.", "manageMasterUserPassword");
  });
}

const SNAPSHOT = "aws:rds/snapshot:Snapshot";
const CLUSTER_SNAPSHOT = "aws:rds/clusterSnapshot:ClusterSnapshot";
const SNAPSHOT_COPY = "aws:rds/snapshotCopy:SnapshotCopy";
const CLUSTER_SNAPSHOT_COPY = "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy";
const SNAPSHOTS = [SNAPSHOT, CLUSTER_SNAPSHOT, SNAPSHOT_COPY, CLUSTER_SNAPSHOT_COPY];

/** What each is made of, and where it says so. */
const SOURCES: Readonly<Record<string, readonly [property: string, ...types: string[]]>> = {
  [SNAPSHOT]: ["dbInstanceIdentifier", INSTANCE],
  [CLUSTER_SNAPSHOT]: ["dbClusterIdentifier", CLUSTER],
  [SNAPSHOT_COPY]: ["sourceDbSnapshotIdentifier", SNAPSHOT, SNAPSHOT_COPY],
  [CLUSTER_SNAPSHOT_COPY]: ["sourceDbClusterSnapshotIdentifier", CLUSTER_SNAPSHOT, CLUSTER_SNAPSHOT_COPY],
};

/** A snapshot is encrypted when its source is; a copy also when it has a key of its own. */
function snapshotEncrypted(node: ResourceNode, graph: ResourceGraph): Outcome {
  const [property, ...types] = SOURCES[node.type] ?? [];
  if (property === undefined)
    return on(inherited(node, "storageEncrypted", graph), `Its source ${node.name} is not encrypted.`);
  const isCopy = node.type === SNAPSHOT_COPY || node.type === CLUSTER_SNAPSHOT_COPY;
  if (isCopy && !node.property("kmsKeyId").absent) return PASS;
  return joined(graph.resolve(node.property(property), ...types), ([source]) =>
    source === undefined ? notApplicable("Its source is not part of this program.") : snapshotEncrypted(source, graph),
  );
}

const SUBSCRIPTION = "aws:rds/eventSubscription:EventSubscription";

/** Events that Security Hub calls critical, by the kind of what they happen to. */
const CRITICAL_EVENTS: Readonly<Record<string, readonly string[]>> = {
  "db-instance": ["maintenance", "configuration change", "failure"],
  "db-parameter-group": ["configuration change"],
  "db-security-group": ["configuration change", "failure"],
};

/** Leaving out the kind means all kinds, leaving out categories all categories. */
function tellsOf(subscription: ResourceNode, kind: string): Outcome {
  const categories = subscription.property("eventCategories");
  const wanted = CRITICAL_EVENTS[kind] ?? [];
  return all(
    oneOf(subscription.property("sourceType"), [kind, undefined, ""], `It does not tell of ${kind}.`),
    on(subscription.property("enabled"), "It is switched off.", true),
    when(categories, (list) => {
      const missing = Array.isArray(list) && list.length > 0 ? wanted.filter((event) => !list.includes(event)) : [];
      return missing.length > 0 ? fail(`It does not tell of ${missing.join(", ")}.`, categories) : PASS;
    }),
  );
}

/**
 * Security Hub passes a Region without any subscription (events also go to EventBridge and to CloudTrail); once there is one, all that is critical must be told.
 */
function subscriptionsTell(node: ResourceNode, graph: ResourceGraph): Outcome {
  const ofRegion = graph.ofType(SUBSCRIPTION).filter(({ region }) => region === node.region);
  const own = when(node.property("sourceType"), (kind) => (kind === "db-instance" ? tellsOf(node, kind) : PASS));
  // What the Region lacks is said once.
  if (ofRegion[0] !== node) return own;
  const others = ["db-parameter-group", "db-security-group"].map((kind) =>
    any(
      ofRegion.map((subscription) => tellsOf(subscription, kind)),
      fail(`No subscription of the Region tells of ${kind}: ${CRITICAL_EVENTS[kind]?.join(", ")}.`, "sourceType"),
    ),
  );
  return all(own, ...others);
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
        const wanted = auditLogs(String(engine));
        if (wanted.length === 0) return notEmpty(exports, "No log is exported.");
        return when(exports, (logs) => {
          const missing = wanted.filter((log) => !Array.isArray(logs) || !logs.includes(log));
          return missing.length === 0 ? PASS : fail(`Not exported: ${missing.join(", ")}.`, exports);
        });
      });
    },
  },
  "rds-aurora-mysql-audit": {
    types: [CLUSTER],
    check(node, graph) {
      return when(node.property("engine"), (engine) =>
        engine === "aurora-mysql"
          ? setInGroup(node, { name: "server_audit_logging", values: ["1", "ON"] }, graph, () =>
              fail("No parameter group sets server_audit_logging, and AWS's default is off."),
            )
          : notApplicable("It is no Aurora MySQL."),
      );
    },
  },
  "rds-own-security-group": {
    types: [INSTANCE, CLUSTER],
    check(node) {
      return notEmpty(node.property("vpcSecurityGroupIds"), "It stands in its VPC's default security group.");
    },
  },
  "rds-snapshot-private": {
    types: SNAPSHOTS,
    check(node) {
      return each(node.property("sharedAccounts"), (account) =>
        when(account, (id) => (id === "all" ? fail("Everyone may restore it.", account) : PASS)),
      );
    },
  },
  "rds-snapshot-encrypted": { types: SNAPSHOTS, check: snapshotEncrypted },
  "rds-event-subscriptions": { types: [SUBSCRIPTION], check: subscriptionsTell },
  "rds-minor-upgrades": {
    types: [INSTANCE, CLUSTER, CLUSTER_INSTANCE],
    check(node, graph) {
      const upgrades = () => on(node.property("autoMinorVersionUpgrade"), "Minor upgrades are off.", true);
      if (node.type !== CLUSTER_INSTANCE) return upgrades();
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
  "rds-managed-password": { types: [INSTANCE, CLUSTER], check: managedPassword },
  "rds-proxy-tls": {
    types: ["aws:rds/proxy:Proxy"],
    check(node) {
      return on(node.property("requireTls"), "The proxy takes connections without TLS.");
    },
  },
  "rds-postgres-audit": {
    types: [INSTANCE, CLUSTER],
    check(node, graph) {
      return when(inherited(node, "engine", graph), (engine) => {
        if (!/^(aurora-)?postgres(ql)?$/.test(String(engine))) return notApplicable("It is no PostgreSQL.");
        const missing = (name: string) => () => fail(`No parameter group sets ${name}, and its default is off.`);
        const logged = ["log_connections", "log_disconnections"].map((name) =>
          setInGroup(node, { name, values: LOGS_CONNECTIONS }, graph, missing(name)),
        );
        const audit = { name: "pgaudit.log", isGood: (value: string) => !/^(|NONE)$/.test(value) };
        return all(...logged, setInGroup(node, audit, graph, missing(audit.name)));
      });
    },
  },
});
