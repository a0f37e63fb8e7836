import type { CloudResource } from "../../simulator/cloud";
import { isKubernetes } from "../../simulator/kubernetes-kinds";
import { clusterOf } from "../../simulator/provider/kubernetes";
import { shortType } from "../../analysis/short-type";
import type { Deployment, PendingOperation, StateResource } from "./state";

const KUBERNETES_PROVIDER = "pulumi:providers:kubernetes";

/** What an operation that was never ended, or an orphan, comes to. */
export interface Settlement {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly what: PendingOperation["type"] | "orphan";
  /** `adopted`: it stands and is in the state now; `dropped`: there is nothing of it; `refreshed`: the state follows what stands. */
  readonly outcome: "adopted" | "dropped" | "refreshed";
  readonly id?: string;
}

/** Operations whose end nobody saw. */
export function pendingOperations({ pending_operations: pending }: Deployment): readonly PendingOperation[] {
  return pending ?? [];
}

/** True for an operation that leaves a resource which the state does not know. The others' resources are in the state, where a refresh settles them. */
export function isCreation({ type }: PendingOperation): boolean {
  return type === "creating" || type === "importing";
}

/**
 * What stands in the simulator's cloud, was made by this stack, and is not in its state: the provider died after it changed the cloud, or the engine before
 * it wrote that down. Settings that a second creation overwrites are in nobody's way.
 */
export function orphans(
  cloud: readonly CloudResource[],
  { resources = [] }: Deployment,
  stack: string,
  project: string,
): CloudResource[] {
  const providers = resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
  const regions = new Map(providers.map((one) => [`${one.urn}::${one.id}`, reachOf(one)]));
  const known = new Set(resources.flatMap((resource) => placesOf(resource, regions)));
  const own = `urn:pulumi:${stack}::${project}::`;
  return cloud.filter(
    ({ urn, type, id, region, arn, inputs }) =>
      urn.startsWith(own) && inputs.allowOverwrite !== true && !known.has(placeOf(type, region, arn ?? id)),
  );
}

/** Where a resource of the state stands: a global service's has no region in the cloud, another one that of its own or of its provider. */
function placesOf(
  { type, id, inputs, outputs, provider }: StateResource,
  regions: ReadonlyMap<string, unknown>,
): string[] {
  const given = isKubernetes(type) ? [] : [outputs?.region, inputs?.region];
  const own = [...given, regions.get(provider ?? "")].find((one) => typeof one === "string");
  return [id, outputs?.arn].flatMap((one) =>
    typeof one === "string" ? ["", String(own ?? "")].map((region) => placeOf(type, region, one)) : [],
  );
}

/** Where a provider makes what is nowhere else by its own settings: in a region, or in a cluster. */
function reachOf({ type, inputs = {} }: StateResource): unknown {
  return type === KUBERNETES_PROVIDER ? clusterOf(inputs) : inputs.region;
}

function placeOf(type: string, region: string, id: string): string {
  return `${type} ${region} ${id}`;
}

/** The state with a resource in it that stands already; a refresh then reads what it is. What it takes the place of is still to be deleted. */
export function withAdopted(deployment: Deployment, adopted: StateResource): Deployment {
  const { urn } = adopted;
  const resources = (deployment.resources ?? []).map((resource) =>
    resource.urn === urn && resource.delete !== true ? { ...resource, delete: true } : resource,
  );
  return { ...deployment, resources: [...resources, adopted] };
}

/** The state's entry for a creation that did happen, as the engine would have written it. */
export function created({ resource }: PendingOperation, id: string): StateResource {
  return { ...resource, id };
}

/**
 * The state's entry for an orphan, of which only the cloud knows. Its place in the program is worked out, so that it is deleted in the right order even
 * if no update comes first: the update sets it right.
 */
export function adoptable(
  { type, urn, id, region, inputs, logicalName }: CloudResource,
  { resources = [] }: Deployment,
): StateResource | undefined {
  const provider = providerOf(type, region, resources);
  if (provider === undefined) return undefined;
  const [, , qualified = ""] = urn.split("::");
  const parentType = qualified.slice(0, Math.max(0, qualified.lastIndexOf("$")));
  const parents = resources.filter(
    (one) => !one.custom && logicalName.startsWith(nameOf(one.urn)) && one.urn.split("::")[2] === parentType,
  );
  const root = resources.find((one) => one.type === "pulumi:pulumi:Stack");
  const parent = parents.sort((a, b) => nameOf(b.urn).length - nameOf(a.urn).length)[0] ?? root;
  const used = new Set(leaves(inputs));
  const dependencies = resources.filter(
    (one) =>
      one.custom && one.delete !== true && [one.id, one.outputs?.arn, one.outputs?.name].some((x) => used.has(x)),
  );
  return {
    urn,
    type,
    custom: true,
    id,
    inputs: withoutSeals(inputs),
    provider: `${provider.urn}::${provider.id}`,
    dependencies: [...new Set(dependencies.map((one) => one.urn))],
    ...(parent === undefined ? {} : { parent: parent.urn }),
  };
}

/** What to look for in the cloud: the physical name that the creation asked for, where it has one. */
export function physicalNameOf({ inputs = {} }: StateResource): string | undefined {
  const keys = [
    "name",
    "bucket",
    "identifier",
    "clusterIdentifier",
    "replicationGroupId",
    "domainName",
    "functionName",
  ];
  return keys.map((key) => inputs[key]).find((value) => typeof value === "string");
}

/** `rds.Instance payments-ledger`. */
export function describe({ urn, type }: Pick<StateResource, "urn" | "type">): string {
  return `${shortType(type)} ${nameOf(urn)}`;
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function providerOf(type: string, region: string, resources: readonly StateResource[]): StateResource | undefined {
  const providers = resources.filter((one) => one.type === `pulumi:providers:${type.split(":")[0]}`);
  const byReach = providers.find((one) => reachOf(one) === region);
  // A resource of AWS's names its region itself where it is not the provider's; an object can not name its cluster.
  if (isKubernetes(type)) return byReach;
  return providers.find((one) => one.urn.includes("::default")) ?? byReach ?? providers[0];
}

function leaves(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return typeof value === "string" && value.length > 3 ? [value] : [];
  return Object.values(value).flatMap(leaves);
}

/** The cloud keeps no secret that can be read: the update that follows gives it anew. */
function withoutSeals(inputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const holds = (value: unknown): boolean =>
    typeof value === "object" && value !== null && ("palisade:sealed" in value || Object.values(value).some(holds));
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => !holds(value)));
}
