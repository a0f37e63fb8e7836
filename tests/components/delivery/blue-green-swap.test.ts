import assert from "node:assert/strict";
import fc from "fast-check";
import { BlueGreenEmulator, type Behaviour, type Fault, image } from "../../support/blue-green-emulator";

const OLD = image("good", 1);
const OLDER = image("good", 0);
const NEW = image("good", 2);
const order = (run: string, uri = NEW) => ({ run, image: uri });
const CHANGES = ["PutParameter", "SendCommand", "ModifyRule"];
const changes = (aws: BlueGreenEmulator) => aws.log.filter((command) => CHANGES.includes(command));

/** Runs that nothing disturbs, to count what a whole one asks. */
async function requests(uri = NEW): Promise<number> {
  const aws = new BlueGreenEmulator();
  await aws.run(order("count", uri));
  return aws.log.length;
}

/** Green serves `uri`, blue stands by with what served before. */
function assertSwapped(aws: BlueGreenEmulator, uri = NEW): void {
  assert.equal(aws.live, "green");
  assert.equal(aws.machines.green.image, uri);
  assert.equal(aws.parameters["/dev/green/image"], uri);
  assert.equal(aws.machines.blue.image, OLD);
  assert.equal(aws.parameters["/dev/blue/image"], OLD);
  assert.equal(aws.item.owner, undefined);
}

/** Blue serves as before, and green is what it was. */
async function assertUndone(aws: BlueGreenEmulator): Promise<void> {
  assert.equal(aws.live, "blue");
  assert.equal(aws.machines.blue.image, OLD);
  assert.equal(aws.parameters["/dev/green/image"], OLDER);
  assert.equal(aws.item.owner, undefined);
  await aws.time.run(aws.time.sleep(300));
  await aws.sender()("elastic-load-balancing-v2", "DescribeRules", {});
  assert.equal(aws.machines.green.image, OLDER);
}

