import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as aws from "@pulumi/aws";
import { ResourceGraph } from "../../analysis/graph";
import { exitCode } from "../../cli/check";
import type { CheckResult } from "../../cli/check-result";
import { renderJson } from "../../cli/render/json";
import { renderTerminal } from "../../cli/render/terminal";
import { SourcePositions } from "../../cli/source-position";
import { subjectOf } from "../../cli/provenance";
import { parseReports, writeReports } from "../../cli/reports";
import { collectEvidence } from "../../policies/evidence/evidence";
import { evidenceSchema } from "../../policies/evidence/schema";
import { packs } from "../../policies/packs";
import { Configuration, readConfiguration } from "../../policies/configuration";
import { applyWaivers } from "../../policies/waived";
import type { Waiver } from "../../policies/waivers";
import { evaluate } from "../../policies/rule";
import { recordProgram } from "../support/record";
import { ROOT } from "../support/stack-file";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

async function resultOf(
  program: () => unknown,
  waivers: readonly Waiver[] = [],
  configuration = new Configuration(),
): Promise<CheckResult> {
  const recording = await recordProgram(program, { sources: true });
  const rules = packs.flatMap((pack) => pack.rules);
  const findings = evaluate(configuration.enabled(rules), ResourceGraph.fromRecording(recording), (rule) =>
    configuration.settingsOf(rule),
  );
  const waived = applyWaivers(findings, waivers, recording.stack);
  const positions = new SourcePositions(ROOT);
  const evidence = async () =>
    collectEvidence({
      subject: { ...subjectOf({ name: "test", root: ROOT }, recording), commit: undefined },
      ...{ version: "1.2.3", packs, findings, waived, configuration, generatedAt: new Date("2026-11-21T12:00:00Z") },
      declaredAt: ({ resource }) => positions.declaration(resource.source),
    });
  return { recording, findings, waived, configuration, positions, evidence };
}

const openGroup = () => {
  const group = new aws.ec2.SecurityGroup("open", { vpcId: "vpc-1", description: "x" });
  new aws.vpc.SecurityGroupIngressRule("ssh", {
    securityGroupId: group.id,
    cidrIpv4: "0.0.0.0/0",
    ipProtocol: "tcp",
    fromPort: 22,
    toPort: 22,
  });
};

describe("report", () => {
  it("a violation makes the exit code 1 and is told with rule, resource, declaring line and fix", async () => {
    const result = await resultOf(openGroup);
    assert.equal(exitCode(result), 1);
    const text = renderTerminal(result, false, false);
    assert.match(
      text,
      /PCI [\d., ]+\n.*(SecurityGroup|IngressRule) \w+ {2}tests\/cli\/report\.test\.ts:\d+\n.*\n {4}Fix: /,
    );
    assert.match(text, /Verdict: \d+ violations/);
  });

  it("without a violation the exit code is 0", async () => {
    const result = await resultOf(() => undefined);
    assert.equal(exitCode(result), 0);
    assert.match(renderTerminal(result, false, false), /Verdict: every rule holds/);
  });

  it("an advisory finding is told and does not fail, a disabled rule is told as such in every report", async () => {
    const rules = packs.flatMap((pack) => pack.rules);
    const [failing] = (await resultOf(openGroup)).findings.filter(({ verdict }) => verdict.kind === "fail");
    assert.ok(failing);
    const configured = (levels: Record<string, string>) => readConfiguration({ levels }, rules);

    const advised = await resultOf(openGroup, [], configured({ all: "advisory", [failing.rule.id]: "advisory" }));
    assert.equal(exitCode(advised), 0);
    assert.match(renderTerminal(advised, false, false), /advisory (low|medium|high|critical) sg-[a-z-]+/);
    assert.match(
      renderTerminal(advised, false, false),
      /Verdict: no mandatory rule is violated, \d+ advisory findings/,
    );
    const told = (await advised.evidence()).rules.find(({ id }) => id === failing.rule.id);
    assert.deepEqual([told?.level, told?.status], ["advisory", "fail"]);

    const off = await resultOf(openGroup, [], configured({ all: "advisory", [failing.rule.id]: "disabled" }));
    assert.ok(!off.findings.some(({ rule }) => rule === failing.rule));
    const evidence = evidenceSchema.parse(JSON.parse(JSON.stringify(await off.evidence())));
    const silent = evidence.rules.find(({ id }) => id === failing.rule.id);
    assert.deepEqual([silent?.level, silent?.status, silent?.results], ["disabled", "disabled", []]);
    for (const id of silent?.controls ?? []) {
      const control = evidence.controls.find((one) => one.id === id);
      assert.ok(control && !["pass", "not-applicable"].includes(control.status), `${id}: ${control?.status}`);
    }
    for (const format of ["table", "junit", "markdown"]) {
      const [report] = parseReports([format], ROOT);
      const lines = report?.render(evidence, false).split("\n") ?? [];
      const named = lines.some((line) => line.includes(failing.rule.id));
      assert.ok(named && /disabled/i.test(lines.join("\n")), format);
    }
    assert.match(renderTerminal(off, false, false), new RegExp(`disabled .*${failing.rule.id}`));
  });

  it("never shows a secret, neither as input nor as output", async () => {
    const result = await resultOf(() => {
      const password = pulumi.secret("hunter2-hunter2");
      new aws.ssm.Parameter("token", { type: "SecureString", value: password });
      return { password };
    });
    for (const text of [renderTerminal(result, true, false), renderJson(result)]) {
      assert.doesNotMatch(text, /hunter2/);
      assert.match(text, /\[secret\]/);
    }
  });

  it("lists every resource when asked for all of them", async () => {
    const text = renderTerminal(await resultOf(openGroup), true, false);
    assert.match(text, /ec2\.SecurityGroup open/);
    assert.match(text, /vpc\.SecurityGroupIngressRule ssh/);
  });
});

