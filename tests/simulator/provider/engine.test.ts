import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Cloud, type CloudResource, keyOf } from "../../../simulator/cloud";
import { requireEngine } from "../../support/engine/engine";

interface Outcome {
  readonly changes?: Readonly<Record<string, number>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly failure?: string;
}

const SECRET = "correct-horse-battery-staple";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

describe("the simulator's provider in Pulumi's own engine", function () {
  this.timeout(180_000);
  // Made here, because mocha runs `after` for a suite that `requireEngine` has skipped as well.
  const folder = mkdtempSync(join(tmpdir(), "palisade-provider-"));
  let first: Outcome;

  before(requireEngine);
  before(async () => {
    first = await run("up");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function run(operation: string, more: { cidr?: string; faults?: string } = {}): Promise<Outcome> {
    const request = JSON.stringify({ operation, folder, secret: SECRET, ...more });
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, "engine-run.cjs"), request], {
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    return JSON.parse(stdout.trim().split("\n").pop() ?? "") as Outcome;
  }

  const cloud = (): Cloud => new Cloud(join(folder, "cloud.jsonl"));
  const named = (name: string): CloudResource =>
    cloud()
      .all()
      .find(({ logicalName }) => logicalName === name)!;
  const spec = (resource: CloudResource): Record<string, unknown> => ({ ...(resource.inputs.spec as object) });
  const files = (path: string): string[] =>
    statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => files(join(path, name))) : [path];

  it("creates resources, those of remote components and of another region's provider among them", () => {
    assert.equal(first.failure, undefined);
    assert.match(first.outputs?.vpc ?? "", /^arn:aws:ec2:eu-west-1:123456789012:vpc\/vpc-/);
    assert.match(first.outputs?.other ?? "", /^arn:aws:ec2:us-east-2:/);
    assert.match(first.outputs?.image ?? "", /\/images@sha256:/);
    assert.match(first.outputs?.queue ?? "", /^queue-[0-9a-f]{7}$/);
    const repository = cloud()
      .all()
      .find(({ type }) => type === "aws:ecr/repository:Repository");
    assert.equal(repository?.id, "images");
  });

  it("makes objects in a cluster, and values of each of random's types", () => {
    assert.match(first.outputs?.address ?? "", /^172\.20\./);
    assert.match(
      first.outputs?.values ?? "",
      /^[0-9a-f]{16} x-[0-9a-f]{16} \d [a-z]+-[a-z]+ [abc] [abc] [abc] \S{12} /,
    );
    assert.match(named("settings").id, /^shop\/settings-[0-9a-f]{8}$/);
    assert.equal(named("settings").region, "small");
  });

  it("finds nothing to change the second time, nor by a refresh", async () => {
    for (const operation of ["refresh", "up", "preview"]) {
      const { changes } = await run(operation);
      assert.deepEqual(Object.keys(changes ?? {}), ["same"], operation);
    }
  });

  it("leaves no secret readable in the state, its history or the cloud", () => {
    const encoded = Buffer.from(SECRET).toString("base64");
    const isIn = (text: string): boolean => text.includes(SECRET) || text.includes(encoded);
    const readable = files(folder).filter((file) => isIn(readFileSync(file, "utf8")));
    assert.deepEqual(readable, []);
  });

  it("finds what was changed behind its back, and restores it", async () => {
    const queue = named("queue");
    cloud().alter(keyOf(queue), (one) => ({ ...one, inputs: { ...one.inputs, visibilityTimeoutSeconds: 1 } }));
    cloud().alter(keyOf(named("subnet")), () => undefined);
    const api = cloud()
      .all()
      .find(({ type, logicalName }) => type === DEPLOYMENT && logicalName === "api")!;
    cloud().alter(keyOf(api), (one) => ({ ...one, inputs: { ...one.inputs, spec: { ...spec(one), replicas: 0 } } }));
    assert.deepEqual((await run("refresh")).changes?.update, 2);
    const { changes, outputs } = await run("up");
    assert.deepEqual([changes?.create, changes?.update], [1, 2]);
    assert.equal(named("queue").inputs.visibilityTimeoutSeconds, 60);
    assert.equal(spec(cloud().get(keyOf(api))!).replicas, 2);
    assert.equal(outputs?.values, first.outputs?.values);
  });

  it("stops at a creation that fails and goes on from there", async () => {
    const before = cloud().all().length;
    const failed = await run("up", { cidr: "10.7.0.0/16", faults: "fail:create:subnet" });
    assert.match(failed.failure ?? "", /create of subnet failed/);
    const { changes } = await run("up", { cidr: "10.7.0.0/16" });
    assert.equal(changes?.same !== undefined && Object.keys(changes).length > 1, true);
    assert.equal(cloud().all().length, before);
    assert.equal(named("vpc").inputs.cidrBlock, "10.7.0.0/16");
  });

  it("deletes everything and leaves nothing in the cloud", async () => {
    assert.equal((await run("destroy")).failure, undefined);
    assert.deepEqual(cloud().all(), []);
  });
});
