import type { PolicyResource, ResourceValidationPolicy } from "@pulumi/policy";
import { unwrap } from "../analysis/sdk-proxy";

/** Name of the policy that finds nothing itself, but keeps what the program asks for. */
export const DECLARED = "declared";

/**
 * What the program asks for, resource by resource. While a provider's own settings are unknown, as those of a cluster's that does not stand yet, the engine asks it nothing and tells policies on the stack
 * no property of its resources at all: a rule would take that for a program that gives none.
 */
export class Declared {
  private readonly inputs = new Map<string, Record<string, unknown>>();

  /** Keeps the inputs. The engine asks it of each resource before it asks any policy on the stack. */
  readonly policy: ResourceValidationPolicy = {
    name: DECLARED,
    description: "What the program asks for is known where a provider can not be asked yet.",
    enforcementLevel: "mandatory",
    validateResource: ({ urn, props }) => this.keep(urn, props),
  };

  keep(urn: string, inputs: Record<string, unknown>): void {
    this.inputs.set(urn, unwrap(inputs));
  }

  /** `resources`, and the inputs of those that no property is told of. */
  complete(resources: readonly PolicyResource[]): PolicyResource[] {
    return resources.map((resource) => {
      const props = this.inputs.get(resource.urn);
      return props === undefined || Object.keys(unwrap(resource.props)).length > 0 ? resource : { ...resource, props };
    });
  }
}
