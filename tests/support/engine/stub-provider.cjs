// A provider small enough to see through: a resource is what its inputs say, kept in memory of the engine's state alone.
// Started as the simulator is: --cloud <file> --package <name>. Environment STUB says how it misbehaves.
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { main } = require("@pulumi/pulumi/provider");

const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
const cloud = argument("--cloud");
const mode = process.env.STUB ?? "";

const read = () => (existsSync(cloud) ? JSON.parse(readFileSync(cloud, "utf8")) : {});
const write = (resources) => writeFileSync(cloud, JSON.stringify(resources));

const provider = {
  version: "7.48.0",
  async check(_urn, _olds, news) {
    if (mode === "hang") {
      writeFileSync(`${cloud}.waits`, "");
      await new Promise(() => undefined);
    }
    return { inputs: news };
  },
  async diff(_id, _urn, olds, news) {
    const changed = Object.keys(news).filter((key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]));
    return { changes: changed.length > 0 };
  },
  async create(urn, inputs) {
    if (mode === "die") process.exit(3);
    if (mode === "fail") throw new Error("InsufficientCapacity: there is none left");
    if (mode === "slow") {
      writeFileSync(`${cloud}.waits`, "");
      while (!existsSync(`${cloud}.go`)) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const id = `id-${Object.keys(read()).length}`;
    write({ ...read(), [id]: { urn, inputs } });
    return { id, outs: { ...inputs, arn: `arn:aws:stub:::${id}` } };
  },
  async update(id, urn, _olds, news) {
    write({ ...read(), [id]: { urn, inputs: news } });
    return { outs: { ...news, arn: `arn:aws:stub:::${id}` } };
  },
  async delete(id) {
    const rest = read();
    delete rest[id];
    write(rest);
  },
};

process.stdin.on("close", () => process.exit(0)).resume();
void main(provider, []);
