import { ArgumentCheck } from "../core";
import type { FargateServiceArgs } from "./fargate-service";
import type { ScalingArgs } from "./service-scaling";

/** What is asked of a service, in numbers that can be measured. */
export interface Workload {
  /** Calls a second that it must hold, all day long. */
  requestsPerSecond: number;
  /** Mean seconds of one call. */
  secondsPerCall: number;
  /** Seconds after which a call is given up, by the service's own time limit. Default: three times `secondsPerCall`. */
  longestSeconds?: number;
  /**
   * Calls that one task works on at once. Work of the processor: one for each vCPU ({@link callsPerTask}). Calls that wait for somebody else: as many as the
   * task's memory and connections bear.
   */
  concurrencyPerTask: number;
  /** Share of the places that is taken at `requestsPerSecond`, 0.1-0.95. Default 0.8. Closer to 1, waiting grows without bound. */
  utilisation?: number;
  /** Seconds that at most one call in twenty waits for a place. Default: half of `secondsPerCall`. */
  waitSeconds?: number;
  /** The load that scaling still follows, in times of `requestsPerSecond`, 1-10. Default 2. */
  headroom?: number;
  /** Fewest tasks, however small the load: one for each zone, so that any of them may fail. Default 1. */
  leastTasks?: number;
}

/** The sizes that follow from a {@link Workload}. */
export interface Capacity {
  /** Calls in progress on average (Little's law): `requestsPerSecond` x `secondsPerCall`. */
  readonly inProgress: number;
  /** Tasks that hold `requestsPerSecond`: the least that runs. */
  readonly min: number;
  /** Tasks that hold `headroom` times as much. */
  readonly max: number;
  /** Places for calls in `min` tasks. */
  readonly places: number;
  /** Share of those places that is taken at `requestsPerSecond`. */
  readonly utilisation: number;
  /** Seconds that 95 % of calls wait at most for a place, with `min` tasks. */
  readonly waitP95: number;
  /** Messages waiting per task that still meet `waitSeconds`. */
  readonly backlogPerTask: number;
  /** Average CPU that scaling aims at where a call is work of the processor, in percent. */
  readonly cpuPercent: number;
  /** For the queue in front: longer than any call, with room for taking the message and deleting it. */
  readonly visibilityTimeoutSeconds: number;
  /** Age of the oldest message that scaling should have prevented. */
  readonly maxMessageAgeAlarmSeconds: number;
}

/** One call in twenty may wait longer. */
const TAIL = 0.05;
/** Application Auto Scaling sees a backlog after up to two minutes, and a task takes another to start. */
const SECONDS_TO_SCALE = 180;
const MOST_TASKS = 5000;

/**
 * Computes how many tasks a service needs, when it scales, and what its queue must allow. Pure: a stack gives it numbers from its configuration.
 *
 *     const { min, max, backlogPerTask } = capacity("calculation", { requestsPerSecond: 10, secondsPerCall: 10, concurrencyPerTask: 4 });
 *
 * **Places.** Calls come at λ a second and take S seconds each, so on average L = λ·S are in progress (Little's law, whatever the distributions). A task has k
 * places, n tasks have c = n·k. Their utilisation is ρ = L / c; as work piles up for ever at ρ ≥ 1, c ≥ L / ρ₀ for a target ρ₀ under 1:
 *
 *     n ≥ ⌈λ·S / (ρ₀·k)⌉
 *
 * **Waiting.** With calls at random (Poisson) and durations that vary as much as an exponential's (M/M/c), a call waits with the probability that Erlang's C formula
 * gives, and longer than t with P(W > t) = C(c, L)·e^(-(c - L)·t / S). Its 95th percentile is therefore
 *
 *     W₉₅ = S / (c - L) · ln(C(c, L) / 0.05), or 0 where C(c, L) ≤ 0.05
 *
 * and n grows until W₉₅ ≤ `waitSeconds`. Durations that vary less, as a computation's do, wait about half as long (the factor (1 + cv²) / 2 of Kingman and
 * Allen-Cunneen), so this is a bound. `bench/queueing.mjs` holds it against a simulation.
 *
 * **Scaling.** A task finishes k / S calls a second, so B messages waiting per task wait B·S / k seconds: B = `waitSeconds`·k / S. The most tasks are those for
 * `headroom` times the load; beyond that the queue grows, and its alarm tells.
 *
 * **Queue.** A message must stay hidden for as long as a call can take at all: twice `longestSeconds`.
 */
