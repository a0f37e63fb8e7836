import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/stack-file";

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a user does: a process of its own, compiled on the way. */
async function palisade(...args: string[]): Promise<Outcome> {
  const command = [join(ROOT, "bin", "palisade.mjs"), ...args];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
      cwd: ROOT,
      maxBuffer: 2 ** 28,
      env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "" },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error, String(error));
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

describe("palisade check", function () {
  this.timeout(60_000);
  let folder: string;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const stackFile = (stack: string) => readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-check-"));
    cpSync(join(ROOT, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("shows the production stack to its last resource, and that every rule holds", async () => {
    const { code, stdout, stderr } = await palisade("check", "prod", "--full");
    assert.equal(stderr, "");
    assert.equal(code, 0, stdout.slice(-3000));
    for (const text of [
      "Region payments-use1  us-east-1",
      "Region payments-euw1  eu-west-1",
      "Resources by type",
      "Outputs",
    ]) {
      assert.ok(stdout.includes(text), text);
    }
    assert.match(stdout, /ec2\.NatGateway payments-use1-vpc-nat-c/);
    assert.match(stdout, /Verdict: every rule holds/);
    assert.doesNotMatch(stdout, /\bundefined\b|\[object Object\]|04da6b54-/);
  });

  it("takes levels, parameters and selection from policies.yaml, or from the file that is named", async () => {
    write("Pulumi.prod.yaml", stackFile("prod"));
    write("policies.yaml", "levels:\n  log-group-retentoin: advisory\n");
    const wrong = await palisade("check", "prod", "--cwd", folder);
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      /policies\.yaml:\n {2}levels\.log-group-retentoin: .*Did you mean log-group-retention\?/,
    );

    write("strict.yaml", "parameters:\n  log-group-retention:\n    minimumLogDays: 3653\n");
    const strict = await palisade("check", "prod", "--cwd", folder, "--policies", join(folder, "strict.yaml"));
    assert.equal(strict.code, 1);
    assert.match(strict.stdout, /log-group-retention/);

    const advice = "levels:\n  log-group-retention: advisory\n  rds-multi-az: disabled\n";
    write("policies.yaml", `${advice}parameters:\n  log-group-retention:\n    minimumLogDays: 3653\n`);
    const advised = await palisade("check", "prod", "--cwd", folder);
    assert.equal(advised.code, 0, advised.stdout.slice(-2000));
    assert.match(advised.stdout, /advisory medium log-group-retention/);
    assert.match(advised.stdout, /disabled rds-multi-az/);

    const missing = await palisade("check", "prod", "--cwd", folder, "--policies", "nowhere.yaml");
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /--policies nowhere\.yaml: there is no such file/);
  });

  it("prints the graph, the outputs and the findings as JSON, without a secret", async () => {
    const { code, stdout } = await palisade("check", "dev", "--json");
    assert.equal(code, 0);
    const report: {
      version: number;
      resources: {
        urn: string;
        type: string;
        parent?: string;
        inputs: Record<string, unknown>;
        declaredAt?: { file: string };
      }[];
      outputs: Record<string, unknown>;
      findings: { rule: string; resource: string; verdict: { kind: string } }[];
    } = JSON.parse(stdout);
    assert.equal(report.version, 1);
    const urns = new Set(report.resources.map(({ urn }) => urn));
    for (const { parent } of report.resources) assert.ok(parent === undefined || urns.has(parent), parent);
    for (const { resource } of report.findings) assert.ok(urns.has(resource), resource);
    const vpc = report.resources.find(({ type }) => type === "aws:ec2/vpc:Vpc");
    assert.equal(vpc?.declaredAt?.file, "stacks/payments/region.ts");
    assert.ok(report.findings.length > 100);
    assert.equal(report.outputs.apiUrl, "https://api.pay.dev.example.com");
  });

  const refused: Record<string, { file?: string; args: string[]; message: RegExp }> = {
    "an unknown stack": { args: ["check", "pord"], message: /No stack file Pulumi\.pord\.yaml .* Stacks here: / },
    "no stack where there are several": {
      args: ["check", "--cwd", ROOT],
      message: /Which stack\? Give one of: .*bootstrap, .*dev, .*prod/,
    },
    "an empty file": { file: "", args: ["check", "wrong"], message: /Pulumi\.wrong\.yaml: the file is empty/ },
    "unreadable YAML": {
      file: "config: [",
      args: ["check", "wrong"],
      message: /Pulumi\.wrong\.yaml:\d+:\d+: this is not valid YAML/,
    },
    "a wrong type": {
      file: stackFile("dev").replace("cidr: 10.30.0.0/16", "cidr: 16"),
      args: ["check", "wrong"],
      message: /palisade:regions\[0\]\.cidr = 16: Give a string/,
    },
    "an unknown system": {
      file: stackFile("dev").replace("system: payments", "system: paymens"),
      args: ["check", "wrong"],
      message: /palisade:system = "paymens": .* Use one of: .*payments/,
    },
    "a duplicate zone": {
      file: stackFile("dev").replace("[eu-west-1a, eu-west-1b]", "[eu-west-1a, eu-west-1a]"),
      args: ["check", "wrong"],
      message: /zones\[1\] = "eu-west-1a": This zone stands twice/,
    },
    "a bad CIDR": {
      file: stackFile("dev").replace("10.30.0.0/16", "10.30.0.0/40"),
      args: ["check", "wrong"],
      message: /regions\[0\]\.cidr = "10\.30\.0\.0\/40": Give an IPv4 range/,
    },
    "an unset required key": {
      file: stackFile("dev").replace(/ {2}palisade:cache:\n( {4}.*\n)+/, ""),
      args: ["check", "wrong"],
      message: /palisade:cache: Is required/,
    },
    "an unknown report": {
      args: ["check", "dev", "--report", "pdf=x.pdf"],
      message: /--report pdf=x\.pdf: pdf is no format\. Use one of/,
    },
    "a waiver file that is not there": {
      args: ["check", "dev", "--waivers", "nowhere.yaml"],
      message: /--waivers nowhere\.yaml: there is no such file/,
    },
    "a waiver that has expired": {
      args: ["check", "dev", "--waivers", join(__dirname, "expired-waiver.yaml")],
      message: /expired-waiver\.yaml:\n {2}waivers\[0\]\.expires: It expired on 2026-02-01/,
    },
    "an unknown option": { args: ["check", "prod", "--jsno"], message: /unknown option '--jsno'/ },
    "an unknown command": { args: ["chek"], message: /unknown command 'chek'/ },
  };
  for (const [what, { file, args, message }] of Object.entries(refused)) {
    it(`refuses ${what}: exit 2, one message, no stack trace`, async () => {
      if (file !== undefined) write("Pulumi.wrong.yaml", file);
      const { code, stdout, stderr } = await palisade(...args, ...(file === undefined ? [] : ["--cwd", folder]));
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.equal(stdout, "");
    });
  }

  it("explains itself", async () => {
    const { code, stdout } = await palisade("check", "--help");
    assert.equal(code, 0);
    assert.match(stdout, /Exit codes: 0 all rules pass, 1 a rule is violated, 2 the input is wrong/);
  });
});
