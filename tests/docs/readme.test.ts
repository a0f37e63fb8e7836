import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findProject } from "../../cli/project";
import { checkStack } from "../../cli/check";
import { renderTerminal } from "../../cli/render/terminal";
import { ROOT } from "../support/stack-file";

const ELLIPSIS = "...";

describe("README", () => {
  it("shows what npm start really prints, apart from what it leaves out", async function () {
    this.timeout(30_000);
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const block = /```text\n([\s\S]*?)```/.exec(readme)?.[1]?.trimEnd().split("\n") ?? [];
    assert.ok(block.length > 20, "the README has no output");
    const printed = renderTerminal(await checkStack(findProject(ROOT), "prod"), false, false).split("\n");
    let at = 0;
    for (const line of block) {
      if (line.trim() === ELLIPSIS) continue;
      const found = printed.indexOf(line, at);
      assert.notEqual(found, -1, `README shows a line that npm start does not print (any more): ${line}`);
      at = found + 1;
    }
  });
});
