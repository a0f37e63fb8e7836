import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { Faults } from "./faults";
import { SimulatedProvider } from "./provider";
import { serve } from "./server";

/** `main.js --cloud FILE --package aws|awsx|random|docker-build [--faults ...]`: prints its port, serves until stdin ends. */
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
    version: versionOf(name),
  });
  const end = () => void server.stop().then(() => process.exit(0));
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.stdin.on("end", end).on("close", end).resume();
  process.stdout.write(`${server.port}\n`);
}

/** The version of the SDK that the program uses: the engine asks for a plugin of the same one. */
function versionOf(name: string): string {
  try {
    const manifest: { version: string } = createRequire(__filename)(`@pulumi/${name}/package.json`);
    return manifest.version;
  } catch {
    return "0.0.0";
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
