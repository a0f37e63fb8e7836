import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ACCOUNT } from "../account";
import { Cloud, type CloudResource, keyOf, type Transaction } from "../cloud";
import { forces, guarded, inUseError } from "../deletion";
import { invokes } from "../invokes";
import { LIMITS, refusals, type Refusal } from "../limits";
import { isKubernetes } from "../kubernetes-kinds";
import { Facts, type Model, nameIn } from "../model";
import { models } from "../models";
import { UNKNOWN } from "../recording";
import { imported, RANDOM, RANDOM_SECRETS } from "../random-values";
import { References } from "../references";
import { isGlobal, partitionOf } from "../regions";
import { UNIQUE_EVERYWHERE, UNIQUENESS } from "../uniqueness";
import { compare, type PropertyChange } from "./diff";
import { keepsObjectName, refuseFixed, withObjectName } from "./kubernetes";
import { isUnknown, type Plain, sealed, unsealed, type Values } from "./values";

/** A resource as a call names it. */
export interface Subject {
  readonly type: string;
  readonly urn: string;
  readonly name: string;
  /** Region of the provider that the call came through, or its cluster; a resource's own `region` goes before it. */
  readonly region: string;
}

export interface Autonaming {
  readonly proposedName: string;
  /** False: the program must give the name. */
  readonly allowed: boolean;
}

export interface Answer {
  readonly id: string;
  readonly state: Plain;
}

export interface ReadAnswer extends Answer {
  readonly inputs: Plain;
}

export interface DiffAnswer {
  readonly changes: ReadonlyMap<string, PropertyChange>;
  readonly deleteBeforeReplace: boolean;
}

const DEFAULTS = "__defaults";

/** Answers for resources the way AWS and its provider do, out of the models and a cloud in a file. Knows nothing of gRPC. */
export class SimulatedProvider {
  readonly cloud: Cloud;
  private readonly references = new References(namesOf);
  /** What may exist only once -> the keys that take it. */
  private readonly taken = new Map<string, Set<string>>();
  /** Type, region and id -> the keys of what has them. */
  private readonly byId = new Map<string, Set<string>>();

  constructor(cloudFile: string) {
    this.cloud = new Cloud(cloudFile, [
      this.references,
      {
        added: (key, resource) => {
          const slot = slotOf(resource);
          if (slot !== undefined) addTo(this.taken, slot, key);
          for (const place of placesOf(resource)) addTo(this.byId, place, key);
        },
        removed: (key, resource) => {
          this.taken.get(slotOf(resource) ?? "")?.delete(key);
          for (const place of placesOf(resource)) this.byId.get(place)?.delete(key);
        },
      },
    ]);
  }

