import type { Fact, Join, Property, ResourceGraph, ResourceNode } from "./graph";

/** What routing says about a subnet. */
export type SubnetExposure =
  /** Its route table leads to an internet gateway; `via` is the route. */
  | { readonly kind: "public"; readonly via: ResourceNode }
  | { readonly kind: "private" }
  | { readonly kind: "undetermined"; readonly because: Property };

const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const ROUTE = "aws:ec2/route:Route";
export const ROUTE_TABLES = ["aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable"];
export const INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway";

/** Is there a route from the subnet to an internet gateway? Holds while ids are unknown. */
export function exposureOf(subnet: ResourceNode, graph: ResourceGraph): SubnetExposure {
  return graph.once(`exposure ${subnet.urn}`, () => expose(subnet, graph));
}

function expose(subnet: ResourceNode, graph: ResourceGraph): SubnetExposure {
  const tables = tablesOf(subnet, graph);
  if ("because" in tables) return tables;
  let open: SubnetExposure = { kind: "private" };
  for (const table of tables.nodes) {
    const out = wayOut(table, graph);
    if (out.kind === "public") return out;
    if (out.kind === "undetermined") open = out;
  }
  return open;
}

/** Does a route table lead to an internet gateway? */
export function wayOut(table: ResourceNode, graph: ResourceGraph): SubnetExposure {
  return graph.once(`way out ${table.urn}`, () => {
    let open: SubnetExposure = { kind: "private" };
    const routes = graph.referring(ROUTE, "routeTableId", table);
    const inline = table.property("routes");
    for (const [via, gateway] of [
      ...inline.items.map((route) => [table, route.at("gatewayId")] as const),
      ...routes.nodes.map((route) => [route, route.property("gatewayId")] as const),
    ]) {
      const leads = isInternetGateway(gateway, graph);
      if (leads.known && leads.value) return { kind: "public", via };
      if (!leads.known) open = { kind: "undetermined", because: gateway };
    }
    const doubtful = inline.unknown ? inline : routes.uncertain[0];
    return doubtful === undefined ? open : { kind: "undetermined", because: doubtful };
  });
}

/** Subnets that follow a route table, their own or the VPC's main one, and what hides which table a subnet has. */
export function subnetsWith(table: ResourceNode, graph: ResourceGraph): Join {
  const index = graph.once("subnets by route table", () => {
    const byTable = new Map<ResourceNode, ResourceNode[]>();
    const uncertain: Property[] = [];
    for (const subnet of graph.ofType("aws:ec2/subnet:Subnet")) {
      const tables = tablesOf(subnet, graph);
      if ("because" in tables) {
        uncertain.push(tables.because);
        continue;
      }
      for (const own of tables.nodes) byTable.set(own, [...(byTable.get(own) ?? []), subnet]);
    }
    return { byTable, uncertain };
  });
  const links = graph.referring(ASSOCIATION, "routeTableId", table);
  const hidden = links.nodes.map((link) => link.property("subnetId")).filter((subnet) => isHidden(subnet, graph));
  return { nodes: index.byTable.get(table) ?? [], uncertain: [...index.uncertain, ...hidden] };
}

/** Unknown, and made from no subnet of the program. */
function isHidden(subnet: Property, graph: ResourceGraph): boolean {
  return subnet.unknown && graph.resolve(subnet, "aws:ec2/subnet:Subnet").nodes.length === 0;
}

/** The subnet's route table, or the VPC's main one when it has none of its own. */
export function tablesOf(
  subnet: ResourceNode,
  graph: ResourceGraph,
): { readonly nodes: readonly ResourceNode[] } | { readonly kind: "undetermined"; readonly because: Property } {
  const own = graph.referring(ASSOCIATION, "subnetId", subnet);
  const links = own.nodes.map((association) => association.property("routeTableId"));
  if (links.length === 0 && own.uncertain[0] !== undefined) return { kind: "undetermined", because: own.uncertain[0] };
  if (links.length === 0) {
    const vpc = graph.resolve(subnet.property("vpcId"), "aws:ec2/vpc:Vpc").nodes[0];
    if (vpc === undefined) return { nodes: [] };
    const main = graph.referring("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "vpcId", vpc).nodes;
    links.push(...main.map((association) => association.property("routeTableId")));
    if (links.length === 0) {
      const standard = graph
        .ofType("aws:ec2/defaultRouteTable:DefaultRouteTable")
        .filter((table) => refersToMain(table.property("defaultRouteTableId"), vpc));
      return { nodes: standard };
    }
  }
  const nodes: ResourceNode[] = [];
  for (const link of links) {
    const { nodes: found, uncertain } = graph.resolve(link, ...ROUTE_TABLES);
    if (uncertain[0] !== undefined) return { kind: "undetermined", because: uncertain[0] };
    nodes.push(...found);
  }
  return { nodes };
}

function refersToMain(reference: Property, vpc: ResourceNode): boolean {
  if (reference.unknown) return reference.producers.includes(vpc.urn);
  const fact = reference.fact;
  return fact.known && fact.value !== undefined && fact.value === vpc.outputs.defaultRouteTableId;
}

function isInternetGateway(gateway: Property, graph: ResourceGraph): Fact<boolean> {
  if (gateway.absent) return { known: true, value: false };
  if (!gateway.unknown) {
    const fact = gateway.fact;
    const named = fact.known && typeof fact.value === "string" && fact.value.startsWith("igw-");
    return { known: true, value: named || graph.resolve(gateway, INTERNET_GATEWAY).nodes.length > 0 };
  }
  const makers = gateway.producers.map((urn) => graph.get(urn)?.type);
  if (makers.includes(INTERNET_GATEWAY)) return { known: true, value: true };
  // A virtual private or a carrier gateway stands in the same property.
  if (makers.length > 0 && makers.every((type) => type !== undefined && /Gateway$/.test(type)))
    return { known: true, value: false };
  return { known: false, resource: gateway.node.urn, path: gateway.path, producers: gateway.producers };
}

/** Zone of a subnet, e.g. `eu-west-1a` or a zone id. */
export function zoneOf(subnet: ResourceNode): Property {
  const name = subnet.property("availabilityZone");
  return name.absent ? subnet.property("availabilityZoneId") : name;
}
