import type { ApiClient } from "../../components/edge/api-gateway";
import type { Routes, Throttle } from "../../components/edge/api-routes";
import type { CreditScoreConfig } from "./config";
import { scoreRequestBody } from "./contracts/score-request";
import type { Timeouts } from "./timeouts";
import type { World } from "./world";

const TO = "api-request";
/** Requests of the API for each score: the authorization, the request itself, and looking it up. */
const CALLS_PER_SCORE = 5;

/**
 * The API: clients begin a user's authorization, ask for a score and look it up. Nothing here waits for a bank. The bank sends the user's browser, which has
 * no key, to the load balancer: {@link DIRECT}.
 */
export function routes({ gateway }: Timeouts): Routes {
  const timeoutMilliseconds = gateway * 1000;
  return {
    "/scores": { to: TO, methods: ["POST"], auth: "api-key", requestSchema: scoreRequestBody, timeoutMilliseconds },
    "/scores/{requestId}": { to: TO, methods: ["GET"], auth: "api-key", timeoutMilliseconds },
    // The client gets the address of the bank's page to send its user to.
    "/authorizations": { to: TO, methods: ["POST"], auth: "api-key", timeoutMilliseconds },
  };
}

/**
 * What the load balancer lets through to api-request: scores of clients that wait, and users who come back from their bank. The bank posts them back
 * (`response_mode=form_post`): a code in a query string would stand in access logs and in the browser's history.
 */
export const DIRECT = { paths: ["/scores", "/authorizations/callback"], methods: ["POST"] } as const;

/** What each method takes. */
export function throttleOf({ throughput }: CreditScoreConfig): Throttle {
  const limit = Math.ceil(throughput.requestsPerSecond * throughput.headroom * CALLS_PER_SCORE);
  return { rateLimit: limit, burstLimit: limit };
}

/** Clients with their limits, counted over all that they ask for. */
export function clientsOf({ clients }: CreditScoreConfig, keys: World["clientKeys"]): Record<string, ApiClient> {
  return Object.fromEntries(
    Object.entries(clients).map(([name, { requestsPerSecond, burst }]) => [
      name,
      { rateLimit: requestsPerSecond * CALLS_PER_SCORE, burstLimit: burst * CALLS_PER_SCORE, keyValue: keys[name] },
    ]),
  );
}

/** What the firewall lets one address send with an API key: all that the largest client may, as a client's servers often share one address. */
export function requestsPer5Minutes({ clients, firewall }: CreditScoreConfig): number {
  const contracts = Object.values(clients).map(({ requestsPerSecond, burst }) =>
    Math.ceil(CALLS_PER_SCORE * (300 * requestsPerSecond + burst)),
  );
  return Math.max(firewall.requestsPer5Minutes, ...contracts);
}
