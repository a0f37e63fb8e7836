import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Grantee, policyDocument } from "../../components/core";
import { Key } from "../../components/security/key";
import { TestNetwork } from "./fixtures";

/** A key and a network for a data component, named after it. */
export function ground(name: string, opts: pulumi.ComponentResourceOptions = {}): { key: Key; vpc: TestNetwork } {
  return {
    key: new Key(`${name}-key`, { description: "Data", services: ["logs"] }, opts),
    vpc: new TestNetwork(`${name}-vpc`, opts),
  };
}

/** Something that runs under a role of its own. */
export function grantee(name: string): Grantee {
  const role = new aws.iam.Role(`${name}-role`, {
    name: `${name}-role`,
    assumeRolePolicy: policyDocument([
      { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]),
  });
  return { grantName: name, role };
}
