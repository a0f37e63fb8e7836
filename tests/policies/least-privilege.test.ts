import { leastPrivilege } from "../../policies/least-privilege/rules";
import { ACCOUNT, allow, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
const key = "arn:aws:kms:eu-west-1:123456789012:key/1";
const statement = { Action: ["dynamodb:GetItem"], Resource: table };
const policy = { type: "aws:iam/rolePolicy:RolePolicy", inputs: { policy: document(allow(statement)) } };
const managed = { type: "aws:iam/policy:Policy", inputs: { policy: document(allow(statement)) } };
const inline = (...statements: Record<string, unknown>[]) => [{ name: "inline", policy: document(...statements) }];
const trust = (change: Record<string, unknown> = {}) =>
  document(
    allow({
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
      ...change,
    }),
  );
const saml = (audience?: string) =>
  document(
    allow({
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/corporate` },
      Action: "sts:AssumeRoleWithSAML",
      ...(audience !== undefined && { Condition: { StringEquals: { "SAML:aud": audience } } }),
    }),
  );
const github = (claims: Record<string, string>) =>
  document(
    allow({
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com` },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringLike: Object.fromEntries(
          Object.entries(claims).map(([claim, value]) => [`token.actions.githubusercontent.com:${claim}`, value]),
        ),
      },
    }),
  );
const role = {
  type: "aws:iam/role:Role",
  inputs: { assumeRolePolicy: trust(), inlinePolicies: inline(allow(statement)) },
};
const attachment = {
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: { role: ref("role", "name"), policyArn: ref("managed", "arn") },
};
const all = { policy, managed, role, attachment };

/** The same statement in each of the places where an identity policy can stand. */
const everywhere = (change: Record<string, unknown>) => ({
  "in a role policy": { policy: { policy: document(allow({ ...statement, ...change })) } },
  "in a managed policy": { managed: { policy: document(allow(statement), allow({ ...statement, ...change })) } },
  "inline in a role": { role: { inlinePolicies: inline(allow({ ...statement, ...change })) } },
});
/** A role with a boundary of its own program. */
const bounded = (...statements: Record<string, unknown>[]) => ({
  limits: { type: "aws:iam/policy:Policy", inputs: { policy: document(...statements) } },
  role: { ...role, inputs: { ...role.inputs, permissionsBoundary: ref("limits", "arn") } },
});
const inRegion = {
  Effect: "Deny",
  Action: "*",
  Resource: "*",
  Condition: { StringNotEquals: { "aws:RequestedRegion": "eu-west-1" } },
};
const boundary = (...statements: Record<string, unknown>[]) => ({ limits: { policy: document(...statements) } });
const awsPolicy = (name: string) => `arn:aws:iam::aws:policy/${name}`;

const BUS = `arn:aws:events:eu-west-1:${ACCOUNT}:event-bus/shop`;
const puts = (values?: Record<string, string>) =>
  allow({ Action: "events:PutEvents", Resource: BUS, ...(values && { Condition: { StringEquals: values } }) });
const rolePolicy = (one: Record<string, unknown>) => ({
  type: "aws:iam/rolePolicy:RolePolicy",
  inputs: { role: "orders", policy: document(one) },
});

