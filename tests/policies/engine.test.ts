import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { ResourceGraph } from "../../analysis/graph";
import { COMMON } from "../../policies/adapter";
import { Configuration, readConfiguration } from "../../policies/configuration";
import { mended } from "../../cli/check";
import { needsKey } from "../../policies/fixes";
import { packs } from "../../policies/packs";
import { evaluate, isViolation } from "../../policies/rule";
import { applyWaivers } from "../../policies/waived";
import type { Waiver } from "../../policies/waivers";
import type { Recording } from "../../simulator";
import { requireEngine } from "../support/engine/engine";
import { recordProgram } from "../support/record";
import { recordStack } from "../support/record-stack";
import { ROOT } from "../support/stack-file";
import { builtPacks } from "./built-packs";
import { insecureShop } from "./programs/insecure";

interface Judged {
  readonly reported: readonly {
    readonly policyName: string;
    readonly resourceUrn: string;
    readonly enforcementLevel: string;
  }[];
  readonly diagnostics: readonly string[];
  /** Inputs of what would be created, by URN. */
  readonly planned: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly failure?: string;
}

interface Told {
  readonly rule: string;
  readonly urn: string;
  readonly kind: string;
}

const PROBE = join(ROOT, "tests", "support", "engine", "probe-pack");
const PACKS = ["pci-dss", "least-privilege", "resilience"].map((pack) => join(ROOT, "policies", pack));
const RULES = packs.flatMap((pack) => pack.rules);

/** The same resource has the same type and name in every stack. */
const place = ({ rule, urn, kind }: Told): string => `${urn.split("::").slice(2).join("::")} ${rule}: ${kind}`;
const unique = (lines: readonly string[]): string[] => [...new Set(lines)].sort();

const STACKS = ["dev", "prod", "bootstrap", "book-lending", "credit-score-qa", "rewards"];

