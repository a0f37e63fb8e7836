import { createRequire } from "node:module";
import { join } from "node:path";

type Deserialize = (properties: object, proxySecrets: boolean) => Record<string, unknown>;

/**
 * Lets Pulumi's SDK read each resource once. It reads all of them anew for each policy: 176 times for our largest pack, which is most of what a preview with packs
 * costs. None of our policies changes what it is handed, so all may have the same. The version of the SDK is pinned; one that reads otherwise is left as it is.
 */
export function readResourcesOnce(): void {
  const load = createRequire(join(__dirname, "sdk.js"));
  let reader: { deserializeProperties?: Deserialize };
  try {
    reader = load("@pulumi/policy/deserialize");
  } catch {
    return;
  }
  const read = reader.deserializeProperties;
  if (typeof read !== "function") return;
  const known = new WeakMap<object, Record<string, unknown>>();
  reader.deserializeProperties = (properties, proxySecrets) => {
    // With secrets it is a fix that asks, which may hand on a changed copy.
    if (proxySecrets) return read(properties, proxySecrets);
    let found = known.get(properties);
    if (found === undefined) {
      found = read(properties, proxySecrets);
      known.set(properties, found);
    }
    return found;
  };
}
