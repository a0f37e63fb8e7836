import assert from "node:assert/strict";
import { componentContract } from "../../support/contract";
import { PAIR, testSwap } from "../../support/delivery";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const FUNCTION = "aws:lambda/function:Function";

describe("BlueGreenSwap", () => {
  componentContract("delivery", "BlueGreenSwap", {
    minimal: (name, opts) => testSwap(name, {}, opts),
    complete: (name, opts) =>
      testSwap(
        name,
        {
          environment: "development",
          deployMinutes: 30,
          healthMinutes: 5,
          healthyPolls: 12,
          watchMinutes: 10,
          maxErrorPercent: 1,
          minRequests: 100,
          transform: { function: { memorySize: 512 } },
        },
        opts,
      ),
    errors: {
      ...keyErrors('BlueGreenSwap "one"', (name, key) => testSwap(name, { key }), ["logs"]),
      "no look at a VM's health": {
        build: (name) => testSwap(name, { healthyPolls: 0 }),
        message: /healthyPolls = 0 .* from 1 to 60/,
      },
      "a deployment of no time": {
        build: (name) => testSwap(name, { deployMinutes: 0 }),
        message: /deployMinutes = 0 .* from 1 to 120/,
      },
      "a health check without end": {
        build: (name) => testSwap(name, { healthMinutes: 61 }),
        message: /healthMinutes = 61 .* from 1 to 60/,
      },
      "a switch that nobody watches": {
        build: (name) => testSwap(name, { watchMinutes: 0 }),
        message: /watchMinutes = 0 .* from 1 to 60/,
      },
      "more errors than requests": {
        build: (name) => testSwap(name, { maxErrorPercent: 101 }),
        message: /maxErrorPercent = 101 .* from 0 to 100/,
      },
      "a share of nothing": {
        build: (name) => testSwap(name, { minRequests: 0 }),
        message: /minRequests = 0 .* from 1 to 100000/,
      },
    },
  });

  it("may change these two machines, these two parameters and this one rule", async () => {
    const recording = await recordProgram(() => void testSwap("swap"));
    const allowed = statements(named(recording, "swap-policy").inputs.policy);
    const on = (action: string) => allowed.find(({ Action }) => [Action].flat().includes(action))?.Resource;
    assert.deepEqual(on("ssm:SendCommand"), [
      "arn:aws:ssm:eu-west-1:123456789012:document/test-vms-deploy",
      "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718",
      "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60719",
    ]);
    assert.deepEqual(on("ssm:PutParameter"), [
      "arn:aws:ssm:eu-west-1:123456789012:parameter/test/vms/blue/image",
      "arn:aws:ssm:eu-west-1:123456789012:parameter/test/vms/green/image",
    ]);
    assert.equal(on("elasticloadbalancing:ModifyRule"), PAIR.listenerRuleArn);
    assert.equal(on("dynamodb:UpdateItem"), "arn:aws:dynamodb:eu-west-1:123456789012:table/test-swap-journal");
    const anywhere = allowed.filter(({ Resource }) => Resource === "*").flatMap(({ Action }) => Action);
    assert.ok(
      anywhere.every((action) => /:(Describe|Get|PutJob)/.test(String(action))),
      String(anywhere),
    );
  });

  it("tells the function what the pair is, within Lambda's 4 KB, and holds the lock longer than it can live", async () => {
    const recording = await recordProgram(() => void testSwap("swap"));
    const { inputs } = ofType(recording, FUNCTION)[0]!;
    const { SWAP = "" } = (inputs.environment as { variables: Record<string, string> }).variables;
    assert.ok(SWAP.length < 3500, String(SWAP.length));
    const configuration = JSON.parse(SWAP);
    assert.deepEqual(configuration.vms, PAIR.vms);
    assert.equal(configuration.listenerRuleArn, PAIR.listenerRuleArn);
    assert.equal(configuration.lockTable, "test-swap-journal");
    assert.equal(configuration.watchSeconds, 300);
    assert.ok(configuration.lockSeconds > Number(inputs.timeout));
  });
});
