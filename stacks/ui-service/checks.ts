import { parseCidr } from "../../components/network/cidr";
import { oneRegionProblems, sizeProblems } from "../config/checks";
import type { ConfigProblem } from "../config/problems";
import type { UiServiceConfig } from "./config";

/** A downstream has its own addresses; a wider range is somebody else's. */
const WIDEST_DOWNSTREAM_PREFIX = 16;
/** AWS Backup takes snapshots of a cluster hourly at most, and up to an hour late. */
const CLUSTER_RPO_MINUTES = 120;
/** Least volume of a Multi-AZ DB cluster, in GiB. */
const CLUSTER_STORAGE = 100;

/** What the schema can not say. */
export function crossChecks(config: UiServiceConfig): ConfigProblem[] {
  const production = config.environment === "production";
  return [
    ...oneRegionProblems(config.region, production),
    ...sizeProblems("orchestrator.size", config.orchestrator.size),
    ...databaseProblems(config, production),
    ...downstreamProblems(config),
    ...capacityProblems(config, production),
  ];
}

function databaseProblems({ database, objectives, region }: UiServiceConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (production && database.backupRetentionDays < 7) {
    problems.push({
      path: "database.backupRetentionDays",
      value: database.backupRetentionDays,
      message: "Production keeps backups for at least 7 days.",
    });
  }
  if (database.deployment === "instance") return problems;
  const fix = "Or use deployment: instance.";
  if (database.storageGiB < CLUSTER_STORAGE) {
    const message = `A cluster needs at least ${CLUSTER_STORAGE}.`;
    problems.push({ path: "database.storageGiB", value: database.storageGiB, message, fix });
  }
  if (region.zones.length < 3) {
    problems.push({ path: "region.zones", value: region.zones, message: "A database cluster needs three zones.", fix });
  }
  if (objectives.rpoMinutes < CLUSTER_RPO_MINUTES) {
    const message = `Locked backups of a cluster are snapshots, hourly at most and up to an hour late: ${CLUSTER_RPO_MINUTES}.`;
    problems.push({ path: "objectives.rpoMinutes", value: objectives.rpoMinutes, message, fix });
  }
  return problems;
}

function downstreamProblems({ orchestrator }: UiServiceConfig): ConfigProblem[] {
  return Object.entries(orchestrator.downstream).flatMap(([name, { cidrs }]) =>
    cidrs.flatMap((cidr, index): ConfigProblem[] => {
      if (parseCidr(cidr).prefix >= WIDEST_DOWNSTREAM_PREFIX) return [];
      const message = `Is wider than /${WIDEST_DOWNSTREAM_PREFIX}: the orchestrator would reach far more than it has to.`;
      return [{ path: `orchestrator.downstream.${name}.cidrs[${index}]`, value: cidr, message }];
    }),
  );
}

function capacityProblems({ cache, region, ui }: UiServiceConfig, production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (region.zones.length < 2) {
    const message = "An application load balancer stands in two zones at least.";
    problems.push({ path: "region.zones", value: region.zones, message });
  }
  if (production && ui.scaling.min < 2) {
    const message = "Production needs at least 2 instances: one zone may fail.";
    problems.push({ path: "ui.scaling.min", value: ui.scaling.min, message });
  }
  if (production && cache !== undefined && cache.replicas < 1) {
    const message = "Production needs at least one replica in another zone.";
    problems.push({ path: "cache.replicas", value: cache.replicas, message });
  }
  return problems;
}
