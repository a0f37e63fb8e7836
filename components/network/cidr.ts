import ipaddr from "ipaddr.js";

/** An IPv4 range. */
export interface Cidr {
  /** First address, as an unsigned 32-bit number. */
  readonly first: number;
  /** Bits of the network part, 0-32. */
  readonly prefix: number;
  /** Addresses in it. */
  readonly size: number;
  /** As AWS writes it: no host bits, e.g. `10.20.0.0/16`. */
  readonly canonical: string;
}

/** `public` has a route to the internet, `private` a NAT gateway, `isolated` neither. */
export type Tier = "public" | "private" | "isolated";

/**
 * Zone letters that have a slot. No region has had more than six zones (us-east-1), and a slot must be fixed before the zone is
 * used, or adding a zone would move the others.
 */
export const ZONE_LETTERS = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;
export type ZoneLetter = (typeof ZONE_LETTERS)[number];

/**
 * Prefix lengths that a VPC of ours may have. AWS allows /16 to /28 (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html);
 * below /20 a zone's smaller subnets would have fewer than 128 addresses.
 */
export const VPC_PREFIX = { min: 16, max: 20 } as const;

/** A slot is an eighth of the VPC: three bits. */
const SLOT_BITS = 3;

/** Reads an IPv4 range in four-part decimal form. Throws a RangeError that says what is wrong. */
export function parseCidr(text: string): Cidr {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    throw new RangeError(`"${text}" is not an IPv4 range such as 10.20.0.0/16.`);
  }
  const [, prefix] = ipaddr.IPv4.parseCIDR(text);
  const network = ipaddr.IPv4.networkAddressFromCIDR(text);
  const first = network.octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return { first, prefix, size: 2 ** (32 - prefix), canonical: `${network.toString()}/${prefix}` };
}

/** What keeps `text` from being an IPv4 range as AWS writes it, as a full sentence with the fix; undefined when nothing does. */
export function cidrProblem(text: string): string | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return "Give an IPv4 range such as 10.20.0.0/16.";
  const { canonical } = parseCidr(text);
  return canonical === text ? undefined : `It has host bits set; the range that holds it is ${canonical}.`;
}

/** What keeps `text` from being the range of a VPC that is divided into zones, likewise. */
export function vpcCidrProblem(text: string): string | undefined {
  const malformed = cidrProblem(text);
  if (malformed !== undefined) return malformed;
  const { prefix } = parseCidr(text);
  if (prefix < VPC_PREFIX.min || prefix > VPC_PREFIX.max) {
    return `Give a range from /${VPC_PREFIX.min} to /${VPC_PREFIX.max}: its eighths are the zones.`;
  }
  const kind = ipaddr.IPv4.networkAddressFromCIDR(text).range();
  if (kind !== "private" && kind !== "carrierGradeNat") {
    return "Give a private range, within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10: a public one would hide its real owner.";
  }
  return undefined;
}

/** True when the two ranges share an address. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

/** True when every address of `inner` is in `outer`. */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [parseCidr(outer), parseCidr(inner)];
  return a.first <= b.first && b.first + b.size <= a.first + a.size;
}

/**
 * The subnets of one zone in a VPC's range: an eighth of it, chosen by the zone's letter alone, so that adding or removing a zone
 * moves no other. Half of the eighth is private, a quarter public, a quarter isolated.
 */
export function zoneSubnets(vpc: string, letter: ZoneLetter): Readonly<Record<Tier, string>> {
  const range = parseCidr(vpc);
  const slotPrefix = range.prefix + SLOT_BITS;
  const slotSize = range.size / 2 ** SLOT_BITS;
  const slot = range.first + ZONE_LETTERS.indexOf(letter) * slotSize;
  return {
    private: block(slot, slotPrefix + 1),
    public: block(slot + slotSize / 2, slotPrefix + 2),
    isolated: block(slot + (slotSize * 3) / 4, slotPrefix + 2),
  };
}

function block(first: number, prefix: number): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}
