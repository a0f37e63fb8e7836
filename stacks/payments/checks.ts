import { CLUSTER_CLASS, GLOBAL_CLASS } from "../../components/data/instance-class";
import { bucketProblem, SHARD_BUCKETS } from "../../components/data/shard-directory";
import { partnerProblems, regionProblems, sizeProblems } from "../config/checks";
import type { ConfigProblem } from "../config/problems";
import { isWorker, type PaymentsConfig, SERVICE_ROLES } from "./config";
import { listenerPort } from "./listener-port";

/** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
export function crossChecks(config: PaymentsConfig): ConfigProblem[] {
  const production = config.environment === "production";
  return [
    ...regionProblems(config.regions, production),
    ...serviceProblems(config, production),
    ...databaseProblems(config, production),
    ...processorProblems(config),
    ...otherProblems(config, production),
  ];
}

function serviceProblems({ services }: PaymentsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const role of SERVICE_ROLES) {
    if (!Object.values(services).some((service) => service.role === role)) {
      problems.push({
        path: "services",
        message: `No service has the role ${role}.`,
        fix: `Add one with role: ${role}.`,
      });
    }
  }
  const byPort = new Map<number, string>();
  for (const [name, { role, size, scaling }] of Object.entries(services)) {
    const port = listenerPort(name);
    const other = byPort.get(port);
    if (other !== undefined) {
      const message = `Its name leads to the same load balancer port (${port}) as ${other}'s.`;
      problems.push({ path: `services.${name}`, message, fix: "Give one of them another name." });
    }
    byPort.set(port, name);
    const at = `services.${name}`;
    problems.push(...sizeProblems(`${at}.size`, size));
    if (production && scaling.min < 2) {
      problems.push({
        path: `${at}.scaling.min`,
        value: scaling.min,
        message: "Production needs at least 2 tasks: one zone may fail.",
      });
    }
    if (isWorker(role)) {
      if (scaling.backlogPerTask === undefined) {
        problems.push({ path: `${at}.scaling`, message: `A ${role} drains a queue.`, fix: "Give backlogPerTask." });
      }
    } else if (scaling.backlogPerTask !== undefined) {
      problems.push({
        path: `${at}.scaling.backlogPerTask`,
        value: scaling.backlogPerTask,
        message: `A ${role} drains no queue.`,
        fix: "Give cpuPercent.",
      });
    } else if (scaling.cpuPercent === undefined && scaling.max > scaling.min) {
      problems.push({
        path: `${at}.scaling`,
        value: scaling,
        message: "Nothing says when to scale.",
        fix: "Give cpuPercent, or set max to min.",
      });
    }
  }
  return problems;
}

function databaseProblems({ database, objectives, regions }: PaymentsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (production && database.backupRetentionDays < 7) {
    problems.push({
      path: "database.backupRetentionDays",
      value: database.backupRetentionDays,
      message: "Production keeps backups for at least 7 days.",
    });
  }
  if (database.engine === "aurora-global") return [...problems, ...globalDatabaseProblems(database, regions)];
  if (database.maxStorageGiB !== undefined && database.maxStorageGiB < database.storageGiB * 1.1) {
    problems.push({
      path: "database.maxStorageGiB",
      value: database.maxStorageGiB,
      message: `RDS wants at least 10 % more than storageGiB (${database.storageGiB}).`,
    });
  }
  const owners = Object.fromEntries(Object.entries(database.shards).map(([name, { buckets }]) => [name, buckets]));
  const unowned = bucketProblem(owners);
  if (unowned !== undefined) {
    problems.push({
      path: "database.shards",
      message: `Each bucket from 0 to ${SHARD_BUCKETS - 1} has one owner, but ${unowned}.`,
    });
  }
  if (database.deployment === "cluster") {
    problems.push(...clusterProblems(database, regions));
    if (objectives.rpoMinutes < CLUSTER_RPO_MINUTES) {
      const message = `Locked backups of a cluster are snapshots, hourly at most and up to an hour late: ${CLUSTER_RPO_MINUTES}.`;
      problems.push({
        path: "objectives.rpoMinutes",
        value: objectives.rpoMinutes,
        message,
        fix: "Or use deployment: instance.",
      });
    }
  }
  return problems;
}

type RdsConfig = Extract<PaymentsConfig["database"], { engine: "rds" }>;
type GlobalConfig = Extract<PaymentsConfig["database"], { engine: "aurora-global" }>;

/** Aurora's limit: one region that writes, ten that follow. */
const GLOBAL_REGIONS = 11;

function globalDatabaseProblems(database: GlobalConfig, regions: PaymentsConfig["regions"]): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (regions.length < 2 || regions.length > GLOBAL_REGIONS) {
    problems.push({
      path: "database.engine",
      value: database.engine,
      message: `A global database stands in at least two regions and at most ${GLOBAL_REGIONS}.`,
      fix: "Use rds, or change regions.",
    });
  }
  if (!GLOBAL_CLASS.test(database.instanceClass)) {
    problems.push({
      path: "database.instanceClass",
      value: database.instanceClass,
      message: "A global database takes memory optimized classes only, such as db.r8g.xlarge.",
    });
  }
  regions.forEach(({ zones }, index) => {
    if (zones.length > database.readers) return;
    const message = `The writer and each of database.readers (${database.readers}) stand in a zone of their own.`;
    problems.push({ path: `regions[${index}].zones`, value: zones, message, fix: "Add a zone, or lower readers." });
  });
  return problems;
}

