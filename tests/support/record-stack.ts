import { record, type RecordOptions, type Recording } from "../../simulator";
import program from "../../stacks/program";
import { stackValues } from "./stack-file";

/** Records the program with a stack file of this repository, single configuration keys changed. */
export function recordStack(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
  options: Partial<RecordOptions> = {},
): Promise<Recording> {
  return record(program, { project: "palisade", stack, config: stackValues(stack, changes), ...options });
}
