import * as random from "@pulumi/random";
import type * as pulumi from "@pulumi/pulumi";
import { keepAccessLogs } from "../../components/data/bucket";
import { Dns } from "../../components/edge/dns";
import { Region } from "../../components/network/region";
import { Notifications } from "../../components/observability/notifications";
import { AccountBaseline } from "../../components/security/account-baseline";
import { Key } from "../../components/security/key";
import type { CreditScoreConfig } from "./config";

/** Where Route 53 and IAM keep what belongs to no region. */
const GLOBAL_REGION = "us-east-1";

export interface World {
  readonly dns: Dns;
  readonly account: AccountBaseline | "existing";
  /** Client -> its API key. */
  readonly clientKeys: Readonly<Record<string, pulumi.Output<string>>>;
}

/** The zone, the account's own part, the clients' keys: what stands in no region of ours. No score passes through it. */
export function world(config: CreditScoreConfig): World {
  const { environment, owner, permissionsBoundary } = config;
  const site = new Region("credit-score-global", { region: GLOBAL_REGION, environment, owner, permissionsBoundary });
  const here = { parent: site };
  const key = new Key(
    "credit-score-global-key",
    {
      description: "DNS query logs and alarms of the global part",
      services: ["logs", "cloudwatch", "events", "backup", "log-delivery"],
    },
    here,
  );
  const alerts = new Notifications("credit-score-global-alerts", { key, emails: config.alarms }, here);
  site.sendAlarmsTo(alerts.topics);
  // The only bucket here is the audit trail's.
  if (config.baseline.account === "create") keepAccessLogs("credit-score-global-access-logs", site);
  const dns = new Dns("credit-score-dns", { domain: config.domain.name, zoneId: config.domain.zoneId, key }, here);
  const account =
    config.baseline.account === "create" ? new AccountBaseline("credit-score-account", {}, here) : "existing";
  const clientKeys = Object.fromEntries(
    Object.keys(config.clients).map((client) => [
      client,
      new random.RandomPassword(`credit-score-client-${client}`, { length: 40, special: false }, here).result,
    ]),
  );
  return { dns, account, clientKeys };
}
