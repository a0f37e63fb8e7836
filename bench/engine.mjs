// What the platform costs in Pulumi's engine: an update of the production stack on the simulator beside one of a minimal program with as many bare resources,
// in turn, in one run: the ratio holds when the machine's speed drifts. Both without preview and policies, on a fresh state.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "../bin/build.mjs";
import { median } from "./measure.mjs";

const RUNNER = fileURLToPath(new URL("engine-run.cjs", import.meta.url));
const RUNS = Number(process.env.RUNS ?? 3);

async function update(...args) {
  const { stdout } = await promisify(execFile)(process.execPath, [RUNNER, ...args.map(String)]);
  return JSON.parse(stdout);
}

export async function engine() {
  await build();
  const platform = [];
  const bare = [];
  for (let i = 0; i < RUNS; i += 1) {
    platform.push(await update("platform"));
    bare.push(await update("bare", platform[0].resources, platform[0].payload));
  }
  const small = await update("small", platform[0].resources);
  console.log(`Engine: medians of ${RUNS} pairs of updates, ${platform[0].resources} resources each`);
  for (const [name, runs] of [
    ["production stack", platform],
    ["bare alarms, as long", bare],
    ["bare queues, short (once)", [small]],
  ]) {
    const seconds = median(runs.map((run) => run.seconds));
    const { resources, components, payload, kilobytes } = runs[0];
    const each = `${((seconds * 1000) / resources).toFixed(1)} ms a resource`;
    console.log(
      `  ${name.padEnd(26)} ${seconds.toFixed(1).padStart(6)} s  ${each}  ${payload} B each  ${components} components  state ${kilobytes} kB`,
    );
  }
  const ratio = median(platform.map(({ seconds }, i) => seconds / bare[i].seconds));
  console.log(`  ratio ${ratio.toFixed(2)} (bar: at most 1.5)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await engine();
