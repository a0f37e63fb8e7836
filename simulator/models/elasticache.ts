import type { Facts, Models } from "../model";

/** The random part that ElastiCache puts in every endpoint of one account. */
const ENDPOINT_ID = "x7k2q9";

/** As ElastiCache shortens a region in its host names: `eu-west-1` -> `euw1`, `ap-southeast-2` -> `apse2`. */
function shortRegion(region: string): string {
  return region
    .split("-")
    .map((part, index) => (index === 0 ? part : part.replace(/^(north|south)?(east|west)?(central)?$/, initials)))
    .join("");
}

const initials = (_: string, ...parts: (string | undefined)[]): string =>
  parts.slice(0, 3).reduce<string>((text, part) => text + (part ?? "").slice(0, 1), "");

const host = (f: Facts, label: string): string =>
  `${label}.${ENDPOINT_ID}.${shortRegion(f.region)}.cache.amazonaws.com`;

function replicationGroupOutputs(f: Facts): Readonly<Record<string, unknown>> {
  const shards = f.number("numNodeGroups", 1);
  const clustered = f.text("clusterMode") === "enabled";
  const nodes = clustered ? f.number("replicasPerNodeGroup", 0) + 1 : f.number("numCacheClusters", 1);
  const three = (n: number): string => String(n).padStart(3, "0");
  const memberClusters = Array.from({ length: shards }, (_, shard) =>
    Array.from({ length: nodes }, (__, node) =>
      clustered ? `${f.name}-${String(shard + 1).padStart(4, "0")}-${three(node + 1)}` : `${f.name}-${three(node + 1)}`,
    ),
  ).flat();
  return {
    arn: f.arn("elasticache", `replicationgroup:${f.name}`),
    clusterEnabled: clustered,
    configurationEndpointAddress: clustered ? host(f, `clustercfg.${f.name}`) : "",
    primaryEndpointAddress: clustered ? "" : host(f, `master.${f.name}`),
    readerEndpointAddress: clustered ? "" : host(f, `replica.${f.name}`),
    engineVersionActual: `${f.text("engineVersion") || "8.2"}.0`,
    memberClusters,
  };
}

export const elasticache: Models = {
  "aws:elasticache/subnetGroup:SubnetGroup": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("elasticache", `subnetgroup:${f.name}`), vpcId: "vpc-0d5e6f7a8b9c0d1e2" }),
  },
  "aws:elasticache/parameterGroup:ParameterGroup": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("elasticache", `parametergroup:${f.name}`) }),
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    nameProperty: "replicationGroupId",
    id: (f) => f.name,
    outputs: replicationGroupOutputs,
  },
  "aws:elasticache/user:User": {
    nameProperty: "userId",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("elasticache", `user:${f.name}`) }),
  },
  "aws:elasticache/userGroup:UserGroup": {
    nameProperty: "userGroupId",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("elasticache", `usergroup:${f.name}`) }),
  },
};
