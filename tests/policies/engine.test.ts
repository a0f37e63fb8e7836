import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ResourceGraph } from "../../analysis/graph";
import { packs } from "../../policies/packs";
import { evaluate } from "../../policies/rule";
import type { Recording } from "../../simulator";
import { requireEngine } from "../support/engine/engine";
import { recordProgram } from "../support/record";
import { recordStack } from "../support/record-stack";
import { ROOT } from "../support/stack-file";
import { insecureShop } from "./programs/insecure";

interface Judged {
  readonly reported: readonly { readonly policyName: string; readonly resourceUrn: string }[];
  readonly diagnostics: readonly string[];
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

describe("the first preview in Pulumi's engine, when nothing exists", function () {
  this.timeout(10 * 60_000);
  let folder: string;
  before(requireEngine);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-first-"));
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "Pulumi.bootstrap.yaml"])
      cpSync(join(ROOT, file), join(folder, file));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Previews with the packs as the engine loads them from source, and a probe that also tells what passes. */
  async function preview(stack: string, program: string, name?: string): Promise<{ told: Told[]; judged: Judged }> {
    const verdicts = join(folder, "verdicts.json");
    const request = JSON.stringify({ stack, cwd: folder, packs: [...PACKS, PROBE], program, name });
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

  for (const stack of ["dev", "prod", "bootstrap"]) {
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
});
