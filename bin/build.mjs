// Compiles the TypeScript tree to dist/, file by file and without type-checking (that is `npm run typecheck`): about 0.2 s.
import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const STAMP = ".built";
const FOLDERS = ["analysis", "cli", "components", "policies", "simulator", "stacks"];

/** All TypeScript sources, and the time of the newest change to any of them or to a folder that holds them (a deletion). */
function sources() {
  const files = [];
  let newest = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const visit = (folder) => {
    newest = Math.max(newest, statSync(folder).mtimeMs);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules") visit(path);
      } else if (entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts")) {
        files.push(path);
        newest = Math.max(newest, statSync(path).mtimeMs);
      }
    }
  };
  for (const folder of FOLDERS) visit(join(root, folder));
  return { files, newest };
}

/** Brings dist/ up to date; does nothing when no source is newer than the last build. */
export async function build() {
  const { files, newest } = sources();
  const built = statSync(join(dist, STAMP), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > newest) return false;
  const started = new Date();
  const { build: compile } = await import("esbuild");
  // Built aside and moved into place, so that a second process never runs half a build.
  const fresh = `${dist}.${process.pid}`;
  await compile({
    entryPoints: files,
    outdir: fresh,
    outbase: root,
    format: "cjs",
    platform: "node",
    target: "node20",
    sourcemap: "linked",
    logLevel: "error",
  });
  writeFileSync(join(fresh, STAMP), "");
  utimesSync(join(fresh, STAMP), started, started);
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
