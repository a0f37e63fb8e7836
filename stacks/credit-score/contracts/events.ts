import type { EventContract } from "../../../components/messaging/event-bus";
import { closed, id, instant, name, request } from "./types";

/** Base64 of what only the holder of a key can read. */
const ciphertext = (maxLength: number) => ({ type: "string", pattern: "^[A-Za-z0-9+/]+={0,2}$", maxLength });

/**
 * The contracts between the five services, kept in the bus's schema registry. None has room for a token, or for bank data that anybody but
 * its two readers could read.
 */
export const EVENTS = {
  ScoreRequested: {
    description: "A client asks for a user's credit score; the user's authorization waits in the token table.",
    detail: closed({ ...request, authorizationId: id, bank: name, requestedAt: instant }),
  },
  BankDataRetrieved: {
    description: "The bank has answered. Its data is encrypted for the calculation and the store service alone.",
    // Of EventBridge's 256 KiB; compressed before it is encrypted.
    detail: closed({ ...request, data: ciphertext(200_000), dataKey: ciphertext(1024), retrievedAt: instant }),
  },
  ScoreCalculated: {
    description: "The credit score of one request.",
    detail: closed({
      ...request,
      score: { type: "integer", minimum: 0, maximum: 1000 },
      model: { type: "string", maxLength: 32 },
      calculatedAt: instant,
    }),
  },
  ScoreFailed: {
    description: "There will be no score for this request.",
    detail: closed({
      ...request,
      reason: {
        type: "string",
        enum: ["authorization-expired", "authorization-refused", "bank-unavailable", "too-little-data"],
      },
      failedAt: instant,
    }),
  },
} satisfies Readonly<Record<string, EventContract>>;

export type EventName = keyof typeof EVENTS;
