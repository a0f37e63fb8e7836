import assert from "node:assert/strict";
import { configAt, holds, P95_SECONDS, run, STATIONS, tasksOf, tooFew } from "../../../bench/queueing/credit-score";
import { simulate, type Station } from "../../../bench/queueing/model";
import { erlangC } from "../../../components/compute/capacity";
import { ROOT } from "../../support/stack-file";

const SHORT = { warmUp: 120, measured: 180, seed: 7 };

describe("queueing model", () => {
  it("agrees with Erlang on who waits, and with Little on what is taken", () => {
    // Nearly exponential: a log-normal whose deviation is its mean.
    const station: Station = { name: "one", places: 12, secondsPerCall: 1, variation: 1, hop: 0 };
    const load = { requestsPerSecond: 10, warmUp: 200, measured: 8_000, seed: 3 };
    const { utilisation, waits } = simulate([station], load);
    assert.ok(Math.abs((utilisation.one ?? 0) - 10 / 12) < 0.01, String(utilisation.one));
    // 45 % wait, of whom half longer than 0.35 s: the median waits for nothing, one in twenty longer than a second.
    assert.ok(Math.abs(erlangC(12, 10) - 0.4494) < 1e-4);
    assert.equal(waits.one?.p50, 0);
    const bound = Math.log(erlangC(12, 10) / 0.05) / 2;
    assert.ok(Math.abs((waits.one?.p95 ?? 0) - bound) < 0.25, `${waits.one?.p95} and ${bound}`);
  });

  it("gives the same answer for the same seed, and another for another", () => {
    const config = configAt(ROOT, 10);
    assert.deepEqual(run(config, SHORT), run(config, SHORT));
    assert.notDeepEqual(run(config, SHORT), run(config, { ...SHORT, seed: 8 }));
  });
});

describe("capacity of the credit-score stack", () => {
  for (const requestsPerSecond of [10, 100]) {
    describe(`at ${requestsPerSecond} requests a second`, () => {
      const config = configAt(ROOT, requestsPerSecond);

      it(`answers 95 % within ${P95_SECONDS} s`, () => {
        const outcome = run(config, SHORT);
        assert.ok(outcome.requests > requestsPerSecond * 150);
        assert.ok(holds(outcome), JSON.stringify(outcome));
      });

      // Of a small service, three zones hold more than its load needs: there is nothing to take away.
      const needed = STATIONS.filter((station) => tooFew(config, station) >= 1);
      it("has two stations at least whose size is that of the load", () => assert.ok(needed.length >= 2));
      for (const station of needed) {
        it(`fails with too few tasks of ${station}`, () => {
          const tasks = tooFew(config, station);
          const derived = tasksOf(config)[station];
          assert.ok(tasks < derived);
          const outcome = run(config, { ...SHORT, measured: 300 }, { [station]: tasks });
          assert.ok(!holds(outcome), `${tasks} of ${derived} tasks: ${JSON.stringify(outcome.response)}`);
        });
      }
    });
  }
});
