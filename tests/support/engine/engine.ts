import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findEngine } from "../../../cli/engine/find";
import { UsageError } from "../../../cli/usage-error";
import { ROOT } from "../stack-file";

/** A hook for suites that need Pulumi's engine: has it made if need be, and skips the suite, saying why, where none can be had. */
export async function requireEngine(this: Mocha.Context): Promise<void> {
  this.timeout(45 * 60_000);
  await promisify(execFile)(process.execPath, [join(ROOT, "bin", "build.mjs")]);
  try {
    await findEngine();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.log(`Skipped, as there is no engine. ${error.message}`);
    this.skip();
  }
}
