import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { swapFunctionCode } from "../../../components/delivery/blue-green-swap-code";
import { BlueGreenEmulator, image, NAMES, SETTINGS } from "../../support/blue-green-emulator";

interface Sent {
  command: string;
  input: Record<string, unknown>;
}
type Handler = (event: object, context: object) => Promise<void>;

/** The AWS SDK as the function's runtime brings it: every client hands its commands to `globalThis.palisadeSend`. */
const SDK: Record<string, string> = {
  cloudwatch: "CloudWatch GetMetricData",
  codepipeline: "CodePipeline PutJobSuccessResult PutJobFailureResult",
  dynamodb: "DynamoDB UpdateItem",
  "elastic-load-balancing-v2": "ElasticLoadBalancingV2 DescribeRules ModifyRule DescribeTargetHealth",
  ssm: "SSM GetParameter PutParameter SendCommand GetCommandInvocation",
};

function sdkModule(client: string): string {
  const [prefix, ...commands] = client.split(" ");
  return [
    `export class ${prefix}Client { send(command) { return globalThis.palisadeSend(command.constructor.name.slice(0, -7), command.input); } }`,
    ...commands.map((command) => `export class ${command}Command { constructor(input) { this.input = input; } }`),
  ].join("\n");
}

describe("the blue-green swap's function", () => {
  const folder = mkdtempSync(join(tmpdir(), "palisade-swap-"));
  let handler: Handler;
  let sent: Sent[];
  let aws: BlueGreenEmulator;

  before(async () => {
    for (const [service, client] of Object.entries(SDK)) {
      const home = join(folder, "node_modules", "@aws-sdk", `client-${service}`);
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module", exports: "./index.js" }));
      writeFileSync(join(home, "index.js"), sdkModule(client));
    }
    writeFileSync(join(folder, "index.mjs"), swapFunctionCode());
    handler = ((await import(pathToFileURL(join(folder, "index.mjs")).href)) as { handler: Handler }).handler;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    sent = [];
    aws = new BlueGreenEmulator();
    const send = aws.sender();
    process.env.SWAP = JSON.stringify({ ...NAMES, ...SETTINGS, pollSeconds: 0, watchSeconds: 0, healthyPolls: 1 });
    Object.assign(globalThis, {
      palisadeSend: async (command: string, input: Record<string, unknown>) => {
        if (command.startsWith("PutJob")) return void sent.push({ command, input });
        // The clock of the function is the real one; AWS's is not, and every request takes it further.
        aws.time.now += 5000;
        return send("ssm", command, input);
      },
    });
  });

  const call = async (uri: string | undefined, remaining = 900_000, continuationToken?: string) => {
    const log = console.log;
    console.log = () => undefined;
    try {
      await handler(
        {
          "CodePipeline.job": {
            id: "job-1",
            data: { actionConfiguration: { configuration: { UserParameters: uri } }, continuationToken },
          },
        },
        { getRemainingTimeInMillis: () => remaining },
      );
    } finally {
      console.log = log;
    }
  };

  it("is the same text wherever it is built, and asks for nothing but Node.js and the SDK", () => {
    assert.equal(swapFunctionCode(), swapFunctionCode());
    assert.ok(!swapFunctionCode().includes(process.cwd()));
    const imported = [...swapFunctionCode().matchAll(/(?:from |import\()["'`]([^"'`]+)/g)].map(([, module]) => module);
    assert.deepEqual(imported, ["node:crypto", "node:timers/promises", "@aws-sdk/client-${service}"]);
  });

  it("swaps, and tells CodePipeline which colour is live", async () => {
    await call(image("good", 2));
    assert.equal(aws.live, "green");
    assert.deepEqual(sent, [
      {
        command: "PutJobSuccessResult",
        input: {
          jobId: "job-1",
          executionDetails: { summary: `green serves ${image("good", 2)}` },
          outputVariables: { LIVE: "green" },
        },
      },
    ]);
  });

  it("asks to be called again where its time is up, and goes on with the same run", async () => {
    await call(image("good", 2), 120_000);
    assert.deepEqual(sent.pop()?.input, { jobId: "job-1", continuationToken: "job-1" });
    assert.equal(aws.journal.run, "job-1");
    await call(image("good", 2), 900_000, "job-1");
    assert.deepEqual(sent.pop()?.input.outputVariables, { LIVE: "green" });
  });

  it("fails the action where the image is bad", async () => {
    await call(image("broken", 2));
    assert.equal(sent[0]?.command, "PutJobFailureResult");
    assert.match(JSON.stringify(sent[0]?.input), /"type":"JobFailed","message":"the deploy command/);
    assert.equal(aws.live, "blue");
  });

  it("fails the action where it is given no digest", async () => {
    for (const uri of [undefined, "", "registry/app:latest", "#{build.IMAGE}"]) {
      await call(uri);
      assert.match(JSON.stringify(sent.pop()?.input), /names no image by its digest/);
    }
    assert.deepEqual(aws.log, []);
  });

  it("asks to be called again where AWS refuses to answer, and leaves the pipeline to it", async () => {
    aws.refused.add("UpdateItem");
    await call(image("good", 2));
    assert.equal(sent[0]?.input.continuationToken, "job-1");
  });
});
