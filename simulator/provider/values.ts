import { createHmac } from "node:crypto";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { UNKNOWN } from "../recording";
import { RESOURCE, SECRET, SIGNATURE } from "./wire";

export type Values = Record<string, unknown>;
export type Path = readonly (string | number)[];

/** Values as the models want them, with the paths of those that came as secrets. */
export interface Plain {
  readonly values: Values;
  readonly secrets: readonly Path[];
}

/** Unwraps secrets and replaces references to resources by their ids. Assets and archives stay as they are on the wire. */
export function decode(from: Struct | undefined): Plain {
  const secrets: Path[] = [];
  const values = plain(from?.toJavaScript() ?? {}, [], secrets);
  return { values: isRecord(values) ? values : {}, secrets };
}

/** The wire form, what stands at `secrets` wrapped again. */
export function encode(values: Values, secrets: readonly Path[] = []): Struct {
  const clone = withoutUndefined(values);
  // A secret within a secret is covered by the outer one, and one that is listed twice by the first.
  const outermost = secrets.filter(
    (path, index) => !secrets.some((other, at) => isWithin(path, other) && (other.length < path.length || at < index)),
  );
  for (const path of outermost) wrap(clone, path);
  return Struct.fromJavaScript(clone as Record<string, JavaScriptValue>);
}

/** True for a value that is, or holds, one that only the update will know. */
export function isUnknown(value: unknown): boolean {
  if (typeof value === "string") return value.includes(UNKNOWN);
  if (Array.isArray(value)) return value.some(isUnknown);
  return isRecord(value) && Object.values(value).some(isUnknown);
}

export function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function at(values: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    values,
  );
}

/** A copy with secrets as salted digests: the cloud's file holds no secret that can be read. */
export function sealed({ values, secrets }: Plain, salt: string): Values {
  const copy = structuredClone(values);
  for (const path of secrets) {
    const value = at(copy, path);
    if (value !== undefined && !isSeal(value)) put(copy, path, { [SEAL]: digest(value, salt) });
  }
  return copy;
}

/**
 * Undoes `sealed` for a caller who knows the secrets already: `known` is what its state has. Where it has another value, the cloud's differs and
 * can not be read.
 */
export function unsealed(values: Values, salt: string, ...known: readonly Values[]): Plain {
  const secrets: Path[] = [];
  const open = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => open(item, [...path, index]));
    if (!isRecord(value)) return value;
    if (!isSeal(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, open(v, [...path, k])]));
    secrets.push(path);
    const candidates = known.map((values) => at(values, path));
    return candidates.find((found) => found !== undefined && digest(found, salt) === value[SEAL]) ?? UNREADABLE;
  };
  const opened = open(values, []);
  return { values: isRecord(opened) ? opened : {}, secrets };
}

const SEAL = "palisade:sealed";
const UNREADABLE = "(a secret that differs from the one in the state)";

function isSeal(value: unknown): boolean {
  return isRecord(value) && SEAL in value;
}

function digest(value: unknown, salt: string): string {
  return createHmac("sha256", salt).update(JSON.stringify(value)).digest("hex");
}

function plain(value: unknown, path: Path, secrets: Path[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => plain(item, [...path, index], secrets));
  if (!isRecord(value)) return value;
  switch (value[SIGNATURE]) {
    case SECRET:
      secrets.push(path);
      return plain(value.value, path, secrets);
    case RESOURCE:
      return value.id === undefined ? value.urn : value.id || UNKNOWN;
    default:
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, plain(item, [...path, key], secrets)]),
      );
  }
}

function withoutUndefined(value: Values): Values {
  const clone = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map((one) => clone(one) ?? null);
    if (!isRecord(item)) return item;
    const kept = Object.entries(item).filter(([, one]) => one !== undefined);
    return Object.fromEntries(kept.map(([key, one]) => [key, clone(one)]));
  };
  const cloned = clone(value);
  return isRecord(cloned) ? cloned : {};
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((key, index) => path[index] === key);
}

function wrap(values: Values, path: Path): void {
  const value = at(values, path);
  if (value !== undefined) put(values, path, { [SIGNATURE]: SECRET, value });
}

function put(values: Values, path: Path, value: unknown): void {
  const parent = at(values, path.slice(0, -1));
  const key = path[path.length - 1];
  if (typeof parent === "object" && parent !== null && key !== undefined) Reflect.set(parent, key, value);
}