  /** Names what the program has not named, and tells what AWS would refuse. */
  check(
    subject: Subject,
    olds: Values,
    given: Plain,
    seed: Uint8Array,
    autonaming?: Autonaming,
  ): { readonly inputs: Plain; readonly failures: readonly Refusal[] } {
    const { type } = subject;
    const model = models[type];
    if (model === undefined) return { inputs: given, failures: [{ property: "", reason: noModel(type) }] };
    const name = isKubernetes(type) ? withObjectName : withName;
    const { values, failures } = name(model, subject, olds, given.values, seed, autonaming);
    const inputs: Plain = { values, secrets: given.secrets };
    const isSecret = (property: string) => given.secrets.some(([first]) => property.split(/[.[]/)[0] === first);
    const limits = refusals(type, inputs.values, isUnknown, isSecret).map(({ property, reason }) => ({
      // The engine prints the value of the property that it is given, secret or not.
      property: isSecret(property) ? "" : property,
      reason: `${property} ${reason}.`,
    }));
    return { inputs, failures: [...failures, ...limits] };
  }

  diff({ type }: Subject, olds: Values, news: Values, ignore: readonly string[] = []): DiffAnswer {
    const changes = compare(type, olds, news, ignore);
    const replaced = [...changes.values()].some(({ replace }) => replace);
    const keeps = isKubernetes(type) ? keepsObjectName : keepsName;
    return { changes, deleteBeforeReplace: replaced && keeps(type, olds, news) };
  }

  create(subject: Subject, inputs: Plain, preview: boolean): Answer {
    const { type, urn, name } = subject;
    const model = modelOf(type);
    if (preview)
      return { id: "", state: { values: unknownOutputs(model, subject, inputs.values), secrets: inputs.secrets } };
    if (!standsInCloud(type)) return this.createOutside(model, subject, inputs);
    const salt = this.cloud.secretSalt();
    return this.cloud.transaction(({ put, nextGeneration }) => {
      const generation = this.overwritten(subject, inputs.values)?.generation ?? nextGeneration(urn);
      const facts = factsOf(model, subject, inputs.values, generation);
      const outputs = model.outputs?.(facts) ?? {};
      const resource: CloudResource = {
        type,
        id: model.id(facts),
        region: isGlobal(type) ? "" : facts.region,
        ...(REVISIONED.has(type) ? { arn: String(outputs.arn) } : {}),
        urn,
        logicalName: name,
        generation,
        inputs: sealed(inputs, salt),
      };
      this.refuseMissing(resource);
      this.refuseTaken(resource);
      put(resource);
      return { id: resource.id, state: stateOf(inputs, outputs) };
    });
  }

  /** What stands in the cloud; undefined where nothing does. `inputs` and `state` are what the caller knows: secrets come from there. */
  read(subject: Subject, id: string, inputs: Values, state: Values): ReadAnswer | undefined {
    const model = modelOf(subject.type);
    if (!standsInCloud(subject.type)) {
      const isImport = Object.keys(inputs).length === 0 && Object.keys(state).length === 0;
      const found = isImport ? imported(subject.type, id) : undefined;
      if (found !== undefined) {
        const given: Plain = { values: { ...found.inputs }, secrets: [] };
        return { id: found.id, inputs: given, state: randomState(subject.type, given, found.outputs) };
      }
      return { id, inputs: { values: inputs, secrets: [] }, state: { values: state, secrets: [] } };
    }
    const found = this.find(subject, id, { ...inputs, ...state });
    if (found === undefined) return undefined;
    const actual = unsealed({ ...found.inputs }, this.cloud.secretSalt(), inputs, state);
    return { id: found.id, inputs: actual, state: stateOf(actual, this.outputsOf(model, found, subject, actual)) };
  }

  update(subject: Subject, id: string, state: Values, inputs: Plain, preview: boolean): Plain {
    const { type, name } = subject;
    const model = modelOf(type);
    if (!standsInCloud(type)) {
      const { outputs } = this.answerOutside(model, subject, inputs.values);
      if (RANDOM[type] === undefined) return stateOf(inputs, outputs);
      return randomState(type, inputs, drawnBefore(outputs, state));
    }
    if (preview) {
      const found = this.find(subject, id, state);
      if (found === undefined) return { values: { ...state, ...inputs.values }, secrets: inputs.secrets };
      return hideUnknown(stateOf(inputs, this.outputsOf(model, found, subject, inputs)));
    }
    const salt = this.cloud.secretSalt();
    return this.cloud.transaction(({ put, remove }) => {
      const found = this.find(subject, id, state);
      if (found === undefined) throw new Error(`NotFound: ${type} ${id} (${name}) does not exist; refresh the stack.`);
      const changed: CloudResource = { ...found, inputs: sealed(inputs, salt) };
      refuseFixed(found, changed);
      this.refuseMissing(changed);
      this.refuseTaken(changed, keyOf(found));
      if (keyOf(changed) !== keyOf(found)) remove(keyOf(found));
      put(changed);
      return stateOf(inputs, this.outputsOf(model, found, subject, inputs));
    });
  }

  /** Deletes what stands, and what AWS deletes with it. What does not exist any more is deleted already. */
  delete(subject: Subject, id: string, state: Values): void {
    if (!standsInCloud(subject.type)) return;
    this.cloud.transaction((transaction) => {
      const found = this.find(subject, id, state);
      if (found !== undefined) this.remove(found, transaction);
    });
  }

  invoke(token: string, args: Values, region: string): Values {
    const answer = invokes[token];
    if (answer === undefined) throw new Error(`The simulator has no answer for the function ${token}.`);
    const own = typeof args.region === "string" ? args.region : region;
    return answer(args, { region: own, account: ACCOUNT, partition: partitionOf(own) });
  }

  private remove(resource: CloudResource, transaction: Transaction): void {
    const what = `${resource.type} ${resource.id} (${resource.logicalName})`;
    const reason = guarded(resource);
    if (reason !== undefined) throw new Error(`${what} can not be deleted: ${reason}`);
    const going = new Map<string, CloudResource>();
    this.collect(resource, going);
    for (const [key, one] of going) {
      const blocking = this.references
        .dependents(key, one)
        .filter(({ resource: other, onDelete }) => onDelete === "blocks" && !going.has(keyOf(other)));
      if (blocking.length === 0) continue;
      const names = blocking
        .slice(0, 5)
        .map(({ resource: other }) => `${other.logicalName} (${other.type} ${other.id})`);
      const more = blocking.length > 5 ? ` and ${blocking.length - 5} more` : "";
      throw new Error(`${what} can not be deleted: ${inUseError(one.type)}: in use by ${names.join(", ")}${more}.`);
    }
    for (const key of going.keys()) transaction.remove(key);
  }

  /** What the creation overwrites instead of standing beside it: the same setting, made before by an update that was interrupted. */
  private overwritten({ type, urn, name, region }: Subject, inputs: Values): CloudResource | undefined {
    if (inputs.allowOverwrite !== true) return undefined;
    const id = modelOf(type).id(factsOf(modelOf(type), { type, urn, name, region }, inputs, 0));
    return this.cloud.ofUrn(urn).find((one) => one.id === id);
  }

  /** A resource and all that AWS deletes with it. */
  private collect(resource: CloudResource, going: Map<string, CloudResource>): void {
    const key = keyOf(resource);
    if (going.has(key)) return;
    going.set(key, resource);
    for (const { resource: one, onDelete } of this.references.dependents(key, resource)) {
      if (onDelete === "goes" || forces(resource)) this.collect(one, going);
    }
  }

  private find({ type, urn, region }: Subject, id: string, known: Values): CloudResource | undefined {
    const own = isGlobal(type) ? "" : typeof known.region === "string" ? known.region : region;
    // An import names what is to be found by id alone, `<id>@<region>` where it stands in another region.
    const [plainId = "", elsewhere = own] = id.split("@");
    this.cloud.sync();
    const found = [
      ...(this.byId.get(`${type} ${own} ${id}`) ?? this.byId.get(`${type} ${elsewhere} ${plainId}`) ?? []),
    ];
    const likeness = (one: CloudResource): number => {
      const same = Object.entries(one.inputs).filter(([key, value]) => isDeepStrictEqual(value, known[key])).length;
      // Where several share an id: first the revision, then who made it, then what it is like, the newest of equals.
      return (one.arn !== undefined && one.arn === known.arn ? 1e6 : 0) + (one.urn === urn ? 1e3 : 0) + same;
    };
    return found
      .map((key) => this.cloud.get(key))
      .filter((one) => one !== undefined)
      .sort((a, b) => likeness(a) - likeness(b))
      .pop();
  }

  private outputsOf(model: Model, found: CloudResource, subject: Subject, inputs: Plain): Values {
    const facts = factsOf(
      model,
      { ...subject, urn: found.urn, name: found.logicalName, region: found.region || subject.region },
      inputs.values,
      found.generation,
    );
    return { ...model.outputs?.(facts) };
  }

  private refuseMissing(resource: CloudResource): void {
    const [missing] = this.references.missing(resource);
    if (missing === undefined) return;
    const where = resource.region === "" ? "" : ` in ${resource.region}`;
    throw new Error(
      `NotFound: ${missing.path} of ${resource.type} (${resource.logicalName}) is ${missing.name}, but no such ${missing.target} exists${where}.`,
    );
  }

  private refuseTaken(resource: CloudResource, ownKey?: string): void {
    const slot = slotOf(resource);
    const holder = [...(this.taken.get(slot ?? "") ?? [])].find((key) => key !== ownKey);
    if (slot === undefined || holder === undefined) return;
    const other = this.cloud.get(holder);
    throw new Error(
      `${UNIQUENESS[resource.type]?.error}: ${resource.type} (${resource.logicalName}) clashes with ${other?.id ?? holder}, which ${other?.urn ?? "another program"} has made.`,
    );
  }

  private createOutside(model: Model, subject: Subject, inputs: Plain): Answer {
    const { id, outputs } = this.answerOutside(model, subject, inputs.values);
    return { id, state: randomState(subject.type, inputs, outputs) };
  }

  /** Resources of other providers than AWS's: their state is all there is of them. */
  private answerOutside(model: Model, subject: Subject, inputs: Values): { id: string; outputs: Values } {
    const draw = RANDOM[subject.type];
    if (draw !== undefined) {
      const { id, outputs } = draw(inputs, randomBytes);
      return { id, outputs: { ...outputs } };
    }
    const facts = factsOf(model, subject, inputs, 0);
    return { id: model.id(facts), outputs: { ...model.outputs?.(facts) } };
  }
}

/** Every registration of a task definition is a revision of one family, and the family is the id. */
const REVISIONED: ReadonlySet<string> = new Set(["aws:ecs/taskDefinition:TaskDefinition"]);

const standsInCloud = (type: string): boolean => type.startsWith("aws:") || isKubernetes(type);

function noModel(type: string): string {
  if (isKubernetes(type))
    return `The simulator has no model for ${type}. Add its kind to simulator/kubernetes-kinds.ts.`;
  return `The simulator has no model for ${type}. Add one to simulator/models/, with the id and the computed properties that AWS answers.`;
}

function modelOf(type: string): Model {
  const model = models[type];
  if (model === undefined) throw new Error(noModel(type));
  return model;
}

function factsOf(model: Model, subject: Subject, inputs: Values, generation: number): Facts {
  const { type, urn, name: logicalName, region } = subject;
  const given = nameIn(model, inputs);
  const name = typeof given === "string" ? given : logicalName;
  const own = typeof inputs.region === "string" ? inputs.region : region;
  return new Facts(type, urn, logicalName, name, inputs, own, ACCOUNT, generation);
}

/** The list of what was named for the program stands among the inputs only, as the real provider has it. */
function withoutDefaults(inputs: Values): Values {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== DEFAULTS));
}

