import type { CreditScoreConfig } from "../../stacks/credit-score/config";
import { creditScore } from "../../stacks/credit-score";
import { sizesOf } from "../../stacks/credit-score/sizes";
import { loadConfig } from "../../stacks/config/load";
import { readStackConfig, findProject } from "../../cli/project";
import { type Load, type Outcome, simulate, type Station } from "./model";

/** Stations on the way of a score, in order. What a client waits for ends with the store (synchronous) or the webhook: the longer one is taken. */
export const STATIONS = ["bank-request", "calculation", "api-response"] as const;
export type StationName = (typeof STATIONS)[number];

/** Seconds from an event's publication to its receipt: EventBridge, SQS and a long poll. */
const HOP = 0.5;
/** How much durations vary: a bank's answers a good deal, a computation hardly. */
const VARIATION: Readonly<Record<StationName, number>> = { "bank-request": 0.3, calculation: 0.1, "api-response": 0.5 };

/** The bar: 95 % of scores are sent, and answered by the client, within these seconds; 99 % within those of a synchronous request. */
export const P95_SECONDS = 30;
export const P99_SECONDS = 45;

/** The configuration of a stack of this repository, at another load. */
export function configAt(root: string, requestsPerSecond: number): CreditScoreConfig {
  const stack = "credit-score";
  const { values } = readStackConfig(findProject(root), stack);
  const config = loadConfig(creditScore, values, stack);
  return { ...config, throughput: { ...config.throughput, requestsPerSecond } };
}

/** The stations as the stack sizes them, some with fewer tasks. */
export function stationsOf(
  config: CreditScoreConfig,
  tasks: Readonly<Partial<Record<StationName, number>>> = {},
): Station[] {
  const sizes = sizesOf(config);
  const seconds: Readonly<Record<StationName, number>> = {
    "bank-request": config.throughput.bankSeconds,
    calculation: config.throughput.calculationSeconds,
    "api-response": 2,
  };
  return STATIONS.map((name) => {
    const { min, places } = sizes[name];
    return {
      name,
      places: (places / min) * (tasks[name] ?? min),
      secondsPerCall: seconds[name],
      variation: VARIATION[name],
      hop: HOP,
    };
  });
}

/** Tasks of each station. */
export function tasksOf(config: CreditScoreConfig): Record<StationName, number> {
  const sizes = sizesOf(config);
  return {
    "bank-request": sizes["bank-request"].min,
    calculation: sizes.calculation.min,
    "api-response": sizes["api-response"].min,
  };
}

/** Fewer tasks than the load keeps busy: the utilisation goes past 1, and the queue grows for as long as the load lasts. 0 where one task holds it. */
export function tooFew(config: CreditScoreConfig, name: StationName): number {
  const { inProgress, places, min } = sizesOf(config)[name];
  return Math.ceil((0.95 * inProgress) / (places / min)) - 1;
}

export const holds = ({ response }: Outcome): boolean => response.p95 <= P95_SECONDS && response.p99 <= P99_SECONDS;

export function run(config: CreditScoreConfig, load: Omit<Load, "requestsPerSecond">, tasks = {}): Outcome {
  return simulate(stationsOf(config, tasks), { ...load, requestsPerSecond: config.throughput.requestsPerSecond });
}
