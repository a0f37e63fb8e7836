import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireEngine } from "../../support/engine/engine";
import { ROOT } from "../../support/stack-file";

interface Report {
  readonly succeeded: boolean;
  readonly failure?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly changes: readonly { readonly urn: string; readonly change: string; readonly state: string }[];
  readonly violations: readonly { readonly rule: string; readonly mandatory: boolean; readonly message: string }[];
  readonly diagnostics: readonly { readonly severity: string; readonly message: string }[];
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

describe("the engine's commands, with a small program and provider", function () {
  this.timeout(300_000);
  let folder: string;
  before(requireEngine);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-engine-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: small\nruntime: nodejs\n");
    writeFileSync(join(folder, "Pulumi.one.yaml"), "config:\n  aws:region: eu-west-1\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const state = () => join(folder, ".palisade");
  const cloudFile = () => join(state(), "clouds", "one.json");
  const cloud = (): Record<string, unknown> => JSON.parse(readFileSync(cloudFile(), "utf8"));

  /** The provider has been asked for something that it will not answer yet. */
  async function providerWaits(): Promise<void> {
    while (!existsSync(`${cloudFile()}.waits`)) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  function operate(
    operation: string,
    {
      stub = "",
      interrupt = false,
      ...more
    }: { stub?: string; wrong?: string; startSeconds?: number; interrupt?: boolean } = {},
  ): Promise<Outcome> {
    const started = Date.now();
    const request = JSON.stringify({ operation, cwd: folder, ...more });
    const child = spawn(process.execPath, [join(ROOT, "tests", "support", "engine", "operate.cjs"), request], {
      env: { ...process.env, STUB: stub, NODE_OPTIONS: "", NO_COLOR: "1" },
    });
    const outcome = { stdout: "", stderr: "" };
    child.stdout.on("data", (data: Buffer) => (outcome.stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (outcome.stderr += data.toString()));
    // The provider never answers: the first two requests to stop leave the engine waiting for it, the third ends it.
    if (interrupt) {
      void providerWaits().then(() => {
        for (const delay of [0, 1000, 2000]) setTimeout(() => child.kill("SIGINT"), delay);
      });
    }
    return new Promise((resolve) => {
      child.on("close", (code) => resolve({ ...outcome, code, seconds: (Date.now() - started) / 1000 }));
    });
  }

  function report({ stdout, stderr }: Outcome): Report {
    assert.doesNotMatch(stdout + stderr, /^\s+at .+:\d+/m, "no stack trace for users");
    assert.ok(stdout.startsWith("{"), `${stdout}${stderr}`);
    const parsed: Report = JSON.parse(stdout);
    return parsed;
  }

  it("previews, creates, finds nothing to do the second time, prints outputs, destroys", async () => {
    const preview = report(await operate("preview"));
    assert.deepEqual(preview.counts, { create: 1 }, JSON.stringify(preview));

    const up = await operate("up");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.deepEqual(report(up).counts, { create: 1 });
    assert.deepEqual(report(up).outputs, { id: "id-0", deep: { list: [1, 2] }, password: "[secret]" });
    assert.equal(Object.keys(cloud()).length, 1);

    const again = report(await operate("up"));
    assert.deepEqual([again.succeeded, again.counts, again.changes], [true, { same: 1 }, []]);

    const outputs = await operate("outputs");
    assert.equal(outputs.code, 0, outputs.stderr);
    assert.deepEqual(JSON.parse(outputs.stdout), { id: "id-0", deep: { list: [1, 2] }, password: "[secret]" });

    const destroy = report(await operate("destroy"));
    assert.deepEqual(destroy.counts, { delete: 1 });
    assert.deepEqual(cloud(), {});
  });

  it("keeps secrets out of the state, its passphrase to the user, and the user's stack file as it was", async () => {
    const before = readFileSync(join(folder, "Pulumi.one.yaml"), "utf8");
    assert.equal((await operate("up")).code, 0);
    assert.equal(statSync(join(state(), "passphrase")).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(folder, "Pulumi.one.yaml"), "utf8"), before);
    const checkpoint = readFileSync(join(state(), "state", ".pulumi", "stacks", "small", "one.json"), "utf8");
    assert.ok(checkpoint.includes("id-0"), "this is the state");
    assert.ok(!checkpoint.includes("correct-horse-battery"));
  });

  it("stops before anything changes when a mandatory rule is violated, with the rule's own message", async () => {
    const up = await operate("up", { wrong: "violates" });
    const { violations, changes } = report(up);
    assert.equal(up.code, 1);
    const violation = violations.find(({ rule }) => rule === "sns-tls-only");
    assert.ok(violation?.mandatory);
    assert.match(violation.message, /No policy statement denies plain HTTP/);
    assert.ok(changes.every(({ state: reached }) => reached === "planned"));
    assert.throws(cloud, /ENOENT/, "the provider has created nothing");
  });

  it("reports what AWS refuses, and goes on from there the next time", async () => {
    const failed = await operate("up", { stub: "fail" });
    assert.equal(failed.code, 1);
    const { changes, diagnostics } = report(failed);
    assert.ok(changes.some(({ state: reached }) => reached === "failed"));
    assert.ok(diagnostics.some(({ message }) => message.includes("InsufficientCapacity")));
    assert.equal((await operate("up")).code, 0);
    assert.equal(Object.keys(cloud()).length, 1);
  });

  it("says that the provider died", async () => {
    const outcome = await operate("up", { stub: "die" });
    assert.equal(outcome.code, 1, outcome.stderr);
    assert.match(report(outcome).failure ?? "", /simulated provider aws ended with code 3/);
  });

  it("ends an engine whose provider never answers", async () => {
    const outcome = await operate("preview", { stub: "hang", startSeconds: 10 });
    assert.equal(outcome.code, 1);
    assert.match(
      report(outcome).failure ?? "",
      /reached no resource within 10 s: a provider or a policy pack does not answer/,
    );
    assert.ok(outcome.seconds < 60, `${outcome.seconds} s`);
  });

  it("stops on Ctrl-C and says so", async () => {
    const outcome = await operate("preview", { stub: "hang", interrupt: true });
    assert.equal(outcome.code, 1, outcome.stdout + outcome.stderr);
    assert.match(outcome.stderr, /Stopping: what is under way is finished first/);
  });

  it("refuses a second update at the same time, and the first one's result is whole", async () => {
    const slow = operate("up", { stub: "slow" });
    await providerWaits();
    const second = await operate("up");
    writeFileSync(`${cloudFile()}.go`, "");
    const first = await slow;
    assert.equal(second.code, 1, second.stdout);
    assert.match(report(second).failure ?? "", /Another update of this stack is under way; this one changed nothing/);
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.deepEqual([report(first).counts, report(first).outputs?.id], [{ create: 1 }, "id-0"]);
    assert.equal(Object.keys(cloud()).length, 1);
    const third = report(await operate("up"));
    assert.deepEqual([third.succeeded, third.counts], [true, { same: 1 }]);
  });

  it("shows a broken program's error without a stack trace", async () => {
    const outcome = await operate("preview", { wrong: "throws" });
    assert.equal(outcome.code, 1);
    assert.ok(report(outcome).diagnostics.some(({ message }) => message.includes("the program is broken")));
  });

  it("refuses to destroy what is protected, by name, before anything is deleted", async () => {
    assert.equal((await operate("up", { wrong: "protects" })).code, 0);
    const outcome = await operate("destroy");
    assert.equal(outcome.code, 1, outcome.stdout);
    assert.match(
      report(outcome).failure ?? "",
      /1 resources are protected\. Nothing was deleted:\n {2}ssm\.PatchGroup group\n/,
    );
    assert.equal(Object.keys(cloud()).length, 1);
  });

  it("has no outputs before the first update", async () => {
    const outcome = await operate("outputs");
    assert.equal(outcome.code, 2, outcome.stderr);
    assert.match(outcome.stderr, /has no outputs: it was not deployed, or was destroyed/);
  });
});
