import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../checkout";
import { ENGINE_VERSION } from "./version";

/** The small Go module that pins the engine and holds its checksums. */
export const GO_MODULE = join(CHECKOUT, "cli", "engine", "go");

/** Where palisade keeps what it downloads and builds, outside any checkout: PALISADE_CACHE, or the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PALISADE_CACHE) return env.PALISADE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "palisade");
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "palisade", "cache");
  return join(homedir(), ".cache", "palisade");
}

/** Folder of the downloaded engine: the root of an official installation. */
export function downloadedEngine(cache: string): string {
  return join(cache, "engine", `${ENGINE_VERSION}-official-${process.platform}-${process.arch}`);
}

/** Folder of the built engine. Its name holds a digest of go.mod and go.sum: other sources are another engine. */
export function builtEngine(cache: string): string {
  const digest = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) digest.update(readFileSync(join(GO_MODULE, file)));
  const sources = digest.digest("hex").slice(0, 12);
  return join(cache, "engine", `${ENGINE_VERSION}-built-${process.platform}-${process.arch}-${sources}`);
}

/** The engine's program inside an installation. The Automation API looks there as well. */
export function engineProgram(root: string): string {
  return join(root, "bin", process.platform === "win32" ? "pulumi.exe" : "pulumi");
}
