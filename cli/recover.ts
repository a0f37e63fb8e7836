import { onlyStack } from "./check";
import { type DeployOptions, minutesOf, START_SECONDS, targetOf } from "./deploy";
import { Announcer } from "./engine/announcer";
import { EngineFailure } from "./engine/command";
import { requireAwsCredentials } from "./engine/credentials";
import { type Decisions, recover } from "./engine/recovery";
import { Session } from "./engine/session";
import { SimulatorState } from "./engine/simulator-state";
import { findProject, readStackConfig } from "./project";
import { renderRecovery, renderRecoveryJson } from "./render/recovery";
import { UsageError } from "./usage-error";

export interface RecoverOptions extends DeployOptions {
  /** `<urn or name>=<id>`: the interrupted creation did make this. */
  readonly import?: readonly string[];
  /** `<urn or name>`: the interrupted creation made nothing. */
  readonly drop?: readonly string[];
  /** Take the lock away from a process that can not be seen to be gone. */
  readonly force?: boolean;
}

/** `palisade recover`: the way out after an engine was killed or a provider died. Returns the exit code. */
export async function recoverCommand(
  stackName: string | undefined,
  options: RecoverOptions,
  parts: Pick<Parameters<typeof Session.open>[0], "providerProgram"> = {},
): Promise<number> {
  const project = findProject(options.cwd);
  const name = stackName ?? onlyStack(project);
  const config = readStackConfig(project, name);
  const target = targetOf(options.target);
  const minutes = minutesOf(options.timeout, "refresh");
  const decisions: Decisions = {
    imports: new Map((options.import ?? []).map(importOf)),
    drops: new Set(options.drop),
    force: options.force,
  };
  if (target === "aws") await requireAwsCredentials(config.values);
  const announcer = new Announcer();
  const session = await Session.open(
    {
      project,
      stack: name,
      config,
      target,
      program: async () => ({}),
      limits: { minutes, startSeconds: START_SECONDS },
      stateFolder: options.state,
      needsProviders: true,
      ...parts,
    },
    (text) => announcer.say(text),
  );
  try {
    const cloud = target === "simulator" ? new SimulatorState(project, options.state).cloudFile(name) : undefined;
    const recovery = await recover(session, project.name, cloud, decisions);
    const about = { project: project.name, stack: name, target };
    process.stdout.write(`${options.json ? renderRecoveryJson(about, recovery) : renderRecovery(about, recovery)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    throw new Error(`The stack could not be read anew.\n${error.stderr.trim() || error.message}`);
  } finally {
    await session.close();
  }
}

function importOf(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) {
    throw new UsageError(`--import ${text}: give the resource's URN or name, =, and the id that AWS gave it.`);
  }
  return [text.slice(0, at), text.slice(at + 1)];
}
