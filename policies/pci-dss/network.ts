import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import {
  permissionsOf,
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
/** What the internet may reach: the web, which PCI DSS expects to be behind a load balancer or an edge service. */
const WEB = [80, 443];

interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Judges the ports of a permission that lets the whole internet in; PASS when it lets only some of it in. */
function whenOpenToAll(permission: SecurityGroupPermission, judge: (ports: PortRange) => Outcome): Outcome {
  const addresses = [...listOf(permission.ipv4), ...listOf(permission.ipv6)];
  const parts = addresses.map((address) =>
    when(address, (cidr) => (isWholeInternet(cidr) ? withPorts(permission, judge) : PASS)),
  );
  return all(PASS, ...parts);
}

function listOf(property: Property): readonly Property[] {
  return property.items.length > 0 ? property.items : [property];
}

/** A range wider than any one owner has counts as all of the internet: 0.0.0.0/1 beside 128.0.0.0/1 is no restriction, nor is 2000::/3. */
function isWholeInternet(cidr: unknown): boolean {
  return typeof cidr === "string" && /^(\d+\.\d+\.\d+\.\d+\/[0-7]|[0-9a-f:]*::\/\d)$/i.test(cidr);
}

function withPorts(permission: SecurityGroupPermission, judge: (ports: PortRange) => Outcome): Outcome {
  return when(permission.protocol, (protocol) => {
    if (/^(icmp|icmpv6|1|58)$/.test(String(protocol))) return PASS;
    if (!/^(tcp|udp|6|17)$/.test(String(protocol))) return judge({ from: 0, to: 65_535 });
    return when(permission.fromPort, (from) =>
      when(permission.toPort, (to) => judge({ from: Number(from ?? 0), to: Number(to ?? from ?? 65_535) })),
    );
  });
}

const isWithin =
  ({ from, to }: PortRange) =>
  (port: number) =>
    from <= port && port <= to;
const describe = ({ from, to }: PortRange) => (from === to ? `port ${from}` : `ports ${from}-${to}`);

/** A rule over every permission that lets traffic in, wherever it is written. */
function ingress(node: ResourceNode, judge: (ports: PortRange, at: Property) => Outcome): Outcome {
  const inline = node.property("ingress");
  if (SECURITY_GROUPS.includes(node.type) && inline.unknown) return undetermined(inline);
  const permissions = permissionsOf(node, "ingress");
  if (permissions.length === 0) return notApplicable("It lets nothing in.");
  return all(
    ...permissions.map((permission) =>
      whenOpenToAll(permission, (ports) => judge(ports, permission.ipv4.absent ? permission.ipv6 : permission.ipv4)),
    ),
  );
}

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

interface AclEntry {
  readonly number: number;
  readonly allow: boolean;
  readonly ports: PortRange;
}

/** Ingress entries of a network ACL for the whole internet, in the order in which AWS asks them. */
function aclEntries(acl: ResourceNode, rules: readonly ResourceNode[]): AclEntry[] | Property {
  const entries: AclEntry[] = [];
  const inline = acl.property("ingress");
  if (inline.unknown) return inline;
  const sources = [
    ...inline.items.map((item) => ({ at: (key: string) => item.at(key), number: "ruleNo", action: "action" })),
    ...rules.map((rule) => ({
      at: (key: string) => rule.property(key),
      number: "ruleNumber",
      action: "ruleAction",
    })),
  ];
  for (const { at, number, action } of sources) {
    const keys = ["egress", number, action, "protocol", "fromPort", "toPort", "cidrBlock", "ipv6CidrBlock"];
    const values: unknown[] = [];
    for (const key of keys) {
      const property = at(key);
      const fact = property.fact;
      if (!fact.known) return property;
      values.push(fact.value);
    }
    const [egress, order, verdict, protocol, from, to, ipv4, ipv6] = values;
    if (egress === true || !(isWholeInternet(ipv4) || isWholeInternet(ipv6))) continue;
    if (!/^(-1|all|tcp|6)$/i.test(String(protocol))) continue;
    const isAll = /^(-1|all)$/i.test(String(protocol));
    entries.push({
      number: Number(order),
      allow: String(verdict).toLowerCase() === "allow",
      ports: isAll ? { from: 0, to: 65_535 } : { from: Number(from ?? 0), to: Number(to ?? 65_535) },
    });
  }
  return entries.sort((a, b) => a.number - b.number);
}

const NETWORK_ACLS = ["aws:ec2/networkAcl:NetworkAcl", "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"];

function withAclEntries(acl: ResourceNode, graph: ResourceGraph, judge: (entries: AclEntry[]) => Outcome): Outcome {
  const { nodes, uncertain } = graph.referring("aws:ec2/networkAclRule:NetworkAclRule", "networkAclId", acl);
  if (uncertain[0] !== undefined) return undetermined(uncertain[0]);
  const entries = aclEntries(acl, nodes);
  return Array.isArray(entries) ? judge(entries) : undetermined(entries);
}

export const networkRules: readonly Rule[] = implement(network, {
  "sg-no-open-administration": {
    types: RULE_TYPES,
    check(node) {
      return ingress(node, (ports, at) => {
        const open = ADMINISTRATION.filter(isWithin(ports));
        return open.length > 0 ? fail(`Everyone may reach port ${open.join(" and ")}.`, at) : PASS;
      });
    },
  },
  "sg-no-open-high-risk-ports": {
    types: RULE_TYPES,
    check(node) {
      return ingress(node, (ports, at) => {
        const open = HIGH_RISK.filter(isWithin(ports));
        return open.length > 0 ? fail(`Everyone may reach ${describe(ports)}.`, at) : PASS;
      });
    },
  },
  "sg-web-ports-only": {
    types: RULE_TYPES,
    check(node) {
      return ingress(node, (ports, at) =>
        ports.from === ports.to && WEB.includes(ports.from) ? PASS : fail(`Everyone may reach ${describe(ports)}.`, at),
      );
    },
  },
  "sg-egress-restricted": {
    types: RULE_TYPES,
    check(node) {
      const inline = node.property("egress");
      if (SECURITY_GROUPS.includes(node.type) && inline.unknown) return undetermined(inline);
      const permissions = permissionsOf(node, "egress");
      if (permissions.length === 0) return notApplicable("It lets nothing out.");
      return all(
        ...permissions.map((permission) =>
          whenOpenToAll(permission, (ports) =>
            ports.from === ports.to ? PASS : fail(`It may send to everyone on ${describe(ports)}.`, permission.ipv4),
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
      if (inline.length === 0) return PASS;
      const { nodes, uncertain } = ruleResourcesOf(group, graph);
      if (nodes.length > 0 && ownInlineRules(group, nodes).length > 0)
        return fail(`It has inline rules beside ${nodes[0]?.name ?? ""}: each update undoes the other's.`);
      return uncertain[0] === undefined ? PASS : undetermined(uncertain[0]);
    },
  },
  "vpc-default-sg-closed": {
    types: [VPC],
    check(vpc, graph) {
      return joined(graph.referring("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", vpc), (groups) => {
        if (groups.length === 0) return fail("AWS's default group is open between its members and to the outside.");
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
      return withAclEntries(acl, graph, (entries) => {
        const open = ADMINISTRATION.filter((port) => entries.find(({ ports }) => isWithin(ports)(port))?.allow);
        return open.length > 0 ? fail(`Everyone may reach port ${open.join(" and ")}.`, "ingress") : PASS;
      });
    },
  },
  "nacl-not-open": {
    types: NETWORK_ACLS,
    check(acl, graph) {
      return withAclEntries(acl, graph, (entries) =>
        entries.some(({ allow, ports }) => allow && ports.from <= 1 && ports.to >= 65_535)
          ? fail("Every port is open to everyone.", "ingress")
          : PASS,
      );
    },
  },
});