export function capacity(name: string, workload: Workload): Capacity {
  const check: ArgumentCheck = new ArgumentCheck(`capacity "${name}"`);
  const { requestsPerSecond, secondsPerCall, concurrencyPerTask } = workload;
  const {
    utilisation = 0.8,
    waitSeconds = secondsPerCall / 2,
    headroom = 2,
    leastTasks = 1,
    longestSeconds = secondsPerCall * 3,
  } = workload;
  const positive = (argument: string, value: number): void =>
    check.that(Number.isFinite(value) && value > 0, argument, value, "Give a number above 0.");
  positive("requestsPerSecond", requestsPerSecond);
  positive("secondsPerCall", secondsPerCall);
  positive("waitSeconds", waitSeconds);
  check.integer("concurrencyPerTask", concurrencyPerTask, 1, 100_000, "of calls");
  check.integer("leastTasks", leastTasks, 1, MOST_TASKS, "of tasks");
  check.that(
    utilisation >= 0.1 && utilisation <= 0.95,
    "utilisation",
    utilisation,
    "Give 0.1 to 0.95: at 1, waiting grows for ever.",
  );
  check.that(headroom >= 1 && headroom <= 10, "headroom", headroom, "Give 1 to 10 times the load.");
  check.that(
    longestSeconds >= secondsPerCall && longestSeconds <= 21_600,
    "longestSeconds",
    longestSeconds,
    `Give at least the mean, ${secondsPerCall}, and at most 21600: SQS hides a message for 12 hours at most.`,
  );

  const tasks = (rate: number): number => {
    const calls = rate * secondsPerCall;
    // A hair less, so that 0.1 + 0.2 makes no task more.
    let count = Math.max(leastTasks, Math.ceil(calls / (utilisation * concurrencyPerTask) - 1e-9));
    while (waitP95(count * concurrencyPerTask, calls, secondsPerCall) > waitSeconds) count += 1;
    return count;
  };
  const inProgress = requestsPerSecond * secondsPerCall;
  const min = tasks(requestsPerSecond);
  const max = Math.max(Math.ceil(min * headroom), tasks(requestsPerSecond * headroom));
  check.that(
    max <= MOST_TASKS,
    "requestsPerSecond",
    requestsPerSecond,
    `It takes ${max} tasks, and an ECS service has at most ${MOST_TASKS}. Give each task more places.`,
  );
  const places = min * concurrencyPerTask;
  return {
    inProgress,
    min,
    max,
    places,
    utilisation: inProgress / places,
    waitP95: waitP95(places, inProgress, secondsPerCall),
    backlogPerTask: rounded((waitSeconds * concurrencyPerTask) / secondsPerCall),
    cpuPercent: Math.round(utilisation * 100),
    visibilityTimeoutSeconds: Math.max(30, Math.ceil(longestSeconds * 2)),
    maxMessageAgeAlarmSeconds: Math.ceil(waitSeconds + SECONDS_TO_SCALE),
  };
}

/** Places of a task whose calls are work of the processor: one for each vCPU, as two on one would only take twice as long each. */
export function callsPerTask({ cpu }: Pick<FargateServiceArgs, "cpu">): number {
  return Math.max(1, Math.floor(cpu / 1024));
}

/** How a service scales that works off a queue. A processor-bound one also scales on its CPU, at the utilisation that it was sized for. */
export function workerScaling(
  { min, max, backlogPerTask, cpuPercent }: Capacity,
  queue: NonNullable<ScalingArgs["backlogPerTask"]>["queue"],
  bound: "cpu" | "io",
): ScalingArgs {
  return {
    min,
    max,
    ...(bound === "cpu" ? { cpuPercent } : {}),
    backlogPerTask: { queue, acceptablePerTask: backlogPerTask },
  };
}

/** Erlang's C formula: the probability that a call finds all of `places` taken, `inProgress` being taken on average. */
export function erlangC(places: number, inProgress: number): number {
  if (inProgress >= places) return 1;
  // Erlang's B by its recursion, inverted so that nothing overflows.
  let inverse = 1;
  for (let place = 1; place <= places; place += 1) inverse = 1 + (inverse * place) / inProgress;
  const blocked = 1 / inverse;
  return blocked / (1 - (inProgress / places) * (1 - blocked));
}

/** Seconds that 95 % of calls wait at most (M/M/c). */
function waitP95(places: number, inProgress: number, secondsPerCall: number): number {
  if (inProgress >= places) return Infinity;
  const waits = erlangC(places, inProgress);
  return waits <= TAIL ? 0 : (secondsPerCall / (places - inProgress)) * Math.log(waits / TAIL);
}

const rounded = (value: number): number => Math.max(0.01, Math.round(value * 100) / 100);
