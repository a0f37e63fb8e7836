import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { AuroraGlobal, type AuroraGlobalArgs } from "../../../components/data/aurora-global";
import { BackupVault } from "../../../components/data/backup-vault";
import { Component } from "../../../components/core";
import { componentContract } from "../../support/contract";
import { grantee, ground } from "../../support/data";
import { named, ofType, recordProgram, statements } from "../../support/record";

const CLASS = "db.r8g.xlarge";
const FAR = "us-east-1";

/** Carries the secondary's region to its network and key. */
class Elsewhere extends Component {
  constructor(name: string, opts: pulumi.ComponentResourceOptions = {}) {
    super("palisade:test:Elsewhere", `${name}-far`, { region: FAR }, opts);
    this.registerOutputs({});
  }
}

function sites(name: string, opts: pulumi.ComponentResourceOptions = {}) {
  const far = new Elsewhere(name, opts);
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
      "no second region": refused(
        { secondaries: {} },
        /AuroraGlobal "one": secondaries .* at least 1 secondary region/,
      ),
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
      "a lag that Aurora cannot hold": refused({ maxLagSeconds: 5 }, /maxLagSeconds = 5 .* from 20/),
      "backups beyond 35 days": refused({ backupRetentionDays: 36 }, /backupRetentionDays = 36/),
      "a malformed backup window": refused({ backupWindow: "1am" }, /backupWindow/),
      "a malformed maintenance window": refused({ maintenanceWindow: "03:00" }, /maintenanceWindow/),
      "a key of another region": {
        build: (name) => {
          const { primary, secondaries } = sites(name);
          return new AuroraGlobal(name, {
            primary: { vpc: primary.vpc, key: secondaries.far.key },
            secondaries,
            instanceClass: CLASS,
          });
        },
        message: /AuroraRegion "one-primary": key .* in us-east-1; give a key of eu-west-1/,
      },
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
    assert.equal(statement!.Resource, `arn:aws:rds-db:${FAR}:123456789012:dbuser:${id}/ledger_rw`);
    named(recording, "g-primary-connect-ledger-rw-app");
  });
});
