import type { Join, Property, ResourceGraph, ResourceNode } from "./graph";

export const SUBNET = "aws:ec2/subnet:Subnet";
export const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";

/** Where a type of resource says which subnets it stands in and which security groups are around it. */
interface Placement {
  /** Data at rest, programs that run, or what hands requests on. */
  readonly kind: "store" | "compute" | "entry";
  /** Properties with subnets' ids. */
  readonly subnets?: string;
  /** The property that names a subnet group, and the group's type; that has `subnetIds`. */
  readonly subnetGroup?: readonly [property: string, type: string];
  readonly groups?: string;
  /** Property that names a launch template, which says which security groups are around the machines. */
  readonly template?: string;
  /** Where AWS puts it when no subnet is named: the default VPC, or outside of every VPC. */
  readonly otherwise?: "default-vpc" | "no-vpc";
}

const store = (groups: string, subnetGroup: readonly [string, string]): Placement => ({
  kind: "store",
  groups,
  subnetGroup,
  otherwise: "default-vpc",
});
const RDS_SUBNETS = ["dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup"] as const;
const CACHE_SUBNETS = ["subnetGroupName", "aws:elasticache/subnetGroup:SubnetGroup"] as const;

const PLACEMENTS: Readonly<Record<string, Placement>> = {
  "aws:rds/instance:Instance": store("vpcSecurityGroupIds", RDS_SUBNETS),
  "aws:rds/cluster:Cluster": store("vpcSecurityGroupIds", RDS_SUBNETS),
  "aws:docdb/cluster:Cluster": store("vpcSecurityGroupIds", ["dbSubnetGroupName", "aws:docdb/subnetGroup:SubnetGroup"]),
  "aws:neptune/cluster:Cluster": store("vpcSecurityGroupIds", [
    "neptuneSubnetGroupName",
    "aws:neptune/subnetGroup:SubnetGroup",
  ]),
  "aws:elasticache/replicationGroup:ReplicationGroup": store("securityGroupIds", CACHE_SUBNETS),
  "aws:elasticache/cluster:Cluster": store("securityGroupIds", CACHE_SUBNETS),
  "aws:elasticache/serverlessCache:ServerlessCache": {
    kind: "store",
    groups: "securityGroupIds",
    subnets: "subnetIds",
    otherwise: "default-vpc",
  },
  "aws:memorydb/cluster:Cluster": store("securityGroupIds", [
    "subnetGroupName",
    "aws:memorydb/subnetGroup:SubnetGroup",
  ]),
  "aws:dax/cluster:Cluster": store("securityGroupIds", ["subnetGroupName", "aws:dax/subnetGroup:SubnetGroup"]),
  "aws:redshift/cluster:Cluster": store("vpcSecurityGroupIds", [
    "clusterSubnetGroupName",
    "aws:redshift/subnetGroup:SubnetGroup",
  ]),
  "aws:redshiftserverless/workgroup:Workgroup": {
    kind: "store",
    groups: "securityGroupIds",
    subnets: "subnetIds",
    otherwise: "default-vpc",
  },
  "aws:msk/cluster:Cluster": {
    kind: "store",
    groups: "brokerNodeGroupInfo.securityGroups",
    subnets: "brokerNodeGroupInfo.clientSubnets",
  },
  "aws:opensearch/domain:Domain": {
    kind: "store",
    groups: "vpcOptions.securityGroupIds",
    subnets: "vpcOptions.subnetIds",
    otherwise: "no-vpc",
  },
  "aws:elasticsearch/domain:Domain": {
    kind: "store",
    groups: "vpcOptions.securityGroupIds",
    subnets: "vpcOptions.subnetIds",
    otherwise: "no-vpc",
  },
  "aws:mq/broker:Broker": {
    kind: "store",
    groups: "securityGroups",
    subnets: "subnetIds",
    otherwise: "default-vpc",
  },
  "aws:efs/mountTarget:MountTarget": { kind: "store", groups: "securityGroups", subnets: "subnetId" },
  "aws:ecs/service:Service": {
    kind: "compute",
    groups: "networkConfiguration.securityGroups",
    subnets: "networkConfiguration.subnets",
  },
  "aws:ecs/taskSet:TaskSet": {
    kind: "compute",
    groups: "networkConfiguration.securityGroups",
    subnets: "networkConfiguration.subnets",
  },
  "aws:lambda/function:Function": {
    kind: "compute",
    groups: "vpcConfig.securityGroupIds",
    subnets: "vpcConfig.subnetIds",
    otherwise: "no-vpc",
  },
  "aws:ec2/instance:Instance": {
    kind: "compute",
    groups: "vpcSecurityGroupIds",
    subnets: "subnetId",
    otherwise: "default-vpc",
  },
  "aws:ec2/networkInterface:NetworkInterface": { kind: "compute", groups: "securityGroups", subnets: "subnetId" },
  "aws:autoscaling/group:Group": { kind: "compute", subnets: "vpcZoneIdentifiers", otherwise: "default-vpc" },
  [LAUNCH_TEMPLATE]: { kind: "compute", groups: "vpcSecurityGroupIds", otherwise: "no-vpc" },
  "aws:eks/cluster:Cluster": {
    kind: "compute",
    groups: "vpcConfig.securityGroupIds",
    subnets: "vpcConfig.subnetIds",
  },
  "aws:eks/nodeGroup:NodeGroup": { kind: "compute", subnets: "subnetIds", template: "launchTemplate.id" },
  // Pods with groups of their own, on the nodes' subnets.
  "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy": {
    kind: "compute",
    groups: "spec.securityGroups.groupIds",
    otherwise: "no-vpc",
  },
  "aws:lb/loadBalancer:LoadBalancer": { kind: "entry", groups: "securityGroups", subnets: "subnets" },
  "aws:alb/loadBalancer:LoadBalancer": { kind: "entry", groups: "securityGroups", subnets: "subnets" },
  "aws:apigatewayv2/vpcLink:VpcLink": { kind: "entry", groups: "securityGroupIds", subnets: "subnetIds" },
};

