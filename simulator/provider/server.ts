import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as pluginProto from "@pulumi/pulumi/proto/plugin_pb";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Refusal } from "../limits";
import { remoteModels } from "../models";
import { construct } from "./construct";
import type { PropertyChange } from "./diff";
import type { Call, Faults, Operation } from "./faults";
import { clusterOf, DEFAULT_CLUSTER, refusedSettings, replacingSettings } from "./kubernetes";
import type { SimulatedProvider, Subject } from "./provider";
import { decode, encode, isUnknown, type Values } from "./values";

export interface ServeOptions {
  readonly provider: SimulatedProvider;
  readonly faults: Faults;
  /** `aws`, `awsx`, `random`, `docker-build`, `kubernetes`: which of the packages' plugins this process stands in for. */
  readonly package: string;
  readonly version: string;
}

export interface RunningServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Serves Pulumi's ResourceProvider protocol on a port of 127.0.0.1. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, service(options));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const stop = async () => {
    server.forceShutdown();
    options.provider.cloud.close();
  };
  return { port, stop };
}

type Unary<Request, Response> = grpc.ServerUnaryCall<Request, Response>;

function service({ provider, faults, package: name, version }: ServeOptions): IResourceProviderServer {
  /** The engine opens a connection for each provider of the program, and says which region or cluster it is for only once. */
  const regions = new Map<string, string>();
  let first: string | undefined;
  const otherwise = (): string =>
    name === "kubernetes" ? DEFAULT_CLUSTER : (process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1");
  const regionOf = (call: Unary<unknown, unknown>): string => regions.get(call.getPeer()) ?? first ?? otherwise();

  const stateOf = name === "kubernetes" ? (values: Values): Values => values : withId;

  const subjectOf = (call: Unary<{ getUrn(): string }, unknown>): Subject => {
    const urn = call.request.getUrn();
    const [, , qualified = "", ...rest] = urn.split("::");
    return {
      urn,
      type: qualified.slice(qualified.lastIndexOf("$") + 1),
      name: rest.join("::"),
      region: regionOf(call),
    };
  };

  const faulty = async <T>(operation: Operation, subject: Subject, work: () => T): Promise<T> => {
    const call: Call = { operation, ...subject };
    const effect = faults.next(call);
    if (effect === "fail")
      throw new Error(`${operation} of ${subject.name} failed, as a fault of the simulator was asked for.`);
    if (effect === "hang") await new Promise(() => undefined);
    if (effect === "die") await die();
    await faults.passThrottle(call);
    const result = work();
    if (effect === "die-after") await die();
    return result;
  };

  return {
    handshake: answer(() => {
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      response.setAcceptOutputs(false);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    attach: answer(() => new Empty()),
    cancel: answer(() => new Empty()),
    parameterize: answer(() => refuse("parameterization")),
    getMapping: answer(() => new proto.GetMappingResponse()),
    getMappings: answer(() => new proto.GetMappingsResponse()),
    getPluginInfo: answer(() => {
      const info = new pluginProto.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    getSchema: answer(() => {
      const response = new proto.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name, version }));
      return response;
    }),
    checkConfig: answer((call: Unary<proto.CheckRequest, proto.CheckResponse>) => {
      const news = decode(call.request.getNews());
      const response = new proto.CheckResponse();
      response.setInputs(encode(news.values, news.secrets));
      const region = news.values.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
      const reason = "No region is configured: set aws:region for the stack, or AWS_REGION.";
      const noRegion = name === "aws" && region === undefined ? [{ property: "region", reason }] : [];
      const refused = name === "kubernetes" ? refusedSettings(news.values) : [];
      response.setFailuresList([...noRegion, ...refused].map(failure));
      return response;
    }),
    diffConfig: answer((call: Unary<proto.DiffRequest, proto.DiffResponse>) => {
      const olds = decode(call.request.getOldInputs() ?? call.request.getOlds()).values;
      const news = decode(call.request.getNews()).values;
      // What another region's provider made is out of this one's reach.
      const moved = name === "aws" && olds.region !== undefined && olds.region !== news.region ? ["region"] : [];
      const replaces = name === "kubernetes" ? replacingSettings(olds, news) : moved;
      const changed = Object.keys({ ...olds, ...news }).filter((key) => String(olds[key]) !== String(news[key]));
      const response = new proto.DiffResponse();
      response.setChanges(
        changed.length === 0 ? proto.DiffResponse.DiffChanges.DIFF_NONE : proto.DiffResponse.DiffChanges.DIFF_SOME,
      );
      response.setDiffsList(changed);
      response.setReplacesList(replaces);
      return response;
    }),
    configure: answer((call: Unary<proto.ConfigureRequest, proto.ConfigureResponse>) => {
      const settings = decode(call.request.getArgs()).values;
      const region =
        name === "kubernetes"
          ? clusterOf(settings)
          : (settings.region ?? call.request.getVariablesMap().get(`${name}:config:region`));
      if (typeof region === "string" && region !== "" && !isUnknown(region)) {
        regions.set(call.getPeer(), region);
        first ??= region;
      }
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setAcceptoutputs(false);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    check: answer((call: Unary<proto.CheckRequest, proto.CheckResponse>) => {
      const { request } = call;
      const options = request.getAutonaming();
      const { inputs, failures } = provider.check(
        subjectOf(call),
        decode(request.getOlds()).values,
        decode(request.getNews()),
        request.getRandomseed_asU8(),
        options && {
          proposedName: options.getProposedName(),
          allowed: options.getMode() !== proto.CheckRequest.AutonamingOptions.Mode.DISABLE,
        },
      );
      const response = new proto.CheckResponse();
      response.setInputs(encode(inputs.values, inputs.secrets));
      response.setFailuresList(failures.map(failure));
      return response;
    }),
    diff: answer((call: Unary<proto.DiffRequest, proto.DiffResponse>) => {
      const { request } = call;
      const { changes, deleteBeforeReplace } = provider.diff(
        subjectOf(call),
        decode(request.getOldInputs() ?? request.getOlds()).values,
        decode(request.getNews()).values,
        request.getIgnorechangesList(),
      );
      return diffResponse(changes, deleteBeforeReplace);
    }),
    create: answer(async (call: Unary<proto.CreateRequest, proto.CreateResponse>) => {
      const inputs = decode(call.request.getProperties());
      const subject = subjectOf(call);
      const preview = call.request.getPreview();
      const make = () => provider.create(subject, inputs, preview);
      const { id, state } = preview ? make() : await faulty("create", subject, make);
      const response = new proto.CreateResponse();
      response.setId(id);
      response.setProperties(encode(preview ? state.values : stateOf(state.values, id), state.secrets));
      return response;
    }),
    read: answer(async (call: Unary<proto.ReadRequest, proto.ReadResponse>) => {
      const { request } = call;
      const subject = subjectOf(call);
      const inputs = decode(request.getInputs());
      const state = decode(request.getProperties());
      const found = await faulty("read", subject, () =>
        provider.read(subject, request.getId(), inputs.values, state.values),
      );
      const response = new proto.ReadResponse();
      if (found === undefined) return response;
      response.setId(found.id);
      response.setInputs(encode(found.inputs.values, [...found.inputs.secrets, ...inputs.secrets]));
      response.setProperties(encode(stateOf(found.state.values, found.id), [...found.state.secrets, ...state.secrets]));
      return response;
    }),
    update: answer(async (call: Unary<proto.UpdateRequest, proto.UpdateResponse>) => {
      const { request } = call;
      const subject = subjectOf(call);
      const olds = decode(request.getOlds());
      const news = decode(request.getNews());
      const change = () => provider.update(subject, request.getId(), olds.values, news, request.getPreview());
      const state = request.getPreview() ? change() : await faulty("update", subject, change);
      const response = new proto.UpdateResponse();
      response.setProperties(encode(stateOf(state.values, request.getId()), state.secrets));
      return response;
    }),
    delete: answer(async (call: Unary<proto.DeleteRequest, Empty>) => {
      const { request } = call;
      const subject = subjectOf(call);
      const state = decode(request.getProperties()).values;
      await faulty("delete", subject, () => provider.delete(subject, request.getId(), state));
      return new Empty();
    }),
    invoke: answer((call: Unary<proto.InvokeRequest, proto.InvokeResponse>) => {
      const response = new proto.InvokeResponse();
      const args: Values = decode(call.request.getArgs()).values;
      response.setReturn(encode(provider.invoke(call.request.getTok(), args, regionOf(call))));
      return response;
    }),
    construct: answer(async (call: Unary<proto.ConstructRequest, proto.ConstructResponse>) => {
      const { request } = call;
      const model = remoteModels[request.getType()];
      if (model === undefined) {
        throw new Error(
          `The simulator has no model for the remote component ${request.getType()}. Add one to simulator/models/, with the children that its provider registers.`,
        );
      }
      const region = request.getConfigMap().get("aws:region") ?? regionOf(call);
      const { urn, state, secrets, children } = await construct(model, request, region);
      const response = new proto.ConstructResponse();
      response.setUrn(urn);
      response.setState(encode(state, secrets));
      for (const key of Object.keys(state)) {
        const dependencies = new proto.ConstructResponse.PropertyDependencies();
        dependencies.setUrnsList([...children]);
        response.getStatedependenciesMap().set(key, dependencies);
      }
      return response;
    }),
    call: answer(() => refuse("methods of remote components")),
    list: (call) => {
      call.emit("error", { code: grpc.status.UNIMPLEMENTED, details: "The simulator does not list resources." });
    },
  };
}

function failure({ property, reason }: Refusal): proto.CheckFailure {
  const told = new proto.CheckFailure();
  told.setProperty(property);
  told.setReason(reason);
  return told;
}

function diffResponse(changes: ReadonlyMap<string, PropertyChange>, deleteBeforeReplace: boolean): proto.DiffResponse {
  const { Kind } = proto.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const response = new proto.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  response.setChanges(changes.size === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(deleteBeforeReplace);
  const roots = new Set<string>();
  const replaced = new Set<string>();
  for (const [path, { kind, replace }] of changes) {
    const root = path.split(/[.[]/)[0] ?? path;
    roots.add(root);
    if (replace) replaced.add(root);
    const diff = new proto.PropertyDiff();
    diff.setKind(kinds[kind][replace ? 1 : 0]);
    diff.setInputdiff(true);
    response.getDetaileddiffMap().set(path, diff);
  }
  response.setDiffsList([...roots]);
  response.setReplacesList([...replaced]);
  return response;
}

function answer<Request, Response>(
  make: (call: Unary<Request, Response>) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void (async () => {
      try {
        callback(null, await make(call));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        callback({
          code: error instanceof Unimplemented ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN,
          details: message,
        });
      }
    })();
  };
}

class Unimplemented extends Error {}

function refuse(what: string): never {
  throw new Unimplemented(`The simulator does not answer for ${what}.`);
}

/** As a crash would: nothing is flushed, nobody is told. */
function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

/** The state of Terraform's providers holds the id as a property too, and policy packs find it nowhere else. */
const withId = (values: Values, id: string): Values => ({ ...values, id });
