import assert from "node:assert/strict";
import { replaces } from "../../../simulator/immutable";
import { recordStack } from "../../support/record-stack";
import { named } from "../../support/record";
import { differences, effect, StackRecording } from "../../support/stack-recording";

/** Type and value of what differs, from the first to the second. */
interface Difference {
  readonly type: string;
  readonly name: string;
  readonly path: string;
}

describe("credit-score at ten times the requests", function () {
  this.timeout(120_000);
  let ten: StackRecording;
  let hundred: StackRecording;
  let changed: Difference[];
  before(async () => {
    ten = new StackRecording(await recordStack("credit-score"));
    hundred = new StackRecording(
      await recordStack("credit-score", { "palisade:throughput": { requestsPerSecond: 100 } }),
    );
    changed = ten.resources.flatMap(({ urn, type, name, inputs, custom }) =>
      custom ? differences(inputs, hundred.get(urn)?.inputs).map((path) => ({ type, name, path })) : [],
    );
  });

  const scaling = (stack: StackRecording) =>
    Object.fromEntries(
      ["api-request", "bank-request", "calculation", "store", "api-response"].map((service) => {
        const { minCapacity, maxCapacity } = named(stack.recording, `credit-score-${service}-scaling`).inputs;
        return [service, [minCapacity, maxCapacity]];
      }),
    );

  it("runs more tasks, and lets scaling make more", () => {
    assert.deepEqual(scaling(ten), {
      "api-request": [3, 6],
      "bank-request": [3, 6],
      calculation: [32, 64],
      store: [3, 6],
      "api-response": [3, 6],
    });
    assert.deepEqual(scaling(hundred), {
      "api-request": [16, 32],
      "bank-request": [25, 50],
      calculation: [313, 626],
      store: [5, 10],
      "api-response": [5, 10],
    });
  });

  it("makes nothing and deletes nothing", () => {
    const urns = (stack: StackRecording) => stack.resources.map(({ urn }) => urn).sort();
    assert.deepEqual(urns(hundred), urns(ten));
    assert.deepEqual(effect(ten.recording, hundred.recording).gone, []);
  });

  it("replaces nothing", () => {
    assert.ok(changed.length > 0);
    const replaced = changed.filter(({ type, path }) => replaces(type, path.split(".")));
    assert.deepEqual(replaced, []);
  });

  it("changes tasks, throttles and thresholds, and nothing else", () => {
    const kinds = [...new Set(changed.map(({ type, path }) => `${type.split(":").at(-1)} ${path}`))].sort();
    assert.deepEqual(kinds, [
      "Dashboard dashboardBody",
      // The count is Application Auto Scaling's; the program's is not applied.
      "MethodSettings settings.throttlingBurstLimit",
      "MethodSettings settings.throttlingRateLimit",
      "MetricAlarm alarmDescription",
      "MetricAlarm threshold",
      "Service desiredCount",
      "Target maxCapacity",
      "Target minCapacity",
    ]);
    for (const { name, type } of changed.filter(({ path }) => path === "desiredCount"))
      assert.ok(
        ten.resources.find((one) => one.name === name && one.type === type)?.ignoreChanges.includes("desiredCount"),
        name,
      );
  });

  it("keeps how far messages may pile up per task: it does not depend on the load", () => {
    for (const service of ["bank-request", "calculation", "store", "api-response"]) {
      const of = (stack: StackRecording) => named(stack.recording, `credit-score-${service}-scale-backlog`).inputs;
      assert.deepEqual(of(hundred), of(ten));
    }
  });
});
