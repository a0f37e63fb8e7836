import assert from "node:assert/strict";
import { named, ofType } from "../support/record";
import { recordStack } from "../support/record-stack";
import { stackValues } from "../support/stack-file";
import { leaves, StackRecording } from "../support/stack-recording";

const AURORA = {
  "palisade:database": { engine: "aurora-global", instanceClass: "db.r8g.xlarge", readers: 1 },
};
const REGIONS = { use1: "us-east-1", euw1: "eu-west-1" } as const;
const SHORT = Object.keys(REGIONS) as Array<keyof typeof REGIONS>;
const CLUSTERS = { use1: "payments-use1-ledger-primary", euw1: "payments-euw1-ledger" } as const;
const READERS = ["external-api", "internal-api"];
const WRITERS = ["ledger-writer"];
const ACCOUNT = "123456789012";

interface DatabaseOutputs {
  globalWriter: string;
  directory?: string;
  endpoints: Record<string, { writer: string; readers: string[] }>;
}

describe("payments stack on an Aurora global database", function () {
  this.timeout(120_000);
  let stack: StackRecording;
  before(async () => {
    stack = new StackRecording(await recordStack("prod", AURORA));
  });

  const databaseOf = (region: string): DatabaseOutputs =>
    (stack.recording.outputs.regions as Record<string, { database: DatabaseOutputs }>)[region]!.database;

  it("registers the same at preview and at update, without a problem", async () => {
    const preview = await recordStack("prod", AURORA, { preview: true });
    assert.deepEqual(preview.problems, []);
    const urns = (resources: readonly { urn: string }[]) => resources.map(({ urn }) => urn).sort();
    assert.deepEqual(urns(preview.resources), urns(stack.resources));
  });

  it("is one database: a cluster in each region, with a writer and a reader in two zones, and no shards", () => {
    assert.equal(ofType(stack.recording, "aws:rds/globalCluster:GlobalCluster").length, 1);
    assert.equal(ofType(stack.recording, "aws:rds/instance:Instance", 0).length, 0);
    assert.deepEqual(
      ofType(stack.recording, "aws:rds/cluster:Cluster").map(({ name }) => name),
      SHORT.map((short) => `${CLUSTERS[short]}-cluster`),
    );
    for (const short of SHORT) {
      const instances = stack
        .customUnder(`payments-${short}`)
        .filter(({ type }) => type === "aws:rds/clusterInstance:ClusterInstance");
      assert.deepEqual(
        instances.map(({ inputs }) => inputs.availabilityZone),
        [`${REGIONS[short]}a`, `${REGIONS[short]}b`],
      );
      for (const { inputs } of instances) assert.equal(inputs.instanceClass, "db.r8g.xlarge");
    }
  });

  it("lets the second region follow the first, when the first one stands", () => {
    const first = named(stack.recording, `${CLUSTERS.use1}-cluster`);
    const second = named(stack.recording, `${CLUSTERS.euw1}-cluster`);
    assert.equal(second.inputs.sourceRegion, "us-east-1");
    assert.equal(second.inputs.globalClusterIdentifier, first.inputs.globalClusterIdentifier);
    assert.ok(second.dependencies.includes(named(stack.recording, `${CLUSTERS.use1}-instance-a`).urn));
    const gate = named(stack.recording, "payments-use1-ready").urn;
    const database = stack.customUnder(CLUSTERS.euw1);
    assert.ok(database.length > 20);
    for (const { urn, dependencies } of database) assert.ok(dependencies.includes(gate), urn);
  });

  it("stands with all it has in its own region, under that region's key, network and vault", () => {
    for (const short of SHORT) {
      for (const { urn, region } of stack.under(CLUSTERS[short]))
        assert.ok(region === undefined || region === REGIONS[short], `${urn} ${region}`);
      const { inputs } = named(stack.recording, `${CLUSTERS[short]}-cluster`);
      assert.equal(inputs.kmsKeyId, named(stack.recording, `payments-${short}-key-key`).outputs.arn);
      const selection = stack
        .customUnder(`payments-${short}-backups`)
        .find(({ type }) => type === "aws:backup/selection:Selection");
      assert.deepEqual(selection?.inputs.resources, [
        `arn:aws:rds:${REGIONS[short]}:${ACCOUNT}:cluster:${String(inputs.clusterIdentifier)}`,
      ]);
    }
  });

  it("sends each alarm to its own region's topics", () => {
    const alarms = ofType(stack.recording, "aws:cloudwatch/metricAlarm:MetricAlarm");
    for (const { urn, region, inputs } of alarms) {
      const actions = inputs.alarmActions as string[];
      assert.equal(actions.length, 1, urn);
      assert.ok(actions[0]!.startsWith(`arn:aws:sns:${region}:`), `${urn} ${actions[0]}`);
    }
    const lag = named(stack.recording, `${CLUSTERS.euw1}-rpo-lag`);
    assert.equal(lag.region, "eu-west-1");
    assert.match(String((lag.inputs.alarmActions as string[])[0]), /:prod-payments-euw1-alerts-critical$/);
  });

  for (const short of SHORT) {
    describe(REGIONS[short], () => {
      it("lets the APIs and the ledger writer connect, and nobody else", () => {
        assert.deepEqual(
          stack.callersOf(`${CLUSTERS[short]}-group`),
          [...READERS, ...WRITERS].map((service) => `payments-${short}-${service}-sg 5432`),
        );
      });

      it("lets each of them log in to its own region's cluster alone, as reader or as writer", () => {
        const id = String(named(stack.recording, `${CLUSTERS[short]}-cluster`).outputs.clusterResourceId);
        for (const [services, user] of [
          [READERS, "payments_ro"],
          [WRITERS, "payments_rw"],
        ] as const) {
          for (const service of services) {
            const logins = stack
              .permissions(`prod-payments-${short}-${service}-task`)
              .filter((line) => line.startsWith("rds-db:connect "));
            assert.deepEqual(logins, [
              `rds-db:connect arn:aws:rds-db:${REGIONS[short]}:${ACCOUNT}:dbuser:${id}/${user}`,
            ]);
          }
        }
      });

      it("tells services its own endpoints, once an instance answers, and where to write when it follows", () => {
        const { inputs, outputs } = named(stack.recording, `${CLUSTERS[short]}-cluster`);
        const variables = stack.variables(`payments-${short}-ledger-writer-task`);
        assert.equal(variables.DATABASE_ENDPOINT, outputs.endpoint);
        assert.equal(variables.DATABASE_READER_ENDPOINT, outputs.readerEndpoint);
        assert.equal(variables.DATABASE_NAME, "payments");
        assert.equal(variables.DATABASE_WRITE_USER, "payments_rw");
        assert.equal(variables.SHARD_DIRECTORY_PARAMETER, undefined);
        // Either region's, as the first one follows after a failover.
        assert.equal(inputs.enableGlobalWriteForwarding, true);
        const needed = stack.ancestors(named(stack.recording, `payments-${short}-ledger-writer-task`));
        for (const zone of ["a", "b"])
          assert.ok(needed.has(named(stack.recording, `${CLUSTERS[short]}-instance-${zone}`).urn));
      });

      it("has its endpoints among the outputs", () => {
        const { outputs } = named(stack.recording, `${CLUSTERS[short]}-cluster`);
        const database = databaseOf(REGIONS[short]);
        assert.deepEqual(database.endpoints, {
          ledger: { writer: `${String(outputs.endpoint)}:5432`, readers: [outputs.readerEndpoint] },
        });
        assert.match(database.globalWriter, /\.global\.rds\.amazonaws\.com:5432$/);
        for (const { path, value } of leaves(database)) assert.ok(value !== undefined && value !== "", path);
      });
    });
  }

  it("lets a third region join as the second did, and moves nothing but what the web front may call", async () => {
    const regions = JSON.parse(stackValues("prod")["palisade:regions"]!);
    const third = { name: "eu-central-1", zones: ["eu-central-1a", "eu-central-1b"], cidr: "10.22.0.0/16" };
    const grown = await recordStack("prod", { ...AURORA, "palisade:regions": [...regions, third] });
    assert.deepEqual(grown.problems, []);
    assert.equal(named(grown, "payments-euc1-ledger-cluster").inputs.sourceRegion, "us-east-1");
    const before = new Map(stack.resources.map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]));
    const now = new Map(grown.resources.map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]));
    const moved = [...before].filter(([urn, inputs]) => now.get(urn) !== inputs).map(([urn]) => urn.split("::").at(-1));
    assert.deepEqual(moved, ["payments-web-headers"]);
  });
});

