import { onlyStack } from "./check";
import { type DeployOptions, type DeployParts, minutesOf, START_SECONDS, targetOf } from "./deploy";
import { Announcer } from "./engine/announcer";
import { EngineFailure } from "./engine/command";
import { requireAwsCredentials } from "./engine/credentials";
import { Drift, ignoredChanges } from "./engine/drift";
import { Session } from "./engine/session";
import { findProject, readStackConfig } from "./project";
import { renderDrift, renderDriftJson } from "./render/drift";
import { UsageError } from "./usage-error";

/**
 * `palisade drift`: what stands otherwise than the state says. Reads, and changes neither.
 * @returns the exit code: 0 no drift, 1 drift.
 */
export async function drift(
  stackName: string | undefined,
  options: DeployOptions,
  { providerProgram, startSeconds = START_SECONDS }: DeployParts = {},
): Promise<number> {
  const project = findProject(options.cwd);
  const name = stackName ?? onlyStack(project);
  const config = readStackConfig(project, name);
  const target = targetOf(options.target);
  const minutes = minutesOf(options.timeout, "refresh");
  if (target === "aws") await requireAwsCredentials(config.values);
  const announcer = new Announcer();
  const session = await Session.open(
    {
      project,
      stack: name,
      config,
      target,
      program: async () => ({}),
      limits: { minutes, startSeconds },
      stateFolder: options.state,
      needsProviders: true,
      providerProgram,
    },
    (text) => announcer.say(text),
  );
  let found = new Drift();
  try {
    // The program is not run: what it leaves to others, such as the weights that a pipeline moves, stands in the state.
    found = new Drift(ignoredChanges((await session.stack.exportStack()).deployment));
    await session.stack.previewRefresh({
      color: "never",
      suppressProgress: true,
      onEvent: (event) => {
        if (found.take(event)) session.command.heard();
      },
    });
    const about = { project: project.name, stack: name, target };
    process.stdout.write(`${options.json ? renderDriftJson(about, found) : renderDrift(about, found)}\n`);
    return found.resources.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    await session.noticeDeaths();
    const reasons = [session.providerDeath, ...found.errors, error.stderr.trim(), error.message];
    // Whether there is drift is not known: neither 0 nor 1 would be true.
    throw new UsageError(`The stack could not be compared.\n${reasons.find((text) => text) ?? ""}`);
  } finally {
    await session.close();
  }
}
