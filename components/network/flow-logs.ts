import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Component, policyDocument, serviceTrust, type Transform } from "../core";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";

export interface FlowLogOptions {
  /** Encrypts the log group; it must name the service `logs`. */
  readonly key: Key;
  readonly retentionInDays?: number;
  readonly transform?: { flowLog?: Transform<aws.ec2.FlowLogArgs>; logGroup?: Transform<aws.cloudwatch.LogGroupArgs> };
}

export interface FlowLogNodes {
  readonly flowLog: aws.ec2.FlowLog;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly role: aws.iam.Role;
}

/** AWS's fields up to version 5: who talked to whom, through what, and whether it was let through. */
const FIELDS = [
  ...["version", "account-id", "region", "vpc-id", "subnet-id", "az-id", "interface-id", "instance-id", "type"],
  ...["flow-direction", "traffic-path", "srcaddr", "srcport", "pkt-srcaddr", "pkt-src-aws-service"],
  ...["dstaddr", "dstport", "pkt-dstaddr", "pkt-dst-aws-service", "protocol", "tcp-flags"],
  ...["packets", "bytes", "start", "end", "action", "log-status"],
];

/** Records all traffic of a VPC every minute, accepted and rejected, in an encrypted log group of `owner`. */
export function flowLogs(owner: Component, vpcId: pulumi.Input<string>, options: FlowLogOptions): FlowLogNodes {
  const group = logGroup(owner, "flow-logs", {
    keyArn: options.key.arn,
    retentionInDays: options.retentionInDays,
    transform: options.transform?.logGroup,
  });
  const role = new aws.iam.Role(
    owner.childName("flow-logs"),
    {
      name: owner.physicalName("iamRole", "flow-logs"),
      description: `Writes the flow logs of ${owner.name}`,
      assumeRolePolicy: serviceTrust(
        "vpc-flow-logs.amazonaws.com",
        owner.account,
        owner.arnOf("ec2", "vpc-flow-log/*"),
      ),
    },
    owner.childOptions(),
  );
  const policy = new aws.iam.RolePolicy(
    owner.childName("flow-logs"),
    {
      role: role.name,
      policy: policyDocument([
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: owner.arnOf("logs", pulumi.interpolate`log-group:${group.name}:*`),
        },
      ]),
    },
    owner.childOptions(),
  );
  const flowLog = new aws.ec2.FlowLog(
    owner.childName("flow-logs"),
    {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 60,
      logFormat: FIELDS.map((field) => `\${${field}}`).join(" "),
    },
    owner.childOptions({ dependsOn: [policy] }, options.transform?.flowLog),
  );
  return { flowLog, logGroup: group, role };
}
