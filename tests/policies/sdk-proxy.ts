import { createRequire } from "node:module";

interface ProxyModule {
  unknownCheckingProxy(props: Record<string, unknown>): Record<string, unknown>;
}

// Marked @internal, so the policy SDK's type declarations leave it out; the version is pinned.
const sdk: ProxyModule = createRequire(__filename)("@pulumi/policy/proxy");

/** What the policy SDK wraps a resource's properties in: a plain read of an unknown value throws. */
export const { unknownCheckingProxy } = sdk;
