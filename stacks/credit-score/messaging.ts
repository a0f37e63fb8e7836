import { EventBus } from "../../components/messaging/event-bus";
import type { Queue } from "../../components/messaging/queue";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import type { ServiceName } from "./config";
import { EVENTS, type EventName } from "./contracts/events";
import type { sizesOf } from "./sizes";
import { WEBHOOK_RETRY_SECONDS } from "./timeouts";

/** Who tells what. Clients are answered by api-response, which tells nobody else; store tells nobody at all. */
export const PUBLISHES: Readonly<Partial<Record<ServiceName, readonly EventName[]>>> = {
  "api-request": ["ScoreRequested"],
  "bank-request": ["BankDataRetrieved", "ScoreFailed"],
  calculation: ["ScoreCalculated", "ScoreFailed"],
};

/** Who listens to what. */
export const LISTENS = {
  "bank-request": ["ScoreRequested"],
  calculation: ["BankDataRetrieved"],
  store: ["BankDataRetrieved", "ScoreCalculated", "ScoreFailed"],
  "api-response": ["ScoreCalculated", "ScoreFailed"],
} as const satisfies Readonly<Partial<Record<ServiceName, readonly EventName[]>>>;
export type Listener = keyof typeof LISTENS;

export interface Messaging {
  readonly bus: EventBus;
  readonly queues: Readonly<Record<Listener, Queue>>;
}

const WEBHOOK_HOURS = WEBHOOK_RETRY_SECONDS.reduce((sum, seconds) => sum + seconds, 0) / 3600;

/** The event queue between the services: one bus, and a queue with a dead-letter queue for each that listens. */
export function messaging(region: Region, key: Key, sizes: ReturnType<typeof sizesOf>): Messaging {
  const bus = new EventBus(
    "credit-score-bus",
    { key, source: "acme.credit-score", contracts: EVENTS },
    { parent: region },
  );
  const listen = (name: Listener): Queue =>
    bus.subscribe(name, {
      detailTypes: LISTENS[name],
      queue: {
        visibilityTimeoutSeconds: sizes[name].visibilityTimeoutSeconds,
        // A day: nobody waits for a score any longer, and what can not be worked off moves to the dead-letter queue.
        retentionDays: 1,
        ...(name === "api-response"
          ? {
              // One receive, and one for each retry: api-response hides the message for the time to the next.
              maxReceiveCount: WEBHOOK_RETRY_SECONDS.length + 1,
              maxMessageAgeAlarmSeconds: Math.ceil(WEBHOOK_HOURS + 1) * 3600,
            }
          : { maxReceiveCount: 3, maxMessageAgeAlarmSeconds: sizes[name].maxMessageAgeAlarmSeconds }),
      },
    }).queue;
  return {
    bus,
    queues: {
      "bank-request": listen("bank-request"),
      calculation: listen("calculation"),
      store: listen("store"),
      "api-response": listen("api-response"),
    },
  };
}
