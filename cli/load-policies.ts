import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Configuration, ConfigurationError, readConfiguration } from "../policies/configuration";
import type { Rule } from "../policies/rule";
import { type Project, readMap } from "./project";
import { UsageError } from "./usage-error";

const FILE = "policies.yaml";

/**
 * How a project configures the rules: `policies.yaml` beside Pulumi.yaml, or the file that is named.
 * @throws UsageError for a file that is not there or holds what the rules do not have.
 */
export function loadPolicies(project: Project, rules: readonly Rule[], named?: string): Configuration {
  const file = named === undefined ? join(project.root, FILE) : resolve(named);
  if (!existsSync(file)) {
    if (named === undefined) return new Configuration();
    throw new UsageError(`--policies ${named}: there is no such file.`);
  }
  try {
    return readConfiguration(readMap(file), rules);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(`${file}:\n${error.message}`);
    throw error;
  }
}
