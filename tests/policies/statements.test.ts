import { leastPrivilege } from "../../policies/least-privilege/rules";
import { ACCOUNT, allow, document } from "./documents";
import { ruleCases } from "./rule-cases";

// The cases re-create the findings of parliament (https://github.com/duo-labs/parliament), which reads policies of running accounts.

const bucket = "arn:aws:s3:::orders";
const queue = `arn:aws:sqs:eu-west-1:${ACCOUNT}:orders`;
const github = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
const read = { Action: "s3:GetObject", Resource: `${bucket}/*` };
const list = { Action: "s3:ListBucket", Resource: bucket, Condition: { StringLike: { "s3:prefix": "in/*" } } };
const send = { Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queue };
const deploy = {
  Principal: { Federated: github },
  Action: "sts:AssumeRoleWithWebIdentity",
  Condition: { StringEquals: { "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main" } },
};

const secure = {
  policy: { type: "aws:iam/policy:Policy", inputs: { policy: document(allow(read), allow(list)) } },
  queue: { type: "aws:sqs/queuePolicy:QueuePolicy", inputs: { policy: document(allow(send)) } },
  role: { type: "aws:iam/role:Role", inputs: { assumeRolePolicy: document(allow(deploy)) } },
};
const policy = (...statements: Record<string, unknown>[]) => ({ policy: { policy: document(...statements) } });
const where = (condition: Record<string, unknown>, statement: Record<string, unknown> = read) =>
  policy(allow({ ...statement, Condition: condition }));

