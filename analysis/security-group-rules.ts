import type { Fact, Property, ResourceGraph, ResourceNode } from "./graph";
import { ALL_PORTS, type PortRange } from "./ports";

export type Direction = "ingress" | "egress";

/** One permission of a security group, whichever of AWS's and Pulumi's four ways it was written in. */
export interface SecurityGroupPermission {
  /** The resource that holds it: the group itself, or a rule resource. */
  readonly node: ResourceNode;
  readonly form: "inline" | "rule" | "legacy-rule";
  /** `-1` (all), `tcp`, `udp`, `icmp`, `icmpv6` or a number. */
  readonly protocol: Property;
  readonly fromPort: Property;
  readonly toPort: Property;
  readonly ipv4: Property;
  readonly ipv6: Property;
  /** Security groups whose members are the peers: one, or a list of them. */
  readonly groups: Property;
  /** The group's own members are the peers; a flag. */
  readonly self: Property;
  /** Managed prefix lists: one, or a list of them. */
  readonly prefixLists: Property;
}

export const SECURITY_GROUPS = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
];
export const LEGACY_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";
const RULES: Readonly<Record<Direction, string>> = {
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
};
export const RULE_TYPES = [...SECURITY_GROUPS, LEGACY_RULE, RULES.ingress, RULES.egress];

/** Permissions that a resource itself holds: a group's inline ones, or a rule resource's own. */
export function permissionsOf(node: ResourceNode, direction: Direction): readonly SecurityGroupPermission[] {
  if (SECURITY_GROUPS.includes(node.type)) return node.property(direction).items.map((item) => inline(node, item));
  if (node.type === RULES[direction]) {
    return [
      {
        node,
        form: "rule",
        protocol: node.property("ipProtocol"),
        fromPort: node.property("fromPort"),
        toPort: node.property("toPort"),
        ipv4: node.property("cidrIpv4"),
        ipv6: node.property("cidrIpv6"),
        groups: node.property("referencedSecurityGroupId"),
        self: node.property("self"),
        prefixLists: node.property("prefixListId"),
      },
    ];
  }
  if (node.type !== LEGACY_RULE) return [];
  const type = node.read("type");
  if (type.known && type.value !== direction) return [];
  return [
    {
      node,
      form: "legacy-rule",
      protocol: node.property("protocol"),
      fromPort: node.property("fromPort"),
      toPort: node.property("toPort"),
      ipv4: node.property("cidrBlocks"),
      ipv6: node.property("ipv6CidrBlocks"),
      groups: node.property("sourceSecurityGroupId"),
      self: node.property("self"),
      prefixLists: node.property("prefixListIds"),
    },
  ];
}

/** Every address block that a permission names, those of the program's own prefix lists among them. */
export function addressesOf(permission: SecurityGroupPermission, graph: ResourceGraph): readonly Property[] {
  const lists = graph.resolve(permission.prefixLists, PREFIX_LIST);
  return [
    ...listed(permission.ipv4),
    ...listed(permission.ipv6),
    ...lists.uncertain.filter((list) => !isServiceList(list, graph)),
    ...lists.nodes.flatMap((list) => {
      const inline = list.property("entries");
      const entries = graph.referring("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry", "prefixListId", list);
      return [
        ...(inline.unknown ? [inline] : inline.items.map((entry) => entry.at("cidr"))),
        ...entries.nodes.map((entry) => entry.property("cidr")),
      ];
    }),
  ];
}

/** The list that AWS keeps of a service's own addresses; a gateway endpoint tells its id once it exists. */
function isServiceList(list: Property, graph: ResourceGraph): boolean {
  return list.producers.some((urn) => graph.get(urn)?.type === "aws:ec2/vpcEndpoint:VpcEndpoint");
}

function listed(property: Property): readonly Property[] {
  return property.items.length > 0 ? property.items : [property];
}

/** The ports of a permission: every one for all protocols, none (undefined) for ICMP. */
export function portsOf({ protocol, fromPort, toPort }: SecurityGroupPermission): Fact<PortRange | undefined> {
  const kind = protocol.fact;
  if (!kind.known) return kind;
  if (/^(icmp|icmpv6|1|58)$/.test(String(kind.value))) return { known: true, value: undefined };
  if (!/^(tcp|udp|6|17)$/.test(String(kind.value))) return { known: true, value: ALL_PORTS };
  const from = fromPort.fact;
  if (!from.known) return from;
  const to = toPort.fact;
  if (!to.known) return to;
  return { known: true, value: { from: Number(from.value ?? 0), to: Number(to.value ?? from.value ?? 65_535) } };
}

/** All permissions of a group in one direction, however they are written, and what hides others. */
export function allPermissionsOf(
  group: ResourceNode,
  direction: Direction,
  graph: ResourceGraph,
): { permissions: readonly SecurityGroupPermission[]; unseen: readonly Property[] } {
  return graph.once(`${direction} ${group.urn}`, () => {
    const list = group.property(direction);
    const { nodes, uncertain } = ruleResourcesOf(group, graph);
    const opposite = RULES[direction === "ingress" ? "egress" : "ingress"];
    return {
      permissions: [group, ...nodes].flatMap((node) => permissionsOf(node, direction)),
      unseen: [...(list.unknown ? [list] : []), ...uncertain.filter(({ node }) => node.type !== opposite)],
    };
  });
}

/** Rule resources of a group, in both directions, and those that may be its. */
export function ruleResourcesOf(
  group: ResourceNode,
  graph: ResourceGraph,
): { nodes: ResourceNode[]; uncertain: Property[] } {
  const joins = [LEGACY_RULE, RULES.ingress, RULES.egress].map((type) =>
    graph.referring(type, "securityGroupId", group),
  );
  return { nodes: joins.flatMap(({ nodes }) => nodes), uncertain: joins.flatMap(({ uncertain }) => uncertain) };
}

function inline(node: ResourceNode, item: Property): SecurityGroupPermission {
  return {
    node,
    form: "inline",
    protocol: item.at("protocol"),
    fromPort: item.at("fromPort"),
    toPort: item.at("toPort"),
    ipv4: item.at("cidrBlocks"),
    ipv6: item.at("ipv6CidrBlocks"),
    groups: item.at("securityGroups"),
    self: item.at("self"),
    prefixLists: item.at("prefixListIds"),
  };
}