/** Inputs and what AWS computes. Where AWS answers in the place of a secret input, that is a secret too. */
function stateOf(inputs: Plain, outputs: Readonly<Values>): Plain {
  return { values: { ...withoutDefaults(inputs.values), ...outputs }, secrets: inputs.secrets };
}

/** At preview nothing computed is known, nor what the update will find in the place of an unknown input. */
function unknownOutputs(model: Model, subject: Subject, inputs: Values): Values {
  const computed = Object.keys(model.outputs?.(factsOf(model, subject, inputs, 0)) ?? {});
  return { ...Object.fromEntries(computed.map((property) => [property, UNKNOWN])), ...withoutDefaults(inputs) };
}

function hideUnknown({ values, secrets }: Plain): Plain {
  const hide = (value: unknown): unknown => (typeof value === "string" && isUnknown(value) ? UNKNOWN : value);
  return { values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, hide(value)])), secrets };
}

function randomState(type: string, inputs: Plain, outputs: Values): Plain {
  const { values, secrets } = stateOf(inputs, outputs);
  return { values, secrets: [...secrets, ...(RANDOM_SECRETS[type] ?? []).map((property) => [property])] };
}

/** What was drawn at random once stays, and stands in the state only. */
function drawnBefore(outputs: Values, state: Values): Values {
  return Object.fromEntries(Object.keys(outputs).map((property) => [property, state[property]]));
}

