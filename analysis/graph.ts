import type { PolicyResource } from "@pulumi/policy";
import { unwrap } from "./sdk-proxy";

/**
 * Pulumi's wire values for "not known before the update has run", one for each kind of value.
 * The Node SDK writes the one for strings whatever the kind; the engine and providers write all of them.
 */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Known<T> {
  readonly known: true;
  readonly value: T;
}

/** A value that only the update will decide: where it stands and which resources it is made from. */
export interface Unknown {
  readonly known: false;
  /** URN of the resource whose property it is. */
  readonly resource: string;
  /** The property, e.g. `rules[0].kmsMasterKeyId`. */
  readonly path: string;
  readonly producers: readonly string[];
}

export type Fact<T = unknown> = Known<T> | Unknown;

/** Where a resource was declared; the innermost call site comes first. */
export interface SourceFrame {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
}

/** What the graph needs of a recorded resource; the simulator's recording has this shape. */
export interface RecordedResourceLike {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly read?: boolean;
  readonly parent?: string;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly region?: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  readonly source: readonly SourceFrame[];
}

export interface RecordingLike {
  /** True when the recording shows what a first preview sees: ids are not known then. */
  readonly preview: boolean;
  readonly resources: readonly RecordedResourceLike[];
}

export type DataClass = "cardholder" | "confidential" | "internal" | "public";

/** Strictest first. */
const DATA_CLASSES: readonly DataClass[] = ["cardholder", "confidential", "internal", "public"];
const DATA_CLASS_TAG = "palisade:data-class";
const ENVIRONMENT_TAG = "palisade:environment";
const STACK = "pulumi:pulumi:Stack";

/** One property of a resource, or a place inside one. Reading never throws and never shows the wire value of an unknown. */
export class Property {
  constructor(
    readonly node: ResourceNode,
    readonly path: string,
    private readonly raw: unknown,
  ) {}

  /** Nobody gave a value and AWS's default decides. */
  get absent(): boolean {
    return this.raw === undefined || this.raw === null;
  }

  /** The value itself is unknown; for a list or an object, its shape. What is inside may still be. */
  get unknown(): boolean {
    return isUnknown(this.raw);
  }

  /** The whole value, known only when everything inside it is. An absent one is known to be `undefined`. */
  get fact(): Fact {
    const hole = findUnknown(this.raw, this.path);
    if (hole === undefined) return { known: true, value: this.raw ?? undefined };
    return { known: false, resource: this.node.urn, path: hole, producers: this.producers };
  }

  /** The whole value with `replacement` in place of each part that is unknown. */
  filled(replacement: string): unknown {
    return replaceUnknowns(this.raw, replacement);
  }

  /** Resources that an unknown value is made from, as far as Pulumi tells. */
  get producers(): readonly string[] {
    return this.node.producersOf(this.path);
  }

  /** A place inside, e.g. `at("rules[0].sseAlgorithm")`. Inside an unknown everything is unknown. */
  at(path: string): Property {
    const full = this.path === "" ? path : path.startsWith("[") ? this.path + path : `${this.path}.${path}`;
    return new Property(this.node, full, walk(this.raw, segments(path)));
  }

  /** Elements of a list; none when it is absent, unknown or not a list. */
  get items(): Property[] {
    if (!Array.isArray(this.raw)) return [];
    return this.raw.map((item, index) => new Property(this.node, `${this.path}[${index}]`, item));
  }

  /** Entries of an object; none when it is absent, unknown or not an object. */
  get entries(): [string, Property][] {
    if (typeof this.raw !== "object" || this.raw === null || Array.isArray(this.raw)) return [];
    return Object.entries(this.raw).map(([key, value]) => [
      key,
      new Property(this.node, `${this.path}["${key}"]`, value),
    ]);
  }
}

