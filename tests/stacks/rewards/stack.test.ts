import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { API_FUNCTIONS, ENTRANCES, routes } from "../../../stacks/rewards/api";
import { FUNCTIONS, SERVICES } from "../../../stacks/rewards/config";
import { named, ofType } from "../../support/record";
import { recordStack } from "../../support/record-stack";
import { HERE, listOf, RewardsRecording } from "../../support/rewards";
import { ROOT, stackValues } from "../../support/stack-file";
import { leaves, type StackRecording } from "../../support/stack-recording";

const ALL_FUNCTIONS = [...FUNCTIONS, "qr"] as const;

describe("rewards stack", function () {
  this.timeout(180_000);
  let prod: RewardsRecording;
  let dev: RewardsRecording;
  before(async () => {
    prod = await RewardsRecording.of("rewards");
    dev = await RewardsRecording.of("rewards-dev");
  });

  describe("data", () => {
    it("encrypts streams, tables, queues, secrets, the tracker and every log with customer keys", () => {
      const key = prod.arn("rewards-key-key");
      for (const { inputs, name } of ofType(prod.recording, "aws:kinesis/stream:Stream", 2))
        assert.deepEqual([inputs.encryptionType, inputs.kmsKeyId], ["KMS", key], name);
      for (const { inputs, name } of ofType(prod.recording, "aws:dynamodb/table:Table", 6)) {
        assert.deepEqual(inputs.serverSideEncryption, { enabled: true, kmsKeyArn: key }, name);
        assert.equal(inputs.deletionProtectionEnabled, true, name);
        assert.equal(Reflect.get(Object(inputs.pointInTimeRecovery), "enabled"), true, name);
        assert.equal(inputs.billingMode, "PAY_PER_REQUEST", name);
      }
      for (const { inputs, name } of ofType(prod.recording, "aws:sqs/queue:Queue"))
        assert.equal(inputs.kmsMasterKeyId, key, name);
      for (const { inputs, name } of ofType(prod.recording, "aws:secretsmanager/secret:Secret", 5))
        assert.ok(inputs.kmsKeyId, name);
      for (const name of ["rewards-tracker-tracker", "rewards-tracker-fences"])
        assert.equal(prod.inputs(name).kmsKeyId, key, name);
      for (const { inputs, name } of ofType(prod.recording, "aws:cloudwatch/logGroup:LogGroup", 10))
        assert.ok(inputs.kmsKeyId, name);
    });

    it("forgets where devices were, and keeps locked snapshots of the other tables", () => {
      assert.deepEqual(prod.inputs("rewards-devices-table").ttl, {
        enabled: true,
        attributeName: "expiresAt",
      });
      const backed = ofType(prod.recording, "aws:backup/selection:Selection").flatMap(({ inputs }) =>
        listOf(inputs.resources),
      );
      const tables = ["catalogs", "balances", "rules", "users-leases", "transactions-leases"];
      for (const table of tables) assert.ok(backed.includes(prod.arn(`rewards-${table}-table`)), table);
      assert.ok(!backed.includes(prod.arn("rewards-devices-table")));
      assert.equal(backed.length, tables.length + 2, "both databases beside");
    });

    it("keeps records for a week, and reads them with capacity of the users domain's own", () => {
      for (const topic of ["users", "transactions"]) {
        assert.equal(prod.inputs(`rewards-${topic}-events-stream`).retentionPeriod, 168);
        const consumer = named(
          prod.recording,
          `rewards-${topic}-events-users-domain`,
          "aws:kinesis/streamConsumer:StreamConsumer",
        );
        assert.equal(consumer.inputs.streamArn, prod.arn(`rewards-${topic}-events-stream`));
      }
    });

    it("archives both streams in Parquet by day, under a customer key, for Athena to find without a crawler", () => {
      for (const topic of ["users", "transactions"]) {
        const { extendedS3Configuration, kinesisSourceConfiguration } = named(
          prod.recording,
          `rewards-${topic}-archive-delivery`,
        ).inputs as { extendedS3Configuration: Record<string, unknown>; kinesisSourceConfiguration: object };
        assert.match(
          JSON.stringify(extendedS3Configuration.dataFormatConversionConfiguration),
          /"parquetSerDe":\{"compression":"SNAPPY"\}/,
        );
        assert.equal(extendedS3Configuration.kmsKeyArn, prod.arn("rewards-key-key"));
        assert.match(String(extendedS3Configuration.prefix), /^records\/day=/);
        assert.equal(
          Reflect.get(kinesisSourceConfiguration, "kinesisStreamArn"),
          prod.arn(`rewards-${topic}-events-stream`),
        );
        const { parameters, partitionKeys } = prod.inputs(`rewards-${topic}-archive-table`) as {
          parameters: Record<string, string>;
          partitionKeys: Array<{ name: string }>;
        };
        assert.deepEqual(
          partitionKeys.map(({ name }) => name),
          ["day"],
        );
        assert.equal(parameters["projection.enabled"], "true");
        assert.equal(parameters["projection.day.range"], "NOW-365DAYS,NOW", "what Glacier has, Athena cannot read");
      }
    });

    it("moves records to Glacier, to Deep Archive, and out, by the stack file", () => {
      const { glacierDays, deepArchiveDays, expireDays } = JSON.parse(stackValues("rewards")["palisade:archive"] ?? "");
      for (const topic of ["users", "transactions"]) {
        const { rules } = prod.inputs(`rewards-${topic}-archive-bucket-lifecycle`) as {
          rules: Array<{ filter: object; expiration?: object; transitions?: object[] }>;
        };
        assert.deepEqual(
          rules.flatMap(({ transitions = [] }) => transitions),
          [
            { days: glacierDays, storageClass: "GLACIER" },
            { days: deepArchiveDays, storageClass: "DEEP_ARCHIVE" },
          ],
        );
        assert.deepEqual(rules.find(({ expiration }) => expiration)?.expiration, { days: expireDays });
      }
    });

    it("limits what one query reads, and encrypts its results", () => {
      const { configuration } = prod.inputs("rewards-queries-workgroup") as {
        configuration: { bytesScannedCutoffPerQuery: number; enforceWorkgroupConfiguration: boolean };
      };
      assert.equal(configuration.bytesScannedCutoffPerQuery, 100 * 1024 ** 3);
      assert.equal(configuration.enforceWorkgroupConfiguration, true);
      assert.match(JSON.stringify(configuration), /"encryptionOption":"SSE_KMS"/);
    });

    it("keeps the users' database in two zones, encrypted, with 35 days of backups", () => {
      const { inputs } = named(prod.recording, "rewards-users-primary-cluster");
      assert.equal(inputs.engine, "aurora-postgresql");
      assert.deepEqual([inputs.storageEncrypted, inputs.kmsKeyId], [true, prod.arn("rewards-key-key")]);
      assert.deepEqual([inputs.backupRetentionPeriod, inputs.deletionProtection], [35, true]);
      assert.equal(inputs.iamDatabaseAuthenticationEnabled, true);
      const zones = ofType(prod.recording, "aws:rds/clusterInstance:ClusterInstance").map(
        ({ inputs }) => inputs.availabilityZone,
      );
      assert.equal(new Set(zones).size, 2);
    });
  });

  describe("API", () => {
    interface Operation {
      readonly security?: ReadonlyArray<Readonly<Record<string, unknown>>>;
      readonly "x-amazon-apigateway-integration": { readonly uri: string };
    }
    const operations = () => {
      const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
        String(prod.inputs("rewards-api-api").body),
      );
      return Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
      );
    };
    const leadsTo = ({ "x-amazon-apigateway-integration": { uri } }: Operation) => {
      const port = Number(/:(84\d\d)\//.exec(uri)?.[1]);
      const entrance = Object.entries(ENTRANCES).find(([, { listenerPort }]) => listenerPort === port)?.[0];
      return entrance ?? /function:rewards-rewards-([\w-]+):live\//.exec(uri)?.[1] ?? uri;
    };

    it("asks every caller for a token of a user who is signed in", () => {
      const all = operations();
      assert.equal(
        all.length,
        Object.values(routes)
          .flat()
          .flatMap(({ methods = [] }) => methods).length,
      );
      for (const { name, operation } of all) assert.deepEqual(operation.security, [{ cognito: [] }], name);
      const { securitySchemes } = JSON.parse(String(prod.inputs("rewards-api-api").body)).components;
      assert.deepEqual(securitySchemes.cognito["x-amazon-apigateway-authorizer"].providerARNs, [
        prod.arn("rewards-sign-in-pool"),
      ]);
    });

    it("leads where the documentation says", () => {
      const text = readFileSync(join(ROOT, "docs", "systems", "rewards.md"), "utf8");
      const told = [
        ...text.matchAll(/^\| `((?:GET|POST|PATCH)(?:, (?:GET|POST|PATCH))*) (\/[^`]*)` +\| `([\w-]+)` +\|/gm),
      ].flatMap(([, methods, path, to]) => (methods ?? "").split(", ").map((method) => `${method} ${path} ${to}`));
      assert.deepEqual(
        operations()
          .map(({ name, operation }) => `${name} ${leadsTo(operation)}`)
          .sort(),
        told.sort(),
      );
    });

    it("calls each function by its alias, for its own routes and nothing wider", () => {
      const api = `arn:aws:execute-api:${HERE}:${String(named(prod.recording, "rewards-api-api").id)}/live`;
      const permitted = ofType(prod.recording, "aws:lambda/permission:Permission")
        .filter(({ inputs }) => inputs.principal === "apigateway.amazonaws.com")
        .map(({ inputs }) => {
          assert.equal(inputs.qualifier, "live");
          return String(inputs.sourceArn).replace(`${api}/`, "").replace("/", " /");
        });
      const expected = operations()
        .filter(({ operation }) => API_FUNCTIONS.some((name) => name === leadsTo(operation)))
        .map(({ name }) => name);
      assert.deepEqual(permitted.sort(), expected.sort());
    });

    it("has no address but its own name", () => {
      assert.match(String(prod.inputs("rewards-api-api").body), /"disableExecuteApiEndpoint":true/);
    });
  });

  it("raises alarms for every part", () => {
    const alarms = ofType(prod.recording, "aws:cloudwatch/metricAlarm:MetricAlarm", 100).map(({ name }) => name);
    for (const alarm of [
      "api-server-errors",
      "assets-server-errors",
      "balances-throttled-writes",
      "catalog-polling-no-success",
      "cluster-api-errors",
      "cluster-failed-nodes",
      "cluster-pending-pods",
      "firewall-surge",
      "sign-in-risky",
      "nlb-onboarding-no-target",
      "tracker-nearby-undelivered",
      "tracking-dead-letters",
      "transactions-archive-late",
      "transactions-archive-conversion-failures",
      "transactions-events-users-domain-behind",
      "users-primary-cpu-a",
      "analytics-tasks-missing",
      "database-backups-job-failed",
      ...SERVICES.flatMap((name) => [`${name}-pods-missing`, `${name}-crash-loop`]),
      ...ALL_FUNCTIONS.flatMap((name) => [`${name}-errors`, `${name}-throttled`, `${name}-slow`]),
    ])
      assert.ok(alarms.includes(`rewards-${alarm}`), alarm);
    assert.ok(named(prod.recording, "rewards-dashboard-dashboard"));
  });

  it("puts out what clients, operators and a release need, and no secret", () => {
    const { outputs } = prod.recording;
    const paths = leaves(outputs).map(({ path }) => path);
    for (const path of [
      "apiUrl",
      "signIn.clientId",
      "cluster.name",
      "streams.transactions",
      "archives.users.table",
      "analytics.workgroup",
      "analytics.database.secretArn",
      "database.secretArn",
      "secretArns.serviceTls",
      "repositories.scoring",
      "repositories.metabase",
      "natAddresses.us-east-2a",
    ])
      assert.ok(paths.includes(path), path);
    const secrets = prod.secretValues();
    assert.ok(secrets.length > 0);
    const text = JSON.stringify(outputs);
    for (const secret of secrets) assert.ok(!text.includes(secret));
  });

  describe("development", () => {
    it("is the same system: the same services, grants and policies, smaller", () => {
      const shape = (stack: StackRecording) =>
        stack.resources
          .filter(({ type }) =>
            /^kubernetes:|rolePolicy:|kinesis\/|glue\/|lambda\/(function|alias)|dynamodb|eks\/(cluster|nodeGroup|addon)/.test(
              type,
            ),
          )
          // What watches the account, what is told of fewer sources or people, and what one copy needs none of.
          .filter(
            ({ name }) => !/baseline|account|vpc-flow|trail|-families-|-charities-|warm-up|analytics-alb/.test(name),
          )
          .map(({ type, name }) => `${type} ${name}`)
          .sort();
      assert.deepEqual(shape(dev), shape(prod));
    });

    it("differs in its stack file alone", () => {
      assert.equal(stackValues("rewards-dev")["palisade:system"], stackValues("rewards")["palisade:system"]);
      assert.equal(stackValues("rewards-dev")["palisade:environment"], "development");
    });
  });

  it("registers the same resources at a first preview", async () => {
    const urns = (recording: { resources: readonly { urn: string }[] }) =>
      recording.resources.map(({ urn }) => urn).sort();
    assert.deepEqual(urns(await recordStack("rewards", {}, { preview: true })), urns(prod.recording));
  });
});
