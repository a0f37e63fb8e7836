import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** One resource that stands in the simulator's cloud. What AWS computes of it is not kept: the models answer that anew. */
export interface CloudResource {
  readonly type: string;
  readonly id: string;
  /** Empty for global services. */
  readonly region: string;
  /** Only where several resources share one id: the revisions of a task definition. */
  readonly arn?: string;
  /** As it was when the resource was created; an alias may have renamed it in the program since. */
  readonly urn: string;
  readonly logicalName: string;
  /** How many times the URN was created before. */
  readonly generation: number;
  /** Secrets stand as salted digests. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** True where something that Pulumi does not manage is inside, such as objects in a bucket: it refuses to be deleted. */
  readonly filled?: boolean;
}

/** Told of every change, those of other processes included, in order. */
export interface CloudObserver {
  readonly added: (key: string, resource: CloudResource) => void;
  readonly removed: (key: string, resource: CloudResource) => void;
}

/** Changes that are made together or not at all. Reads see what stood before. */
export interface Transaction {
  readonly put: (resource: CloudResource) => void;
  readonly remove: (key: string) => void;
  /** Takes the next generation of a URN. */
  readonly nextGeneration: (urn: string) => number;
}

type Change =
  | { readonly put: CloudResource }
  | { readonly remove: string }
  | { readonly generations: Readonly<Record<string, number>> };

const VERSION = 1;
/** A journal is rewritten when it has this many lines and most of them are history. */
const COMPACT_AT = 4000;
/** A transaction takes milliseconds: a lock this old is one whose holder can not release it. */
const STALE_MS = 10_000;
const WAIT_MS = 30_000;

/** The same for one resource in every process. An id alone would not do: some types of AWS's have ids that several resources share. */
export function keyOf({ type, region, id, urn, generation }: CloudResource): string {
  return `${type} ${region} ${id} ${urn}#${generation}`;
}

/**
 * The simulator's cloud: a journal in one file, one line a transaction, safe with several processes and when any of them is killed
 * at any moment. Every call first reads what others have appended.
 */
export class Cloud {
  private resources = new Map<string, CloudResource>();
  private generations = new Map<string, number>();
  private fd: number | undefined;
  private inode = 0;
  private offset = 0;
  private lines = 0;
  private salt: string | undefined;

  constructor(
    readonly file: string,
    private readonly observers: readonly CloudObserver[] = [],
  ) {
    mkdirSync(dirname(file), { recursive: true });
  }

  /** Everything that stands, in the order of creation. */
  all(): CloudResource[] {
    this.sync();
    return [...this.resources.values()];
  }

  get(key: string): CloudResource | undefined {
    this.sync();
    return this.resources.get(key);
  }

  /** What was created for a URN and still stands: none, one, or several after an interrupted replacement. */
  ofUrn(urn: string): CloudResource[] {
    return this.all().filter((resource) => resource.urn === urn);
  }

  /** Kept in the file: whoever can read the cloud can not tell from a digest what a short secret is in another one. */
  secretSalt(): string {
    this.sync();
    if (this.salt === undefined) this.transaction(() => undefined);
    return this.salt ?? "";
  }

  /** Runs `work` while no other process changes the cloud, and keeps its changes when it does not throw. */
  transaction<T>(work: (transaction: Transaction) => T): T {
    const release = acquire(`${this.file}.lock`);
    try {
      this.sync();
      this.repair();
      const changes: Change[] = [];
      const result = work({
        put: (resource) => changes.push({ put: resource }),
        remove: (key) => changes.push({ remove: key }),
        nextGeneration: (urn) => {
          const generation = this.generations.get(urn) ?? 0;
          changes.push({ generations: { [urn]: generation + 1 } });
          return generation;
        },
      });
      if (changes.length > 0) {
        this.append(changes);
        if (this.lines > COMPACT_AT && this.lines > 4 * this.resources.size) this.compact();
      }
      return result;
    } finally {
      release();
    }
  }

