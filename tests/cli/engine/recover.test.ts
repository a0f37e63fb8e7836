import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settlement } from "../../../cli/engine/pending";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack } from "../../support/engine/engine-stack";

const SUPPORT = join(__dirname, "..", "..", "support", "engine");
const PROGRAM = join(SUPPORT, "programs", "mail.cjs");

interface Recovered {
  readonly locks: readonly string[];
  readonly settlements: readonly Settlement[];
}

describe("palisade recover, in Pulumi's own engine", function () {
  this.timeout(300_000);
  let stack: EngineStack;
  const running: ChildProcess[] = [];

  before(requireEngine);
  beforeEach(() => (stack = EngineStack.create("dev")));
  afterEach(() => {
    for (const child of running) child.kill("SIGKILL");
    running.length = 0;
    stack.remove();
  });

  /** Any command, whatever it ends with. */
  async function run(operation: string, { faults = "", ...more }: { faults?: string; force?: boolean } = {}) {
    const request = JSON.stringify({ operation, stack: "dev", cwd: stack.folder, program: PROGRAM, ...more });
    const child = spawn(process.execPath, [join(SUPPORT, "run-stack.cjs"), request], {
      env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", PALISADE_FAULTS: faults },
    });
    running.push(child);
    const outcome = { stdout: "", stderr: "" };
    child.stdout.on("data", (data: Buffer) => (outcome.stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (outcome.stderr += data.toString()));
    const [code]: (number | null)[] = await once(child, "close");
    return { ...outcome, code };
  }
  const up = () => stack.run("up", { program: PROGRAM });
  const recover = async (): Promise<Recovered> => {
    const { stdout, stderr, code } = await run("recover");
    assert.equal(code, 0, stderr);
    const recovered: Recovered = JSON.parse(stdout);
    return recovered;
  };
  const standing = () =>
    stack.cloud
      .all()
      .map(({ logicalName, generation }) => `${logicalName} ${generation}`)
      .sort();
  const ALL = ["logs 0", "mail 0", "orders 0", "orders-to-mail 0"];

  /** The process of the engine that holds the stack's lock, once the cloud has `resource`. */
  async function engineAfter(resource: string): Promise<number> {
    const locks = join(stack.folder, ".palisade", "state", ".pulumi", "locks", "organization", "palisade", "dev");
    for (const started = Date.now(); Date.now() - started < 120_000; await sleep(50)) {
      const file = existsSync(locks) ? readdirSync(locks).find((name) => name.endsWith(".json")) : undefined;
      if (file === undefined || !stack.cloud.all().some(({ logicalName }) => logicalName === resource)) continue;
      const { pid }: { pid: number } = JSON.parse(readFileSync(join(locks, file), "utf8"));
      return pid;
    }
    throw new Error(`${resource} was not created within two minutes.`);
  }

  it("breaks the lock of a killed engine and drops what it had only begun; not of one that lives", async () => {
    const hanging = run("up", { faults: "hang:create:mail" });
    const engine = await engineAfter("logs");
    await sleep(500);

    const early = await run("recover");
    assert.equal(early.code, 2, early.stdout);
    assert.match(early.stderr, new RegExp(`The stack is locked\\. Nothing was changed:\n  process ${engine} of `));
    assert.match(early.stderr, /palisade recover dev --force/);

    process.kill(-engine, "SIGKILL");
    const killed = await hanging;
    assert.equal(killed.code, 1);
    assert.match(
      killed.stdout,
      /The engine was killed\.\\nWhat was under way may stand.*palisade recover dev --target simulator/,
    );

    const refused = await up();
    assert.match(refused.failure ?? "", /interrupted while it created a resource\. Nothing was changed/);
    assert.match(refused.failure ?? "", /sqs\.Queue mail\nSettle it: palisade recover dev --target simulator/);

    const { locks, settlements } = await recover();
    assert.equal(locks.length, 1);
    assert.match(locks[0] ?? "", new RegExp(`^process ${engine} of `));
    assert.deepEqual(
      settlements.map(({ name, what, outcome }) => [name, what, outcome]),
      [["mail", "creating", "dropped"]],
    );
    assert.deepEqual((await up()).counts, { same: 2, create: 2 });
    assert.deepEqual(standing(), ALL);
  });

  for (const [name, what] of [
    ["mail", "whose name is taken"],
    ["orders-to-mail", "which would be made twice"],
    ["logs", "which Pulumi has named"],
  ] as const) {
    it(`takes in what a dead provider has made and the state does not know: ${name}, ${what}`, async () => {
      const died = await run("up", { faults: `die-after:create:${name}` });
      assert.equal(died.code, 1);
      assert.match(died.stdout, /was ended by SIGKILL.*palisade recover dev --target simulator/);
      const physical = stack.cloud.all().find(({ logicalName }) => logicalName === name);

      const refused = await up();
      assert.match(refused.failure ?? "", new RegExp(`${name}, which stands and is not in the state`));
      assert.equal((await stack.run("destroy")).succeeded, false, "nor is anything deleted around it");

      const { settlements } = await recover();
      // What was created at the same moment may be lost to the state as well.
      assert.ok(settlements.every(({ outcome }) => outcome === "adopted"));
      assert.equal(settlements.find((one) => one.name === name)?.id, physical?.id);
      const { counts, failure } = await up();
      assert.equal(failure, undefined);
      assert.equal((counts.replace ?? 0) + (counts.delete ?? 0), 0);
      assert.deepEqual(standing(), ALL);
      assert.deepEqual((await recover()).settlements, [], "nothing is left to settle");
    });
  }

  it("takes in an orphan well enough for destroy to delete it in the right order", async () => {
    assert.equal((await run("up", { faults: "die-after:create:mail" })).code, 1);
    await recover();
    assert.equal((await stack.run("destroy")).failure, undefined);
    assert.deepEqual(standing(), []);
  });
});