describe("the first preview in Pulumi's engine, when nothing exists", function () {
  this.timeout(10 * 60_000);
  let folder: string;
  before(requireEngine);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-first-"));
    for (const file of ["Pulumi.yaml", ...STACKS.map((stack) => `Pulumi.${stack}.yaml`)])
      cpSync(join(ROOT, file), join(folder, file));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Previews with the packs as the engine loads them from source, and a probe that also tells what passes. */
  async function preview(
    stack: string,
    program: string,
    name?: string,
    configuration = new Configuration(),
    waivers: readonly Waiver[] = [],
    folders: readonly string[] = PACKS,
  ): Promise<{ told: Told[]; judged: Judged }> {
    const verdicts = join(folder, "verdicts.json");
    const contents = [...packs.map((pack) => configuration.forPack(pack, waivers)), {}];
    const config = contents.map((content, index) => {
      const file = join(folder, `config-${index}.json`);
      writeFileSync(file, JSON.stringify(content));
      return file;
    });
    const request = JSON.stringify({ stack, cwd: folder, packs: [...folders, PROBE], config, program, name });
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, "tests", "support", "engine", "judge.cjs"), request],
      { maxBuffer: 2 ** 28, env: { ...process.env, NODE_OPTIONS: "", PALISADE_VERDICTS: verdicts } },
    );
    const told: Told[] = JSON.parse(readFileSync(verdicts, "utf8"));
    const judged: Judged = JSON.parse(stdout);
    return { told, judged };
  }

  /** What `palisade check` says, with every value resolved. */
  const checked = (recording: Recording): Told[] =>
    evaluate(RULES, ResourceGraph.fromRecording(recording)).map(({ rule, resource, verdict }) => ({
      rule: rule.id,
      urn: resource.urn,
      kind: verdict.kind,
    }));

  for (const stack of STACKS) {
    it(`${stack}: no rule is violated or undetermined, and every verdict is the one of palisade check`, async () => {
      const { told, judged } = await preview(stack, join(ROOT, "dist", "stacks", "program.js"));
      assert.deepEqual([judged.failure, judged.diagnostics], [undefined, []]);
      assert.deepEqual(judged.reported, []);
      assert.deepEqual(unique(told.map(place)), unique(checked(await recordStack(stack)).map(place)));
      assert.deepEqual(
        told.filter(({ kind }) => kind === "fail" || kind === "undetermined"),
        [],
      );
    });
  }

  it("a program with violations: every one is reported, and stops the update", async () => {
    const { told, judged } = await preview("dev", join(__dirname, "programs", "insecure.ts"), "insecureShop");
    const failed = (all: readonly Told[]) => unique(all.filter(({ kind }) => kind === "fail").map(place));
    const expected = failed(checked(await recordProgram(insecureShop)));
    assert.ok(expected.length > 40, `${expected.length}`);
    assert.deepEqual(failed(told), expected);
    const mandatory = judged.reported.filter(({ policyName }) => policyName !== "undetermined");
    assert.deepEqual(
      unique(
        mandatory.map(({ policyName, resourceUrn }) => place({ rule: policyName, urn: resourceUrn, kind: "fail" })),
      ),
      expected,
    );
    assert.notEqual(judged.failure, undefined);
  });

  it("levels, parameters, selection and waivers mean there what they mean to palisade check", async () => {
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const graph = ResourceGraph.fromRecording(await recordProgram(insecureShop));
    const [accepted, advised, silent] = [
      ...new Set(
        evaluate(RULES, graph)
          .filter(isViolation)
          .map(({ rule }) => rule),
      ),
    ];
    assert.ok(accepted && advised && silent);
    const configuration = readConfiguration(
      {
        levels: { [advised.id]: "advisory", [silent.id]: "disabled" },
        parameters: { "rds-backups": { minimumBackupDays: 35 } },
        selection: { exclude: { services: ["sqs"], severities: ["medium"] } },
      },
      RULES,
    );
    const waiver: Waiver = {
      ...{ rule: accepted.id, resource: "*", stacks: ["dev"], reason: "A program that exists for this test only." },
      ...{ owner: "tests", ticket: "T-1", granted: day(Date.now()), expires: day(Date.now()) },
    };
    const findings = evaluate(configuration.enabled(RULES), graph, (rule) => configuration.settingsOf(rule));
    const { findings: waived } = applyWaivers(findings, [waiver], "dev");
    const expected = findings
      .filter((finding) => isViolation(finding) && !waived.has(finding))
      .map(({ rule, resource: { urn } }) => place({ rule: rule.id, urn, kind: configuration.levelOf(rule) }));

    const program = join(__dirname, "programs", "insecure.ts");
    const { judged } = await preview("dev", program, "insecureShop", configuration, [waiver]);
    const told = (isCommon: boolean) =>
      unique(
        judged.reported
          .filter(({ policyName }) => COMMON.includes(policyName) === isCommon)
          .map(({ policyName, resourceUrn, enforcementLevel }) =>
            place({ rule: policyName, urn: resourceUrn, kind: enforcementLevel }),
          ),
      );
    assert.deepEqual(told(false), unique(expected));
    assert.ok(expected.some((line) => line.endsWith(": advisory")));
    assert.equal(told(true).filter((line) => / waived: advisory$/.test(line)).length, waived.size);
  });

  it("what is to be mended is made as the rules want it, and is judged as palisade check judges it", async () => {
    const keyArn = "arn:aws:kms:eu-west-1:123456789012:alias/shop";
    const keyed = RULES.filter(needsKey).map(({ id }) => [id, { keyArn }]);
    const configuration = readConfiguration(
      { levels: { all: "remediate" }, parameters: Object.fromEntries(keyed) },
      RULES,
    );
    const recording = await recordProgram(insecureShop);
    const violated = (recorded: Recording) =>
      unique(
        evaluate(RULES, ResourceGraph.fromRecording(recorded))
          .filter(isViolation)
          .map(({ rule, resource: { urn } }) => place({ rule: rule.id, urn, kind: "mandatory" })),
      );
    const expected = violated(mended(recording, configuration, RULES));
    assert.ok(violated(recording).length - expected.length > 20, `${violated(recording).length} ${expected.length}`);

    const program = join(__dirname, "programs", "insecure.ts");
    const { judged } = await preview("dev", program, "insecureShop", configuration);
    assert.deepEqual(
      judged.diagnostics.filter((text) => !text.startsWith("preview failed")),
      [],
    );
    const told = judged.reported
      .filter(({ policyName, enforcementLevel }) => !COMMON.includes(policyName) && enforcementLevel === "mandatory")
      .map(({ policyName, resourceUrn }) => place({ rule: policyName, urn: resourceUrn, kind: "mandatory" }));
    assert.deepEqual(unique(told), expected);
    const [, database] = Object.entries(judged.planned).find(([urn]) => urn.endsWith("::shop-db")) ?? [];
    assert.equal(database?.publiclyAccessible, false);
    assert.equal(database?.storageEncrypted, true);
    assert.equal(database?.kmsKeyId, keyArn);
  });

  it("the built packs, in somebody's own folder, report what those from source report", async () => {
    const elsewhere = await builtPacks();
    try {
      const program = join(__dirname, "programs", "insecure.ts");
      const folders = PACKS.map((pack) => join(elsewhere, basename(pack)));
      const { judged } = await preview("dev", program, "insecureShop", new Configuration(), [], folders);
      const expected = evaluate(RULES, ResourceGraph.fromRecording(await recordProgram(insecureShop))).filter(
        isViolation,
      );
      const told = judged.reported.filter(({ policyName }) => !COMMON.includes(policyName));
      assert.deepEqual(
        unique(told.map(({ policyName, resourceUrn: urn }) => place({ rule: policyName, urn, kind: "fail" }))),
        unique(expected.map(({ rule, resource: { urn } }) => place({ rule: rule.id, urn, kind: "fail" }))),
      );
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});
