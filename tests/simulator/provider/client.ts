import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Faults } from "../../../simulator/provider/faults";
import { SimulatedProvider } from "../../../simulator/provider/provider";
import { type RunningServer, serve } from "../../../simulator/provider/server";
import { decode, encode, type Plain, type Values } from "../../../simulator/provider/values";

export interface Made {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Plain;
  readonly state: Plain;
}

export interface ClientOptions {
  readonly cloud?: string;
  readonly faults?: string;
  readonly region?: string;
  /** Default `aws`. */
  readonly package?: string;
  /** What the provider is configured with. Default: the region. */
  readonly settings?: Values;
}

/** Talks to a provider as the engine does: by gRPC, what Create gets is what Check has answered. */
export class Client {
  private constructor(
    readonly provider: SimulatedProvider,
    private readonly server: RunningServer,
    private readonly grpc: ResourceProviderClient,
    private readonly folder: string | undefined,
  ) {}

  static async start({
    cloud,
    faults = "",
    region = "eu-west-1",
    package: name = "aws",
    settings = { region },
  }: ClientOptions = {}): Promise<Client> {
    const folder = cloud === undefined ? mkdtempSync(join(tmpdir(), "palisade-cloud-")) : undefined;
    const provider = new SimulatedProvider(cloud ?? join(folder ?? "", "cloud.jsonl"));
    const server = await serve({ provider, faults: new Faults(faults), package: name, version: "7.48.0" });
    const stub = new ResourceProviderClient(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
    const client = new Client(provider, server, stub, folder);
    const configuration = new proto.ConfigureRequest();
    configuration.setArgs(encode(settings));
    await client.ask<proto.ConfigureResponse>((done) => stub.configure(configuration, done));
    return client;
  }

  get cloudFile(): string {
    return this.provider.cloud.file;
  }

  async stop(): Promise<void> {
    this.grpc.close();
    await this.server.stop();
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  async check(
    type: string,
    name: string,
    news: Values,
    olds: Values = {},
    secrets: Plain["secrets"] = [],
  ): Promise<{ inputs: Plain; failures: string[] }> {
    const request = new proto.CheckRequest();
    request.setUrn(urnOf(type, name));
    request.setNews(encode(news, secrets));
    request.setOlds(encode(olds));
    request.setRandomseed(Buffer.from("seed"));
    const response = await this.ask<proto.CheckResponse>((done) => this.grpc.check(request, done));
    return {
      inputs: decode(response.getInputs()),
      failures: response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`),
    };
  }

  async create(type: string, name: string, given: Values, secrets: Plain["secrets"] = []): Promise<Made> {
    const { inputs, failures } = await this.check(type, name, given, {}, secrets);
    if (failures.length > 0) throw new Error(`${name}: ${failures.join("; ")}`);
    const response = await this.createRaw(type, name, inputs, false);
    return { type, name, id: response.getId(), inputs, state: decode(response.getProperties()) };
  }

  createRaw(type: string, name: string, inputs: Plain, preview: boolean): Promise<proto.CreateResponse> {
    const request = new proto.CreateRequest();
    request.setUrn(urnOf(type, name));
    request.setProperties(encode(inputs.values, inputs.secrets));
    request.setPreview(preview);
    return this.ask((done) => this.grpc.create(request, done));
  }

  async read({ type, name, id, inputs, state }: Made): Promise<Made | undefined> {
    const request = new proto.ReadRequest();
    request.setId(id);
    request.setUrn(urnOf(type, name));
    request.setInputs(encode(inputs.values, inputs.secrets));
    request.setProperties(encode(state.values, state.secrets));
    const response = await this.ask<proto.ReadResponse>((done) => this.grpc.read(request, done));
    if (response.getId() === "") return undefined;
    return {
      type,
      name,
      id: response.getId(),
      inputs: decode(response.getInputs()),
      state: decode(response.getProperties()),
    };
  }

  async diff(
    made: Made,
    news: Values,
  ): Promise<{ changed: string[]; replaces: string[]; deleteBeforeReplace: boolean }> {
    const { inputs } = await this.check(made.type, made.name, news, made.inputs.values);
    const request = new proto.DiffRequest();
    request.setId(made.id);
    request.setUrn(urnOf(made.type, made.name));
    request.setOlds(encode(made.state.values));
    request.setOldInputs(encode(made.inputs.values));
    request.setNews(encode(inputs.values));
    const response = await this.ask<proto.DiffResponse>((done) => this.grpc.diff(request, done));
    return {
      changed: [...response.getDetaileddiffMap().keys()],
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async update(made: Made, news: Values): Promise<Made> {
    const { inputs } = await this.check(made.type, made.name, news, made.inputs.values);
    const request = new proto.UpdateRequest();
    request.setId(made.id);
    request.setUrn(urnOf(made.type, made.name));
    request.setOlds(encode(made.state.values));
    request.setOldInputs(encode(made.inputs.values));
    request.setNews(encode(inputs.values, inputs.secrets));
    const response = await this.ask<proto.UpdateResponse>((done) => this.grpc.update(request, done));
    return { ...made, inputs, state: decode(response.getProperties()) };
  }

  async delete({ type, name, id, state }: Made): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setId(id);
    request.setUrn(urnOf(type, name));
    request.setProperties(encode(state.values));
    await this.ask((done) => this.grpc.delete(request, done));
  }

  async invoke(token: string, args: Values): Promise<Values> {
    const request = new proto.InvokeRequest();
    request.setTok(token);
    request.setArgs(encode(args));
    const response = await this.ask<proto.InvokeResponse>((done) => this.grpc.invoke(request, done));
    return decode(response.getReturn()).values;
  }

  handshake(): Promise<proto.ProviderHandshakeResponse> {
    return this.ask((done) => this.grpc.handshake(new proto.ProviderHandshakeRequest(), done));
  }

  async checkConfig(news: Values): Promise<string[]> {
    const request = new proto.CheckRequest();
    request.setNews(encode(news));
    const response = await this.ask<proto.CheckResponse>((done) => this.grpc.checkConfig(request, done));
    return response.getFailuresList().map((failure) => failure.getReason());
  }

  diffConfig(olds: Values, news: Values): Promise<proto.DiffResponse> {
    const request = new proto.DiffRequest();
    request.setOldInputs(encode(olds));
    request.setNews(encode(news));
    return this.ask((done) => this.grpc.diffConfig(request, done));
  }

  private ask<Response>(
    send: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      send((error, response) => (error === null ? resolve(response) : reject(new Error(error.details))));
    });
  }
}

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::palisade::${type}::${name}`;
}
