import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import type { ResourceChange, Diagnostic } from "../../../cli/engine/update";
import type { Part } from "../../../cli/engine/standing";
import { Cloud } from "../../../simulator/cloud";
import { ROOT } from "../stack-file";

/** What `--json` prints. */
export interface Report {
  readonly succeeded: boolean;
  readonly failure?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly changes: readonly ResourceChange[];
  readonly diagnostics: readonly Diagnostic[];
  /** What stands where; absent where the update did not begin. */
  readonly parts?: readonly Part[];
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  /** As PALISADE_FAULTS. */
  readonly faults?: string;
  /** Module that exports the program; default: the repository's own stack. */
  readonly program?: string;
  /** Environment of the program. */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of resources that may be lost. */
  readonly allowLoss?: readonly string[];
  readonly json?: boolean;
  /** Look at what stands before a change. Default false: most tests change nothing behind the state's back. */
  readonly refresh?: boolean;
}

const RUNNER = join(__dirname, "run-stack.cjs");

/** A project folder with one stack, its state and its simulated cloud: a copy of it is a copy of everything that was deployed. */
export class EngineStack {
  private constructor(
    readonly folder: string,
    readonly name: string,
  ) {}

  /** A new folder with this repository's stack file, keys of its configuration changed. */
  static create(name: string, changes: Readonly<Record<string, unknown>> = {}): EngineStack {
    const stack = new EngineStack(mkdtempSync(join(tmpdir(), "palisade-stack-")), name);
    cpSync(join(ROOT, "Pulumi.yaml"), join(stack.folder, "Pulumi.yaml"));
    cpSync(join(ROOT, `Pulumi.${name}.yaml`), stack.file);
    stack.configure(changes);
    return stack;
  }

  /** A copy of the deployed stack, whose configuration is then changed. */
  copy(changes: Readonly<Record<string, unknown>> = {}): EngineStack {
    const copy = new EngineStack(mkdtempSync(join(tmpdir(), "palisade-stack-")), this.name);
    cpSync(this.folder, copy.folder, { recursive: true });
    copy.configure(changes);
    return copy;
  }

  private get file(): string {
    return join(this.folder, `Pulumi.${this.name}.yaml`);
  }

  get config(): Record<string, unknown> {
    const { config }: { config: Record<string, unknown> } = parse(readFileSync(this.file, "utf8"));
    return config;
  }

  /** What stands in the simulated cloud. */
  get cloud(): Cloud {
    return new Cloud(join(this.folder, ".palisade", "clouds", `${this.name}.json`));
  }

  configure(changes: Readonly<Record<string, unknown>>): void {
    writeFileSync(this.file, stringify({ config: { ...this.config, ...changes } }));
  }

  async run(operation: "preview" | "up" | "destroy" | "refresh", options: RunOptions = {}): Promise<Report> {
    const text = await this.print(operation, { ...options, json: true });
    assert.ok(text.startsWith("{"), text);
    const report: Report = JSON.parse(text);
    return report;
  }

  /** The report as a terminal shows it. */
  async print(
    operation: string,
    { faults = "", env = {}, json = false, refresh = false, ...more }: RunOptions = {},
  ): Promise<string> {
    const request = JSON.stringify({ operation, stack: this.name, cwd: this.folder, json, refresh, ...more });
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [RUNNER, request], {
      maxBuffer: 2 ** 28,
      env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", PALISADE_FAULTS: faults, ...env },
    }).catch((failed: { code: number; stdout: string; stderr: string }) => {
      assert.equal(failed.code, 1, failed.stderr);
      return failed;
    });
    assert.ok(stdout !== "", stderr);
    return stdout;
  }

  /** Writes a file of the folder. */
  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
