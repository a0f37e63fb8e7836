import { createRequire } from "node:module";
import { Output, Resource } from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

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
  /** Classes by package and module, filled when a package is loaded. */
  resourceModules: unknown;
  resourcePackages: unknown;
  /** Promises that have not settled yet. */
  readonly leakCandidates: Set<Promise<unknown>>;
}

interface StateModule {
  getStore(): SdkStore;
}

interface SettingsModule {
  waitForRPCs(): Promise<void>;
}

type Properties = Record<string, unknown>;

/** Settles one output property: value, whether it is known and secret, its dependencies; or an error. */
type Resolver = (...settled: unknown[]) => void;

interface RpcModule {
  serializeResourceProperties(label: string, props: Properties, options?: unknown): Promise<[Properties, unknown]>;
  transferProperties(onto: object, label: string, props: Properties): Record<string, Resolver>;
}

interface LogModule {
  debug(message: string): Promise<void>;
}

// These members are marked @internal, so the SDK's type declarations leave them out; the version is pinned and a test runs each.
const load = createRequire(__filename);
const state: StateModule = load("@pulumi/pulumi/runtime/state");
const settings: SettingsModule = load("@pulumi/pulumi/runtime/settings");
const rpc: RpcModule = load("@pulumi/pulumi/runtime/rpc");
const log: LogModule = load("@pulumi/pulumi/log");

const { getStore } = state;

/** protobuf's own conversion, for the one answer that the SDK reads field by field. */
export const wireStruct = Struct.fromJavaScript;
export const { waitForRPCs } = settings;

/**
 * Forgets all the SDK knows of an earlier run, except the resource classes that packages announced when they were loaded. (Its own way to
 * keep runs apart is an AsyncLocalStorage, which makes Node call hooks for every promise: a tenth of a run.)
 */
export function freshStore(): SdkStore {
  const { resourceModules, resourcePackages } = getStore();
  Reflect.deleteProperty(globalThis, "globalStore");
  return Object.assign(getStore(), { resourceModules, resourcePackages });
}

/**
 * Watches the places of the SDK where facts are lost before a monitor sees them, and spares it work whose result nobody reads. Returns a
 * function that undoes it.
 * - An input that resolves to undefined is dropped while it is serialised; `onUndefined` gets the resource's label and the input.
 * - Call sites are collected only with `sources`, and only those outside node_modules.
 * - A resource's output properties are made when they are first read; see {@link lazyProperties}.
 * - Inputs and answers stay plain objects; see {@link PlainStruct}.
 */
export function observeSdk(sources: boolean, onUndefined: (label: string, property: string) => void): () => void {
  const { serializeResourceProperties, transferProperties } = rpc;
  const stackTrace: unknown = Reflect.get(Resource, "stackTrace");

  rpc.serializeResourceProperties = async (label, props, options) => {
    const result = await serializeResourceProperties(label, props, options);
    for (const key of Object.keys(props)) {
      if (Output.isInstance(props[key]) && !(key in result[0])) onUndefined(label, key);
    }
    return result;
  };
  rpc.transferProperties = lazyProperties(transferProperties);
  Reflect.set(Resource, "stackTrace", sources ? ownFrames : () => []);
  Struct.fromJavaScript = (values) => new PlainStruct(values);

  return () => {
    Struct.fromJavaScript = wireStruct;
    rpc.serializeResourceProperties = serializeResourceProperties;
    rpc.transferProperties = transferProperties;
    Reflect.set(Resource, "stackTrace", stackTrace);
  };
}

/**
 * The SDK makes an Output of four promises for each property of each resource; an alarm has thirty, of which a program reads one or none. This
 * puts an accessor in its place that lets the SDK make the Output when somebody reads it, and keeps what it was settled with until then.
 */
function lazyProperties(transferProperties: RpcModule["transferProperties"]): RpcModule["transferProperties"] {
  return (onto, label, props) => {
    const resolvers: Record<string, Resolver> = {};
    for (const key of Object.keys(props)) {
      if (key === "id" || key === "urn") continue;
      let settled: unknown[] | undefined;
      let resolve: Resolver | undefined;
      resolvers[key] = (...values) => {
        settled = values;
        resolve?.(...values);
      };
      Object.defineProperty(onto, key, {
        configurable: true,
        enumerable: true,
        get() {
          Reflect.deleteProperty(onto, key);
          resolve = transferProperties(onto, label, { [key]: props[key] })[key];
          if (settled !== undefined) resolve?.(...settled);
          return Reflect.get(onto, key);
        },
      });
    }
    return resolvers;
  };
}

/**
 * Makes the SDK say less to the engine than it does by itself. Returns a function that undoes it.
 * - A resource's call site is the innermost one of the project's own, where the SDK takes a whole stack twice for each: the engine would keep all frames in
 *   the state, a quarter of it, and writes the state before and after every step.
 * - It takes no stack traces for its promises, several for each property of a resource.
 * - Its debug messages, four for a resource, are left out: they show what a resource answers, secrets too, and the engine passes them on as events.
 */
export function quietSdk(): () => void {
  const { debug } = log;
  const { stackTraceLimit } = Error;
  const stackTrace: unknown = Reflect.get(Resource, "stackTrace");
  Reflect.set(Resource, "stackTrace", () => ownFrames().slice(0, 1));
  log.debug = async () => undefined;
  Error.stackTraceLimit = 0;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
    log.debug = debug;
    Reflect.set(Resource, "stackTrace", stackTrace);
  };
}

type PlainValues = Parameters<typeof Struct.fromJavaScript>[0];

/**
 * A message that never leaves this process: it keeps the values it was made from, where protobuf would make a message of each one and then
 * a value of each message again, four times for a resource. Only `toJavaScript` knows them.
 */
class PlainStruct extends Struct {
  constructor(private readonly values: PlainValues) {
    super();
  }

  override toJavaScript(): PlainValues {
    return this.values;
  }
}

/** Call sites of the project's own modules, innermost first, in the form of the SDK's `Resource.stackTrace`. */
function ownFrames(): { uri: string; line: number; column: number }[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: NodeJS.CallSite[] } = {};
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(holder, ownFrames);
  const sites = holder.stack ?? [];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return sites.flatMap((site) => {
    const file = site.getFileName();
    if (!file || file.startsWith("node:") || file.includes("/node_modules/")) return [];
    return {
      uri: file.startsWith("file:") ? file : `file://${file}`,
      line: site.getLineNumber() ?? 0,
      column: site.getColumnNumber() ?? 0,
    };
  });
}
