import assert from "node:assert/strict";
import { fork, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cloud, type CloudResource, keyOf } from "../../../simulator/cloud";
import { Client } from "./client";

const WRITER = join(__dirname, "cloud-writer.cjs");

function queue(n: number): CloudResource {
  const name = `q${n}`;
  return {
    type: "aws:sqs/queue:Queue",
    id: name,
    region: "eu-west-1",
    urn: `urn:${name}`,
    logicalName: name,
    generation: 0,
    inputs: { name },
  };
}

describe("the simulator's cloud", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-cloud-"));
    file = join(folder, "cloud.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ids = (cloud: Cloud): string[] => cloud.all().map(({ id }) => id);

  it("survives the process, the generations of what was deleted included", async () => {
    const first = await Client.start({ cloud: file });
    const vpc = await first.create("aws:ec2/vpc:Vpc", "main", { cidrBlock: "10.0.0.0/16" });
    const gone = await first.create("aws:ec2/eip:Eip", "gone", { domain: "vpc" });
    await first.delete(gone);
    await first.stop();
    const second = await Client.start({ cloud: file });
    assert.deepEqual(await second.read(vpc), vpc);
    assert.notEqual((await second.create("aws:ec2/eip:Eip", "gone", { domain: "vpc" })).id, gone.id);
    await second.stop();
  });

  it("shows one process what another has done", () => {
    const [one, other] = [new Cloud(file), new Cloud(file)];
    one.transaction(({ put }) => put(queue(1)));
    assert.deepEqual(ids(other), ["q1"]);
    other.transaction(({ remove, put }) => {
      remove(keyOf(queue(1)));
      put(queue(2));
    });
    assert.deepEqual(ids(one), ["q2"]);
  });

  it("keeps nothing of a transaction that throws", () => {
    const cloud = new Cloud(file);
    assert.throws(() =>
      cloud.transaction(({ put }) => {
        put(queue(1));
        throw new Error("no");
      }),
    );
    assert.deepEqual(ids(cloud), []);
    assert.ok(!existsSync(`${file}.lock`));
  });

  it("drops the half line of a process that was killed while writing it", () => {
    new Cloud(file).transaction(({ put }) => put(queue(1)));
    appendFileSync(file, '[{"put":{"type":"aws:sqs/que');
    const cloud = new Cloud(file);
    assert.deepEqual(ids(cloud), ["q1"]);
    cloud.transaction(({ put }) => put(queue(2)));
    assert.deepEqual(ids(new Cloud(file)), ["q1", "q2"]);
  });

  it("takes over the lock of a process that is dead, and not that of one that lives", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(`${file}.lock`, String(pid));
    const cloud = new Cloud(file);
    cloud.transaction(({ put }) => put(queue(1)));
    assert.deepEqual(ids(cloud), ["q1"]);
    writeFileSync(`${file}.lock`, String(process.pid));
    const waiting = spawnSync(process.execPath, ["--import", "tsx", WRITER, file, "0", "1"], { timeout: 1500 });
    assert.equal(waiting.signal, "SIGTERM");
    assert.deepEqual(ids(cloud), ["q1"]);
  });

  it("is whole after several processes have written at once and some of them were killed", async function () {
    this.timeout(60_000);
    const writers = [0, 1, 2].map((n) =>
      fork(WRITER, [file, String(n * 1000), "400"], { execArgv: ["--import", "tsx"] }),
    );
    const ended = writers.map((writer) => new Promise<void>((resolve) => writer.once("exit", () => resolve())));
    await new Promise((resolve) => writers[2]!.once("message", resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    writers[2]!.kill("SIGKILL");
    await Promise.all(ended);
    const cloud = new Cloud(file);
    const found = ids(cloud).map((id) => Number(id.slice(1)));
    assert.equal(found.filter((n) => n < 2000).length, 800);
    const killed = found.filter((n) => n >= 2000).sort((a, b) => a - b);
    assert.deepEqual(
      killed,
      Array.from({ length: killed.length }, (_, n) => 2000 + n),
    );
    cloud.transaction(({ put }) => put(queue(9000)));
    assert.ok(ids(cloud).includes("q9000"));
  });

  it("is rewritten when most of it is history, without other processes noticing", () => {
    const [one, other] = [new Cloud(file), new Cloud(file)];
    one.transaction(({ put }) => put(queue(1)));
    assert.deepEqual(ids(other), ["q1"]);
    const inode = statSync(file).ino;
    for (let n = 0; n < 4100; n++)
      one.alter(keyOf(queue(1)), (resource) => ({ ...resource, inputs: { name: "q1", n } }));
    assert.notEqual(statSync(file).ino, inode);
    assert.ok(readFileSync(file, "utf8").split("\n").length < 1000);
    assert.equal(other.all()[0]?.inputs.n, 4099);
    other.transaction(({ put }) => put(queue(2)));
    assert.deepEqual(ids(one), ["q1", "q2"]);
  });

  it("refuses a file of another version", () => {
    writeFileSync(file, '{"version":99,"salt":""}\n');
    assert.throws(() => new Cloud(file).all(), /another version/);
  });
});
