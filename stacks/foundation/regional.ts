import { keepAccessLogs } from "../../components/data/bucket";
import type { Region } from "../../components/network/region";
import { Notifications } from "../../components/observability/notifications";
import type { AccountBaseline } from "../../components/security/account-baseline";
import { Key, type KeyService } from "../../components/security/key";
import { RegionalBaseline } from "../../components/security/regional-baseline";
import type { FoundationConfig } from "./config";

export interface RegionalFoundationArgs {
  readonly account: AccountBaseline | "existing";
  /** What the data's key is for. */
  readonly description: string;
  /** Services that use the data's key. */
  readonly services: readonly KeyService[];
  /** Name of the system in descriptions, e.g. `Payments`. */
  readonly title: string;
  /** False in every region but the first: what an account has once is recorded there. Default true. */
  readonly first?: boolean;
}

/** What a region's components stand on. */
export interface RegionalFoundation {
  /** Of data. */
  readonly key: Key;
  readonly logKey: Key;
  /** Undefined where another stack of the account watches the region. */
  readonly baseline: RegionalBaseline | undefined;
}

/** Keys, alarms, access logs and what watches the account, in a region whose names begin with `prefix`. */
export function regionalFoundation(
  prefix: string,
  region: Region,
  config: Pick<FoundationConfig, "alarms" | "baseline">,
  { account, description, services, title, first = true }: RegionalFoundationArgs,
): RegionalFoundation {
  const here = { parent: region };
  const key = new Key(`${prefix}-key`, { description, services }, here);
  const logKey = new Key(
    `${prefix}-log-key`,
    {
      description: `${title}: logs and alarms`,
      services: ["logs", "cloudwatch", "events", "backup", "log-delivery", "config"],
    },
    here,
  );
  const alerts = new Notifications(`${prefix}-alerts`, { key: logKey, emails: config.alarms }, here);
  region.sendAlarmsTo(alerts.topics);
  keepAccessLogs(`${prefix}-access-logs`, region);
  const baseline =
    config.baseline.regional === "create"
      ? new RegionalBaseline(`${prefix}-baseline`, { account, key: logKey, globalTypes: first }, here)
      : undefined;
  return { key, logKey, baseline };
}
