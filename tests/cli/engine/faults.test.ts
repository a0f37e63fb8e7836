import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireEngine } from "../../support/engine/engine";
import { ROOT } from "../../support/stack-file";

interface Outcome {
  readonly rows: readonly { readonly what: string; readonly runs: number; readonly passed: number }[];
  readonly results: readonly { readonly kind: string; readonly urn?: string; readonly why?: string }[];
}

describe("updates of the payments stack that are disturbed, in Pulumi's own engine", function () {
  this.timeout(1_800_000);
  before(requireEngine);

  // `npm run bench:faults` does all of them: every resource, 30 kills.
  it("end as the undisturbed one does: 20 failing creations, 4 kills, dying providers, throttling", async () => {
    const sample = ["--failures", "20", "--kills", "4", "--deaths", "1", "--seed", "4", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, "bench", "faults.mjs"), ...sample], {
      maxBuffer: 2 ** 26,
    }).catch((failed: { stdout: string; stderr: string }) => {
      if (!failed.stdout.startsWith("{")) throw failed;
      return failed;
    });
    const { rows, results }: Outcome = JSON.parse(stdout);
    assert.deepEqual(
      results.filter(({ why }) => why !== undefined),
      [],
    );
    assert.deepEqual(
      rows.map(({ what, passed }) => [what, passed]),
      [
        ["one creation fails", 20],
        ["the engine is killed", 4],
        ["10 % of the calls are throttled", 1],
        ["the provider dies before the cloud changed", 1],
        ["the provider dies after it changed", 1],
      ],
    );
    const types = new Set(results.map(({ urn = "" }) => urn.split("::")[2]?.split("$").pop()));
    assert.ok(types.size >= 20, "spread over types");
  });
});
