import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Rule } from "../policies/rule";
import { readWaivers, type Waiver, WaiverError } from "../policies/waivers";
import { type Project, readMap } from "./project";
import { UsageError } from "./usage-error";

const FILE = "waivers.yaml";

/**
 * The accepted risks of a project: `waivers.yaml` beside Pulumi.yaml, or the file that is named.
 * @throws UsageError for a file that is not there, is malformed, or holds an expired waiver.
 */
export function loadWaivers(project: Project, rules: readonly Rule[], named?: string): readonly Waiver[] {
  const file = named === undefined ? join(project.root, FILE) : resolve(named);
  if (!existsSync(file)) {
    if (named === undefined) return [];
    throw new UsageError(`--waivers ${named}: there is no such file.`);
  }
  try {
    return readWaivers(readMap(file), rules, new Date().toISOString().slice(0, 10));
  } catch (error) {
    if (error instanceof WaiverError) throw new UsageError(`${file}:\n${error.message}`);
    throw error;
  }
}
