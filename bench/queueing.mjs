// Whether the sizes that the credit-score stack derives hold 10 and 100 requests a second: `node bench/queueing.mjs [--lower calculation=24] [--seed 1]`.
// Ends with 1 where the bar is missed, as it is when a size is lowered too far.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { require } from "tsx/cjs/api";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const model = require("./queueing/credit-score.ts", import.meta.url);
const { values } = parseArgs({
  options: {
    lower: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "30" },
  },
});
const lowered = Object.fromEntries(values.lower.map((text) => text.split("=")).map(([name, count]) => [name, count]));
for (const [name, count] of Object.entries(lowered)) {
  if (!model.STATIONS.includes(name) || (count !== undefined && !(Number(count) >= 1)))
    throw new Error(`--lower ${name}=${count}: give one of ${model.STATIONS.join(", ")} and a number of tasks.`);
}

const seconds = (value) => value.toFixed(1).padStart(7);
let missed = false;
for (const requestsPerSecond of [10, 100]) {
  const config = model.configAt(root, requestsPerSecond);
  const derived = model.tasksOf(config);
  const tasks = Object.fromEntries(
    Object.entries(lowered).map(([name, count]) => [
      name,
      count === undefined ? Math.max(1, model.tooFew(config, name)) : Number(count),
    ]),
  );
  const load = { warmUp: 300, measured: Number(values.minutes) * 60, seed: Number(values.seed) };
  const outcome = model.run(config, load, tasks);
  const holds = model.holds(outcome);
  missed ||= !holds;
  console.log(`\n${requestsPerSecond} requests a second, ${outcome.requests} measured`);
  console.log("  station        tasks   load    p50    p95    p99   (seconds of waiting)");
  for (const name of model.STATIONS) {
    const count = tasks[name] ?? derived[name];
    const { p50, p95, p99 } = outcome.waits[name];
    const used = `${Math.round(outcome.utilisation[name] * 100)} %`.padStart(6);
    const note = count === derived[name] ? "" : `   derived: ${derived[name]}`;
    console.log(
      `  ${name.padEnd(14)} ${String(count).padStart(5)} ${used}${seconds(p50)}${seconds(p95)}${seconds(p99)}${note}`,
    );
  }
  const { p50, p95, p99 } = outcome.response;
  console.log(`  ${"whole way".padEnd(27)}${seconds(p50)}${seconds(p95)}${seconds(p99)}`);
  console.log(`  ${holds ? "holds" : "MISSES"} p95 <= ${model.P95_SECONDS} s, p99 <= ${model.P99_SECONDS} s`);
}
process.exitCode = missed ? 1 : 0;
