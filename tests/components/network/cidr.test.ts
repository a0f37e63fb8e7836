import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cidrProblem,
  contains,
  overlaps,
  parseCidr,
  type Tier,
  vpcCidrProblem,
  ZONE_LETTERS,
  type ZoneLetter,
  zoneSubnets,
} from "../../../components/network/cidr";

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

/** Any canonical range with a prefix in [min, max]. */
const range = (min: number, max: number) =>
  fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min, max })).map(([address, prefix]) => {
    const size = 2 ** (32 - prefix);
    return `${dotted(Math.floor(address / size) * size)}/${prefix}`;
  });
const vpc = range(16, 20);
const zones = fc.uniqueArray(fc.constantFrom(...ZONE_LETTERS), { minLength: 1 });
const TIERS: Tier[] = ["public", "private", "isolated"];

const all = (cidr: string, letters: readonly ZoneLetter[]): string[] =>
  letters.flatMap((letter) => TIERS.map((tier) => zoneSubnets(cidr, letter)[tier]));

describe("CIDR allocation", () => {
  it("gives the ranges that the documentation shows", () => {
    assert.deepEqual(zoneSubnets("10.20.0.0/16", "a"), {
      private: "10.20.0.0/20",
      public: "10.20.16.0/21",
      isolated: "10.20.24.0/21",
    });
    assert.deepEqual(zoneSubnets("10.20.0.0/16", "h"), {
      private: "10.20.224.0/20",
      public: "10.20.240.0/21",
      isolated: "10.20.248.0/21",
    });
    assert.deepEqual(zoneSubnets("172.31.240.0/20", "b"), {
      private: "172.31.242.0/24",
      public: "172.31.243.0/25",
      isolated: "172.31.243.128/25",
    });
  });

  it("never overlaps, whatever the zones", () => {
    fc.assert(
      fc.property(vpc, zones, (cidr, letters) => {
        const subnets = all(cidr, letters);
        subnets.forEach((one, i) => subnets.slice(i + 1).forEach((other) => assert.ok(!overlaps(one, other))));
      }),
    );
  });

  it("stays inside the VPC, and eight zones fill it", () => {
    fc.assert(
      fc.property(vpc, (cidr) => {
        const subnets = all(cidr, ZONE_LETTERS);
        for (const subnet of subnets) assert.ok(contains(cidr, subnet), `${subnet} outside ${cidr}`);
        const used = subnets.reduce((sum, subnet) => sum + parseCidr(subnet).size, 0);
        assert.equal(used, parseCidr(cidr).size);
      }),
    );
  });

  it("gives half of a zone to private, a quarter each to public and isolated, in canonical form", () => {
    fc.assert(
      fc.property(vpc, fc.constantFrom(...ZONE_LETTERS), (cidr, letter) => {
        const slot = parseCidr(cidr).size / 8;
        const subnets = zoneSubnets(cidr, letter);
        assert.equal(parseCidr(subnets.private).size, slot / 2);
        assert.equal(parseCidr(subnets.public).size, slot / 4);
        assert.equal(parseCidr(subnets.isolated).size, slot / 4);
        for (const tier of TIERS) assert.equal(cidrProblem(subnets[tier]), undefined);
      }),
    );
  });

  it("moves nothing when zones are added, at any position", () => {
    fc.assert(
      fc.property(vpc, zones, zones, (cidr, before, added) => {
        const after = new Set(all(cidr, [...added, ...before.filter((letter) => !added.includes(letter))]));
        for (const subnet of all(cidr, before)) assert.ok(after.has(subnet));
      }),
    );
  });
});

describe("CIDR checks", () => {
  it("reads what it writes", () => {
    fc.assert(
      fc.property(range(0, 32), (cidr) => {
        const parsed = parseCidr(cidr);
        assert.equal(parsed.canonical, cidr);
        assert.equal(dotted(parsed.first), cidr.slice(0, cidr.indexOf("/")));
        assert.equal(parsed.size, 2 ** (32 - parsed.prefix));
      }),
    );
  });

  it("overlaps is symmetric, and holds exactly when one range contains the other", () => {
    fc.assert(
      fc.property(range(8, 28), range(8, 28), (one, other) => {
        assert.equal(overlaps(one, other), overlaps(other, one));
        assert.equal(overlaps(one, other), contains(one, other) || contains(other, one));
      }),
    );
    assert.ok(overlaps("10.20.0.0/16", "10.20.255.0/24"));
    assert.ok(!overlaps("10.20.0.0/16", "10.21.0.0/16"));
  });

  for (const text of ["", "10.20.0.0", "10.20/16", "10.20.0.0/33", "10.20.0.256/24", "0x0a.20.0.0/16", "fd00::/8"]) {
    it(`refuses "${text}" as a range`, () => {
      assert.match(cidrProblem(text) ?? "", /Give an IPv4 range/);
      assert.throws(() => parseCidr(text), /is not an IPv4 range/);
    });
  }

  it("names the canonical range of one with host bits", () => {
    assert.equal(cidrProblem("10.20.1.5/16"), "It has host bits set; the range that holds it is 10.20.0.0/16.");
    assert.equal(parseCidr("10.20.1.5/16").canonical, "10.20.0.0/16");
  });

  it("takes private ranges from /16 to /20 for a VPC and nothing else", () => {
    for (const good of ["10.20.0.0/16", "172.16.0.0/20", "192.168.0.0/16", "100.64.0.0/18"]) {
      assert.equal(vpcCidrProblem(good), undefined, good);
    }
    assert.match(vpcCidrProblem("10.0.0.0/15") ?? "", /from \/16 to \/20/);
    assert.match(vpcCidrProblem("10.0.0.0/21") ?? "", /from \/16 to \/20/);
    assert.match(vpcCidrProblem("11.0.0.0/16") ?? "", /private range/);
    assert.match(vpcCidrProblem("10.0.0.1/16") ?? "", /host bits/);
  });
});
