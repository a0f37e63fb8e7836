import assert from "node:assert/strict";
import { FARGATE_SIZES, fargateSizeProblem } from "../../../components/compute/fargate-size";

/** AWS's own table, by RegisterTaskDefinition's `memory` parameter: cpu -> smallest, largest, step, in MiB. */
const AWS_TABLE: Record<number, [min: number, max: number, step: number]> = {
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16_384: [32_768, 122_880, 8192],
};

/** Of the smallest size AWS lists each memory; of the others a range. */
const taken = (cpu: number, memory: number): boolean => {
  if (cpu === 256) return [512, 1024, 2048].includes(memory);
  const [min, max, step] = AWS_TABLE[cpu] ?? [0, -1, 1];
  return memory >= min && memory <= max && (memory - min) % step === 0;
};

describe("Fargate sizes", () => {
  it("are those of AWS's table, every pair up to 16 vCPU and 120 GiB", () => {
    for (const cpu of [128, 256, 512, 1024, 2048, 3072, 4096, 8192, 16_384, 32_768]) {
      for (let memory = 256; memory <= 131_072; memory += 256) {
        assert.equal(fargateSizeProblem(cpu, memory) === undefined, taken(cpu, memory), `${cpu} / ${memory}`);
      }
    }
    const pairs = [...FARGATE_SIZES.values()].reduce((sum, sizes) => sum + sizes.length, 0);
    assert.equal(pairs, 3 + 4 + 7 + 13 + 23 + 12 + 12);
  });

  it("say what is allowed", () => {
    assert.equal(
      fargateSizeProblem(512, 512),
      "With 512 cpu units Fargate does not take 512 MiB of memory. Use one of: 1024, 2048, 3072, 4096.",
    );
    assert.match(fargateSizeProblem(600, 1024) ?? "", /no cpu of 600 units. Use one of: 256, 512, 1024, .*16384/);
  });
});
