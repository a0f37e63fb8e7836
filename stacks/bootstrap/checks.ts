import { namesOf } from "../../components/delivery/deploy-resources";
import type { ConfigProblem } from "../config/problems";
import type { BootstrapConfig } from "./config";

/** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
export function crossChecks({ ci, deployments }: BootstrapConfig): ConfigProblem[] {
  const stacks = Object.entries(deployments).map(([stack, { system }]) => ({ stack, system }));
  return Object.entries(deployments).flatMap(([stack, { system, branch, environment, roles }]): ConfigProblem[] => {
    const path = `deployments.${stack}`;
    const problems: ConfigProblem[] = [];
    const other = stacks.find(
      (given) => given.stack !== stack && namesOf({ stack, system }, [given]) === undefined,
    )?.stack;
    if (other !== undefined) {
      const message = `Everything that ${other} names begins with ${stack}-${system}-: who deploys ${stack} could change it.`;
      problems.push({ path, message, fix: "Rename one of the stacks." });
    }
    if (ci.kind === "gitlab" && environment !== undefined) {
      const message = "GitLab's tokens have no environment in their subject.";
      problems.push({ path: `${path}.environment`, value: environment, message, fix: "Give branch." });
    } else if ([branch, environment, roles].filter((given) => given !== undefined).length !== 1) {
      const fix = ci.kind === "gitlab" ? "Give branch, or roles." : "Give environment, or branch, or roles.";
      problems.push({ path, message: "One thing says who deploys.", fix });
    }
    return problems;
  });
}
