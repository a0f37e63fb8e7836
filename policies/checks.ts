import type { Fact, Join, Property, ResourceGraph, ResourceNode } from "../analysis/graph";
import { all, fail, type Outcome, PASS, undetermined, type Verdict } from "./rule";

/** The building blocks of rules. Each answers "undetermined" for an unknown value, whatever it would have asked of it. */

/** Judges a value once it is known; an absent one is `undefined`. */
export function when(value: Property | Fact, judge: (known: unknown) => Outcome): Outcome {
  const fact = "known" in value ? value : value.fact;
  return fact.known ? judge(fact.value) : undetermined(fact);
}

/** Judges each element of a list. An absent or empty list has nothing wrong with it. */
export function each(list: Property, judge: (item: Property) => Outcome): Outcome {
  if (list.unknown) return undetermined(list);
  return all(...list.items.map((item) => (item.unknown ? undetermined(item) : judge(item))));
}

/** Judges the resources that a join leads to; what it may lead to beside them is undetermined. */
export function joined(join: Join, judge: (nodes: readonly ResourceNode[]) => Outcome): Outcome {
  if (join.nodes.length > 0) return judge(join.nodes);
  if (join.uncertain.length > 0) return join.uncertain.map(undetermined);
  return judge([]);
}

export interface Choice {
  /** What AWS takes when the program gives nothing. */
  readonly byDefault?: unknown;
}

/** The value must be one of `wanted`. */
export function oneOf(property: Property, wanted: readonly unknown[], message: string, choice: Choice = {}): Outcome {
  return when(property, (value) => (wanted.includes(value ?? choice.byDefault) ? PASS : fail(message, property)));
}

/** The flag must be true; left out it is false unless `byDefault` says otherwise. */
export function on(property: Property, message: string, byDefault = false): Outcome {
  return when(property, (value) => (isTrue(value ?? byDefault) ? PASS : fail(message, property)));
}

/** The flag must not be true; left out it is false unless `byDefault` says otherwise. */
export function off(property: Property, message: string, byDefault = false): Outcome {
  return when(property, (value) => (isTrue(value ?? byDefault) ? fail(message, property) : PASS));
}

/** A second check that means something only when the first does not fail: one finding, not two, for what is off altogether. */
export function andThen(first: Outcome, second: () => Outcome): Outcome {
  return all(first).some(({ kind }) => kind === "fail") ? first : all(first, second());
}

/** A number of at least `least`. */
export function atLeast(property: Property, least: number, message: string, byDefault = 0): Outcome {
  return when(property, (value) => (Number(value ?? byDefault) >= least ? PASS : fail(message, property)));
}

/** Some value must be given. One that is not known yet is given. */
export function given(property: Property, message: string): Verdict {
  return property.absent || (!property.unknown && property.fact.known && property.fact.value === "")
    ? fail(message, property)
    : PASS;
}

/** A non-empty list. */
export function notEmpty(property: Property, message: string): Verdict {
  if (property.unknown) return undetermined(property);
  return property.items.length > 0 ? PASS : fail(message, property);
}

const KEYS = [
  "aws:kms/key:Key",
  "aws:kms/alias:Alias",
  "aws:kms/externalKey:ExternalKey",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:kms/replicaExternalKey:ReplicaExternalKey",
];

/** A KMS key of the customer: not left out, and not one of AWS's own (`alias/aws/...`). While its ARN is unknown, what it depends on tells. */
export function customerKey(property: Property, graph: ResourceGraph, message: string): Outcome {
  if (property.unknown) {
    const isKey = property.producers.some((urn) => KEYS.includes(graph.get(urn)?.type ?? ""));
    return isKey ? PASS : undetermined(property);
  }
  return when(property, (value) => {
    if (typeof value !== "string" || value === "") return fail(message, property);
    return /(^|:)alias\/aws\//.test(value) ? fail(`${message} ${value} is AWS's key, not yours.`, property) : PASS;
  });
}

/**
 * Did the program itself give the value? Once a resource exists the engine shows a policy what AWS answered by the same name, so that nobody can tell
 * there, and the answer is no.
 */
export function isGiven(property: Property): boolean {
  const { node } = property;
  return !property.absent && (node.inputs !== node.outputs || node.id === undefined);
}

export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}
