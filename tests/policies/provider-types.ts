import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(__filename);

/** Where a provider's package keeps a resource type, without an extension. */
export function moduleOf(type: string): string {
  const [pkg = "", module = "", name = ""] = type.split(":");
  const root = dirname(require.resolve(`@pulumi/${pkg}/package.json`));
  if (pkg !== "kubernetes") return join(root, module);
  // `networking.k8s.io/v1` of the API is `networking/v1` there.
  const [group = "", version = ""] = module.split("/");
  const file = name.charAt(0).toLowerCase() + name.slice(1);
  return join(root, group.split(".")[0] ?? group, version, file);
}

export const sourceOf = (type: string): string => readFileSync(`${moduleOf(type)}.js`, "utf8");

export const declarationsOf = (type: string): string => readFileSync(`${moduleOf(type)}.d.ts`, "utf8");
