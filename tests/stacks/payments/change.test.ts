import assert from "node:assert/strict";
import { deployedDev } from "../../support/engine/deployed-dev";
import { requireEngine } from "../../support/engine/engine";
import type { EngineStack, Report } from "../../support/engine/engine-stack";
import { assertGolden } from "../../support/golden";

type Section = Record<string, unknown>;

/** What a change of the configuration does to the deployed development stack: `tests/golden/changes/` lists what it adds. */
describe("growth of the deployed payments stack, in Pulumi's own engine", function () {
  this.timeout(900_000);
  let deployed: EngineStack;
  before(requireEngine);
  before(async () => {
    deployed = await deployedDev();
  });

  const config = (key: string): Section => deployed.config[`palisade:${key}`] as Section;
  const sites = (): Section[] => deployed.config["palisade:regions"] as Section[];

  async function previewed(changes: Section): Promise<Report> {
    const stack = deployed.copy(changes);
    try {
      return await stack.run("preview");
    } finally {
      stack.remove();
    }
  }

  /** Asserts that nothing is deleted, and exactly what is updated or replaced. Returns what is created. */
  async function created(configuration: Section, expected: readonly string[]): Promise<string[]> {
    const report = await previewed(configuration);
    assert.ok(report.succeeded, `${report.failure ?? ""}${JSON.stringify(report.diagnostics)}`);
    const lines = report.changes
      .filter(({ change }) => change !== "create")
      .map(({ change, name, properties }) => `${change} ${name}: ${roots(properties).join(", ")}`);
    assert.deepEqual(lines.sort(), expected.map((line) => line.replaceAll("<region>", "payments-euw1")).sort());
    return report.changes
      .filter(({ change }) => change === "create")
      .map(({ type, name }) => `${type} ${name}`)
      .sort();
  }

  it("starts from what stands: nothing to do", async () => {
    const report = await previewed({});
    assert.deepEqual(report.changes, []);
  });

  it("a zone: what lists subnets, in place; the VPC link and what publishes its new id anew, as AWS lets nobody change its subnets", async () => {
    const [site] = sites();
    const zones = [...(site?.zones as string[]), "eu-west-1c"];
    const endpoints = ["ecr-api", "ecr-dkr", "logs", "secretsmanager", "kms", "sqs", "ssm", "sts"];
    const services = ["web-server", "external-api", "internal-api", "processor-integration", "ledger-writer"];
    const added = await created({ "palisade:regions": [{ ...site, zones }] }, [
      ...["s3", "dynamodb"].map((name) => `update <region>-vpc-endpoint-${name}: routeTableIds`),
      ...["public", "private", "isolated"].map((tier) => `update <region>-vpc-${tier}: subnetIds`),
      ...endpoints.map((name) => `update <region>-vpc-endpoint-${name}: subnetIds`),
      "update <region>-private-api-endpoint: subnetIds",
      "update <region>-cache-subnets: subnetIds",
      "update <region>-ledger-s0-subnets: subnetIds",
      "update <region>-nlb-nlb: subnets",
      ...services.map((name) => `update <region>-${name}-service: networkConfiguration`),
      "update <region>-dashboard-dashboard: dashboardBody",
      // The new link's id is in both APIs' documents, and a deployment is a snapshot of one.
      "replace <region>-link-link: subnetIds",
      ...["api", "private-api"].flatMap((name) => [
        `update <region>-${name}-api: body`,
        `replace <region>-${name}-deployment: triggers`,
        `update <region>-${name}-stage: deployment`,
      ]),
    ]);
    for (const line of added) assert.match(line, /-c($|-)/, line);
    assertGolden("changes/payments-zone", added);
  });

  it("a region: only the list of what the web front may call", async () => {
    const second = { name: "eu-central-1", zones: ["eu-central-1a", "eu-central-1b"], cidr: "10.31.0.0/16" };
    const added = await created({ "palisade:regions": [...sites(), second] }, [
      "update payments-web-headers: securityHeadersConfig",
    ]);
    // The same as stands in the first one.
    const standing = deployed.cloud.all().map(({ type, logicalName }) => `${type} ${logicalName}`);
    const inFirst = standing.filter((line) => / payments-(dns-api-)?euw1-/.test(line));
    const inSecond = added.filter((line) => line.startsWith("aws:")).map((line) => line.replaceAll("euc1", "euw1"));
    assert.deepEqual(inSecond.sort(), inFirst.sort());
  });

  it("a service: the API's document and its deployment, the dashboard and the gate's list", async () => {
    const services = config("services");
    const added = await created({ "palisade:services": { ...services, "refunds-api": services["external-api"] } }, [
      "update <region>-api-api: body",
      "replace <region>-api-deployment: triggers",
      "update <region>-api-stage: deployment",
      "update <region>-dashboard-dashboard: dashboardBody",
      "update <region>-ready: insecureValue",
    ]);
    // The others are what lets the VPC link reach the new listener.
    const others = added.filter((line) => !line.includes("refunds-api"));
    assert.equal(others.length, 2);
    for (const line of others) assert.match(line, /SecurityGroup(In|E)gressRule .*-(nlb-from|link-to)-/);
    assertGolden("changes/payments-service", added);
  });

  it("a shard: the directory and the dashboard; no other shard, no service", async () => {
    const database = config("database");
    const shards = { ...(database.shards as Section), s1: { buckets: [] } };
    const added = await created({ "palisade:database": { ...database, shards } }, [
      "update <region>-ledger-directory: value",
      "update <region>-dashboard-dashboard: dashboardBody",
    ]);
    for (const line of added) assert.match(line, /-ledger-s1/, line);
    assertGolden("changes/payments-shard", added);
  });

  it("a shard's first reader: the directory, the dashboard, who may log in where, and the master password, which RDS does not manage for a source of replicas", async () => {
    const database = config("database");
    const shards = { s0: { ...(database.shards as Record<string, Section>).s0, readReplicas: 1 } };
    const added = await created({ "palisade:database": { ...database, shards } }, [
      "update <region>-ledger-directory: value",
      "update <region>-dashboard-dashboard: dashboardBody",
      ...["ro-payments-euw1-external-api", "ro-payments-euw1-internal-api", "rw-payments-euw1-ledger-writer"].map(
        (login) => `update <region>-ledger-s0-connect-payments-${login}: policy`,
      ),
      "update <region>-ledger-s0-instance: manageMasterUserPassword, masterUserSecretKmsKeyId",
    ]);
    for (const line of added) assert.match(line, /-ledger-s0-/, line);
    assertGolden("changes/payments-reader", added);
  });

  it("another address range for the VPC is refused: AWS would have to make the network anew, and moves no database to another", async () => {
    const [site] = sites();
    const report = await previewed({ "palisade:regions": [{ ...site, cidr: "10.99.0.0/16" }] });
    assert.equal(report.succeeded, false);
    assert.match(
      report.failure ?? "",
      /^1 resource would be lost .*\n {2}ec2\.Vpc payments-euw1-vpc-vpc\n {4}is replaced: cidrBlock can not be changed on what stands\.\n {4}Lost: the network: /,
    );
  });

  it("a database that is gone is refused, even where nothing is protected", async () => {
    const database = config("database");
    const { s0 } = database.shards as Section;
    const report = await previewed({ "palisade:database": { ...database, shards: { main: s0 } } });
    assert.equal(report.succeeded, false);
    assert.match(
      report.failure ?? "",
      /rds\.Instance payments-euw1-ledger-s0-instance\n {4}is deleted: .* give it an alias with its old name\.\n {4}Lost: the database/,
    );
  });
});

/** `subnetIds[2]` and `subnetIds[3]` -> `subnetIds`. */
function roots(properties: readonly string[]): string[] {
  return [...new Set(properties.map((property) => property.split(/[.[]/)[0] ?? property))].sort();
}
