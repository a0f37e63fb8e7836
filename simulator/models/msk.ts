import type { Facts, Models } from "../model";

/** Cluster UUIDs end with the number of the MSK cell that holds them. */
const uuid = (f: Facts): string => `${f.uuid()}-5`;
const clusterArn = (f: Facts): string => f.arn("kafka", `cluster/${f.name}/${uuid(f)}`);

function brokers(f: Facts, port: number, access = ""): string {
  const count = Math.min(f.number("numberOfBrokerNodes", 3), 3);
  const host = (n: number) =>
    `b-${n}${access}.${f.name.replaceAll("-", "").toLowerCase()}.${f.hex(6)}.c5.kafka.${f.region}.amazonaws.com:${port}`;
  return Array.from({ length: count }, (_, n) => host(n + 1)).join(",");
}

function authentication(f: Facts): { iam: boolean; scram: boolean } {
  const client = f.inputs.clientAuthentication as { sasl?: { iam?: boolean; scram?: boolean } } | undefined;
  return { iam: client?.sasl?.iam ?? false, scram: client?.sasl?.scram ?? false };
}

export const msk: Models = {
  "aws:msk/cluster:Cluster": {
    nameProperty: "clusterName",
    id: clusterArn,
    outputs: (f) => ({
      arn: clusterArn(f),
      bootstrapBrokers: "",
      bootstrapBrokersIpv6: "",
      bootstrapBrokersPublicSaslIam: "",
      bootstrapBrokersPublicSaslScram: "",
      bootstrapBrokersPublicTls: "",
      bootstrapBrokersSaslIam: authentication(f).iam ? brokers(f, 9098) : "",
      bootstrapBrokersSaslIamIpv6: "",
      bootstrapBrokersSaslScram: authentication(f).scram ? brokers(f, 9096) : "",
      bootstrapBrokersSaslScramIpv6: "",
      bootstrapBrokersTls: "",
      bootstrapBrokersTlsIpv6: "",
      bootstrapBrokersVpcConnectivitySaslIam: "",
      bootstrapBrokersVpcConnectivitySaslScram: "",
      bootstrapBrokersVpcConnectivityTls: "",
      clusterUuid: uuid(f),
      currentVersion: "K3P5ROKL5A1OLE",
      customerActionStatus: "NONE",
      storageMode: f.text("storageMode") || "LOCAL",
      zookeeperConnectString: "",
      zookeeperConnectStringTls: "",
    }),
  },
  "aws:msk/configuration:Configuration": {
    nameProperty: "name",
    id: (f) => f.arn("kafka", `configuration/${f.name}/${uuid(f)}`),
    outputs: (f) => ({ arn: f.arn("kafka", `configuration/${f.name}/${uuid(f)}`), latestRevision: 1 }),
  },
  "aws:msk/topic:Topic": {
    nameProperty: "name",
    id: (f) => `${f.text("clusterArn")},${f.name}`,
    outputs: (f) => ({
      arn: `${f.text("clusterArn").replace(":cluster/", ":topic/")}/${f.name}`,
      configsActual: f.text("configs") || "{}",
    }),
  },
};
