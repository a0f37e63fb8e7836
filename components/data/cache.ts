import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, type Transform } from "../core";
import { Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import { DAILY_WINDOW, WEEKLY_WINDOW } from "./postgres-settings";

export interface CacheUser {
  /**
   * What it may do, in ACL syntax (https://valkey.io/topics/acl/), without `on`. Default: every key and every command but the administrative and
   * dangerous ones, `~* +@all -@admin -@dangerous +info`.
   */
  access?: string;
}

export interface CacheArgs extends ComponentArgs {
  /** Where it stands: in the isolated subnets. */
  vpc: NetworkLike;
  /** Customer key of data at rest, snapshots and logs; its policy must name the `logs` service. */
  key: Key;
  /** Default `valkey`, Redis's open-source successor, 20 % cheaper. */
  engine?: "valkey" | "redis";
  /** `<major>.<minor>`. Default `8.2` for valkey, `7.1` for redis. */
  engineVersion?: string;
  /** E.g. `cache.r7g.large`. */
  nodeType: string;
  /** Replicas of each shard, 0-5, each in a zone of its own as far as there are zones. Default 2, in development 0. Production needs one. */
  replicas?: number;
  /** 1-500. Default 1: cluster mode off, one primary and one reader endpoint. More: cluster mode on, one configuration endpoint. */
  shards?: number;
  /** Users by a key of yours; each logs in with IAM. Default: one, `app`. */
  users?: Readonly<Record<string, CacheUser>>;
  /** What happens when memory is full. Default `allkeys-lru`: the least recently used keys go. */
  eviction?: "allkeys-lru" | "allkeys-lfu" | "volatile-lru" | "volatile-ttl" | "noeviction";
  /** Days that daily snapshots are kept, 0-35. Default 7, in development 0. */
  snapshotRetentionDays?: number;
  /** Daily, UTC, at least an hour. Default `01:00-02:00`. */
  snapshotWindow?: string;
  /** Weekly, UTC, at least an hour. Default `sun:03:00-sun:04:00`. */
  maintenanceWindow?: string;
  /** Days the logs are kept. Default 365, in development 30. */
  logRetentionInDays?: number;
  transform?: {
    replicationGroup?: Transform<aws.elasticache.ReplicationGroupArgs>;
    parameterGroup?: Transform<aws.elasticache.ParameterGroupArgs>;
    subnetGroup?: Transform<aws.elasticache.SubnetGroupArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    user?: Transform<aws.elasticache.UserArgs>;
    userGroup?: Transform<aws.elasticache.UserGroupArgs>;
  };
}

const PORT = 6379;
const VERSIONS = {
  valkey: ["7.2", "8.0", "8.1", "8.2", "9.0", "9.1"],
  // Older ones know no IAM authentication (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html#auth-iam-limits).
  redis: ["7.0", "7.1"],
} as const;
const DEFAULT_VERSION = { valkey: "8.2", redis: "7.1" } as const;
const DEFAULT_ACCESS = "~* +@all -@admin -@dangerous +info";

/**
 * ElastiCache for Valkey or Redis OSS over several zones with automatic failover: TLS only, encrypted at rest with a customer key, and no password
 * anywhere. Services log in as one of its users with an IAM token of their own role, valid for 15 minutes; the `default` user, which
 * needs none, is shut.
 *
 *     const cache = new Cache("cache", { vpc, key, nodeType: "cache.r7g.large" });
 *     cache.connections.allowFrom(service);
 *     cache.grantConnect(service); // AUTH <cache.userName()> <token>
 *
 * Alarms on every node: engine CPU, memory, evictions, connections, replication lag.
 *
 * Cost, us-east-1: three cache.r7g.large on Valkey about 385 USD a month. Data loss: it is a cache; what it holds since the last daily snapshot
 * goes when all nodes of a shard do. Destroying it in production needs `protect` lifted and leaves a final snapshot.
 */
export class Cache extends Component {
  /** Host name for writes; with several shards the configuration endpoint. */
  readonly primaryEndpoint: pulumi.Output<string>;
  /** Host name that spreads reads over the replicas; with several shards the configuration endpoint. */
  readonly readerEndpoint: pulumi.Output<string>;
  /** Host name that cluster-mode clients begin with; undefined with one shard. */
  readonly configurationEndpoint: pulumi.Output<string> | undefined;
  readonly port = PORT;
  /** Replication group id, and the name that clients sign IAM tokens for. */
  readonly cacheName: string;
  /** Known before the cache exists. */
  readonly arn: pulumi.Output<string>;
  readonly connections: Connections;
  readonly key: Key;
  readonly nodes: {
    readonly replicationGroup: aws.elasticache.ReplicationGroup;
    readonly userGroup: aws.elasticache.UserGroup;
    readonly users: Readonly<Record<string, aws.elasticache.User>>;
    readonly parameterGroup: aws.elasticache.ParameterGroup;
    readonly subnetGroup: aws.elasticache.SubnetGroup;
  };
  private readonly engine: "valkey" | "redis";
  private readonly engineVersion: string;
  private readonly shards: number;
  private readonly replicas: number;
  private readonly userNames: Readonly<Record<string, string>>;

  constructor(
    name: string,
    private readonly args: CacheArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:data:Cache", name, args, opts);
    this.engine = args.engine ?? "valkey";
    this.engineVersion = args.engineVersion ?? DEFAULT_VERSION[this.engine];
    this.shards = args.shards ?? 1;
    this.replicas = args.replicas ?? (this.production ? 2 : 0);
    const users = args.users ?? { app: {} };
    this.validate(users);
    this.key = args.key;
    this.cacheName = this.physicalName("elasticacheReplicationGroup");
    this.arn = this.arnOf("elasticache", `replicationgroup:${this.cacheName}`);
    this.userNames = Object.fromEntries(Object.keys(users).map((key) => [key, this.userId(key)]));

    this.connections = this.createConnections();
    const subnetGroup = this.createSubnetGroup();
    const parameterGroup = this.createParameterGroup();
    const { made, userGroup } = this.createUsers(users);
    const replicationGroup = this.createReplicationGroup(subnetGroup, parameterGroup, userGroup);
    for (const node of this.nodeNames()) this.createAlarms(node);

    const clustered = this.shards > 1;
    this.configurationEndpoint = clustered ? replicationGroup.configurationEndpointAddress : undefined;
    this.primaryEndpoint = this.configurationEndpoint ?? replicationGroup.primaryEndpointAddress;
    this.readerEndpoint = this.configurationEndpoint ?? replicationGroup.readerEndpointAddress;
    this.nodes = { replicationGroup, userGroup, users: made, parameterGroup, subnetGroup };
    this.registerOutputs({
      primaryEndpoint: this.primaryEndpoint,
      readerEndpoint: this.readerEndpoint,
      port: this.port,
      arn: this.arn,
    });
  }

  /** Name that the user of this key logs in with. Default: the only one, or `app`. */
  userName(key?: string): string {
    const keys = Object.keys(this.userNames);
    const [first, ...others] = keys;
    const chosen = key ?? (others.length === 0 && first !== undefined ? first : "app");
    this.check.oneOf("user", chosen, keys);
    return this.userNames[chosen] ?? chosen;
  }

  /** Lets `grantee` log in as the user of this key with an IAM token. */
  grantConnect(grantee: Grantee, user?: string): aws.iam.RolePolicy {
    const userName = this.userName(user);
    return grant(this, this.name, user === undefined ? "connect" : `connect-${user}`, grantee, [
      {
        Effect: "Allow",
        Action: "elasticache:Connect",
        Resource: [this.arn, this.arnOf("elasticache", `user:${userName}`)],
      },
    ]);
  }

  private validate(users: Readonly<Record<string, CacheUser>>): void {
    const { args, replicas, shards } = this;
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.oneOf<string>("engineVersion", this.engineVersion, VERSIONS[this.engine]);
    this.check.matches(
      "nodeType",
      args.nodeType,
      /^cache\.[a-z0-9]+\.[a-z0-9]+$/,
      "Give an ElastiCache node type such as cache.r7g.large.",
    );
    this.check.integer("replicas", replicas, this.production ? 1 : 0, 5);
    this.check.integer("shards", shards, 1, 500);
    this.check.that(
      shards * (replicas + 1) <= 500,
      "shards",
      shards,
      `A cache has at most 500 nodes; with ${replicas} replicas give at most ${Math.floor(500 / (replicas + 1))}.`,
    );
    this.check.that(
      replicas === 0 || args.vpc.zones.length >= 2,
      "vpc.zones",
      args.vpc.zones,
      "Failover needs a second zone; add one.",
    );
    this.check.atLeast("users", users, 1, "user");
    for (const key of Object.keys(users))
      this.check.matches(
        "users",
        key,
        /^(?!default$)[a-z][a-z0-9-]{0,15}$/,
        "A key is part of the user's name: up to 16 lower-case letters, digits and hyphens, beginning with a letter; not `default`.",
      );
    this.check.integer("snapshotRetentionDays", this.snapshotRetentionDays(), 0, 35, "of days");
    this.check.matches(
      "snapshotWindow",
      args.snapshotWindow ?? "01:00-02:00",
      DAILY_WINDOW,
      "Give hh:mm-hh:mm in UTC.",
    );
    this.check.matches(
      "maintenanceWindow",
      args.maintenanceWindow ?? "sun:03:00-sun:04:00",
      WEEKLY_WINDOW,
      "Give ddd:hh:mm-ddd:hh:mm in UTC, e.g. sun:03:00-sun:04:00.",
    );
  }

  private userId(key: string): string {
    return this.physicalName("elasticacheUser", key);
  }

  private snapshotRetentionDays(): number {
    return this.args.snapshotRetentionDays ?? (this.production ? 7 : 0);
  }

  private createConnections(): Connections {
    const group = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: this.args.vpc.vpcId, description: `Cache ${this.identity}` },
      this.childOptions({}, this.args.transform?.securityGroup),
    );
    return new Connections(this, group, tcp(PORT));
  }

  private createSubnetGroup(): aws.elasticache.SubnetGroup {
    return new aws.elasticache.SubnetGroup(
      this.childName("subnets"),
      { description: `Isolated subnets for ${this.name}`, subnetIds: [...this.args.vpc.isolatedSubnetIds] },
      this.childOptions({}, this.args.transform?.subnetGroup),
    );
  }

  private createParameterGroup(): aws.elasticache.ParameterGroup {
    return new aws.elasticache.ParameterGroup(
      this.childName("parameters"),
      {
        family: `${this.engine}${this.engineVersion.split(".")[0]}`,
        description: `Settings of ${this.identity}`,
        parameters: [
          { name: "maxmemory-policy", value: this.args.eviction ?? "allkeys-lru" },
          { name: "cluster-enabled", value: this.shards > 1 ? "yes" : "no" },
        ],
      },
      this.childOptions({}, this.args.transform?.parameterGroup),
    );
  }

  private createUsers(users: Readonly<Record<string, CacheUser>>): {
    made: Record<string, aws.elasticache.User>;
    userGroup: aws.elasticache.UserGroup;
  } {
    const made = Object.fromEntries(
      Object.entries(users).map(([key, user]) => [key, this.createUser(key, user.access ?? DEFAULT_ACCESS)]),
    );
    const members = Object.values(made);
    // A Redis OSS group must replace the open `default` user; a Valkey group without one has it shut.
    if (this.engine === "redis") members.push(this.createShutDefaultUser());
    const userGroup = new aws.elasticache.UserGroup(
      this.childName("users"),
      {
        engine: this.engine,
        userGroupId: this.userId("users"),
        userIds: members.map(({ userId }) => userId),
      },
      this.childOptions({}, this.args.transform?.userGroup),
    );
    return { made, userGroup };
  }

  private createUser(key: string, access: string): aws.elasticache.User {
    return new aws.elasticache.User(
      this.childName(`user-${key}`),
      {
        engine: this.engine,
        // IAM authentication asks for one and the same lower-case id and name.
        userId: this.userId(key),
        userName: this.userId(key),
        accessString: `on ${access}`,
        authenticationMode: { type: "iam" },
      },
      this.childOptions({}, this.args.transform?.user),
    );
  }

  private createShutDefaultUser(): aws.elasticache.User {
    return new aws.elasticache.User(
      this.childName("user-default"),
      {
        engine: "redis",
        userId: this.userId("default"),
        userName: "default",
        accessString: "off ~* -@all",
        authenticationMode: { type: "no-password-required" },
      },
      this.childOptions({}, this.args.transform?.user),
    );
  }

  private createReplicationGroup(
    subnetGroup: aws.elasticache.SubnetGroup,
    parameterGroup: aws.elasticache.ParameterGroup,
    userGroup: aws.elasticache.UserGroup,
  ): aws.elasticache.ReplicationGroup {
    const { args, replicas, shards } = this;
    const size =
      shards > 1
        ? { clusterMode: "enabled", numNodeGroups: shards, replicasPerNodeGroup: replicas }
        : { numCacheClusters: replicas + 1 };
    const retention = this.snapshotRetentionDays();
    return new aws.elasticache.ReplicationGroup(
      this.childName("cache"),
      {
        replicationGroupId: this.cacheName,
        description: `${this.engine} cache ${this.name}`,
        engine: this.engine,
        engineVersion: this.engineVersion,
        nodeType: args.nodeType,
        ...size,
        // Cluster mode cannot be had without failover.
        automaticFailoverEnabled: replicas > 0 || shards > 1,
        multiAzEnabled: replicas > 0,
        port: PORT,
        subnetGroupName: subnetGroup.name,
        securityGroupIds: [this.connections.securityGroupId],
        parameterGroupName: parameterGroup.name,
        atRestEncryptionEnabled: true,
        kmsKeyId: args.key.arn,
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        userGroupIds: [userGroup.userGroupId],
        snapshotRetentionLimit: retention,
        snapshotWindow: args.snapshotWindow ?? "01:00-02:00",
        ...(this.production ? { finalSnapshotIdentifier: `${this.cacheName}-final` } : {}),
        maintenanceWindow: args.maintenanceWindow ?? "sun:03:00-sun:04:00",
        autoMinorVersionUpgrade: true,
        applyImmediately: false,
        logDeliveryConfigurations: (["slow-log", "engine-log"] as const).map((logType) => ({
          logType,
          logFormat: "json",
          destinationType: "cloudwatch-logs",
          destination: this.createLogGroup(logType).name,
        })),
      },
      this.statefulOptions({}, args.transform?.replicationGroup),
    );
  }

  private createLogGroup(logType: string): aws.cloudwatch.LogGroup {
    return logGroup(this, logType, {
      // Under this prefix AWS needs no statement for each group in the account's one log resource policy, which holds 5,120 characters.
      name: `/aws/vendedlogs/elasticache/${this.cacheName}/${logType}`,
      keyArn: this.args.key.arn,
      retentionInDays: this.args.logRetentionInDays,
    });
  }

  /** As ElastiCache names them: `<cache>-001`, with shards `<cache>-0001-001`. */
  private nodeNames(): string[] {
    const digits = (number: number, length: number): string => String(number).padStart(length, "0");
    const nodes = Array.from({ length: this.replicas + 1 }, (_, index) => digits(index + 1, 3));
    if (this.shards === 1) return nodes;
    return Array.from({ length: this.shards }, (_, shard) =>
      nodes.map((node) => `${digits(shard + 1, 4)}-${node}`),
    ).flat();
  }

  private createAlarms(node: string): void {
    const id = `${this.cacheName}-${node}`;
    const watch = (
      suffix: string,
      metric: string,
      threshold: number,
      severity: "critical" | "warning",
      description: string,
    ): void => {
      this.alarm(`${suffix}-${node}`, {
        severity,
        description: `${id} ${description}`,
        metric: {
          namespace: "AWS/ElastiCache",
          name: metric,
          dimensions: { CacheClusterId: id },
          statistic: metric === "Evictions" ? "Sum" : "Average",
        },
        comparison: "GreaterThanThreshold",
        threshold,
      });
    };
    watch(
      "cpu",
      "EngineCPUUtilization",
      80,
      "warning",
      "has used over 80 % of its engine thread for 5 minutes. Add shards or replicas.",
    );
    watch(
      "memory",
      "DatabaseMemoryUsagePercentage",
      85,
      "warning",
      "is over 85 % full. Take a larger node type or add shards.",
    );
    watch(
      "evictions",
      "Evictions",
      1000,
      "warning",
      "has thrown out over 1,000 keys a minute: the cache is too small for its load.",
    );
    // ElastiCache takes 65,000 connections a node.
    watch(
      "connections",
      "CurrConnections",
      50000,
      "critical",
      "has over 50,000 of 65,000 connections. Look for a client that leaks them.",
    );
    if (this.replicas > 0)
      watch(
        "lag",
        "ReplicationLag",
        5,
        "warning",
        "has been over 5 seconds behind its primary for 5 minutes: readers see old data.",
      );
  }
}
