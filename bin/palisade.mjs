#!/usr/bin/env node
import { createRequire } from "node:module";
import { build } from "./build.mjs";

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  console.error(`palisade needs Node.js 20 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}
await build();
createRequire(import.meta.url)("../dist/cli/main.js");
