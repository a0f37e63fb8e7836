import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AuroraGlobal, type AuroraGlobalArgs } from "../../../components/data/aurora-global";
import { BackupVault } from "../../../components/data/backup-vault";
import { type AlarmTopics, Component, type ComponentArgs } from "../../../components/core";
import { componentContract } from "../../support/contract";
import { grantee, ground } from "../../support/data";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const CLASS = "db.r8g.xlarge";
const FAR = "us-east-1";

/** Carries the secondary's region to its network and key. */
class Elsewhere extends Component {
  constructor(name: string, args: ComponentArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("palisade:test:Elsewhere", `${name}-far`, { ...args, region: FAR }, opts);
    this.registerOutputs({});
  }
}

function sites(name: string, opts: pulumi.ComponentResourceOptions = {}) {
  const far = new Elsewhere(name, {}, opts);
  return {
    primary: ground(name, opts),
    secondaries: { far: { region: FAR, ...ground(`${name}-far`, { parent: far }) } },
  };
}

const make = (name: string, args: Partial<AuroraGlobalArgs> = {}): AuroraGlobal =>
  new AuroraGlobal(name, { ...sites(name), instanceClass: CLASS, ...args });
const refused = (args: Partial<AuroraGlobalArgs>, message: RegExp) => ({
  build: (name: string) => make(name, args),
  message,
});

