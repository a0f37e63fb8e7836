import { ResourceGraph } from "../analysis/graph";
import { packs } from "../policies/packs";
import type { Configuration } from "../policies/configuration";
import { evaluate, isViolation, type Rule } from "../policies/rule";
import { applyWaivers } from "../policies/waived";
import { record, type Recording } from "../simulator";
import program from "../stacks/program";
import { CHECKOUT } from "./checkout";
import type { CheckResult } from "./check-result";
import { findProject, readStackConfig, stackNames, type Project } from "./project";
import { loadPolicies } from "./load-policies";
import { loadWaivers } from "./load-waivers";
import { subjectOf, version } from "./provenance";
import { renderJson } from "./render/json";
import { renderTerminal } from "./render/terminal";
import { SourcePositions } from "./source-position";
import { UsageError } from "./usage-error";

export interface CheckOptions {
  readonly cwd: string;
  readonly json?: boolean;
  readonly full?: boolean;
  /** `<format>[=<file>]`. */
  readonly report?: readonly string[];
  /** Waiver file. Default: waivers.yaml beside Pulumi.yaml, where there is one. */
  readonly waivers?: string;
  /** Levels, parameters and selection of the rules. Default: policies.yaml beside Pulumi.yaml, where there is one. */
  readonly policies?: string;
}

/** `palisade check`: records a stack, judges it and prints the report. Returns the exit code: 1 when a rule is violated. */
export async function check(stack: string | undefined, options: CheckOptions): Promise<number> {
  const project = findProject(options.cwd);
  const reports = await reportsOf(options);
  const result = await checkStack(project, stack ?? onlyStack(project), options);
  const asked = await reports?.(result);
  const text = asked ?? (options.json ? renderJson(result) : renderTerminal(result, options.full ?? false));
  process.stdout.write(`${text}\n`);
  return exitCode(result);
}

/** Checks `--report` before anything runs; what renders reports is loaded only for who wants one. */
async function reportsOf({ report = [], cwd }: CheckOptions) {
  if (report.length === 0) return undefined;
  const { parseReports, writeReports } = await import("./reports.js");
  const reports = parseReports(report, cwd);
  return async (result: CheckResult) => writeReports(reports, await result.evidence());
}

/** 1 when a mandatory rule is violated and no waiver accepts that, or when a waiver accepts nothing. */
export function exitCode({ findings, waived, configuration }: CheckResult): 0 | 1 {
  const open = findings.some(
    (finding) => isViolation(finding) && configuration.isMandatory(finding.rule) && !waived.findings.has(finding),
  );
  return open || waived.unused.length > 0 ? 1 : 0;
}

/** Records and judges without printing. Throws a UsageError when the program can not be resolved to its last value. */
export async function checkStack(
  project: Project,
  stack: string,
  files: Pick<CheckOptions, "waivers" | "policies"> = {},
): Promise<CheckResult> {
  const config = readStackConfig(project, stack);
  const rules = packs.flatMap((pack) => pack.rules);
  const waivers = loadWaivers(project, rules, files.waivers);
  const configuration = loadPolicies(project, rules, files.policies);
  const recorded = await record(program, {
    project: project.name,
    stack,
    config: config.values,
    secretKeys: config.secretKeys,
    sources: true,
  });
  if (recorded.problems.length > 0) throw unresolved(recorded);
  const recording = mended(recorded, configuration, rules);
  const findings = evaluate(configuration.enabled(rules), ResourceGraph.fromRecording(recording), (rule) =>
    configuration.settingsOf(rule),
  );
  const positions = new SourcePositions(CHECKOUT);
  const waived = applyWaivers(findings, waivers, stack);
  const evidence = async () => {
    const { collectEvidence } = await import("../policies/evidence/evidence.js");
    return collectEvidence({
      subject: subjectOf(project, recording),
      version: version(),
      ...{ packs, findings, waived, configuration, generatedAt: new Date() },
      declaredAt: ({ resource }) => positions.declaration(resource.source),
    });
  };
  return { recording, findings, waived, configuration, positions, evidence };
}

/** The recording with what the packs will set in the engine, before it makes the resources. */
export function mended(recording: Recording, configuration: Configuration, rules: readonly Rule[]): Recording {
  return {
    ...recording,
    resources: recording.resources.map((resource) => {
      const inputs = configuration.mended(rules, resource.type, resource.inputs);
      if (inputs === resource.inputs) return resource;
      const changes = Object.entries(inputs).filter(([key, value]) => resource.inputs[key] !== value);
      return { ...resource, inputs, outputs: { ...resource.outputs, ...Object.fromEntries(changes) } };
    }),
  };
}

/** The stack that is meant when none is named. Throws a UsageError when there are several. */
export function onlyStack(project: Project): string {
  const names = stackNames(project);
  const [name] = names;
  if (name === undefined) throw new UsageError(`No Pulumi.<stack>.yaml in ${project.root}. Write one first.`);
  if (names.length > 1) throw new UsageError(`Which stack? Give one of: ${names.join(", ")}.`);
  return name;
}

function unresolved({ problems, stack }: Recording): UsageError {
  const lines = problems.map(({ urn, message }) => `  ${urn === undefined ? "" : `${urn}: `}${message}`);
  return new UsageError(
    [`Stack ${stack} does not resolve: ${problems.length} value(s) are missing or wrong.`, ...lines].join("\n"),
  );
}
