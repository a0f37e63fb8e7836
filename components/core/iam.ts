import type * as pulumi from "@pulumi/pulumi";
import { jsonDocument } from "./json-document";

/** A principal of a policy statement, in IAM's JSON form. */
export type Principal =
  | "*"
  | { Service: string | string[] }
  | { AWS: pulumi.Input<string> | pulumi.Input<string>[] }
  | { Federated: pulumi.Input<string> };

/** One IAM policy statement, in IAM's JSON form. Actions are never `*` or `service:*` in what components write. */
export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: Principal;
  Action: string | string[];
  Resource?: pulumi.Input<string> | pulumi.Input<string>[];
  Condition?: Record<string, Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>;
}

/** An IAM policy document as JSON. Key order is the order given, so that it is the same in every run. */
export function policyDocument(statements: pulumi.Input<readonly Statement[]>): pulumi.Output<string> {
  return jsonDocument({ Version: "2012-10-17", Statement: statements });
}

/**
 * Trust policy for an AWS service principal, e.g. `ecs-tasks.amazonaws.com`, held to this account (the confused-deputy
 * guard, https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html). Give `sourceArn` where the service sends one.
 */
export function serviceTrust(
  service: string,
  account: pulumi.Input<string>,
  sourceArn?: pulumi.Input<string>,
): pulumi.Output<string> {
  return policyDocument([
    {
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      Condition: {
        StringEquals: { "aws:SourceAccount": account },
        ...(sourceArn === undefined ? {} : { ArnLike: { "aws:SourceArn": sourceArn } }),
      },
    },
  ]);
}
