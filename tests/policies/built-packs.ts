import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/stack-file";

/** Somebody's new folder with the built packs and what their package.json asks for, and nothing else. */
export async function builtPacks(): Promise<string> {
  const elsewhere = mkdtempSync(join(tmpdir(), "palisade-packs-"));
  await promisify(execFile)(process.execPath, [join(ROOT, "bin", "build-packs.mjs")]);
  const built = join(ROOT, "build", "packs");
  for (const folder of readdirSync(built)) {
    const target = join(elsewhere, folder);
    cpSync(join(built, folder), target, { recursive: true });
    const manifest: { dependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(target, "package.json"), "utf8"),
    );
    assert.deepEqual(Object.keys(manifest.dependencies), ["@pulumi/policy", "@pulumi/pulumi"]);
    mkdirSync(join(target, "node_modules", "@pulumi"), { recursive: true });
    for (const name of Object.keys(manifest.dependencies))
      symlinkSync(realpathSync(join(ROOT, "node_modules", name)), join(target, "node_modules", name));
    assert.ok(existsSync(join(target, "LICENSE")));
  }
  return elsewhere;
}
