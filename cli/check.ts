import { ResourceGraph } from "../analysis/graph";
import { packs } from "../policies/packs";
import { evaluate } from "../policies/rule";
import { record, type Recording } from "../simulator";
import program from "../stacks/program";
import { CHECKOUT } from "./checkout";
import type { CheckResult } from "./check-result";
import { findProject, readStackConfig, stackNames, type Project } from "./project";
import { renderJson } from "./render/json";
import { renderTerminal } from "./render/terminal";
import { SourcePositions } from "./source-position";
import { UsageError } from "./usage-error";

export interface CheckOptions {
  readonly cwd: string;
  readonly json?: boolean;
  readonly full?: boolean;
}

/** `palisade check`: records a stack, judges it and prints the report. Returns the exit code: 1 when a rule is violated. */
export async function check(stack: string | undefined, options: CheckOptions): Promise<number> {
  const project = findProject(options.cwd);
  const result = await checkStack(project, stack ?? onlyStack(project));
  process.stdout.write(`${options.json ? renderJson(result) : renderTerminal(result, options.full ?? false)}\n`);
  return exitCode(result);
}

/** 1 when a rule is violated. */
export function exitCode({ findings }: CheckResult): 0 | 1 {
  return findings.some(({ verdict }) => verdict.kind === "fail") ? 1 : 0;
}

/** Records and judges without printing. Throws a UsageError when the program can not be resolved to its last value. */
export async function checkStack(project: Project, stack: string): Promise<CheckResult> {
  const config = readStackConfig(project, stack);
  const recording = await record(program, {
    project: project.name,
    stack,
    config: config.values,
    secretKeys: config.secretKeys,
    sources: true,
  });
  if (recording.problems.length > 0) throw unresolved(recording);
  const rules = packs.flatMap((pack) => pack.rules);
  const findings = evaluate(rules, ResourceGraph.fromRecording(recording));
  return { recording, findings, positions: new SourcePositions(CHECKOUT) };
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
