/** Multiples of `step` from `min` to `max`, in MiB. */
const range = (min: number, max: number, step: number): readonly number[] =>
  Array.from({ length: (max - min) / step + 1 }, (_, index) => min + index * step);

/**
 * Memory sizes (MiB) that Fargate takes for each CPU size (1024 = one vCPU), Linux, platform 1.4.0 and later
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html).
 */
export const FARGATE_SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, range(1024, 4096, 1024)],
  [1024, range(2048, 8192, 1024)],
  [2048, range(4096, 16_384, 1024)],
  [4096, range(8192, 30_720, 1024)],
  [8192, range(16_384, 61_440, 4096)],
  [16_384, range(32_768, 122_880, 8192)],
]);

/** What is wrong with a pair of sizes, and what is allowed; undefined when Fargate takes it. */
export function fargateSizeProblem(cpu: number, memory: number): string | undefined {
  const allowed = FARGATE_SIZES.get(cpu);
  if (allowed === undefined) {
    return `Fargate has no cpu of ${cpu} units. Use one of: ${[...FARGATE_SIZES.keys()].join(", ")} (1024 = one vCPU).`;
  }
  if (allowed.includes(memory)) return undefined;
  return `With ${cpu} cpu units Fargate does not take ${memory} MiB of memory. Use one of: ${allowed.join(", ")}.`;
}