/** SSH open to the world, accepted. */
const waiver: Waiver = {
  ...{ rule: "sg-no-open-administration", resource: "*.SecurityGroupIngressRule ssh", stacks: ["test"] },
  ...{ reason: "A <b>honeypot</b> | that holds no cardholder data.", owner: "security", ticket: "SEC-1" },
  ...{ granted: "2026-11-01", expires: "2026-11-20" },
};

describe("reports", () => {
  const folder = mkdtempSync(join(tmpdir(), "palisade-reports-"));
  after(() => rmSync(folder, { recursive: true }));

  async function reported(format: string, waivers: readonly Waiver[] = []): Promise<string> {
    const file = join(folder, "deep", `report.${format}`);
    const { evidence } = await resultOf(openGroup, waivers);
    assert.equal(writeReports(parseReports([`${format}=${file}`], folder), await evidence()), undefined);
    return readFileSync(file, "utf8");
  }

  it("evidence follows its published schema and leads from requirement to the resource's line", async () => {
    const evidence = evidenceSchema.parse(JSON.parse(await reported("evidence")));
    assert.equal(evidence.status, "fail");
    const requirement = evidence.requirements.find(({ id, status }) => id === "1.3.1" && status === "fail");
    assert.ok(requirement?.rules.includes("sg-no-open-administration"));
    const rule = evidence.rules.find(({ id }) => id === "sg-no-open-administration");
    const result = rule?.results.find(({ name }) => name === "ssh");
    assert.equal(result?.status, "fail");
    assert.equal(result.declaredAt?.file, "tests/cli/report.test.ts");
    const control = evidence.controls.find(({ id }) => rule?.controls.includes(id));
    assert.equal(control?.status, "fail");
  });

  it("evidence never passes what nothing was judged for, nor what only the running system shows", async () => {
    const { controls, rules } = evidenceSchema.parse(JSON.parse(await reported("evidence")));
    const runtime = controls.filter(({ decidable }) => decidable === "runtime");
    assert.equal(runtime.length, 16);
    assert.ok(runtime.every(({ status }) => status === "verify-at-runtime"));
    assert.equal(rules.find(({ id }) => id === "s3-bucket-tls-only")?.status, "not-applicable");
  });

  it("fingerprints and digest are the same in the next run, and another program has another digest", async () => {
    const [one, two] = [await (await resultOf(openGroup)).evidence(), await (await resultOf(openGroup)).evidence()];
    const ids = ({ rules }: typeof one) =>
      rules.flatMap(({ results }) => results.map(({ fingerprint }) => fingerprint));
    assert.deepEqual(ids(one), ids(two));
    assert.equal(new Set(ids(one)).size, ids(one).length);
    assert.equal(one.subject.digest, two.subject.digest);
    assert.notEqual(one.subject.digest, (await (await resultOf(() => undefined)).evidence()).subject.digest);
  });

  it("SARIF points at the TypeScript line, with a rule, a level and a fingerprint", async () => {
    const { runs } = JSON.parse(await reported("sarif"));
    const [run] = runs;
    const result = run.results.find((one: { ruleId: string }) => one.ruleId === "sg-no-open-administration");
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    assert.equal(artifactLocation.uri, "tests/cli/report.test.ts");
    assert.ok(region.startLine > 0);
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, "sg-no-open-administration");
    assert.match(result.partialFingerprints.primaryLocationLineHash, /^[0-9a-f]{32}$/);
    assert.equal(result.suppressions, undefined);
  });

  it("leads to the line of the stack that declared a resource", async () => {
    const file = join(folder, "dev.json");
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, "bin", "palisade.mjs"), "check", "dev", "--report", `evidence=${file}`],
      { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: "" }, maxBuffer: 2 ** 26 },
    );
    assert.equal(stderr, "");
    const { rules, subject } = evidenceSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    assert.equal(subject.stack, "dev");
    const queues = rules.find(({ id }) => id === "sqs-customer-key")?.results ?? [];
    const queue = queues.find(({ name }) => name.endsWith("-write-buffer-queue"));
    assert.ok(queue?.declaredAt, JSON.stringify(queues.map(({ name }) => name)));
    const line = readFileSync(join(ROOT, queue.declaredAt.file), "utf8").split("\n")[queue.declaredAt.line - 1];
    assert.match(line ?? "", /const writeBuffer = new Queue\(/);
  });

  it("JUnit counts each rule and resource", async () => {
    const xml = await reported("junit");
    assert.match(
      xml,
      /<testcase classname="sg-no-open-administration" name="vpc\.SecurityGroupIngressRule ssh[^>]*>\s*<failure/,
    );
    const { evidence } = await resultOf(openGroup);
    const results = (await evidence()).rules.flatMap((rule) => rule.results);
    const failures = results.filter(({ status }) => status === "fail").length;
    assert.match(xml, new RegExp(`<testsuites tests="${results.length}" failures="${failures}" errors="0"`));
  });

  it("a report in a file has no colours, whatever the terminal asks for", async () => {
    assert.doesNotMatch(await reported("table"), /\u001b/);
  });

  it("a waiver stands in every report, and no report lets its text become markup", async () => {
    const result = await resultOf(openGroup, [waiver]);
    assert.ok(result.waived.findings.size > 0);
    assert.match(renderTerminal(result, false, false), /waived sg-no-open-administration .*SEC-1/);
    const sarif = await reported("sarif", [waiver]);
    assert.match(
      sarif,
      /"justification": "A <b>honeypot<\/b> \| that holds no cardholder data\. \(security, SEC-1, until 2026-11-20\)"/,
    );
    const markdown = await reported("markdown", [waiver]);
    assert.match(markdown, /A &lt;b&gt;honeypot&lt;\/b&gt; \\\| that holds/);
    assert.match(await reported("table", [waiver]), /waived sg-no-open-administration/);
    const evidence = evidenceSchema.parse(JSON.parse(await reported("evidence", [waiver])));
    assert.equal(evidence.waivers[0]?.ticket, "SEC-1");
    assert.match(await reported("junit", [waiver]), /<skipped\/>\s*<system-out><!\[CDATA\[A <b>honeypot/);
  });

  it("a waiver that accepts nothing fails the run and is named", async () => {
    const unused = await resultOf(() => undefined, [waiver]);
    assert.equal(exitCode(unused), 1);
    assert.match(renderTerminal(unused, false, false), /unused waiver sg-no-open-administration .*Remove it/);
  });

  it("refuses a format that there is not, and two reports for one output", () => {
    assert.throws(
      () => parseReports(["pdf=x"], folder),
      /pdf is no format\. Use one of: table, evidence, sarif, junit, markdown/,
    );
    assert.throws(() => parseReports(["table", "sarif"], folder), /only one report can go to standard output/);
  });

  it("the schema that is published is the one that is used", () => {
    const file = join(ROOT, "docs", "evidence.schema.json");
    const fresh = `${JSON.stringify(z.toJSONSchema(evidenceSchema), undefined, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, fresh);
    else assert.equal(readFileSync(file, "utf8"), fresh, "stale: run UPDATE_GOLDEN=1 npm test and review it");
  });
});