/** What is told about one resource, by a recording or by the engine. */
interface Told {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for components. */
  readonly custom: boolean;
  /** False for what exists already and is only read, e.g. by `Vpc.get`. The engine does not tell: there it is always true. */
  readonly managed: boolean;
  /** Undefined while it is not known. */
  readonly id: string | undefined;
  /** What the program gave, or a component registered. The engine tells a policy the outputs alone: there both are one object. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs and what AWS computed. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Region it lives in; undefined for components and global services. */
  readonly region: string | undefined;
  readonly protect: boolean;
  /** Where it was declared, the innermost call site first; empty unless recorded. */
  readonly source: readonly SourceFrame[];
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** A registered resource or component. */
export class ResourceNode implements Told {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly managed: boolean;
  readonly id: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly region: string | undefined;
  readonly protect: boolean;
  readonly source: readonly SourceFrame[];
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** Components around it, from the innermost outwards; without the stack. */
  readonly components: readonly ResourceNode[];
  private readonly computed = new Map<string, unknown>();

  constructor(
    told: Told,
    /** Parent in the tree; undefined for the stack itself. */
    readonly parent: ResourceNode | undefined,
  ) {
    this.urn = told.urn;
    this.type = told.type;
    this.name = told.name;
    this.custom = told.custom;
    this.managed = told.managed;
    this.id = told.id;
    this.inputs = told.inputs;
    this.outputs = told.outputs;
    this.region = told.region;
    this.protect = told.protect;
    this.source = told.source;
    this.dependencies = told.dependencies;
    this.propertyDependencies = told.propertyDependencies;
    if (parent === undefined || parent.type === STACK) this.components = NONE;
    else this.components = parent.custom ? parent.components : [parent, ...parent.components];
  }

  /**
   * The property at a path such as `rules[0].sseAlgorithm`, as the program gave it. What AWS computes counts as absent, so that a rule judges the
   * same facts before and after the resource exists; a component has what it registered as outputs.
   */
  property(path: string): Property {
    const [root, ...rest] = segments(path);
    return new Property(this, path, root === undefined ? this.inputs : walk(this.given(root), rest));
  }

  /** The value at `path`; unknown when anything inside it is. */
  read(path: string): Fact {
    return this.property(path).fact;
  }

  producersOf(path: string): readonly string[] {
    const root = segments(path)[0];
    return (root === undefined ? undefined : this.propertyDependencies[root]) ?? NONE;
  }

  /** What AWS computes, or the program gave, as text; undefined while it is not known. */
  output(property: string): string | undefined {
    return knownText(this.outputs[property]);
  }

  /** What the JSON text in one of its properties says, as the innermost component around it that wrote the text registered it. */
  toldDocument(property: string): unknown {
    for (const component of this.components) {
      const told = walk(component.inputs.documents, [`${this.type}::${this.name}`, property]);
      if (told !== undefined) return told;
    }
    return undefined;
  }

  /** Value of a tag, where it is known. */
  tag(key: string): string | undefined {
    const tags = this.inputs.tags;
    if (typeof tags !== "object" || tags === null) return undefined;
    return knownText(Reflect.get(tags, key));
  }

  /** What the data behind it is: by its tag, else by the strictest tag beside it in the nearest component that has one. */
  get dataClass(): DataClass | undefined {
    return this.inherited("dataClass");
  }

  get environment(): string | undefined {
    return this.inherited("environment");
  }

  /** The strictest class and the environment that the tags of this component's own resources tell. */
  readonly tagged: { dataClass?: DataClass; environment?: string } = {};

  /** Called once while the graph is built, parents first. */
  tell(): void {
    const dataClass = DATA_CLASSES.find((known) => known === this.tag(DATA_CLASS_TAG));
    const environment = this.tag(ENVIRONMENT_TAG);
    for (const place of [this, this.components[0]]) {
      if (place === undefined) continue;
      if (dataClass !== undefined && rank(dataClass) < rank(place.tagged.dataClass)) place.tagged.dataClass = dataClass;
      place.tagged.environment ??= environment;
    }
  }

