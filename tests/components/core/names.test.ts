import assert from "node:assert/strict";
import fc from "fast-check";
import { fitName, NAME_RULES, type NameKind, partitionOf, shortRegion } from "../../../components/core";

const KINDS = Object.keys(NAME_RULES).filter((kind): kind is NameKind => kind in NAME_RULES);
const kind = fc.constantFrom(...KINDS);
/** Logical names as components make them: they begin with a letter. */
const logicalName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,120}$/);
const anyName = fc.string({ minLength: 1, maxLength: 600 }).filter((name) => /[A-Za-z0-9]/.test(name));

describe("physical names", () => {
  it("never exceed AWS's limit, room for a suffix included", () => {
    fc.assert(
      fc.property(kind, anyName, fc.integer({ min: 0, max: 12 }), (of, name, reserve) => {
        const fitted = fitName(of, name, reserve);
        assert.ok(fitted.length <= NAME_RULES[of].max - reserve, `${of} ${fitted}`);
      }),
    );
  });

  it("hold only what AWS takes, and neither begin nor end with a hyphen", () => {
    fc.assert(
      fc.property(kind, anyName, (of, name) => {
        const fitted = fitName(of, name);
        assert.doesNotMatch(fitted, new RegExp(NAME_RULES[of].refused.source));
        assert.doesNotMatch(fitted, /^-|-$|--/);
        if ("lowercase" in NAME_RULES[of]) assert.equal(fitted, fitted.toLowerCase());
      }),
    );
  });

  it("are the same in every run, and fitting a fitted name changes nothing", () => {
    fc.assert(
      fc.property(kind, anyName, (of, name) => {
        assert.equal(fitName(of, name), fitName(of, name));
        assert.equal(fitName(of, fitName(of, name)), fitName(of, name));
      }),
    );
  });

  it("keep two long names apart that differ only at the end", () => {
    fc.assert(
      fc.property(kind, logicalName, logicalName, (of, one, other) => {
        fc.pre(one.toLowerCase() !== other.toLowerCase());
        // Below the limit a name is kept as it is; what could clash is two that are cut at the same place.
        const stem = "payments-production-".repeat(60).slice(0, NAME_RULES[of].max);
        assert.notEqual(fitName(of, `${stem}-${one}`), fitName(of, `${stem}-${other}`));
      }),
    );
  });

  it("leave a name that fits as it is", () => {
    assert.equal(fitName("iamRole", "prod-use1-network-flow-logs"), "prod-use1-network-flow-logs");
    assert.equal(fitName("targetGroup", "x".repeat(32)), "x".repeat(32));
    assert.match(fitName("targetGroup", "x".repeat(33)), /^x{24}-[0-9a-f]{7}$/);
  });
});

describe("partitions", () => {
  for (const [region, id, suffix] of [
    ["eu-west-1", "aws", "amazonaws.com"],
    ["us-gov-west-1", "aws-us-gov", "amazonaws.com"],
    ["cn-north-1", "aws-cn", "amazonaws.com.cn"],
  ] as const) {
    it(`knows that ${region} is in ${id}`, () => {
      assert.deepEqual(partitionOf(region), { id, dnsSuffix: suffix });
    });
  }

  it("shortens regions to different codes", () => {
    const regions = [
      "us-east-1",
      "us-east-2",
      "us-west-1",
      "us-west-2",
      "ca-central-1",
      "ca-west-1",
      "sa-east-1",
      "mx-central-1",
      "eu-west-1",
      "eu-west-2",
      "eu-west-3",
      "eu-central-1",
      "eu-central-2",
      "eu-north-1",
      "eu-south-1",
      "eu-south-2",
      "ap-southeast-1",
      "ap-southeast-2",
      "ap-southeast-3",
      "ap-south-1",
      "ap-south-2",
      "ap-east-1",
      "ap-northeast-1",
      "ap-northeast-2",
      "ap-northeast-3",
      "me-south-1",
      "me-central-1",
      "il-central-1",
      "af-south-1",
      "us-gov-east-1",
      "us-gov-west-1",
      "cn-north-1",
      "cn-northwest-1",
    ];
    const codes = regions.map(shortRegion);
    assert.equal(new Set(codes).size, regions.length);
    assert.equal(shortRegion("us-east-1"), "use1");
    assert.equal(shortRegion("ap-southeast-2"), "apse2");
  });
});
