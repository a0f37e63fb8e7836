import { addressRange, overlap, reachesInternet } from "./address-range";
import type { Fact, Property, ResourceGraph, ResourceNode, Unknown } from "./graph";
import { ACL_ASSOCIATION, DEFAULT_NETWORK_ACL, NETWORK_ACL, portsOpenToAll } from "./network-acl";
import { DEFAULT_SECURITY_GROUP, ENTRIES, groupsOf, subnetsOf } from "./placement";
import { ALL_PORTS, type PortRange, shared } from "./ports";
import { addressesOf, allPermissionsOf, portsOf, type SecurityGroupPermission } from "./security-group-rules";
import { exposureOf } from "./subnets";

/** Whether packets get through. An open one names its hops, a blocked one the element that blocks it. */
export type Path =
  | { readonly kind: "open"; readonly hops: readonly string[] }
  | { readonly kind: "blocked"; readonly by: string }
  | { readonly kind: "undetermined"; readonly because: Property | Unknown };

const open = (...hops: string[]): Path => ({ kind: "open", hops });
const blocked = (by: string): Path => ({ kind: "blocked", by });
const undetermined = (because: Property | Unknown): Path => ({ kind: "undetermined", because });

/** Every step must be open. One that is known to be blocked decides, whatever is unknown beside it. */
function inSeries(...steps: readonly (() => Path)[]): Path {
  const hops: string[] = [];
  let doubt: Path | undefined;
  for (const step of steps) {
    const path = step();
    if (path.kind === "blocked") return path;
    if (path.kind === "undetermined") doubt ??= path;
    else hops.push(...path.hops);
  }
  return doubt ?? open(...hops);
}

/** One open way is enough. */
function inParallel(ways: readonly Path[], otherwise: string): Path {
  const through = ways.find(({ kind }) => kind === "open") ?? ways.find(({ kind }) => kind === "undetermined");
  if (through !== undefined) return through;
  const reasons = new Set(ways.flatMap((way) => (way.kind === "blocked" ? [way.by] : [])));
  return blocked(reasons.size > 0 ? [...reasons].join("; ") : otherwise);
}

/**
 * Is there a way from the internet to a data store: by an address, a route to an internet gateway, a network ACL and a security group that let it
 * in; or through a load balancer that has the store among its targets?
 */
export function pathFromInternet(store: ResourceNode, graph: ResourceGraph): Path {
  return inParallel([directly(store, graph), throughLoadBalancers(store, graph)], "nothing leads to it");
}

function directly(store: ResourceNode, graph: ResourceGraph): Path {
  const subnets = subnetsOf(store, graph);
  if (subnets.standard === "no-vpc") return open("its endpoint outside of every VPC");
  const ports = portOf(store);
  return inSeries(
    () => publicAddress(store, graph),
    () => regionIsOpen(store, graph),
    () =>
      inParallel(
        [
          ...(subnets.standard === undefined ? [] : [open("the default VPC, whose subnets are public")]),
          ...subnets.nodes.map((subnet) => intoSubnet(subnet, ports, graph)),
          ...subnets.unseen.map(undetermined),
        ],
        "it stands in no subnet",
      ),
    () => throughGroups(store, ports, graph),
    () => open(store.name),
  );
}

