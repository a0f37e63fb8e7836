import { delimiter, join } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, Stack } from "@pulumi/pulumi/automation";
import type { Project, StackConfig } from "../project";
import { quietSdk } from "../../simulator/sdk-internals";
import { UsageError } from "../usage-error";
import { AttachedProviders, type ProviderProgram, SIMULATOR } from "./attached-providers";
import { EngineCommand, EngineFailure, type EngineLimits } from "./command";
import { type Engine, findEngine } from "./find";
import { addAnalyzer } from "./policy-packs";
import { SessionFolder } from "./session-folder";
import { SimulatorState } from "./simulator-state";

export const TARGETS = ["aws", "simulator"] as const;
export type Target = (typeof TARGETS)[number];

export interface SessionOptions {
  readonly project: Project;
  readonly stack: string;
  readonly config: StackConfig;
  readonly target: Target;
  readonly program: PulumiFn;
  readonly limits: EngineLimits;
  /** Folder of the simulator's state. Default: `.palisade` in the project. */
  readonly stateFolder?: string;
  /** True for a call that changes or reads resources; false for one that reads the state only. */
  readonly needsProviders: boolean;
  readonly providerProgram?: ProviderProgram;
  readonly engine?: Engine;
  /** Further environment of the engine. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One stack, opened in the engine, with the processes that belong to it. Always {@link close} it. */
export class Session {
  /** What a provider that died said; the cause of whatever the engine reports after it. */
  providerDeath: string | undefined;
  private readonly onSignal = () => this.interrupt();
  private readonly restoreSdk = quietSdk();

  private constructor(
    readonly engine: Engine,
    readonly command: EngineCommand,
    readonly stack: Stack,
    readonly target: Target,
    private readonly providers: AttachedProviders | undefined,
    private readonly folder: SessionFolder,
    private readonly say: (text: string) => void,
  ) {
    process.on("SIGINT", this.onSignal);
    process.on("SIGTERM", this.onSignal);
  }

  static async open(options: SessionOptions, say: (text: string) => void): Promise<Session> {
    const { project, stack: name, config, target, program, limits } = options;
    const engine = options.engine ?? (await findEngine());
    const { version } = await PulumiCommand.get(
      // The Automation API looks for bin/pulumi below a root; on PATH it needs none.
      engine.origin === "path" ? {} : { root: join(engine.program, "..", "..") },
    );
    const command = new EngineCommand(engine, version, limits);

    const folder = new SessionFolder();
    let providers: AttachedProviders | undefined;
    let session: Session | undefined;
    const state = target === "simulator" ? new SimulatorState(project, options.stateFolder) : undefined;
    const env: Record<string, string> = { PULUMI_SKIP_UPDATE_CHECK: "true", ...state?.env, ...options.env };
    try {
      if (state !== undefined) {
        state.prepare(project, name, config);
        if (options.needsProviders) {
          const attached = await AttachedProviders.start(
            options.providerProgram ?? SIMULATOR,
            state.cloudFile(name),
            (package_, how) => session?.providerDied(package_, how),
          );
          providers = attached.providers;
          Object.assign(env, attached.env);
        }
      }
      if (addAnalyzer(engine, folder.path)) env.PATH = `${folder.path}${delimiter}${process.env.PATH ?? ""}`;
      const workspace = await LocalWorkspace.create({
        workDir: state?.workDir ?? project.root,
        pulumiCommand: command,
        program,
        envVars: env,
        ...(state === undefined ? {} : { secretsProvider: "passphrase" }),
      });
      const stack = await openStack(name, workspace, target, engine);
      session = new Session(engine, command, stack, target, providers, folder, say);
      return session;
    } catch (error) {
      await providers?.stop();
      folder.remove();
      throw error;
    }
  }

  /** A folder for this session's own files. */
  get tools(): string {
    return this.folder.path;
  }

  /**
   * What the last update left, every secret as `[secret]`: the engine's own masking, which finds one at any depth. The Automation API's `outputs` marks a
   * secret only where it is a whole output.
   */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const { workDir, envVars } = this.stack.workspace;
    const args = ["stack", "output", "--json", "--stack", this.stack.name];
    const { stdout } = await this.command.run(args, workDir, envVars);
    const masked: Record<string, unknown> = JSON.parse(stdout);
    return masked;
  }

  async close(): Promise<void> {
    process.off("SIGINT", this.onSignal);
    process.off("SIGTERM", this.onSignal);
    this.restoreSdk();
    await this.providers?.stop();
    this.folder.remove();
  }

  /** After a failure: makes sure that {@link providerDeath} is known, if that was the cause. */
  async noticeDeaths(): Promise<void> {
    await this.providers?.noticeDeaths();
  }

  private interrupt(): void {
    const times = this.command.interrupt();
    const next = [
      "once more to stop at once, which may leave operations to be looked at",
      "once more to end the engine",
    ];
    this.say(times <= 2 ? `Stopping: what is under way is finished first. Press Ctrl-C ${next[times - 1]}.` : "Ended.");
  }

  private providerDied(name: string, how: string): void {
    this.providerDeath ??= `The simulated provider ${name} ${how}`;
    this.command.interrupt();
  }
}

async function openStack(name: string, workspace: LocalWorkspace, target: Target, engine: Engine): Promise<Stack> {
  try {
    return await Stack.select(name, workspace);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    const pulumi = engine.origin === "path" ? "pulumi" : engine.program;
    if (/no stack named/.test(error.stderr)) {
      if (target === "simulator") return Stack.create(name, workspace);
      throw new UsageError(
        [
          `The stack ${name} is not in this state backend yet. Create it once, with a KMS key for its secrets:`,
          `  ${pulumi} stack init ${name} --secrets-provider "awskms://alias/<your key>?region=<region>"`,
        ].join("\n"),
      );
    }
    if (/PULUMI_ACCESS_TOKEN|pulumi login|not logged in/i.test(error.stderr)) {
      throw new UsageError(
        `No state backend is chosen. Sign in once (${pulumi} login s3://<your state bucket>), or set PULUMI_BACKEND_URL.`,
      );
    }
    throw error;
  }
}
