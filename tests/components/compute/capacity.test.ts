import assert from "node:assert/strict";
import { callsPerTask, capacity, erlangC, type Workload, workerScaling } from "../../../components/compute/capacity";
import { ArgumentError } from "../../../components/core";

const BANK: Workload = { requestsPerSecond: 10, secondsPerCall: 10, concurrencyPerTask: 50 };
const CALCULATION: Workload = { requestsPerSecond: 10, secondsPerCall: 10, concurrencyPerTask: 4 };

describe("capacity", () => {
  it("holds a rate at the utilisation wanted, by Little's law", () => {
    const { inProgress, min, max, places, utilisation } = capacity("calculation", CALCULATION);
    // 10 calls a second, 10 s each: 100 in progress, 125 places, 4 in a task.
    assert.deepEqual({ inProgress, min, max, places }, { inProgress: 100, min: 32, max: 64, places: 128 });
    assert.ok(utilisation <= 0.8);
  });

  it("needs fewer tasks where a call only waits for somebody else", () => {
    const { min, places } = capacity("bank", BANK);
    assert.deepEqual({ min, places }, { min: 3, places: 150 });
  });

  it("takes ten times the rate by more tasks, and by nothing else", () => {
    const small = capacity("calculation", CALCULATION);
    const large = capacity("calculation", { ...CALCULATION, requestsPerSecond: 100 });
    assert.deepEqual({ min: large.min, max: large.max, places: large.places }, { min: 313, max: 626, places: 1252 });
    const rest = ({
      backlogPerTask,
      cpuPercent,
      visibilityTimeoutSeconds,
      maxMessageAgeAlarmSeconds,
    }: typeof small) => ({
      backlogPerTask,
      cpuPercent,
      visibilityTimeoutSeconds,
      maxMessageAgeAlarmSeconds,
    });
    assert.deepEqual(rest(large), rest(small));
  });

  it("agrees with Erlang's tables", () => {
    // One place, half taken: M/M/1 waits with the probability of its utilisation.
    assert.ok(Math.abs(erlangC(1, 0.5) - 0.5) < 1e-12);
    // Two places, one taken on average: 1/3.
    assert.ok(Math.abs(erlangC(2, 1) - 1 / 3) < 1e-12);
    // 12 places, 10 taken: 0.4494 in every table.
    assert.ok(Math.abs(erlangC(12, 10) - 0.4494) < 1e-4);
    assert.equal(erlangC(3, 3), 1);
    assert.ok(erlangC(5000, 4000) < 1e-9);
  });

  it("adds places where the utilisation alone would let calls wait for too long", () => {
    // 0.8 calls in progress fit one place at 80 %, and would wait for minutes there.
    const patient = capacity("one", {
      requestsPerSecond: 0.08,
      secondsPerCall: 10,
      concurrencyPerTask: 1,
      waitSeconds: 300,
    });
    const hasty = capacity("one", {
      requestsPerSecond: 0.08,
      secondsPerCall: 10,
      concurrencyPerTask: 1,
      waitSeconds: 5,
    });
    assert.equal(patient.min, 1);
    assert.equal(hasty.min, 3);
    assert.ok(hasty.waitP95 <= 5);
    assert.ok(patient.waitP95 > 5);
  });

  it("keeps a task in every zone", () => {
    const { min, max } = capacity("store", {
      requestsPerSecond: 10,
      secondsPerCall: 0.1,
      concurrencyPerTask: 10,
      leastTasks: 3,
    });
    assert.deepEqual({ min, max }, { min: 3, max: 6 });
  });

  it("lets as many messages wait as a task works off in the time wanted", () => {
    assert.equal(capacity("calculation", { ...CALCULATION, waitSeconds: 5 }).backlogPerTask, 2);
    assert.equal(capacity("bank", { ...BANK, waitSeconds: 5 }).backlogPerTask, 25);
  });

  it("hides a message for longer than any call takes", () => {
    assert.equal(capacity("bank", { ...BANK, longestSeconds: 45 }).visibilityTimeoutSeconds, 90);
    assert.equal(capacity("bank", BANK).visibilityTimeoutSeconds, 60);
    assert.equal(capacity("fast", { ...BANK, secondsPerCall: 0.1 }).visibilityTimeoutSeconds, 30);
  });

  it("scales a processor's work on its CPU as well, at what it was sized for", () => {
    const queue = { backlog: { namespace: "AWS/SQS", name: "x", dimensions: {}, statistic: "Maximum" } } as const;
    const sizes = capacity("calculation", CALCULATION);
    const scaling = { min: 32, max: 64, backlogPerTask: { queue, acceptablePerTask: 2 } };
    assert.deepEqual(workerScaling(sizes, queue, "cpu"), { ...scaling, cpuPercent: 80 });
    assert.deepEqual(workerScaling(sizes, queue, "io"), scaling);
  });

  it("gives a processor's work one place for each vCPU", () => {
    assert.deepEqual(
      [512, 1024, 4096].map((cpu) => callsPerTask({ cpu })),
      [1, 1, 4],
    );
  });

  const wrong: Record<string, [Partial<Workload>, RegExp]> = {
    "no load": [{ requestsPerSecond: 0 }, /capacity "bank": requestsPerSecond = 0 .* above 0/],
    "calls that take no time": [{ secondsPerCall: 0 }, /secondsPerCall = 0 .* above 0/],
    "half a place": [{ concurrencyPerTask: 0.5 }, /concurrencyPerTask = 0.5 .* whole number/],
    "all places taken": [{ utilisation: 1 }, /utilisation = 1 .* 0.1 to 0.95/],
    "no patience": [{ waitSeconds: 0 }, /waitSeconds = 0 .* above 0/],
    "less than the load": [{ headroom: 0.5 }, /headroom = 0.5 .* 1 to 10/],
    "no task": [{ leastTasks: 0 }, /leastTasks = 0/],
    "a time limit below the mean": [{ longestSeconds: 5 }, /longestSeconds = 5 .* at least the mean, 10/],
    "more tasks than ECS has": [
      { requestsPerSecond: 10_000, concurrencyPerTask: 4 },
      /requestsPerSecond = 10000 .* at most 5000/,
    ],
  };
  for (const [what, [change, message]] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => capacity("bank", { ...BANK, ...change }),
        (error) => error instanceof ArgumentError && message.test(error.message),
      );
    });
  }
});