/** Names a resource as the provider does: its logical name and seven digits; a name once given stays. */
function withName(
  model: Model,
  { type, urn, name }: Subject,
  olds: Values,
  given: Values,
  seed: Uint8Array,
  autonaming: Autonaming | undefined,
): { readonly values: Values; readonly failures: readonly Refusal[] } {
  const property = model.nameProperty;
  if (property === undefined || given[property] !== undefined) return { values: given, failures: [] };
  if (autonaming?.allowed === false) {
    const reason = `${property} is required: automatic naming is off for ${type}.`;
    return { values: given, failures: [{ property, reason }] };
  }
  const old = olds[property];
  const isKept = typeof old === "string" && listOf(olds[DEFAULTS]).includes(property);
  const digits = createHash("sha256").update(seed).update(urn).digest("hex").slice(0, 7);
  const prefix = given[`${property}Prefix`];
  const proposed =
    autonaming?.proposedName || (typeof prefix === "string" ? `${prefix}${digits}` : `${name}-${digits}`);
  const value = isKept ? old : fitted(type, property, proposed, given);
  return { values: { ...given, [property]: value, [DEFAULTS]: [property] }, failures: [] };
}

/** What the provider does to a proposed name where AWS wants lower case, a prefix or a suffix. */
function fitted(type: string, property: string, proposed: string, inputs: Values): string {
  const prefixed = type === "aws:kms/alias:Alias" ? `alias/${proposed}` : proposed;
  const name = inputs.fifoQueue === true || inputs.fifoTopic === true ? `${prefixed}.fifo` : prefixed;
  const pattern = LIMITS[type]?.[property]?.pattern;
  return pattern !== undefined && !pattern.test(name) && pattern.test(name.toLowerCase()) ? name.toLowerCase() : name;
}

