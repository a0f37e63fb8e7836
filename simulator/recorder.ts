import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as providerProto from "@pulumi/pulumi/proto/provider_pb";
import * as resourceProto from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { ACCOUNT } from "./account";
import { isKubernetes } from "./kubernetes-kinds";
import { Facts, type InvokeContext, named, nameIn, type RegisteredChild } from "./model";
import { invokes } from "./invokes";
import { models, remoteModels } from "./models";
import { type Problem, type RecordedResource, type Recording, type SourceFrame, UNKNOWN } from "./recording";
import { partitionOf } from "./regions";
import { freshStore, observeSdk, type SdkStore, waitForRPCs, wireStruct } from "./sdk-internals";

export interface RecordOptions {
  readonly project: string;
  readonly stack: string;
  /** Fully qualified keys (`palisade:domain`, `aws:region`); objects as JSON, the way the engine hands them over. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  /** True records what a first preview sees: no ids, nothing computed. Default false: what stands after the update. */
  readonly preview?: boolean;
  /** Records where each resource was declared. Default false. */
  readonly sources?: boolean;
  readonly account?: string;
}

/** The SDK keeps some of its state per process, so recordings wait for each other. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs a Pulumi program in this process, without engine, plugins or credentials, and returns all it registered. Rejects with
 * the program's own error when it throws; everything else that is wrong is listed in `problems`.
 */
export function record(program: () => unknown, options: RecordOptions): Promise<Recording> {
  const recording = turn.then(() => run(program, options));
  turn = recording.catch(() => undefined);
  return recording;
}

async function run(program: () => unknown, options: RecordOptions): Promise<Recording> {
  const monitor = new RecordingMonitor(options);
  const store = freshStore();
  setMockOptions(monitor, options.project, options.stack, options.preview ?? false, "organization");
  store.supportsSecrets = true;
  store.supportsResourceReferences = true;
  store.supportsDeletedWith = true;
  store.supportsReplaceWith = true;
  store.supportsAliasSpecs = true;
  store.supportsParameterization = true;
  store.supportsResourceHooks = true;
  store.supportsErrorHooks = true;
  pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);

  const stopObserving = observeSdk(options.sources ?? false, (urnOrLabel, property) => {
    // A provider's class wraps every setting in an Output, whether given or not.
    if (urnOrLabel.includes("[pulumi:providers:")) return;
    monitor.problem(`${urnOrLabel}: ${property} resolved to undefined. Something it is computed from has no value.`);
  });
  // An error in an apply leaves the registration that needs its value pending for ever, so it must end the recording itself.
  let onRejection: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (onRejection = reject));
  process.on("unhandledRejection", onRejection);
  const stackTraceLimit = Error.stackTraceLimit;
  // The SDK takes a stack trace for each of several promises per output property: half of all time.
  Error.stackTraceLimit = 0;
  try {
    await drained(
      (async () => {
        await pulumi.runtime.runInPulumiStack(async () => program());
        await waitForRPCs();
        // Rejections that nobody handles are reported one turn after the last promise has settled.
        await new Promise((resolve) => setImmediate(resolve));
      })(),
      failed,
      store,
    );
  } finally {
    // One failure rejects whatever waits for it, a turn later: that must not end the next recording.
    await new Promise((resolve) => setImmediate(resolve));
    Error.stackTraceLimit = stackTraceLimit;
    process.off("unhandledRejection", onRejection);
    stopObserving();
  }
  return monitor.recording();
}

/** Fails when `failed` does, and, naming what hangs, when the process runs out of work before `work` is done. */
async function drained(work: Promise<void>, failed: Promise<never>, store: SdkStore): Promise<void> {
  let onExit: (() => void) | undefined;
  const stuck = new Promise<never>((_, reject) => {
    onExit = () => {
      const labels = [...store.leakCandidates].map((promise) => Reflect.get(promise, "_debugCtx")).filter((x) => x);
      // Told here; the SDK would tell it once more when the process ends.
      store.leakCandidates.clear();
      reject(new pulumi.RunError(`The program waits for outputs that never resolve: ${labels.slice(0, 5).join("; ")}`));
    };
    process.on("beforeExit", onExit);
  });
  try {
    await Promise.race([work, failed, stuck]);
  } finally {
    if (onExit) process.off("beforeExit", onExit);
  }
}

class RecordingMonitor extends MockMonitor {
  private readonly recorded = new Map<string, RecordedResource>();
  private readonly names = new Set<string>();
  private readonly problems: Problem[] = [];
  private readonly preview: boolean;
  private readonly account: string;
  private stackUrn: string | undefined;

  constructor(private readonly options: RecordOptions) {
    super({ newResource: ({ inputs }) => ({ id: "", state: inputs }), call: () => ({}) });
    this.preview = options.preview ?? false;
    this.account = options.account ?? ACCOUNT;
  }

