import { type Component, type Statement } from "../../core";
import type * as pulumi from "@pulumi/pulumi";
import { METRIC_NAMESPACE } from "./agent-config";

/**
 * What Systems Manager's agent calls on a machine, for Session Manager and Run Command: of AmazonSSMManagedInstanceCore the part that serves them
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html).
 */
export function systemsManagerStatements(owner: Component): Statement[] {
  return [
    {
      Sid: "SystemsManagerRegistration",
      Effect: "Allow",
      Action: "ssm:UpdateInstanceInformation",
      // A machine's id is not known before it stands, and its role must be there first.
      Resource: owner.arnOf("ec2", "instance/*"),
    },
    {
      Sid: "SystemsManagerMessages",
      Effect: "Allow",
      Action: [
        "ec2messages:AcknowledgeMessage",
        "ec2messages:DeleteMessage",
        "ec2messages:FailMessage",
        "ec2messages:GetEndpoint",
        "ec2messages:GetMessages",
        "ec2messages:SendReply",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      // AWS lets no policy narrow them.
      Resource: "*",
    },
  ];
}

/** What the agents on a machine call, each no more than it needs: Systems Manager's, CloudWatch's, Docker's log driver. */
export function machineStatements(
  owner: Component,
  parameters: string,
  logGroupArn: pulumi.Input<string>,
): readonly Statement[] {
  return [
    ...systemsManagerStatements(owner),
    {
      Sid: "WhatItRuns",
      Effect: "Allow",
      Action: "ssm:GetParameter",
      Resource: owner.arnOf("ssm", `parameter${parameters}/*`),
    },
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: logGroupArn,
    },
    {
      Sid: "Metrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      // The action supports no resource; the namespace holds it.
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": METRIC_NAMESPACE } },
    },
  ];
}
