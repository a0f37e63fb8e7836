import assert from "node:assert/strict";
import { Bucket } from "../../../components/data/bucket";
import { Certificate } from "../../../components/edge/certificate";
import { ContentStore, type ContentStoreArgs } from "../../../components/edge/content-store";
import { Dns } from "../../../components/edge/dns";
import { Firewall } from "../../../components/edge/firewall";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, recordProgram, statements } from "../../support/record";

const HOST = "assets.example.com";
const BUCKET = "test-store-files-123456789012-us-east-1";

/** Everything a store needs, each named after it. */
function parts(name: string) {
  const region = "us-east-1";
  const services = ["cloudfront", "log-delivery", "logs"] as const;
  const key = new Key(`${name}-key`, { description: "Assets", services, region });
  const dns = new Dns(`${name}-dns`, { domain: "example.com", zoneId: "Z0123456789ABCDEFGHIJ" });
  return {
    domainNames: [HOST],
    key,
    dns,
    certificate: new Certificate(`${name}-cert`, { domainName: HOST, zone: dns, region }),
    firewall: new Firewall(`${name}-firewall`, { scope: "CLOUDFRONT", key }),
  };
}
const store = (name: string, args: Partial<ContentStoreArgs> = {}) =>
  new ContentStore(name, { ...parts(name), ...args });

describe("ContentStore", () => {
  componentContract("edge", "ContentStore", {
    minimal: (name, opts) => new ContentStore(name, parts(name), opts),
    complete: (name, opts) => {
      const content = new ContentStore(
        name,
        {
          ...parts(name),
          contentTypes: ["application/pdf", "image/png"],
          maxUploadMiB: 5120,
          uploadFrom: ["https://merchants.example.com"],
          allowedCountries: ["US"],
          accessLogs: new Bucket(`${name}-access`, { region: "us-east-1" }),
          environment: "development",
          transform: { distribution: (args) => void (args.comment = "Assets") },
        },
        opts,
      );
      content.grantUpload(new TestGrantee(`${name}-uploads`, opts), "merchants/");
      return content;
    },
    errors: {
      "no name": { build: (name) => store(name, { domainNames: [] }), message: /domainNames = \[\] .* at least 1/ },
      "no kind of file": {
        build: (name) => store(name, { contentTypes: [] }),
        message: /ContentStore "one": contentTypes = \[\] .* at least 1/,
      },
      "a kind of file twice": {
        build: (name) => store(name, { contentTypes: ["image/png", "image/png"] }),
        message: /"image\/png" stands twice/,
      },
      "half a kind of file": {
        build: (name) => store(name, { contentTypes: ["image/*"] }),
        message: /contentTypes = "image\/\*" .* whole types/,
      },
      "files that run scripts": {
        build: (name) => store(name, { contentTypes: ["image/svg+xml"] }),
        message: /contentTypes = "image\/svg\+xml" .* runs scripts/,
      },
      "files larger than a form can send": {
        build: (name) => store(name, { maxUploadMiB: 5121 }),
        message: /maxUploadMiB = 5121 .* from 1 to 5120/,
      },
      "an empty list of origins": {
        build: (name) => store(name, { uploadFrom: [] }),
        message: /uploadFrom = \[\] .* at least 1/,
      },
      "uploads from everywhere": {
        build: (name) => store(name, { uploadFrom: ["*"] }),
        message: /uploadFrom = "\*" .* whole origins/,
      },
      ...keyErrors(
        `ContentStore "one"`,
        (name, key) => store(name, { key }),
        ["cloudfront", "log-delivery"],
        "us-east-1",
      ),
    },
  });

  it("lets CloudFront's distribution read the files, and nobody else", async () => {
    const recording = await recordProgram(() => void store("store"));
    const [, , reads, ...others] = statements(named(recording, "store-files-policy").inputs.policy);
    assert.deepEqual(others, []);
    assert.deepEqual(reads, {
      Sid: "CloudFrontReads",
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${BUCKET}/assets/*`,
      Condition: { StringEquals: { "aws:SourceArn": named(recording, "store-distribution").outputs.arn } },
    });
  });

  it("lets a signer upload by forms only, encrypted with the key, and read nothing", async () => {
    const recording = await recordProgram(
      () => void store("store").grantUpload(new TestGrantee("uploads"), "merchants/"),
    );
    const keyArn = named(recording, "store-key-key").outputs.arn;
    assert.deepEqual(statements(named(recording, "store-upload-uploads").inputs.policy), [
      {
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${BUCKET}/assets/merchants/*`,
        Condition: {
          StringEquals: {
            "s3:authType": "POST",
            "s3:x-amz-server-side-encryption": "aws:kms",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn,
          },
        },
      },
      {
        Effect: "Allow",
        Action: "kms:GenerateDataKey",
        Resource: keyArn,
        Condition: { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
      },
    ]);
  });

  it("tells signers where, what and how much", async () => {
    let rules = "";
    const recording = await recordProgram(() => {
      store("store", { maxUploadMiB: 2 }).uploadRules.apply((text) => void (rules = text));
    });
    assert.deepEqual(JSON.parse(rules), {
      url: `https://${BUCKET}.s3.us-east-1.amazonaws.com/`,
      bucket: BUCKET,
      prefix: "assets/",
      contentTypes: ["image/avif", "image/jpeg", "image/png", "image/webp"],
      maxBytes: 2_097_152,
      fields: {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": named(recording, "store-key-key").outputs.arn,
      },
    });
  });

  it("lets no file act as a page", async () => {
    const recording = await recordProgram(() => void store("store"));
    const headers = JSON.stringify(named(recording, "store-headers").inputs);
    assert.match(headers, /default-src 'none'; frame-ancestors 'none'; sandbox/);
    const distribution = named(recording, "store-distribution").inputs;
    assert.equal(distribution.defaultRootObject, "assets/index.html");
    assert.doesNotMatch(JSON.stringify(distribution), /functionAssociations/);
  });
});
