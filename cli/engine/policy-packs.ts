import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Configuration } from "../../policies/configuration";
import { packs } from "../../policies/packs";
import type { Waiver } from "../../policies/waivers";
import { CHECKOUT } from "../checkout";
import type { Engine } from "./find";

/** Packs and the files that configure them, in the same order. */
export interface PolicyPacks {
  readonly policyPacks: string[];
  readonly policyPackConfigs: string[];
}

const ANALYZER = "pulumi-analyzer-policy-nodejs";

/**
 * Writes a policy pack for the engine around each compiled one: the sources in policies/ are packs as well, which anybody's engine can load, but this way
 * nothing has to be compiled first.
 * @param waivers accepted risks of the stack.
 */
export function writePolicyPacks(
  folder: string,
  configuration: Configuration,
  waivers: readonly Waiver[],
): PolicyPacks {
  const policyPackConfigs = packs.map((pack) => {
    // In a folder of their own: Node takes `<pack>.json` beside a folder `<pack>` for the pack itself.
    const file = join(folder, "policy-config", `${pack.name}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(configuration.forPack(pack, waivers)));
    return file;
  });
  const policyPacks = packs.map(({ name }) => {
    const pack = join(folder, name);
    const compiled = join(CHECKOUT, "dist", "policies", name.replace(/^palisade-/, ""), "index.js");
    mkdirSync(pack, { recursive: true });
    writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime:\n  name: nodejs\n  options:\n    typescript: false\n");
    writeFileSync(join(pack, "package.json"), JSON.stringify({ name, version: "0.1.0", main: "main.cjs" }));
    writeFileSync(join(pack, "main.cjs"), `require(${JSON.stringify(compiled)});\n`);
    return pack;
  });
  return { policyPacks, policyPackConfigs };
}

/**
 * What loads a policy pack into the engine comes with an official installation. For an engine without it, this writes one into a folder for PATH.
 * @returns whether the engine needs it.
 */
export function addAnalyzer(engine: Engine, folder: string): boolean {
  if (existsSync(join(dirname(engine.program), ANALYZER))) return false;
  const lazy = join(CHECKOUT, "dist", "cli", "lazy-modules.js");
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const watch = join(folder, "end-with-engine.cjs");
  // The engine ends its plugins, unless it is killed itself: then their standard input closes.
  writeFileSync(watch, `process.stdin.on("close", () => process.exit(1)).resume();\nprocess.stdin.unref?.();\n`);
  const script = join(folder, ANALYZER);
  const command = [process.execPath, "--require", watch, "--require", lazy, runner].map(quote).join(" ");
  writeFileSync(script, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(script, 0o755);
  return true;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
