import assert from "node:assert/strict";
import { Client } from "./client";

const type = (name: string): string => `random:index/random${name}:Random${name}`;

describe("the simulator's provider for random", () => {
  let client: Client;
  before(async () => {
    client = await Client.start({ package: "random", settings: {} });
  });
  after(() => client.stop());

  let count = 0;
  const draw = async (name: string, inputs: Record<string, unknown>) => {
    const { id, state } = await client.create(type(name), `one-${count++}`, inputs);
    return { id, ...state.values } as Record<string, unknown> & { id: string };
  };

  it("makes bytes, and an id that encodes them", async () => {
    const { id, base64, hex } = await draw("Bytes", { length: 12 });
    assert.equal(Buffer.from(String(base64), "base64").length, 12);
    assert.equal(Buffer.from(String(hex), "hex").toString("base64"), base64);
    assert.equal(id, base64);
  });

  it("makes ids in four notations of the same bytes, a prefix before each", async () => {
    const { id, hex, dec, b64Url, b64Std } = await draw("Id", { byteLength: 8, prefix: "p-" });
    const bytes = Buffer.from(id, "base64url");
    assert.equal(bytes.length, 8);
    assert.equal(hex, `p-${bytes.toString("hex")}`);
    assert.equal(dec, `p-${BigInt(`0x${bytes.toString("hex")}`)}`);
    assert.deepEqual([b64Url, b64Std], [`p-${id}`, `p-${bytes.toString("base64")}`]);
  });

  it("makes integers between both ends, always the same ones of a seed", async () => {
    const drawn = await Promise.all(Array.from({ length: 40 }, () => draw("Integer", { min: 3, max: 5 })));
    assert.deepEqual([...new Set(drawn.map(({ result }) => result))].sort(), [3, 4, 5]);
    assert.equal(drawn[0]?.id, String(drawn[0]?.result));
    const range = { min: 1, max: 1_000_000_000, seed: "blue" };
    assert.equal((await draw("Integer", range)).result, (await draw("Integer", range)).result);
    await assert.rejects(draw("Integer", { min: 5, max: 3 }), /smallest value/);
  });

  it("makes strings of the classes that are asked for", async () => {
    const { id, result } = await draw("String", { length: 40, special: false, upper: false, minNumeric: 30 });
    assert.match(String(result), /^[a-z0-9]{40}$/);
    assert.ok(String(result).replace(/\D/g, "").length >= 30);
    assert.equal(id, result);
    assert.match(String((await draw("String", { length: 9, overrideSpecial: "_", minSpecial: 9 })).result), /^_{9}$/);
    const none = { length: 4, lower: false, upper: false, numeric: false, special: false };
    await assert.rejects(draw("String", none), /at least one class/);
  });

  it("makes names of as many words as asked for", async () => {
    assert.match((await draw("Pet", {})).id, /^[a-z]+-[a-z]+$/);
    assert.match((await draw("Pet", { length: 4, separator: "_", prefix: "a" })).id, /^a(_[a-z]+){4}$/);
    assert.match((await draw("Pet", { length: 1 })).id, /^[a-z]+$/);
  });

  it("shuffles a list, and deals it out again where more are asked for than there are", async () => {
    const inputs = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const { results } = await draw("Shuffle", { inputs });
    assert.deepEqual([...(results as string[])].sort(), inputs);
    assert.equal(((await draw("Shuffle", { inputs, resultCount: 3 })).results as string[]).length, 3);
    const dealt = (await draw("Shuffle", { inputs: ["a", "b"], resultCount: 4 })).results as string[];
    assert.deepEqual([...dealt].sort(), ["a", "a", "b", "b"]);
    const seeded = async () => (await draw("Shuffle", { inputs, seed: "blue" })).results;
    assert.deepEqual(await seeded(), await seeded());
  });

  it("makes identifiers of the version asked for", async () => {
    for (const [name, version] of [
      ["Uuid", "4"],
      ["Uuid4", "4"],
      ["Uuid7", "7"],
    ]) {
      const { id, result } = await draw(name ?? "", {});
      assert.match(id, new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`));
      assert.equal(result, id);
    }
  });

  it("draws once: what it made stays through refreshes, and another setting makes another", async () => {
    for (const [name, inputs, change] of [
      ["Password", { length: 20 }, { length: 21 }],
      ["Id", { byteLength: 4 }, { byteLength: 4, keepers: { release: "2" } }],
      ["Pet", { length: 2 }, { length: 2, prefix: "a" }],
      ["Uuid", {}, { keepers: { release: "2" } }],
      ["Shuffle", { inputs: ["a", "b"] }, { inputs: ["a", "b", "c"] }],
    ] as const) {
      const made = await client.create(type(name), `kept-${name}`, { ...inputs });
      assert.deepEqual(await client.read(made), made, name);
      assert.deepEqual((await client.diff(made, { ...inputs })).changed, [], name);
      assert.notEqual((await client.diff(made, { ...change })).replaces.length, 0, name);
      assert.deepEqual((await client.update(made, { ...inputs })).state.values, made.state.values, name);
    }
    assert.deepEqual(client.provider.cloud.all(), []);
  });

  it("marks as secret what is, however it came to be", async () => {
    const nothing = { values: {}, secrets: [] };
    const made = await client.create(type("Password"), "marked", { length: 20 });
    const taken = await client.read({ ...made, id: "hunter2", inputs: nothing, state: nothing });
    for (const state of [made.state, taken?.state, (await client.update(made, { length: 20 })).state]) {
      assert.deepEqual(state?.secrets.map(([property]) => property).sort(), ["bcryptHash", "result"]);
    }
  });

  it("takes over values that were drawn elsewhere, as the provider imports them", async () => {
    const nothing = { values: {}, secrets: [] };
    const take = async (name: string, id: string) => {
      const found = await client.read({ type: type(name), name: "taken", id, inputs: nothing, state: nothing });
      return { id: found?.id, inputs: found?.inputs.values, state: found?.state.values };
    };
    const drawn = await draw("Id", { byteLength: 6, prefix: "a,b-" });
    const taken = await take("Id", `a,b-,${drawn.id}`);
    assert.deepEqual(taken.inputs, { byteLength: 6, prefix: "a,b-" });
    assert.equal(taken.state?.hex, drawn.hex);
    assert.deepEqual((await take("Integer", "7,1,9")).inputs, { min: 1, max: 9 });
    assert.equal((await take("Integer", "7,1,9,blue")).state?.result, 7);
    assert.equal((await take("String", "abc")).state?.result, "abc");
    const password = await take("Password", "hunter2");
    assert.deepEqual([password.id, password.state?.result, password.inputs], ["none", "hunter2", { length: 7 }]);
    assert.equal((await take("Uuid", "0a1b")).state?.result, "0a1b");
  });

  it("refuses what the provider would", async () => {
    const failures = async (name: string, inputs: Record<string, unknown>) =>
      (await client.check(type(name), "x", inputs)).failures.join();
    assert.match(await failures("String", {}), /length is required/);
    assert.match(await failures("Id", { byteLength: 0 }), /byteLength/);
    assert.match(await failures("Integer", { min: 1 }), /max is required/);
    assert.match(await failures("Shuffle", {}), /inputs is required/);
    await assert.rejects(client.create("random:index/randomColour:RandomColour", "x", {}), /no model for/);
  });
});
