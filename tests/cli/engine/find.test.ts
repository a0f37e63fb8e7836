import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { Announcer } from "../../../cli/engine/announcer";
import { buildEngine } from "../../../cli/engine/build";
import { builtEngine, cacheFolder, engineProgram, GO_MODULE } from "../../../cli/engine/cache";
import { findEngine } from "../../../cli/engine/find";
import { ENGINE_VERSION, isSupported } from "../../../cli/engine/version";
import { UsageError } from "../../../cli/usage-error";

/** Programs of these suites are shell scripts. */
const describeOnUnix = process.platform === "win32" ? describe.skip : describe;

describeOnUnix("getting the engine", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let said: string;
  let announcer: Announcer;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-find-"));
    mkdirSync(join(folder, "bin"));
    env = { PATH: join(folder, "bin"), PALISADE_CACHE: join(folder, "cache"), PALISADE_OFFLINE: "1", HOME: folder };
    said = "";
    const stream = new PassThrough().on("data", (data: Buffer) => (said += data.toString()));
    announcer = new Announcer(stream, false);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function script(file: string, ...lines: string[]): string {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
    chmodSync(file, 0o755);
    return file;
  }
  const onPath = (name: string, ...lines: string[]) => script(join(folder, "bin", name), ...lines);
  /** A Go that writes what it was called with, and an engine where -o says. */
  const go = (...before: string[]) =>
    onPath(
      "go",
      `echo "$@" >> ${join(folder, "go.calls")}`,
      ...before,
      'while [ "$1" != "-o" ]; do shift; done',
      `printf '#!/bin/sh\\necho v${ENGINE_VERSION}\\n' > "$2"`,
      '/bin/chmod +x "$2"',
    );
  const calls = () => readFileSync(join(folder, "go.calls"), "utf8").trim().split("\n");

  it("takes pulumi from PATH when its version fits", async () => {
    const program = onPath("pulumi", "echo v3.250.1");
    assert.deepEqual(await findEngine(announcer, env), { program, version: "3.250.1", origin: "path" });
  });

  for (const version of ["3.229.9", "2.25.0", "4.0.0", "dev"]) {
    it(`refuses Pulumi ${version} on PATH, and says what to do`, async () => {
      onPath("pulumi", `echo ${version}`);
      await assert.rejects(findEngine(announcer, env), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, /works with 3\.230\.0 or newer, below 4\. Update it .* or take it from PATH/);
        return true;
      });
    });
  }

  it("refuses a pulumi on PATH that does not tell its version", async () => {
    onPath("pulumi", "exit 3");
    await assert.rejects(findEngine(announcer, env), /does not tell its version/);
  });

  it("passes over the npm downloader where it can download nothing", async () => {
    const modules = join(folder, "node_modules", ".bin");
    script(join(modules, "pulumi"), "echo 'pulumi: fetch failed' >&2", "exit 1");
    go();
    const engine = await findEngine(announcer, { ...env, PATH: `${modules}:${env.PATH}` });
    assert.equal(engine.origin, "build");
  });

  it("builds the pinned module once, into the cache, and finds it there the next time", async () => {
    go("echo 'go: downloading example.com/a v1.0.0' >&2", "echo example.com/a >&2");
    const first = await findEngine(announcer, env);
    assert.deepEqual([first.origin, first.version], ["build", ENGINE_VERSION]);
    assert.ok(first.program.startsWith(join(folder, "cache")));
    assert.match(said, /Building the Pulumi engine 3\.\d+\.\d+ with Go/);
    assert.match(said, /1 modules downloaded, 0 packages compiled/);
    assert.deepEqual(await findEngine(announcer, env), first);
    assert.equal(calls().length, 1);
    assert.match(
      calls()[0]!,
      /-mod=readonly .*version\.Version=v3\.245\.0 .*github\.com\/pulumi\/pulumi\/pkg\/v3\/cmd\/pulumi/,
    );
  });

  it("pins the version that it asks for, with checksums", () => {
    assert.ok(
      readFileSync(join(GO_MODULE, "go.mod"), "utf8").includes(`github.com/pulumi/pulumi/pkg/v3 v${ENGINE_VERSION}`),
    );
    assert.ok(
      readFileSync(join(GO_MODULE, "go.sum"), "utf8").includes(
        `github.com/pulumi/pulumi/pkg/v3 v${ENGINE_VERSION} h1:`,
      ),
    );
  });

  it("builds once when two runs start together", async () => {
    go("/bin/sleep 1");
    const cache = cacheFolder(env);
    const roots = await Promise.all([buildEngine(cache, announcer, env), buildEngine(cache, announcer, env)]);
    assert.deepEqual(roots, [{ root: builtEngine(cache) }, { root: builtEngine(cache) }]);
    assert.equal(calls().length, 1);
    assert.match(said, /Waiting for process \d+/);
  });

  it("takes over the lock of a build that was killed", async () => {
    go();
    const cache = cacheFolder(env);
    mkdirSync(join(cache, "engine"), { recursive: true });
    writeFileSync(`${builtEngine(cache)}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    assert.deepEqual(await buildEngine(cache, announcer, env), { root: builtEngine(cache) });
  });

  it("leaves nothing behind when the build fails, and says why", async () => {
    onPath("go", "echo 'verifying module: checksum mismatch' >&2", "exit 1");
    const cache = cacheFolder(env);
    const result = await buildEngine(cache, announcer, env);
    assert.match("reason" in result ? result.reason : "", /building it with Go failed: .*checksum mismatch/);
    assert.ok(!existsSync(engineProgram(builtEngine(cache))));
    assert.deepEqual(readdirSync(join(cache, "engine")), []);
  });

  it("says what to install where nothing can be had, and that check needs none of it", async () => {
    await assert.rejects(findEngine(announcer, env), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /pulumi is not on PATH/);
      assert.match(error.message, /switched off \(PALISADE_OFFLINE\)/);
      assert.match(error.message, /Go, which could build it, is not on PATH/);
      assert.match(error.message, /Install the Pulumi CLI .* or Go/);
      assert.match(error.message, /palisade check needs neither/);
      return true;
    });
  });

  it("keeps to the version range", () => {
    const supported = ["3.230.0", "v3.245.0", "3.265.1-alpha.1"].map(isSupported);
    assert.deepEqual(supported, [true, true, true]);
  });
});
