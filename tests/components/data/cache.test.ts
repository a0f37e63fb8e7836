import assert from "node:assert/strict";
import { Cache } from "../../../components/data/cache";
import { componentContract } from "../../support/contract";
import { ground, grantee } from "../../support/data";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const NODE = "cache.r7g.large";

describe("Cache", () => {
  componentContract("data", "Cache", {
    minimal: (name, opts) => new Cache(name, { ...ground(name, opts), nodeType: NODE }, opts),
    complete: (name, opts) =>
      new Cache(
        name,
        {
          ...ground(name, opts),
          engine: "redis",
          engineVersion: "7.1",
          nodeType: NODE,
          replicas: 1,
          shards: 2,
          users: { writer: {}, reader: { access: "~* +@read" } },
          eviction: "volatile-ttl",
          snapshotRetentionDays: 14,
          snapshotWindow: "02:00-03:00",
          maintenanceWindow: "mon:04:00-mon:05:00",
          logRetentionInDays: 90,
          tags: { team: "orders" },
          transform: {
            replicationGroup: { autoMinorVersionUpgrade: false },
            parameterGroup: { description: "parameters" },
            subnetGroup: { description: "subnets" },
            securityGroup: { description: "group" },
            user: {},
            userGroup: {},
          },
        },
        opts,
      ),
    errors: {
      ...keyErrors(`Cache "one"`, (name, key) => new Cache(name, { ...ground(name), key, nodeType: NODE }), ["logs"]),
      "a version that the engine does not have": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, engineVersion: "7.1" }),
        message: /Cache "one": engineVersion = "7.1" .* 7\.2, 8\.0/,
      },
      "a node type of another service": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: "db.r7g.large" }),
        message: /nodeType = "db.r7g.large"/,
      },
      "production without a replica": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, replicas: 0 }),
        message: /replicas = 0 .* from 1 to 5/,
      },
      "no shard": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, shards: 0 }),
        message: /shards = 0/,
      },
      "more nodes than AWS allows": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, shards: 200, replicas: 2 }),
        message: /shards = 200 .* at most 166/,
      },
      "a network of one zone": {
        build: (name) => {
          const { key, vpc } = ground(name);
          vpc.zones.splice(1);
          return new Cache(name, { key, vpc, nodeType: NODE });
        },
        message: /vpc.zones .* second zone/,
      },
      "no user": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, users: {} }),
        message: /users .* at least 1 user/,
      },
      "a user that AWS's name cannot hold": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, users: { default: {} } }),
        message: /users = "default"/,
      },
      "a retention beyond AWS's": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, snapshotRetentionDays: 36 }),
        message: /snapshotRetentionDays = 36/,
      },
      "a malformed snapshot window": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, snapshotWindow: "1am" }),
        message: /snapshotWindow = "1am"/,
      },
      "a malformed maintenance window": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE, maintenanceWindow: "03:00-04:00" }),
        message: /maintenanceWindow/,
      },
      "a grant to a user that is not there": {
        build: (name) => new Cache(name, { ...ground(name), nodeType: NODE }).grantConnect(grantee("app"), "other"),
        message: /user = "other" .* app/,
      },
    },
  });

  it("lets a role log in as exactly one user of exactly this cache, with ARNs known at preview", async () => {
    const recording = await recordProgram(
      () => void new Cache("c", { ...ground("c"), nodeType: NODE }).grantConnect(grantee("orders")),
      { preview: true },
    );
    assert.deepEqual(statements(named(recording, "c-connect-orders").inputs.policy), [
      {
        Effect: "Allow",
        Action: "elasticache:Connect",
        Resource: [
          "arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:test-c",
          "arn:aws:elasticache:eu-west-1:123456789012:user:test-c-app",
        ],
      },
    ]);
  });

  it("has no password: users log in with IAM under one id and name", async () => {
    const recording = await recordProgram(() => void new Cache("c", { ...ground("c"), nodeType: NODE }));
    const [user, ...others] = ofType(recording, "aws:elasticache/user:User");
    assert.deepEqual(others, []);
    assert.equal(user!.inputs.userId, user!.inputs.userName);
    assert.deepEqual(user!.inputs.authenticationMode, { type: "iam" });
    assert.match(String(user!.inputs.accessString), /-@admin -@dangerous/);
    assert.equal(named(recording, "c-cache").inputs.authToken, undefined);
  });

  it("shuts the default user that a Redis OSS group must have", async () => {
    const recording = await recordProgram(
      () => void new Cache("c", { ...ground("c"), nodeType: NODE, engine: "redis" }),
    );
    const user = named(recording, "c-user-default").inputs;
    assert.equal(user.userName, "default");
    assert.equal(user.accessString, "off ~* -@all");
    const group = ofType(recording, "aws:elasticache/userGroup:UserGroup")[0]!;
    assert.deepEqual(group.inputs.userIds, ["test-c-app", "test-c-default"]);
  });

  it("watches every node, by the names that ElastiCache gives them", async () => {
    const recording = await recordProgram(
      () => void new Cache("c", { ...ground("c"), nodeType: NODE, shards: 2, replicas: 1 }),
    );
    const group = named(recording, "c-cache");
    const watched = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm")
      .filter((alarm) => alarm.inputs.metricName === "ReplicationLag")
      .map((alarm) => (alarm.inputs.dimensions as Record<string, string>).CacheClusterId);
    assert.deepEqual(watched, group.outputs.memberClusters);
  });

  it("in development stands alone and goes without a snapshot, but stays encrypted", async () => {
    const recording = await recordProgram(
      () => void new Cache("c", { ...ground("c"), nodeType: "cache.t4g.micro", environment: "development" }),
    );
    const cache = named(recording, "c-cache");
    assert.equal(cache.protect, false);
    assert.equal(cache.inputs.numCacheClusters, 1);
    assert.equal(cache.inputs.finalSnapshotIdentifier, undefined);
    assert.equal(cache.inputs.transitEncryptionMode, "required");
    assert.equal(cache.inputs.atRestEncryptionEnabled, true);
  });

  it("keeps its name, and those of its nodes, within 40 characters", async () => {
    const long = "payments-production-apse2-cache-of-everything";
    const recording = await recordProgram(() => void new Cache(long, { ...ground("c"), nodeType: NODE }));
    assert.ok(String(named(recording, `${long}-cache`).inputs.replicationGroupId).length <= 40);
  });
});
