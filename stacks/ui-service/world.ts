import { keepAccessLogs } from "../../components/data/bucket";
import { Dns } from "../../components/edge/dns";
import { Region } from "../../components/network/region";
import { Notifications } from "../../components/observability/notifications";
import { AccountBaseline } from "../../components/security/account-baseline";
import { Key } from "../../components/security/key";
import type { UiServiceConfig } from "./config";

/** Where Route 53 and IAM keep what belongs to no region. */
const GLOBAL_REGION = "us-east-1";

/** What belongs to no region: the zone, and what an account has once. */
export interface World {
  readonly dns: Dns;
  readonly account: AccountBaseline | "existing";
}

export function world({ alarms, baseline, domain, environment, owner, permissionsBoundary }: UiServiceConfig): World {
  const site = new Region("ui-service-global", { region: GLOBAL_REGION, environment, owner, permissionsBoundary });
  const here = { parent: site };
  const key = new Key(
    "ui-service-global-key",
    { description: "UI service: DNS query logs and alarms", services: ["logs", "cloudwatch", "events", "backup"] },
    here,
  );
  const alerts = new Notifications("ui-service-global-alerts", { key, emails: alarms }, here);
  site.sendAlarmsTo(alerts.topics);
  // The account's trail is the only bucket here.
  if (baseline.account === "create") keepAccessLogs("ui-service-global-access-logs", site);
  const dns = new Dns("ui-service-dns", { domain: domain.name, zoneId: domain.zoneId, key }, here);
  const account = baseline.account === "create" ? new AccountBaseline("ui-service-account", {}, here) : "existing";
  return { dns, account };
}
