import type { ContainerImageArgs } from "../../components/delivery/container-image";

/** What a stack file says of an image: the tag of one that stands, or the folder that one is built from. */
export interface ConfiguredImage {
  readonly tag?: string;
  readonly context?: string;
}

/** The release that a stack file asks for, for a `ContainerImage`. What is built here has no version of its own. */
export function release({ tag, context }: ConfiguredImage): Pick<ContainerImageArgs, "tag" | "build"> {
  return { tag: tag ?? "built", build: context === undefined ? undefined : { context } };
}
