import { execFile } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { promisify } from "node:util";
import type { EngineEvent, OutputMap, StepEventStateMetadata } from "@pulumi/pulumi/automation";
import { loadConfig } from "../stacks/config/load";
import program from "../stacks/program";
import { Configuration } from "../policies/configuration";
import { packs } from "../policies/packs";
import { pickSystem } from "../stacks/systems";
import { onlyStack } from "./check";
import { Announcer } from "./engine/announcer";
import { type ProviderProgram, SIMULATOR } from "./engine/attached-providers";
import { CHECKOUT } from "./checkout";
import { EngineFailure, type EngineLimits } from "./engine/command";
import { requireAwsCredentials } from "./engine/credentials";
import { lossesOf, renderLosses } from "./engine/losses";
import { type PolicyPacks, writePolicyPacks } from "./engine/policy-packs";
import { Progress } from "./engine/progress";
import { unsettled } from "./engine/recovery";
import { Session, type Target, TARGETS } from "./engine/session";
import { SimulatorState } from "./engine/simulator-state";
import { Update } from "./engine/update";
import { loadPolicies } from "./load-policies";
import { loadWaivers } from "./load-waivers";
import { findProject, readStackConfig } from "./project";
import { renderValue } from "./render/terminal";
import { renderUpdate, renderUpdateJson, type UpdateResult } from "./render/update";
import { shortType } from "../analysis/short-type";
import { UsageError } from "./usage-error";

export interface DeployOptions {
  readonly cwd: string;
  readonly target: string;
  readonly state?: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly yes?: boolean;
  /** Minutes, as text from the command line. */
  readonly timeout?: string;
  readonly showSecrets?: boolean;
  /** Logical names of resources that may be lost with what they hold. */
  readonly allowLoss?: readonly string[];
  /** False: an update trusts the state and does not look at what stands. */
  readonly refresh?: boolean;
  /** Waiver file. Default: waivers.yaml beside Pulumi.yaml, where there is one. */
  readonly waivers?: string;
  /** Levels, parameters and selection of the rules. Default: policies.yaml beside Pulumi.yaml, where there is one. */
  readonly policies?: string;
}

export type Operation = UpdateResult["command"];

/** Replaces what the commands run on; the tests' way in. */
export interface DeployParts {
  readonly program?: () => Promise<Record<string, unknown> | void>;
  readonly providerProgram?: ProviderProgram;
  readonly startSeconds?: number;
  /** Leaves the policy packs out, each of which is a process that takes seconds to start. */
  readonly withoutPolicies?: boolean;
}

/** Long enough for a global database in two regions; `--timeout` changes it. */
const DEFAULT_MINUTES: Readonly<Record<Operation, number>> = { preview: 30, up: 240, refresh: 60, destroy: 240 };
export const START_SECONDS = 180;
const CHECK_MINUTES = 10;

/** `palisade preview | up | refresh | destroy`. Returns the exit code: 1 when the update failed or a mandatory rule is violated. */
export async function deploy(
  operation: Operation,
  stackName: string | undefined,
  options: DeployOptions,
  parts: DeployParts = {},
): Promise<number> {
  const project = findProject(options.cwd);
  const name = stackName ?? onlyStack(project);
  const config = readStackConfig(project, name);
  const target = targetOf(options.target);
  const minutes = minutesOf(options.timeout, operation);
  const isJudged = operation === "preview" || operation === "up";
  const rules = packs.flatMap((pack) => pack.rules);
  const configuration = isJudged ? loadPolicies(project, rules, options.policies) : new Configuration();
  const waivers = isJudged ? loadWaivers(project, rules, options.waivers) : [];
  if (parts.program === undefined) loadConfig(pickSystem(config.values, name), config.values, name);
  if (target === "aws") {
    await requireAwsCredentials(config.values);
    await confirm(operation, name, options);
  }

  if (parts.program === undefined && isJudged && !(await passesCheck(name, project.root, options))) return 1;

  const announcer = new Announcer();
  const terminal = process.stderr.isTTY && !options.json;
  const startSeconds = parts.startSeconds ?? START_SECONDS;
  const session = await Session.open(
    {
      project,
      stack: name,
      config,
      target,
      program: parts.program ?? (async () => ({ ...program() })),
      limits: { minutes, startSeconds },
      stateFolder: options.state,
      needsProviders: true,
      providerProgram: parts.providerProgram,
    },
    (text) => announcer.say(text),
  );
  try {
    const started = Date.now();
    const progress = options.json ? undefined : new Progress(announcer, terminal);
    const update = new Update((change) => progress?.take(change), operation === "refresh");
    const again = `palisade ${operation} ${name}${target === "aws" ? "" : ` --target ${target}`}`;
    const refuse = () => {
      const losses = lossesOf(update).filter((loss) => loss.protected || !options.allowLoss?.includes(loss.name));
      return losses.length === 0 ? undefined : renderLosses(losses, again);
    };
    const judges = parts.withoutPolicies
      ? { policyPacks: [], policyPackConfigs: [] }
      : writePolicyPacks(
          session.tools,
          configuration,
          waivers.filter(({ stacks }) => stacks.includes(name)),
        );
    const simulated = target === "simulator" && (parts.providerProgram ?? SIMULATOR).file === SIMULATOR.file;
    const cloud = simulated ? new SimulatorState(project, options.state).cloudFile(name) : undefined;
    const changes = operation === "up" || operation === "destroy";
    const interrupted = changes ? await unsettled(session, project.name, cloud) : undefined;
    const limits = { startSeconds, minutes };
    const outcome: Outcome =
      interrupted === undefined
        ? await run(session, operation, update, judges, options.refresh ?? true, limits, refuse)
        : { failure: interrupted };
    progress?.stop();
    const result: UpdateResult = {
      command: operation,
      project: project.name,
      stack: name,
      target,
      engine: `Pulumi ${session.engine.version}`,
      update,
      succeeded: outcome.failure === undefined,
      seconds: (Date.now() - started) / 1000,
      failure: outcome.failure || undefined,
      outputs: outcome.outputs,
    };
    process.stdout.write(`${options.json ? renderUpdateJson(result) : renderUpdate(result, options.full ?? false)}\n`);
    return result.succeeded ? 0 : 1;
  } finally {
    await session.close();
  }
}

