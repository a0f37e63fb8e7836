import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionFolder } from "../../../cli/engine/session-folder";

describe("a session's temporary files", () => {
  let parent: string;
  const before = process.env.TMPDIR;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "palisade-parent-"));
    process.env.TMPDIR = parent;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(parent, { recursive: true, force: true });
  });

  it("lie in a folder that only its owner can read, and go with it", () => {
    const folder = new SessionFolder();
    assert.equal(statSync(folder.path).mode & 0o777, 0o700);
    assert.equal(tmpdir(), folder.path);
    mkdtempSync(join(tmpdir(), "automation-logs-up-"));
    folder.remove();
    assert.equal(tmpdir(), parent);
    assert.deepEqual(readdirSync(parent), []);
  });

  it("of a killed session go with the next one; those of others stay", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""], { env: { ...process.env, NODE_OPTIONS: "" } });
    const abandoned = join(parent, `palisade-session-${pid}-abcdef`);
    const others = [join(parent, `palisade-session-${process.ppid}-abcdef`), join(parent, "palisade-engine-abcdef")];
    for (const folder of [abandoned, ...others]) mkdirSync(folder);
    writeFileSync(join(abandoned, "eventlog.txt"), "{}");
    new SessionFolder().remove();
    assert.deepEqual(
      readdirSync(parent)
        .map((name) => join(parent, name))
        .sort(),
      others.sort(),
    );
  });
});
