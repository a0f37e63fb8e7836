import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "../../simulator/provider/values";
import { findSecrets } from "../support/engine/find-secrets";
import { recordStack } from "../support/record-stack";
import { ROOT } from "../support/stack-file";

describe("secrets in palisade check", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "palisade-reports-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("stand in no report of any format", async () => {
    const { resources } = await recordStack("prod");
    const secrets = Object.fromEntries(
      resources.flatMap(({ name, type, inputs, outputs, secretPaths }) => {
        const given = secretPaths.map((path) => [`${name}.${path}`, at(inputs, path.split("."))]);
        if (type.endsWith(":RandomPassword")) given.push([`${name}.result`, outputs.result]);
        return given.filter((one): one is [string, string] => typeof one[1] === "string" && one[1].length >= 8);
      }),
    );
    assert.ok(Object.keys(secrets).length >= 10, Object.keys(secrets).join());

    const formats = ["table", "evidence", "sarif", "junit", "markdown"];
    const reports = formats.flatMap((format) => ["--report", `${format}=${join(folder, format)}`]);
    const check = (...args: string[]) =>
      execFileSync(process.execPath, [join(ROOT, "bin", "palisade.mjs"), "check", "prod", ...args], {
        cwd: ROOT,
        encoding: "utf8",
        env: { ...process.env, NODE_OPTIONS: "" },
        maxBuffer: 2 ** 28,
      });
    const printed = { text: check("--full", ...reports), json: check("--json") };
    assert.deepEqual(findSecrets(secrets, printed, folder), []);
  });
});