/** `palisade outputs`: what the last update left, read from the state. */
export async function outputs(stackName: string | undefined, options: DeployOptions): Promise<number> {
  const project = findProject(options.cwd);
  const name = stackName ?? onlyStack(project);
  const config = readStackConfig(project, name);
  const announcer = new Announcer();
  const session = await Session.open(
    {
      project,
      stack: name,
      config,
      target: targetOf(options.target),
      program: async () => ({}),
      limits: { minutes: DEFAULT_MINUTES.preview, startSeconds: START_SECONDS },
      stateFolder: options.state,
      needsProviders: false,
    },
    (text) => announcer.say(text),
  );
  try {
    const found = options.showSecrets ? plain(await session.stack.outputs()) : await session.outputs();
    if (Object.keys(found).length === 0)
      throw new UsageError(`${name} has no outputs: it was not deployed, or was destroyed.`);
    const text = options.json
      ? JSON.stringify(found, undefined, 2)
      : Object.entries(found)
          .flatMap(([key, value]) => renderValue(value, `${key}:`, "  "))
          .join("\n");
    process.stdout.write(`${text}\n`);
    return 0;
  } catch (error) {
    if (error instanceof EngineFailure) throw new UsageError(lastLines(error.stderr));
    throw error;
  } finally {
    await session.close();
  }
}

function plain(outputs: OutputMap): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
}

/**
 * The engine knows only some values before the update; `palisade check` knows all. It runs first, in a process of its own as it puts its recorder in the SDK's
 * place, and what it finds stops the command with its own report.
 */
async function passesCheck(stack: string, root: string, { json, policies, waivers }: DeployOptions): Promise<boolean> {
  const args = [join(CHECKOUT, "dist", "cli", "main.js"), "check", stack, "--cwd", root];
  if (json) args.push("--json");
  if (policies !== undefined) args.push("--policies", policies);
  if (waivers !== undefined) args.push("--waivers", waivers);
  try {
    await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28, timeout: CHECK_MINUTES * 60_000 });
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error)) throw error;
    if (error.code !== 1) throw new UsageError(String(error.stderr).trim() || error.message);
    process.stdout.write(String(error.stdout));
    process.stderr.write("Stopped before anything changed: the stack violates the rules above.\n");
    return false;
  }
}

interface Outcome {
  /** Undefined when it succeeded; empty when the diagnostics say it. */
  readonly failure?: string;
  readonly outputs?: UpdateResult["outputs"];
}

