import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Recording } from "../../simulator";
import { recordStack } from "../support/record-stack";
import { ROOT } from "../support/stack-file";

interface Row {
  readonly line: number;
  readonly requirement: string;
  readonly components: readonly string[];
  readonly resources: readonly string[];
  readonly tests: readonly string[];
}

const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

/** Rows of the requirement tables: | what the seed asks | component | resources | test |. */
function rowsOf(file: string): Row[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .map((text, index) => ({
      cells: text
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
      line: index + 1,
    }))
    .filter(({ cells }) => cells.length === 4 && /`components\//.test(cells[1] ?? ""))
    .map(({ cells, line }) => ({
      line,
      requirement: cells[0]!,
      components: codes(cells[1]!),
      resources: codes(cells[2]!),
      tests: codes(cells[3]!),
    }));
}

const FOLDER = join(ROOT, "docs", "systems");
/** A system's table, and the stack files that together hold what it names. */
const STACKS: Readonly<Record<string, readonly string[]>> = {
  "book-lending.md": ["book-lending"],
  "credit-score.md": ["credit-score"],
  "payments.md": ["prod"],
  "rewards.md": ["rewards"],
  "ui-service.md": ["ui-service", "ui-service-dev"],
};

describe("requirement tables", () => {
  it("there is one for every system", () => assert.deepEqual(readdirSync(FOLDER).sort(), Object.keys(STACKS).sort()));

  for (const [file, stacks] of Object.entries(STACKS)) {
    describe(file, () => {
      const rows = rowsOf(join(FOLDER, file));
      let recordings: Recording[];
      before(async () => {
        recordings = await Promise.all(stacks.map((stack) => recordStack(stack)));
      });

      it("has rows", () => assert.ok(rows.length >= 20, `${rows.length} rows`));

      for (const row of rows) {
        it(`line ${row.line} points at something: ${row.requirement.slice(0, 70)}`, () => {
          assert.ok(row.components.length > 0 && row.tests.length > 0, "a cell is empty");
          for (const component of row.components)
            assert.ok(existsSync(join(ROOT, component)), `${component} is no file`);
          for (const resource of row.resources) {
            const [type, name] = resource.split(" ");
            const found = recordings.some(({ resources }) =>
              resources.some((r) => r.type === type && (name === undefined || r.name === name)),
            );
            assert.ok(found, `no ${resource} in ${stacks.join(", ")}`);
          }
          for (const reference of row.tests) {
            const [path, title] = reference.split(" › ");
            assert.ok(path && existsSync(join(ROOT, path)), `${path} is no file`);
            assert.ok(
              title && readFileSync(join(ROOT, path), "utf8").includes(title),
              `${path} has no test "${title}"`,
            );
          }
        });
      }
    });
  }
});
