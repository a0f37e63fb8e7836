// Weakens the production stack one property at a time and prints which of it the rules report: `npm run bench:mutation [stack]`.
import { register } from "tsx/cjs/api";
import { createRequire } from "node:module";

register();
const require = createRequire(import.meta.url);
require("../cli/lazy-modules.ts");
const { checkStack } = require("../cli/check.ts");
const { findProject } = require("../cli/project.ts");
const { packs } = require("../policies/packs.ts");
const { mutate } = require("./mutation/mutate.ts");

const stack = process.argv[2] ?? "prod";
const { recording } = await checkStack(findProject(process.cwd()), stack);
const outcomes = mutate(
  recording,
  packs.flatMap(({ rules }) => rules),
  { perKind: Number(process.env.PER_KIND ?? 2) },
);

const neutral = outcomes.filter(({ reason }) => reason !== undefined);
const counted = outcomes.filter(({ reason }) => reason === undefined);
const killed = counted.filter(({ rules }) => rules.length > 0);
console.log(`Mutations of ${stack}: killed / total, by service`);
for (const service of [...new Set(counted.map((one) => one.service))].sort()) {
  const own = counted.filter((one) => one.service === service);
  const dead = own.filter(({ rules }) => rules.length > 0);
  console.log(`  ${service.padEnd(16)} ${String(dead.length).padStart(4)} / ${own.length}`);
}
console.log(
  `  ${"all".padEnd(16)} ${String(killed.length).padStart(4)} / ${counted.length}  ${((100 * killed.length) / counted.length).toFixed(1)} % (bar: 95 %)`,
);
for (const { kind, resource } of counted.filter(({ rules }) => rules.length === 0))
  console.log(`survived: ${kind}  (${resource})`);
console.log(`${neutral.length} kinds of change are no weakness, each with its reason in bench/mutation/survivors.ts`);
process.exitCode = killed.length / counted.length >= 0.95 ? 0 : 1;
