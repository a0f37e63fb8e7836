import { namesOf, type NamedStack } from "../../components/delivery/deploy-resources";
import type { BootstrapConfig } from "./config";

/** How one stack stands to the others of its account. */
interface Standing {
  readonly otherStacks: readonly NamedStack[];
  /** Stacks that its own pipeline deploys: those whose roles are named as its resources are. */
  readonly delivers: readonly string[];
  /** What the names of the stack begin with whose pipeline deploys this one, and whose images it runs. */
  readonly deliveredBy: readonly string[];
}

/** Which stack's pipeline deploys which stack, by the names of the roles that may. */
export function pipelinesOf(deployments: BootstrapConfig["deployments"], own: NamedStack): (stack: string) => Standing {
  const all = [own, ...Object.entries(deployments).map(([stack, { system }]) => ({ stack, system }))];
  const othersOf = (stack: string) => all.filter((other) => other.stack !== stack);
  const deployers = Object.entries(deployments).map(([stack, { system, roles = [] }]) => ({
    stack,
    names: namesOf({ stack, system }, othersOf(stack)) ?? "",
    roles: roles.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)),
  }));
  const delivers = (pipeline: { names: string }, deployed: { roles: readonly string[] }) =>
    deployed.roles.some((role) => role.startsWith(pipeline.names));
  return (stack) => {
    const self = deployers.filter((deployer) => deployer.stack === stack);
    return {
      otherStacks: othersOf(stack),
      delivers: deployers.filter((other) => self.some((one) => delivers(one, other))).map((other) => other.stack),
      deliveredBy: deployers
        .filter((other) => other.stack !== stack && self.some((one) => delivers(other, one)))
        .map((other) => other.names),
    };
  };
}