  problem(message: string, urn?: string): void {
    this.problems.push({ message, urn });
  }

  recording(): Recording {
    const stack = this.stackUrn === undefined ? undefined : this.recorded.get(this.stackUrn);
    return {
      project: this.options.project,
      stack: this.options.stack,
      preview: this.preview,
      resources: [...this.recorded.values()],
      outputs: stack?.outputs ?? {},
      secretOutputs: [...this.secretOutputs],
      problems: this.problems,
    };
  }

  private secretOutputs = new Set<string>();

  override async registerResource(req: resourceProto.RegisterResourceRequest, callback: Callback): Promise<void> {
    await answer(callback, () => {
      const raw = javaScript(req.getObject());
      const resource = this.add(req, raw, false);
      const response = new resourceProto.RegisterResourceResponse();
      response.setUrn(resource.urn);
      if (req.getCustom() && !this.preview) response.setId(resource.id ?? "");
      response.setObject(
        struct(
          req.getRemote()
            ? this.construct(req, resource)
            : this.visible(raw, resource, req.getAdditionalsecretoutputsList()),
        ),
      );
      return response;
    });
  }

  override async readResource(req: resourceProto.ReadResourceRequest, callback: Callback): Promise<void> {
    await answer(callback, () => {
      const raw = javaScript(req.getProperties());
      const resource = this.add(req, raw, true);
      const response = new resourceProto.ReadResourceResponse();
      response.setUrn(resource.urn);
      response.setProperties(struct({ ...raw, ...resource.outputs }));
      return response;
    });
  }

