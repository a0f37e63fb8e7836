import type { Property, ResourceGraph, ResourceNode } from "./graph";

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
}

export const SECURITY_GROUPS = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
];
const LEGACY_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
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
    },
  ];
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
  };
}
