// What the rules cost: all of them over copies of the production stack's resources, in one process.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../bin/build.mjs";
import { median } from "./measure.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const RUNS = Number(process.env.RUNS ?? 5);
const SIZES = [1_000, 2_000, 5_000, 10_000, 20_000];
const BAR = 1;

/**
 * The same resources under other names: each name, and each id that holds a digit (ids, ARNs, account numbers), gets the copy's number, so
 * that a copy's references lead to its own resources.
 */
function copy(resources, number) {
  if (number === 0) return resources;
  const text = JSON.stringify(resources)
    .replaceAll("payments", `payments${number}`)
    .replace(/(?<![A-Za-z0-9])(?=[A-Za-z]*\d)[A-Za-z0-9]{9,}(?![A-Za-z0-9])/g, `$&${number}`);
  return JSON.parse(text);
}

/** A recording of `size` resources. */
function grown(recording, size) {
  const resources = [];
  for (let number = 0; resources.length < size; number += 1) resources.push(...copy(recording.resources, number));
  return { ...recording, resources: resources.slice(0, size) };
}

export async function rules() {
  await build();
  const require = createRequire(import.meta.url);
  require("../dist/cli/lazy-modules.js");
  const { checkStack } = require("../dist/cli/check.js");
  const { findProject } = require("../dist/cli/project.js");
  const { ResourceGraph } = require("../dist/analysis/graph.js");
  const { packs } = require("../dist/policies/packs.js");
  const { evaluate } = require("../dist/policies/rule.js");

  const all = packs.flatMap((pack) => pack.rules);
  const { recording } = await checkStack(findProject(root), "prod");
  console.log(
    `Rules: ${all.length} over the production stack's resources, graph included; first run and median of ${RUNS} more`,
  );
  console.log("  resources  first s  then s  us/resource  verdicts");
  const medians = [];
  for (const size of SIZES) {
    const program = grown(recording, size);
    const times = [];
    let verdicts = 0;
    for (let run = 0; run <= RUNS; run += 1) {
      const started = process.hrtime.bigint();
      verdicts = evaluate(all, ResourceGraph.fromRecording(program)).length;
      times.push(Number(process.hrtime.bigint() - started) / 1e9);
    }
    const [first, ...more] = times;
    const seconds = median(more);
    medians.push(seconds / size);
    const row = [size, first.toFixed(2), seconds.toFixed(2), ((seconds * 1e6) / size).toFixed(0), verdicts];
    console.log(`  ${row.map((cell, i) => String(cell).padStart([9, 7, 6, 11, 8][i])).join("  ")}`);
    if (size === 1_000 && first > BAR) process.exitCode = 1;
  }
  const growth = medians.at(-1) / medians[0];
  console.log(
    `  1,000 resources: bar ${BAR} s; 20,000 cost ${growth.toFixed(2)} times as much each (linear: at most 2)`,
  );
  if (growth > 2) process.exitCode = 1;
  if (process.env.PROFILE !== undefined)
    profile(all, grown(recording, Number(process.env.PROFILE)), ResourceGraph, evaluate);
}

/** The rules that take most of the time: `PROFILE=20000 node bench/rules.mjs`. */
function profile(all, program, ResourceGraph, evaluate) {
  const graph = ResourceGraph.fromRecording(program);
  evaluate(all, graph);
  const costs = all.map((rule) => {
    const started = process.hrtime.bigint();
    evaluate([rule], graph);
    return [rule.id, Number(process.hrtime.bigint() - started) / 1e6];
  });
  for (const [id, ms] of costs.sort((a, b) => b[1] - a[1]).slice(0, 15))
    console.log(`  ${ms.toFixed(0).padStart(6)} ms  ${id}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await rules();
