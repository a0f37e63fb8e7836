import type { ConfigProblem } from "../config/problems";
import type { BootstrapConfig } from "./config";

/** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
export function crossChecks({ ci, deployments }: BootstrapConfig): ConfigProblem[] {
  const stacks = Object.keys(deployments);
  return Object.entries(deployments).flatMap(([stack, { branch, environment }]): ConfigProblem[] => {
    const path = `deployments.${stack}`;
    const problems: ConfigProblem[] = [];
    const other = stacks.find((name) => name !== stack && name.startsWith(`${stack}-`));
    if (other !== undefined) {
      const message = `Everything that ${other} names begins with ${stack}-: who deploys ${stack} could change it.`;
      problems.push({ path, message, fix: "Rename one of the stacks." });
    }
    if (ci.kind === "gitlab" && environment !== undefined) {
      const message = "GitLab's tokens have no environment in their subject.";
      problems.push({ path: `${path}.environment`, value: environment, message, fix: "Give branch." });
    } else if ((branch === undefined) === (environment === undefined)) {
      const fix = ci.kind === "gitlab" ? "Give branch." : "Give environment, or branch.";
      problems.push({ path, message: "One thing says which jobs deploy.", fix });
    }
    return problems;
  });
}
