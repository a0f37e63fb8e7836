import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import { promisify } from "node:util";
import { UsageError } from "../usage-error";
import { Announcer } from "./announcer";
import { buildEngine } from "./build";
import { builtEngine, cacheFolder, downloadedEngine, engineProgram } from "./cache";
import { downloadEngine } from "./download";
import { onPath } from "./on-path";
import { ENGINE_VERSION, isSupported, OLDEST_ENGINE } from "./version";

/** A Pulumi engine that runs on this machine. */
export interface Engine {
  readonly program: string;
  readonly version: string;
  /** How it was had. */
  readonly origin: "path" | "download" | "build";
}

const VERSION_SECONDS = 30;

/**
 * Finds the engine, or makes it: `pulumi` on PATH; one that palisade had before; the official download; a build of the pinned Go module.
 * @throws UsageError when the one on PATH does not fit, or when none can be had.
 */
export async function findEngine(announcer = new Announcer(), env = process.env): Promise<Engine> {
  const installed = await engineOnPath(env);
  if (installed !== undefined) return installed;

  const cache = cacheFolder(env);
  const kept: readonly (readonly [Engine["origin"], string])[] = [
    ["download", downloadedEngine(cache)],
    ["build", builtEngine(cache)],
  ];
  for (const [origin, root] of kept) {
    const program = engineProgram(root);
    if (existsSync(program)) return { program, version: ENGINE_VERSION, origin };
  }

  const downloaded = await downloadEngine(cache, announcer, env);
  if ("root" in downloaded) return made(downloaded.root, "download", env);
  const built = await buildEngine(cache, announcer, env);
  if ("root" in built) return made(built.root, "build", env);
  throw new UsageError(
    [
      "There is no Pulumi engine on this machine, and none could be had:",
      "  pulumi is not on PATH;",
      `  ${downloaded.reason};`,
      `  ${built.reason}.`,
      "Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or Go 1.21 or newer (https://go.dev/dl/), and run this again.",
      "palisade check needs neither: it judges a stack without an engine.",
    ].join("\n"),
  );
}

/** Undefined when there is none. The npm downloader, which is on PATH inside an npm script, counts only once it has an engine. */
async function engineOnPath(env: NodeJS.ProcessEnv): Promise<Engine | undefined> {
  const program = onPath("pulumi", env.PATH);
  if (program === undefined) return undefined;
  const version = await versionOf(program, env);
  if (version === undefined) {
    if (realpathSync(program).includes(`${sep}node_modules${sep}`)) return undefined;
    throw new UsageError(
      `${program} does not tell its version. Repair the Pulumi CLI (https://www.pulumi.com/docs/install/), or take it from PATH: palisade then gets an engine itself.`,
    );
  }
  if (!isSupported(version)) {
    throw new UsageError(
      `${program} is Pulumi ${version}; palisade works with ${OLDEST_ENGINE} or newer, below 4. Update it (https://www.pulumi.com/docs/install/), or take it from PATH: palisade then gets ${ENGINE_VERSION} itself.`,
    );
  }
  return { program, version, origin: "path" };
}

async function made(root: string, origin: Engine["origin"], env: NodeJS.ProcessEnv): Promise<Engine> {
  const program = engineProgram(root);
  const version = await versionOf(program, env);
  if (version === undefined) throw new UsageError(`${program} does not start. Delete ${root} and run this again.`);
  return { program, version, origin };
}

async function versionOf(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ["version"], {
      timeout: VERSION_SECONDS * 1000,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return stdout.trim().replace(/^v/, "");
  } catch {
    return undefined;
  }
}
