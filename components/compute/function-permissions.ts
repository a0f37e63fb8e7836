import type * as pulumi from "@pulumi/pulumi";
import { type Component, policyDocument, type Statement } from "../core";

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const INTERFACE_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** Trust of a function's role. Lambda sends no aws:SourceArn or aws:SourceAccount here; `iam:PassRole` holds the role to this account. */
export function functionTrust(): pulumi.Output<string> {
  return policyDocument([
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ]);
}

/** Lets the function `functionName` of `owner` write to its own log group and to no other, and make none. */
export function functionLogStatement(owner: Component, functionName: string): Statement {
  return {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: owner.arnOf("logs", `log-group:/aws/lambda/${functionName}:*`),
  };
}

/**
 * What Lambda needs to give a function its place in a network. Lambda asks for them on every resource; the denial leaves them to Lambda and
 * takes them from the function's code.
 */
export function interfaceStatements(functionArn: pulumi.Input<string>): Statement[] {
  return [
    { Effect: "Allow", Action: INTERFACE_ACTIONS, Resource: "*" },
    {
      Effect: "Deny",
      Action: INTERFACE_ACTIONS,
      Resource: "*",
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": functionArn } },
    },
  ];
}