ruleCases(leastPrivilege, {
  "iam-no-administrator": {
    secure: all,
    broken: {
      ...everywhere({ Action: "*", Resource: "*" }),
      "AdministratorAccess attached": { attachment: { policyArn: awsPolicy("AdministratorAccess") } },
      "AdministratorAccess named by a role": { role: { managedPolicyArns: [awsPolicy("AdministratorAccess")] } },
    },
    alsoSecure: {
      "a denial of everything": { policy: { policy: document({ Effect: "Deny", Action: "*", Resource: "*" }) } },
    },
  },
  "iam-no-service-wildcard": {
    secure: all,
    broken: {
      ...everywhere({ Action: "dynamodb:*" }),
      "all but some": { policy: { policy: document(allow({ NotAction: "iam:*", Resource: table })) } },
    },
  },
  "iam-exact-actions": { secure: all, broken: everywhere({ Action: ["dynamodb:Get*"] }) },
  "iam-event-publishers": {
    secure: {
      orders: rolePolicy(puts({ "events:detail-type": "order-placed" })),
      ledger: rolePolicy(puts({ "events:detail-type": "entry-made", "events:source": "shop" })),
    },
    broken: {
      "any kind": { ledger: { policy: document(puts()) } },
      "a condition on something else": { ledger: { policy: document(puts({ "aws:PrincipalAccount": ACCOUNT })) } },
      "any bus": { ledger: { policy: document({ ...puts(), Resource: "*" }) } },
    },
    alsoSecure: {
      "another bus": { ledger: { policy: document({ ...puts(), Resource: `${BUS}-2` }) } },
      "a bus on which nobody is held to kinds": {
        orders: { policy: document(puts()) },
        ledger: { policy: document(puts()) },
      },
    },
  },
  "iam-named-resources": {
    secure: all,
    broken: {
      ...everywhere({ Resource: "*" }),
      "every resource of the service": {
        policy: { policy: document(allow({ ...statement, Resource: "arn:aws:s3:::*" })) },
      },
      "all resources but one": {
        policy: { policy: document(allow({ Action: "dynamodb:GetItem", NotResource: table })) },
      },
    },
    alsoSecure: {
      "actions that AWS lets nobody narrow": {
        policy: {
          policy: document(
            allow({
              Action: ["ecr:GetAuthorizationToken", "xray:PutTraceSegments", "cloudwatch:PutMetricData"],
              Resource: "*",
            }),
          ),
        },
      },
      "a condition on tags": {
        policy: {
          policy: document(
            allow({ ...statement, Resource: "*", Condition: { StringEquals: { "aws:ResourceTag/team": "orders" } } }),
          ),
        },
      },
    },
  },
  "iam-decrypt-named-keys": {
    secure: {
      ...all,
      policy: { ...policy, inputs: { policy: document(allow({ Action: "kms:Decrypt", Resource: key })) } },
    },
    broken: {
      ...everywhere({ Action: "kms:Decrypt", Resource: "arn:aws:kms:*:123456789012:key/*" }),
      "all of KMS": { policy: { policy: document(allow({ Action: "kms:*", Resource: "*" })) } },
    },
  },
  "iam-boundary-bounds": {
    secure: bounded(allow(statement)),
    broken: {
      "everything on everything": boundary(allow({ Action: "*", Resource: "*" })),
      "everything but some": boundary(allow({ NotAction: "iam:*", Resource: "*", Action: undefined })),
      "a whole service on everything": boundary(allow({ Action: "s3:*", Resource: "*" })),
      "itself to be taken away": boundary(allow({ Action: ["s3:*", "iam:*"], Resource: "*" }), inRegion),
      "every table": boundary(allow({ ...statement, Resource: "*" })),
      "every key": boundary(allow({ Action: "kms:Decrypt", Resource: "arn:aws:kms:*:123456789012:key/*" })),
    },
    alsoSecure: {
      "a whole service on named resources": boundary(allow({ Action: "dynamodb:*", Resource: table })),
      "keys by their tag": boundary(
        allow({
          Action: "kms:Decrypt",
          Resource: "arn:aws:kms:*:123456789012:key/*",
          Condition: { StringEquals: { "aws:ResourceTag/system": "orders" } },
        }),
      ),
      "what knows no resource": boundary(allow({ Action: "ecr:GetAuthorizationToken", Resource: "*" })),
      "whole services in named Regions": boundary(allow({ Action: ["s3:*", "ec2:*"], Resource: "*" }), inRegion),
      "everything in a Region but its own end": boundary(
        allow({ Action: "*", Resource: "*" }),
        { Effect: "Deny", Action: "iam:*", Resource: "*" },
        inRegion,
      ),
    },
    notApplicable: {
      "a policy that a role has": {
        attachment: {
          type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
          inputs: { role: ref("role", "name"), policyArn: ref("limits", "arn") },
        },
      },
    },
  },
  "iam-pass-role-bounded": {
    secure: {
      ...all,
      policy: {
        ...policy,
        inputs: {
          policy: document(
            allow({
              Action: "iam:PassRole",
              Resource: "arn:aws:iam::123456789012:role/orders",
              Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
            }),
          ),
        },
      },
    },
    broken: {
      ...everywhere({ Action: "iam:PassRole", Resource: "*" }),
      "any role": {
        policy: {
          policy: document(
            allow({
              Action: "iam:PassRole",
              Resource: "arn:aws:iam::123456789012:role/*",
              Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
            }),
          ),
        },
      },
      "any service": {
        policy: { policy: document(allow({ Action: "iam:*", Resource: "arn:aws:iam::123456789012:role/orders" })) },
      },
    },
  },
  "iam-no-broad-managed-policy": {
    secure: all,
    broken: {
      "full access to a service": { attachment: { policyArn: awsPolicy("AmazonS3FullAccess") } },
      "power users": { attachment: { policyArn: awsPolicy("PowerUserAccess") } },
      "a role that names one": { role: { managedPolicyArns: [awsPolicy("AWSCloudShellFullAccess")] } },
    },
    alsoSecure: {
      "a policy for a service role": {
        attachment: { policyArn: awsPolicy("service-role/AmazonAPIGatewayPushToCloudWatchLogs") },
      },
    },
  },
  "iam-no-user-policies": {
    secure: {
      attachment: { type: "aws:iam/policyAttachment:PolicyAttachment", inputs: { roles: ["orders"], users: [] } },
    },
    broken: { "a user with a policy": { attachment: { users: ["alice"] } } },
  },
  "iam-no-inline-group-policies": {
    secure: { group: { type: "aws:iam/group:Group" } },
    broken: { "an inline policy": { policy: { type: "aws:iam/groupPolicy:GroupPolicy" } } },
  },
  "iam-users-in-groups": {
    secure: {
      alice: { type: "aws:iam/user:User", inputs: { name: "alice" } },
      staff: { type: "aws:iam/group:Group", inputs: { name: "staff" } },
      membership: {
        type: "aws:iam/userGroupMembership:UserGroupMembership",
        inputs: { user: ref("alice", "name"), groups: [ref("staff", "name")] },
      },
      bob: { type: "aws:iam/user:User", inputs: { name: "bob" } },
      members: {
        type: "aws:iam/groupMembership:GroupMembership",
        inputs: { group: ref("staff", "name"), users: [ref("bob", "name")] },
      },
    },
    broken: {
      "a user of no group": { membership: undefined },
      "another user's membership": { members: { users: ["carol"] } },
      "a membership in none": { membership: { groups: [] } },
    },
  },
  "iam-groups-have-users": {
    secure: {
      alice: { type: "aws:iam/user:User", inputs: { name: "alice" } },
      staff: { type: "aws:iam/group:Group", inputs: { name: "staff" } },
      membership: {
        type: "aws:iam/userGroupMembership:UserGroupMembership",
        inputs: { user: ref("alice", "name"), groups: [ref("staff", "name")] },
      },
      readers: { type: "aws:iam/group:Group", inputs: { name: "readers" } },
      members: {
        type: "aws:iam/groupMembership:GroupMembership",
        inputs: { group: ref("readers", "name"), users: [ref("alice", "name")] },
      },
    },
    broken: {
      "a group of nobody": { members: undefined },
      "a membership of nobody": { members: { users: [] } },
      "a membership in another group": { membership: { groups: ["readers"] } },
    },
  },
  "iam-no-access-keys": {
    secure: { user: { type: "aws:iam/user:User" } },
    broken: { "a key": { key: { type: "aws:iam/accessKey:AccessKey" } } },
  },
  "iam-support-role": {
    secure: {
      account: { type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy" },
      support: { type: "aws:iam/role:Role", inputs: { name: "support" } },
      attachment: {
        type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        inputs: { role: ref("support", "name"), policyArn: awsPolicy("AWSSupportAccess") },
      },
    },
    broken: {
      "no such role": { attachment: undefined },
      "another policy": { attachment: { policyArn: awsPolicy("ReadOnlyAccess") } },
    },
    alsoSecure: {
      "a role that names the policy": {
        attachment: undefined,
        support: { managedPolicyArns: [awsPolicy("AWSSupportAccess")] },
      },
    },
  },
  "iam-password-policy": {
    secure: {
      account: {
        type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        inputs: {
          minimumPasswordLength: 14,
          requireUppercaseCharacters: true,
          requireLowercaseCharacters: true,
          requireNumbers: true,
          requireSymbols: true,
          passwordReusePrevention: 24,
          maxPasswordAge: 90,
        },
      },
    },
    broken: {
      "short passwords": { account: { minimumPasswordLength: 8 } },
      "no upper case": { account: { requireUppercaseCharacters: false } },
      "no lower case": { account: { requireLowercaseCharacters: false } },
      "no numbers": { account: { requireNumbers: false } },
      "no symbols": { account: { requireSymbols: undefined } },
      "an old password again": { account: { passwordReusePrevention: 4 } },
      "old passwords again": { account: { passwordReusePrevention: undefined } },
      "passwords for ever": { account: { maxPasswordAge: undefined } },
    },
  },
  "iam-trust-named": {
    secure: { role },
    broken: {
      everyone: { role: { assumeRolePolicy: document(allow({ Principal: { AWS: "*" }, Action: "sts:AssumeRole" })) } },
      "all of another account": {
        role: {
          assumeRolePolicy: document(
            allow({ Principal: { AWS: "arn:aws:iam::210987654321:root" }, Action: "sts:AssumeRole" }),
          ),
        },
      },
      "all of this account": {
        role: { assumeRolePolicy: document(allow({ Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" })) },
      },
      "an external id that may be missing": {
        role: {
          assumeRolePolicy: document(
            allow({
              Principal: { AWS: "arn:aws:iam::210987654321:root" },
              Action: "sts:AssumeRole",
              Condition: { StringEqualsIfExists: { "sts:ExternalId": "8b1f" } },
            }),
          ),
        },
      },
      "a SAML response made for anybody": { role: { assumeRolePolicy: saml() } },
      "every workflow on GitHub": { role: { assumeRolePolicy: github({ aud: "sts.amazonaws.com" }) } },
      "every repository": { role: { assumeRolePolicy: github({ sub: "repo:*" }) } },
      "every organization with such a name": { role: { assumeRolePolicy: github({ sub: "repo:acme*" }) } },
      "whom GitHub knows": {
        role: {
          assumeRolePolicy: document(
            allow({
              Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
              Action: "sts:AssumeRoleWithWebIdentity",
            }),
          ),
        },
      },
    },
    alsoSecure: {
      "another account with an external id": {
        role: {
          assumeRolePolicy: document(
            allow({
              Principal: { AWS: "arn:aws:iam::210987654321:root" },
              Action: "sts:AssumeRole",
              Condition: { StringEquals: { "sts:ExternalId": "8b1f" } },
            }),
          ),
        },
      },
      "people of IAM Identity Center": {
        role: {
          assumeRolePolicy: document(
            allow({
              Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
              Action: "sts:AssumeRole",
              Condition: {
                ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*` },
              },
            }),
          ),
        },
      },
      "one role": {
        role: {
          assumeRolePolicy: document(
            allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/deploy` }, Action: "sts:AssumeRole" }),
          ),
        },
      },
      "a SAML response made for AWS": { role: { assumeRolePolicy: saml("https://signin.aws.amazon.com/saml") } },
      "an identity pool": {
        role: {
          assumeRolePolicy: document(
            allow({
              Principal: { Federated: "cognito-identity.amazonaws.com" },
              Action: "sts:AssumeRoleWithWebIdentity",
              Condition: { StringEquals: { "cognito-identity.amazonaws.com:aud": "eu-west-1:pool" } },
            }),
          ),
        },
      },
      "one repository": {
        role: {
          assumeRolePolicy: document(
            allow({
              Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
              Action: "sts:AssumeRoleWithWebIdentity",
              Condition: {
                StringEquals: { "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main" },
              },
            }),
          ),
        },
      },
    },
  },
  "iam-trust-confused-deputy": {
    secure: { role },
    broken: {
      "no condition": { role: { assumeRolePolicy: trust({ Condition: undefined }) } },
      "a condition that a missing key meets": {
        role: { assumeRolePolicy: trust({ Condition: { StringEqualsIfExists: { "aws:SourceAccount": ACCOUNT } } }) },
      },
      "any account": { role: { assumeRolePolicy: trust({ Condition: { StringLike: { "aws:SourceAccount": "*" } } }) } },
    },
    alsoSecure: {
      "EC2, which tells no source": {
        role: { assumeRolePolicy: trust({ Principal: { Service: "ec2.amazonaws.com" }, Condition: undefined }) },
      },
    },
  },
  "resource-policy-confused-deputy": {
    secure: {
      queue: {
        type: "aws:sqs/queuePolicy:QueuePolicy",
        inputs: {
          policy: document(
            allow({
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: "*",
              Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/orders" } },
            }),
          ),
        },
      },
      key: {
        type: "aws:kms/key:Key",
        inputs: {
          policy: document(
            allow({
              Principal: { Service: "logs.eu-west-1.amazonaws.com" },
              Action: "kms:Decrypt",
              Resource: "*",
              Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:*" } },
            }),
          ),
        },
      },
      logs: {
        type: "aws:s3/bucketPolicy:BucketPolicy",
        inputs: {
          bucket: "logs",
          policy: document(
            allow({
              Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
              Action: "s3:PutObject",
              Resource: "arn:aws:s3:::logs/*/AWSLogs/123456789012/*",
            }),
          ),
        },
      },
    },
    broken: {
      "events of anybody": {
        queue: {
          policy: document(
            allow({ Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" }),
          ),
        },
      },
      "logs of anybody's load balancers": {
        logs: {
          policy: document(
            allow({
              Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
              Action: "s3:PutObject",
              Resource: "arn:aws:s3:::logs/*",
            }),
          ),
        },
      },
      "trails of anybody": {
        key: {
          policy: document(
            allow({
              Principal: { Service: "cloudtrail.amazonaws.com" },
              Action: "kms:GenerateDataKey*",
              Resource: "*",
            }),
          ),
        },
      },
    },
  },
  "resource-policy-not-public": {
    secure: {
      repository: {
        type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
        inputs: {
          policy: document(
            allow({ Principal: { AWS: "arn:aws:iam::210987654321:root" }, Action: "ecr:BatchGetImage" }),
          ),
        },
      },
    },
    broken: {
      everyone: { repository: { policy: document(allow({ Principal: "*", Action: "ecr:BatchGetImage" })) } },
    },
  },
  "resource-policy-exact-actions": {
    secure: {
      repository: {
        type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
        inputs: {
          policy: document(
            allow({
              Principal: { AWS: "arn:aws:iam::210987654321:role/ci" },
              Action: ["ecr:BatchGetImage", "ecr:Get*"],
            }),
            { Effect: "Deny", Principal: "*", Action: "ecr:*" },
          ),
        },
      },
      key: {
        type: "aws:kms/key:Key",
        inputs: {
          policy: document(
            allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" }),
          ),
        },
      },
    },
    broken: {
      "all of a service": {
        repository: {
          policy: document(allow({ Principal: { AWS: "arn:aws:iam::210987654321:role/ci" }, Action: "ecr:*" })),
        },
      },
      "all but some": {
        repository: {
          policy: document(
            allow({ Principal: { AWS: "arn:aws:iam::210987654321:role/ci" }, NotAction: "ecr:DeleteRepository" }),
          ),
        },
      },
      "all but some, of a key": {
        key: { policy: document(allow({ Principal: { AWS: ACCOUNT }, NotAction: "kms:Decrypt", Resource: "*" })) },
      },
    },
  },
  "s3-bucket-policy-own-bucket": {
    secure: {
      policy: {
        type: "aws:s3/bucketPolicy:BucketPolicy",
        inputs: {
          bucket: "orders",
          policy: document({
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: ["arn:aws:s3:::orders", "arn:aws:s3:::orders/*"],
          }),
        },
      },
    },
    broken: {
      "another bucket": {
        policy: {
          policy: document({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::stock/*" }),
        },
      },
      "a name that only begins the same": { policy: { bucket: "order" } },
      "any bucket": {
        policy: { policy: document({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" }) },
      },
    },
  },
  "kms-key-administration": {
    secure: {
      key: {
        type: "aws:kms/key:Key",
        inputs: {
          policy: document(
            allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" }),
            allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/app` }, Action: "kms:Decrypt", Resource: "*" }),
          ),
        },
      },
    },
    broken: {
      "a role that may do everything": {
        key: {
          policy: document(
            allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/app` }, Action: "kms:*", Resource: "*" }),
          ),
        },
      },
    },
    notApplicable: { "AWS's default policy": { key: { policy: undefined } } },
  },
});
