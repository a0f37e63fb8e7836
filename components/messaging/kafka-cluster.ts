import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  type Metric,
  type Statement,
  type Transform,
} from "../core";
import { type Connectable, Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";

/**
 * Versions that MSK creates on Standard brokers without ZooKeeper, newest last
 * (https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html; 4.2 is for Express brokers only).
 */
export const KAFKA_VERSIONS = ["3.8.x.kraft", "3.9.x.kraft", "4.0.x.kraft", "4.1.x.kraft"] as const;
export type KafkaVersion = (typeof KAFKA_VERSIONS)[number];

const M7G_SIZES = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"] as const;
const M5_SIZES = [...M7G_SIZES, "24xlarge"] as const;
export type KafkaInstanceType = `kafka.m7g.${(typeof M7G_SIZES)[number]}` | `kafka.m5.${(typeof M5_SIZES)[number]}`;

/** MSK's Standard broker sizes (https://docs.aws.amazon.com/msk/latest/developerguide/broker-instance-sizes.html). */
export const KAFKA_INSTANCE_TYPES: readonly KafkaInstanceType[] = [
  ...M7G_SIZES.map((size) => `kafka.m7g.${size}` as const),
  ...M5_SIZES.map((size) => `kafka.m5.${size}` as const),
];

export interface KafkaTopicArgs {
  /** 1 or more; it can grow and never shrink. */
  partitions: number;
  /** Hours that a record is kept. Default 168. */
  retentionHours?: number;
}

export interface KafkaClusterArgs extends ComponentArgs {
  /** Brokers stand in its isolated subnets, in the first three zones; production needs three. */
  vpc: NetworkLike;
  /** Customer key for the volumes and the broker logs; its policy must name the `logs` service. */
  key: Key;
  /** Default `3.9.x.kraft`, the version that AWS recommends. */
  kafkaVersion?: KafkaVersion;
  /** Default `kafka.m7g.large`. */
  instanceType?: KafkaInstanceType;
  /** Brokers in each zone, 1-10. Default 1. More can be added later, fewer only by moving partitions away first. */
  brokersPerZone?: number;
  /** Volume of each broker. Default: 100 GiB that grows to 1000 GiB. MSK volumes never shrink. */
  storage?: {
    /** GiB at creation, 1-16384; AWS's auto scaling owns it from then on. */
    sizeGiB: number;
    /** GiB up to which it grows by itself, at 60 % use. */
    maxGiB: number;
  };
  /** Topics by name. Clients can not create any: `auto.create.topics.enable` is off. Default: none. */
  topics?: Readonly<Record<string, KafkaTopicArgs>>;
  /** Lines of server.properties beside or instead of the cluster's own, e.g. `{ "log.retention.hours": 72 }`. Default: none. */
  serverProperties?: Readonly<Record<string, string | number | boolean>>;
  /** Detail of the metrics; each level above `DEFAULT` is paid. Default `PER_TOPIC_PER_BROKER`. */
  monitoring?: "DEFAULT" | "PER_BROKER" | "PER_TOPIC_PER_BROKER" | "PER_TOPIC_PER_PARTITION";
  /** Lets Prometheus read broker and node metrics on ports 11001 and 11002. Default false. */
  openMonitoring?: boolean;
  /** Days that broker logs are kept. Default 365, in development 30. */
  logRetentionInDays?: number;
  transform?: {
    cluster?: Transform<aws.msk.ClusterArgs>;
    configuration?: Transform<aws.msk.ConfigurationArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/** Where brokers take TLS connections with IAM authentication. */
const IAM_PORT = 9098;
const MAX_ZONES = 3;

/**
 * An MSK cluster of Standard brokers in KRaft mode: IAM authentication and nothing else, TLS from client to broker and between brokers,
 * volumes under the customer key, broker logs in an encrypted log group, volumes that grow by themselves.
 *
 *     const kafka = new KafkaCluster("events", { vpc, key, topics: { payments: { partitions: 12 } } });
 *     kafka.connections.allowFrom(api);
 *     kafka.grantProduce(api, "payments");
 *
 * Alarms: a partition without a leader (critical); per broker, volume above 85 % (critical), replicas behind (warning). Cost: about 480 USD a month for
 * three `kafka.m7g.large` with 100 GiB each in us-east-1, plus metrics. Creation takes half an hour. Data loss: deleting the cluster deletes
 * every record; production clusters are protected. A topic removed from `topics` is deleted with its records.
 */
export class KafkaCluster extends Component implements Connectable {
  /** `host:9098` of the brokers, separated by commas: a client's `bootstrap.servers`. */
  readonly bootstrapBrokers: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly clusterName: string;
  readonly brokerCount: number;
  readonly connections: Connections;
  readonly nodes: {
    readonly cluster: aws.msk.Cluster;
    readonly configuration: aws.msk.Configuration;
    readonly securityGroup: aws.ec2.SecurityGroup;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly topics: Readonly<Record<string, aws.msk.Topic>>;
  };
  private readonly topicNames: readonly string[];

  constructor(name: string, args: KafkaClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:messaging:KafkaCluster", name, args, opts);
    const zones = Math.min(args.vpc.zones.length, MAX_ZONES);
    this.validate(args, zones);
    this.clusterName = this.physicalName("mskCluster");
    this.brokerCount = zones * (args.brokersPerZone ?? 1);
    this.topicNames = Object.keys(args.topics ?? {});

    const securityGroup = new aws.ec2.SecurityGroup(
      this.childName("brokers"),
      { vpcId: args.vpc.vpcId, description: `Kafka brokers of ${this.identity}` },
      this.childOptions({}, args.transform?.securityGroup),
    );
    this.connections = new Connections(this, securityGroup, tcp(IAM_PORT));
    // Vended logs outside this prefix share one resource policy of 5,120 characters, which fills up.
    const logs = logGroup(this, "broker-logs", {
      name: `/aws/vendedlogs/${this.physicalName("logGroup", "broker-logs", "/aws/vendedlogs/".length)}`,
      keyArn: args.key.arn,
      retentionInDays: args.logRetentionInDays,
    });
    const configuration = this.createConfiguration(args, zones);
    const cluster = this.createCluster(args, zones, configuration, securityGroup, logs);
    const topics = this.createTopics(args, zones, cluster);
    this.growStorage(args, cluster);
    this.createAlarms();

    this.arn = cluster.arn;
    this.bootstrapBrokers = cluster.bootstrapBrokersSaslIam;
    this.nodes = { cluster, configuration, securityGroup, logGroup: logs, topics };
    this.registerOutputs({
      bootstrapBrokers: this.bootstrapBrokers,
      arn: this.arn,
      clusterName: this.clusterName,
      brokerCount: this.brokerCount,
    });
  }

  /** Lets `grantee` write to `topic`; with `transactionalId` also in transactions. It needs a way in too: `connections.allowFrom`. */
  grantProduce(grantee: Grantee, topic: string, transactionalId?: string): aws.iam.RolePolicy {
    this.checkTopic(topic);
    const statements = [
      this.allow(["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"], this.arn),
      this.allow(["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"], this.partArn("topic", topic)),
    ];
    if (transactionalId !== undefined) {
      this.checkPattern("transactionalId", transactionalId);
      statements.push(
        this.allow(
          ["kafka-cluster:AlterTransactionalId", "kafka-cluster:DescribeTransactionalId"],
          this.partArn("transactional-id", transactionalId),
        ),
      );
    }
    return grant(this, this.name, `produce-${topic}`, grantee, statements);
  }

  /** Lets `grantee` read `topic` as a member of consumer group `group`. It needs a way in too: `connections.allowFrom`. */
  grantConsume(grantee: Grantee, topic: string, group: string): aws.iam.RolePolicy {
    this.checkTopic(topic);
    this.checkPattern("group", group);
    return grant(this, this.name, `consume-${topic}`, grantee, [
      this.allow(["kafka-cluster:Connect"], this.arn),
      this.allow(["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], this.partArn("topic", topic)),
      this.allow(["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], this.partArn("group", group)),
    ]);
  }

  private validate(args: KafkaClusterArgs, zones: number): void {
    const needed = this.production ? 3 : 2;
    this.check.that(
      zones >= needed,
      "vpc",
      args.vpc.zones,
      `${this.production ? "In production MSK needs three zones, so that two replicas are in step when one zone is lost" : "MSK needs two or three zones"}. Give the network ${needed} zones or more.`,
    );
    if (args.kafkaVersion !== undefined) this.check.oneOf("kafkaVersion", args.kafkaVersion, KAFKA_VERSIONS);
    if (args.instanceType !== undefined) this.check.oneOf("instanceType", args.instanceType, KAFKA_INSTANCE_TYPES);
    this.check.integer("brokersPerZone", args.brokersPerZone ?? 1, 1, 10);
    if (args.storage !== undefined) {
      this.check.integer("storage.sizeGiB", args.storage.sizeGiB, 1, 16_384, "of GiB");
      this.check.integer("storage.maxGiB", args.storage.maxGiB, args.storage.sizeGiB, 16_384, "of GiB");
    }
    for (const [topic, { partitions, retentionHours }] of Object.entries(args.topics ?? {})) {
      this.checkPattern("topics", topic);
      this.check.integer(`topics.${topic}.partitions`, partitions, 1, 1000);
      if (retentionHours !== undefined)
        this.check.integer(`topics.${topic}.retentionHours`, retentionHours, 1, 87_600, "of hours");
    }
    args.key.requireFor(this.check, this.context.region, ["logs"]);
  }

  private createConfiguration(args: KafkaClusterArgs, zones: number): aws.msk.Configuration {
    const inSync = Math.max(zones - 1, 1);
    const properties: Record<string, string | number | boolean> = {
      "auto.create.topics.enable": false,
      "default.replication.factor": zones,
      "min.insync.replicas": inSync,
      "offsets.topic.replication.factor": zones,
      "transaction.state.log.replication.factor": zones,
      "transaction.state.log.min.isr": inSync,
      // A replica that is behind must not become leader: it would drop records that were acknowledged.
      "unclean.leader.election.enable": false,
      ...args.serverProperties,
    };
    return new aws.msk.Configuration(
      this.childName("configuration"),
      {
        name: this.clusterName,
        description: `Kafka cluster ${this.clusterName}`,
        serverProperties: Object.entries(properties)
          .map(([property, value]) => `${property}=${value}\n`)
          .join(""),
      },
      this.childOptions({}, args.transform?.configuration),
    );
  }

  private createCluster(
    args: KafkaClusterArgs,
    zones: number,
    configuration: aws.msk.Configuration,
    securityGroup: aws.ec2.SecurityGroup,
    logs: aws.cloudwatch.LogGroup,
  ): aws.msk.Cluster {
    const exporter = { enabledInBroker: true };
    return new aws.msk.Cluster(
      this.childName("cluster"),
      {
        clusterName: this.clusterName,
        kafkaVersion: args.kafkaVersion ?? "3.9.x.kraft",
        numberOfBrokerNodes: this.brokerCount,
        brokerNodeGroupInfo: {
          instanceType: args.instanceType ?? "kafka.m7g.large",
          clientSubnets: args.vpc.isolatedSubnetIds.slice(0, zones),
          securityGroups: [securityGroup.id],
          connectivityInfo: { publicAccess: { type: "DISABLED" } },
          storageInfo: { ebsStorageInfo: { volumeSize: args.storage?.sizeGiB ?? 100 } },
        },
        clientAuthentication: { sasl: { iam: true, scram: false }, unauthenticated: false },
        encryptionInfo: {
          encryptionAtRestKmsKeyArn: args.key.arn,
          encryptionInTransit: { clientBroker: "TLS", inCluster: true },
        },
        configurationInfo: { arn: configuration.arn, revision: configuration.latestRevision },
        enhancedMonitoring: args.monitoring ?? "PER_TOPIC_PER_BROKER",
        loggingInfo: { brokerLogs: { cloudwatchLogs: { enabled: true, logGroup: logs.name } } },
        ...(args.openMonitoring
          ? { openMonitoring: { prometheus: { jmxExporter: exporter, nodeExporter: exporter } } }
          : {}),
      },
      this.statefulOptions(
        { ignoreChanges: ["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"] },
        args.transform?.cluster,
      ),
    );
  }

  private createTopics(args: KafkaClusterArgs, zones: number, cluster: aws.msk.Cluster): Record<string, aws.msk.Topic> {
    const topics: Record<string, aws.msk.Topic> = {};
    for (const [topic, { partitions, retentionHours }] of Object.entries(args.topics ?? {})) {
      topics[topic] = new aws.msk.Topic(
        this.childName(`topic-${topic}`),
        {
          name: topic,
          clusterArn: cluster.arn,
          partitionCount: partitions,
          replicationFactor: zones,
          configs: JSON.stringify({ "retention.ms": String((retentionHours ?? 168) * 3_600_000) }),
        },
        this.statefulOptions(),
      );
    }
    return topics;
  }

  private growStorage(args: KafkaClusterArgs, cluster: aws.msk.Cluster): void {
    const target = new aws.appautoscaling.Target(
      this.childName("storage"),
      {
        serviceNamespace: "kafka",
        scalableDimension: "kafka:broker-storage:VolumeSize",
        resourceId: cluster.arn,
        minCapacity: 1,
        maxCapacity: args.storage?.maxGiB ?? 1000,
      },
      this.childOptions(),
    );
    new aws.appautoscaling.Policy(
      this.childName("storage-growth"),
      {
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
          targetValue: 60,
          disableScaleIn: true,
        },
      },
      this.childOptions(),
    );
  }

  private createAlarms(): void {
    const cluster = { "Cluster Name": this.clusterName };
    const metric = (name: string, dimensions: Metric["dimensions"]): Metric => ({
      namespace: "AWS/Kafka",
      name,
      dimensions,
      statistic: "Maximum",
      period: 60,
    });
    this.alarm("offline-partitions", {
      severity: "critical",
      description: `A partition of ${this.clusterName} has no leader: nobody can write to it or read from it. Look for lost brokers.`,
      metric: metric("OfflinePartitionsCount", cluster),
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 3,
    });
    for (let broker = 1; broker <= this.brokerCount; broker += 1) {
      const dimensions = { ...cluster, "Broker ID": String(broker) };
      this.alarm(`disk-broker-${broker}`, {
        severity: "critical",
        description: `The volume of broker ${broker} of ${this.clusterName} is fuller than 85 %. Its growth has failed or reached its limit; a full broker stops.`,
        metric: metric("KafkaDataLogsDiskUsed", dimensions),
        comparison: "GreaterThanThreshold",
        threshold: 85,
      });
      this.alarm(`replicas-broker-${broker}`, {
        severity: "warning",
        description: `Partitions led by broker ${broker} of ${this.clusterName} have replicas that are behind. One more loss may stop writes.`,
        metric: metric("UnderReplicatedPartitions", dimensions),
        comparison: "GreaterThanThreshold",
        threshold: 0,
        // A restart for maintenance takes some minutes and is no fault.
        evaluationPeriods: 15,
      });
    }
  }

  private checkTopic(topic: string): void {
    this.checkPattern("topic", topic);
    this.check.that(
      this.topicNames.length === 0 || this.topicNames.includes(topic),
      "topic",
      topic,
      `The cluster's topics are ${this.topicNames.join(", ")}. Name one of them, or add it to \`topics\`.`,
    );
  }

  /** Kafka's own rule for topic names; it also keeps IAM's `*` and `?` out of the ARNs. */
  private checkPattern(argument: string, value: string): void {
    this.check.matches(
      argument,
      value,
      /^[A-Za-z0-9._-]{1,249}$/,
      "Use 1 to 249 letters, digits, full stops, underscores and hyphens.",
    );
  }

  private partArn(part: "topic" | "group" | "transactional-id", name: string): pulumi.Output<string> {
    return this.arnOf(
      "kafka",
      pulumi.interpolate`${part}/${this.clusterName}/${this.nodes.cluster.clusterUuid}/${name}`,
    );
  }

  private allow(actions: string[], resource: pulumi.Output<string>): Statement {
    return { Effect: "Allow", Action: actions, Resource: resource };
  }
}
