import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { ResourceGraph } from "../../analysis/graph";
import { exitCode } from "../../cli/check";
import type { CheckResult } from "../../cli/check-result";
import { renderJson } from "../../cli/render/json";
import { renderTerminal } from "../../cli/render/terminal";
import { SourcePositions } from "../../cli/source-position";
import { packs } from "../../policies/packs";
import { evaluate } from "../../policies/rule";
import { recordProgram } from "../support/record";
import { ROOT } from "../support/stack-file";
import * as pulumi from "@pulumi/pulumi";

async function resultOf(program: () => unknown): Promise<CheckResult> {
  const recording = await recordProgram(program, { sources: true });
  const rules = packs.flatMap((pack) => pack.rules);
  return {
    recording,
    findings: evaluate(rules, ResourceGraph.fromRecording(recording)),
    positions: new SourcePositions(ROOT),
  };
}

const openGroup = () => {
  const group = new aws.ec2.SecurityGroup("open", { vpcId: "vpc-1", description: "x" });
  new aws.vpc.SecurityGroupIngressRule("ssh", {
    securityGroupId: group.id,
    cidrIpv4: "0.0.0.0/0",
    ipProtocol: "tcp",
    fromPort: 22,
    toPort: 22,
  });
};

describe("report", () => {
  it("a violation makes the exit code 1 and is told with rule, resource, declaring line and fix", async () => {
    const result = await resultOf(openGroup);
    assert.equal(exitCode(result), 1);
    const text = renderTerminal(result, false, false);
    assert.match(
      text,
      /PCI [\d., ]+\n.*(SecurityGroup|IngressRule) \w+ {2}tests\/cli\/report\.test\.ts:\d+\n.*\n {4}Fix: /,
    );
    assert.match(text, /Verdict: \d+ violations/);
  });

  it("without a violation the exit code is 0", async () => {
    const result = await resultOf(() => undefined);
    assert.equal(exitCode(result), 0);
    assert.match(renderTerminal(result, false, false), /Verdict: every rule holds/);
  });

  it("never shows a secret, neither as input nor as output", async () => {
    const result = await resultOf(() => {
      const password = pulumi.secret("hunter2-hunter2");
      new aws.ssm.Parameter("token", { type: "SecureString", value: password });
      return { password };
    });
    for (const text of [renderTerminal(result, true, false), renderJson(result)]) {
      assert.doesNotMatch(text, /hunter2/);
      assert.match(text, /\[secret\]/);
    }
  });

  it("lists every resource when asked for all of them", async () => {
    const text = renderTerminal(await resultOf(openGroup), true, false);
    assert.match(text, /ec2\.SecurityGroup open/);
    assert.match(text, /vpc\.SecurityGroupIngressRule ssh/);
  });
});