  private inherited<K extends "dataClass" | "environment">(what: K): ResourceNode["tagged"][K] {
    for (const place of [this, ...this.components]) {
      if (place.tagged[what] !== undefined) return place.tagged[what];
    }
    return undefined;
  }

  /**
   * A top-level property. The engine shows what the provider will compute as unknown too; such a value depends on nothing in the program,
   * so nobody gave it. A recording holds no such values.
   */
  private given(property: string): unknown {
    const value = this.inputs[property];
    if (this.inputs !== this.outputs || this.producersOf(property).length > 0) return value;
    if (!this.computed.has(property)) this.computed.set(property, withoutUnknowns(value));
    return this.computed.get(property);
  }
}

/** Resources that a reference leads to. */
export interface Join {
  readonly nodes: readonly ResourceNode[];
  /** References that are unknown and may lead to any of several resources, or to none. */
  readonly uncertain: readonly Property[];
}

/**
 * All resources of a program and how they refer to each other, made from a recording or from what the engine hands to a policy. Building
 * it takes time in proportion to the number of resources; each kind of question builds the index it needs once.
 */
export class ResourceGraph {
  readonly nodes: readonly ResourceNode[];
  private readonly byUrn: ReadonlyMap<string, ResourceNode>;
  private readonly byType = new Map<string, ResourceNode[]>();
  private handles: Map<string, ResourceNode[]> | undefined;
  private readonly referrers = new Map<string, { to: Map<string, ResourceNode[]>; uncertain: Property[] }>();
  private readonly memory = new Map<string, unknown>();

  private constructor(byUrn: ReadonlyMap<string, ResourceNode>) {
    this.byUrn = byUrn;
    this.nodes = [...byUrn.values()];
    for (const node of this.nodes) {
      append(this.byType, node.type, node);
      node.tell();
    }
  }

  static fromRecording(recording: RecordingLike): ResourceGraph {
    const sources = new Map(recording.resources.map((resource) => [resource.urn, resource]));
    return new ResourceGraph(
      build(sources, (resource, parent) => {
        const { custom, inputs, outputs } = resource;
        const told: Told = {
          urn: resource.urn,
          type: resource.type,
          name: resource.name,
          custom,
          managed: resource.read !== true,
          id: recording.preview || !custom || !resource.id ? undefined : resource.id,
          inputs: custom ? inputs : { ...inputs, ...outputs },
          outputs,
          region: resource.region,
          protect: resource.protect,
          source: resource.source,
          dependencies: resource.dependencies,
          propertyDependencies: resource.propertyDependencies,
        };
        return new ResourceNode(told, parent);
      }),
    );
  }

  /** `resources` may be the policy SDK's, which throw on a plain read of an unknown value. */
  static fromPolicyResources(resources: readonly PolicyResource[]): ResourceGraph {
    const sources = new Map(
      resources.map((resource) => [resource.urn, { ...options(resource), urn: resource.urn, resource }]),
    );
    return new ResourceGraph(
      build(sources, ({ resource, protect }, parent) => {
        const outputs = unwrap(resource.props);
        const region = outputs.region ?? (resource.provider && unwrap(resource.provider.props).region);
        const told: Told = {
          urn: resource.urn,
          type: resource.type,
          name: resource.name,
          custom: resource.type === STACK || resource.type.includes("/") || resource.provider !== undefined,
          managed: true,
          id: knownText(outputs.id),
          inputs: outputs,
          outputs,
          region: knownText(region),
          protect,
          source: NONE,
          dependencies: resource.dependencies.map((dependency) => dependency.urn),
          propertyDependencies: urnsByProperty(resource.propertyDependencies),
        };
        return new ResourceNode(told, parent);
      }),
    );
  }

  get(urn: string): ResourceNode | undefined {
    return this.byUrn.get(urn);
  }

