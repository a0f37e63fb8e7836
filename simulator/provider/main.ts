import { parseArgs } from "node:util";
import { Faults } from "./faults";
import { SimulatedProvider } from "./provider";
import { serve } from "./server";
import { versionOf } from "./version";

/** `main.js --cloud FILE --package aws|awsx|docker-build|kubernetes|random [--faults ...]`: prints its port, serves until stdin ends. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { cloud: { type: "string" }, package: { type: "string" }, faults: { type: "string" } },
  });
  const { cloud, package: name } = values;
  if (cloud === undefined || name === undefined) throw new Error("Give --cloud FILE and --package NAME.");
  const faults = new Faults(values.faults ?? process.env.PALISADE_FAULTS ?? "");
  const server = await serve({
    provider: new SimulatedProvider(cloud),
    faults,
    package: name,
    version: versionOf(name) ?? "0.0.0",
  });
  const end = () => void server.stop().then(() => process.exit(0));
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.stdin.on("end", end).on("close", end).resume();
  process.stdout.write(`${server.port}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
