import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { EngineStack } from "./engine-stack";
import { ROOT } from "../stack-file";

const FOLDER = join(ROOT, "tests", "golden", "releases");
const STACK = "dev";
/** What a folder needs to be the deployed stack. */
const FILES = [
  `Pulumi.${STACK}.yaml`,
  `.palisade/project/Pulumi.${STACK}.yaml`,
  `.palisade/clouds/${STACK}.json`,
  ".palisade/passphrase",
  ".palisade/state/.pulumi/meta.yaml",
  `.palisade/state/.pulumi/stacks/palisade/${STACK}.json`,
];
/** Of no use to an update; the last two name folders of the machine. */
const LEFT_OUT = new Set(["created", "modified", "sourcePosition", "stackTrace"]);

/** Releases of which there is a recording. */
export const releases = (): string[] => readdirSync(FOLDER).filter((name) => /^\d/.test(name));

/** Deploys the development stack with this version of palisade and keeps what it leaves: configuration, state and simulated cloud. */
export async function recordRelease(version: string): Promise<string> {
  const stack = EngineStack.create(STACK);
  try {
    // The state's secrets are random values of a simulated cloud; they are encrypted all the same, with a passphrase of their own.
    stack.write(".palisade/passphrase", `of release ${version}, recorded`);
    const report = await stack.run("up");
    assert.ok(report.succeeded, JSON.stringify(report));
    const files = Object.fromEntries(
      FILES.map((file) => [file, slim(file, readFileSync(join(stack.folder, file), "utf8"))]),
    );
    const to = join(FOLDER, version, `${STACK}.json.gz`);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, gzipSync(JSON.stringify(files), { level: 9 }));
    return to;
  } finally {
    stack.remove();
  }
}

/** The stack as a release has left it, with the configuration of its time. */
export function restoreRelease(version: string): EngineStack {
  const stack = EngineStack.create(STACK);
  const text = gunzipSync(readFileSync(join(FOLDER, version, `${STACK}.json.gz`))).toString("utf8");
  const files: Record<string, string> = JSON.parse(text);
  for (const [file, content] of Object.entries(files)) stack.write(file, content);
  return stack;
}

function slim(file: string, text: string): string {
  if (!file.includes("/stacks/")) return text;
  return JSON.stringify(JSON.parse(text, (key, value: unknown) => (LEFT_OUT.has(key) ? undefined : value)));
}