  override registerResourceOutputs(req: resourceProto.RegisterResourceOutputsRequest, callback: Callback): void {
    const resource = this.recorded.get(req.getUrn());
    if (resource !== undefined) {
      const secrets: string[] = [];
      resource.outputs = plainRecord(javaScript(req.getOutputs()), secrets);
      if (resource.urn === this.stackUrn) {
        for (const path of secrets) this.secretOutputs.add(path.split(/[.[]/)[0] ?? path);
        for (const [key, value] of Object.entries(resource.outputs))
          this.findHoles(resource.urn, `output ${key}`, value);
      }
    }
    callback(null, {});
  }

  override async invoke(req: resourceProto.ResourceInvokeRequest, callback: Callback): Promise<void> {
    await answer(callback, () => {
      const token = req.getTok();
      const args = plainRecord(javaScript(req.getArgs()), []);
      const response = new providerProto.InvokeResponse();
      if (token === "pulumi:pulumi:getResource") {
        const found = this.recorded.get(String(args.urn));
        if (found === undefined) throw new Error(`${String(args.urn)} is not a resource of this program.`);
        response.setReturn(wireStruct(withoutUndefined({ urn: found.urn, id: found.id ?? "", state: found.outputs })));
        return response;
      }
      const model = invokes[token];
      if (model === undefined) throw new pulumi.RunError(`The simulator has no answer for the function ${token}.`);
      const context = this.invokeContext(
        typeof args.region === "string" ? args.region : this.providerRegion(req.getProvider()),
      );
      response.setReturn(struct(model(args, context)));
      return response;
    });
  }

  private invokeContext(region: string): InvokeContext {
    return { region, account: this.account, partition: partitionOf(region) };
  }

  private add(
    req: resourceProto.RegisterResourceRequest | resourceProto.ReadResourceRequest,
    raw: Values,
    read: boolean,
  ): RecordedResource {
    const type = req.getType();
    const name = req.getName();
    const parent = req.getParent() || undefined;
    const urn = this.urn(parent, type, name);
    if (this.names.has(urn)) this.problem(`Two resources have the URN ${urn}. Give one of them another name.`, urn);
    this.names.add(urn);
    const secretPaths: string[] = [];
    const inputs = plainRecord(raw, secretPaths);
    const registration = req instanceof resourceProto.RegisterResourceRequest ? req : undefined;
    const custom = read || (registration?.getCustom() ?? false);
    const region = typeof inputs.region === "string" ? inputs.region : this.providerRegion(req.getProvider());
    const reply = custom ? this.reply(type, urn, name, inputs, region) : { id: undefined, outputs: {} };
    for (const [key, value] of Object.entries(inputs)) this.findHoles(urn, key, value);
    const propertyDependencies: Record<string, string[]> = {};
    registration?.getPropertydependenciesMap().forEach((value, key) => {
      const urns = value.getUrnsList();
      if (urns.length > 0) propertyDependencies[key] = urns;
    });
    const resource: RecordedResource = {
      urn,
      type,
      name,
      custom,
      read,
      parent,
      id: read && "getId" in req ? req.getId() : reply.id,
      inputs,
      secretPaths,
      outputs: custom ? { ...inputs, ...reply.outputs } : {},
      region: typeof inputs.region === "string" ? inputs.region : undefined,
      dependencies: req.getDependenciesList(),
      propertyDependencies,
      protect: registration?.getProtect() ?? false,
      retainOnDelete: registration?.getRetainondelete() ?? false,
      deleteBeforeReplace: registration?.getDeletebeforereplace() ?? false,
      ignoreChanges: registration?.getIgnorechangesList() ?? [],
      aliases: registration?.getAliasesList().length ?? 0,
      source: frames(registration),
    };
    this.recorded.set(urn, resource);
    if (type === STACK_TYPE) this.stackUrn = urn;
    return resource;
  }

  /** Does what the provider of a remote component does: registers the children, and answers with its outputs. */
  private construct(req: resourceProto.RegisterResourceRequest, component: RecordedResource): Values {
    const model = remoteModels[component.type];
    if (model === undefined) {
      throw new pulumi.RunError(
        `The simulator has no model for the remote component ${component.type} (resource "${component.name}"). Add one to simulator/models/, with the children that its provider registers.`,
      );
    }
    const provider = req.getProvidersMap().get("aws") ?? req.getProvider();
    const region = component.region ?? this.providerRegion(provider);
    const { type, urn, name, inputs } = component;
    const facts = new Facts(type, urn, name, name, inputs, region, this.account);
    const outputs = model.construct(facts, (childType, childName, childInputs, sources = {}) =>
      this.addChild(component, region, childType, childName, childInputs, sources),
    );
    component.outputs = plainRecord(withoutUndefined(outputs), []);
    return outputs;
  }

  private addChild(
    component: RecordedResource,
    region: string,
    type: string,
    name: string,
    given: Values,
    sources: Readonly<Record<string, readonly string[]>>,
  ): RegisteredChild {
    const urn = this.urn(component.urn, type, name);
    if (this.names.has(urn)) this.problem(`Two resources have the URN ${urn}. Give one of them another name.`, urn);
    this.names.add(urn);
    const inputs: Values = withoutUndefined(given);
    for (const [key, value] of Object.entries(inputs)) this.findHoles(urn, key, value);
    const reply = this.reply(type, urn, name, inputs, region);
    const inherited = Object.entries(component.propertyDependencies).filter(([property]) => property in inputs);
    const propertyDependencies = { ...Object.fromEntries(inherited), ...sources };
    const child: RecordedResource = {
      urn,
      type,
      name,
      custom: true,
      read: false,
      parent: component.urn,
      id: reply.id,
      inputs,
      secretPaths: component.secretPaths.filter((path) => (path.split(/[.[]/)[0] ?? path) in inputs),
      outputs: { ...inputs, ...reply.outputs },
      region: typeof inputs.region === "string" ? inputs.region : undefined,
      dependencies: [...new Set(Object.values(propertyDependencies).flat())],
      propertyDependencies,
      protect: component.protect,
      retainOnDelete: component.retainOnDelete,
      deleteBeforeReplace: false,
      ignoreChanges: [],
      aliases: 0,
      source: component.source,
    };
    this.recorded.set(urn, child);
    const id = this.preview ? "" : reply.id;
    return { urn, outputs: child.outputs, reference: { [specialSigKey]: specialResourceSig, urn, id } };
  }

  private reply(
    type: string,
    urn: string,
    logicalName: string,
    inputs: Values,
    region: string,
  ): { id: string; outputs: Values } {
    const model = models[type];
    if (model === undefined) {
      throw new pulumi.RunError(
        isKubernetes(type)
          ? `The simulator has no model for ${type} (resource "${logicalName}"). Add its kind to simulator/kubernetes-kinds.ts.`
          : `The simulator has no model for ${type} (resource "${logicalName}"). Add one to simulator/models/, with the id and the computed properties that AWS answers.`,
      );
    }
    const given = nameIn(model, inputs);
    const digits = createHash("sha256")
      .update(urn)
      .digest("hex")
      .slice(0, isKubernetes(type) ? 8 : 7);
    const name = typeof given === "string" ? given : `${logicalName}-${digits}`;
    const facts = new Facts(type, urn, logicalName, name, inputs, region, this.account);
    const computed = this.preview ? {} : model.outputs?.(facts);
    return { id: model.id(facts), outputs: { ...named(model, inputs, name), ...computed } };
  }

  /**
   * What the program gets to see: its own inputs as it gave them (secrets stay secret), plus what was computed;
   * `secretOutputs` of it as secrets.
   */
  private visible(raw: Values, resource: RecordedResource, secretOutputs: readonly string[]): Values {
    const seen: Values = { ...raw };
    for (const [key, value] of Object.entries(resource.outputs)) {
      if (!(key in raw)) seen[key] = secretOutputs.includes(key) ? secretValue(value) : value;
      else if (isKubernetes(resource.type)) seen[key] = beside(raw[key], value);
    }
    return seen;
  }

  private urn(parent: string | undefined, type: string, name: string): string {
    const parentType = parent?.split("::")[2];
    const qualified = parentType === undefined || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
    return `urn:pulumi:${this.options.stack}::${this.options.project}::${qualified}::${name}`;
  }

  private providerRegion(reference: string): string {
    const provider = this.recorded.get(reference.slice(0, Math.max(0, reference.lastIndexOf("::"))));
    const own = provider?.inputs.region;
    return typeof own === "string"
      ? own
      : (this.options.config?.["aws:region"] ?? process.env.AWS_REGION ?? "us-east-1");
  }

  /** Values that only a mistake can produce: an Output pasted into a string, or one that resolved to nothing. */
  private findHoles(urn: string, path: string, value: unknown): void {
    if (typeof value === "string") {
      if (value.includes("Calling [toString] on an [Output<T>]") || value.includes("[object Object]")) {
        this.problem(`${path} holds an Output pasted into a string; use pulumi.interpolate.`, urn);
      } else if (/\bundefined\b/.test(value) && !/\s/.test(value)) {
        this.problem(`${path} = "${value}" holds the word undefined: something it is made of has no value.`, urn);
      }
      return;
    }
    if (value === null) this.problem(`${path} resolved to undefined.`, urn);
    else if (Array.isArray(value)) value.forEach((item, index) => this.findHoles(urn, `${path}[${index}]`, item));
    else if (typeof value === "object") {
      for (const [key, item] of Object.entries(value as Values)) this.findHoles(urn, `${path}.${key}`, item);
    }
  }
}

type Values = Record<string, unknown>;
type Callback = (error: unknown, response: unknown) => void;

const STACK_TYPE = "pulumi:pulumi:Stack";

async function answer(callback: Callback, make: () => unknown): Promise<void> {
  let response: unknown;
  try {
    response = make();
  } catch (error) {
    // A failed invoke's message is read from `details`, where gRPC has it.
    if (error instanceof Error) Reflect.set(error, "details", error.message);
    callback(error, undefined);
    return;
  }
  callback(null, response);
}

function javaScript(from: Struct | undefined): Values {
  return from?.toJavaScript() ?? {};
}

function struct(values: Values): Struct {
  return Struct.fromJavaScript(withoutUndefined(values));
}

function withoutUndefined(values: Values): { [key: string]: JavaScriptValue } {
  const kept: { [key: string]: JavaScriptValue } = {};
  // What is left after JSON-like decoding is JSON-like: models answer with plain data.
  for (const [key, value] of Object.entries(values)) if (value !== undefined) kept[key] = value as JavaScriptValue;
  return kept;
}

const { specialSigKey, specialSecretSig, specialResourceSig } = pulumi.runtime;

/** What the program gave, as it gave it, and beside it within the same objects what was computed. */
function beside(given: unknown, computed: unknown): unknown {
  if (Array.isArray(given) && Array.isArray(computed)) return given.map((item, index) => beside(item, computed[index]));
  if (!isPlain(given) || !isPlain(computed)) return given;
  const all = { ...computed, ...given };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [
      key,
      key in given && key in computed ? beside(value, computed[key]) : value,
    ]),
  );
}

