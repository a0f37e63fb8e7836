import assert from "node:assert/strict";
import { Bucket } from "../../../components/data/bucket";
import { AccountBaseline } from "../../../components/security/account-baseline";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { named, ofType, recordProgram } from "../../support/record";

describe("AccountBaseline", () => {
  componentContract("security", "AccountBaseline", {
    minimal: (name, opts) => new AccountBaseline(name, {}, opts),
    complete: (name, opts) =>
      new AccountBaseline(
        name,
        {
          key: new Key(`${name}-own-key`, { description: "Trail", services: ["cloudtrail", "logs"] }, opts),
          trail: "create",
          retentionInDays: 730,
          dataEvents: ["lambda"],
          accessLogs: new Bucket(`${name}-logs`, {}, opts),
          passwordPolicy: "create",
          publicAccessBlock: "create",
          configRole: "existing",
          supportRole: "existing",
          tags: { team: "security" },
        },
        opts,
      ),
    errors: {
      "options of a trail that is somebody else's": {
        build: (name) => new AccountBaseline(name, { trail: "existing", retentionInDays: 730 }),
        message: /AccountBaseline "one": retentionInDays = 730 .* trail is `existing`/,
      },
      "a key for a trail that is somebody else's": {
        build: (name) =>
          new AccountBaseline(name, { trail: "existing", key: new Key(`${name}-k`, { description: "x" }) }),
        message: /key = "one-k" .* trail is `existing`/,
      },
    },
  });

  it("makes nothing where everything exists", async () => {
    const recording = await recordProgram(
      () =>
        void new AccountBaseline("account", {
          trail: "existing",
          passwordPolicy: "existing",
          publicAccessBlock: "existing",
          configRole: "existing",
          supportRole: "existing",
        }),
    );
    assert.deepEqual(
      recording.resources.filter((r) => r.custom && r.type.startsWith("aws:")),
      [],
    );
  });

  it("asks of passwords what PCI DSS 8.3 asks, or more", async () => {
    const recording = await recordProgram(() => void new AccountBaseline("account"));
    const policy = named(recording, "account-password-policy").inputs;
    assert.ok(Number(policy.minimumPasswordLength) >= 12);
    assert.ok(Number(policy.maxPasswordAge) <= 90);
    assert.ok(Number(policy.passwordReusePrevention) >= 4);
  });

  it("blocks public access in all four ways", async () => {
    const recording = await recordProgram(() => void new AccountBaseline("account"));
    assert.deepEqual(named(recording, "account-public-access").inputs, {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  });

  it("makes a key that CloudTrail can describe as well as encrypt with", async () => {
    const recording = await recordProgram(() => void new AccountBaseline("account"));
    const policy = String(named(recording, "account-key-key").inputs.policy);
    assert.match(policy, /"Service":"cloudtrail.amazonaws.com"/);
    assert.match(policy, /kms:DescribeKey/);
    assert.doesNotMatch(policy, /EncryptionContext:aws:cloudtrail/);
    assert.equal(ofType(recording, "aws:kms/key:Key").length, 1);
  });
});