describe("the blue-green swap", function () {
  this.timeout(120_000);

  it("deploys to the VM that does not serve, switches once it is healthy, and swaps the roles", async () => {
    const aws = new BlueGreenEmulator();
    assert.deepEqual(await aws.run(order("1")), { kind: "live", colour: "green", summary: `green serves ${NEW}` });
    assertSwapped(aws);
    assert.equal(aws.journal.live, "green");
    assert.deepEqual(changes(aws), ["PutParameter", "SendCommand", "ModifyRule"]);
    assert.deepEqual(Object.values(aws.weights).sort(), [0, 100]);

    const next = image("good", 3);
    assert.equal((await aws.run(order("2", next)))?.kind, "live");
    assert.equal(aws.live, "blue");
    assert.equal(aws.machines.blue.image, next);
    assert.equal(aws.machines.green.image, NEW);
  });

  it("does not switch before the VM was found healthy three times in a row", async () => {
    const aws = new BlueGreenEmulator();
    await aws.run(order("1"));
    const upTo = aws.log.slice(0, aws.log.indexOf("ModifyRule"));
    assert.ok(upTo.filter((command) => command === "DescribeTargetHealth").length >= 3);
  });

  it("keeps what else the rule does", async () => {
    const aws = new BlueGreenEmulator();
    const oidc = {
      Type: "authenticate-oidc",
      Order: 1,
      AuthenticateOidcConfig: { ClientId: "x", Issuer: "https://i" },
    };
    aws.extraActions = [oidc];
    await aws.run(order("1"));
    const { Actions } = aws.lastRule as { Actions: { Type: string; ForwardConfig?: object }[] };
    assert.deepEqual(Actions[0], {
      ...oidc,
      AuthenticateOidcConfig: { ...oidc.AuthenticateOidcConfig, UseExistingClientSecret: true },
    });
    assert.deepEqual(Object.keys(Actions[1]?.ForwardConfig ?? {}).sort(), [
      "TargetGroupStickinessConfig",
      "TargetGroups",
    ]);
  });

  it("has nothing to do where the image serves already", async () => {
    const aws = new BlueGreenEmulator();
    assert.equal((await aws.run(order("1", OLD)))?.kind, "live");
    assert.deepEqual(changes(aws), []);
  });

  it("answers a repeated call with what came of the first", async () => {
    const aws = new BlueGreenEmulator();
    const first = await aws.run(order("1"));
    const asked = changes(aws).length;
    assert.deepEqual(await aws.run(order("1")), first);
    assert.equal(changes(aws).length, asked);
  });

  describe("takes a bad image back", () => {
    const reasons: Record<Exclude<Behaviour, "good">, RegExp> = {
      broken: /command-1 failed on i-green/,
      sick: /green did not become healthy within 120 seconds/,
      faulty: /\d+ of \d+ requests failed on green/,
      dying: /green became unhealthy while it served/,
    };
    for (const [behaviour, reason] of Object.entries(reasons) as [Behaviour, RegExp][]) {
      it(behaviour, async () => {
        const aws = new BlueGreenEmulator();
        const outcome = await aws.run(order("1", image(behaviour, 2)));
        assert.equal(outcome?.kind, "failed");
        assert.match(outcome.kind === "failed" ? outcome.reason : "", reason);
        const switched = behaviour === "faulty" || behaviour === "dying";
        assert.equal(changes(aws).filter((command) => command === "ModifyRule").length, switched ? 2 : 0);
        await assertUndone(aws);
        assert.equal(aws.journal.live, "blue");
        assert.equal((await aws.finish(order("2")))?.kind, "live");
        assertSwapped(aws);
      });
    }
  });

  it("does not switch back to a VM that is unhealthy while the new one answers", async () => {
    const aws = new BlueGreenEmulator();
    aws.unhealthy.add("blue");
    const outcome = await aws.run(order("1", image("faulty", 2)));
    assert.match(outcome?.kind === "failed" ? outcome.reason : "", /blue is unhealthy, so green goes on serving/);
    assert.equal(aws.live, "green");
    assert.equal(aws.parameters["/dev/green/image"], image("faulty", 2));
  });

  describe("touches nothing where a person must decide", () => {
    for (const [what, weights] of Object.entries({ both: [50, 50], "both, hardly": [99, 1], neither: [0, 0] })) {
      it(`${what} have traffic`, async () => {
        const aws = new BlueGreenEmulator();
        aws.checks = false;
        aws.setWeights(weights[0]!, weights[1]!);
        const outcome = await aws.run(order("1"));
        assert.match(outcome?.kind === "failed" ? outcome.reason : "", /must to blue alone or to green alone/);
        assert.deepEqual(changes(aws), []);
        assert.equal(aws.item.owner, undefined);
        aws.checks = true;
        aws.setWeights(100, 0);
        assert.equal((await aws.run(order("2")))?.kind, "live");
      });
    }

    it("the rule forwards to another target group", async () => {
      const aws = new BlueGreenEmulator();
      aws.checks = false;
      aws.weights = { "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/x/1": 1 };
      assert.equal((await aws.run(order("1")))?.kind, "failed");
      assert.deepEqual(changes(aws), []);
    });

    it("somebody switches to the VM that is being deployed to", async () => {
      const aws = new BlueGreenEmulator();
      aws.refused.add("SendCommand");
      const running = aws.time.run(aws.process(order("1")));
      await aws.time.sleep(0);
      aws.setWeights(0, 100);
      await running;
      assert.equal(aws.live, "green");
      assert.ok(!aws.log.includes("ModifyRule"));
    });

    it("somebody switches back while it is watched", async () => {
      const aws = new BlueGreenEmulator();
      const [[outcome]] = await Promise.all([
        aws.time.run(aws.process(order("1"))),
        (async () => {
          while (!aws.log.includes("ModifyRule")) await aws.time.sleep(1);
          aws.setWeights(100, 0);
        })(),
      ]);
      assert.match(JSON.stringify(outcome), /somebody has switched the load balancer away from green/);
      assert.equal(aws.live, "blue");
      assert.equal(aws.log.filter((command) => command === "ModifyRule").length, 1);
    });
  });

  for (const kind of ["fails", "fails-after-effect"] as const) {
    it(`goes on when any one request ${kind.replaceAll("-", " ")}`, async () => {
      const total = await requests();
      for (let request = 1; request <= total; request++) {
        const aws = new BlueGreenEmulator();
        const outcome = await aws.run(order("1"), [{ request, kind }]);
        assert.equal(outcome?.kind, "live", `request ${request}: ${JSON.stringify(outcome)}`);
        // To give the lock back is tried once; without, it opens by itself.
        if (request < total) assertSwapped(aws);
      }
    });
  }

  for (const command of [
    "DescribeRules",
    "ModifyRule",
    "DescribeTargetHealth",
    "GetMetricData",
    "GetParameter",
    "PutParameter",
    "SendCommand",
    "GetCommandInvocation",
    "UpdateItem",
  ]) {
    it(`ends well once AWS no longer refuses ${command}`, async () => {
      const aws = new BlueGreenEmulator();
      aws.refused.add(command);
      const [result] = await aws.time.run(aws.process(order("1")));
      assert.ok(result!.status === "rejected" || result!.value.kind === "failed", JSON.stringify(result));
      assert.equal(aws.machines[aws.live!].image, aws.live === "blue" ? OLD : NEW);
      aws.refused.clear();
      assert.equal((await aws.finish(order("2")))?.kind, "live");
      assertSwapped(aws);
    });
  }

  describe("killed at any request", () => {
    for (const kind of ["killed", "killed-after-effect"] as const) {
      const everyKill = async (check: (aws: BlueGreenEmulator, request: number) => Promise<void>) => {
        const total = await requests();
        for (let request = 1; request <= total; request++) {
          const aws = new BlueGreenEmulator();
          await aws.run(order("1"), [{ request, kind }]);
          await check(aws, request);
        }
      };
      it(`${kind}: called again it ends right`, () =>
        everyKill(async (aws) => {
          assert.equal((await aws.finish(order("1"))).kind, "live");
          assertSwapped(aws);
        }));

      it(`${kind}: a new run with the same image ends right`, () =>
        everyKill(async (aws) => {
          assert.equal((await aws.finish(order("2"))).kind, "live");
          assertSwapped(aws);
        }));

      it(`${kind}: a new run with another image ends right`, () =>
        everyKill(async (aws, request) => {
          const next = image("good", 3);
          const wasFoundGood = aws.journal.step === "done";
          assert.equal((await aws.finish(order("2", next))).kind, "live");
          assert.equal(aws.live, wasFoundGood ? "blue" : "green", `request ${request}`);
          assert.equal(aws.machines[aws.live].image, next);
          // What stands by has served: never an image that nobody has found good.
          assert.equal(aws.machines[wasFoundGood ? "green" : "blue"].image, wasFoundGood ? NEW : OLD);
        }));
    }

    it("looks again whether the VM is healthy before it switches", async () => {
      let seen = 0;
      for (let request = 1; request <= (await requests()); request++) {
        const aws = new BlueGreenEmulator();
        await aws.run(order("1"), [{ request, kind: "killed" }]);
        if (aws.journal.step !== "switch") continue;
        seen += 1;
        const wasSwitched = aws.log.includes("ModifyRule");
        aws.unhealthy.add("green");
        assert.equal((await aws.finish(order("1"))).kind, "failed");
        assert.equal(changes(aws).filter((command) => command === "ModifyRule").length, wasSwitched ? 2 : 0);
        await assertUndone(aws);
      }
      assert.ok(seen > 2);
    });

    it("gives the standby what it ran before the first of two bad deployments", async () => {
      const aws = new BlueGreenEmulator();
      await aws.run(order("1"), [{ request: 13, kind: "killed" }]);
      assert.equal(aws.journal.step, "deploy");
      assert.equal(aws.parameters["/dev/green/image"], NEW);
      assert.equal((await aws.finish(order("last", image("sick", 3)))).kind, "failed");
      await assertUndone(aws);
    });

    it("while it is taken back: called again it ends right", async () => {
      for (const behaviour of ["sick", "faulty"] as const) {
        const bad = image(behaviour, 2);
        const total = await requests(bad);
        for (let request = 1; request <= total; request++) {
          for (const kind of ["killed", "killed-after-effect"] as const) {
            const aws = new BlueGreenEmulator();
            assert.notEqual((await aws.run(order("1", bad), [{ request, kind }]))?.kind, "live");
            assert.equal((await aws.finish(order("1", bad))).kind, "failed", `${behaviour} ${request}`);
            await assertUndone(aws);
          }
        }
      }
    });
  });

  it("waits for the lock of a run that was killed, and no longer", async () => {
    const aws = new BlueGreenEmulator();
    await aws.run(order("1"), [{ request: 8, kind: "killed" }]);
    const killedAt = aws.time.now;
    assert.deepEqual(await aws.run(order("2")), { kind: "unfinished", reason: "another run holds the lock" });
    assert.equal((await aws.finish(order("2"))).kind, "live");
    assert.ok(aws.time.now - killedAt < (960 + 600) * 1000);
  });

  it("stops where its time is up, and goes on when called again", async () => {
    const aws = new BlueGreenEmulator();
    const calls: string[] = [];
    for (let call = 0; call < 40 && calls.at(-1) !== "live"; call++) {
      const [result] = await aws.time.run(aws.process(order("1"), [], 30));
      assert.equal(result!.status, "fulfilled");
      calls.push(result!.status === "fulfilled" ? result!.value.kind : "");
    }
    assert.ok(calls.length > 3);
    assert.equal(calls.at(-1), "live");
    assertSwapped(aws);
    assert.deepEqual(changes(aws), ["PutParameter", "SendCommand", "ModifyRule"]);
  });

  it("lets one of two runs at once work, wherever the second begins", async () => {
    const next = image("good", 3);
    for (let offset = 0; offset < 400; offset += 7) {
      const aws = new BlueGreenEmulator();
      aws.latencySeconds = 1;
      const late = async () => {
        await aws.time.sleep(offset);
        return aws.process(order("2", next));
      };
      const results = await aws.time.run(aws.process(order("1")), late());
      assert.ok(results.every(({ status }) => status === "fulfilled"));
      const kinds = results.map((result) => (result.status === "fulfilled" ? result.value.kind : ""));
      assert.equal(kinds[0], "live", `offset ${offset}`);
      if (kinds[1] === "unfinished") assertSwapped(aws);
      assert.equal((await aws.finish(order("2", next))).kind, "live");
      assert.equal(aws.machines[aws.live!].image, next);
    }
  });

  it("never leaves both or neither in service, whatever happens to whom", async () => {
    const behaviours: Behaviour[] = ["good", "good", "broken", "sick", "faulty", "dying"];
    const fault: fc.Arbitrary<Fault> = fc.record({
      request: fc.integer({ min: 1, max: 60 }),
      kind: fc.constantFrom("fails", "fails-after-effect", "killed", "killed-after-effect"),
    });
    const process = fc.record({
      behaviour: fc.constantFrom(...behaviours),
      version: fc.integer({ min: 2, max: 4 }),
      faults: fc.array(fault, { maxLength: 6 }),
      delay: fc.integer({ min: 0, max: 1500 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(process, { minLength: 1, maxLength: 4 }), async (processes) => {
        const aws = new BlueGreenEmulator();
        aws.latencySeconds = 1;
        await aws.time.run(
          ...processes.map(async ({ behaviour, version, faults, delay }, index) => {
            await aws.time.sleep(delay);
            return aws.process(order(`run-${index}`, image(behaviour, version)), faults);
          }),
        );
        const last = image("good", 9);
        assert.equal((await aws.finish(order("last", last))).kind, "live");
        assert.equal(aws.machines[aws.live!].image, last);
      }),
      { numRuns: 150 },
    );
  });
});
