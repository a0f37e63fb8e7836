import type * as pulumi from "@pulumi/pulumi";
import { Function } from "../../components/compute/function";
import type { FunctionArgs } from "../../components/compute/function-args";
import { bundle } from "../../components/compute/function-code";
import { Key } from "../../components/security/key";

/** Its code. */
export const ENTRY = "tests/support/echo-function.ts";

/** A function that echoes, with a key of its own, all named after `name`. */
export function echoFunction(
  name: string,
  args: Partial<FunctionArgs> = {},
  opts: pulumi.ComponentResourceOptions = {},
): Function {
  return new Function(
    name,
    {
      description: "Answers with what it was asked",
      code: bundle(ENTRY),
      key: args.key ?? new Key(`${name}-key`, { description: "Functions", services: ["logs"] }, opts),
      ...args,
    },
    opts,
  );
}
