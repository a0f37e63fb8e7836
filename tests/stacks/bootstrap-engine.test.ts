import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { EngineStack } from "../support/engine/engine-stack";
import { requireEngine } from "../support/engine/engine";
import { ROOT } from "../support/stack-file";

describe("bootstrap stack in Pulumi's engine", function () {
  this.timeout(300_000);
  let stack: EngineStack;
  before(requireEngine);
  before(() => {
    stack = EngineStack.create("bootstrap");
  });
  after(() => stack?.remove());

  it("comes up, has nothing to do the second time, and keeps state and keys when it is destroyed", async () => {
    const up = await stack.run("up");
    assert.equal(up.succeeded, true, JSON.stringify(up.diagnostics));
    const again = await stack.run("up");
    assert.deepEqual([again.succeeded, again.changes], [true, []]);
    const before = stack.cloud.all().length;
    const { succeeded, failure = "" } = await stack.run("destroy");
    assert.equal(succeeded, false);
    for (const name of ["delivery-state-files-bucket", "delivery-state-key-key", "delivery-state-secrets-key-key"])
      assert.ok(failure.includes(name), failure);
    assert.equal(stack.cloud.all().length, before);
  });

  it("has its state moved to another backend, every resource of it", () => {
    const home = join(stack.folder, ".palisade");
    const elsewhere = join(stack.folder, "elsewhere");
    mkdirSync(elsewhere);
    const move = (...args: string[]) =>
      spawnSync(process.execPath, [join(ROOT, "bin", "move-state.mjs"), ...args, "--cwd", join(home, "project")], {
        encoding: "utf8",
        env: {
          ...process.env,
          NODE_OPTIONS: "",
          PULUMI_BACKEND_URL: pathToFileURL(join(home, "state")).href,
          PULUMI_CONFIG_PASSPHRASE_FILE: join(home, "passphrase"),
          PULUMI_HOME: join(home, "home"),
        },
      });
    const { status, stderr } = move("bootstrap", "--to", pathToFileURL(elsewhere).href);
    assert.equal(status, 0, stderr);
    const urns = (backend: string): string[] => {
      const file = join(backend, ".pulumi", "stacks", "palisade", "bootstrap.json");
      const state: { checkpoint: { latest: { resources: { urn: string }[] } } } = JSON.parse(
        readFileSync(file, "utf8"),
      );
      return state.checkpoint.latest.resources.map(({ urn }) => urn);
    };
    assert.ok(urns(elsewhere).length > 100);
    assert.deepEqual(urns(elsewhere), urns(join(home, "state")));

    const refused = move("bootstrap");
    assert.deepEqual([refused.status, refused.stdout], [2, ""]);
    assert.match(refused.stderr, /Usage: node bin\/move-state\.mjs STACK --to URL/);
  });
});