/** Where a type says that it wants a public address, and what the property says then. */
const ADDRESSES: Readonly<Record<string, readonly [property: string, wanted: unknown]>> = {
  "aws:rds/instance:Instance": ["publiclyAccessible", true],
  "aws:redshift/cluster:Cluster": ["publiclyAccessible", true],
  "aws:redshiftserverless/workgroup:Workgroup": ["publiclyAccessible", true],
  "aws:mq/broker:Broker": ["publiclyAccessible", true],
  "aws:msk/cluster:Cluster": ["brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "SERVICE_PROVIDED_EIPS"],
};
/** Clusters whose instances have the addresses. */
const INSTANCES: Readonly<Record<string, string>> = {
  "aws:rds/cluster:Cluster": "aws:rds/clusterInstance:ClusterInstance",
  "aws:neptune/cluster:Cluster": "aws:neptune/clusterInstance:ClusterInstance",
};

function publicAddress(store: ResourceNode, graph: ResourceGraph): Path {
  const asks = (property: Property, wanted: unknown): Path => {
    const fact = property.fact;
    if (!fact.known) return undetermined(property);
    return String(fact.value) === String(wanted)
      ? open("internet", `${property.node.name}'s public address`)
      : blocked(`${property.node.name} has no public address`);
  };
  const own = ADDRESSES[store.type];
  if (own !== undefined) return asks(store.property(own[0]), own[1]);
  const instances = INSTANCES[store.type];
  if (instances === undefined) return blocked("AWS gives it no public address");
  const { nodes, uncertain } = graph.referring(instances, "clusterIdentifier", store);
  return inParallel(
    [...nodes.map((node) => asks(node.property("publiclyAccessible"), true)), ...uncertain.map(undetermined)],
    "it has no instance with a public address",
  );
}

/** EC2's block of public access to every VPC of a region, where nothing is excluded from it. */
function regionIsOpen(store: ResourceNode, graph: ResourceGraph): Path {
  const isHere = (node: ResourceNode) => node.region === store.region;
  const exclusions = graph.ofType("aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion").some(isHere);
  const block = graph.ofType("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions").find(isHere);
  if (block === undefined || exclusions) return open();
  const mode = block.read("internetGatewayBlockMode");
  const isOn = mode.known && (mode.value === "block-ingress" || mode.value === "block-bidirectional");
  return isOn ? blocked(`${block.name} lets nothing in through internet gateways`) : open();
}

function intoSubnet(subnet: ResourceNode, ports: PortRange, graph: ResourceGraph): Path {
  const exposure = exposureOf(subnet, graph);
  if (exposure.kind === "private") return blocked(`${subnet.name} has no route to an internet gateway`);
  return inSeries(
    () => (exposure.kind === "public" ? open(exposure.via.name, subnet.name) : undetermined(exposure.because)),
    () => throughAcl(subnet, ports, graph),
  );
}

function throughAcl(subnet: ResourceNode, ports: PortRange, graph: ResourceGraph): Path {
  const acls = aclsOf(subnet, graph);
  if (!Array.isArray(acls)) return undetermined(acls);
  // AWS's default one lets everything in, unless the program declares it and says otherwise.
  if (acls.length === 0) return open();
  return inParallel(
    acls.map((acl) =>
      inParallel(
        (["tcp", "udp"] as const).map((transport): Path => {
          const found: Fact<PortRange[]> = portsOpenToAll(acl, transport, graph, (cidr) =>
            reachesInternet(String(cidr)),
          );
          if (!found.known) return undetermined(found);
          const lets = found.value.some((range) => shared(range, ports));
          return lets ? open(acl.name) : blocked(`${acl.name} lets no such packet in`);
        }),
        acl.name,
      ),
    ),
    "its subnet's network ACL",
  );
}

/** The network ACL of a subnet; none when it has AWS's default one, which nobody changed. */
function aclsOf(subnet: ResourceNode, graph: ResourceGraph): ResourceNode[] | Property {
  const kinds = [NETWORK_ACL, DEFAULT_NETWORK_ACL];
  const own = kinds.map((type) => graph.referring(type, "subnetIds", subnet));
  const links = graph.referring(ACL_ASSOCIATION, "subnetId", subnet);
  const linked = links.nodes.map((link) => graph.resolve(link.property("networkAclId"), ...kinds));
  const joins = [...own, links, ...linked];
  const found = [...own, ...linked].flatMap(({ nodes }) => nodes);
  const doubt = joins.flatMap(({ uncertain }) => uncertain)[0];
  if (found.length > 0) return found;
  if (doubt !== undefined) return doubt;
  const [vpc] = graph.resolve(subnet.property("vpcId"), "aws:ec2/vpc:Vpc").nodes;
  const standard = graph.ofType(DEFAULT_NETWORK_ACL).filter((acl) => {
    const id = acl.property("defaultNetworkAclId");
    if (id.unknown) return vpc !== undefined && id.producers.includes(vpc.urn);
    const fact = id.fact;
    return fact.known && fact.value !== undefined && fact.value === vpc?.outputs.defaultNetworkAclId;
  });
  return standard;
}

function throughGroups(store: ResourceNode, ports: PortRange, graph: ResourceGraph): Path {
  const { nodes, unseen, standard } = groupsOf(store, graph);
  // Without a group of its own it has the VPC's default one, which AWS makes for its own members only.
  const groups = standard === undefined ? nodes : graph.ofType(DEFAULT_SECURITY_GROUP);
  return inParallel(
    [...groups.map((group) => throughGroup(group, ports, graph)), ...unseen.map(undetermined)],
    "its security group lets in its own members only",
  );
}

function throughGroup(group: ResourceNode, ports: PortRange, graph: ResourceGraph): Path {
  const { permissions, unseen } = allPermissionsOf(group, "ingress", graph);
  return inParallel(
    [...permissions.map((permission) => admits(permission, group, ports, graph)), ...unseen.map(undetermined)],
    `${group.name} lets nobody in`,
  );
}

function admits(
  permission: SecurityGroupPermission,
  group: ResourceNode,
  ports: PortRange,
  graph: ResourceGraph,
): Path {
  const closed = `${group.name} lets no address of the internet in`;
  // What AWS or another program keeps in a prefix list can not be seen.
  const lists = permission.prefixLists.items.length > 0 ? permission.prefixLists.items : [permission.prefixLists];
  const foreign = lists.filter((list) => {
    const id = list.fact;
    return id.known && typeof id.value === "string" && graph.resolve(list, PREFIX_LIST).nodes.length === 0;
  });
  return inSeries(
    () => {
      const range = portsOf(permission);
      if (!range.known) return undetermined(permission.fromPort);
      return range.value !== undefined && shared(range.value, ports) ? open() : blocked(closed);
    },
    () =>
      inParallel(
        [
          ...addressesOf(permission, graph).map((address): Path => {
            const fact = address.fact;
            if (!fact.known) return undetermined(address);
            const cidrs = [fact.value].flat().filter((cidr) => typeof cidr === "string" && cidr !== "");
            return cidrs.some((cidr) => reachesInternet(String(cidr)))
              ? open(`${group.name} (${permission.node.name})`)
              : blocked(closed);
          }),
          ...foreign.map(undetermined),
        ],
        closed,
      ),
  );
}

function portOf(store: ResourceNode): PortRange {
  const port = store.read("port");
  if (!port.known || port.value === undefined) return ALL_PORTS;
  return { from: Number(port.value), to: Number(port.value) };
}

const PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";
const LOAD_BALANCERS = ENTRIES.filter((type) => type.endsWith(":LoadBalancer"));
const both = (name: string): string[] =>
  ["lb", "alb"].map((module) => `aws:${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`);
const TARGET_GROUPS = both("TargetGroup");
/** What hands requests of the internet on to load balancers that are internal themselves. */
const FRONTS = [
  "aws:apigateway/vpcLink:VpcLink",
  "aws:apigatewayv2/vpcLink:VpcLink",
  "aws:globalaccelerator/endpointGroup:EndpointGroup",
  "aws:cloudfront/vpcOrigin:VpcOrigin",
];

/** Targets of load balancers are judged by what they are made from, and while that can not be told, by their addresses. */
function throughLoadBalancers(store: ResourceNode, graph: ResourceGraph): Path {
  const targets = graph.once("targets by address", () => graph.ofType(...both("TargetGroupAttachment")));
  const ways = targets.flatMap((attachment): Path[] => {
    const target = attachment.property("targetId");
    const isMine = target.producers.includes(store.urn);
    if (!isMine && !mayBe(target, store, graph)) return [];
    const entry = entryTo(attachment, graph);
    if (entry.kind !== "open") return [entry];
    return [isMine ? open("internet", ...entry.hops, store.name) : undetermined(target)];
  });
  return inParallel(ways, "no load balancer has it among its targets");
}

/** An address that lies in the store's subnets, or one of which nothing is known. */
function mayBe(target: Property, store: ResourceNode, graph: ResourceGraph): boolean {
  if (target.unknown) return !target.producers.some((urn) => graph.get(urn) !== undefined && urn !== store.urn);
  const fact = target.fact;
  const address = fact.known && typeof fact.value === "string" ? addressRange(fact.value) : undefined;
  if (address === undefined || target.producers.length > 0) return false;
  return subnetsOf(store, graph).nodes.some((subnet) => {
    const cidr = subnet.read("cidrBlock");
    const range = cidr.known && typeof cidr.value === "string" ? addressRange(cidr.value) : undefined;
    return range === undefined || overlap(range, address);
  });
}

/** The load balancer before a target, if the internet reaches it. */
function entryTo(attachment: ResourceNode, graph: ResourceGraph): Path {
  const reference = attachment.property("targetGroupArn");
  const groups = graph.resolve(reference, ...TARGET_GROUPS);
  if (groups.nodes.length === 0) return undetermined(reference);
  const users = usersOfTargetGroups(graph);
  const balancers = new Set(groups.nodes.flatMap((group) => users.get(group) ?? []));
  const isFronted = FRONTS.some((type) => graph.ofType(type).length > 0);
  return inParallel(
    [...balancers].map((balancer): Path => {
      const internal = balancer.property("internal").fact;
      if (!internal.known) return undetermined(balancer.property("internal"));
      const isInternal = internal.value === true || internal.value === "true";
      return isInternal && !isFronted ? blocked(`${balancer.name} is internal`) : open(balancer.name);
    }),
    "no listener hands requests to its target group",
  );
}

/** Load balancers by the target groups that their listeners and listeners' rules name. */
function usersOfTargetGroups(graph: ResourceGraph): ReadonlyMap<ResourceNode, readonly ResourceNode[]> {
  return graph.once("load balancers by target group", () => {
    const users = new Map<ResourceNode, ResourceNode[]>();
    const add = (actions: Property, listener: ResourceNode | undefined) => {
      const balancers = listener && graph.resolve(listener.property("loadBalancerArn"), ...LOAD_BALANCERS).nodes;
      const named = actions.items.flatMap((action) => [
        action.at("targetGroupArn"),
        ...action.at("forward.targetGroups").items.map((group) => group.at("arn")),
      ]);
      const makers = actions.producers.flatMap((urn) => graph.get(urn) ?? []);
      const groups = [
        ...named.flatMap((arn) => graph.resolve(arn, ...TARGET_GROUPS).nodes),
        ...makers.filter(({ type }) => TARGET_GROUPS.includes(type)),
      ];
      for (const group of new Set(groups)) users.set(group, [...(users.get(group) ?? []), ...(balancers ?? [])]);
    };
    for (const listener of graph.ofType(...both("Listener"))) add(listener.property("defaultActions"), listener);
    for (const rule of graph.ofType(...both("ListenerRule")))
      add(rule.property("actions"), graph.resolve(rule.property("listenerArn"), ...both("Listener")).nodes[0]);
    return users;
  });
}