  ofType(...types: readonly string[]): readonly ResourceNode[] {
    return types.flatMap((type): readonly ResourceNode[] => this.byType.get(type) ?? NONE);
  }

  /** Resources of `types` that a reference (an id, ARN, name or a list of them) leads to. */
  resolve(reference: Property, ...types: readonly string[]): Join {
    const items = reference.items;
    if (items.length > 0 && items.every((item) => item.unknown)) {
      // Pulumi tells what a whole property depends on, not each element.
      const nodes = this.producers(reference, types);
      return nodes.length >= items.length ? { nodes, uncertain: NONE } : { nodes, uncertain: items };
    }
    if (items.length > 0) return merge(items.map((item) => this.resolve(item, ...types)));
    if (reference.absent) return NOWHERE;
    if (reference.unknown) {
      const nodes = this.producers(reference, types);
      return nodes.length === 1 ? { nodes, uncertain: NONE } : { nodes: NONE, uncertain: [reference] };
    }
    const fact = reference.fact;
    if (!fact.known || typeof fact.value !== "string") return NOWHERE;
    return { nodes: this.withHandle(fact.value, types, reference.node.region), uncertain: NONE };
  }

  /**
   * Resources of `type` whose `property` leads to `node`, e.g. `referring("aws:s3/bucketPolicy:BucketPolicy", "bucket", bucket)`:
   * by value where ids are known, by what Pulumi says the property depends on where they are not.
   */
  referring(type: string, property: string, node: ResourceNode): Join {
    const key = `${type} ${property} ${node.type}`;
    let index = this.referrers.get(key);
    if (index === undefined) {
      index = { to: new Map(), uncertain: [] };
      for (const referrer of this.ofType(type)) {
        const { nodes, uncertain } = this.resolve(referrer.property(property), node.type);
        for (const target of nodes) append(index.to, target.urn, referrer);
        index.uncertain.push(...uncertain.filter((reference) => mayLeadTo(reference, node.type, this)));
      }
      this.referrers.set(key, index);
    }
    return { nodes: index.to.get(node.urn) ?? NONE, uncertain: index.uncertain };
  }

  /** The account that the program deploys to, as its ARNs tell; undefined while none is known. */
  get account(): string | undefined {
    return this.once("account", () => {
      for (const node of this.nodes) {
        if (!node.managed || !node.custom) continue;
        const account = knownText(node.outputs.arn)?.split(":")[4];
        if (account !== undefined && /^\d{12}$/.test(account)) return account;
      }
      return undefined;
    });
  }

  /** Computes something about the whole graph once, e.g. a table that many rules ask. */
  once<T>(key: string, compute: () => T): T {
    if (!this.memory.has(key)) this.memory.set(key, compute());
    // The key names the computation, and each computation has one result type.
    return this.memory.get(key) as T;
  }

  private producers(reference: Property, types: readonly string[]): ResourceNode[] {
    return reference.producers
      .map((urn) => this.byUrn.get(urn))
      .filter((node): node is ResourceNode => node !== undefined && types.includes(node.type));
  }

