import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Runs `work` while holding a lock file. Whoever finds it held waits until it is free; a lock whose process on this machine is gone is
 * taken over.
 * @param waiting called once, before the wait.
 */
export async function withLock<T>(file: string, waiting: (holder: string) => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !take(file); told = true) {
    const holder = holderOf(file);
    if (holder !== undefined && isGone(holder)) rmSync(file, { force: true });
    else {
      if (!told) waiting(holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`);
      await sleep(500);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  const holder: Holder = { pid: process.pid, host: hostname() };
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Undefined when the file is gone or is just being written. */
function holderOf(file: string): Holder | undefined {
  try {
    const { pid, host }: Partial<Holder> = JSON.parse(readFileSync(file, "utf8"));
    return typeof pid === "number" && typeof host === "string" ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}

/** True for a process of this machine that has ended. */
export function isGone({ pid, host }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
