// `palisade check prod` beside bare `require("@pulumi/aws")`, in turn, in one run: the ratio holds when the machine's speed drifts.
import { fileURLToPath } from "node:url";
import { median, run } from "./measure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const RUNS = Number(process.env.RUNS ?? 7);

export async function startUp() {
  const bare = [];
  const check = [];
  const plain = ["-e", 'require("@pulumi/aws")'];
  const checkProd = ["bin/palisade.mjs", "check", "prod"];
  await run(plain, { cwd: root });
  await run(checkProd, { cwd: root });
  for (let i = 0; i < RUNS; i += 1) {
    bare.push(await run(plain, { cwd: root }));
    check.push(await run(checkProd, { cwd: root }));
  }
  const time = (runs) => median(runs.map(({ seconds }) => seconds));
  const memory = (runs) => median(runs.map(({ megabytes }) => megabytes));
  const ratios = check.map(({ seconds }, i) => seconds / bare[i].seconds);
  console.log(`Start-up: medians of ${RUNS} pairs`);
  console.log(`  require("@pulumi/aws")   ${time(bare).toFixed(2)} s   ${memory(bare).toFixed(0)} MB`);
  console.log(`  palisade check prod      ${time(check).toFixed(2)} s   ${memory(check).toFixed(0)} MB`);
  console.log(
    `  time ratio ${median(ratios).toFixed(2)} (bar: at most 2.8)   memory ratio ${(memory(check) / memory(bare)).toFixed(2)} (bar: under 350 MB)`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await startUp();
