import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NAME = /^palisade-session-(\d+)-/;

/**
 * A folder for what one session writes on the way: policy packs, the engine's event log, whatever a child process calls temporary. As long as it stands,
 * it is the temporary folder of this process and of those that it starts.
 */
export class SessionFolder {
  readonly path: string;
  private readonly before = process.env.TMPDIR;

  constructor() {
    const parent = tmpdir();
    removeAbandoned(parent);
    this.path = mkdtempSync(join(parent, `palisade-session-${process.pid}-`));
    process.env.TMPDIR = this.path;
  }

  remove(): void {
    if (this.before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = this.before;
    try {
      // What an engine that was killed has started may still write into it for a moment.
      rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    } catch {
      // Then the next session removes it: whose process id is gone is abandoned.
    }
  }
}

/** What a session leaves that was killed: the next one removes it. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (!(pid > 0) || isAlive(pid)) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's, or another session removes it at this moment.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && Reflect.get(error, "code") === "EPERM";
  }
}
