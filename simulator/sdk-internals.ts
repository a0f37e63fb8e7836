import { createRequire } from "node:module";
import { Output, Resource } from "@pulumi/pulumi";

/** The per-run state of the SDK, as far as the recorder sets it. */
export interface SdkStore {
  supportsSecrets: boolean;
  supportsResourceReferences: boolean;
  supportsDeletedWith: boolean;
  supportsReplaceWith: boolean;
  supportsAliasSpecs: boolean;
  supportsParameterization: boolean;
  supportsResourceHooks: boolean;
  supportsErrorHooks: boolean;
  /** Promises that have not settled yet. */
  readonly leakCandidates: ReadonlySet<Promise<unknown>>;
}

interface StateModule {
  getStore(): SdkStore;
  withLocalStorage<T>(callback: () => T): T;
}

interface SettingsModule {
  waitForRPCs(): Promise<void>;
}

type Properties = Record<string, unknown>;

interface RpcModule {
  serializeResourceProperties(label: string, props: Properties, options?: unknown): Promise<[Properties, unknown]>;
}

interface DebuggableModule {
  debuggablePromise<T>(promise: Promise<T>, context?: unknown): Promise<T>;
}

// These members are marked @internal, so the SDK's type declarations leave them out; the version is pinned and a test runs each.
const load = createRequire(__filename);
const state: StateModule = load("@pulumi/pulumi/runtime/state");
const settings: SettingsModule = load("@pulumi/pulumi/runtime/settings");
const rpc: RpcModule = load("@pulumi/pulumi/runtime/rpc");
const debuggable: DebuggableModule = load("@pulumi/pulumi/runtime/debuggable");

export const { getStore, withLocalStorage } = state;
export const { waitForRPCs } = settings;

/**
 * Watches the places of the SDK where facts are lost before a monitor sees them, and spares work that only a debugger reads. Returns
 * a function that undoes it.
 * - An input that resolves to undefined is dropped while it is serialised; `onUndefined` gets the resource's label and the input.
 * - A stack trace is parsed for every resource; without `sources` there is none.
 * - Four promises per output property carry debugging data (a fifth of a run). One that never settles also holds up its
 *   resource's registration, whose promise keeps its label and is what a hanging program is reported by.
 */
export function observeSdk(sources: boolean, onUndefined: (label: string, property: string) => void): () => void {
  const { serializeResourceProperties } = rpc;
  const { debuggablePromise } = debuggable;
  const stackTrace: unknown = Reflect.get(Resource, "stackTrace");

  rpc.serializeResourceProperties = async (label, props, options) => {
    const result = await serializeResourceProperties(label, props, options);
    for (const key of Object.keys(props)) {
      if (Output.isInstance(props[key]) && !(key in result[0])) onUndefined(label, key);
    }
    return result;
  };
  debuggable.debuggablePromise = (promise, context) =>
    typeof context === "string" && context.startsWith("transfer") ? promise : debuggablePromise(promise, context);
  if (!sources) Reflect.set(Resource, "stackTrace", () => []);

  return () => {
    rpc.serializeResourceProperties = serializeResourceProperties;
    debuggable.debuggablePromise = debuggablePromise;
    Reflect.set(Resource, "stackTrace", stackTrace);
  };
}
