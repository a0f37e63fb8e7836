import { callsPerTask, type Capacity, capacity } from "../../components/compute/capacity";
import type { CreditScoreConfig, ServiceName } from "./config";
import { timeoutsOf } from "./timeouts";

/** Calls to a bank or a webhook that one task waits for at once: sockets and a little memory each. */
const WAITING_CALLS = 50;
/** Clients that one task keeps waiting on open connections. */
const OPEN_CONNECTIONS = 200;
/** Writes that one task has under way at once. */
const WRITES = 10;

type Sized = Pick<CreditScoreConfig, "throughput" | "region" | "services" | "environment">;

/**
 * How many tasks each service runs, when it scales and what its queue allows: all of it from requests a second and seconds a call, so that another load
 * is another number in the stack file.
 */
export function sizesOf({ throughput, region, services, environment }: Sized): Record<ServiceName, Capacity> {
  const { requestsPerSecond, headroom, bankSeconds, calculationSeconds } = throughput;
  const timeouts = timeoutsOf(throughput);
  const everywhere = { headroom, leastTasks: environment === "production" ? region.zones.length : 1 };
  return {
    // As if every client waited on its connection: for the bank, the calculation and the queues between.
    "api-request": capacity("api-request", {
      requestsPerSecond,
      secondsPerCall: 1.25 * (bankSeconds + calculationSeconds),
      longestSeconds: timeouts.synchronousAnswer,
      concurrencyPerTask: OPEN_CONNECTIONS,
      waitSeconds: 1,
      ...everywhere,
    }),
    "bank-request": capacity("bank-request", {
      requestsPerSecond,
      secondsPerCall: bankSeconds,
      longestSeconds: timeouts.bankCall,
      concurrencyPerTask: WAITING_CALLS,
      waitSeconds: 2,
      ...everywhere,
    }),
    calculation: capacity("calculation", {
      requestsPerSecond,
      secondsPerCall: calculationSeconds,
      longestSeconds: timeouts.calculation,
      concurrencyPerTask: callsPerTask(services.calculation.size),
      waitSeconds: 2,
      ...everywhere,
    }),
    // The bank's answer and the score of each request.
    store: capacity("store", {
      requestsPerSecond: 2 * requestsPerSecond,
      secondsPerCall: 0.2,
      longestSeconds: 5,
      concurrencyPerTask: WRITES,
      waitSeconds: 1,
      ...everywhere,
    }),
    "api-response": capacity("api-response", {
      requestsPerSecond,
      secondsPerCall: 2,
      longestSeconds: timeouts.webhookCall,
      concurrencyPerTask: WAITING_CALLS,
      waitSeconds: 2,
      ...everywhere,
    }),
  };
}