describe("AuroraGlobal", () => {
  componentContract("data", "AuroraGlobal", {
    minimal: (name, opts) => new AuroraGlobal(name, { ...sites(name, opts), instanceClass: CLASS }, opts),
    complete: (name, opts) => {
      const { primary, secondaries } = sites(name, opts);
      return new AuroraGlobal(
        name,
        {
          primary: {
            ...primary,
            backupVault: new BackupVault(`${name}-vault`, { key: primary.key, rpoHours: 1 }, opts),
          },
          secondaries,
          capacity: { min: 8, max: 64 },
          instances: 3,
          databaseName: "ledger",
          masterUsername: "ledger_admin",
          engineVersion: "17.10",
          writeForwarding: true,
          maxLagSeconds: 60,
          backupRetentionDays: 14,
          backupWindow: "02:00-03:00",
          maintenanceWindow: "mon:04:00-mon:05:00",
          auditClasses: ["ddl"],
          databaseInsights: "advanced",
          logRetentionInDays: 400,
          tags: { team: "ledger" },
          transform: { globalCluster: {}, cluster: {}, instance: {} },
        },
        opts,
      );
    },
    errors: {
      "eleven secondary regions": {
        build: (name) => {
          const { primary, secondaries } = sites(name);
          const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`r${index}`, secondaries.far]));
          return new AuroraGlobal(name, { primary, secondaries: many, instanceClass: CLASS });
        },
        message: /secondaries = 11/,
      },
      "a secondary called primary": {
        build: (name) => {
          const { primary, secondaries } = sites(name);
          return new AuroraGlobal(name, { primary, secondaries: { primary: secondaries.far }, instanceClass: CLASS });
        },
        message: /secondaries = "primary"/,
      },
      "a region twice": {
        build: (name) => {
          const { primary, secondaries } = sites(name);
          return new AuroraGlobal(name, {
            primary,
            secondaries: { far: { ...secondaries.far, region: "eu-west-1" } },
            instanceClass: CLASS,
          });
        },
        message: /"eu-west-1" stands twice/,
      },
      "a later secondary in the primary's region": {
        build: (name) =>
          make(name, { secondaries: undefined }).addSecondary("near", { region: "eu-west-1", ...ground("g2") }),
        message: /"eu-west-1" stands twice/,
      },
      "a later secondary of a region that follows already": {
        build: (name) => make(name).addSecondary("other", { region: FAR, ...ground("g2") }),
        message: /"us-east-1" stands twice/,
      },
      "a later secondary of a key in use": {
        build: (name) => make(name).addSecondary("far", { region: "us-west-2", ...ground("g2") }),
        message: /key = "far" .* there already/,
      },
      "a later secondary of a key that can be no name": {
        build: (name) => make(name).addSecondary("US", { region: "us-west-2", ...ground("g2") }),
        message: /secondaries = "US"/,
      },
      "neither class nor capacity": refused({ instanceClass: undefined }, /Give either instanceClass or capacity/),
      "both class and capacity": refused({ capacity: { min: 8, max: 16 } }, /Give either instanceClass or capacity/),
      "a class that global databases do not take": refused(
        { instanceClass: "db.t4g.large" },
        /instanceClass = "db.t4g.large"/,
      ),
      "a capacity too small to follow": refused(
        { instanceClass: undefined, capacity: { min: 2, max: 16 } },
        /capacity = .* falls behind/,
      ),
      "one instance in production": refused({ instances: 1 }, /instances = 1 .* from 2/),
      "a version without a minor": refused({ engineVersion: "17" }, /engineVersion = "17"/),
      "a database name that needs quotes": refused({ databaseName: "My-App" }, /databaseName/),
      "a master user that needs quotes": refused({ masterUsername: "db-admin" }, /masterUsername/),
      "a master user that PostgreSQL reserves": refused({ masterUsername: "pg_owner" }, /masterUsername = "pg_owner"/),
      "a lag that Aurora cannot hold": refused({ maxLagSeconds: 5 }, /maxLagSeconds = 5 .* from 20/),
      "backups beyond 35 days": refused({ backupRetentionDays: 36 }, /backupRetentionDays = 36/),
      "a malformed backup window": refused({ backupWindow: "1am" }, /backupWindow/),
      "a malformed maintenance window": refused({ maintenanceWindow: "03:00" }, /maintenanceWindow/),
      ...keyErrors(
        `AuroraRegion "one-primary"`,
        (name, key) => make(name, { primary: { vpc: new TestNetwork(`${name}-other`), key } }),
        ["logs"],
      ),
      "more instances than zones": refused({ instances: 4 }, /AuroraRegion "one-primary": vpc.zones/),
      "a grant to a user that needs quotes": {
        build: (name) => make(name).grantConnect(grantee("app"), "Ledger RO"),
        message: /user = "Ledger RO"/,
      },
    },
  });

  const recorded = (use: (ledger: AuroraGlobal) => unknown = () => {}) => recordProgram(() => void use(make("g")));

  it("puts each region's resources in its own region, under its own key", async () => {
    const recording = await recorded();
    for (const [name, region] of [
      ["g-primary-cluster", "eu-west-1"],
      ["g-far-cluster", FAR],
    ] as const) {
      const cluster = named(recording, name);
      assert.equal(cluster.region, region);
      assert.match(String(cluster.inputs.kmsKeyId), new RegExp(`:kms:${region}:`));
    }
    assert.equal(named(recording, "g-global").region, "eu-west-1");
  });

  it("gives name and password to the primary alone, and never sets them or the membership again", async () => {
    const recording = await recorded();
    const primary = named(recording, "g-primary-cluster");
    const secondary = named(recording, "g-far-cluster");
    assert.ok(primary.secretPaths.includes("masterPassword"));
    assert.ok(primary.ignoreChanges.includes("masterPassword"));
    for (const property of ["databaseName", "masterUsername", "masterPassword", "manageMasterUserPassword"])
      assert.equal(secondary.inputs[property], undefined, property);
    assert.equal(secondary.inputs.sourceRegion, "eu-west-1");
    for (const cluster of [primary, secondary])
      assert.ok(
        cluster.ignoreChanges.includes("globalClusterIdentifier") && cluster.ignoreChanges.includes("engineVersion"),
      );
  });

  it("makes a secondary after the primary's instances, so that it is destroyed before them", async () => {
    const recording = await recorded();
    const secondary = named(recording, "g-far-cluster");
    for (const letter of ["a", "b"])
      assert.ok(secondary.dependencies.includes(named(recording, `g-primary-instance-${letter}`).urn));
  });

  it("rotates the first password away once an instance answers, with a copy in each region", async () => {
    const recording = await recorded();
    const rotation = named(recording, "g-master-rotation", "aws:lambda/function:Function");
    assert.ok(rotation.dependencies.includes(named(recording, "g-primary-instance-a").urn));
    const secret = ofType(recording, "aws:secretsmanager/secret:Secret")[0]!;
    assert.deepEqual(
      (secret.inputs.replicas as Array<{ region: string }>).map(({ region }) => region),
      [FAR],
    );
  });

  it("watches the lag of each secondary where its metric is", async () => {
    const recording = await recorded();
    const alarm = named(recording, "g-far-rpo-lag");
    assert.equal(alarm.region, FAR);
    assert.equal(alarm.inputs.threshold, 30000);
    assert.deepEqual(alarm.inputs.dimensions, { DBClusterIdentifier: "test-g-far" });
  });

  it("lets a role log in in every region, on that region's resource id", async () => {
    const recording = await recorded((ledger) => ledger.grantConnect(grantee("app"), "ledger_rw"));
    const [statement] = statements(named(recording, "g-far-connect-ledger-rw-app").inputs.policy);
    const id = String(named(recording, "g-far-cluster").outputs.clusterResourceId);
    assert.deepEqual(statement!.Resource, [`arn:aws:rds-db:${FAR}:123456789012:dbuser:${id}/ledger_rw`]);
    named(recording, "g-primary-connect-ledger-rw-app");
  });

  it("gives an address of its own to each region's writer, also where AWS reports none", async () => {
    const addresses: string[] = [];
    await recorded((ledger) =>
      pulumi
        .all(Object.values(ledger.regions).flatMap(({ address, readerAddress }) => [address, readerAddress]))
        .apply((all) => addresses.push(...all)),
    );
    assert.equal(addresses.length, 4);
    const [first, firstReaders, second, secondReaders] = addresses;
    assert.match(first!, /^test-g-primary\.cluster-\w+\.eu-west-1\.rds\.amazonaws\.com$/);
    assert.match(firstReaders!, /^test-g-primary\.cluster-ro-\w+\.eu-west-1\./);
    assert.match(second!, /^test-g-far\.cluster-\w+\.us-east-1\./);
    assert.match(secondReaders!, /^test-g-far\.cluster-ro-\w+\.us-east-1\./);
  });

  it("forwards writes from whichever region follows, also the first one after a failover", async () => {
    const recording = await recordProgram(() => void make("g", { writeForwarding: true }));
    for (const name of ["g-primary-cluster", "g-far-cluster"])
      assert.equal(named(recording, name).inputs.enableGlobalWriteForwarding, true, name);
  });

  describe("a region that joins later", () => {
    const topics = (region: string) => ({
      critical: `arn:aws:sns:${region}:123456789012:critical`,
      warning: `arn:aws:sns:${region}:123456789012:warning`,
    });
    const joined = () =>
      recordProgram(() => {
        const ledger = make("g", {
          secondaries: undefined,
          alarmTopics: topics("eu-west-1"),
          dataClass: "cardholder",
          tags: { team: "ledger" },
        });
        const there = new Elsewhere("r2", { alarmTopics: topics(FAR) });
        const site = { name: "r2-far-ledger", region: FAR, ...ground("r2-far", { parent: there }) };
        const second = ledger.addSecondary("far", site, { parent: there });
        assert.deepEqual(ledger.regions.far, second);
        ledger.grantConnect(grantee("app"), "ledger_rw");
      });

    it("stands under its own region's component, follows the primary, and has the same settings", async () => {
      const recording = await joined();
      const cluster = named(recording, "r2-far-ledger-cluster");
      assert.equal(cluster.region, FAR);
      assert.match(named(recording, "r2-far-ledger").parent ?? "", /::r2-far$/);
      assert.ok(cluster.dependencies.includes(named(recording, "g-primary-instance-a").urn));
      assert.equal(cluster.inputs.globalClusterIdentifier, named(recording, "g-global").id);
      const { backupRetentionPeriod, engineVersion, tags } = named(recording, "g-primary-cluster").inputs;
      assert.deepEqual(
        [cluster.inputs.backupRetentionPeriod, cluster.inputs.engineVersion, cluster.inputs.tags],
        [backupRetentionPeriod, engineVersion, tags],
      );
      named(recording, "r2-far-ledger-connect-ledger-rw-app");
    });

    it("notifies its own region's topics", async () => {
      const recording = await joined();
      const alarms = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm");
      for (const { name, region, inputs } of alarms)
        for (const topic of inputs.alarmActions as string[]) assert.ok(topic.includes(`:${region}:`), name);
      assert.deepEqual(named(recording, "r2-far-ledger-rpo-lag").inputs.alarmActions, [topics(FAR).critical]);
    });

    it("has no copy of the master secret, which is made before it", async () => {
      const secret = ofType(await joined(), "aws:secretsmanager/secret:Secret")[0]!;
      assert.deepEqual(secret.inputs.replicas ?? [], []);
    });
  });

  it("sends the alarms of a secondary nowhere rather than to another region, unless it has topics", async () => {
    const near = { critical: "arn:aws:sns:eu-west-1:1:c", warning: "arn:aws:sns:eu-west-1:1:w" };
    const far = { critical: "arn:aws:sns:us-east-1:1:c", warning: "arn:aws:sns:us-east-1:1:w" };
    const lagAlarm = async (alarmTopics?: AlarmTopics) => {
      const recording = await recordProgram(() => {
        const { primary, secondaries } = sites("g");
        const following = { far: { ...secondaries.far, alarmTopics } };
        new AuroraGlobal("g", { primary, secondaries: following, instanceClass: CLASS, alarmTopics: near });
      });
      return named(recording, "g-far-rpo-lag").inputs.alarmActions;
    };
    assert.deepEqual(await lagAlarm(), []);
    assert.deepEqual(await lagAlarm(far), [far.critical]);
  });
});