/** AWS Backup has no continuous backup for Multi-AZ DB clusters. */
const CLUSTER_RPO_MINUTES = 120;

/** Least volume of a Multi-AZ DB cluster, in GiB. */
const CLUSTER_STORAGE = 100;

function clusterProblems(database: RdsConfig, regions: PaymentsConfig["regions"]): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const fix = "Or use deployment: instance.";
  if (database.storageGiB < CLUSTER_STORAGE) {
    problems.push({
      path: "database.storageGiB",
      value: database.storageGiB,
      message: `A cluster needs at least ${CLUSTER_STORAGE}.`,
      fix,
    });
  }
  if (database.maxStorageGiB !== undefined) {
    problems.push({
      path: "database.maxStorageGiB",
      value: database.maxStorageGiB,
      message: "A cluster's volumes do not grow by themselves.",
      fix,
    });
  }
  const classes = Object.entries({ instanceClass: database.instanceClass, ...shardClasses(database) });
  for (const [path, value] of classes) {
    if (!CLUSTER_CLASS.test(value)) {
      problems.push({
        path: `database.${path}`,
        value,
        message: "A cluster takes classes with local storage only, such as db.r8gd.xlarge.",
        fix,
      });
    }
  }
  for (const [name, { readReplicas }] of Object.entries(database.shards)) {
    if (readReplicas > 0) {
      problems.push({
        path: `database.shards.${name}.readReplicas`,
        value: readReplicas,
        message: "A cluster has two readers already.",
        fix,
      });
    }
  }
  regions.forEach(({ zones }, index) => {
    if (zones.length < 3)
      problems.push({
        path: `regions[${index}].zones`,
        value: zones,
        message: "A database cluster needs three zones.",
        fix,
      });
  });
  return problems;
}

function shardClasses({ shards }: RdsConfig): Record<string, string> {
  const own = Object.entries(shards).flatMap(([name, { instanceClass }]) =>
    instanceClass === undefined ? [] : [[`shards.${name}.instanceClass`, instanceClass]],
  );
  return Object.fromEntries(own);
}

function processorProblems({ processors, regions }: PaymentsConfig): ConfigProblem[] {
  const known = Object.keys(processors);
  const strangers = regions.flatMap((region, index) =>
    (region.processors ?? []).flatMap((value, position): ConfigProblem[] => {
      if (known.includes(value)) return [];
      const path = `regions[${index}].processors[${position}]`;
      return [{ path, value, message: `Is not one of processors: ${known.join(", ")}.` }];
    }),
  );
  const wide = Object.entries(processors).flatMap(([name, { cidrs }]) =>
    partnerProblems(`processors.${name}.cidrs`, "processor", cidrs),
  );
  return [...strangers, ...wide];
}

function otherProblems(config: PaymentsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { apiCache, cache, domain, messaging, observability, regions, services, signIn } = config;
  for (const path of Object.keys(apiCache?.paths ?? {})) {
    const name = path.split("/")[1] ?? "";
    if (services[name]?.role !== "external-api") {
      const message = `${name} is no external-api; only there does a key tell callers apart, so that nobody gets another's answer.`;
      problems.push({ path: `apiCache.paths.${path}`, message });
    }
  }
  if ((signIn.userPoolArns === undefined) !== (signIn.origin === undefined)) {
    problems.push({
      path: "signIn",
      value: signIn,
      message:
        "userPoolArns and origin belong together: the web front may call no other origin to get its users' tokens.",
      fix: "Give both, or neither.",
    });
  }
  if (signIn.userPoolArns !== undefined && signIn.email !== undefined) {
    problems.push({
      path: "signIn.email",
      value: signIn.email.from,
      message: "Pools that stand already have a sender of their own.",
      fix: "Remove it.",
    });
  }
  if (production && cache.replicas < 1) {
    problems.push({
      path: "cache.replicas",
      value: cache.replicas,
      message: "Production needs at least one replica in another zone.",
    });
  }
  if (domain.web === domain.api) {
    problems.push({
      path: "domain.api",
      value: domain.api,
      message: "The web front has this host already.",
      fix: "Give the API a host of its own.",
    });
  }
  if (messaging.kind === "kafka" && regions.some(({ zones }) => zones.length < 3)) {
    problems.push({
      path: "messaging.kind",
      value: messaging.kind,
      message: "Kafka keeps three copies, each in a zone of its own.",
      fix: "Give every region three zones, or use sqs.",
    });
  }
  if (observability.logSearch && observability.metrics) {
    problems.push({
      path: "observability",
      message: "logSearch and metrics are alternatives.",
      fix: "Keep one of them.",
    });
  }
  return problems;
}
