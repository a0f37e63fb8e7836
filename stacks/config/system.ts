import { z } from "zod";
import { boundary, key } from "./fields";
import type { ConfigProblem } from "./problems";

/** One system of stacks/: what its stack files hold, and what is built from them. */
export interface System<Schema extends z.ZodObject = z.ZodObject> {
  /** Every key of its stack files, without the `palisade:` prefix: {@link systemSchema}. */
  readonly schema: Schema;
  /** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
  crossChecks(config: z.output<Schema>): ConfigProblem[];
  /** Registers the resources; returns the stack's outputs. */
  build(config: z.output<Schema>): object;
}

/** A system's schema: what every stack file has, and the system's own keys. */
export function systemSchema<const Name extends string, Fields extends z.ZodRawShape>(name: Name, fields: Fields) {
  return z.strictObject({
    system: z.literal(name),
    environment: z.enum(["production", "development"]),
    owner: key(63, "The owner").default("platform"),
    /** Managed policy that bounds every role of the stack: what a bootstrap stack put out for it. */
    permissionsBoundary: boundary.optional(),
    ...fields,
  });
}
