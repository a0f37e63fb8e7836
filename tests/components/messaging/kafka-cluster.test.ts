import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { KafkaCluster, type KafkaClusterArgs } from "../../../components/messaging/kafka-cluster";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

/** A network over fewer or more zones than the usual three. */
class SizedNetwork extends TestNetwork {
  constructor(name: string, letters: string[]) {
    super(name);
    this.zones.splice(0, this.zones.length, ...letters.map((letter) => `${this.context.region}${letter}`));
  }
}

function build(
  name: string,
  args: Partial<KafkaClusterArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): KafkaCluster {
  const key = new Key(`${name}-key`, { description: "Events", services: ["logs"] }, opts);
  return new KafkaCluster(name, { vpc: args.vpc ?? new TestNetwork(`${name}-net`, opts), key, ...args }, opts);
}

describe("KafkaCluster", () => {
  componentContract("messaging", "KafkaCluster", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const kafka = build(
        name,
        {
          kafkaVersion: "4.1.x.kraft",
          instanceType: "kafka.m5.2xlarge",
          brokersPerZone: 2,
          storage: { sizeGiB: 500, maxGiB: 2000 },
          topics: { payments: { partitions: 12, retentionHours: 24 }, audit: { partitions: 3 } },
          serverProperties: { "log.retention.hours": 72 },
          monitoring: "PER_TOPIC_PER_PARTITION",
          openMonitoring: true,
          logRetentionInDays: 400,
          environment: "development",
          transform: {
            cluster: { storageMode: "LOCAL" },
            configuration: (args) => void (args.description = "Events"),
            securityGroup: { description: "Events" },
          },
        },
        opts,
      );
      const worker = new TestGrantee(`${name}-worker`, opts);
      kafka.grantProduce(worker, "payments", "payments-1");
      kafka.grantConsume(worker, "payments", "workers");
      return kafka;
    },
    errors: {
      "two zones in production": {
        build: (name) => build(name, { vpc: new SizedNetwork(`${name}-net`, ["a", "b"]) }),
        message: /KafkaCluster "one": vpc = .* needs three zones/,
      },
      "one zone in development": {
        build: (name) => build(name, { vpc: new SizedNetwork(`${name}-net`, ["a"]), environment: "development" }),
        message: /MSK needs two or three zones/,
      },
      "a version that needs ZooKeeper": {
        build: (name) => build(name, { kafkaVersion: JSON.parse('"3.6.0"') }),
        message: /kafkaVersion = "3.6.0" .* 4.1.x.kraft/,
      },
      "an instance type of another service": {
        build: (name) => build(name, { instanceType: JSON.parse('"m7g.large"') }),
        message: /instanceType = "m7g.large" .* kafka.m7g.large/,
      },
      "no brokers": { build: (name) => build(name, { brokersPerZone: 0 }), message: /brokersPerZone = 0/ },
      "a volume over 16 TiB": {
        build: (name) => build(name, { storage: { sizeGiB: 20_000, maxGiB: 20_000 } }),
        message: /storage.sizeGiB = 20000 .* from 1 to 16384/,
      },
      "a limit below the first size": {
        build: (name) => build(name, { storage: { sizeGiB: 500, maxGiB: 100 } }),
        message: /storage.maxGiB = 100 .* from 500 to 16384/,
      },
      "a topic name with a wildcard": {
        build: (name) => build(name, { topics: { "pay*": { partitions: 1 } } }),
        message: /topics = "pay\*"/,
      },
      "a topic without partitions": {
        build: (name) => build(name, { topics: { pay: { partitions: 0 } } }),
        message: /topics.pay.partitions = 0/,
      },
      "a retention of no time": {
        build: (name) => build(name, { topics: { pay: { partitions: 1, retentionHours: 0 } } }),
        message: /topics.pay.retentionHours = 0/,
      },
      ...keyErrors(`KafkaCluster "one"`, (name, key) => build(name, { key }), ["logs"]),
      "a grant on a topic that it does not have": {
        build: (name) =>
          build(name, { topics: { pay: { partitions: 1 } } }).grantProduce(new TestGrantee(`${name}-w`), "paid"),
        message: /topic = "paid" .* topics are pay/,
      },
      "a grant on every consumer group": {
        build: (name) => build(name).grantConsume(new TestGrantee(`${name}-w`), "pay", "*"),
        message: /group = "\*"/,
      },
      "a grant on every transaction": {
        build: (name) => build(name).grantProduce(new TestGrantee(`${name}-w`), "pay", "*"),
        message: /transactionalId = "\*"/,
      },
    },
  });

  it("takes IAM over TLS only, in isolated subnets, under the customer key", async () => {
    const recording = await recordProgram(() => void build("events"));
    const { inputs, protect } = named(recording, "events-cluster");
    assert.deepEqual(inputs.clientAuthentication, { sasl: { iam: true, scram: false }, unauthenticated: false });
    assert.deepEqual(inputs.encryptionInfo, {
      encryptionAtRestKmsKeyArn: named(recording, "events-key-key").outputs.arn,
      encryptionInTransit: { clientBroker: "TLS", inCluster: true },
    });
    assert.deepEqual((inputs.brokerNodeGroupInfo as Record<string, unknown>).clientSubnets, [
      "subnet-0a0000000000000a3",
      "subnet-0a0000000000000b3",
      "subnet-0a0000000000000c3",
    ]);
    assert.equal(inputs.numberOfBrokerNodes, 3);
    assert.equal(protect, true);
  });

  it("keeps two replicas in step and lets no client create topics", async () => {
    const recording = await recordProgram(() => void build("events"));
    const lines = String(named(recording, "events-configuration").inputs.serverProperties).split("\n");
    for (const line of [
      "auto.create.topics.enable=false",
      "default.replication.factor=3",
      "min.insync.replicas=2",
      "unclean.leader.election.enable=false",
    ])
      assert.ok(lines.includes(line), line);
  });

  it("replicates over the zones there are in development", async () => {
    const recording = await recordProgram(
      () => void build("events", { vpc: new SizedNetwork("net", ["a", "b"]), environment: "development" }),
    );
    const properties = String(named(recording, "events-configuration").inputs.serverProperties);
    assert.match(properties, /default.replication.factor=2\nmin.insync.replicas=1\n/);
    const cluster = named(recording, "events-cluster");
    assert.equal(cluster.inputs.numberOfBrokerNodes, 2);
    assert.equal(cluster.protect, false);
    assert.equal(
      (cluster.inputs.encryptionInfo as { encryptionInTransit: { clientBroker: string } }).encryptionInTransit
        .clientBroker,
      "TLS",
    );
  });

  it("opens port 9098 on both sides and nothing before that", async () => {
    const alone = await recordProgram(() => void build("events"));
    assert.equal(ofType(alone, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", 0).length, 0);
    const recording = await recordProgram(() => {
      const network = new TestNetwork("net");
      build("events", { vpc: network }).connections.allowFrom(network.endpointConnections);
    });
    const [ingress] = ofType(recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    const [egress] = ofType(recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
    assert.deepEqual([ingress?.inputs.fromPort, ingress?.inputs.toPort], [9098, 9098]);
    assert.deepEqual([egress?.inputs.fromPort, egress?.inputs.toPort], [9098, 9098]);
    assert.equal(ingress?.inputs.securityGroupId, named(recording, "events-brokers").id);
    assert.equal(egress?.inputs.referencedSecurityGroupId, named(recording, "events-brokers").id);
  });

  it("gives producers and consumers exact actions on one topic and one group", async () => {
    const recording = await recordProgram(() => {
      const kafka = build("events", { topics: { pay: { partitions: 3 } } });
      const worker = new TestGrantee("worker");
      kafka.grantProduce(worker, "pay", "tx-1");
      kafka.grantConsume(worker, "pay", "workers");
    });
    const cluster = String(named(recording, "events-cluster").outputs.arn);
    const part = (kind: string, name: string) => `${cluster.replace(":cluster/", `:${kind}/`)}/${name}`;
    const granted = (name: string) =>
      statements(named(recording, name).inputs.policy).map((s) => [s.Effect, s.Action, s.Resource]);
    assert.deepEqual(granted("events-produce-pay-worker"), [
      ["Allow", ["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"], cluster],
      ["Allow", ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"], part("topic", "pay")],
      [
        "Allow",
        ["kafka-cluster:AlterTransactionalId", "kafka-cluster:DescribeTransactionalId"],
        part("transactional-id", "tx-1"),
      ],
    ]);
    assert.deepEqual(granted("events-consume-pay-worker"), [
      ["Allow", ["kafka-cluster:Connect"], cluster],
      ["Allow", ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], part("topic", "pay")],
      ["Allow", ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], part("group", "workers")],
    ]);
  });

  it("alarms on partitions without a leader, and on each broker's volume and replicas", async () => {
    const recording = await recordProgram(() => void build("events", { brokersPerZone: 2 }));
    const alarms = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm", 13);
    assert.equal(alarms.length, 13);
    assert.deepEqual(named(recording, "events-disk-broker-6").inputs.dimensions, {
      "Cluster Name": "test-events",
      "Broker ID": "6",
    });
    assert.equal(named(recording, "events-offline-partitions").inputs.threshold, 0);
  });

  it("leaves the volume's size to the auto scaling that grows it", async () => {
    const recording = await recordProgram(() => void build("events", { storage: { sizeGiB: 200, maxGiB: 800 } }));
    const cluster = named(recording, "events-cluster");
    assert.deepEqual(cluster.ignoreChanges, ["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"]);
    const target = named(recording, "events-storage").inputs;
    assert.deepEqual([target.resourceId, target.maxCapacity], [cluster.outputs.arn, 800]);
  });

  it("gives clients the IAM bootstrap brokers", async () => {
    const recording = await recordProgram(() => void build("events"));
    const outputs = named(recording, "events", "palisade:messaging:KafkaCluster").outputs;
    assert.match(String(outputs.bootstrapBrokers), /^b-1\.testevents\..*:9098,b-2\..*:9098,b-3\..*:9098$/);
  });
});