async function run(
  session: Session,
  operation: Operation,
  update: Update,
  judges: PolicyPacks,
  refresh: boolean,
  limits: EngineLimits,
  refuse: () => string | undefined,
): Promise<Outcome> {
  const onEvent = (event: EngineEvent) => {
    if (update.take(event)) session.command.heard();
  };
  let isPlanned = operation === "refresh" || operation === "destroy";
  const common = { onEvent, color: "never" as const, suppressProgress: true };
  try {
    switch (operation) {
      case "preview":
        await session.stack.preview({ ...common, refresh, ...judges });
        return { failure: refuse() };
      case "up": {
        // The packs judge a stack as a whole, once it is known: in an update that is after its last resource. The preview is what stops it before the first.
        await session.stack.preview({ ...common, refresh, ...judges });
        const refusal = refuse();
        if (refusal !== undefined) return { failure: refusal };
        isPlanned = true;
        update.begin();
        await session.stack.up({ ...common, refresh, ...judges });
        return { outputs: await session.outputs() };
      }
      case "refresh":
        await session.stack.refresh(common);
        return {};
      case "destroy": {
        // The engine would delete what depends on a protected resource before it comes to that one.
        const { deployment } = await session.stack.exportStack();
        const guarded = protectedNames(deployment);
        if (guarded.length > 0) return { failure: refusal(guarded) };
        update.expectDeletion(resourcesOf(deployment));
        await session.stack.destroy(common);
        return {};
      }
    }
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    await session.noticeDeaths();
    // The engine refuses what is protected by itself, in words that say neither what forces it nor what is lost.
    const refusal = isPlanned || error.ended !== undefined ? undefined : refuse();
    if (refusal !== undefined) {
      update.forget(/marked for protection|it is protected|is currently protected/);
      return { failure: refusal };
    }
    return { failure: explain(error, session, update, limits) };
  }
}

function refusal(names: readonly string[]): string {
  return [
    `${names.length} resources are protected. Nothing was deleted:`,
    ...names.map((name) => `  ${name}`),
    "They hold what can not be had back. Lift the protection of each one on purpose (pulumi state unprotect), then destroy.",
  ].join("\n");
}

/** `rds.Instance payments-ledger` for each protected resource of a state. */
function protectedNames(deployment: unknown): string[] {
  return resourcesOf(deployment)
    .filter(({ protect }) => protect === true)
    .map(({ type, urn }) => `${shortType(type)} ${urn.split("::").at(-1)}`)
    .sort();
}

function resourcesOf(deployment: unknown): readonly StepEventStateMetadata[] {
  const resources: unknown = typeof deployment === "object" && deployment ? Reflect.get(deployment, "resources") : [];
  return Array.isArray(resources) ? resources : [];
}

/** Why the engine failed, in words; empty when its diagnostics or the violations say it. */
function explain(
  { ended, signal, stderr, message }: EngineFailure,
  session: Session,
  update: Update,
  { startSeconds, minutes }: EngineLimits,
): string {
  if (session.providerDeath !== undefined) return `${session.providerDeath}\n${interruptedBy(session)}`;
  if (ended === "silent") {
    return `The engine reached no resource within ${startSeconds} s: a provider or a policy pack does not answer. It was ended; nothing was changed.`;
  }
  if (ended === "time-limit") {
    return `It took more than ${minutes} minutes (--timeout) and was stopped. Run the command again: it goes on from here.`;
  }
  if (signal === "SIGKILL") return `The engine was killed.\n${interruptedBy(session)}`;
  if (ended === "interrupted") return "Stopped on request. Run the command again: it goes on from here.";
  if (/the stack is currently locked by|Another update is currently in progress/.test(stderr)) {
    return "Another update of this stack is under way; this one changed nothing. Wait for it and run the command again. If it was killed: palisade recover.";
  }
  const told = update.diagnostics.some(({ severity }) => severity === "error");
  if (told || update.violations.some(({ mandatory }) => mandatory)) return "";
  return lastLines(stderr) || message;
}

function interruptedBy({ stack, target }: Session): string {
  const recover = `palisade recover ${stack.name}${target === "simulator" ? " --target simulator" : ""}`;
  return `What was under way may stand without being in the state. Run ${recover}, then the command again: it goes on from here.`;
}

function lastLines(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return lines.slice(-5).join("\n");
}

export function targetOf(text: string): Target {
  const target = TARGETS.find((known) => known === text);
  if (target === undefined) throw new UsageError(`Unknown target ${text}. Use one of: ${TARGETS.join(", ")}.`);
  return target;
}

export function minutesOf(text: string | undefined, operation: Operation): number {
  if (text === undefined) return DEFAULT_MINUTES[operation];
  const minutes = Number(text);
  if (!(minutes > 0)) throw new UsageError(`--timeout ${text}: give minutes, a number above 0.`);
  return minutes;
}

/** Nothing real changes unasked: on a terminal the stack's name must be typed, elsewhere `--yes` be given. */
async function confirm(operation: Operation, stack: string, { yes }: DeployOptions): Promise<void> {
  if (yes || operation === "preview") return;
  if (!process.stdin.isTTY) {
    throw new UsageError(
      `${operation} changes real resources. Look at palisade preview ${stack} first, then give --yes.`,
    );
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`palisade ${operation} changes real resources. Type the stack's name to go on: `);
  lines.close();
  if (answer.trim() !== stack) throw new UsageError("Nothing was changed.");
}
