import { type ChildProcess, spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import type { Engine } from "./find";

/** What one call of the engine printed. */
interface EngineOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A call of the engine that failed. Its stderr is for the caller to read: the engine's events usually tell it better. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";

  constructor(
    message: string,
    readonly stderr: string,
    /** Why palisade ended the call, when it did. */
    readonly ended: EndReason | undefined,
    /** What ended the engine's process, when a signal did. */
    readonly signal?: NodeJS.Signals,
  ) {
    super(message);
  }
}

export type EndReason = "silent" | "time-limit" | "interrupted";

/** How long the engine may take. */
export interface EngineLimits {
  /** A whole update, in minutes. */
  readonly minutes: number;
  /** From the start of an update to its first resource: what a provider or policy pack that never answers runs into. */
  readonly startSeconds: number;
}

/** After the first signal the engine finishes what is under way and writes its state. */
const GRACE_SECONDS = 60;
const SHORT_CALL_MINUTES = 5;

/**
 * The engine's command for the Automation API, which offers no time limit and no way to end a process that does not react: this one runs the
 * engine in a process group of its own, asks it to stop (a second time for at once), and then ends the group.
 */
export class EngineCommand {
  readonly command: string;
  private running: ChildProcess | undefined;
  private signals = 0;
  private ended: EndReason | undefined;
  private silence: NodeJS.Timeout | undefined;

  constructor(
    engine: Engine,
    readonly version: PulumiCommand["version"],
    private readonly limits: EngineLimits,
  ) {
    this.command = engine.program;
  }

  /** Called by the Automation API for every call of the engine. */
  run(
    args: readonly string[],
    cwd: string,
    additionalEnv: Readonly<Record<string, string>>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
  ): Promise<EngineOutput> {
    const isUpdate = args.some((arg) => arg.startsWith("--event-log"));
    // Plugins that come with an installation lie beside the engine's program.
    const path = additionalEnv.PATH ?? process.env.PATH ?? "";
    const child = spawn(this.command, [...args, "--non-interactive"], {
      cwd,
      env: {
        // The engine's memory is small beside what it throws away with every write of the state.
        GOGC: "400",
        ...process.env,
        ...additionalEnv,
        PATH: `${path}${delimiter}${dirname(this.command)}`,
        PULUMI_AUTOMATION_API: "true",
        // Would write every message between engine and providers into a file, secrets in plain text.
        PULUMI_DEBUG_GRPC: undefined,
      },
      // A group of its own: Ctrl-C reaches palisade only, which passes it on once.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.running = child;
    this.signals = 0;
    this.ended = undefined;
    const minutes = isUpdate ? this.limits.minutes : SHORT_CALL_MINUTES;
    const limit = setTimeout(() => this.end("time-limit"), minutes * 60_000);
    if (isUpdate) this.silence = setTimeout(() => this.end("silent"), this.limits.startSeconds * 1000);

    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onError?.(text);
    });
    return new Promise<EngineOutput>((resolve, reject) => {
      child.on("error", (error) => reject(new EngineFailure(error.message, stderr, this.ended)));
      child.on("close", (code, signal) => {
        if (code === 0) resolve({ stdout, stderr, code });
        else {
          const how = signal === null ? `ended with code ${code ?? "none"}` : `was ended by ${signal}`;
          reject(new EngineFailure(`pulumi ${args[0] ?? ""} ${how}`, stderr, this.ended, signal ?? undefined));
        }
      });
    }).finally(() => {
      clearTimeout(limit);
      this.heard();
      this.running = undefined;
    });
  }

  /** The engine has got as far as a resource: from here only the whole update's limit counts. */
  heard(): void {
    clearTimeout(this.silence);
    this.silence = undefined;
  }

  /** Once: finish what is under way. Twice: stop at once. Three times: end the process. Returns how often it was asked. */
  interrupt(): number {
    this.ended ??= "interrupted";
    return this.signal();
  }

  /** Ends the engine's process group at once, as a machine that fails would. */
  kill(): void {
    this.signals = 2;
    this.signal();
  }

  private end(reason: EndReason): void {
    this.ended ??= reason;
    const child = this.running;
    // One that has not even started has nothing to finish.
    const grace = reason === "silent" ? 5 : GRACE_SECONDS;
    for (const seconds of [0, grace, grace + 10]) {
      setTimeout(() => {
        if (this.running === child) this.signal();
      }, seconds * 1000).unref();
    }
  }

  private signal(): number {
    this.signals += 1;
    const pid = this.running?.pid;
    if (pid === undefined) return this.signals;
    try {
      if (this.signals <= 2) process.kill(pid, "SIGINT");
      else process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended by itself meanwhile.
    }
    return this.signals;
  }
}
