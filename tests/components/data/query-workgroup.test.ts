import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Archive } from "../../../components/data/archive";
import { QueryWorkgroup, type QueryWorkgroupArgs } from "../../../components/data/query-workgroup";
import { DataStream } from "../../../components/messaging/data-stream";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, recordProgram, statements } from "../../support/record";

const ACCOUNT = "123456789012";
const WORKGROUP = `arn:aws:athena:eu-west-1:${ACCOUNT}:workgroup/test-w`;
const RESULTS = `arn:aws:s3:::test-w-results-${ACCOUNT}-eu-west-1`;
const bucketOf = (archive: string) => `arn:aws:s3:::test-${archive}-bucket-${ACCOUNT}-eu-west-1`;
const glue = (path: string) => `arn:aws:glue:eu-west-1:${ACCOUNT}:${path}`;
const THROUGH_ATHENA = { "ForAnyValue:StringEquals": { "aws:CalledVia": "athena.amazonaws.com" } };

const build = (name: string, args: Partial<QueryWorkgroupArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new QueryWorkgroup(name, { key: new Key(`${name}-key`, { description: "Results" }, opts), ...args }, opts);

function archive(name: string, opts?: pulumi.ComponentResourceOptions, region?: string): Archive {
  const key = new Key(`${name}-key`, { description: "Records", services: ["logs"], region }, opts);
  const stream = new DataStream(`${name}-stream`, { key, region }, opts);
  return new Archive(name, { key, stream, columns: { id: "string" }, region }, opts);
}

describe("QueryWorkgroup", () => {
  componentContract("data", "QueryWorkgroup", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const workgroup = build(
        name,
        {
          description: "Dashboards",
          scannedBytesLimit: 10_485_760,
          resultDays: 30,
          environment: "development",
          transform: { workgroup: { state: "DISABLED" } },
        },
        opts,
      );
      workgroup.grantQuery(new TestGrantee(`${name}-metabase`, opts), [archive(`${name}-archive`, opts)]);
      return workgroup;
    },
    errors: {
      ...keyErrors(`QueryWorkgroup "one"`, (name, key) => build(name, { key })),
      "a limit below AWS's least": {
        build: (name) => build(name, { scannedBytesLimit: 1000 }),
        message: /QueryWorkgroup "one": scannedBytesLimit = 1000 .* from 10485760/,
      },
      "results that are kept for ever": {
        build: (name) => build(name, { resultDays: 366 }),
        message: /resultDays = 366 .* from 1 to 365/,
      },
      "a description too long": {
        build: (name) => build(name, { description: "x".repeat(1025) }),
        message: /description = .* 1,024/,
      },
      "nothing to query": {
        build: (name) => build(name).grantQuery(new TestGrantee(`${name}-metabase`), []),
        message: /archives = \[\] .* at least 1 archive/,
      },
      "an archive of another region": {
        build: (name) =>
          build(name).grantQuery(new TestGrantee(`${name}-metabase`), [archive(`${name}-far`, {}, "us-east-1")]),
        message: /archives = "one-far" .* It is in us-east-1/,
      },
    },
  });

  it("lets no client override its limit, its encryption or where results go", async () => {
    const recording = await recordProgram(() => void build("w"));
    assert.deepEqual(named(recording, "w-workgroup").inputs.configuration, {
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      requesterPaysEnabled: false,
      bytesScannedCutoffPerQuery: 107_374_182_400,
      engineVersion: { selectedEngineVersion: "Athena engine version 3" },
      resultConfiguration: {
        outputLocation: `s3://test-w-results-${ACCOUNT}-eu-west-1/results/`,
        expectedBucketOwner: ACCOUNT,
        encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: named(recording, "w-key-key").outputs.arn },
      },
    });
    const [rule] = named(recording, "w-results-lifecycle").inputs.rules as Record<string, unknown>[];
    assert.deepEqual(rule?.expiration, { days: 7 });
  });

  it("gives a grantee its archives through Athena, and its results, and nothing else", async () => {
    const recording = await recordProgram(() => {
      archive("other");
      build("w").grantQuery(new TestGrantee("metabase"), [archive("a"), archive("b")]);
    });
    const granted = statements(named(recording, "w-query-metabase").inputs.policy);
    const actions = (test: RegExp) => granted.filter(({ Action }) => test.test(String(Action)));
    assert.deepEqual(
      actions(/^athena:/).map(({ Resource }) => Resource),
      [WORKGROUP, `arn:aws:athena:eu-west-1:${ACCOUNT}:datacatalog/AwsDataCatalog`, "*"],
    );
    assert.deepEqual(
      actions(/^glue:/).map(({ Resource }) => Resource),
      [
        [glue("catalog"), glue("database/default")],
        [glue("catalog"), glue("database/test_a"), glue("table/test_a/*")],
        [glue("catalog"), glue("database/test_b"), glue("table/test_b/*")],
      ],
    );
    assert.deepEqual(
      actions(/^s3:GetObject$/).map(({ Resource, Condition }) => [Resource, Condition]),
      ["a", "b"].map((name) => [`${bucketOf(name)}/records/*`, THROUGH_ATHENA]),
    );
    assert.deepEqual(
      actions(/^s3:ListBucket$/).map(({ Resource, Condition }) => [Resource, Condition]),
      [
        ...["a", "b"].map((name) => [bucketOf(name), { StringLike: { "s3:prefix": "records/*" }, ...THROUGH_ATHENA }]),
        [RESULTS, { StringLike: { "s3:prefix": "results/*" } }],
      ],
    );
    assert.deepEqual(
      actions(/PutObject/).map(({ Resource }) => Resource),
      [`${RESULTS}/results/*`],
    );
    assert.doesNotMatch(JSON.stringify(granted), /other|Delete|Create|Update/);
  });

  it("decrypts archives through Athena only, and results through S3", async () => {
    const recording = await recordProgram(
      () => void build("w").grantQuery(new TestGrantee("metabase"), [archive("a")]),
    );
    const keys = statements(named(recording, "w-query-metabase").inputs.policy).filter(({ Action }) =>
      /^kms:/.test(String(Action)),
    );
    const viaS3 = { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } };
    assert.deepEqual(
      keys.map(({ Action, Resource, Condition }) => [Action, Resource, Condition]),
      [
        [["kms:Decrypt"], named(recording, "a-key-key").outputs.arn, { ...viaS3, ...THROUGH_ATHENA }],
        [["kms:Decrypt", "kms:GenerateDataKey"], named(recording, "w-key-key").outputs.arn, viaS3],
      ],
    );
  });
});
