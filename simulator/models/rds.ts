import type { Facts, Model, Models } from "../model";

/** The random part that RDS puts in every endpoint of one account and region. */
const ENDPOINT_ID = "c7xkq2m9tzab";

const host = (f: Facts, label: string): string => `${label}.${f.region}.rds.amazonaws.com`;
/** RDS answers with the whole version where a program gives the major one. */
const engineVersion = (f: Facts): string => {
  const asked = f.text("engineVersion") || "17";
  return asked.includes(".") ? asked : `${asked}.11`;
};
const defaultVpc = "vpc-0d5e6f7a8b9c0d1e2";

/** The secret that RDS keeps when it manages the master password itself. */
function masterUserSecrets(f: Facts, owner: "cluster" | "db"): readonly unknown[] {
  if (f.inputs.manageMasterUserPassword !== true) return [];
  return [
    {
      kmsKeyId: f.text("masterUserSecretKmsKeyId") || f.arn("kms", `key/${f.uuid()}`),
      secretArn: f.arn("secretsmanager", `secret:rds!${owner}-${f.uuid()}-${f.hex(6)}`),
      secretStatus: "active",
    },
  ];
}

function parameterGroup(kind: "pg" | "cluster-pg"): Model {
  return { nameProperty: "name", id: (f) => f.name, outputs: (f) => ({ arn: f.arn("rds", `${kind}:${f.name}`) }) };
}

export const rds: Models = {
  "aws:rds/subnetGroup:SubnetGroup": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("rds", `subgrp:${f.name}`), supportedNetworkTypes: ["IPV4"], vpcId: defaultVpc }),
  },
  "aws:rds/parameterGroup:ParameterGroup": parameterGroup("pg"),
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": parameterGroup("cluster-pg"),
  "aws:rds/instance:Instance": {
    nameProperty: "identifier",
    id: (f) => resourceId(f, "db"),
    outputs: (f) => {
      const address = host(f, `${f.name}.${ENDPOINT_ID}`);
      const port = f.number("port", 5432);
      return {
        address,
        arn: f.arn("rds", `db:${f.name}`),
        endpoint: `${address}:${port}`,
        port,
        engineVersionActual: engineVersion(f),
        hostedZoneId: "Z29XKXDKYMONMX",
        latestRestorableTime: "2026-01-01T00:00:00Z",
        listenerEndpoints: [],
        masterUserSecrets: masterUserSecrets(f, "db"),
        replicas: [],
        resourceId: resourceId(f, "db"),
        status: "available",
        upgradeRolloutOrder: "second",
        availabilityZone: f.text("availabilityZone") || `${f.region}a`,
      };
    },
  },
  "aws:rds/cluster:Cluster": {
    nameProperty: "clusterIdentifier",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn("rds", `cluster:${f.name}`),
      caCertificateValidTill: "2061-05-21T23:58:18Z",
      clusterMembers: f.text("dbClusterInstanceClass") ? [1, 2, 3].map((n) => `${f.name}-instance-${n}`) : [],
      clusterResourceId: resourceId(f, "cluster"),
      endpoint: host(f, `${f.name}.cluster-${ENDPOINT_ID}`),
      readerEndpoint: host(f, `${f.name}.cluster-ro-${ENDPOINT_ID}`),
      engineVersionActual: engineVersion(f),
      hostedZoneId: "Z29XKXDKYMONMX",
      masterUserSecrets: masterUserSecrets(f, "cluster"),
      upgradeRolloutOrder: "second",
      port: f.number("port", 5432),
    }),
  },
  "aws:rds/clusterInstance:ClusterInstance": {
    nameProperty: "identifier",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn("rds", `db:${f.name}`),
      dbiResourceId: resourceId(f, "db"),
      endpoint: host(f, `${f.name}.${ENDPOINT_ID}`),
      engineVersionActual: engineVersion(f),
      kmsKeyId: f.arn("kms", `key/${f.uuid()}`),
      networkType: "IPV4",
      port: 5432,
      storageEncrypted: true,
      writer: f.number("promotionTier", 0) === 0,
      availabilityZone: f.text("availabilityZone") || `${f.region}a`,
    }),
  },
  "aws:rds/globalCluster:GlobalCluster": {
    nameProperty: "globalClusterIdentifier",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.globalArn("rds", `global-cluster:${f.name}`),
      endpoint: `${f.name}.global-${ENDPOINT_ID}.global.rds.amazonaws.com`,
      engineVersionActual: engineVersion(f),
      globalClusterMembers: [],
      globalClusterResourceId: resourceId(f, "cluster"),
    }),
  },
};

function resourceId(f: Facts, kind: "cluster" | "db"): string {
  return `${kind}-${f.hex(26).toUpperCase()}`;
}
