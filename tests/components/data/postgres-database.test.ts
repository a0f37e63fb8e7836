import assert from "node:assert/strict";
import { BackupVault } from "../../../components/data/backup-vault";
import { PostgresDatabase } from "../../../components/data/postgres-database";
import type { PostgresDatabaseArgs } from "../../../components/data/postgres-database-args";
import { Connections, tcp } from "../../../components/network/connections";
import { componentContract } from "../../support/contract";
import { grantee, ground } from "../../support/data";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const CLASS = "db.r8gd.xlarge";
const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/instance:Instance";

const make = (name: string, args: Partial<PostgresDatabaseArgs> = {}): PostgresDatabase =>
  new PostgresDatabase(name, { ...ground(name), instanceClass: CLASS, ...args });
const refused = (args: Partial<PostgresDatabaseArgs>, message: RegExp) => ({
  build: (name: string) => make(name, args),
  message,
});
const recorded = (args: Partial<PostgresDatabaseArgs> = {}, use: (database: PostgresDatabase) => unknown = () => {}) =>
  recordProgram(() => void use(make("d", args)));

describe("PostgresDatabase", () => {
  componentContract("data", "PostgresDatabase", {
    minimal: (name, opts) => new PostgresDatabase(name, { ...ground(name, opts), instanceClass: CLASS }, opts),
    complete: (name, opts) => {
      const { key, vpc } = ground(name, opts);
      return new PostgresDatabase(
        name,
        {
          key,
          vpc,
          deployment: "instance",
          instanceClass: "db.r8g.xlarge",
          databaseName: "ledger",
          masterUsername: "ledger_admin",
          engineVersion: "18.6",
          allowMajorVersionUpgrade: true,
          storageGiB: 400,
          maxStorageGiB: 4000,
          iops: 20000,
          readReplicas: { r1: { zone: vpc.zones[1]! }, r2: { instanceClass: "db.r8g.large" } },
          backupRetentionDays: 14,
          backupVault: new BackupVault(`${name}-vault`, { key, rpoHours: 1 }, opts),
          backupWindow: "02:00-03:00",
          maintenanceWindow: "mon:04:00-mon:05:00",
          auditClasses: ["ddl", "role", "write"],
          databaseInsights: "advanced",
          logRetentionInDays: 400,
          tags: { team: "ledger" },
          transform: {
            instance: { dedicatedLogVolume: true },
            replica: {},
            parameterGroup: { description: "ledger" },
            subnetGroup: { description: "ledger" },
            securityGroup: { description: "ledger" },
            monitoringRole: { description: "ledger" },
          },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors(`PostgresDatabase "one"`, (name, key) => make(name, { key }), ["logs"]),
      "a class without local storage in a cluster": refused(
        { instanceClass: "db.r8g.xlarge" },
        /PostgresDatabase "one": instanceClass = "db.r8g.xlarge" .* deployment to instance/,
      ),
      "a class of another service": refused(
        { deployment: "instance", instanceClass: "cache.r7g.large" },
        /instanceClass = "cache.r7g.large"/,
      ),
      "a cluster in two zones": {
        build: (name) => {
          const { key, vpc } = ground(name);
          vpc.zones.splice(2);
          return new PostgresDatabase(name, { key, vpc, instanceClass: CLASS });
        },
        message: /vpc.zones .* three zones/,
      },
      "an instance in one zone": {
        build: (name) => {
          const { key, vpc } = ground(name);
          vpc.zones.splice(1);
          return new PostgresDatabase(name, { key, vpc, deployment: "instance", instanceClass: CLASS });
        },
        message: /vpc.zones .* two zones/,
      },
      "replicas of a cluster": refused({ readReplicas: { r1: {} } }, /readReplicas = \["r1"\] .* readerAddress/),
      "sixteen replicas": refused(
        {
          deployment: "instance",
          readReplicas: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`r${index}`, {}])),
        },
        /readReplicas = 16/,
      ),
      "a replica that an identifier cannot hold": refused(
        { deployment: "instance", readReplicas: { "R-1": {} } },
        /readReplicas = "R-1"/,
      ),
      "a replica of no known class": refused(
        { deployment: "instance", readReplicas: { r1: { instanceClass: "large" } } },
        /readReplicas.r1.instanceClass = "large"/,
      ),
      "a replica outside the network's zones": refused(
        { deployment: "instance", readReplicas: { r1: { zone: "us-east-1a" } } },
        /readReplicas.r1.zone = "us-east-1a" .* eu-west-1a/,
      ),
      "an old version": refused({ engineVersion: "12.4" }, /engineVersion = "12.4"/),
      "a cluster without a minor version": refused({ engineVersion: "17" }, /engineVersion = "17" .* <major>\.<minor>/),
      "a database name that needs quotes": refused({ databaseName: "My-App" }, /databaseName = "My-App"/),
      "a reserved master user": refused({ masterUsername: "admin" }, /masterUsername = "admin" .* keeps this name/),
      "a master user that needs quotes": refused({ masterUsername: "db-admin" }, /masterUsername = "db-admin"/),
      "a volume too small for a cluster": refused({ storageGiB: 20 }, /storageGiB = 20 .* from 100/),
      "a cluster that is to grow": refused({ maxStorageGiB: 1000 }, /maxStorageGiB = 1000 .* do not grow/),
      "growth by less than a tenth": refused(
        { deployment: "instance", storageGiB: 100, maxStorageGiB: 105 },
        /maxStorageGiB = 105 .* from 110/,
      ),
      "IOPS on a small volume": refused({ iops: 12000 }, /iops = 12000 .* under 400 GiB/),
      "IOPS under the baseline": refused({ storageGiB: 400, iops: 3000 }, /iops = 3000 .* from 12000/),
      "backups beyond RDS's 35 days": refused({ backupRetentionDays: 36 }, /backupRetentionDays = 36/),
      "a continuous vault for a cluster": {
        build: (name) => {
          const { key, vpc } = ground(name);
          const backupVault = new BackupVault(`${name}-vault`, { key, rpoHours: 1 });
          return new PostgresDatabase(name, { key, vpc, instanceClass: CLASS, backupVault });
        },
        message: /backupVault = "one-vault" .* no continuous backups/,
      },
      "a malformed backup window": refused({ backupWindow: "1am" }, /backupWindow = "1am"/),
      "a malformed maintenance window": refused({ maintenanceWindow: "03:00-04:00" }, /maintenanceWindow/),
      "a grant to a user that needs quotes": {
        build: (name) => make(name).grantConnect(grantee("app"), "Orders RW"),
        message: /user = "Orders RW"/,
      },
    },
  });

  it("has readers and a secret that RDS manages, and no password anywhere", async () => {
    const recording = await recorded();
    const cluster = ofType(recording, CLUSTER)[0]!;
    assert.equal(cluster.inputs.manageMasterUserPassword, true);
    assert.equal(cluster.inputs.masterPassword, undefined);
    assert.match(String(cluster.outputs.readerEndpoint), /cluster-ro-/);
    assert.deepEqual(ofType(recording, "random:index/randomPassword:RandomPassword", 0), []);
    assert.deepEqual(ofType(recording, "aws:secretsmanager/secret:Secret", 0), []);
  });

  it("leaves minor releases to RDS: the default is what a database begins with, one that is given is held", async () => {
    const version = async (args: Partial<PostgresDatabaseArgs>) => {
      const recording = await recorded(args);
      const [database] = ofType(recording, args.deployment === "cluster" ? CLUSTER : INSTANCE);
      return [database!.inputs.engineVersion, database!.ignoreChanges.includes("engineVersion")];
    };
    assert.deepEqual(await version({ deployment: "instance" }), ["17.11", true]);
    assert.deepEqual(await version({ deployment: "instance", engineVersion: "18" }), ["18", false]);
    assert.deepEqual(await version({ deployment: "cluster" }), ["17.11", true]);
    assert.deepEqual(await version({ deployment: "cluster", engineVersion: "18.6" }), ["18.6", false]);
    const instance = await recorded({ deployment: "instance", readReplicas: { r1: {} } });
    assert.equal(named(instance, "d-parameters").inputs.family, "postgres17");
    assert.equal(named(instance, "d-replica-r1").inputs.engineVersion, undefined);
  });

  it("never asks RDS for a replica of an instance whose secret RDS manages", async () => {
    const recording = await recorded({ deployment: "instance", readReplicas: { r1: {} } });
    const source = named(recording, "d-instance");
    assert.equal(source.inputs.manageMasterUserPassword, undefined);
    assert.ok(source.secretPaths.includes("password"));
    assert.ok(source.ignoreChanges.includes("password"), "the program would set the first password back");
    const rotation = ofType(recording, "aws:secretsmanager/secretRotation:SecretRotation")[0]!;
    assert.equal(rotation.inputs.rotateImmediately, true);
    assert.equal(named(recording, "d-replica-r1").inputs.replicateSourceDb, "test-d");
  });

  it("leaves an instance's secret to RDS while it has no replica", async () => {
    const recording = await recorded({ deployment: "instance" });
    assert.equal(named(recording, "d-instance").inputs.manageMasterUserPassword, true);
    assert.deepEqual(ofType(recording, "aws:lambda/function:Function", 0), []);
  });

  it("lets a role log in as one user, on the members' own resource ids", async () => {
    const cluster = await recorded({}, (database) => database.grantConnect(grantee("orders"), "orders_rw"));
    const id = ofType(cluster, CLUSTER)[0]!.outputs.clusterResourceId;
    assert.deepEqual(statements(named(cluster, "d-connect-orders-rw-orders").inputs.policy), [
      {
        Effect: "Allow",
        Action: "rds-db:connect",
        Resource: [`arn:aws:rds-db:eu-west-1:123456789012:dbuser:${String(id)}/orders_rw`],
      },
    ]);
    const instances = await recorded({ deployment: "instance", readReplicas: { r1: {} } }, (database) =>
      database.grantConnect(grantee("orders"), "orders_rw"),
    );
    const [statement] = statements(named(instances, "d-connect-orders-rw-orders").inputs.policy);
    const ids = ["d-instance", "d-replica-r1"].map((name) => String(named(instances, name).outputs.resourceId));
    assert.deepEqual(
      statement!.Resource,
      ids.map((each) => `arn:aws:rds-db:eu-west-1:123456789012:dbuser:${each}/orders_rw`),
    );
  });

  it("lets a migration read the master secret, through Secrets Manager only", async () => {
    const recording = await recorded({}, (database) => database.grantReadMasterSecret(grantee("migrate")));
    const [read, decrypt] = statements(named(recording, "d-read-master-secret-migrate").inputs.policy);
    assert.match(String(read!.Resource), /^arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-/);
    assert.deepEqual(decrypt!.Condition, {
      StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" },
    });
  });

  it("refuses plain text, and keeps passwords and bind values out of its log", async () => {
    const group = ofType(await recorded(), "aws:rds/clusterParameterGroup:ClusterParameterGroup")[0]!;
    assert.equal(group.inputs.family, "postgres17");
    const parameters = group.inputs.parameters as Array<{ name: string; value: string; applyMethod: string }>;
    const value = (name: string) => parameters.find((parameter) => parameter.name === name)?.value;
    assert.equal(value("rds.force_ssl"), "1");
    assert.equal(value("ssl_min_protocol_version"), "TLSv1.2");
    assert.equal(value("pgaudit.log"), "ddl,role");
    assert.equal(value("log_statement"), undefined);
    assert.equal(value("log_parameter_max_length"), "0");
  });

  it("makes its log groups, encrypted, before RDS can make its own", async () => {
    const recording = await recorded();
    const cluster = ofType(recording, CLUSTER)[0]!;
    const groups = (cluster.inputs.enabledCloudwatchLogsExports as string[]).map(
      (log) => `/aws/rds/cluster/test-d/${log}`,
    );
    const made = ofType(recording, "aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(
      made.map((group) => group.inputs.name),
      groups,
    );
    for (const group of made) {
      assert.ok(group.inputs.kmsKeyId);
      assert.ok(cluster.dependencies.includes(group.urn), `${group.urn} may be made after the cluster`);
    }
  });

  it("is closed both ways until a connection is written, and shares a security group when given one", async () => {
    const closed = await recorded();
    assert.deepEqual(ofType(closed, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", 0), []);
    assert.deepEqual(ofType(closed, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", 0), []);
    const shared = await recordProgram(() => {
      const { key, vpc } = ground("d");
      const connections = new Connections(vpc, vpc.endpointConnections.securityGroup, tcp(5432));
      new PostgresDatabase("d", { key, vpc, instanceClass: CLASS, connections });
    });
    assert.equal(ofType(shared, "aws:ec2/securityGroup:SecurityGroup").length, 1);
  });

  it("watches all three members of a cluster, thresholds following from class and volume", async () => {
    const recording = await recorded();
    const alarms = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm");
    const memory = alarms.filter((alarm) => alarm.inputs.metricName === "FreeableMemory");
    assert.deepEqual(
      memory.map((alarm) => (alarm.inputs.dimensions as Record<string, string>).DBInstanceIdentifier),
      ofType(recording, CLUSTER)[0]!.outputs.clusterMembers,
    );
    assert.equal(memory[0]!.inputs.threshold, Math.round(32 * 0.05 * 1024 ** 3));
    const metrics = new Set(alarms.map((alarm) => alarm.inputs.metricName));
    for (const metric of ["CPUUtilization", "FreeStorageSpace", "DatabaseConnections", "ReplicaLag", "WriteLatency"])
      assert.ok(metrics.has(metric), metric);
  });

  it("leaves window and retention to a vault that backs up continuously", async () => {
    const recording = await recordProgram(() => {
      const { key, vpc } = ground("d");
      const backupVault = new BackupVault("v", { key, rpoHours: 1 });
      new PostgresDatabase("d", { key, vpc, deployment: "instance", instanceClass: CLASS, backupVault });
    });
    const ignored = named(recording, "d-instance").ignoreChanges;
    assert.ok(ignored.includes("backupRetentionPeriod") && ignored.includes("backupWindow"));
    assert.deepEqual(ofType(recording, "aws:backup/selection:Selection")[0]!.inputs.resources, [
      "arn:aws:rds:eu-west-1:123456789012:db:test-d",
    ]);
  });

  it("in development is one small instance that can be destroyed, and still encrypted and private", async () => {
    const recording = await recorded({ environment: "development", instanceClass: "db.t4g.medium" });
    const instance = named(recording, "d-instance");
    assert.equal(instance.protect, false);
    assert.equal(instance.inputs.multiAz, false);
    assert.equal(instance.inputs.deletionProtection, false);
    assert.equal(instance.inputs.skipFinalSnapshot, true);
    assert.equal(instance.inputs.storageEncrypted, true);
    assert.equal(instance.inputs.publiclyAccessible, false);
    assert.equal(instance.inputs.iamDatabaseAuthenticationEnabled, true);
  });

  it("in production is protected, Multi-AZ, and leaves a final snapshot", async () => {
    for (const deployment of ["cluster", "instance"] as const) {
      const recording = await recorded({ deployment });
      const database = ofType(recording, deployment === "cluster" ? CLUSTER : INSTANCE)[0]!;
      assert.equal(database.protect, true);
      assert.equal(database.inputs.deletionProtection, true);
      assert.equal(database.inputs.skipFinalSnapshot, false);
      assert.equal(database.inputs.finalSnapshotIdentifier, "test-d-final");
      if (deployment === "instance") assert.equal(database.inputs.multiAz, true);
    }
  });

  it("keeps the identifier and its members' within RDS's 63 characters", async () => {
    const long = "payments-production-ap-southeast-2-ledger-of-every-client-there-is";
    const recording = await recordProgram(() => {
      new PostgresDatabase(long, { ...ground("d"), instanceClass: CLASS });
    });
    for (const member of ofType(recording, CLUSTER)[0]!.outputs.clusterMembers as string[])
      assert.ok(member.length <= 63, member);
  });
});
