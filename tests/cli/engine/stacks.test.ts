import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findEngine } from "../../../cli/engine/find";
import { SimulatorState } from "../../../cli/engine/simulator-state";
import { findProject } from "../../../cli/project";
import type { Recording } from "../../../simulator";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack } from "../../support/engine/engine-stack";
import { findSecrets } from "../../support/engine/find-secrets";
import { recordStack } from "../../support/record-stack";
import { ROOT } from "../../support/stack-file";
import { SECRET_PLACEHOLDER } from "../../../cli/project";

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stack of this repository, driven by the command line as a user does. */
class UserStack {
  readonly stack: EngineStack;
  /** Where the commands put what is temporary. */
  readonly temporary: string;

  constructor(readonly name: string) {
    this.stack = EngineStack.create(name);
    this.temporary = mkdtempSync(join(tmpdir(), "palisade-temporary-"));
  }

  async palisade(...args: string[]): Promise<Outcome> {
    const command = [join(ROOT, "bin", "palisade.mjs"), ...args, this.name, "--cwd", this.stack.folder];
    const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", TMPDIR: this.temporary };
    return promisify(execFile)(process.execPath, command, { env, maxBuffer: 2 ** 28 }).then(
      (done) => ({ ...done, code: 0 }),
      (failed: Outcome) => failed,
    );
  }

  /** Every secret of the state, by the resource that has it. */
  async secrets(): Promise<Record<string, string>> {
    const { env, workDir } = new SimulatorState(findProject(this.stack.folder));
    const { program } = await findEngine();
    const args = ["stack", "export", "--show-secrets", "--stack", this.name, "--non-interactive"];
    const text = execFileSync(program, args, {
      cwd: workDir,
      env: { ...process.env, ...env },
      maxBuffer: 2 ** 28,
      encoding: "utf8",
    });
    const { resources }: { resources: { urn: string; inputs: unknown; outputs: unknown }[] } =
      JSON.parse(text).deployment;
    return Object.fromEntries(
      resources.flatMap(({ urn, inputs, outputs }) =>
        plaintexts([inputs, outputs]).map((plain, index) => [`${urn.split("::").at(-1)} #${index}`, plain] as const),
      ),
    );
  }

  remove(): void {
    this.stack.remove();
    rmSync(this.temporary, { recursive: true, force: true });
  }
}

/** The values of an export's secrets. */
function plaintexts(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const text: unknown = Reflect.get(value, "plaintext");
  if (typeof text === "string") return strings(JSON.parse(text));
  return Object.values(value).flatMap(plaintexts);
}

/** Texts long enough to be a secret by themselves. */
function strings(value: unknown): string[] {
  if (value === SECRET_PLACEHOLDER) return [];
  if (typeof value === "string") return value.length >= 8 ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** Stacks that may be destroyed; production keeps what holds data. */
const DEVELOPMENT = ["dev", "ui-service-dev"];

// One stack of each system is enough, as an engine takes minutes: book lending's is in tests/stacks/book-lending/live-colour.test.ts, those of the credit
// score and of rewards in their engine.test.ts. Production's resources meet the simulator, without the engine, in tests/simulator/provider/stacks.test.ts.
for (const name of [...DEVELOPMENT, "prod"]) {
  describe(`palisade up ${name} --target simulator`, function () {
    this.timeout(30 * 60_000);
    const user = new UserStack(name);
    let recording: Recording;
    let first: Outcome;

    before(requireEngine);
    before(async () => {
      mkdirSync(user.temporary, { recursive: true });
      recording = await recordStack(name);
      first = await user.palisade("up", "--target", "simulator");
    });
    after(() => user.remove());

    const expected = () => recording.resources.filter(({ custom, read }) => custom && !read);

    it("creates every resource and ends with the outputs", () => {
      assert.equal(first.code, 0, first.stdout + first.stderr);
      assert.match(first.stdout, new RegExp(`Result: done, ${expected().length} created`));
      for (const output of Object.keys(recording.outputs)) assert.match(first.stdout, new RegExp(`^  ${output}:`, "m"));
      const inCloud = expected().filter(({ type }) => type.startsWith("aws:"));
      assert.deepEqual(
        user.stack.cloud
          .all()
          .map(({ urn }) => urn)
          .sort(),
        inCloud.map(({ urn }) => urn).sort(),
      );
    });

    it("finds nothing to do the second time, and touches nothing", async () => {
      const before = user.stack.cloud.all();
      const { succeeded, counts, changes } = await user.stack.run("up");
      assert.deepEqual([succeeded, changes], [true, []]);
      assert.deepEqual(Object.keys(counts), ["same"]);
      assert.deepEqual(user.stack.cloud.all(), before);
    });

    if (name === "dev") {
      it("is the same program to plain pulumi", async () => {
        const request = { folder: user.stack.folder, stack: name, args: ["preview", "--json"] };
        const runner = join(ROOT, "tests", "support", "engine", "plain-pulumi.cjs");
        const { stdout } = await promisify(execFile)(process.execPath, [runner, JSON.stringify(request)], {
          env: { ...process.env, NODE_OPTIONS: "" },
          maxBuffer: 2 ** 28,
        });
        const { changeSummary }: { changeSummary: Record<string, number> } = JSON.parse(stdout);
        assert.deepEqual(Object.keys(changeSummary), ["same"]);
        assert.ok((changeSummary.same ?? 0) > expected().length);
      });
    }

    it("prints the outputs again", async () => {
      const { code, stdout, stderr } = await user.palisade("outputs", "--target", "simulator", "--json");
      assert.equal(code, 0, stderr);
      assert.deepEqual(Object.keys(JSON.parse(stdout)).sort(), Object.keys(recording.outputs).sort());
    });

    it("leaves no secret in plain text: state, history, cloud, temporary files, what was printed", async () => {
      const secrets = await user.secrets();
      assert.ok(Object.keys(secrets).length >= 3, "the stack has secrets");
      const { stdout, stderr } = await user.palisade("preview", "--target", "simulator", "--json");
      const texts = { "up's output": first.stdout, "up's progress": first.stderr, preview: stdout + stderr };
      assert.deepEqual(findSecrets(secrets, texts, user.stack.folder, user.temporary), []);
    });

    it("leaves no temporary file", () => assert.deepEqual(readdirSync(user.temporary), []));

    if (DEVELOPMENT.includes(name)) {
      it("destroys all of it", async () => {
        const { code, stdout, stderr } = await user.palisade("destroy", "--target", "simulator");
        assert.equal(code, 0, stdout + stderr);
        assert.match(stdout, new RegExp(`Result: done, ${expected().length} deleted`));
        assert.deepEqual(user.stack.cloud.all(), []);
      });
    } else {
      it("refuses to destroy it, and names every protected resource", async () => {
        const before = user.stack.cloud.all();
        const { code, stdout } = await user.palisade("destroy", "--target", "simulator");
        assert.equal(code, 1, stdout);
        const protectedNames = recording.resources.filter(({ protect }) => protect).map((resource) => resource.name);
        assert.ok(protectedNames.length > 0);
        const named = [...stdout.matchAll(/^ {4}\S+ (\S+)$/gm)].map(([, one]) => one);
        assert.deepEqual(named.sort(), protectedNames.sort());
        assert.deepEqual(user.stack.cloud.all(), before);
      });
    }
  });
}
