import * as random from "@pulumi/random";
import type * as pulumi from "@pulumi/pulumi";
import { type GlobalFoundation, globalFoundation } from "../foundation/global";
import type { CreditScoreConfig } from "./config";

export interface World extends Pick<GlobalFoundation, "dns" | "account"> {
  /** Client -> its API key. */
  readonly clientKeys: Readonly<Record<string, pulumi.Output<string>>>;
}

/** The zone, the account's own part, the clients' keys: what stands in no region of ours. No score passes through it. */
export function world(config: CreditScoreConfig): World {
  const { site, dns, account } = globalFoundation("credit-score", config, {
    description: "DNS query logs and alarms of the global part",
    services: ["log-delivery"],
  });
  const clientKeys = Object.fromEntries(
    Object.keys(config.clients).map((client) => [
      client,
      new random.RandomPassword(`credit-score-client-${client}`, { length: 40, special: false }, { parent: site })
        .result,
    ]),
  );
  return { dns, account, clientKeys };
}