function isPlain(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(specialSigKey in value);
}

function secretValue(value: unknown): Values {
  return { [specialSigKey]: specialSecretSig, value };
}

function plainRecord(values: Values, secrets: string[]): Values {
  const result: Values = {};
  for (const [key, value] of Object.entries(values)) result[key] = plain(value, key, secrets);
  return result;
}

function plain(value: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => plain(item, `${path}[${index}]`, secrets));
  if (typeof value !== "object" || value === null) return value;
  const signed = value as Values;
  switch (signed[specialSigKey]) {
    case specialSecretSig:
      secrets.push(path);
      return plain(signed.value, path, secrets);
    case specialResourceSig:
      return signed.id === undefined ? signed.urn : signed.id || UNKNOWN;
    default: {
      const result: Values = {};
      for (const [key, item] of Object.entries(signed)) result[key] = plain(item, `${path}.${key}`, secrets);
      return result;
    }
  }
}

function frames(registration: resourceProto.RegisterResourceRequest | undefined): SourceFrame[] {
  const list = registration?.getStacktrace()?.getFramesList() ?? [];
  const result: SourceFrame[] = [];
  for (const frame of list) {
    const position = frame.getPc();
    if (position) result.push({ uri: position.getUri(), line: position.getLine(), column: position.getColumn() });
  }
  return result;
}
