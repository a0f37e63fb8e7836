import type * as pulumi from "@pulumi/pulumi";
import type { Grantee } from "../../components/core";
import { KafkaCluster } from "../../components/messaging/kafka-cluster";
import type { Connectable } from "../../components/network/connections";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import type { PaymentsConfig } from "./config";

/** What happened to payments, for consumers that may read it again; without Kafka there is none. */
export interface EventLog {
  grantProduce(service: Grantee & Connectable): void;
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly outputs: { readonly kafkaBrokers?: pulumi.Output<string> };
}

const TOPIC = "payments";
const DAYS_KEPT = 7;

export function eventLog(
  { messaging }: PaymentsConfig,
  { prefix, region, vpc, key }: { prefix: string; region: Region; vpc: Vpc; key: Key },
): EventLog {
  if (messaging.kind !== "kafka") return { grantProduce: () => undefined, settings: {}, outputs: {} };
  const cluster = new KafkaCluster(
    `${prefix}-kafka`,
    {
      vpc,
      key,
      instanceType: messaging.instanceType,
      storage: { sizeGiB: messaging.storageGiB, maxGiB: messaging.storageGiB * 4 },
      topics: { [TOPIC]: { partitions: 12, retentionHours: DAYS_KEPT * 24 } },
    },
    { parent: region },
  );
  return {
    grantProduce: (service) => {
      cluster.connections.allowFrom(service);
      cluster.grantProduce(service, TOPIC);
    },
    settings: { KAFKA_BROKERS: cluster.bootstrapBrokers },
    outputs: { kafkaBrokers: cluster.bootstrapBrokers },
  };
}
