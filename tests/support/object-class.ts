import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const load = createRequire(__filename);

/** The SDK's class file of a Kubernetes kind, undefined for a custom resource: `kubernetes:apps/v1:Deployment` -> `apps/v1/deployment.js`. */
export function objectClass(type: string): string | undefined {
  const [, group = "", kind = ""] = type.split(":");
  const [name = "", version = ""] = group.split("/");
  // Folders have the first part of a group's name only: `rbac` for rbac.authorization.k8s.io.
  const folder = join(dirname(load.resolve("@pulumi/kubernetes/package.json")), name.split(".")[0] ?? "", version);
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((one) => one.toLowerCase() === `${kind.toLowerCase()}.js`);
  if (file === undefined) return undefined;
  const path = join(folder, file);
  return readFileSync(path, "utf8").includes(`'${type}'`) ? path : undefined;
}
