import { addressRange, overlap } from "./address-range";
import type { Fact, Property, ResourceGraph, ResourceNode } from "./graph";
import {
  COMPUTE,
  DEFAULT_SECURITY_GROUP,
  ENTRIES,
  groupsOf,
  occupants,
  SECURITY_GROUP,
  STORES,
  SUBNET,
  subnetsOf,
} from "./placement";
import { ALL_PORTS, type PortRange, shared } from "./ports";
import { addressesOf, allPermissionsOf, portsOf, type SecurityGroupPermission } from "./security-group-rules";

const VPC = "aws:ec2/vpc:Vpc";
/** What joins VPCs, so that an address may be another VPC's. */
const JOINTS = [
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
];

/** A flow between the cardholder data environment and the rest that no rule declares, or a reason why it can not be told. */
export type Breach =
  | { readonly kind: "open"; readonly message: string; readonly at?: Property }
  | { readonly kind: "undetermined"; readonly because: Property };

/** Does it stand in the cardholder data environment? */
export const isCardholder = (node: ResourceNode): boolean => node.dataClass === "cardholder";

/** Workloads of the cardholder data environment are there at all. */
export function hasCardholderData(graph: ResourceGraph): boolean {
  return graph.once("cardholder data", () => workloads(graph).some(isCardholder));
}

const workloads = (graph: ResourceGraph): readonly ResourceNode[] => graph.ofType(...STORES, ...COMPUTE, ...ENTRIES);

/** Workloads by the security groups around them. */
function membership(graph: ResourceGraph) {
  return graph.once("members of security groups", () => {
    const members = new Map<ResourceNode, ResourceNode[]>();
    const hidden: { readonly node: ResourceNode; readonly because: Property }[] = [];
    for (const node of workloads(graph)) {
      const { nodes, unseen } = groupsOf(node, graph);
      for (const own of new Set(nodes)) members.set(own, [...(members.get(own) ?? []), node]);
      for (const because of unseen) if (because.unknown) hidden.push({ node, because });
    }
    return { members, hidden };
  });
}

/** Workloads around which a security group stands. */
export function membersOf(group: ResourceNode, graph: ResourceGraph): readonly ResourceNode[] {
  return membership(graph).members.get(group) ?? [];
}

/**
 * Flows into the members of a security group over the border of the cardholder data environment, one way or the other. A rule that names the
 * sender's group and its ports declares a flow; one by addresses lets in whatever stands there.
 */
export function breachesInto(group: ResourceNode, graph: ResourceGraph): readonly Breach[] {
  const members = membersOf(group, graph);
  const [inside, outside] = [members.find(isCardholder), members.find((node) => !isCardholder(node))];
  if (inside !== undefined && outside !== undefined)
    return [breach(`${inside.name} of the cardholder data environment shares it with ${outside.name}.`)];
  const { permissions, unseen } = allPermissionsOf(group, "ingress", graph);
  const isInside = inside !== undefined;
  // Whoever hides its groups or its subnets may share this group, or stand where an address range lets it in.
  const hidden = [...membership(graph).hidden, ...occupants(graph).hidden];
  const stranger = hidden.find(({ node }) => isCardholder(node) !== isInside);
  return [
    ...(stranger === undefined ? [] : [{ kind: "undetermined", because: stranger.because } as const]),
    ...permissions.flatMap((permission) => [
      ...fromGroups(permission, isInside, graph),
      ...fromAddresses(permission, group, members, isInside, graph),
    ]),
    ...unseen.map((because): Breach => ({ kind: "undetermined", because })),
  ];
}

const breach = (message: string, at?: Property): Breach => ({ kind: "open", message, at });

/** A flow that names its sender is declared, unless it takes every port over the border. */
function fromGroups(permission: SecurityGroupPermission, isInside: boolean, graph: ResourceGraph): readonly Breach[] {
  if (permission.groups.absent) return [];
  const { nodes, uncertain } = graph.resolve(permission.groups, SECURITY_GROUP, DEFAULT_SECURITY_GROUP);
  const ports = portsOf(permission);
  const senders = nodes.flatMap((group) => membersOf(group, graph)).filter((node) => isCardholder(node) !== isInside);
  const [sender] = senders;
  if (sender === undefined) return uncertain.map((because): Breach => ({ kind: "undetermined", because }));
  if (!ports.known) return [{ kind: "undetermined", because: permission.fromPort }];
  const takesAll = ports.value !== undefined && ports.value.from <= 1 && ports.value.to >= ALL_PORTS.to;
  return takesAll ? [breach(`${sender.name} reaches it on every port.`, permission.groups)] : [];
}

