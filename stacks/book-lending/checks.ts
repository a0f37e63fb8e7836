import { oneRegionProblems, partnerProblems } from "../config/checks";
import type { ConfigProblem } from "../config/problems";
import type { BookLendingConfig } from "./config";

/** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
export function crossChecks(config: BookLendingConfig): ConfigProblem[] {
  const production = config.environment === "production";
  const { database, identityProvider, machines, paymentProcessor, region } = config;
  const problems: ConfigProblem[] = [
    ...oneRegionProblems(region, production),
    ...partnerProblems("paymentProcessor.cidrs", "payment processor", paymentProcessor.cidrs),
    ...partnerProblems("identityProvider.cidrs", "identity provider", identityProvider.cidrs),
  ];
  if (!production && region.zones.length < 2) {
    problems.push({
      path: "region.zones",
      value: region.zones,
      message: "The load balancer and the two machines need two zones.",
    });
  }
  if (machines.blue.replaceable && machines.green.replaceable) {
    problems.push({
      path: "machines.green.replaceable",
      value: true,
      message: "Blue is replaceable already: one machine at a time, the one that does not serve.",
    });
  }
  if (production && database.backupRetentionDays < 7) {
    problems.push({
      path: "database.backupRetentionDays",
      value: database.backupRetentionDays,
      message: "Production keeps backups for at least 7 days.",
    });
  }
  if (database.maxStorageGiB !== undefined && database.maxStorageGiB < database.storageGiB * 1.1) {
    problems.push({
      path: "database.maxStorageGiB",
      value: database.maxStorageGiB,
      message: `RDS wants at least 10 % more than storageGiB (${database.storageGiB}).`,
    });
  }
  return problems;
}
