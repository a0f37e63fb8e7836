import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./config/load";
import { pickSystem } from "./systems";

/** The Pulumi program: validates the stack's configuration, then builds the system that it picks. */
export default function program(): object {
  const values = pulumi.runtime.allConfig();
  const stack = pulumi.getStack();
  const system = pickSystem(values, stack);
  return system.build(loadConfig(system, values, stack));
}
