import { createHash } from "node:crypto";

type Values = Readonly<Record<string, unknown>>;

/** Gives `n` bytes that nobody can foretell, or that are the same in every run: whoever calls decides. */
export type ByteSource = (n: number) => Buffer;

interface Drawn {
  readonly id: string;
  readonly outputs: Values;
}

const CLASSES = [
  { flag: "lower", least: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
  { flag: "upper", least: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  { flag: "numeric", least: "minNumeric", characters: "0123456789" },
  { flag: "special", least: "minSpecial", characters: "!@#$%&*()-_=+[]{}<>:?" },
] as const;
const BCRYPT = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ADVERBS =
  "briefly calmly early gladly kindly lightly mildly neatly openly quietly rarely safely simply truly".split(" ");
const ADJECTIVES = "able bold calm clear eager fair glad keen kind neat noble proud quick sound steady warm wise".split(
  " ",
);
const ANIMALS =
  "ant bee crane deer eagle falcon goose heron ibex jay koala lark mole newt otter quail robin seal".split(" ");

/** What the random provider makes of a resource's inputs, by type. Everything it makes is an output that the program can not give. */
export const RANDOM: Readonly<Record<string, (inputs: Values, bytes: ByteSource) => Drawn>> = {
  "random:index/randomBytes:RandomBytes": (inputs, bytes) => {
    const drawn = bytes(number(inputs.length, 1));
    return { id: drawn.toString("base64"), outputs: { base64: drawn.toString("base64"), hex: drawn.toString("hex") } };
  },
  "random:index/randomId:RandomId": (inputs, bytes) => idOf(inputs, bytes(number(inputs.byteLength, 1))),
  "random:index/randomInteger:RandomInteger": (inputs, bytes) => {
    const [min, max] = [number(inputs.min, 0), number(inputs.max, 0)];
    if (min > max) throw new Error(`The smallest value of a random integer, ${min}, is above its largest, ${max}.`);
    const result = min + below(max - min + 1, sourceOf(inputs, bytes));
    return { id: String(result), outputs: { result } };
  },
  "random:index/randomPassword:RandomPassword": (inputs, bytes) => ({
    id: "none",
    outputs: { result: text(inputs, bytes), bcryptHash: hashed(bytes) },
  }),
  "random:index/randomPet:RandomPet": (inputs, bytes) => {
    const length = number(inputs.length, 2);
    const separator = typeof inputs.separator === "string" ? inputs.separator : "-";
    const adverbs = Array.from({ length: Math.max(0, length - 2) }, () => one(ADVERBS, bytes));
    const words = [...adverbs, ...(length > 1 ? [one(ADJECTIVES, bytes)] : []), one(ANIMALS, bytes)];
    const prefix = typeof inputs.prefix === "string" && inputs.prefix !== "" ? [inputs.prefix] : [];
    return { id: [...prefix, ...words].join(separator), outputs: {} };
  },
  "random:index/randomShuffle:RandomShuffle": (inputs, bytes) => {
    const items = Array.isArray(inputs.inputs) ? inputs.inputs : [];
    const count = number(inputs.resultCount, items.length);
    const source = sourceOf(inputs, bytes);
    const results: unknown[] = [];
    // More than there are: the list is dealt out again.
    while (items.length > 0 && results.length < count) results.push(...shuffled(items, source));
    return { id: "-", outputs: { results: results.slice(0, count) } };
  },
  "random:index/randomString:RandomString": (inputs, bytes) => {
    const result = text(inputs, bytes);
    return { id: result, outputs: { result } };
  },
  "random:index/randomUuid:RandomUuid": (_, bytes) => identifier(bytes(16), 4),
  "random:index/randomUuid4:RandomUuid4": (_, bytes) => identifier(bytes(16), 4),
  "random:index/randomUuid7:RandomUuid7": (_, bytes) => {
    const drawn = bytes(16);
    // Milliseconds since 1970 in the first six bytes: of 1 January 2026, as the clock would make every run another.
    drawn.writeUIntBE(1_767_225_600_000 + drawn.readUInt32BE(0) / 64, 0, 6);
    return identifier(drawn, 7);
  },
};

/** Outputs that are secret whatever the program says of them. */
export const RANDOM_SECRETS: Readonly<Record<string, readonly string[]>> = {
  "random:index/randomBytes:RandomBytes": ["base64", "hex"],
  "random:index/randomPassword:RandomPassword": ["bcryptHash", "result"],
};

interface Imported extends Drawn {
  readonly inputs: Values;
}

/** What the provider makes of a value that was drawn elsewhere, named as `pulumi import` names it; undefined for types that it imports none of. */
export function imported(type: string, id: string): Imported | undefined {
  return IMPORTS[type]?.(id);
}

const IMPORTS: Readonly<Record<string, (id: string) => Imported>> = {
  "random:index/randomId:RandomId": (given) => {
    // The prefix, if there is one, before a comma.
    const at = given.lastIndexOf(",");
    const bytes = Buffer.from(given.slice(at + 1), "base64url");
    const inputs = { byteLength: bytes.length, ...(at < 0 ? {} : { prefix: given.slice(0, at) }) };
    return { inputs, ...idOf(inputs, bytes) };
  },
  "random:index/randomInteger:RandomInteger": (given) => {
    const [result, min, max, seed] = given.split(",");
    const inputs = { min: Number(min), max: Number(max), ...(seed === undefined ? {} : { seed }) };
    return { id: result ?? "", inputs, outputs: { result: Number(result) } };
  },
  "random:index/randomPassword:RandomPassword": (result) => ({
    id: "none",
    inputs: { length: result.length },
    outputs: { result, bcryptHash: hashed(seeded(result)) },
  }),
  "random:index/randomString:RandomString": (result) => ({
    id: result,
    inputs: { length: result.length },
    outputs: { result },
  }),
  "random:index/randomUuid:RandomUuid": (result) => ({ id: result, inputs: {}, outputs: { result } }),
  "random:index/randomUuid4:RandomUuid4": (result) => ({ id: result, inputs: {}, outputs: { result } }),
  "random:index/randomUuid7:RandomUuid7": (result) => ({ id: result, inputs: {}, outputs: { result } }),
};

function idOf(inputs: Values, bytes: Buffer): Drawn {
  const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
  const hex = bytes.toString("hex");
  return {
    id: bytes.toString("base64url"),
    outputs: {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
      dec: prefix + BigInt(`0x${hex}`).toString(),
      hex: prefix + hex,
    },
  };
}

/** In the shape of a bcrypt hash. Nobody can tell from it what it is of. */
const hashed = (bytes: ByteSource): string =>
  `$2a$10$${Array.from({ length: 53 }, () => pick(BCRYPT, bytes)).join("")}`;

/** Bytes that are the same in every run for the same seed. */
export function seeded(seed: string): ByteSource {
  let block = 0;
  let left = Buffer.alloc(0);
  return (n) => {
    while (left.length < n) {
      left = Buffer.concat([left, createHash("sha256").update(`${seed} ${block++}`).digest()]);
    }
    const taken = Buffer.from(left.subarray(0, n));
    left = left.subarray(n);
    return taken;
  };
}

/** The provider lets a program seed integers and shuffles. */
const sourceOf = (inputs: Values, bytes: ByteSource): ByteSource =>
  typeof inputs.seed === "string" && inputs.seed !== "" ? seeded(inputs.seed) : bytes;

/** As many of each class as asked for, the rest of all classes that are on. */
function text(inputs: Values, bytes: ByteSource): string {
  const classes = CLASSES.map(({ flag, least, characters }) => ({
    on: inputs[flag] ?? (flag === "numeric" ? (inputs.number ?? true) : true),
    least: number(inputs[least], 0),
    characters:
      flag === "special" && typeof inputs.overrideSpecial === "string" && inputs.overrideSpecial !== ""
        ? inputs.overrideSpecial
        : characters,
  })).filter(({ on }) => on === true);
  const all = classes.map(({ characters }) => characters).join("");
  if (all === "") throw new Error("A random string needs at least one class of characters.");
  const picked = classes.flatMap(({ least, characters }) =>
    Array.from({ length: least }, () => pick(characters, bytes)),
  );
  while (picked.length < number(inputs.length, 32)) picked.push(pick(all, bytes));
  return shuffled(picked, bytes).join("");
}

function identifier(bytes: Buffer, version: number): Drawn {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const h = bytes.toString("hex");
  const result = `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
  return { id: result, outputs: { result } };
}

const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

/** A number from 0 to `count` - 1. Of 48 bits, so that no remainder is likelier than another by more than one in a thousand million. */
const below = (count: number, bytes: ByteSource): number => bytes(6).readUIntBE(0, 6) % count;

const pick = (characters: string, bytes: ByteSource): string => characters.charAt(below(characters.length, bytes));

const one = (words: readonly string[], bytes: ByteSource): string => words[below(words.length, bytes)] ?? "";

function shuffled<T>(items: readonly T[], bytes: ByteSource): T[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = below(index + 1, bytes);
    const [a, b] = [result[index], result[other]];
    if (a !== undefined && b !== undefined) [result[index], result[other]] = [b, a];
  }
  return result;
}
