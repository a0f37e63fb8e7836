// What goes wrong, and what the next `up` makes of it: `npm run bench:faults -- [--stack dev] [--failures all] [--kills 30] [--deaths 10] [--seed 1]`.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "../bin/build.mjs";

const { values } = parseArgs({
  options: {
    stack: { type: "string", default: process.env.STACK ?? "dev" },
    failures: { type: "string", default: "all" },
    kills: { type: "string", default: "30" },
    deaths: { type: "string", default: "10" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});

const RUNS_OF_A_PROCESS = 20;

await build();
const started = Date.now();
/** A process that runs one update after the other. Each leaves its resources behind in memory, so it is replaced now and then. */
class Worker {
  #child;
  #runs = 0;

  async ask(run) {
    if (this.#runs >= RUNS_OF_A_PROCESS) await this.start();
    this.#runs += 1;
    return this.#send(run);
  }

  end() {
    this.#child?.disconnect();
    this.#child = undefined;
  }

  /** Resolves with what the undisturbed update is like. */
  async start() {
    this.end();
    this.#runs = 0;
    const file = fileURLToPath(new URL("./faults/worker.cjs", import.meta.url));
    this.#child = fork(file, [values.stack], { env: { ...process.env, NODE_OPTIONS: "" } });
    const { answer, why } = await this.#send({ kind: "baseline" });
    if (why !== undefined) throw new Error(why);
    return answer;
  }

  #send(run) {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const onExit = (code) => reject(new Error(`A worker ended with code ${code}.`));
      child.once("exit", onExit);
      child.once("message", (result) => {
        child.off("exit", onExit);
        resolve(result);
      });
      child.send(run);
    });
  }
}

const random = generator(Number(values.seed));
const workers = Array.from({ length: Number(values.workers) }, () => new Worker());
const [{ events, resources }] = await Promise.all(workers.map((worker) => worker.start()));

const runs = [
  ...spread(resources, values.failures === "all" ? resources.length : Number(values.failures)).map(({ urn }) => ({
    kind: "failure",
    urn,
  })),
  // Not the last moments, when the update may be over before the signal arrives.
  ...times(values.kills, () => ({
    kind: "kill",
    after: 1 + Math.floor(random() * 0.9 * events),
    delay: Math.floor(random() * 30),
  })),
  ...(Number(values.deaths) > 0 || values.failures !== "0" ? [{ kind: "throttle", share: "10%" }] : []),
  ...["die", "die-after"].flatMap((effect) =>
    spread(
      resources.filter(({ type }) => type.startsWith("aws:")),
      Number(values.deaths),
    ).map(({ urn }) => ({
      kind: "death",
      effect,
      urn,
    })),
  ),
];
// The long ones first, so that the workers end together.
const queue = [...runs].sort((a, b) => weight(b) - weight(a));
const results = [];
await Promise.all(
  workers.map(async (worker) => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      const result = await worker.ask(run);
      results.push({ ...run, ...result });
      const verdict = result.why === undefined ? "ok    " : "FAILED";
      process.stderr.write(
        `${results.length}/${runs.length} ${verdict} ${result.seconds.toFixed(1)} s  ${nameOf(run)}\n${result.why ? `${result.why}\n` : ""}`,
      );
    }
  }),
);
for (const worker of workers) worker.end();

const seconds = (Date.now() - started) / 1000;
const rows = Object.entries({
  "one creation fails": "failure",
  "the engine is killed": "kill",
  "10 % of the calls are throttled": "throttle",
  "the provider dies before the cloud changed": "die",
  "the provider dies after it changed": "die-after",
}).map(([what, kind]) => {
  const of = results.filter((run) => (run.effect ?? run.kind) === kind);
  return { what, runs: of.length, passed: of.filter(({ why }) => why === undefined).length };
});
if (values.json) {
  console.log(
    JSON.stringify({ stack: values.stack, resources: resources.length, seconds, rows, results }, undefined, 2),
  );
} else {
  console.log(
    `Faults: stack ${values.stack}, ${resources.length} resources, seed ${values.seed}, ${seconds.toFixed(0)} s`,
  );
  for (const { what, runs: count, passed } of rows) {
    console.log(`  ${what.padEnd(44)} ${String(passed).padStart(4)} of ${count} end as if nothing had happened`);
  }
}
process.exitCode = results.every(({ why }) => why === undefined) ? 0 : 1;

/** `count` of them, chosen at random, first one of each type. */
function spread(from, count) {
  const shuffled = from.map((one) => [random(), one]).sort(([a], [b]) => a - b);
  const seen = new Map();
  const ranked = shuffled.map(([, one]) => {
    const rank = seen.get(one.type) ?? 0;
    seen.set(one.type, rank + 1);
    return [rank, one];
  });
  return ranked
    .sort(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, one]) => one);
}

function times(count, make) {
  return Array.from({ length: Number(count) }, make);
}

function weight({ kind }) {
  return { kill: 3, death: 2, throttle: 1 }[kind] ?? 0;
}

function nameOf({ kind, effect, urn, after, share }) {
  return [effect ?? kind, urn?.split("::").slice(2).join(" "), after && `after event ${after}`, share]
    .filter((part) => part !== undefined)
    .join(" ");
}

/** mulberry32: the same numbers for the same seed. */
function generator(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
