import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isGone } from "./lock";
import type { Session } from "./session";

/** A resource as the engine's state holds it. What is not named here stays as it is. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  /** True for what was replaced and is still to be deleted. */
  readonly delete?: boolean;
}

/** What the engine had begun, and not ended when it was killed. */
export interface PendingOperation {
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
  readonly resource: StateResource;
}

export interface Deployment {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly PendingOperation[];
}

export interface State {
  readonly version: number;
  readonly deployment: Deployment;
}

/** The state as it stands, its secrets encrypted: the Automation API's own way opens them. */
export async function exportState(session: Session): Promise<State> {
  const { stdout } = await call(session, ["stack", "export"]);
  const state: State = JSON.parse(stdout);
  return state;
}

/** Puts a state in the place of the one that stands. The engine drops all pending operations with it. */
export async function importState(session: Session, state: State): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "palisade-state-"));
  try {
    const file = join(folder, "state.json");
    writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    await call(session, ["stack", "import", "--file", file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether somebody holds the stack's lock who has not gone. Known only of a backend that is a folder; of another one the engine tells when it takes the
 * lock itself.
 */
export function isHeld({ stack }: Session, project: string): boolean {
  const url = stack.workspace.envVars?.PULUMI_BACKEND_URL ?? process.env.PULUMI_BACKEND_URL;
  if (url === undefined || !url.startsWith("file://")) return false;
  const folder = join(fileURLToPath(url), ".pulumi", "locks", "organization", project, stack.name);
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((file) => {
    try {
      const { pid, hostname } = JSON.parse(readFileSync(join(folder, file), "utf8"));
      return !isGone({ pid: Number(pid), host: String(hostname) });
    } catch {
      // It went while it was looked at.
      return false;
    }
  });
}

/** Takes every lock away from the stack, whoever holds it. */
export async function breakLocks(session: Session): Promise<void> {
  await call(session, ["cancel", "--yes"]);
}

function call({ command, stack }: Session, args: readonly string[]): Promise<{ readonly stdout: string }> {
  const { workDir, envVars } = stack.workspace;
  return command.run([...args, "--stack", stack.name], workDir, envVars);
}