ruleCases(leastPrivilege, {
  "policy-known-actions": {
    secure,
    broken: {
      "a misspelt action (UNKNOWN_ACTION)": policy(allow({ ...read, Action: "s3:GetObjects" })),
      "a misspelt denial": policy({ Effect: "Deny", Action: "s3:DelteObject", Resource: "*" }),
      "the name of an API call that is no action": policy(allow({ ...read, Action: ["s3:HeadObject"] })),
      "a service that AWS does not have (UNKNOWN_PREFIX)": policy(allow({ ...read, Action: "s4:GetObject" })),
      "a pattern that fits nothing": policy(allow({ ...read, Action: "s3:Fetch*" })),
      "no service at all": policy(allow({ ...read, Action: "GetObject" })),
      "in a resource policy": { queue: { policy: document(allow({ ...send, Action: "sqs:Send" })) } },
      "in a trust policy": { role: { assumeRolePolicy: document(allow({ ...deploy, Action: "sts:AssumeRoles" })) } },
    },
    alsoSecure: {
      "another case": policy(allow({ ...read, Action: "S3:getobject" })),
      "a pattern": policy(allow({ ...read, Action: ["s3:Get*", "*"] })),
      "an action that AWS's guides name and its reference does not": policy(
        allow({ Action: "logs:PutLogEventsBatch", Resource: "*" }),
      ),
    },
  },
  "policy-actions-fit-resources": {
    secure,
    broken: {
      "objects of a bucket's ARN (RESOURCE_MISMATCH)": policy(allow({ ...read, Resource: bucket })),
      "a bucket by its objects' ARN": policy(allow({ ...list, Resource: `${bucket}/*` })),
      "one action of two": policy(allow({ ...read, Action: ["s3:GetObject", "s3:ListBucket"] })),
      "one resource of two": policy(allow({ ...read, Resource: [`${bucket}/*`, bucket] })),
      "a resource of another service": policy(allow({ ...read, Resource: queue })),
      "a name instead of an ARN": policy(allow({ ...read, Resource: "orders" })),
      "a name for an action that takes none": policy(allow({ Action: "ecr:GetAuthorizationToken", Resource: bucket })),
      "a denial of nothing": policy({ Effect: "Deny", Action: "s3:DeleteObject", Resource: bucket }),
      "a pattern of actions": policy(allow({ Action: "sqs:Send*", Resource: bucket })),
      "no resource": policy(allow({ Action: "s3:GetObject" })),
      "in a queue's policy": { queue: { policy: document(allow({ ...send, Resource: bucket })) } },
      "in a trust policy": { role: { assumeRolePolicy: document(allow({ ...deploy, Action: "s3:GetObject" })) } },
    },
    alsoSecure: {
      "patterns on both sides": policy(allow({ Action: "s3:Get*", Resource: "arn:*:s3:::*" })),
      "a variable": policy(allow({ ...read, Resource: `${bucket}/\${aws:username}/*` })),
      everything: policy(allow({ Action: "*", Resource: `${bucket}/*` })),
      "an action for a table and its index": policy(
        allow({
          Action: "dynamodb:Query",
          Resource: [
            `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/t`,
            `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/t/index/*`,
          ],
        }),
      ),
      "a log group with the trailing star": policy(
        allow({ Action: "logs:PutLogEvents", Resource: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/orders:*` }),
      ),
    },
  },
  "policy-known-condition-keys": {
    secure,
    broken: {
      "a key of another action (UNKNOWN_CONDITION_FOR_ACTION)": where({ StringLike: { "s3:prefix": "in/*" } }),
      "a denial by a key that never comes": policy({
        Effect: "Deny",
        ...read,
        Condition: { StringNotEquals: { "s3:prefix": "in/" } },
      }),
      "a misspelt global key": where({ StringEquals: { "aws:SourceVpcId": "vpc-1" } }),
      "a key of another service": where({ StringEquals: { "ec2:Vpc": "vpc-1" } }),
      "no key at all": where({ StringEquals: { sourceVpc: "vpc-1" } }),
      "tags of what has none": where(
        { StringEquals: { "aws:ResourceTag/team": "orders" } },
        { Action: "ec2:DescribeSubnets", Resource: "*" },
      ),
      "one action of two": where(
        { StringLike: { "s3:prefix": "in/*" } },
        { Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucket },
      ),
      "a misspelt key under every action": where(
        { Bool: { "aws:SecureTransprot": "false" } },
        { Action: "*", Resource: "*" },
      ),
      "another provider's claim": {
        role: {
          assumeRolePolicy: document(
            allow({ ...deploy, Condition: { StringEquals: { "gitlab.example.com:sub": "project_path:acme/shop" } } }),
          ),
        },
      },
    },
    alsoSecure: {
      "a global key": where({
        StringEquals: { "aws:PrincipalTag/team": "orders" },
        Bool: { "aws:SecureTransport": "true" },
      }),
      "a key that may be missing": where({ StringEqualsIfExists: { "s3:prefix": "in/" } }),
      "what asks that it is missing": where({ Null: { "s3:prefix": "true" } }),
      "a tag": where(
        { StringEquals: { "aws:ResourceTag/team": "orders" } },
        { Action: "sqs:SendMessage", Resource: queue },
      ),
      "AWS's own policy for a key behind logs": where(
        { ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:eu-west-1:${ACCOUNT}:*` } },
        { Action: ["kms:Decrypt*", "kms:Describe*"], Resource: "*" },
      ),
      "claims of a provider that AWS does not know": {
        role: {
          assumeRolePolicy: document(
            allow({
              Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1` },
              Action: "sts:AssumeRoleWithWebIdentity",
              Condition: {
                StringEquals: { "oidc.eks.eu-west-1.amazonaws.com/id/A1:sub": "system:serviceaccount:a:b" },
              },
            }),
          ),
        },
      },
    },
  },
  "policy-condition-operators": {
    secure,
    broken: {
      "an operator that AWS does not have (UNKNOWN_OPERATOR)": where({ StringMatches: { "aws:SourceVpc": "vpc-1" } }),
      "an address compared as text (MISMATCHED_TYPE)": where({ StringEquals: { "aws:SourceIp": "10.0.0.0/8" } }),
      "text compared as an address": where({ IpAddress: { "aws:SourceVpc": "10.0.0.0/8" } }),
      "a flag compared as text (MISMATCHED_TYPE_OPERATION_TO_NULL)": where({
        StringEquals: { "aws:SecureTransport": "true" },
      }),
      "a number compared as text": where(
        { StringEquals: { "s3:max-keys": "10" } },
        { Action: "s3:ListBucket", Resource: bucket },
      ),
      "an ARN that is none": where({ ArnLike: { "aws:PrincipalArn": "orders" } }),
      "a network that is none": where({ IpAddress: { "aws:SourceIp": "10.0.0.0/33" } }),
      "a flag that is neither": where({ Bool: { "aws:SecureTransport": "yes" } }),
      "a date that is none": where({ DateLessThan: { "aws:CurrentTime": "tomorrow" } }),
      "a wildcard that StringEquals takes as it stands": where({
        StringEquals: { "aws:PrincipalArn": "arn:aws:iam::*:role/a" },
      }),
      "the same in a trust policy": {
        role: {
          assumeRolePolicy: document(
            allow({
              ...deploy,
              Condition: { StringEquals: { "token.actions.githubusercontent.com:sub": "repo:acme/*" } },
            }),
          ),
        },
      },
    },
    alsoSecure: {
      "each type by its own": where({
        ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/app-*" },
        StringLike: { "aws:SourceVpc": "vpc-*" },
        IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"] },
        NumericLessThan: { "aws:MultiFactorAuthAge": "3600" },
        DateGreaterThan: { "aws:CurrentTime": "2026-11-21T00:00:00Z", "aws:EpochTime": "1795219200" },
        NumericLessThanEquals: { "aws:EpochTime": "1795219200" },
        Null: { "aws:PrincipalTag/team": "false" },
        BoolIfExists: { "aws:ViaAWSService": "false" },
        "ForAnyValue:StringEquals": { "aws:CalledVia": "cloudformation.amazonaws.com" },
      }),
      "an ARN compared as text": where({ StringEquals: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/a` } }),
      "a variable": where({ StringEquals: { "aws:PrincipalTag/team": "${aws:ResourceTag/*}" } }),
    },
  },
});
