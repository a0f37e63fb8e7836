import assert from "node:assert/strict";
import { requireEngine } from "../../support/engine/engine";
import { releases, restoreRelease } from "../../support/engine/release";

/** Every change of their content is a new one: AWS lets nobody edit them, and nothing but their successor's reader refers to them. */
const REPLACED_BY_DESIGN = new Set(["aws:apigateway/deployment:Deployment", "aws:ecs/taskDefinition:TaskDefinition"]);

describe("an upgrade from what a release has deployed, in Pulumi's own engine", function () {
  this.timeout(300_000);
  before(requireEngine);

  it("has a release to start from", () => {
    assert.ok(releases().length > 0);
  });

  for (const version of releases()) {
    it(`${version}: loses no data and replaces nothing but what is made to be`, async () => {
      const stack = restoreRelease(version);
      try {
        const report = await stack.run("preview");
        assert.ok(report.succeeded, `${report.failure ?? ""}${JSON.stringify(report.diagnostics)}`);
        const replaced = report.changes.filter(
          ({ change, type }) => change === "replace" && !REPLACED_BY_DESIGN.has(type),
        );
        assert.deepEqual(
          replaced.map(({ type, name, properties }) => `${type} ${name}: ${properties.join(", ")}`),
          [],
        );
        // The recording is of what stands, and not of nothing.
        assert.ok((report.counts.same ?? 0) > 200, JSON.stringify(report.counts));
      } finally {
        stack.remove();
      }
    });
  }
});
