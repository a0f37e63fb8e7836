import { createHash } from "node:crypto";
import { partitionOf } from "./regions";

/** What a model knows about the resource it answers for. */
export class Facts {
  private digest: string | undefined;

  constructor(
    readonly type: string,
    readonly urn: string,
    readonly logicalName: string,
    /** Physical name: the program's, else one made the way Pulumi's autonaming does. */
    readonly name: string,
    readonly inputs: Readonly<Record<string, unknown>>,
    readonly region: string,
    readonly account: string,
    /** How many times the URN was created before: what replaces a resource is another resource, with an id of its own. */
    readonly generation: number = 0,
  ) {}

  get partition(): string {
    return partitionOf(this.region);
  }

  /** `n` hexadecimal digits, the same for the same URN and generation in every run; at most 64. */
  hex(n: number): string {
    const seed = this.generation === 0 ? this.urn : `${this.urn}#${this.generation}`;
    this.digest ??= createHash("sha256").update(seed).digest("hex");
    return this.digest.slice(0, n);
  }

  uuid(): string {
    const h = this.hex(32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
  }

  /** ARN in this resource's region and account. */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
  }

  /** ARN of a global service: no region. */
  globalArn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}::${this.account}:${resource}`;
  }

  /** A string input, or "" where the program gave none. */
  text(property: string): string {
    const value = this.inputs[property];
    return typeof value === "string" ? value : "";
  }

  number(property: string, otherwise: number): number {
    const value = this.inputs[property];
    return typeof value === "number" ? value : otherwise;
  }

  list(property: string): readonly unknown[] {
    const value = this.inputs[property];
    return Array.isArray(value) ? value : [];
  }
}

/** What AWS answers when one resource type is created. */
export interface Model {
  /** Input that holds the physical name, if the type has one, `a.b` within an object; Pulumi names the resource there when the program does not. */
  readonly nameProperty?: string;
  readonly id: (facts: Facts) => string;
  /** Properties that AWS computes, every output-only one of the type included. Inputs are echoed without being listed. */
  readonly outputs?: (facts: Facts) => Readonly<Record<string, unknown>>;
}

/** The physical name that the inputs give, if they do. */
export function nameIn(model: Model, inputs: Readonly<Record<string, unknown>>): unknown {
  return model.nameProperty?.split(".").reduce<unknown>((value, key) => fieldsOf(value)[key], inputs);
}

/** The inputs' own property that holds the physical name, with the name in it. */
export function named(
  { nameProperty }: Model,
  inputs: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  if (nameProperty === undefined) return {};
  const [outer = "", inner] = nameProperty.split(".");
  return { [outer]: inner === undefined ? name : { ...fieldsOf(inputs[outer]), [inner]: name } };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A resource that a remote component has registered underneath itself. */
export interface RegisteredChild {
  readonly urn: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The resource as a value, for the component's outputs: the SDK makes a live resource of it. */
  readonly reference: unknown;
}

/**
 * Registers a resource underneath a remote component. An input takes over the dependencies of the component's own input of the same name;
 * `sources` names the URNs that other inputs' values come from.
 */
export type RegisterChild = (
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  sources?: Readonly<Record<string, readonly string[]>>,
) => RegisteredChild;

/** A remote component: a provider's process registers its children, so the program's SDK never sees them. */
export interface RemoteModel {
  /** Registers the children that the provider would, and returns the component's outputs. */
  readonly construct: (facts: Facts, register: RegisterChild) => Readonly<Record<string, unknown>>;
}

/** Type token of a remote component -> model. */
export type RemoteModels = Readonly<Record<string, RemoteModel>>;

/** Pulumi type token -> model. */
export type Models = Readonly<Record<string, Model>>;

export interface InvokeContext {
  readonly region: string;
  readonly account: string;
  readonly partition: string;
}

/** Pulumi function token -> answer. */
export type Invokes = Readonly<
  Record<string, (args: Readonly<Record<string, unknown>>, context: InvokeContext) => Record<string, unknown>>
>;
