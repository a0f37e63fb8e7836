import { overlaps, vpcCidrProblem } from "../../components/network/cidr";
import { FARGATE_SIZES } from "../../components/compute/fargate-size";
import type { ConfigProblem } from "./problems";
import { type PaymentsConfig, SERVICE_ROLES, SHARD_BUCKETS } from "./schema";

/** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
export function crossChecks(config: PaymentsConfig): ConfigProblem[] {
  const production = config.environment === "production";
  return [
    ...regionProblems(config, production),
    ...serviceProblems(config, production),
    ...databaseProblems(config, production),
    ...otherProblems(config, production),
  ];
}

function regionProblems({ regions }: PaymentsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  regions.forEach((region, index) => {
    const at = `regions[${index}]`;
    const earlier = regions.slice(0, index);
    if (earlier.some(({ name }) => name === region.name)) {
      problems.push({ path: `${at}.name`, value: region.name, message: "This region stands twice.", fix: "Remove one." });
    }
    const wrongCidr = vpcCidrProblem(region.cidr);
    if (wrongCidr !== undefined) problems.push({ path: `${at}.cidr`, value: region.cidr, message: wrongCidr });
    for (const other of earlier) {
      if (overlaps(other.cidr, region.cidr)) {
        problems.push({
          path: `${at}.cidr`,
          value: region.cidr,
          message: `Overlaps ${other.cidr} of ${other.name}; regions that may one day be connected need ranges of their own.`,
        });
      }
    }
    if (production && new Set(region.zones).size < 2) {
      problems.push({
        path: `${at}.zones`,
        value: region.zones,
        message: "Production needs at least two zones: one may fail.",
        fix: `For example [${region.name}a, ${region.name}b, ${region.name}c].`,
      });
    }
    region.zones.forEach((zone, position) => {
      const path = `${at}.zones[${position}]`;
      if (region.zones.indexOf(zone) < position) {
        problems.push({ path, value: zone, message: "This zone stands twice.", fix: "Remove one." });
      } else if (!new RegExp(`^${region.name}[a-h]$`).test(zone)) {
        problems.push({ path, value: zone, message: `Is not a zone of ${region.name}.`, fix: `Zones are ${region.name}a to ${region.name}h.` });
      }
    });
  });
  return problems;
}

const WORKERS: ReadonlySet<string> = new Set(["processor-integration", "ledger-writer"]);

function serviceProblems({ services }: PaymentsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const role of SERVICE_ROLES) {
    if (!Object.values(services).some((service) => service.role === role)) {
      problems.push({ path: "services", message: `No service has the role ${role}.`, fix: `Add one with role: ${role}.` });
    }
  }
  for (const [name, { role, size, scaling }] of Object.entries(services)) {
    const at = `services.${name}`;
    const memories = FARGATE_SIZES.get(size.cpu);
    if (memories === undefined) {
      const message = `Fargate has no such CPU size. Use one of: ${[...FARGATE_SIZES.keys()].join(", ")}.`;
      problems.push({ path: `${at}.size.cpu`, value: size.cpu, message });
    } else if (!memories.includes(size.memory)) {
      const message = `With cpu ${size.cpu} Fargate takes, in MiB: ${memories.join(", ")}.`;
      problems.push({ path: `${at}.size.memory`, value: size.memory, message });
    }
    if (production && scaling.min < 2) {
      problems.push({ path: `${at}.scaling.min`, value: scaling.min, message: "Production needs at least 2 tasks: one zone may fail." });
    }
    if (WORKERS.has(role)) {
      if (scaling.backlogPerTask === undefined) {
        problems.push({ path: `${at}.scaling`, message: `A ${role} drains a queue.`, fix: "Give backlogPerTask." });
      }
    } else if (scaling.backlogPerTask !== undefined) {
      problems.push({ path: `${at}.scaling.backlogPerTask`, value: scaling.backlogPerTask, message: `A ${role} drains no queue.`, fix: "Give cpuPercent or requestsPerTask." });
    } else if (scaling.cpuPercent === undefined && scaling.requestsPerTask === undefined && scaling.max > scaling.min) {
      problems.push({ path: `${at}.scaling`, value: scaling, message: "Nothing says when to scale.", fix: "Give cpuPercent or requestsPerTask, or set max to min." });
    }
  }
  return problems;
}

function databaseProblems({ database, regions }: PaymentsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (production && database.backupRetentionDays < 7) {
    problems.push({ path: "database.backupRetentionDays", value: database.backupRetentionDays, message: "Production keeps backups for at least 7 days." });
  }
  if (database.engine === "aurora-global") {
    if (regions.length < 2) problems.push({ path: "database.engine", value: database.engine, message: "A global database needs at least two regions.", fix: "Use rds, or add a region." });
    return problems;
  }
  if (database.maxStorageGiB !== undefined && database.maxStorageGiB < database.storageGiB * 1.1) {
    problems.push({ path: "database.maxStorageGiB", value: database.maxStorageGiB, message: `RDS wants at least 10 % more than storageGiB (${database.storageGiB}).` });
  }
  const ranges = Object.entries(database.shards).sort(([, a], [, b]) => a.buckets[0] - b.buckets[0]);
  let next = 0;
  for (const [name, { buckets }] of ranges) {
    const [first, last] = buckets;
    const path = `database.shards.${name}.buckets`;
    if (first > last) problems.push({ path, value: buckets, message: "The first bucket is larger than the last." });
    else if (first !== next) {
      problems.push({
        path,
        value: buckets,
        message: first < next ? `Bucket ${first} belongs to another shard already.` : `Nobody owns the buckets ${next} to ${first - 1}.`,
        fix: `Begin with ${next}.`,
      });
    }
    next = Math.max(next, last + 1);
  }
  if (next !== SHARD_BUCKETS) {
    problems.push({ path: "database.shards", message: `Nobody owns the buckets ${next} to ${SHARD_BUCKETS - 1}.`, fix: `The last shard ends with ${SHARD_BUCKETS - 1}.` });
  }
  return problems;
}

function otherProblems(config: PaymentsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { cache, domain, messaging, observability, regions } = config;
  if (production && cache.replicas < 1) {
    problems.push({ path: "cache.replicas", value: cache.replicas, message: "Production needs at least one replica in another zone." });
  }
  if (domain.web === domain.api) {
    problems.push({ path: "domain.api", value: domain.api, message: "The web front has this host already.", fix: "Give the API a host of its own." });
  }
  if (messaging.kind === "kafka" && regions.some(({ zones }) => zones.length < 3)) {
    problems.push({ path: "messaging.kind", value: messaging.kind, message: "Kafka keeps three copies, each in a zone of its own.", fix: "Give every region three zones, or use sqs." });
  }
  if (observability.logSearch && observability.metrics) {
    problems.push({ path: "observability", message: "logSearch and metrics are alternatives.", fix: "Keep one of them." });
  }
  return problems;
}
