import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type Grantee, policyDocument } from "../../components/core";

/** Something with a role of its own, for tests of grants. */
export class TestGrantee extends Component implements Grantee {
  readonly grantName: string;
  readonly role: aws.iam.Role;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:TestGrantee", name, {}, opts);
    this.grantName = name;
    const trust = policyDocument([
      { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    this.role = new aws.iam.Role(this.childName("role"), { assumeRolePolicy: trust }, this.childOptions());
    this.registerOutputs({});
  }
}
