// What one more region or service costs: the production stack grown to 1-16 regions with 4 or 16 services.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { median, run } from "./measure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const RUNS = Number(process.env.RUNS ?? 3);
const REGIONS = [
  "us-east-1",
  "eu-west-1",
  "us-east-2",
  "us-west-2",
  "ca-central-1",
  "sa-east-1",
  "eu-central-1",
  "eu-west-2",
  "eu-west-3",
  "eu-north-1",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
];

/** The production stack with `regions` regions and at least `services` services in each. */
function grown(regions, services) {
  const file = parse(readFileSync(join(root, "Pulumi.prod.yaml"), "utf8"));
  const { config } = file;
  config["palisade:regions"] = REGIONS.slice(0, regions).map((name, index) => ({
    name,
    zones: ["a", "b", "c"].map((letter) => name + letter),
    cidr: `10.${20 + index}.0.0/16`,
  }));
  const given = Object.entries(config["palisade:services"]);
  const all = { ...config["palisade:services"] };
  for (let i = given.length; i < services; i += 1) {
    const [name, service] = given[i % given.length];
    all[`${name.slice(0, 18)}-${i}`] = service;
  }
  config["palisade:services"] = all;
  return stringify(file);
}

export async function scale() {
  console.log(`Scale: medians of ${RUNS} runs of palisade check`);
  console.log("  regions  services  resources  seconds  ms/resource  MB");
  for (const services of [4, 16]) {
    for (const regions of [1, 2, 4, 8, 16]) {
      const folder = mkdtempSync(join(tmpdir(), "palisade-bench-"));
      try {
        writeFileSync(join(folder, "Pulumi.yaml"), readFileSync(join(root, "Pulumi.yaml")));
        writeFileSync(join(folder, "Pulumi.bench.yaml"), grown(regions, services));
        const command = ["bin/palisade.mjs", "check", "bench", "--cwd", folder, "--json"];
        const count = await resources(folder);
        const runs = [];
        for (let i = 0; i < RUNS; i += 1) runs.push(await run(command, { cwd: root }));
        const seconds = median(runs.map((r) => r.seconds));
        const megabytes = median(runs.map((r) => r.megabytes));
        const row = [
          regions,
          services,
          count,
          seconds.toFixed(2),
          ((seconds * 1000) / count).toFixed(2),
          megabytes.toFixed(0),
        ];
        console.log(`  ${row.map((cell, i) => String(cell).padStart([7, 8, 9, 7, 11, 4][i])).join("  ")}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  }
}

async function resources(folder) {
  const { execFileSync } = await import("node:child_process");
  const text = execFileSync(process.execPath, ["bin/palisade.mjs", "check", "bench", "--cwd", folder, "--json"], {
    cwd: root,
    maxBuffer: 2 ** 30,
    encoding: "utf8",
  });
  return JSON.parse(text).resources.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await scale();
