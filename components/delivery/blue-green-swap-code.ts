import { join } from "node:path";
import { build, findEntry } from "../compute/function-code";

let bundled: string | undefined;

/** The swap as one ES module for Lambda's Node.js, which brings the AWS SDK along. The same text in every run. */
export function swapFunctionCode(): string {
  if (bundled !== undefined) return bundled;
  const source = findEntry(join("components", "delivery", "blue-green-swap", "handler.ts"));
  if (source === undefined) throw new Error("The source of the blue-green swap is not there.");
  bundled = build(join(source.folder, source.entry, ".."), "handler.ts", { format: "esm" });
  return bundled;
}
