import { keepAccessLogs } from "../../components/data/bucket";
import { Dns } from "../../components/edge/dns";
import { GLOBAL_REGION } from "../../components/edge/global-region";
import { Region } from "../../components/network/region";
import { Notifications } from "../../components/observability/notifications";
import { AccountBaseline } from "../../components/security/account-baseline";
import { Key, type KeyService } from "../../components/security/key";
import type { FoundationConfig } from "./config";

export interface GlobalFoundationArgs {
  /** What the key is for. */
  readonly description: string;
  /** Services beside those of logs, alarms, events and backups that use the key. Default: none. */
  readonly services?: readonly KeyService[];
  /** True where the system has buckets of its own here; else only the account's trail needs access logs kept. */
  readonly buckets?: boolean;
}

/** What belongs to no region: its key, who hears of its alarms, the zone, and what an account has once. */
export interface GlobalFoundation {
  readonly site: Region;
  readonly key: Key;
  readonly dns: Dns;
  readonly account: AccountBaseline | "existing";
}

/** Builds the global part of the system called `system`. */
export function globalFoundation(
  system: string,
  { alarms, baseline, domain, environment, owner, permissionsBoundary, dataClass }: FoundationConfig,
  { description, services = [], buckets = false }: GlobalFoundationArgs,
): GlobalFoundation {
  const name = `${system}-global`;
  const site = new Region(name, { region: GLOBAL_REGION, environment, owner, permissionsBoundary, dataClass });
  const here = { parent: site };
  const key = new Key(
    `${name}-key`,
    { description, services: ["logs", "cloudwatch", "events", "backup", ...services] },
    here,
  );
  const alerts = new Notifications(`${name}-alerts`, { key, emails: alarms }, here);
  site.sendAlarmsTo(alerts.topics);
  if (buckets || baseline.account === "create") keepAccessLogs(`${name}-access-logs`, site);
  const dns = new Dns(`${system}-dns`, { domain: domain.name, zoneId: domain.zoneId, key }, here);
  const account = baseline.account === "create" ? new AccountBaseline(`${system}-account`, {}, here) : "existing";
  return { site, key, dns, account };
}