  /** Changes a resource behind the back of whoever manages it. */
  alter(key: string, change: (resource: CloudResource) => CloudResource | undefined): void {
    this.transaction(({ put, remove }) => {
      const found = this.resources.get(key);
      if (found === undefined) throw new Error(`${key} does not stand in ${this.file}.`);
      const changed = change(found);
      if (changed === undefined || keyOf(changed) !== key) remove(key);
      if (changed !== undefined) put(changed);
    });
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  /** Reads what others have appended since the last call; everything anew where the journal was rewritten. */
  sync(): void {
    const stat = statSync(this.file, { throwIfNoEntry: false });
    if (stat === undefined) {
      if (this.fd !== undefined) this.reset();
      return;
    }
    if (this.fd === undefined || stat.ino !== this.inode || stat.size < this.offset) {
      this.reset();
      this.fd = openSync(this.file, "r+");
      this.inode = stat.ino;
    }
    if (stat.size === this.offset) return;
    const bytes = Buffer.alloc(stat.size - this.offset);
    const read = readSync(this.fd, bytes, 0, bytes.length, this.offset);
    const whole = bytes.subarray(0, bytes.subarray(0, read).lastIndexOf(10) + 1);
    for (const line of whole.toString("utf8").split("\n")) if (line !== "") this.apply(line);
    this.offset += whole.length;
  }

  private reset(): void {
    this.close();
    for (const [key, resource] of this.resources) for (const { removed } of this.observers) removed(key, resource);
    this.resources = new Map();
    this.generations = new Map();
    this.offset = 0;
    this.lines = 0;
    this.salt = undefined;
  }

  /** Begins the journal, or cuts off the half line of a process that was killed while writing it. Only while holding the lock. */
  private repair(): void {
    if (this.fd === undefined) {
      this.fd = openSync(this.file, "a+");
      closeSync(this.fd);
      this.fd = openSync(this.file, "r+");
      this.inode = statSync(this.file).ino;
    }
    if (statSync(this.file).size > this.offset) ftruncateSync(this.fd, this.offset);
    if (this.offset === 0) this.write(`${header()}\n`);
  }

  private append(changes: readonly Change[]): void {
    this.write(`${JSON.stringify(changes)}\n`);
  }

  private write(line: string): void {
    if (this.fd === undefined) throw new Error(`${this.file} is not open.`);
    const bytes = Buffer.from(line);
    let written = 0;
    while (written < bytes.length) written += writeSync(this.fd, bytes, written, undefined, this.offset + written);
    this.offset += bytes.length;
    this.apply(line);
  }

  private apply(line: string): void {
    const entry = JSON.parse(line) as readonly Change[] | { readonly version: number; readonly salt: string };
    this.lines++;
    if (!isChanges(entry)) {
      if (entry.version !== VERSION) {
        throw new Error(`${this.file} was written by another version of the simulator (${entry.version}).`);
      }
      this.salt = entry.salt;
      return;
    }
    for (const change of entry) {
      if ("put" in change) this.set(keyOf(change.put), change.put);
      else if ("remove" in change) this.unset(change.remove);
      else for (const [urn, generation] of Object.entries(change.generations)) this.generations.set(urn, generation);
    }
  }

  private set(key: string, resource: CloudResource): void {
    const before = this.resources.get(key);
    if (before !== undefined) for (const { removed } of this.observers) removed(key, before);
    this.resources.set(key, resource);
    for (const { added } of this.observers) added(key, resource);
  }

  private unset(key: string): void {
    const before = this.resources.get(key);
    if (before === undefined) return;
    this.resources.delete(key);
    for (const { removed } of this.observers) removed(key, before);
  }

  /** Writes what stands aside and moves it into place; other processes notice by the file's inode. */
  private compact(): void {
    const changes: Change[] = [...this.resources.values()].map((put) => ({ put }));
    const lines = [
      header(this.salt),
      JSON.stringify([{ generations: Object.fromEntries(this.generations) }]),
      ...changes.map((change) => JSON.stringify([change])),
    ];
    const aside = `${this.file}.${process.pid}`;
    const fd = openSync(aside, "w");
    try {
      const bytes = Buffer.from(`${lines.join("\n")}\n`);
      let written = 0;
      while (written < bytes.length) written += writeSync(fd, bytes, written);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, this.file);
    this.sync();
  }
}

function isChanges(entry: readonly Change[] | { readonly version: number }): entry is readonly Change[] {
  return Array.isArray(entry);
}

function header(salt: string = randomBytes(16).toString("hex")): string {
  return JSON.stringify({ version: VERSION, salt });
}

/** Takes a lock file; returns how to release it. Takes it over from a holder that is dead. */
function acquire(lock: string): () => void {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      const fd = openSync(lock, "wx");
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    if (isStale(lock)) takeOver(lock);
    else if (Date.now() > deadline) throw new Error(`${lock} has been held for ${WAIT_MS / 1000} s.`);
    else sleep(1);
  }
}

/** Removes a dead holder's lock. Guarded, as the second of two that saw it dead would remove the first one's new lock. */
function takeOver(lock: string): void {
  const guard = `${lock}.takeover`;
  try {
    closeSync(openSync(guard, "wx"));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    if (ageOf(guard) > STALE_MS) rmSync(guard, { force: true });
    sleep(1);
    return;
  }
  try {
    if (isStale(lock)) rmSync(lock, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function isStale(lock: string): boolean {
  let holder: number;
  try {
    holder = Number(readFileSync(lock, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
  // Number("") is 0: the holder was between creating the file and writing its id.
  return (holder > 0 && !isAlive(holder)) || ageOf(lock) > STALE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function ageOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : undefined;
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
