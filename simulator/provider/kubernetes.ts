import { createHash } from "node:crypto";
import type { CloudResource } from "../cloud";
import { KINDS } from "../kubernetes-kinds";
import { type Model, named, nameIn } from "../model";
import type { Refusal } from "../limits";
import { isDeepStrictEqual } from "node:util";
import { at, isRecord, isUnknown, type Values } from "./values";

/** The provider writes on an object that it was the one who named it. */
const AUTONAMED = "pulumi.com/autonamed";

/** Where a provider with no settings of its own makes its objects: the cluster that the kubeconfig of whoever runs it names. */
export const DEFAULT_CLUSTER = "cluster";

/** Names an object as the provider does: its logical name and eight digits; a name once given stays. */
export function withObjectName(
  model: Model,
  { urn, name }: { readonly urn: string; readonly name: string },
  olds: Values,
  given: Values,
  seed: Uint8Array,
  autonaming: { readonly proposedName: string; readonly allowed: boolean } | undefined,
): { readonly values: Values; readonly failures: readonly Refusal[] } {
  const metadata = isRecord(given.metadata) ? given.metadata : {};
  if (isUnknown(given.metadata) && !isRecord(given.metadata)) return { values: given, failures: [] };
  if (nameIn(model, given) !== undefined || metadata.generateName !== undefined) return { values: given, failures: [] };
  if (autonaming?.allowed === false) {
    const reason = "metadata.name is required: automatic naming is off.";
    return { values: given, failures: [{ property: "metadata.name", reason }] };
  }
  const old = isAutonamed(olds) ? nameIn(model, olds) : undefined;
  const digits = createHash("sha256").update(seed).update(urn).digest("hex").slice(0, 8);
  const proposed = autonaming?.proposedName || `${name}-${digits}`;
  const values = { ...given, ...named(model, given, typeof old === "string" ? old : proposed) };
  const annotations = { ...(isRecord(metadata.annotations) ? metadata.annotations : {}), [AUTONAMED]: "true" };
  return {
    values: { ...values, metadata: { ...(isRecord(values.metadata) ? values.metadata : {}), annotations } },
    failures: [],
  };
}

const isAutonamed = (inputs: Values): boolean => at(inputs, ["metadata", "annotations", AUTONAMED]) === "true";

/** A replacement can not stand beside what it replaces when the program itself gives both one name in one namespace. */
export function keepsObjectName(_: string, olds: Values, news: Values): boolean {
  const isSame = (field: string): boolean => at(olds, ["metadata", field]) === at(news, ["metadata", field]);
  return !isAutonamed(news) && isSame("name") && isSame("namespace");
}

/** The API server's answer to a change of what an object keeps for its life. */
export function refuseFixed(found: CloudResource, changed: CloudResource): void {
  const fixed = KINDS[found.type]?.fixed?.split(" ") ?? [];
  for (const field of fixed) {
    const path = field.split(".");
    if (isDeepStrictEqual(at(found.inputs, path), at(changed.inputs, path))) continue;
    throw new Error(`Invalid: ${field} of ${found.type} ${found.id} (${found.logicalName}): field is immutable.`);
  }
}

/** Which cluster a provider's settings mean; undefined while that is not known. */
export function clusterOf(settings: Values): string | undefined {
  const { clusterIdentifier, kubeconfig } = settings;
  if (typeof clusterIdentifier === "string" && clusterIdentifier !== "") {
    return isUnknown(clusterIdentifier) ? undefined : clusterIdentifier;
  }
  if (isUnknown(kubeconfig)) return undefined;
  const text = typeof kubeconfig === "string" ? kubeconfig : JSON.stringify(kubeconfig ?? {});
  return /server["']?:\s*["']?([^\s"',}]+)/.exec(text)?.[1] ?? DEFAULT_CLUSTER;
}

/** Settings with which the provider makes no objects in a cluster, or none that the simulator could tell apart. */
export function refusedSettings(settings: Values): Refusal[] {
  return ["renderYamlToDirectory", "namespace"]
    .filter((property) => settings[property] !== undefined && settings[property] !== "")
    .map((property) => ({ property, reason: `The simulator does not answer for a provider with ${property}.` }));
}

/**
 * What makes another provider of one, so that all its objects are replaced: its `clusterIdentifier` alone where it has one, else another cluster in
 * its kubeconfig, one that is not known yet included.
 */
export function replacingSettings(olds: Values, news: Values): string[] {
  const property = news.clusterIdentifier === undefined ? "kubeconfig" : "clusterIdentifier";
  if (olds[property] === undefined && news[property] === undefined) return [];
  const cluster = clusterOf(news);
  return cluster === undefined || cluster !== clusterOf(olds) ? [property] : [];
}
