import { isWholeInternet } from "../../analysis/address-range";
import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { ACL_ASSOCIATION, DEFAULT_NETWORK_ACL, NETWORK_ACL, portsOpenToAll } from "../../analysis/network-acl";
import { isWithin, type PortRange, tellPorts } from "../../analysis/ports";
import {
  addressesOf,
  LEGACY_RULE,
  permissionsOf,
  portsOf,
  RULE_TYPES,
  ruleResourcesOf,
  SECURITY_GROUPS,
  type SecurityGroupPermission,
} from "../../analysis/security-group-rules";
import { joined, off, when } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { network } from "../catalogue/network";

const VPC = "aws:ec2/vpc:Vpc";

/** Ports behind which somebody logs in to a machine. */
const ADMINISTRATION = [22, 3389];
/** Ports of databases, caches, brokers and old protocols, from Security Hub EC2.19. */
const HIGH_RISK = [
  20, 21, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 4333, 5000, 5432, 5500, 5601, 6379, 8080, 8088, 8888,
  9092, 9200, 9300, 11211, 27017,
];
/** All but a few that are denied by name: a list of denials is no restriction. */
const NEARLY_ALL_PORTS = 65_400;
const TRANSPORTS = ["tcp", "udp"] as const;

/** Judges the ports of a permission that lets the whole internet in; PASS when it lets only some of it in. */
function whenOpenToAll(
  permission: SecurityGroupPermission,
  graph: ResourceGraph,
  judge: (ports: PortRange) => Outcome,
): Outcome {
  const parts = addressesOf(permission, graph).map((address) =>
    when(address, (cidr) => (isWholeInternet(cidr) ? withPorts(permission, judge) : PASS)),
  );
  return all(PASS, ...parts);
}

function withPorts(permission: SecurityGroupPermission, judge: (ports: PortRange) => Outcome): Outcome {
  const ports = portsOf(permission);
  if (!ports.known) return undetermined(ports);
  return ports.value === undefined ? PASS : judge(ports.value);
}

/** A rule over every permission that lets traffic in, wherever it is written. */
function ingress(
  node: ResourceNode,
  graph: ResourceGraph,
  judge: (ports: PortRange, at: Property) => Outcome,
): Outcome {
  const inline = node.property("ingress");
  if (SECURITY_GROUPS.includes(node.type) && inline.unknown) return undetermined(inline);
  const permissions = permissionsOf(node, "ingress");
  if (permissions.length === 0) return notApplicable("It lets nothing in.");
  return all(
    ...permissions.map((permission) =>
      whenOpenToAll(permission, graph, (ports) =>
        judge(ports, [permission.ipv4, permission.ipv6].find(({ absent }) => !absent) ?? permission.prefixLists),
      ),
    ),
  );
}

const isLegacy = ({ type }: ResourceNode) => type === LEGACY_RULE;

/** Inline rules that no rule resource of the group repeats: the provider reads resources back as inline rules. */
function ownInlineRules(group: ResourceNode, resources: readonly ResourceNode[]): readonly SecurityGroupPermission[] {
  const seen = new Set(
    resources.flatMap((node) =>
      (["ingress", "egress"] as const).flatMap((direction) =>
        permissionsOf(node, direction).map((permission) => `${direction} ${portsKey(permission)}`),
      ),
    ),
  );
  return (["ingress", "egress"] as const).flatMap((direction) =>
    permissionsOf(group, direction).filter((permission) => !seen.has(`${direction} ${portsKey(permission)}`)),
  );
}

function portsKey({ protocol, fromPort, toPort }: SecurityGroupPermission): string {
  return [protocol, fromPort, toPort].map(({ fact }) => (fact.known ? String(fact.value ?? 0) : "?")).join(" ");
}

const NETWORK_ACLS = [NETWORK_ACL, DEFAULT_NETWORK_ACL];

