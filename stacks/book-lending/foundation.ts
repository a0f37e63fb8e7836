import { keepAccessLogs } from "../../components/data/bucket";
import { Dns } from "../../components/edge/dns";
import { Region } from "../../components/network/region";
import { Notifications } from "../../components/observability/notifications";
import { AccountBaseline } from "../../components/security/account-baseline";
import { Key } from "../../components/security/key";
import { RegionalBaseline } from "../../components/security/regional-baseline";
import type { BookLendingConfig } from "./config";

/** Where Route 53 and IAM keep what belongs to no region. */
const GLOBAL_REGION = "us-east-1";

/** What everything else stands on: keys, the zone, who hears of what, what watches the account. */
export interface Foundation {
  readonly region: Region;
  /** Of data. */
  readonly key: Key;
  readonly logKey: Key;
  readonly dns: Dns;
}

export function foundation(config: BookLendingConfig): Foundation {
  const { environment, owner, permissionsBoundary } = config;
  const common = { environment, owner, permissionsBoundary, dataClass: "cardholder" } as const;

  const world = new Region("book-lending-global", { region: GLOBAL_REGION, ...common });
  const everywhere = { parent: world };
  const globalKey = new Key(
    "book-lending-global-key",
    {
      description: "Book lending: DNS query logs and alarms of the global part",
      services: ["logs", "cloudwatch", "events", "backup"],
    },
    everywhere,
  );
  const globalAlerts = new Notifications(
    "book-lending-global-alerts",
    { key: globalKey, emails: config.alarms },
    everywhere,
  );
  world.sendAlarmsTo(globalAlerts.topics);
  const dns = new Dns(
    "book-lending-dns",
    { domain: config.domain.name, zoneId: config.domain.zoneId, key: globalKey },
    everywhere,
  );
  const account = watchedAccount(config, world);

  const region = new Region("book-lending", { region: config.region.name, ...common });
  const here = { parent: region };
  const key = new Key(
    "book-lending-key",
    { description: "Book lending: borrowers' data", services: ["logs", "backup"] },
    here,
  );
  const logKey = new Key(
    "book-lending-log-key",
    {
      description: "Book lending: logs and alarms",
      services: ["logs", "cloudwatch", "events", "backup", "log-delivery", "config"],
    },
    here,
  );
  const alerts = new Notifications("book-lending-alerts", { key: logKey, emails: config.alarms }, here);
  region.sendAlarmsTo(alerts.topics);
  keepAccessLogs("book-lending-access-logs", region);
  if (config.baseline.regional === "create")
    new RegionalBaseline("book-lending-baseline", { account, key: logKey, globalTypes: true }, here);
  return { region, key, logKey, dns };
}

/** The account's own safeguards and its trail, whose bucket is the only one of the global part. */
function watchedAccount({ baseline }: BookLendingConfig, world: Region): AccountBaseline | "existing" {
  if (baseline.account === "existing") return "existing";
  keepAccessLogs("book-lending-global-access-logs", world);
  return new AccountBaseline("book-lending-account", {}, { parent: world });
}
