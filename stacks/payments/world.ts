import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { keepAccessLogs } from "../../components/data/bucket";
import { Dns } from "../../components/edge/dns";
import { Region } from "../../components/network/region";
import { Notifications } from "../../components/observability/notifications";
import { AccountBaseline } from "../../components/security/account-baseline";
import { Key } from "../../components/security/key";
import type { PaymentsConfig } from "./config";

/** Where CloudFront, Route 53 and IAM keep what belongs to no region. */
export const GLOBAL_REGION = "us-east-1";

/** What the whole system shares: name, keys and alarms of what is global. No payment passes through it. */
export interface World {
  readonly site: Region;
  readonly key: Key;
  readonly dns: Dns;
  readonly account: AccountBaseline | "existing";
  /** Client -> its API key: one for all regions, as latency records lead the client to any of them. */
  readonly clientKeys: Readonly<Record<string, pulumi.Output<string>>>;
}

export function world(config: PaymentsConfig): World {
  const { environment, owner, permissionsBoundary } = config;
  const site = new Region("payments-global", { region: GLOBAL_REGION, environment, owner, permissionsBoundary });
  const here = { parent: site };

  const key = new Key(
    "payments-global-key",
    {
      description: "Web front, DNS query logs and alarms of the global part",
      services: ["logs", "cloudwatch", "events", "backup", "cloudfront", "log-delivery"],
    },
    here,
  );
  const alerts = new Notifications("payments-global-alerts", { key, emails: config.alarms }, here);
  site.sendAlarmsTo(alerts.topics);
  keepAccessLogs("payments-global-access-logs", site);

  const dns = new Dns("payments-dns", { domain: config.domain.name, zoneId: config.domain.zoneId, key }, here);
  const account = config.baseline.account === "create" ? new AccountBaseline("payments-account", {}, here) : "existing";
  const clientKeys = Object.fromEntries(
    Object.keys(config.clients).map((client) => [
      client,
      new random.RandomPassword(`payments-client-${client}`, { length: 40, special: false }, here).result,
    ]),
  );
  return { site, key, dns, account, clientKeys };
}
