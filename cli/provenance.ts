import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Subject } from "../policies/evidence/evidence";
import type { Recording } from "../simulator";
import { CHECKOUT } from "./checkout";
import type { Project } from "./project";

/** Version of the platform. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8"));
  const found: unknown = typeof manifest === "object" && manifest ? Reflect.get(manifest, "version") : undefined;
  return typeof found === "string" ? found : "unknown";
}

/** What a report is about: the stack, the commit it was written in, and a digest of all that it registers. */
export function subjectOf(project: Project, recording: Recording): Subject {
  return {
    project: recording.project,
    stack: recording.stack,
    commit: commitOf(project.root),
    digest: digestOf(recording),
    resources: recording.resources.length,
  };
}

/** Undefined outside a git repository, or without git. */
function commitOf(folder: string): Subject["commit"] {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return { id: git("rev-parse", "HEAD"), modified: git("status", "--porcelain") !== "" };
  } catch {
    return undefined;
  }
}

/** Equal for equal programs and configurations: over URN and inputs of everything that is registered, in the order of their URNs. */
function digestOf({ resources }: Recording): string {
  const hash = createHash("sha256");
  const sorted = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  for (const { urn, inputs } of sorted) hash.update(`${urn}\n${JSON.stringify(ordered(inputs))}\n`);
  return `sha256:${hash.digest("hex")}`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, ordered(item)]),
  );
}