/**
 * A replacement can not stand beside what it replaces when the program itself gives both one name: Pulumi's AWS provider takes that of every type that it would name by itself,
 * whether or not AWS lets two have one name (`nameRequiresDeleteBeforeReplace` of pulumi-terraform-bridge).
 */
function keepsName(type: string, olds: Values, news: Values): boolean {
  const property = models[type]?.nameProperty;
  if (property === undefined) return isSamePlace(type, olds, news);
  return olds[property] === news[property] && !listOf(news[DEFAULTS]).includes(property);
}

/** The same for what has no name but may exist only once, such as a listener's port. */
function isSamePlace(type: string, olds: Values, news: Values): boolean {
  const uniqueness = UNIQUENESS[type];
  if (uniqueness === undefined) return false;
  const place = (inputs: Values) => uniqueness.scope(new Facts(type, "", "", "", inputs, "", ACCOUNT));
  return place(olds) !== undefined && place(olds) === place(news);
}

const placesOf = ({ type, region, id, arn }: CloudResource): readonly string[] =>
  [id, ...(arn === undefined ? [] : [arn])].map((one) => `${type} ${region} ${one}`);

function addTo(map: Map<string, Set<string>>, at: string, key: string): void {
  const set = map.get(at);
  if (set === undefined) map.set(at, new Set([key]));
  else set.add(key);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function slotOf(resource: CloudResource): string | undefined {
  const uniqueness = UNIQUENESS[resource.type];
  const model = models[resource.type];
  if (uniqueness === undefined || model === undefined) return undefined;
  const { type, urn, logicalName: name, region, inputs, generation } = resource;
  const scope = uniqueness.scope(factsOf(model, { type, urn, name, region }, { ...inputs }, generation));
  return scope === undefined ? undefined : `${type} ${UNIQUE_EVERYWHERE.has(type) ? "" : region} ${scope}`;
}

/** By which names others point to a resource: its id, ARN and name, and those of what AWS makes together with it. */
function namesOf(resource: CloudResource): { type: string; name: string }[] {
  const { type, urn, logicalName, region, inputs, generation, id } = resource;
  const model = models[type];
  if (model === undefined) return [];
  const facts = factsOf(model, { type, urn, name: logicalName, region }, { ...inputs }, generation);
  const outputs = model.outputs?.(facts) ?? {};
  const name = model.nameProperty === undefined ? undefined : facts.name;
  const own = new Set(
    [id, name, outputs.arn, outputs.trackerArn, outputs.collectionArn].filter(
      (one): one is string => typeof one === "string" && one !== "",
    ),
  );
  const made = MADE_TOGETHER[type] ?? {};
  // Whatever takes a key takes one of its aliases as well.
  const also = type === "aws:kms/alias:Alias" ? [...own].map((one) => ({ type: "aws:kms/key:Key", name: one })) : [];
  return [
    ...[...own].map((one) => ({ type, name: one })),
    ...also,
    ...Object.entries(made).map(([property, kind]) => ({ type: kind, name: String(outputs[property]) })),
  ];
}

const MADE_TOGETHER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "aws:ec2/vpc:Vpc": {
    defaultNetworkAclId: "aws:ec2/networkAcl:NetworkAcl",
    defaultRouteTableId: "aws:ec2/routeTable:RouteTable",
    defaultSecurityGroupId: "aws:ec2/securityGroup:SecurityGroup",
  },
};
