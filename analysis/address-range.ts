/** A block of addresses of one family, both ends included. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32n, 6: 128n } as const;
const parsed = new Map<string, AddressRange | undefined>();
const MAX_PARSED = 50_000;

/** The addresses of a block in CIDR notation, or of a single address; undefined for anything else. */
export function addressRange(text: string): AddressRange | undefined {
  if (!parsed.has(text)) {
    if (parsed.size >= MAX_PARSED) parsed.clear();
    parsed.set(text, parse(text));
  }
  return parsed.get(text);
}

export function overlap(one: AddressRange, other: AddressRange): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** A range wider than any one owner has counts as all of the internet: 0.0.0.0/1 beside 128.0.0.0/1 is no restriction, nor is 2000::/3. */
export function isWholeInternet(cidr: unknown): boolean {
  return typeof cidr === "string" && /^(\d+\.\d+\.\d+\.\d+\/[0-7]|[0-9a-f:]*::\/\d)$/i.test(cidr);
}

/** Every address of its family, nothing left out: what a denial must name to deny the internet. */
export function isEveryAddress(cidr: unknown): boolean {
  return cidr === "0.0.0.0/0" || (typeof cidr === "string" && /^[0:]*::\/0$/.test(cidr));
}

/** Blocks that no router of the internet carries; a range inside them is no way in from there (RFC 1918, 6598, 3927, 4193, loopback). */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"];
const PRIVATE_V6 = ["fc00::/7", "fe80::/10", "::1/128"];

/** Does the block hold an address of the internet? One that can not be read may. */
export function reachesInternet(cidr: string): boolean {
  const range = addressRange(cidr);
  if (range === undefined) return true;
  return ![...PRIVATE, ...PRIVATE_V6].some((block) => {
    const closed = addressRange(block);
    return closed?.family === range.family && closed.first <= range.first && range.last <= closed.last;
  });
}

function parse(text: string): AddressRange | undefined {
  const [address = "", prefix] = text.trim().split("/");
  const family = address.includes(":") ? 6 : 4;
  const value = family === 6 ? parseV6(address) : parseV4(address);
  const length = prefix === undefined ? BITS[family] : /^\d{1,3}$/.test(prefix) ? BigInt(prefix) : -1n;
  if (value === undefined || length < 0n || length > BITS[family]) return undefined;
  const host = (1n << (BITS[family] - length)) - 1n;
  const first = value & ~host;
  return { family, first, last: first | host };
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const [head = "", tail, more] = text.split("::");
  if (more !== undefined) return undefined;
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [start, end] = [groups(head), groups(tail ?? "")];
  const missing = 8 - start.length - end.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...start, ...Array.from({ length: tail === undefined ? 0 : missing }, () => "0"), ...end];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
