import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bucketOf,
  bucketProblem,
  type BucketRange,
  SHARD_BUCKETS,
  shardOf,
} from "../../../components/data/shard-directory";
import { ShardedDatabase, type ShardArgs, type ShardDirectory } from "../../../components/data/sharded-database";
import { componentContract } from "../../support/contract";
import { grantee, ground } from "../../support/data";
import { inventory } from "../../support/golden";
import { named, ofType, recordProgram, statements } from "../../support/record";

const CLASS = "db.r8gd.xlarge";
const TWO: Record<string, ShardArgs> = { s0: { buckets: [[0, 2047]] }, s1: { buckets: [[2048, 4095]] } };

const make = (name: string, shards: Record<string, ShardArgs> = TWO): ShardedDatabase =>
  new ShardedDatabase(name, { ...ground(name), instanceClass: CLASS, shards });
const refused = (shards: Record<string, ShardArgs>, message: RegExp) => ({
  build: (name: string) => make(name, shards),
  message,
});

describe("ShardedDatabase", () => {
  componentContract("data", "ShardedDatabase", {
    minimal: (name, opts) =>
      new ShardedDatabase(name, { ...ground(name, opts), instanceClass: CLASS, shards: TWO }, opts),
    complete: (name, opts) =>
      new ShardedDatabase(
        name,
        {
          ...ground(name, opts),
          deployment: "instance",
          instanceClass: "db.r8g.xlarge",
          databaseName: "ledger",
          shards: {
            s0: { buckets: [[0, 1023]], instanceClass: "db.r8g.2xlarge", readReplicas: { r1: {} } },
            s1: {
              buckets: [
                [1024, 2047],
                [3072, 4095],
              ],
              storageGiB: 50,
            },
            s2: { buckets: [[2048, 3071]], transform: { instance: { dedicatedLogVolume: true } } },
          },
          directoryName: "/ledger/shards",
          directoryTransform: { description: "shards" },
          environment: "development",
          tags: { team: "ledger" },
          transform: { securityGroup: { description: "ledger" } },
        },
        opts,
      ),
    errors: {
      "no shard": refused({}, /ShardedDatabase "one": shards .* at least 1 shard/),
      "more shards than the directory holds": refused(
        Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`s${index}`, { buckets: [] }])),
        /shards = 15 .* room for 14/,
      ),
      "more ranges than the directory holds": refused(
        { s0: { buckets: Array.from({ length: 65 }, (_, index): BucketRange => [index, index]) } },
        /shards = 65 .* room for 64 ranges/,
      ),
      "a key that an identifier cannot hold": refused({ "S-0": { buckets: [[0, 4095]] } }, /shards = "S-0"/),
      "buckets without an owner": refused({ s0: { buckets: [[0, 4000]] } }, /nobody owns the buckets 4001-4095/),
      "a bucket of two owners": refused(
        { s0: { buckets: [[0, 2048]] }, s1: { buckets: [[2048, 4095]] } },
        /s0 and s1 both own bucket 2048/,
      ),
      "a directory in AWS's own paths": {
        build: (name) =>
          new ShardedDatabase(name, {
            ...ground(name),
            instanceClass: CLASS,
            shards: TWO,
            directoryName: "/aws/shards",
          }),
        message: /directoryName = "\/aws\/shards"/,
      },
    },
  });

  it("adding a shard, or moving buckets to it, touches no other shard", async () => {
    const resourcesOf = async (shards: Record<string, ShardArgs>) => {
      const recording = await recordProgram(() => void make("l", shards).grantConnect(grantee("app"), "app_rw"));
      return inventory(recording);
    };
    const before = await resourcesOf(TWO);
    const directory = "aws:ssm/parameter:Parameter l-directory";
    for (const after of [
      await resourcesOf({ ...TWO, s2: { buckets: [] } }),
      await resourcesOf({ ...TWO, s1: { buckets: [[2048, 3000]] }, s2: { buckets: [[3001, 4095]] } }),
    ]) {
      const added = Object.keys(after).filter((key) => !(key in before));
      assert.ok(added.length > 0 && added.every((key) => key.includes(" l-s2")), added.join());
      for (const [key, inputs] of Object.entries(before))
        if (key !== directory) assert.deepEqual(after[key], inputs, key);
    }
  });

  it("tells services each shard's endpoints and ranges in one parameter", async () => {
    const recording = await recordProgram(() => void make("l"));
    const parameter = named(recording, "l-directory");
    assert.equal(parameter.inputs.tier, "Standard");
    const directory: ShardDirectory = JSON.parse(String(parameter.inputs.value));
    assert.equal(directory.buckets, SHARD_BUCKETS);
    assert.deepEqual(directory.ranges, { s0: [[0, 2047]], s1: [[2048, 4095]] });
    const cluster = named(recording, "l-s1-cluster").outputs;
    assert.deepEqual(directory.shards.s1, {
      host: cluster.endpoint,
      readerHost: cluster.readerEndpoint,
      port: 5432,
      database: "app",
      secretArn: (cluster.masterUserSecrets as Array<{ secretArn: string }>)[0]!.secretArn,
    });
  });

  it("keeps the fullest directory within its tier", async () => {
    const long = "payments-production-apse2-ledger-of-everything";
    for (const count of [6, 14]) {
      const width = Math.ceil(SHARD_BUCKETS / 64);
      const ranges = Array.from({ length: 64 }, (_, index): BucketRange => [index * width, (index + 1) * width - 1]);
      const shards = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `shard${String(index).padStart(5, "0")}`,
          { buckets: ranges.filter((__, each) => each % count === index) },
        ]),
      );
      const recording = await recordProgram(() => void make(long, shards));
      const { value, tier } = named(recording, `${long}-directory`).inputs;
      assert.ok(String(value).length <= (tier === "Standard" ? 4096 : 8192), `${count}: ${String(value).length}`);
    }
  });

  it("opens one security group for all shards, and grants on each", async () => {
    const recording = await recordProgram(() => {
      const ledger = make("l");
      ledger.grantConnect(grantee("app"), "app_rw");
      ledger.grantReadDirectory(grantee("reader"));
      ledger.grantReadMasterSecrets(grantee("migrate"));
    });
    const clusters = ofType(recording, "aws:rds/cluster:Cluster", 2);
    assert.equal(new Set(clusters.map(({ inputs }) => JSON.stringify(inputs.vpcSecurityGroupIds))).size, 1);
    for (const shard of ["s0", "s1"]) {
      named(recording, `l-${shard}-connect-app-rw-app`);
      named(recording, `l-${shard}-read-master-secret-migrate`);
    }
    const [read] = statements(named(recording, "l-read-directory-reader").inputs.policy);
    assert.deepEqual(read, {
      Effect: "Allow",
      Action: "ssm:GetParameter",
      Resource: "arn:aws:ssm:eu-west-1:123456789012:parameter/test-l-shards",
    });
  });
});

