import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { findEngine } from "../../../cli/engine/find";
import { requireEngine } from "../../support/engine/engine";
import { findSecrets } from "../../support/engine/find-secrets";

/** Every place where a secret enters, and its value. */
const PLANTED = {
  configured: "planted-configuration-7c1b94",
  nested: 'planted-"nested"-e2f08d',
  apiKey: "plantedClientApiKey5a9d3e",
  environment: "planted-environment-b83c6f",
  master: "planted-master-0d47ae",
  output: "planted-output-96f1c2",
  short: "pl-4f8e",
};

describe("secrets in the engine", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "palisade-secrets-"));
  const temporary = join(folder, "tmp");
  const project = join(folder, "project");
  const cloud = join(folder, "cloud.json");
  /** What was printed, by the operation that printed it. */
  const printed: Record<string, string> = {};
  let env: NodeJS.ProcessEnv;
  let generated: string;

  before(requireEngine);
  before(async () => {
    for (const name of [temporary, project, join(folder, "state"), join(folder, "home")]) mkdirSync(name);
    env = {
      ...process.env,
      NODE_OPTIONS: "",
      NO_COLOR: "1",
      TMPDIR: temporary,
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: "for tests",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    writeFileSync(join(project, "Pulumi.yaml"), "name: small\nruntime: nodejs\n");
    const { program } = await findEngine();
    const pulumi = (...args: string[]) =>
      execFileSync(program, [...args, "--non-interactive"], { cwd: project, env, encoding: "utf8" });
    pulumi("stack", "init", "one");
    pulumi("config", "set", "aws:region", "eu-west-1");
    pulumi("config", "set", "--secret", "token", PLANTED.configured);

    await run("up");
    const { deployment } = JSON.parse(pulumi("stack", "export", "--show-secrets"));
    const password = deployment.resources.find(({ type }: { type: string }) => type.endsWith("RandomPassword"));
    generated = JSON.parse(password.outputs.result.plaintext);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function run(operation: string, more: { refused?: boolean; json?: boolean } = {}): Promise<number> {
    const request = JSON.stringify({ operation, cwd: project, cloud, secrets: PLANTED, ...more });
    const runner = join(__dirname, "..", "..", "support", "engine", "planted.cjs");
    const outcome = await promisify(execFile)(process.execPath, [runner, request], { env, maxBuffer: 2 ** 28 }).then(
      (done) => ({ ...done, code: 0 }),
      (failed: { stdout: string; stderr: string; code: number }) => failed,
    );
    const name = [operation, ...Object.keys(more)].join(" ");
    printed[name] = outcome.stdout + outcome.stderr;
    return outcome.code;
  }
  const readable = (texts: Record<string, string>, ...folders: string[]) =>
    findSecrets({ ...PLANTED, generated }, texts, ...folders);

  it("reach the cloud: what follows searches for values that are there", () => {
    assert.match(printed.up ?? "", /ssm\.Parameter configured/, printed.up);
    assert.match(printed.up ?? "", /open: nothing to hide/);
    assert.match(printed.up ?? "", /password: \[secret\]/);
    assert.ok(generated.length === 32);
    const { config } = parse(readFileSync(join(project, "Pulumi.one.yaml"), "utf8"));
    assert.match(config["small:token"].secure, /^v1:/);
  });

  it("stand nowhere in plain text after updates, refreshes, previews and failures", async () => {
    assert.equal(await run("up", { json: true }), 0);
    assert.equal(await run("preview"), 0);
    assert.equal(await run("refresh"), 0);
    assert.equal(await run("outputs"), 0);
    assert.equal(await run("outputs", { json: true }), 0);
    assert.equal(await run("up", { refused: true }), 1, printed["up refused"]);
    assert.match(printed["up refused"] ?? "", /value is a secret/, "the refusal names the property");
    assert.deepEqual(readable(printed, folder), []);
  });

  it("stand neither in the log of a talkative engine nor in its events", async () => {
    assert.equal(await run("talkative"), 0, printed.talkative?.slice(-2000));
    assert.match(printed.talkative ?? "", /"v":5/, "the engine did log");
    assert.match(printed.talkative ?? "", /"resourcePreEvent":/, "the engine did tell its events");
    assert.deepEqual(readable(printed, folder), []);
  });

  it("leave no temporary file behind", () => {
    assert.deepEqual(readdirSync(temporary), []);
  });

  it("are found by this search wherever they do stand", () => {
    const base64 = Buffer.from(`ab${PLANTED.master}!`).toString("base64");
    const json = JSON.stringify({ body: JSON.stringify({ password: PLANTED.nested }) });
    assert.deepEqual(readable({ base64, json }), ["master in base64", "nested in json"]);
  });
});
