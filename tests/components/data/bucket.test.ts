import assert from "node:assert/strict";
import { accessLogStatement, Bucket, keepAccessLogs } from "../../../components/data/bucket";
import { Region } from "../../../components/network/region";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { grantee } from "../../support/data";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const key = (name: string, opts = {}) => new Key(`${name}-key`, { description: "Reports" }, opts);

describe("Bucket", () => {
  componentContract("data", "Bucket", {
    minimal: (name, opts) => new Bucket(name, {}, opts),
    complete: (name, opts) => {
      const accessLogs: Bucket = new Bucket(
        `${name}-logs`,
        { policyStatements: (arn) => [accessLogStatement(arn, "123456789012")] },
        opts,
      );
      return new Bucket(
        name,
        {
          key: key(name, opts),
          expirationInDays: 400,
          coldStorage: { glacierDays: 90, deepArchiveDays: 180 },
          objectLock: { mode: "COMPLIANCE", days: 365 },
          accessLogs,
          nameSuffix: "reports",
          policyStatements: (arn) => [
            {
              Effect: "Allow",
              Principal: { Service: "cloudtrail.amazonaws.com" },
              Action: "s3:GetBucketAcl",
              Resource: arn,
            },
          ],
          environment: "development",
          tags: { team: "reports" },
          transform: { bucket: { forceDestroy: false }, policy: {} },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors(`Bucket "one"`, (name, key) => new Bucket(name, { key })),
      "an expiration of nothing": {
        build: (name) => new Bucket(name, { expirationInDays: 0 }),
        message: /Bucket "one": expirationInDays = 0 .* from 1/,
      },
      "cold storage in the first days": {
        build: (name) => new Bucket(name, { coldStorage: { deepArchiveDays: 30 } }),
        message: /Bucket "one": coldStorage.deepArchiveDays = 30 .* from 90/,
      },
      "an expiration before the days in cold storage that are paid for": {
        build: (name) => new Bucket(name, { coldStorage: { glacierDays: 90 }, expirationInDays: 100 }),
        message: /expirationInDays = 100 .* paid for 90 days there: give 180 or more/,
      },
      "a lock of nothing": {
        build: (name) => new Bucket(name, { objectLock: { mode: "GOVERNANCE", days: 0 } }),
        message: /objectLock.days = 0/,
      },
    },
  });

  it("is private, versioned and encrypted, and refuses plain HTTP and old TLS", async () => {
    const recording = await recordProgram(() => void new Bucket("b", { key: key("b") }));
    const access = named(recording, "b-public-access").inputs;
    for (const property of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"])
      assert.equal(access[property], true);
    const denials = statements(named(recording, "b-policy").inputs.policy);
    assert.deepEqual(
      denials.map(({ Effect, Principal }) => [Effect, Principal]),
      [
        ["Deny", "*"],
        ["Deny", "*"],
      ],
    );
    assert.deepEqual(denials[0]!.Condition, { Bool: { "aws:SecureTransport": "false" } });
    assert.deepEqual(denials[1]!.Condition, { NumericLessThan: { "s3:TlsVersion": "1.2" } });
  });

  it("sends its events to EventBridge, and its access logs to the bucket around it that keeps them", async () => {
    const recording = await recordProgram(() => {
      const region = new Region("r", { region: "eu-west-1" });
      new Bucket("before", {}, { parent: region });
      keepAccessLogs("kept", region);
      new Bucket("b", {}, { parent: region });
      new Bucket("far", { region: "us-east-1" }, { parent: region });
    });
    assert.equal(named(recording, "b-events").inputs.eventbridge, true);
    const logging = ofType(recording, "aws:s3/bucketLogging:BucketLogging");
    assert.deepEqual(
      logging.map(({ name, inputs }) => [name, inputs.targetBucket, inputs.targetPrefix]),
      [["b-access-logs", "test-kept-123456789012-eu-west-1", "s3/b/"]],
    );
    const [, , write] = statements(named(recording, "kept-policy").inputs.policy);
    assert.deepEqual(write!.Principal, { Service: "logging.s3.amazonaws.com" });
    assert.deepEqual(write!.Condition, { StringEquals: { "aws:SourceAccount": "123456789012" } });
  });

  it("grants reading and writing apart, under a prefix, with the key through S3 only", async () => {
    const recording = await recordProgram(() => {
      const bucket = new Bucket("b", { key: key("b") });
      bucket.grantRead(grantee("reader"), "daily/");
      bucket.grantWrite(grantee("writer"));
    });
    const arn = "arn:aws:s3:::test-b-123456789012-eu-west-1";
    const [get, list, decrypt] = statements(named(recording, "b-read-reader").inputs.policy);
    assert.equal(get!.Resource, `${arn}/daily/*`);
    assert.deepEqual(list!.Condition, { StringLike: { "s3:prefix": "daily/*" } });
    assert.deepEqual(decrypt!.Action, ["kms:Decrypt"]);
    assert.deepEqual(decrypt!.Condition, { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } });
    const [put] = statements(named(recording, "b-write-writer").inputs.policy);
    assert.deepEqual(put!.Action, ["s3:AbortMultipartUpload", "s3:PutObject"]);
    assert.equal(put!.Resource, `${arn}/*`);
  });

  it("is protected in production and emptied on destroy in development", async () => {
    const production = ofType(await recordProgram(() => void new Bucket("b")), "aws:s3/bucket:Bucket")[0]!;
    assert.deepEqual([production.protect, production.inputs.forceDestroy], [true, false]);
    const development = await recordProgram(() => void new Bucket("b", { environment: "development" }));
    const bucket = ofType(development, "aws:s3/bucket:Bucket")[0]!;
    assert.deepEqual([bucket.protect, bucket.inputs.forceDestroy], [false, true]);
  });

  it("keeps its name within S3's 63 characters in the longest region", async () => {
    const long = "payments-production-archive-of-every-report-ever-written";
    const recording = await recordProgram(() => void new Bucket(long, { region: "ap-southeast-2" }));
    const name = String(ofType(recording, "aws:s3/bucket:Bucket")[0]!.inputs.bucket);
    assert.ok(name.length <= 63 && name.endsWith("-123456789012-ap-southeast-2"), name);
  });
});
