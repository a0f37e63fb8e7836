import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type GlobalFoundation, globalFoundation } from "../foundation/global";
import type { PaymentsConfig } from "./config";

/** What the whole system shares: name, keys and alarms of what is global. No payment passes through it. */
export interface World extends GlobalFoundation {
  /** Client -> its API key: one for all regions, as latency records lead the client to any of them. */
  readonly clientKeys: Readonly<Record<string, pulumi.Output<string>>>;
}

export function world(config: PaymentsConfig): World {
  const global = globalFoundation("payments", config, {
    description: "Web front, DNS query logs and alarms of the global part",
    services: ["cloudfront", "log-delivery"],
    buckets: true,
  });
  const clientKeys = Object.fromEntries(
    Object.keys(config.clients).map((client) => [
      client,
      new random.RandomPassword(`payments-client-${client}`, { length: 40, special: false }, { parent: global.site })
        .result,
    ]),
  );
  return { ...global, clientKeys };
}
