// Weakens stacks one property at a time and prints which of it the rules report: `npm run bench:mutation [stack...]`, all stack files by default.
import { register } from "tsx/cjs/api";
import { createRequire } from "node:module";

register();
const require = createRequire(import.meta.url);
require("../cli/lazy-modules.ts");
const { checkStack } = require("../cli/check.ts");
const { findProject, stackNames } = require("../cli/project.ts");
const { packs } = require("../policies/packs.ts");
const { mutate } = require("./mutation/mutate.ts");

const BAR = 0.95;
const rules = packs.flatMap((pack) => pack.rules);
const project = findProject(process.cwd());
const named = process.argv.slice(2);

const isKilled = (outcome) => outcome.rules.length > 0;

/** Prints the table of one stack; the share of its mutations that rules report. */
async function report(stack) {
  const { recording } = await checkStack(project, stack);
  const outcomes = mutate(recording, rules, { perKind: Number(process.env.PER_KIND ?? 2) });
  const counted = outcomes.filter(({ reason }) => reason === undefined);
  const share = counted.filter(isKilled).length / counted.length;
  console.log(`Mutations of ${stack}: killed / total, by service`);
  for (const service of [...new Set(counted.map((one) => one.service))].sort()) {
    const own = counted.filter((one) => one.service === service);
    console.log(`  ${service.padEnd(16)} ${String(own.filter(isKilled).length).padStart(4)} / ${own.length}`);
  }
  const killed = String(counted.filter(isKilled).length).padStart(4);
  console.log(
    `  ${"all".padEnd(16)} ${killed} / ${counted.length}  ${(100 * share).toFixed(1)} % (bar: ${100 * BAR} %)`,
  );
  for (const { kind, resource } of counted.filter((one) => !isKilled(one)))
    console.log(`survived: ${kind}  (${resource})`);
  const reasoned = outcomes.length - counted.length;
  console.log(`${reasoned} kinds of change are no weakness, each with its reason in bench/mutation/survivors.ts\n`);
  return share;
}

for (const stack of named.length > 0 ? named : stackNames(project)) {
  if ((await report(stack)) < BAR) process.exitCode = 1;
}