/** Rule resources that name a VPC's default group by the VPC's own property. */
function rulesOfDefaultGroup(vpc: ResourceNode, graph: ResourceGraph): readonly ResourceNode[] {
  const index = graph.once("rules by the id of their group", () => {
    const byGroup = new Map<unknown, ResourceNode[]>();
    for (const rule of graph.ofType(...RULE_TYPES.filter((type) => !SECURITY_GROUPS.includes(type)))) {
      const id = rule.property("securityGroupId");
      const fact = id.fact;
      const keys: unknown[] = fact.known ? [fact.value] : id.producers.filter((urn) => graph.get(urn)?.type === VPC);
      for (const key of keys) byGroup.set(key, [...(byGroup.get(key) ?? []), rule]);
    }
    return byGroup;
  });
  return [vpc.urn, vpc.outputs.defaultSecurityGroupId].flatMap((key) =>
    key === undefined ? [] : (index.get(key) ?? []),
  );
}

export const networkRules: readonly Rule[] = implement(network, {
  "sg-no-open-administration": {
    types: RULE_TYPES,
    check(node, graph) {
      return ingress(node, graph, (ports, at) => {
        const open = ADMINISTRATION.filter(isWithin(ports));
        return open.length > 0 ? fail(`Everyone may reach port ${open.join(" and ")}.`, at) : PASS;
      });
    },
  },
  "sg-no-open-high-risk-ports": {
    types: RULE_TYPES,
    settings: ["publicPorts"],
    check(node, graph, { publicPorts }) {
      return ingress(node, graph, (ports, at) => {
        const open = HIGH_RISK.filter((port) => isWithin(ports)(port) && !publicPorts.includes(port));
        return open.length > 0 ? fail(`Everyone may reach ${tellPorts(ports)}.`, at) : PASS;
      });
    },
  },
  "sg-web-ports-only": {
    types: RULE_TYPES,
    settings: ["publicPorts"],
    check(node, graph, { publicPorts }) {
      return ingress(node, graph, (ports, at) =>
        ports.from === ports.to && publicPorts.includes(ports.from)
          ? PASS
          : fail(`Everyone may reach ${tellPorts(ports)}.`, at),
      );
    },
  },
  "sg-egress-restricted": {
    types: RULE_TYPES,
    check(node, graph) {
      const inline = node.property("egress");
      if (SECURITY_GROUPS.includes(node.type) && inline.unknown) return undetermined(inline);
      const permissions = permissionsOf(node, "egress");
      if (permissions.length === 0) return notApplicable("It lets nothing out.");
      return all(
        ...permissions.map((permission) =>
          whenOpenToAll(permission, graph, (ports) =>
            ports.from === ports.to ? PASS : fail(`It may send to everyone on ${tellPorts(ports)}.`, permission.ipv4),
          ),
        ),
      );
    },
  },
  "sg-one-kind-of-rules": {
    types: ["aws:ec2/securityGroup:SecurityGroup"],
    check(group, graph) {
      const hole = [group.property("ingress"), group.property("egress")].find((list) => list.unknown);
      if (hole !== undefined) return undetermined(hole);
      const inline = [...permissionsOf(group, "ingress"), ...permissionsOf(group, "egress")];
      const { nodes, uncertain } = ruleResourcesOf(group, graph);
      const [legacy, rule] = [nodes.find(isLegacy), nodes.find((node) => !isLegacy(node))];
      if (legacy !== undefined && rule !== undefined)
        return fail(`${legacy.name} is a SecurityGroupRule beside ${rule.name}: each may undo the other.`);
      const isInline = inline.length > 0 && ownInlineRules(group, nodes).length > 0;
      if (isInline && nodes.length > 0)
        return fail(`It has inline rules beside ${nodes[0]?.name ?? ""}: each update undoes the other's.`);
      const kinds = new Set([...nodes, ...uncertain.map(({ node }) => node)].map(isLegacy)).size + (isInline ? 1 : 0);
      return kinds < 2 || uncertain[0] === undefined ? PASS : undetermined(uncertain[0]);
    },
  },
  "vpc-default-sg-closed": {
    types: [VPC],
    check(vpc, graph) {
      return joined(graph.referring("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", vpc), (groups) => {
        if (groups.length === 0) return fail("AWS's default group is open between its members and to the outside.");
        const [added] = [
          ...rulesOfDefaultGroup(vpc, graph),
          ...groups.flatMap((own) => ruleResourcesOf(own, graph).nodes),
        ];
        if (added !== undefined) return fail(`${added.name} opens the default group again.`);
        return all(
          ...groups.flatMap((group) =>
            (["ingress", "egress"] as const).map((direction) => {
              const rules = group.property(direction);
              if (rules.unknown) return undetermined(rules);
              return rules.items.length > 0 ? fail(`The default group has ${direction} rules.`, rules) : PASS;
            }),
          ),
        );
      });
    },
  },
  "vpc-flow-logs": {
    types: [VPC],
    check(vpc, graph) {
      return joined(graph.referring("aws:ec2/flowLog:FlowLog", "vpcId", vpc), (logs) =>
        any(
          logs.map((log) => {
            const traffic = log.property("trafficType");
            // Security Hub asks for REJECT at least.
            return when(traffic, (kind) => (kind === "ALL" || kind === "REJECT" ? PASS : fail("It logs too little.")));
          }),
          fail("No flow log records the VPC's rejected traffic."),
        ),
      );
    },
  },
  "subnet-no-public-addresses": {
    types: ["aws:ec2/subnet:Subnet"],
    check(node) {
      return off(node.property("mapPublicIpOnLaunch"), "What starts in the subnet gets a public address.");
    },
  },
  "nacl-no-open-administration": {
    types: NETWORK_ACLS,
    check(acl, graph) {
      const open = portsOpenToAll(acl, "tcp", graph);
      if (!open.known) return undetermined(open);
      const ports = ADMINISTRATION.filter((port) => open.value.some((range) => isWithin(range)(port)));
      return ports.length > 0 ? fail(`Everyone may reach port ${ports.join(" and ")}.`, "ingress") : PASS;
    },
  },
  "nacl-not-open": {
    types: NETWORK_ACLS,
    check(acl, graph) {
      return all(
        ...TRANSPORTS.map((transport) => {
          const open = portsOpenToAll(acl, transport, graph);
          if (!open.known) return undetermined(open);
          const count = open.value.reduce((sum, { from, to }) => sum + to - from + 1, 0);
          return count >= NEARLY_ALL_PORTS
            ? fail(`Every port is open to everyone over ${transport.toUpperCase()}.`, "ingress")
            : PASS;
        }),
      );
    },
  },
  "nacl-in-use": {
    types: [NETWORK_ACL],
    check(acl, graph) {
      const subnets = acl.property("subnetIds");
      if (subnets.unknown) return undetermined(subnets);
      if (subnets.items.length > 0) return PASS;
      return joined(graph.referring(ACL_ASSOCIATION, "networkAclId", acl), (associations) =>
        associations.length > 0 ? PASS : fail("No subnet has it."),
      );
    },
  },
  "sg-cardholder-egress": {
    types: RULE_TYPES,
    check(node, graph) {
      if (node.dataClass !== "cardholder") return notApplicable("Nothing behind it holds cardholder data.");
      const inline = node.property("egress");
      if (SECURITY_GROUPS.includes(node.type) && inline.unknown) return undetermined(inline);
      return all(
        PASS,
        ...permissionsOf(node, "egress").flatMap((permission) =>
          addressesOf(permission, graph).map((address) =>
            when(address, (cidr) => (isWholeInternet(cidr) ? fail("It may send to everyone.", address) : PASS)),
          ),
        ),
      );
    },
  },
});
