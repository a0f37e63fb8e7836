import { isEveryAddress, isWholeInternet } from "./address-range";
import type { Fact, Property, ResourceGraph, ResourceNode } from "./graph";
import { ALL_PORTS, type PortRange, shared, without } from "./ports";

export const NETWORK_ACL = "aws:ec2/networkAcl:NetworkAcl";
export const DEFAULT_NETWORK_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl";
const ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule";
export const ACL_ASSOCIATION = "aws:ec2/networkAclAssociation:NetworkAclAssociation";

export type Transport = "tcp" | "udp";

interface Entry {
  readonly number: number;
  readonly allow: boolean;
  readonly protocol: string;
  readonly ports: PortRange;
  readonly cidrs: readonly unknown[];
}

/**
 * Ports on which a network ACL lets the whole internet in (or whom `isOpen` names), of either address family, as AWS asks its entries: the first
 * that matches decides.
 */
export function portsOpenToAll(
  acl: ResourceNode,
  transport: Transport,
  graph: ResourceGraph,
  isOpen: (cidr: unknown) => boolean = isWholeInternet,
): Fact<PortRange[]> {
  const entries = ingressEntries(acl, graph);
  if (!entries.known) return entries;
  const number = transport === "tcp" ? "6" : "17";
  const concerned = entries.value.filter(({ protocol }) => ["-1", "all", transport, number].includes(protocol));
  return { known: true, value: [4, 6].flatMap((family) => openPorts(concerned, family === 6, isOpen)) };
}

function openPorts(entries: readonly Entry[], isV6: boolean, isOpen: (cidr: unknown) => boolean): PortRange[] {
  const open: PortRange[] = [];
  let undecided: PortRange[] = [ALL_PORTS];
  for (const { allow, ports, cidrs } of entries) {
    const ofFamily = cidrs.filter((cidr) => String(cidr ?? "").includes(":") === isV6);
    // A denial of half of the internet leaves the other half in.
    const decides = allow ? ofFamily.some(isOpen) : ofFamily.some(isEveryAddress);
    if (!decides) continue;
    if (allow) {
      const parts = undecided.filter((range) => shared(range, ports));
      open.push(...parts.map(({ from, to }) => ({ from: Math.max(from, ports.from), to: Math.min(to, ports.to) })));
    }
    undecided = without(undecided, ports);
  }
  return joinedUp(open);
}

function joinedUp(ranges: readonly PortRange[]): PortRange[] {
  const result: { from: number; to: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else result.push({ ...range });
  }
  return result;
}

/** Inline entries and those that are resources of their own, in the order in which AWS asks them. */
function ingressEntries(acl: ResourceNode, graph: ResourceGraph): Fact<Entry[]> {
  return graph.once(`acl ${acl.urn}`, () => {
    const { nodes, uncertain } = graph.referring(ACL_RULE, "networkAclId", acl);
    if (uncertain[0] !== undefined) return unknownAt(uncertain[0]);
    const inline = acl.property("ingress");
    if (inline.unknown) return unknownAt(inline);
    const sources = [
      ...inline.items.map((item) => ({ at: (key: string) => item.at(key), number: "ruleNo", action: "action" })),
      ...nodes.map((rule) => ({
        at: (key: string) => rule.property(key),
        number: "ruleNumber",
        action: "ruleAction",
      })),
    ];
    const entries: Entry[] = [];
    for (const { at, number, action } of sources) {
      const values: unknown[] = [];
      for (const key of ["egress", number, action, "protocol", "fromPort", "toPort", "cidrBlock", "ipv6CidrBlock"]) {
        const fact = at(key).fact;
        if (!fact.known) return fact;
        values.push(fact.value);
      }
      const [egress, order, verdict, protocol, from, to, ipv4, ipv6] = values;
      if (egress === true) continue;
      const name = String(protocol).toLowerCase();
      entries.push({
        number: Number(order),
        allow: String(verdict).toLowerCase() === "allow",
        protocol: name,
        ports: /^(-1|all)$/.test(name) ? ALL_PORTS : { from: Number(from ?? 0), to: Number(to ?? 65_535) },
        cidrs: [ipv4, ipv6].filter((cidr) => cidr !== undefined && cidr !== ""),
      });
    }
    return { known: true, value: entries.sort((a, b) => a.number - b.number) };
  });
}

function unknownAt(property: Property): Fact<never> {
  return { known: false, resource: property.node.urn, path: property.path, producers: property.producers };
}
