#!/usr/bin/env node
// Moves a stack's state to another backend, secrets re-encrypted on the way; nothing that the stack made is touched. docs/deploying.md tells when.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";

const USAGE = `Usage: node bin/move-state.mjs STACK --to URL [--from URL] [--secrets-provider URL] [--cwd FOLDER]
  --to                where the state shall lie, e.g. s3://my-state?region=eu-west-1
  --from              where it lies. Default: PULUMI_BACKEND_URL
  --secrets-provider  what shall encrypt its secrets, e.g. awskms://alias/my-key?region=eu-west-1. Default: what does so now`;

/** Ends with a message for the user. */
function refuse(message) {
  console.error(message);
  process.exit(2);
}

function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        to: { type: "string" },
        from: { type: "string", default: process.env.PULUMI_BACKEND_URL },
        "secrets-provider": { type: "string" },
        cwd: { type: "string", default: process.cwd() },
      },
    });
  } catch (error) {
    return refuse(`${error.message}\n${USAGE}`);
  }
}

const { positionals, values } = given();
const [stack, ...more] = positionals;
const { to, from, cwd, "secrets-provider": secretsProvider } = values;
if (stack === undefined || more.length > 0 || !to || !from) refuse(USAGE);
if (to === from) refuse(`The state of ${stack} lies in ${to} already.`);

await build();
const { findEngine } = createRequire(import.meta.url)("../dist/cli/engine/find.js");
const engine = await findEngine().catch((error) => refuse(error.message));
const pulumi = engine.origin === "path" ? "pulumi" : engine.program;
const folder = mkdtempSync(join(tmpdir(), "palisade-move-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "state.json");

function run(backend, ...args) {
  const { status, error } = spawnSync(pulumi, ["--non-interactive", "stack", ...args, "--stack", stack], {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PULUMI_BACKEND_URL: backend, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (status === 0) return;
  refuse(
    `pulumi stack ${args[0]} failed${error ? `: ${error.message}` : ""}. The state of ${stack} still lies in ${from}.`,
  );
}

// Encrypted anew where it lies, so that no secret stands in the file between the two.
if (secretsProvider !== undefined) run(from, "change-secrets-provider", secretsProvider);
run(from, "export", "--file", file);
run(to, "init", ...(secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider]));
run(to, "import", "--file", file);
console.log(
  `The state of ${stack} lies in ${to}. What is left in ${from} is old: delete it, once palisade preview ${stack} shows no change.`,
);
