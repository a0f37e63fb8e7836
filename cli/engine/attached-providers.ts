import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { CHECKOUT } from "../checkout";

/** Packages that the simulator answers for. */
export const SIMULATED_PACKAGES = ["aws", "awsx", "docker-build", "kubernetes", "random"] as const;

const PROVIDER = join(CHECKOUT, "dist", "simulator", "provider", "main.js");
const START_SECONDS = 30;
const STOP_SECONDS = 10;

/** How a provider process is started; tests attach a smaller one. */
export interface ProviderProgram {
  readonly file: string;
  readonly nodeArgs?: readonly string[];
  readonly packages: readonly string[];
}

export const SIMULATOR: ProviderProgram = { file: PROVIDER, packages: SIMULATED_PACKAGES };

/** Provider processes that the engine is told to use instead of plugins of its own. */
export class AttachedProviders {
  private readonly children = new Map<string, ChildProcess>();
  private readonly ports = new Map<string, number>();
  private stopping = false;

  private constructor(private readonly died: (name: string, how: string) => void) {}

  /**
   * Starts one process for each package.
   * @param died called when a provider ends before {@link stop}: the engine would wait for it or fail without saying why.
   */
  static async start(
    program: ProviderProgram,
    cloudFile: string,
    died: (name: string, how: string) => void,
  ): Promise<{ providers: AttachedProviders; env: Record<string, string> }> {
    if (!existsSync(program.file)) throw new Error(`The simulator's provider is missing: ${program.file}`);
    const providers = new AttachedProviders(died);
    try {
      const ports = await Promise.all(
        program.packages.map(async (name) => `${name}:${await providers.launch(program, name, cloudFile)}`),
      );
      return { providers, env: { PULUMI_DEBUG_PROVIDERS: ports.join(",") } };
    } catch (error) {
      await providers.stop();
      throw error;
    }
  }

  /** Returns once `died` was called for whatever has ended: the engine finds its provider gone before this process is told. */
  async noticeDeaths(): Promise<void> {
    await Promise.all(
      [...this.children].map(async ([name, child]) => {
        const port = this.ports.get(name);
        if (hasEnded(child) || port === undefined || (await accepts(port))) return;
        await Promise.race([once(child, "exit"), sleep(STOP_SECONDS * 1000, undefined, { ref: false })]);
      }),
    );
  }

  /** Ends them; returns once all are gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.children.values()].map(end));
  }

  private launch(program: ProviderProgram, name: string, cloudFile: string): Promise<string> {
    const args = [...(program.nodeArgs ?? []), program.file, "--cloud", cloudFile, "--package", name];
    // A group of its own, so that Ctrl-C leaves it serving while the engine finishes. It ends when its standard input closes: with palisade, at the latest.
    const child = spawn(process.execPath, args, { detached: true, stdio: ["pipe", "pipe", "pipe"] });
    this.children.set(name, child);
    child.stdin.on("error", () => undefined);
    const tail: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      tail.push(line);
      if (tail.length > 10) tail.shift();
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`The simulated provider ${name} did not start within ${START_SECONDS} s.`)),
        START_SECONDS * 1000,
      );
      let started = false;
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (started || !/^\d+$/.test(line.trim())) return;
        started = true;
        clearTimeout(timer);
        this.ports.set(name, Number(line));
        resolve(line.trim());
      });
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        clearTimeout(timer);
        if (this.stopping) return;
        const how = [signal === null ? `ended with code ${code ?? 0}` : `was ended by ${signal}`, ...tail].join("\n  ");
        if (started) this.died(name, how);
        else reject(new Error(`The simulated provider ${name} ${how}`));
      });
    });
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS * 1000);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin?.end();
    child.kill("SIGTERM");
  });
}
