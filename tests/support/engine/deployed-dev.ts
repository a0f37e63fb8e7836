import assert from "node:assert/strict";
import { EngineStack } from "./engine-stack";

let deployed: Promise<EngineStack> | undefined;

/** This repository's development stack, deployed once for all suites: work on a copy. */
export function deployedDev(): Promise<EngineStack> {
  deployed ??= deploy();
  return deployed;
}

async function deploy(): Promise<EngineStack> {
  const stack = EngineStack.create("dev");
  process.once("exit", () => stack.remove());
  const report = await stack.run("up");
  assert.ok(report.succeeded, `${report.failure ?? ""}${JSON.stringify(report.diagnostics)}`);
  return stack;
}
