import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PEAK = fileURLToPath(new URL("./peak-memory.cjs", import.meta.url));

/** Runs a Node command once; resolves with seconds of wall time and peak resident memory in MB. */
export function run(args, options = {}) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(process.execPath, ["--require", PEAK, ...args], {
      ...options,
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    let errors = "";
    let peak = "";
    child.stderr.on("data", (data) => (errors += data));
    child.stdio[3].on("data", (data) => (peak += data));
    child.on("error", reject);
    child.on("close", (code) => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      if (code !== 0) reject(new Error(`${args.join(" ")} ended with ${code}\n${errors}`));
      else resolve({ seconds, megabytes: Number(peak) / 1024 });
    });
  });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
