import * as grpc from "@grpc/grpc-js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resourceProto from "@pulumi/pulumi/proto/resource_pb";
import type * as providerProto from "@pulumi/pulumi/proto/provider_pb";
import { ACCOUNT } from "../account";
import { Facts, type RegisterChild, type RegisteredChild, type RemoteModel } from "../model";
import { UNKNOWN } from "../recording";
import { at, decode, encode, isUnknown, type Path, type Values } from "./values";
import { versionOf } from "./version";
import { RESOURCE, SIGNATURE } from "./wire";

export interface Constructed {
  readonly urn: string;
  readonly state: Values;
  readonly secrets: readonly Path[];
  /** URN of every child, for each output. */
  readonly children: readonly string[];
}

interface Wanted {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Values>;
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

/** Thrown through a model that has asked for a child which is not registered yet. */
class Pending extends Error {
  constructor(readonly wanted: Wanted) {
    super(`${wanted.type} ${wanted.name} is not registered yet.`);
  }
}

/** Does what the process of a remote component does: registers the component and its children with the engine, and answers with its outputs. */
export async function construct(
  model: RemoteModel,
  request: providerProto.ConstructRequest,
  region: string,
): Promise<Constructed> {
  const monitor = new ResourceMonitorClient(request.getMonitorendpoint(), grpc.credentials.createInsecure());
  try {
    return await new Construction(monitor, model, request, region).run();
  } finally {
    monitor.close();
  }
}

class Construction {
  private readonly children = new Map<string, RegisteredChild>();
  private readonly inputs: Values;
  private readonly secrets: readonly Path[];

  constructor(
    private readonly monitor: ResourceMonitorClient,
    private readonly model: RemoteModel,
    private readonly request: providerProto.ConstructRequest,
    private readonly region: string,
  ) {
    const { values, secrets } = decode(request.getInputs());
    this.inputs = values;
    this.secrets = secrets;
  }

  async run(): Promise<Constructed> {
    const urn = await this.registerComponent();
    const type = this.request.getType();
    const name = this.request.getName();
    const facts = new Facts(type, urn, name, name, this.inputs, this.region, ACCOUNT);
    const outputs = await this.outputs(facts, urn);
    const registration = new resourceProto.RegisterResourceOutputsRequest();
    registration.setUrn(urn);
    registration.setOutputs(encode(outputs));
    await new Promise<void>((resolve, reject) => {
      this.monitor.registerResourceOutputs(registration, (error) => (error ? reject(error) : resolve()));
    });
    return { urn, state: outputs, secrets: [], children: [...this.children.values()].map((child) => child.urn) };
  }

  /** Models register synchronously, the engine does not: the model is run again each time a child that it waits for stands. */
  private async outputs(facts: Facts, urn: string): Promise<Values> {
    const register: RegisterChild = (type, name, inputs, sources = {}) => {
      const child = this.children.get(`${type} ${name}`);
      if (child === undefined) throw new Pending({ type, name, inputs, sources });
      return child;
    };
    for (;;) {
      try {
        return this.hidden(this.model.construct(facts, register));
      } catch (error) {
        if (!(error instanceof Pending)) throw error;
        const { wanted } = error;
        this.children.set(`${wanted.type} ${wanted.name}`, await this.registerChild(wanted, urn));
      }
    }
  }

  private async registerComponent(): Promise<string> {
    const request = new resourceProto.RegisterResourceRequest();
    request.setType(this.request.getType());
    request.setName(this.request.getName());
    request.setParent(this.request.getParent());
    request.setCustom(false);
    request.setObject(encode(this.inputs, this.secrets));
    request.setProtect(this.request.getProtect() ?? false);
    request.setDependenciesList(this.request.getDependenciesList());
    request.setAliasesList(this.request.getAliasesList());
    request.setAliasspecs(true);
    this.request.getProvidersMap().forEach((reference, name) => request.getProvidersMap().set(name, reference));
    const response = await this.register(request);
    return response.getUrn();
  }

  private async registerChild({ type, name, inputs, sources }: Wanted, parent: string): Promise<RegisteredChild> {
    const request = new resourceProto.RegisterResourceRequest();
    request.setType(type);
    request.setName(name);
    request.setParent(parent);
    request.setCustom(true);
    const given: Values = Object.fromEntries(
      Object.entries(inputs).map(([key, value]) => [key, isUnknown(value) ? knownOrUnknown(value) : value]),
    );
    const secrets = this.secrets.filter((path) => at(given, path) !== undefined);
    request.setObject(encode(given, secrets));
    request.setProtect(this.request.getProtect() ?? false);
    request.setRetainondelete(this.request.getRetainondelete() ?? false);
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSupportspartialvalues(true);
    const package_ = type.slice(0, type.indexOf(":"));
    // As a provider's process does: without a version the engine takes one provider for a first update and another for the next.
    request.setVersion(versionOf(package_) ?? "");
    const provider = this.request.getProvidersMap().get(package_);
    if (provider !== undefined) request.setProvider(provider);
    const all = new Set<string>();
    for (const key of Object.keys(given)) {
      const own = this.request.getInputdependenciesMap().get(key)?.getUrnsList() ?? [];
      const urns = [...own, ...(sources[key] ?? [])];
      if (urns.length === 0) continue;
      const dependencies = new resourceProto.RegisterResourceRequest.PropertyDependencies();
      dependencies.setUrnsList(urns);
      request.getPropertydependenciesMap().set(key, dependencies);
      for (const urn of urns) all.add(urn);
    }
    request.setDependenciesList([...all]);
    const response = await this.register(request);
    const { values } = decode(response.getObject());
    // What is not known yet is absent, as it is for the in-process recorder.
    const outputs = Object.fromEntries(Object.entries(values).filter(([, value]) => !isUnknown(value)));
    const id = response.getId();
    return {
      urn: response.getUrn(),
      outputs,
      reference: { [SIGNATURE]: RESOURCE, urn: response.getUrn(), id: id === "" ? UNKNOWN : id },
    };
  }

  private register(request: resourceProto.RegisterResourceRequest): Promise<resourceProto.RegisterResourceResponse> {
    return new Promise((resolve, reject) => {
      this.monitor.registerResource(request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  /** At preview a computed output is there, and unknown. */
  private hidden(outputs: Readonly<Values>): Values {
    if (!this.request.getDryrun()) return { ...outputs };
    return Object.fromEntries(
      Object.entries(outputs).map(([key, value]) => [key, value === undefined ? UNKNOWN : knownOrUnknown(value)]),
    );
  }
}

/** A string made of an unknown one is unknown as a whole. */
function knownOrUnknown(value: unknown): unknown {
  if (typeof value === "string") return isUnknown(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map(knownOrUnknown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, knownOrUnknown(item)]));
}
