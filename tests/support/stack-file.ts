import { join } from "node:path";
import { findProject, readStackConfig } from "../../cli/project";

export const ROOT = join(__dirname, "..", "..");

/** A stack file of this repository as the engine hands it over, with single keys changed or (undefined) removed. */
export function stackValues(stack: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const values: Record<string, string> = { ...readStackConfig(findProject(ROOT), stack).values };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete values[key];
    else values[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return values;
}