const typesOf = (kind: Placement["kind"]): readonly string[] =>
  Object.keys(PLACEMENTS).filter((type) => PLACEMENTS[type]?.kind === kind);

/** Data stores with an address in a network. */
export const STORES = typesOf("store");
export const COMPUTE = typesOf("compute");
export const ENTRIES = typesOf("entry");

/** Where references lead: resources of the program, and those that lead to nothing that it shows. */
export interface Places {
  readonly nodes: readonly ResourceNode[];
  /** Unknown, or a known id of something that the program does not declare. */
  readonly unseen: readonly Property[];
  /** Nothing is named, and AWS decides. */
  readonly standard?: "default-vpc" | "no-vpc";
}

const NOWHERE: Places = { nodes: [], unseen: [] };

/** Subnets in which a workload stands. */
export function subnetsOf(node: ResourceNode, graph: ResourceGraph): Places {
  const placement = PLACEMENTS[node.type];
  if (placement === undefined) return NOWHERE;
  const { subnets, subnetGroup, otherwise } = placement;
  if (subnets !== undefined) return places(node.property(subnets), graph, otherwise, SUBNET);
  if (subnetGroup === undefined) return { ...NOWHERE, standard: otherwise };
  const [property, type] = subnetGroup;
  const group = places(node.property(property), graph, otherwise, type);
  const found = group.nodes.map((own) => places(own.property("subnetIds"), graph, undefined, SUBNET));
  return { ...group, nodes: found.flatMap(({ nodes }) => nodes), unseen: [group, ...found].flatMap((p) => p.unseen) };
}

/** Security groups around a workload; none named means the VPC's default group. */
export function groupsOf(node: ResourceNode, graph: ResourceGraph): Places {
  const { groups: property, template } = PLACEMENTS[node.type] ?? {};
  if (template !== undefined) return groupsOfTemplate(node.property(template), graph);
  if (property === undefined) return NOWHERE;
  return places(node.property(property), graph, "default-vpc", SECURITY_GROUP, DEFAULT_SECURITY_GROUP);
}

function groupsOfTemplate(reference: Property, graph: ResourceGraph): Places {
  if (reference.absent) return NOWHERE;
  const { nodes, unseen } = places(reference, graph, undefined, LAUNCH_TEMPLATE);
  const found = nodes.map((template) => groupsOf(template, graph));
  return { nodes: found.flatMap((own) => own.nodes), unseen: [...unseen, ...found.flatMap((own) => own.unseen)] };
}

/** Where a reference or a list of them leads, with what of it can not be followed. */
export function places(
  reference: Property,
  graph: ResourceGraph,
  standard: Places["standard"],
  ...types: readonly string[]
): Places {
  if (reference.absent) return { ...NOWHERE, standard };
  const { nodes, uncertain }: Join = graph.resolve(reference, ...types);
  const single = reference.items.length === 0 && !reference.unknown ? [reference] : reference.items;
  const foreign = single.filter((item) => !item.unknown && graph.resolve(item, ...types).nodes.length === 0);
  return { nodes, unseen: [...uncertain, ...(isEmptyList(reference) ? [] : foreign)] };
}

function isEmptyList(reference: Property): boolean {
  const fact = reference.fact;
  return fact.known && Array.isArray(fact.value) && fact.value.length === 0;
}

interface Occupants {
  readonly bySubnet: ReadonlyMap<ResourceNode, readonly ResourceNode[]>;
  readonly byGroup: ReadonlyMap<ResourceNode, readonly ResourceNode[]>;
  /** Workloads that may stand anywhere, and what hides where. */
  readonly hidden: readonly { readonly node: ResourceNode; readonly because: Property }[];
}

/** Which workloads stand in which subnet and have which security group, over the whole program. */
export function occupants(graph: ResourceGraph): Occupants {
  return graph.once("occupants", () => {
    const bySubnet = new Map<ResourceNode, ResourceNode[]>();
    const byGroup = new Map<ResourceNode, ResourceNode[]>();
    const hidden: { node: ResourceNode; because: Property }[] = [];
    for (const node of graph.ofType(...STORES, ...COMPUTE)) {
      const subnets = subnetsOf(node, graph);
      for (const subnet of subnets.nodes) append(bySubnet, subnet, node);
      for (const group of groupsOf(node, graph).nodes) append(byGroup, group, node);
      for (const because of subnets.unseen) if (because.unknown) hidden.push({ node, because });
    }
    return { bySubnet, byGroup, hidden };
  });
}

function append(map: Map<ResourceNode, ResourceNode[]>, key: ResourceNode, value: ResourceNode): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
