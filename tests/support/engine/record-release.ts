// Records what this version deploys, for the upgrade test of the versions after it: `npx tsx tests/support/engine/record-release.ts`.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../stack-file";
import { recordRelease } from "./release";

async function main(): Promise<void> {
  execFileSync(process.execPath, [join(ROOT, "bin", "build.mjs")]);
  const { version }: { version: string } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  console.log(`Recorded ${await recordRelease(version)}`);
}

void main();
