import type { Severity } from "../core";

/** An event in CloudTrail that somebody should hear of. */
export interface TrailWatch {
  /** CloudWatch Logs filter pattern (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html), at most 1,024 characters. */
  readonly pattern: string;
  readonly severity: Severity;
  /** Events in five minutes that set off the alarm. */
  readonly threshold: number;
  /** What has happened and what to do: what the person on call reads. */
  readonly description: string;
}

const anyOf = (names: readonly string[]): string => names.map((name) => `($.eventName = ${name})`).join(" || ");
const calls = (source: string, names: readonly string[]): string =>
  `{ ($.eventSource = ${source}.amazonaws.com) && (${anyOf(names)}) }`;

const change = (pattern: string, what: string): TrailWatch => ({
  pattern,
  severity: "warning",
  threshold: 1,
  description: `${what} changed. Match it with a planned change; if there is none, treat it as an intrusion.`,
});

/**
 * What PCI DSS 10.4.1 and 10.2.1 and the CIS AWS Foundations Benchmark (section 4 of v1.4, Security Hub's CloudWatch controls) want
 * somebody to be told of, by the name of its alarm.
 */
export const TRAIL_WATCHES: Readonly<Record<string, TrailWatch>> = {
  "root-use": {
    pattern:
      '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    severity: "critical",
    threshold: 1,
    description: "The root user was used. Nobody should; find out who and why, and change its password and MFA.",
  },
  "unauthorized-calls": {
    pattern:
      '{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) && ($.sourceIPAddress != "delivery.logs.amazonaws.com") && ($.eventName != "HeadBucket") }',
    severity: "warning",
    // One refusal is a missing permission; a burst of them is somebody who looks around.
    threshold: 10,
    description: "Many API calls were refused within five minutes. Look in the trail for whose they are.",
  },
  "sign-in-without-mfa": {
    pattern:
      '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    severity: "critical",
    threshold: 1,
    description: "An IAM user signed in to the console without MFA. Lock the user and ask them.",
  },
  "sign-in-failures": {
    pattern: '{ ($.eventName = "ConsoleLogin") && ($.errorMessage = "Failed authentication") }',
    severity: "warning",
    threshold: 5,
    description: "Sign-ins to the console fail again and again: somebody tries passwords.",
  },
  "key-removal": {
    pattern: calls("kms", ["DisableKey", "ScheduleKeyDeletion"]),
    severity: "critical",
    threshold: 1,
    description:
      "A KMS key was disabled or is to be deleted. What it encrypted cannot be read: cancel it unless it is planned.",
  },
  "trail-changes": {
    pattern: calls("cloudtrail", [
      "CreateTrail",
      "UpdateTrail",
      "DeleteTrail",
      "StartLogging",
      "StopLogging",
      "PutEventSelectors",
    ]),
    severity: "critical",
    threshold: 1,
    description: "CloudTrail itself changed. Look first whether it still logs.",
  },
  "detection-changes": {
    pattern: `{ ${anyOf([
      "StopConfigurationRecorder",
      "DeleteDeliveryChannel",
      "PutDeliveryChannel",
      "PutConfigurationRecorder",
      "DeleteDetector",
      "DisableSecurityHub",
      "DisableMacie",
    ])} }`,
    severity: "critical",
    threshold: 1,
    description: "AWS Config, GuardDuty, Security Hub or Macie was changed or switched off.",
  },
  "secret-rotation-failed": {
    pattern: '{ ($.eventSource = secretsmanager.amazonaws.com) && ($.eventName = "RotationFailed") }',
    severity: "warning",
    threshold: 1,
    description: "A secret was not rotated. Read the rotation function's log before the old value is due.",
  },
  "iam-changes": change(
    calls("iam", [
      "DeleteGroupPolicy",
      "DeleteRolePolicy",
      "DeleteUserPolicy",
      "PutGroupPolicy",
      "PutRolePolicy",
      "PutUserPolicy",
      "CreatePolicy",
      "DeletePolicy",
      "CreatePolicyVersion",
      "DeletePolicyVersion",
      "AttachRolePolicy",
      "DetachRolePolicy",
      "AttachUserPolicy",
      "DetachUserPolicy",
      "AttachGroupPolicy",
      "DetachGroupPolicy",
    ]),
    "IAM policies",
  ),
  "bucket-policy-changes": change(
    calls("s3", [
      "PutBucketAcl",
      "PutBucketPolicy",
      "PutBucketCors",
      "PutBucketLifecycle",
      "PutBucketReplication",
      "DeleteBucketPolicy",
      "DeleteBucketCors",
      "DeleteBucketLifecycle",
      "DeleteBucketReplication",
      "PutBucketPublicAccessBlock",
      "DeleteBucketPublicAccessBlock",
      "PutAccountPublicAccessBlock",
      "DeleteAccountPublicAccessBlock",
    ]),
    "Access to S3 buckets",
  ),
  "security-group-changes": change(
    `{ ${anyOf([
      "AuthorizeSecurityGroupIngress",
      "AuthorizeSecurityGroupEgress",
      "RevokeSecurityGroupIngress",
      "RevokeSecurityGroupEgress",
      "ModifySecurityGroupRules",
      "CreateSecurityGroup",
      "DeleteSecurityGroup",
    ])} }`,
    "Security groups",
  ),
  "network-acl-changes": change(
    `{ ${anyOf([
      "CreateNetworkAcl",
      "CreateNetworkAclEntry",
      "DeleteNetworkAcl",
      "DeleteNetworkAclEntry",
      "ReplaceNetworkAclEntry",
      "ReplaceNetworkAclAssociation",
    ])} }`,
    "Network ACLs",
  ),
  "gateway-changes": change(
    `{ ${anyOf([
      "CreateCustomerGateway",
      "DeleteCustomerGateway",
      "AttachInternetGateway",
      "CreateInternetGateway",
      "DeleteInternetGateway",
      "DetachInternetGateway",
      "CreateNatGateway",
      "DeleteNatGateway",
    ])} }`,
    "Gateways of a VPC",
  ),
  "route-table-changes": change(
    `{ ($.eventSource = ec2.amazonaws.com) && (${anyOf([
      "CreateRoute",
      "CreateRouteTable",
      "ReplaceRoute",
      "ReplaceRouteTableAssociation",
      "DeleteRouteTable",
      "DeleteRoute",
      "DisassociateRouteTable",
    ])}) }`,
    "Route tables",
  ),
  "vpc-changes": change(
    `{ ${anyOf([
      "CreateVpc",
      "DeleteVpc",
      "ModifyVpcAttribute",
      "AcceptVpcPeeringConnection",
      "CreateVpcPeeringConnection",
      "DeleteVpcPeeringConnection",
      "RejectVpcPeeringConnection",
      "CreateTransitGatewayVpcAttachment",
    ])} }`,
    "VPCs or what connects them",
  ),
};
