import { contains, vpcCidrProblem } from "../../components/network/cidr";
import { oneRegionProblems, partnerProblems, sizeProblems } from "../config/checks";
import type { ConfigProblem } from "../config/problems";
import { FUNCTIONS, type RewardsConfig, SERVICES } from "./config";

/** AWS Backup takes snapshots of tables and clusters, hourly at most and up to an hour late. */
const SNAPSHOT_RPO_MINUTES = 120;
/** What Aurora's global databases need to keep up, in capacity units. */
const LEAST_CAPACITY = 8;

/** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
export function crossChecks(config: RewardsConfig): ConfigProblem[] {
  const production = config.environment === "production";
  return [
    ...oneRegionProblems(config.region, production),
    ...sizeProblems("analytics.size", config.analytics.size),
    ...partnerProblems("idValidator.cidrs", "validator", config.idValidator.cidrs),
    ...Object.entries(config.catalogs.providers).flatMap(([name, { cidrs }]) =>
      partnerProblems(`catalogs.providers.${name}.cidrs`, "provider", cidrs),
    ),
    ...hostProblems(config),
    ...deployerProblems(config),
    ...runnerProblems(config),
    ...databaseProblems(config, production),
    ...capacityProblems(config, production),
  ];
}

function hostProblems({ domain }: RewardsConfig): ConfigProblem[] {
  const hosts = [domain.api, domain.assets, domain.analytics];
  return (["assets", "analytics"] as const).flatMap((key, index) =>
    hosts.indexOf(domain[key]) <= index
      ? [{ path: `domain.${key}`, value: domain[key], message: "Another part of the system has this host already." }]
      : [],
  );
}

function databaseProblems({ database, objectives }: RewardsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (production && database.instances < 2) {
    const message = "Production needs a second instance in another zone.";
    problems.push({ path: "database.instances", value: database.instances, message });
  }
  if (production && database.backupRetentionDays < 7) {
    const message = "Production keeps backups for at least 7 days.";
    problems.push({ path: "database.backupRetentionDays", value: database.backupRetentionDays, message });
  }
  if (database.capacity !== undefined && database.capacity.min < LEAST_CAPACITY) {
    const message = `An Aurora global database stands on at least ${LEAST_CAPACITY} units.`;
    problems.push({ path: "database.capacity.min", value: database.capacity.min, message });
  }
  if (objectives.rpoMinutes < SNAPSHOT_RPO_MINUTES) {
    problems.push({
      path: "objectives.rpoMinutes",
      value: objectives.rpoMinutes,
      message: `Locked backups of tables and clusters are snapshots, hourly at most and up to an hour late: ${SNAPSHOT_RPO_MINUTES}.`,
      fix: "Tables and clusters restore to any second besides, as long as nobody deletes them.",
    });
  }
  return problems;
}

function deployerProblems({ kubernetes: { admins, deployers } }: RewardsConfig): ConfigProblem[] {
  const taken = new Set(Object.values(admins));
  return Object.entries(deployers).flatMap(([name, role]): ConfigProblem[] => {
    if (!taken.has(role)) {
      taken.add(role);
      return [];
    }
    const message = "This role stands twice: EKS has one entry for each.";
    return [{ path: `kubernetes.deployers.${name}`, value: role, message, fix: "Remove one." }];
  });
}

function runnerProblems({ kubernetes, region }: RewardsConfig): ConfigProblem[] {
  return Object.entries(kubernetes.runners).flatMap(([name, range]): ConfigProblem[] => {
    if (vpcCidrProblem(region.cidr) !== undefined || contains(region.cidr, range)) return [];
    const message = `Is not within ${region.cidr}: network ACLs let nobody else up to the Kubernetes API.`;
    return [
      { path: `kubernetes.runners.${name}`, value: range, message, fix: "Give the subnets that their way in ends in." },
    ];
  });
}

function capacityProblems({ functions, kubernetes, services }: RewardsConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (production && kubernetes.nodes.min < 3) {
    const message = "Production needs a node in each of three zones.";
    problems.push({ path: "kubernetes.nodes.min", value: kubernetes.nodes.min, message });
  }
  for (const name of SERVICES) {
    const { min } = services[name].scaling;
    if (!production || min >= 2) continue;
    const message = "Production needs at least 2 pods: one zone may fail.";
    problems.push({ path: `services.${name}.scaling.min`, value: min, message });
  }
  for (const name of FUNCTIONS) {
    const { concurrency } = functions[name];
    if (concurrency >= 2) continue;
    const message = "With one copy, two calls at once are refused.";
    problems.push({ path: `functions.${name}.concurrency`, value: concurrency, message });
  }
  return problems;
}