describe("what an account has once", function () {
  this.timeout(120_000);
  const recorders = async (changes: Record<string, unknown>) =>
    ofType(await recordStack("prod", changes), "aws:cfg/recorder:Recorder").map(({ region, inputs }) => [
      region,
      (inputs.recordingGroup as { includeGlobalResourceTypes: boolean }).includeGlobalResourceTypes,
    ]);
  const regions: unknown[] = JSON.parse(stackValues("prod")["palisade:regions"]!);

  it("is recorded by the first region, wherever the account's own baseline stands", async () => {
    assert.deepEqual(await recorders({}), [
      ["us-east-1", true],
      ["eu-west-1", false],
    ]);
    assert.deepEqual(await recorders({ "palisade:regions": [...regions].reverse() }), [
      ["eu-west-1", true],
      ["us-east-1", false],
    ]);
    assert.deepEqual(await recorders({ "palisade:regions": regions.slice(1) }), [["eu-west-1", true]]);
    assert.deepEqual(await recorders({ "palisade:baseline": { account: "existing", regional: "create" } }), [
      ["us-east-1", true],
      ["eu-west-1", false],
    ]);
  });

  it("includes OpenSearch's role, unless the configuration says that it stands", async () => {
    const logSearch = { instanceType: "r6g.large.search", volumeGiB: 200 };
    const roles = async (createServiceLinkedRole: boolean, account: string) =>
      (
        await recordStack("prod", {
          "palisade:observability": { logSearch: { ...logSearch, createServiceLinkedRole } },
          "palisade:baseline": { account, regional: "create" },
        })
      ).resources.filter(({ type }) => type === "aws:iam/serviceLinkedRole:ServiceLinkedRole");
    const isOpenSearch = ({ inputs }: { inputs: Record<string, unknown> }) =>
      inputs.awsServiceName === "opensearchservice.amazonaws.com";
    assert.equal((await roles(false, "create")).filter(isOpenSearch).length, 0);
    assert.equal((await roles(true, "existing")).filter(isOpenSearch).length, 1);
  });
});

