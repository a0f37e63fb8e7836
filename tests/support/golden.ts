import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Recording } from "../../simulator";

const FOLDER = join(__dirname, "..", "golden");

/** The resources of a recording as a reviewer would want to read them: one key per URN tail, inputs sorted. */
export function inventory(recording: Recording): Record<string, unknown> {
  const entries = recording.resources
    .filter((resource) => resource.type !== "pulumi:pulumi:Stack")
    .map((resource): [string, unknown] => {
      const options = {
        ...(resource.protect ? { protect: true } : {}),
        ...(resource.ignoreChanges.length > 0 ? { ignoreChanges: resource.ignoreChanges } : {}),
      };
      return [
        `${resource.type} ${resource.name}`,
        sorted({ ...resource.inputs, ...(Object.keys(options).length > 0 ? { "(options)": options } : {}) }),
      ];
    });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Compares with tests/golden/<name>.json; `UPDATE_GOLDEN=1 npm test` writes it anew for review. */
export function assertGolden(name: string, actual: unknown): void {
  const file = join(FOLDER, `${name}.json`);
  const text = `${JSON.stringify(actual, null, 2)}\n`;
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  assert.ok(existsSync(file), `${file} is missing: run UPDATE_GOLDEN=1 npm test and review the new file`);
  assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(file, "utf8")), `differs from ${file}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
