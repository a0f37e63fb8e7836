import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { coverageLines } from "../../policies/catalogue/coverage";
import { packs } from "../../policies/packs";
import type { Pack } from "../../policies/rule";

const FILE = join(__dirname, "..", "..", "docs", "policies.md");
const BEGIN = "<!-- prettier-ignore-start -->";
const END = "<!-- prettier-ignore-end -->";

function table({ name, title, rules }: Pack): string {
  const rows = rules.map(({ id, title: sentence, severity, requirements, controls, url, relaxedInDevelopment }) => {
    const what = relaxedInDevelopment === true ? `${sentence} Not asked in development.` : sentence;
    return `| [\`${id}\`](${url}) | ${severity} | ${requirements.join(", ")} | ${controls.join(", ") || "-"} | ${what} |`;
  });
  return [
    `### ${title}: \`${name}\`, ${rules.length} rules`,
    "",
    "| Rule | Severity | PCI DSS v4.0.1 | Security Hub | What must hold |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

const COVERAGE = /(<!-- coverage -->\n\n)[^]*?(\n\n## )/;

describe("docs/policies.md", () => {
  it("tells how much of the published lists the rules decide", () => {
    const text = readFileSync(FILE, "utf8");
    const lines = coverageLines(packs.flatMap(({ rules }) => rules)).map((line) => `    ${line}`);
    const fresh = text.replace(COVERAGE, (_, before: string, after: string) => before + lines.join("\n") + after);
    assert.match(text, COVERAGE);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(FILE, fresh);
    else assert.equal(text, fresh, "stale: run UPDATE_GOLDEN=1 npm test and review it");
  });

  it("lists the rules as they are", () => {
    const text = readFileSync(FILE, "utf8");
    const [before = "", rest = ""] = text.split(BEGIN);
    const after = rest.split(END)[1] ?? "";
    const fresh = [before, BEGIN, "\n\n", packs.map(table).join("\n\n"), "\n\n", END, after].join("");
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(FILE, fresh);
    else assert.equal(text, fresh, "stale: run UPDATE_GOLDEN=1 npm test and review it");
  });
});
