import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/stack-file";

const FOLDERS = ["analysis", "cli", "components", "policies", "simulator", "stacks"];
const run = promisify(execFile);

/** A project of a file in each folder, which is built as this one is. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "palisade-build-"));
  mkdirSync(join(folder, "bin"));
  cpSync(join(ROOT, "bin", "build.mjs"), join(folder, "bin", "build.mjs"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const name of FOLDERS) mkdirSync(join(folder, name));
  for (const name of FOLDERS) writeFileSync(join(folder, name, "a.ts"), "export const built: number = 1;\n");
  return folder;
}

describe("bin/build.mjs", function () {
  this.timeout(60_000);
  const folder = project();
  after(() => rmSync(folder, { recursive: true, force: true }));
  const build = () => run(process.execPath, [join(folder, "bin", "build.mjs")], { cwd: folder });
  const built = (name: string) => readFileSync(join(folder, "dist", name, "a.js"), "utf8");
  const touch = (text: string) => {
    for (const name of FOLDERS) writeFileSync(join(folder, name, "a.ts"), text);
    utimesSync(join(folder, "dist", ".built"), new Date(0), new Date(0));
  };

  it("builds every folder once", async () => {
    await build();
    for (const name of FOLDERS) assert.match(built(name), /built = 1/);
    const before = readdirSync(join(folder, "dist")).sort();
    await build();
    assert.deepEqual(readdirSync(join(folder, "dist")).sort(), before);
  });

  it("lets commands build at the same moment: each finds a whole build, and nothing is left beside it", async () => {
    for (const round of [2, 3, 4]) {
      touch(`export const built: number = ${round};\n`);
      await Promise.all(Array.from({ length: 4 }, build));
      for (const name of FOLDERS) assert.match(built(name), new RegExp(`built = ${round}`));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith("dist")),
        ["dist"],
      );
    }
  });
});
