import assert from "node:assert/strict";
import fc from "fast-check";
import { loadConfig } from "../../../stacks/config/load";
import { ConfigError } from "../../../stacks/config/problems";
import { creditScore } from "../../../stacks/credit-score";
import { named } from "../../support/record";
import { recordStack } from "../../support/record-stack";
import { stackValues } from "../../support/stack-file";

const given = (key: string) => JSON.parse(stackValues("credit-score")[`palisade:${key}`] ?? "null");

function problemsOf(changes: Readonly<Record<string, unknown>>): string {
  try {
    loadConfig(creditScore, stackValues("credit-score", changes), "credit-score");
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return "";
}

const service = (name: string, change: object) => ({
  "palisade:services": { ...given("services"), [name]: { ...given("services")[name], ...change } },
});

describe("credit-score configuration", () => {
  for (const stack of ["credit-score", "credit-score-qa"])
    it(`${stack} is valid`, () => void loadConfig(creditScore, stackValues(stack), stack));

  const cases: Record<string, { changes: Readonly<Record<string, unknown>>; problem: RegExp }> = {
    "a production in one zone": {
      changes: { "palisade:region": { ...given("region"), zones: ["eu-central-1a"] } },
      problem: /palisade:region\.zones .*at least two zones/,
    },
    "a Fargate size that there is not": {
      changes: service("store", { size: { cpu: 512, memory: 8192 } }),
      problem: /palisade:services\.store\.size\.memory .*Fargate takes/,
    },
    "a calculation on half a processor": {
      changes: service("calculation", { size: { cpu: 512, memory: 1024 } }),
      problem: /palisade:services\.calculation\.size\.cpu .*keeps one vCPU busy/,
    },
    "more requests than a service can have tasks": {
      changes: { "palisade:throughput": { requestsPerSecond: 1000, headroom: 10 } },
      problem: /palisade:throughput .*an ECS service has at most 5000/,
    },
    "work that outlives a deployment": {
      changes: { "palisade:throughput": { requestsPerSecond: 10, bankSeconds: 20 } },
      problem: /palisade:throughput .*Fargate ends a task within 120/,
    },
    "a bank that is half the internet": {
      changes: { "palisade:banks": { "first-bank": { ...given("banks")["first-bank"], cidrs: ["0.0.0.0/1"] } } },
      problem: /palisade:banks\.first-bank\.cidrs\[0\] .*wider than \/16/,
    },
    "a webhook without TLS": {
      changes: {
        "palisade:clients": {
          lender: {
            requestsPerSecond: 1,
            burst: 1,
            webhook: { url: "http://x.example.com", cidrs: ["203.0.113.0/28"] },
          },
        },
      },
      problem: /palisade:clients\.lender\.webhook\.url .*https/,
    },
    "one host for both ways in": {
      changes: { "palisade:domain": { name: "score.example.com", api: "x", direct: "x" } },
      problem: /palisade:domain\.direct .*this host already/,
    },
    "an objective that snapshots of a table can not meet": {
      changes: { "palisade:objectives": { rtoMinutes: 60, rpoMinutes: 60 } },
      problem: /palisade:objectives\.rpoMinutes .*hourly at most/,
    },
    "images that another stack builds beside a pipeline": {
      changes: service("store", { repository: "other-store" }),
      problem: /palisade:services\.store\.repository .*made by another stack, and delivery makes some/,
    },
    "images that update and pipeline build": {
      changes: service("store", { image: { context: "." } }),
      problem: /palisade:services\.store\.image\.context .*pipeline builds it already/,
    },
    "a folder that is none of the repository": {
      changes: { "palisade:delivery": { ...given("delivery"), project: "../x; rm -r ." } },
      problem: /palisade:delivery\.project .*Give a folder of the repository/,
    },
    "a deploy role that is none": {
      changes: { "palisade:delivery": { ...given("delivery"), production: { deployRoleArn: "deploy" } } },
      problem: /palisade:delivery\.production\.deployRoleArn .*Give a role's ARN/,
    },
    "a build that is there and is to be made": {
      changes: service("store", { image: { context: "." }, digest: `sha256:${"a".repeat(64)}` }),
      problem: /palisade:services\.store\.digest .*asks for a new one/,
    },
  };
  for (const [what, { changes, problem }] of Object.entries(cases)) {
    it(`refuses ${what}`, () => assert.match(problemsOf(changes).replaceAll("\n", " "), problem));
  }

  it("runs the build that the release pipeline names", async () => {
    const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
    const recording = await recordStack("credit-score", service("calculation", { digest }));
    const [container] = JSON.parse(
      String(named(recording, "credit-score-calculation-task").inputs.containerDefinitions),
    );
    assert.ok(
      String(container.image).endsWith(`credit-score-credit-score-calculation-image@${digest}`),
      container.image,
    );
  }).timeout(60_000);

  it("never throws anything but a ConfigError, whatever one key holds", () => {
    const keys = Object.keys(stackValues("credit-score")).filter((key) => key.startsWith("palisade:"));
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.jsonValue(),
        (key, value) => void problemsOf({ [key]: value ?? "null" }),
      ),
      { numRuns: 200 },
    );
  });
});