function fromAddresses(
  permission: SecurityGroupPermission,
  group: ResourceNode,
  members: readonly ResourceNode[],
  isInside: boolean,
  graph: ResourceGraph,
): readonly Breach[] {
  return addressesOf(permission, graph).flatMap((address): readonly Breach[] => {
    const fact = address.fact;
    if (!fact.known) return [{ kind: "undetermined", because: address }];
    if (typeof fact.value !== "string" || fact.value === "") return [];
    const strangers = standingIn(fact.value, group, graph).filter((node) => isCardholder(node) !== isInside);
    const ports = portsOf(permission);
    for (const sender of strangers) {
      const sends = maySend(sender, group, members, ports.known ? ports.value : ALL_PORTS, graph);
      if (!sends.known) return [{ kind: "undetermined", because: sends.value }];
      if (sends.value)
        return [breach(`${sender.name}, over the border, reaches it by its address (${fact.value}).`, address)];
    }
    return [];
  });
}

/** Workloads in those subnets that an address block touches, in the group's VPC and whatever is joined to it. */
function standingIn(cidr: string, group: ResourceNode, graph: ResourceGraph): readonly ResourceNode[] {
  const vpc = graph.ofType(...JOINTS).length > 0 ? undefined : graph.resolve(group.property("vpcId"), VPC).nodes[0];
  return graph.once(`standing in ${cidr} of ${vpc?.urn ?? "every VPC"}`, () => {
    const range = addressRange(cidr);
    const subnets = vpc === undefined ? graph.ofType(SUBNET) : graph.referring(SUBNET, "vpcId", vpc).nodes;
    const { bySubnet } = occupants(graph);
    const touched = subnets.filter((subnet) => range === undefined || touches(subnet, range));
    return [...new Set(touched.flatMap((subnet) => bySubnet.get(subnet) ?? []))];
  });
}

/** A subnet whose addresses are not known yet may have any. */
function touches(subnet: ResourceNode, range: NonNullable<ReturnType<typeof addressRange>>): boolean {
  const blocks = ["cidrBlock", "ipv6CidrBlock"].map((property) => subnet.read(property));
  return blocks.some((block) => {
    if (!block.known) return true;
    const own = typeof block.value === "string" ? addressRange(block.value) : undefined;
    return own !== undefined && overlap(own, range);
  });
}

type Sends = { readonly known: true; readonly value: boolean } | { readonly known: false; readonly value: Property };

/** Do a workload's own groups let it send to the members of `group` on these ports? */
function maySend(
  sender: ResourceNode,
  group: ResourceNode,
  members: readonly ResourceNode[],
  ports: PortRange | undefined,
  graph: ResourceGraph,
): Sends {
  const own = groupsOf(sender, graph);
  // AWS's default group lets everything out.
  if (own.standard !== undefined) return { known: true, value: true };
  let doubt = own.unseen[0];
  const targets = members.flatMap((member) => subnetsOf(member, graph).nodes);
  for (const from of own.nodes) {
    const { permissions, unseen } = allPermissionsOf(from, "egress", graph);
    doubt ??= unseen[0];
    for (const permission of permissions) {
      const range: Fact<PortRange | undefined> = portsOf(permission);
      if (range.known && range.value !== undefined && ports !== undefined && !shared(range.value, ports)) continue;
      if (graph.resolve(permission.groups, SECURITY_GROUP, DEFAULT_SECURITY_GROUP).nodes.includes(group))
        return { known: true, value: true };
      for (const address of addressesOf(permission, graph)) {
        const fact = address.fact;
        if (!fact.known) doubt ??= address;
        else if (typeof fact.value === "string") {
          const block = addressRange(fact.value);
          if (block === undefined || targets.some((subnet) => touches(subnet, block)))
            return { known: true, value: true };
        }
      }
    }
  }
  return doubt === undefined ? { known: true, value: false } : { known: false, value: doubt };
}
