import assert from "node:assert/strict";
import { actionOf } from "../../analysis/authorization/services";
import { EXPOSING } from "../../policies/least-privilege/escalation";
import { ESCALATION_METHODS, type EscalationMethod } from "../../policies/least-privilege/escalation-methods";
import { leastPrivilege } from "../../policies/least-privilege/rules";
import { ACCOUNT, allow, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const awsPolicy = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const self = `arn:aws:iam::${ACCOUNT}:role/orders`;
const pivots = new Set(ESCALATION_METHODS.map(({ pivot }) => pivot));

/** One resource that the action takes. */
function named(action: string): string {
  const form = actionOf(action)?.arns[0] ?? "*";
  return form.replace("arn:*", "arn:aws").replaceAll("*", "named");
}

const openTo = ({ actions }: EscalationMethod) => ({
  policy: { policy: document(allow({ Action: actions, Resource: "*" })) },
});
/** The same permissions, what decides of any method held to one resource. */
const boundTwin = ({ actions }: EscalationMethod) => ({
  policy: {
    policy: document(
      ...actions.map((action) => allow({ Action: action, Resource: pivots.has(action) ? named(action) : "*" })),
    ),
  },
});
const nameOf = ({ actions }: EscalationMethod) => actions.join(" + ");
const cases = (change: (method: EscalationMethod) => ReturnType<typeof openTo>, prefix: string) =>
  Object.fromEntries(ESCALATION_METHODS.map((method) => [`${prefix} ${nameOf(method)}`, change(method)]));

const passing = (condition: Record<string, unknown> | undefined, ...actions: string[]) => ({
  policy: {
    policy: document(
      allow({ Action: "iam:PassRole", Resource: "*", ...(condition && { Condition: condition }) }),
      allow({ Action: actions, Resource: "*" }),
    ),
  },
});
const everything = { policy: { policy: document(allow({ Action: "*", Resource: "*" })) } };
const objects = document(allow({ Action: "s3:GetObject", Resource: "arn:aws:s3:::orders/*" }));

ruleCases(leastPrivilege, {
  "iam-no-privilege-escalation": {
    secure: {
      role: { type: "aws:iam/role:Role", inputs: { name: "orders" } },
      policy: { type: "aws:iam/rolePolicy:RolePolicy", inputs: { role: ref("role", "name"), policy: objects } },
      managed: { type: "aws:iam/policy:Policy", inputs: { policy: objects } },
      attachment: {
        type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        inputs: { role: ref("role", "name"), policyArn: ref("managed", "arn") },
      },
      narrow: { type: "aws:iam/policy:Policy", inputs: { policy: objects } },
      user: { type: "aws:iam/user:User", inputs: { name: "alice" } },
      group: { type: "aws:iam/group:Group", inputs: { name: "staff" } },
      membership: {
        type: "aws:iam/userGroupMembership:UserGroupMembership",
        inputs: { user: ref("user", "name"), groups: [ref("group", "name")] },
      },
      staff: { type: "aws:iam/groupPolicy:GroupPolicy", inputs: { group: ref("group", "name"), policy: objects } },
    },
    broken: {
      ...cases(openTo, "anybody's"),
      "two policies that make a way together": {
        policy: { policy: document(allow({ Action: "iam:PassRole", Resource: "*" })) },
        managed: {
          policy: document(allow({ Action: ["lambda:CreateFunction", "lambda:InvokeFunction"], Resource: "*" })),
        },
      },
      "AWS's AdministratorAccess": { attachment: { policyArn: awsPolicy("AdministratorAccess") } },
      "AWS's PowerUserAccess": { attachment: { policyArn: awsPolicy("PowerUserAccess") } },
      "AWS's IAMFullAccess, named by the role": { role: { managedPolicyArns: [awsPolicy("IAMFullAccess")] } },
      "an inline policy": {
        role: { inlinePolicies: [{ name: "a", policy: document(allow({ Action: "iam:Put*", Resource: "*" })) }] },
      },
      "everything but some": { policy: { policy: document(allow({ NotAction: "s3:*", Resource: "*" })) } },
      "a role that may rewrite itself": {
        policy: { policy: document(allow({ Action: "iam:PutRolePolicy", Resource: self })) },
      },
      "a role that may rewrite those with names like its own": {
        policy: {
          policy: document(allow({ Action: "iam:AttachRolePolicy", Resource: `arn:aws:iam::${ACCOUNT}:role/ord*` })),
        },
      },
      "a role passed to the very service": passing(
        { StringEquals: { "iam:PassedToService": ["s3.amazonaws.com", "lambda.amazonaws.com"] } },
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
      ),
      "a condition that holds nothing": passing(
        { StringEqualsIfExists: { "iam:PassedToService": "s3.amazonaws.com" } },
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
      ),
      "a user through its group": {
        staff: { policy: document(allow({ Action: "iam:CreateAccessKey", Resource: "*" })) },
      },
      "a boundary as wide as the policy": {
        ...everything,
        role: { permissionsBoundary: awsPolicy("AdministratorAccess") },
      },
      "a denial of something else": {
        policy: {
          policy: document(allow({ Action: "iam:CreateAccessKey", Resource: "*" }), {
            Effect: "Deny",
            Action: "iam:CreateAccessKey",
            Resource: `arn:aws:iam::${ACCOUNT}:user/admin`,
          }),
        },
      },
      "a denial that the request can avoid": {
        policy: {
          policy: document(allow({ Action: "iam:CreateAccessKey", Resource: "*" }), {
            Effect: "Deny",
            Action: "*",
            Resource: "*",
            Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } },
          }),
        },
      },
    },
    alsoSecure: {
      ...cases(boundTwin, "one's"),
      "a boundary that holds everything back": { ...everything, role: { permissionsBoundary: ref("narrow", "arn") } },
      "a denial": {
        policy: {
          policy: document(allow({ Action: "iam:CreateAccessKey", Resource: "*" }), {
            Effect: "Deny",
            Action: "iam:*",
            Resource: "*",
          }),
        },
      },
      "a denial by who one is": {
        policy: {
          policy: document(allow({ Action: "iam:CreateAccessKey", Resource: "*" }), {
            Effect: "Deny",
            Action: "iam:*",
            Resource: "*",
            Condition: { ArnNotLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/admin` } },
          }),
        },
      },
      "a role passed to another service": passing(
        { StringEquals: { "iam:PassedToService": "s3.amazonaws.com" } },
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
      ),
      "roles made under a boundary": {
        policy: {
          policy: document(
            allow({
              Action: "iam:PutRolePolicy",
              Resource: "*",
              Condition: { ArnEquals: { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/app` } },
            }),
          ),
        },
      },
      "one policy that may be attached": {
        policy: {
          policy: document(
            allow({
              Action: "iam:AttachRolePolicy",
              Resource: "*",
              Condition: { ArnEquals: { "iam:PolicyARN": `arn:aws:iam::${ACCOUNT}:policy/app` } },
            }),
          ),
        },
      },
      "instances with a tag": {
        policy: {
          policy: document(
            allow({
              Action: "ssm:StartSession",
              Resource: "*",
              Condition: { StringEquals: { "ssm:resourceTag/team": "orders" } },
            }),
          ),
        },
      },
      "AWS's policy for a task's execution": {
        attachment: { policyArn: awsPolicy("service-role/AmazonECSTaskExecutionRolePolicy") },
      },
    },
  },
  "iam-no-data-exfiltration": {
    secure: {
      policy: { type: "aws:iam/policy:Policy", inputs: { policy: objects } },
      role: {
        type: "aws:iam/role:Role",
        inputs: { inlinePolicies: [{ name: "a", policy: objects }] },
      },
      // It bounds roles that the deployer makes, and gives nobody a permission.
      workloads: {
        type: "aws:iam/policy:Policy",
        inputs: { name: "workloads", policy: document(allow({ Action: "s3:GetObject", Resource: "*" })) },
      },
      deployer: {
        type: "aws:iam/policy:Policy",
        inputs: {
          policy: document(
            allow({
              Action: "iam:PutRolePolicy",
              Resource: `arn:aws:iam::${ACCOUNT}:role/orders-*`,
              Condition: { StringEquals: { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/workloads` } },
            }),
          ),
        },
      },
    },
    broken: {
      "a boundary that nobody asks for": { deployer: { policy: objects } },
      ...Object.fromEntries(
        Object.values(EXPOSING)
          .flat()
          .map((action) => [action, { policy: { policy: document(allow({ Action: action, Resource: "*" })) } }]),
      ),
      "objects of every bucket": {
        policy: { policy: document(allow({ Action: "s3:GetObject", Resource: "arn:aws:s3:::*/*" })) },
      },
      "every secret of a Region": {
        policy: {
          policy: document(
            allow({
              Action: "secretsmanager:GetSecretValue",
              Resource: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:*`,
            }),
          ),
        },
      },
      "a pattern": { policy: { policy: document(allow({ Action: "dynamodb:*Item", Resource: "*" })) } },
      "all but one": {
        policy: { policy: document(allow({ Action: "s3:GetObject", NotResource: "arn:aws:s3:::orders/*" })) },
      },
      "inline in a role": {
        role: {
          inlinePolicies: [{ name: "a", policy: document(allow({ Action: "rds-db:connect", Resource: "*" })) }],
        },
      },
    },
    alsoSecure: {
      "secrets by the start of their name": {
        policy: {
          policy: document(
            allow({
              Action: "secretsmanager:GetSecretValue",
              Resource: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:orders-*`,
            }),
          ),
        },
      },
      "what has a tag": {
        policy: {
          policy: document(
            allow({
              Action: "secretsmanager:GetSecretValue",
              Resource: "*",
              Condition: { StringEquals: { "secretsmanager:ResourceTag/team": "orders" } },
            }),
          ),
        },
      },
      "a denial": {
        policy: { policy: document({ Effect: "Deny", Action: "s3:GetObject", Resource: "*" }) },
      },
      "grants for AWS's own use": {
        policy: {
          policy: document(
            allow({
              Action: "kms:CreateGrant",
              Resource: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/*`,
              Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
            }),
          ),
        },
      },
    },
  },
});

describe("the lists of dangerous permissions", () => {
  it("name actions that AWS has, and whose resource can be named", () => {
    for (const action of Object.values(EXPOSING).flat()) assert.notEqual(actionOf(action)?.arns.length, 0, action);
    const unknown = [...ESCALATION_METHODS.flatMap(({ actions }) => actions), ...Object.values(EXPOSING).flat()];
    assert.deepEqual(
      unknown.filter((action) => actionOf(action)?.id !== action),
      [],
    );
    for (const { actions, pivot } of ESCALATION_METHODS) {
      assert.ok(actions.includes(pivot));
      assert.notEqual(named(pivot), "*", pivot);
    }
  });

  it("have no method twice, and none that another makes longer", () => {
    const names = ESCALATION_METHODS.map(nameOf);
    assert.equal(new Set(names).size, names.length);
  });
});
