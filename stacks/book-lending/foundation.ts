import { Region } from "../../components/network/region";
import { globalFoundation, type GlobalFoundation } from "../foundation/global";
import { regionalFoundation, type RegionalFoundation } from "../foundation/regional";
import type { BookLendingConfig } from "./config";

/** What everything else stands on: keys, the zone, who hears of what, what watches the account. */
export interface Foundation extends Pick<GlobalFoundation, "dns">, Pick<RegionalFoundation, "key" | "logKey"> {
  readonly region: Region;
}

export function foundation(config: BookLendingConfig): Foundation {
  const { environment, owner, permissionsBoundary } = config;
  const dataClass = "cardholder";
  const { dns, account } = globalFoundation(
    "book-lending",
    { ...config, dataClass },
    { description: "Book lending: DNS query logs and alarms of the global part" },
  );
  const region = new Region("book-lending", {
    region: config.region.name,
    ...{ environment, owner, permissionsBoundary, dataClass },
  });
  const { key, logKey } = regionalFoundation("book-lending", region, config, {
    account,
    title: "Book lending",
    description: "Book lending: borrowers' data",
    services: ["logs", "backup"],
  });
  return { region, key, logKey, dns };
}
