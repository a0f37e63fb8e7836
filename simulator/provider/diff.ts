import { replaces } from "../immutable";
import { isRecord, type Values } from "./values";

export interface PropertyChange {
  readonly kind: "add" | "delete" | "update";
  readonly replace: boolean;
}

/** What differs between two sets of inputs, by property path as Pulumi prints it (`rules[0].name`). */
export function compare(
  type: string,
  olds: Values,
  news: Values,
  ignore: readonly string[] = [],
): ReadonlyMap<string, PropertyChange> {
  const changes = new Map<string, PropertyChange>();
  const visit = (before: unknown, after: unknown, printed: string, path: readonly string[]): void => {
    if (path[0] === "__defaults" || ignore.includes(printed) || Object.is(before, after)) return;
    if (Array.isArray(before) && Array.isArray(after)) {
      for (let index = 0; index < Math.max(before.length, after.length); index++) {
        visit(before[index], after[index], `${printed}[${index}]`, path);
      }
      return;
    }
    if (isRecord(before) && isRecord(after)) {
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        visit(before[key], after[key], printed === "" ? key : `${printed}.${key}`, [...path, key]);
      }
      return;
    }
    const kind = isAbsent(before) ? "add" : isAbsent(after) ? "delete" : "update";
    if (isAbsent(before) && isAbsent(after)) return;
    changes.set(printed, { kind, replace: replaces(type, path) || losesSubnet(type, olds, kind, path) });
  };
  visit(olds, news, "", []);
  return ORDERLESS.has(type) ? withoutReordering(changes, olds, news) : changes;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** Lists of names that AWS keeps as sets, so that another order is no change. */
const SETS = ["subnets", "subnetIds", "securityGroups", "securityGroupIds", "vpcSecurityGroupIds", "routeTableIds"];
const ORDERLESS = new Set([
  "aws:apigatewayv2/vpcLink:VpcLink",
  "aws:ec2/networkAcl:NetworkAcl",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/subnetGroup:SubnetGroup",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
  "aws:rds/subnetGroup:SubnetGroup",
]);

function withoutReordering(
  changes: Map<string, PropertyChange>,
  olds: Values,
  news: Values,
): Map<string, PropertyChange> {
  for (const property of SETS) {
    const [before, after] = [olds[property], news[property]];
    if (!Array.isArray(before) || !Array.isArray(after)) continue;
    if (JSON.stringify([...before].sort()) !== JSON.stringify([...after].sort())) continue;
    for (const path of changes.keys()) if (path.startsWith(`${property}[`)) changes.delete(path);
  }
  return changes;
}

/** A network load balancer can be given further subnets, but none can be taken from it. */
function losesSubnet(type: string, olds: Values, kind: PropertyChange["kind"], path: readonly string[]): boolean {
  return (
    type === "aws:lb/loadBalancer:LoadBalancer" &&
    olds.loadBalancerType === "network" &&
    (path[0] === "subnets" || path[0] === "subnetMappings") &&
    kind !== "add"
  );
}
