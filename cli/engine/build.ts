import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Announcer } from "./announcer";
import { builtEngine, engineProgram, GO_MODULE } from "./cache";
import { withLock } from "./lock";
import { onPath } from "./on-path";
import { ENGINE_VERSION } from "./version";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const LDFLAGS = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`;
const LIMIT_MINUTES = 40;

/**
 * Builds the pinned engine with Go, once per machine: it takes some minutes, later runs find it in the cache.
 * @returns the root of the installation, or why there is none.
 */
export async function buildEngine(
  cache: string,
  announcer: Announcer,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ root: string } | { reason: string }> {
  const go = onPath("go", env.PATH);
  if (go === undefined) return { reason: "Go, which could build it, is not on PATH" };
  const root = builtEngine(cache);
  return withLock(
    `${root}.lock`,
    (holder) => announcer.say(`Waiting for ${holder}, which is building the Pulumi engine.`),
    async () => {
      if (existsSync(engineProgram(root))) return { root };
      // Built aside and moved into place, so that no run ever finds half an engine.
      const aside = `${root}.${process.pid}`;
      try {
        mkdirSync(dirname(engineProgram(aside)), { recursive: true });
        const failure = await compile(go, engineProgram(aside), announcer, env);
        if (failure !== undefined) return { reason: `building it with Go failed: ${failure}` };
        renameSync(aside, root);
        return { root };
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
    },
  );
}

/** Undefined when it worked, or else why not. */
function compile(
  go: string,
  output: string,
  announcer: Announcer,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  announcer.say(`Building the Pulumi engine ${ENGINE_VERSION} with Go: once on this machine, about five minutes.`);
  const started = Date.now();
  const args = [
    "build",
    "-v",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-ldflags",
    LDFLAGS,
    "-o",
    output,
    PACKAGE,
  ];
  const child = spawn(go, args, { cwd: GO_MODULE, env, stdio: ["ignore", "ignore", "pipe"] });
  const timer = setTimeout(() => child.kill(), LIMIT_MINUTES * 60_000);
  let downloaded = 0;
  let compiled = 0;
  const problems: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith("go: downloading")) downloaded += 1;
    else if (/^[\w.~/-]+$/.test(line)) compiled += 1;
    else problems.push(line);
    const seconds = Math.round((Date.now() - started) / 1000);
    announcer.progress(`  ${downloaded} modules downloaded, ${compiled} packages compiled, ${seconds} s`);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      announcer.clear();
      if (code === 0) {
        announcer.say(`Built in ${Math.round((Date.now() - started) / 1000)} s.`);
        resolve(undefined);
      } else if (signal !== null) resolve(`it took more than ${LIMIT_MINUTES} minutes`);
      else resolve(problems.slice(-5).join("\n    ") || `go ended with code ${code}`);
    });
  });
}