  /** Resources of `types` that an id, a name or an ARN leads to; of several, those in `region`. */
  withHandle(value: string, types: readonly string[], region?: string): readonly ResourceNode[] {
    this.handles ??= indexHandles(this.nodes);
    const arn = parseArn(value);
    const ofTypes = (handle: string) => (this.handles?.get(handle) ?? NONE).filter((node) => types.includes(node.type));
    const exact = ofTypes(value);
    // The ARN of a function's alias is the alias's own handle, and leads to the function as well.
    const candidates = exact.length > 0 || arn === undefined ? exact : ofTypes(arn.key);
    if (candidates.length < 2) return candidates;
    const place = arn?.region || region;
    const near = candidates.filter((node) => node.region === undefined || node.region === place);
    return near.length > 0 ? near : candidates;
  }
}

const NONE: readonly never[] = [];
const NOWHERE: Join = { nodes: NONE, uncertain: NONE };

/** Properties by which AWS lets one resource name another. */
const HANDLES = [
  "arn",
  "collectionArn",
  "trackerArn",
  "name",
  "id",
  "bucket",
  "keyId",
  "identifier",
  "clusterIdentifier",
  "replicationGroupId",
  "domainName",
  "url",
  "stageName",
  "policyName",
];

/** How AWS writes the name of a resource into its ARN, so that an ARN built from a name leads to it before it exists. */
const ARN_OF_NAME: Readonly<Record<string, readonly [property: string, service: string, prefix: string]>> = {
  "aws:s3/bucket:Bucket": ["bucket", "s3", ""],
  "aws:sqs/queue:Queue": ["name", "sqs", ""],
  "aws:sns/topic:Topic": ["name", "sns", ""],
  "aws:cloudwatch/logGroup:LogGroup": ["name", "logs", "log-group:"],
  "aws:kms/alias:Alias": ["name", "kms", ""],
  "aws:iam/role:Role": ["name", "iam", "role/"],
  "aws:iam/policy:Policy": ["name", "iam", "policy/"],
  "aws:rds/instance:Instance": ["identifier", "rds", "db:"],
  "aws:rds/cluster:Cluster": ["clusterIdentifier", "rds", "cluster:"],
  "aws:rds/snapshot:Snapshot": ["dbSnapshotIdentifier", "rds", "snapshot:"],
  "aws:rds/clusterSnapshot:ClusterSnapshot": ["dbClusterSnapshotIdentifier", "rds", "cluster-snapshot:"],
  "aws:eks/cluster:Cluster": ["name", "eks", "cluster/"],
  "aws:ecs/cluster:Cluster": ["name", "ecs", "cluster/"],
  "aws:ecr/repository:Repository": ["name", "ecr", "repository/"],
  "aws:lambda/function:Function": ["name", "lambda", "function:"],
  "aws:kinesis/stream:Stream": ["name", "kinesis", "stream/"],
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": ["name", "firehose", "deliverystream/"],
  "aws:dynamodb/table:Table": ["name", "dynamodb", "table/"],
  "aws:backup/vault:Vault": ["name", "backup", "backup-vault:"],
  "aws:athena/workgroup:Workgroup": ["name", "athena", "workgroup/"],
  "aws:glue/catalogDatabase:CatalogDatabase": ["name", "glue", "database/"],
};

function indexHandles(nodes: readonly ResourceNode[]): Map<string, ResourceNode[]> {
  const handles = new Map<string, ResourceNode[]>();
  for (const node of nodes) {
    if (!node.custom) continue;
    const own = new Set<string>();
    const add = (value: unknown) => {
      if (typeof value === "string" && value !== "" && !isUnknown(value)) own.add(value);
    };
    add(node.id);
    for (const property of HANDLES) add(node.outputs[property]);
    const form = ARN_OF_NAME[node.type];
    const name = form && node.outputs[form[0]];
    if (form && typeof name === "string" && !isUnknown(name)) own.add(`${form[1]}|${form[2]}${name}`);
    for (const handle of own) append(handles, handle, node);
  }
  return handles;
}

/** Service and resource of an ARN as one key, whatever its partition and account; a log group's trailing `:*` and a function's version or alias do not count. */
function parseArn(value: string): { key: string; region: string } | undefined {
  if (!value.startsWith("arn:")) return undefined;
  const [, , service, region, , ...resource] = value.split(":");
  return { key: `${service}|${resource.join(":").replace(/:\*$|(?<=^function:[^:]+):.+$/, "")}`, region: region ?? "" };
}

/** Makes nodes so that each one's parent is there before it, whatever the order they came in. */
function build<S extends { readonly urn: string; readonly parent?: string }>(
  sources: ReadonlyMap<string, S>,
  make: (source: S, parent: ResourceNode | undefined) => ResourceNode,
): Map<string, ResourceNode> {
  const nodes = new Map<string, ResourceNode>();
  const visit = (source: S): ResourceNode => {
    const made = nodes.get(source.urn);
    if (made !== undefined) return made;
    const parent = source.parent === undefined ? undefined : sources.get(source.parent);
    const node = make(source, parent && visit(parent));
    nodes.set(source.urn, node);
    return node;
  };
  for (const source of sources.values()) visit(source);
  return nodes;
}

function options(resource: PolicyResource): { parent?: string; protect: boolean } {
  return { parent: resource.parent?.urn ?? resource.opts.parent, protect: resource.opts.protect };
}

function urnsByProperty(dependencies: PolicyResource["propertyDependencies"]): Record<string, readonly string[]> {
  const urns: Record<string, readonly string[]> = {};
  for (const [property, resources] of Object.entries(dependencies)) urns[property] = resources.map(({ urn }) => urn);
  return urns;
}

/** A text that is known; undefined for what is unknown or no text. */
export function knownText(value: unknown): string | undefined {
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
}

function isUnknown(value: unknown): boolean {
  if (typeof value !== "string" || value.length < UNKNOWN_STRING.length) return false;
  return UNKNOWNS.has(value) || value.includes(UNKNOWN_STRING);
}

/** The value with `replacement` in place of each unknown part. */
function replaceUnknowns(value: unknown, replacement: string): unknown {
  if (isUnknown(value)) return replacement;
  if (Array.isArray(value)) return value.map((item) => replaceUnknowns(item, replacement));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceUnknowns(item, replacement)]));
}

