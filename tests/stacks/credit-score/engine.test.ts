import assert from "node:assert/strict";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack, type Report } from "../../support/engine/engine-stack";

const changes = ({ counts }: Report): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([change, count]) => change !== "same" && count > 0));

function succeeded(report: Report): Report {
  assert.ok(report.succeeded, `${report.failure ?? ""}${JSON.stringify(report.diagnostics)}`);
  return report;
}

describe("credit-score in Pulumi's engine", function () {
  this.timeout(400_000);
  let stack: EngineStack;
  before(requireEngine);
  before(() => {
    stack = EngineStack.create("credit-score-qa");
  });
  after(() => stack.remove());

  it("stands after one update", async () => {
    const report = succeeded(await stack.run("up"));
    assert.ok((report.counts.create ?? 0) > 250, JSON.stringify(report.counts));
    assert.deepEqual(Object.keys(changes(report)), ["create"]);
  });

  it("has nothing to do in a second one", async () => {
    assert.deepEqual(changes(succeeded(await stack.run("up"))), {});
  });

  it("takes ten times the requests by one value: tasks, limits and alarms change, nothing is replaced, made or deleted", async () => {
    const before = stack.config["palisade:throughput"];
    stack.configure({ "palisade:throughput": { requestsPerSecond: 5 } });
    const report = succeeded(await stack.run("preview"));
    assert.deepEqual(Object.keys(changes(report)), ["update"], JSON.stringify(report.counts));
    const kinds = new Set(
      report.changes.filter(({ custom, change }) => custom && change === "update").map(({ type }) => type),
    );
    for (const kind of kinds) {
      assert.ok(
        [
          "aws:appautoscaling/target:Target",
          "aws:apigateway/methodSettings:MethodSettings",
          "aws:cloudwatch/metricAlarm:MetricAlarm",
          "aws:cloudwatch/dashboard:Dashboard",
        ].includes(kind),
        kind,
      );
    }
    stack.configure({ "palisade:throughput": before });
  });

  it("leaves nothing behind", async () => {
    succeeded(await stack.run("destroy"));
    assert.deepEqual(stack.cloud.all(), []);
  });
});