describe("database outputs of shards", function () {
  this.timeout(120_000);
  const readers = async (database: Record<string, unknown>, rpoMinutes: number) => {
    const { outputs, problems } = await recordStack("prod", {
      "palisade:database": { engine: "rds", storageGiB: 400, ...database },
      "palisade:objectives": { rtoMinutes: 15, rpoMinutes },
    });
    assert.deepEqual(problems, []);
    const region = (outputs.regions as Record<string, { database: DatabaseOutputs }>)["us-east-1"]!;
    return region.database.endpoints.s0!.readers.map((host) => host.replace(/^([\w-]+\.(?:cluster-ro)?).*$/, "$1"));
  };

  it("list every reader once: replicas by their own hosts, a cluster's standbys by their common one", async () => {
    const buckets = [[0, 4095]];
    const replicated = { deployment: "instance", instanceClass: "db.r8g.xlarge" };
    assert.deepEqual(await readers({ ...replicated, shards: { s0: { buckets, readReplicas: 2 } } }, 60), [
      "prod-payments-use1-ledger-s0-r1.",
      "prod-payments-use1-ledger-s0-r2.",
    ]);
    assert.deepEqual(await readers({ ...replicated, shards: { s0: { buckets } } }, 60), []);
    const cluster = { deployment: "cluster", instanceClass: "db.r8gd.xlarge", shards: { s0: { buckets } } };
    assert.deepEqual(await readers(cluster, 120), ["prod-payments-use1-ledger-s0.cluster-ro"]);
  });
});