/** The value with its unknown parts left out; elements of a list keep their places. */
function withoutUnknowns(value: unknown): unknown {
  if (isUnknown(value)) return undefined;
  if (findUnknown(value, "") === undefined) return value;
  if (Array.isArray(value)) return value.map(withoutUnknowns);
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, withoutUnknowns(item)]));
}

/** Path of the first unknown in a value. */
function findUnknown(value: unknown, path: string): string | undefined {
  if (typeof value !== "object" || value === null) return isUnknown(value) ? path : undefined;
  const isList = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    const hole = findUnknown(item, isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`);
    if (hole !== undefined) return hole;
  }
  return undefined;
}

function walk(value: unknown, path: readonly string[]): unknown {
  let place = value;
  for (const segment of path) {
    if (isUnknown(place)) return place;
    if (typeof place !== "object" || place === null) return undefined;
    place = Reflect.get(place, segment);
  }
  return place;
}

const parsedPaths = new Map<string, readonly string[]>();

/** `rules[0].tags["a.b"]` -> rules, 0, tags, a.b. Rules read the same few hundred paths, so each is parsed once. */
function segments(path: string): readonly string[] {
  let parsed = parsedPaths.get(path);
  if (parsed === undefined) {
    parsed = [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? "");
    parsedPaths.set(path, parsed);
  }
  return parsed;
}

/**
 * May an unknown reference turn out to be one of `type`? What AWS resources of other types tell is about those; of what is made from anything
 * else (a random name, a command's output, a remote component) nobody knows what it will be.
 */
function mayLeadTo(reference: Property, type: string, graph: ResourceGraph): boolean {
  const { producers } = reference;
  return (
    producers.length === 0 ||
    producers.some((urn) => {
      const made = graph.get(urn)?.type;
      return made === undefined || made === type || !made.startsWith("aws:");
    })
  );
}

function merge(joins: readonly Join[]): Join {
  const nodes = [...new Set(joins.flatMap((join) => join.nodes))];
  return { nodes, uncertain: joins.flatMap((join) => join.uncertain) };
}

function rank(dataClass: DataClass | undefined): number {
  return dataClass === undefined ? DATA_CLASSES.length : DATA_CLASSES.indexOf(dataClass);
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
