#!/usr/bin/env node
// Writes the digests of images into a stack file, for a pipeline that deploys what it has built:
//   IMAGE_CALCULATION=<repository>@sha256:<digest> node bin/set-digests.mjs credit-score-qa
// Each service of palisade:services whose IMAGE_<NAME> is set gets that digest; a service without one is a mistake, as it would run another build.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseDocument } from "yaml";

const { positionals, values } = parseArgs({ allowPositionals: true, options: { cwd: { type: "string" } } });
const [stack] = positionals;
if (positionals.length !== 1 || !/^[\w.-]+$/.test(stack)) fail("Usage: node bin/set-digests.mjs STACK [--cwd FOLDER]");

const file = join(resolve(values.cwd ?? "."), `Pulumi.${stack}.yaml`);
const document = parseDocument(readText());
const services = document.getIn(["config", "palisade:services"])?.toJSON() ?? {};
if (Object.keys(services).length === 0) fail(`${file}: palisade:services names no service.`);
for (const name of Object.keys(services)) {
  const variable = `IMAGE_${name.toUpperCase().replaceAll("-", "_")}`;
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(process.env[variable] ?? "")?.[1];
  if (digest === undefined)
    fail(`${variable} = "${process.env[variable] ?? ""}": give <repository>@sha256:<64 digits>.`);
  document.setIn(["config", "palisade:services", name, "digest"], digest);
}
writeFileSync(file, document.toString({ lineWidth: 0 }));

function readText() {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return fail(`No stack file ${file}.`);
  }
}

/** @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
