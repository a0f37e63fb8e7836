// What the built policy packs cost to start, as the engine starts each: a process that loads the pack and serves it.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPacks } from "../bin/build-packs.mjs";
import { median } from "./measure.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const RUNS = Number(process.env.RUNS ?? 5);
const loader = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");

/** Seconds from the start of the process until it serves the pack, and the memory that it then has. */
async function start(cwd) {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, [loader, "127.0.0.1:1", "."], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  try {
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("exit", (code) => reject(new Error(`${cwd}: the loader ended with ${code}`)));
    });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    return { seconds, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
  } finally {
    child.removeAllListeners("exit");
    child.kill();
  }
}

export async function packs() {
  const target = mkdtempSync(join(tmpdir(), "palisade-bench-packs-"));
  try {
    console.log(`Policy packs, built: start-up, medians of ${RUNS} runs`);
    for (const folder of await buildPacks(target)) {
      mkdirSync(join(folder, "node_modules", "@pulumi"), { recursive: true });
      for (const name of ["@pulumi/policy", "@pulumi/pulumi"])
        symlinkSync(realpathSync(join(root, "node_modules", name)), join(folder, "node_modules", name));
      await start(folder);
      const runs = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await start(folder));
      const [seconds, megabytes] = ["seconds", "megabytes"].map((key) => median(runs.map((one) => one[key])));
      const size = statSync(join(folder, "index.js")).size / 1e6;
      console.log(
        `  ${basename(folder).padEnd(16)} ${size.toFixed(1)} MB of code   ${seconds.toFixed(2)} s   ${megabytes.toFixed(0)} MB`,
      );
    }
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await packs();
