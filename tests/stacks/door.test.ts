import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parse } from "yaml";
import program from "../../stacks/program";
import { ROOT } from "../support/stack-file";

describe("the project as plain Pulumi reads it", () => {
  const { main, runtime } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8"));
  const load = createRequire(join(ROOT, "Pulumi.yaml"));

  it("leads to a function, which Pulumi's Node host calls: what is none would be outputs without resources", () => {
    const exported: unknown = load(`./${main}`);
    assert.equal(typeof exported, "function");
    assert.equal(exported, program);
  });

  it("has Node read TypeScript by tsx, and Pulumi's own compiler keep out", () => {
    assert.deepEqual(runtime, { name: "nodejs", options: { typescript: false, nodeargs: "--import tsx" } });
    assert.ok(load.resolve("tsx"));
  });
});