describe("The shard directory", () => {
  it("sends a client to the same bucket for ever", () => {
    assert.deepEqual(["acme-shop", "", "客户"].map(bucketOf), [3107, 3643, 2772]);
  });

  it("gives every client exactly one owner, wherever the ranges are cut", () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: SHARD_BUCKETS - 1 }), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, fc.string(), (at, client) => {
        const edges = [0, ...at.sort((a, b) => a - b), SHARD_BUCKETS];
        const owners = Object.fromEntries(
          edges
            .slice(1)
            .map((end, index): [string, BucketRange[]] => [`s${index % 3}-${index}`, [[edges[index]!, end - 1]]]),
        );
        assert.equal(bucketProblem(owners), undefined);
        const bucket = bucketOf(client);
        const [[first, last]] = owners[shardOf(client, owners)] as [BucketRange];
        assert.ok(first <= bucket && bucket <= last);
      }),
    );
  });

  it("finds every gap and overlap", () => {
    const cases: Array<[Record<string, BucketRange[]>, RegExp]> = [
      [{ s0: [[1, 4095]] }, /nobody owns the buckets 0-0/],
      [{ s0: [[0, 9]], s1: [[20, 4095]] }, /nobody owns the buckets 10-19/],
      [{ s0: [[0, 4096]] }, /from 0 to 4095/],
      [{ s0: [[0.5, 4095]] }, /whole numbers/],
      [{ s0: [[9, 0]] }, /first bucket is larger/],
    ];
    for (const [owners, message] of cases) assert.match(bucketProblem(owners) ?? "", message);
    assert.throws(() => shardOf("acme", { s0: [] }), RangeError);
  });
});
