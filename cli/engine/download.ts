import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { promisify } from "node:util";
import type { Announcer } from "./announcer";
import { downloadedEngine, engineProgram } from "./cache";
import { withLock } from "./lock";
import { ENGINE_VERSION } from "./version";

const INSTALLER = "https://get.pulumi.com/install.sh";
const REACH_SECONDS = 5;
const LIMIT_MINUTES = 10;

/** The Automation API's own downloader, run apart so that it can be ended when it takes too long. */
const DOWNLOAD = `
  const automation = process.argv[1];
  const { PulumiCommand } = require(automation);
  const { SemVer } = require(require.resolve("semver", { paths: [automation] }));
  PulumiCommand.install({ root: process.argv[2], version: new SemVer(process.argv[3]) })
    .catch((error) => { console.error(error.message); process.exit(1); });
`;

/**
 * Downloads the official engine with the Pulumi SDK's own downloader. Gives up within seconds where only package registries can be reached.
 * @returns the root of the installation, or why there is none.
 */
export async function downloadEngine(
  cache: string,
  announcer: Announcer,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ root: string } | { reason: string }> {
  if (env.PALISADE_OFFLINE) return { reason: "downloading it is switched off (PALISADE_OFFLINE)" };
  if (!(await isReachable(INSTALLER)))
    return { reason: `${new URL(INSTALLER).host} can not be reached for a download` };
  const root = downloadedEngine(cache);
  return withLock(
    `${root}.lock`,
    (holder) => announcer.say(`Waiting for ${holder}, which is downloading the Pulumi engine.`),
    async () => {
      if (existsSync(engineProgram(root))) return { root };
      announcer.say(`Downloading the Pulumi engine ${ENGINE_VERSION}: once on this machine.`);
      const aside = `${root}.${process.pid}`;
      try {
        mkdirSync(aside, { recursive: true });
        const automation = require.resolve("@pulumi/pulumi/automation");
        await promisify(execFile)(process.execPath, ["-e", DOWNLOAD, automation, aside, ENGINE_VERSION], {
          timeout: LIMIT_MINUTES * 60_000,
          maxBuffer: 2 ** 26,
        });
        renameSync(aside, root);
        return { root };
      } catch (error) {
        const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n").slice(-1);
        return { reason: `downloading it failed: ${line}` };
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
    },
  );
}

async function isReachable(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(REACH_SECONDS * 1000) });
    return ok;
  } catch {
    return false;
  }
}
