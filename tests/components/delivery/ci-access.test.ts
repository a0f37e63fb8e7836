import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { CiAccess, type CiAccessArgs, POLICY_CHARACTERS } from "../../../components/delivery/ci-access";
import { OidcProvider } from "../../../components/delivery/oidc-provider";
import { StateBackend } from "../../../components/delivery/state-backend";
import type { Recording } from "../../../simulator";
import { componentContract } from "../../support/contract";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ACCOUNT = "123456789012";

function build(name: string, changes: Partial<CiAccessArgs> = {}, opts?: pulumi.ComponentResourceOptions): CiAccess {
  const provider = new OidcProvider(
    `${name}-ci`,
    { issuer: "https://token.actions.githubusercontent.com", presence: "existing" },
    opts,
  );
  const state = new StateBackend(
    `${name}-state`,
    {
      administrators: ["arn:aws:iam::123456789012:role/admin"],
      users: ["arn:aws:iam::123456789012:role/ci"],
      project: "p",
    },
    opts,
  );
  return new CiAccess(
    name,
    {
      stack: "prod",
      system: "payments",
      regions: ["eu-west-1"],
      provider,
      previewSubjects: ["repo:example/shop:pull_request"],
      deploySubjects: ["repo:example/shop:environment:prod"],
      state,
      ...changes,
    },
    opts,
  );
}

const PIPELINE = `arn:aws:iam::${ACCOUNT}:role/credit-score-credit-score-delivery-production`;

type Statement = Record<string, unknown> & { readonly Action: string[]; readonly Resource: string[] };

/** Statements of the policies that the role has, its inline ones left out. */
function granted(recording: Recording, role: "preview" | "deploy"): Statement[] {
  return ofType(recording, "aws:iam/policy:Policy")
    .filter(({ name }) => name.startsWith(`ci-${role}-`))
    .flatMap(({ inputs }) => statements(inputs.policy) as Statement[]);
}

const withAction = (found: Statement[], action: string): Statement[] =>
  found.filter(({ Action }) => Action.includes(action));

describe("CiAccess", () => {
  let recording: Recording;
  let deploy: Statement[];
  let preview: Statement[];
  before(async () => {
    recording = await recordProgram(() => void build("ci"));
    deploy = granted(recording, "deploy");
    preview = granted(recording, "preview");
  });

  componentContract("delivery", "CiAccess", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) =>
      build(
        name,
        { regions: ["eu-west-1", "eu-central-1"], owner: "platform", transform: { role: { path: "/ci/" } } },
        opts,
      ),
    errors: {
      "a stack name that is too long": {
        build: (name) => build(name, { stack: "a-stack-name-that-is-far-too-long" }),
        message: /stack = .*up to 24/,
      },
      "a system that could be a pattern": {
        build: (name) => build(name, { system: "pay*" }),
        message: /system = "pay\*"/,
      },
      "no region": { build: (name) => build(name, { regions: [] }), message: /regions = \[\]/ },
      "a region twice": {
        build: (name) => build(name, { regions: ["eu-west-1", "eu-west-1"] }),
        message: /"eu-west-1" stands twice/,
      },
      "jobs and roles that deploy": {
        build: (name) => build(name, { deployRoles: [PIPELINE] }),
        message: /deployRoles = .* either the jobs that deploy, or the roles/,
      },
      "a role that is none": {
        build: (name) => build(name, { deploySubjects: [], deployRoles: ["arn:aws:iam::123456789012:user/me"] }),
        message: /deployRoles = .* Give ARNs of roles/,
      },
      "a stack whose names another's begin with": {
        build: (name) => build(name, { otherStacks: [{ stack: "prod-payments-eu", system: "payments" }] }),
        message: /stack = "prod" .* Rename one of them/,
      },
      "a stack whose deploy role could change itself": {
        build: (name) => build(name, { stack: "test" }),
        message: /stack = "test".*the deploy role could change itself/,
      },
    },
  });

  it("fits IAM: policies of at most 6,144 characters, at most ten on a role, also for the longest names", async () => {
    const longest = await recordProgram(() => void build("ci", { stack: "a".repeat(24), system: "b".repeat(24) }));
    const delivered = await recordProgram(
      () =>
        void build("ci", {
          stack: "a".repeat(24),
          system: "credit-score",
          takenRoles: ["b".repeat(64), "c".repeat(64)],
          pulledFrom: ["d".repeat(24)],
        }),
    );
    for (const { name, inputs } of [longest, delivered].flatMap((one) => ofType(one, "aws:iam/policy:Policy")))
      assert.ok(String(inputs.policy).length <= POLICY_CHARACTERS, `${name}: ${String(inputs.policy).length}`);
    for (const role of ["preview", "deploy"]) {
      const attached = ofType(longest, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").filter(({ name }) =>
        name.startsWith(`ci-${role}-`),
      );
      assert.ok(attached.length <= 10, `${role}: ${attached.length}`);
    }
  });

  it("lets the deploy role make and change roles with the stack's boundary only", () => {
    const boundary = `arn:aws:iam::${ACCOUNT}:policy/test-ci-workloads`;
    for (const action of [
      ...["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"],
      ...["iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"],
    ]) {
      const found = withAction(deploy, action);
      assert.equal(found.length, 1, action);
      const condition = found[0]?.Condition as { StringEquals: Record<string, string> };
      assert.equal(condition.StringEquals["iam:PermissionsBoundary"], boundary, action);
      assert.deepEqual(found[0]?.Resource, [`arn:aws:iam::${ACCOUNT}:role/prod-*`], action);
    }
    assert.equal(named(recording, "ci-workloads").inputs.name, "test-ci-workloads");
  });

  it("lets it change no policy, no boundary, no user, no identity provider and nothing of its own", () => {
    const actions = deploy.flatMap(({ Action }) => Action).filter((action) => action.startsWith("iam:"));
    for (const action of actions)
      assert.doesNotMatch(action, /User|Group|AccessKey|OpenID|SAML|PolicyVersion|MFA|LoginProfile/);
    for (const action of ["iam:CreatePolicy", "iam:DeletePolicy", "iam:DeleteRolePermissionsBoundary"])
      assert.ok(!actions.includes(action), action);
    const own = ofType(recording, "aws:iam/role:Role").map(({ outputs }) => String(outputs.arn));
    const roles = deploy.filter(({ Action }) => Action.some((action) => action.startsWith("iam:")));
    for (const pattern of roles.flatMap(({ Resource }) => Resource).filter((arn) => arn !== "*")) {
      for (const arn of own) assert.ok(!arn.startsWith(pattern.replace(/\*$/, "")), `${pattern} is ${arn}`);
    }
  });

  it("lets it hand the stack's roles to the services that take them, attach the policies of AWS that components do, and no other", () => {
    const [pass, ...more] = withAction(deploy, "iam:PassRole");
    assert.equal(more.length, 0);
    const { StringEquals } = pass?.Condition as { StringEquals: Record<string, string[]> };
    assert.ok(StringEquals["iam:PassedToService"]?.includes("ecs-tasks.amazonaws.com"));
    assert.ok(!StringEquals["iam:PassedToService"]?.includes("glue.amazonaws.com"));
    const [attach] = withAction(deploy, "iam:AttachRolePolicy");
    const { ArnEquals } = attach?.Condition as { ArnEquals: Record<string, string[]> };
    assert.deepEqual(ArnEquals["iam:PolicyARN"], [
      "arn:aws:iam::aws:policy/AWSSupportAccess",
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
      "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
      "arn:aws:iam::aws:policy/AmazonEKSVPCResourceController",
      "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
      "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
      "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    ]);
  });

  it("opens data keys only for secrets and functions of the stack, for disks of machines, and for vaults", () => {
    const conditions = withAction(deploy, "kms:Decrypt").map(({ Condition }) => JSON.stringify(Condition));
    assert.equal(conditions.length, 4);
    assert.match(conditions[0] ?? "", /EncryptionContext:SecretARN.*:secret:prod-\*/);
    assert.match(conditions[1] ?? "", /EncryptionContext:aws:lambda:FunctionArn.*:function:prod-\*/);
    assert.match(conditions[2] ?? "", /ViaService":"ec2\./);
    assert.match(conditions[3] ?? "", /ViaService":"backup\./);
    assert.deepEqual(
      withAction(deploy, "kms:CreateGrant").map(({ Condition }) => Condition),
      [
        { Bool: { "kms:GrantIsForAWSResource": "true" } },
        {
          StringEquals: { "aws:ResourceTag/palisade:component": "security/Key" },
          StringLike: { "kms:ViaService": ["eks.*.amazonaws.com", "geo.*.amazonaws.com"] },
        },
      ],
    );
  });

  it("names no action by a pattern, in no policy that grants", () => {
    for (const { Action } of [...deploy, ...preview]) for (const action of Action) assert.doesNotMatch(action, /[*?]/);
  });

  it("lets the preview role change nothing and open nothing", () => {
    for (const action of preview.flatMap(({ Action }) => Action)) {
      assert.match(action, /^[\w-]+:(GET$|Get|List|Describe|BatchGet)/);
      assert.doesNotMatch(action, /GetSecretValue|kms:Decrypt|GetParametersByPath|s3:GetObject/);
    }
    for (const { Resource } of withAction(preview, "apigateway:GET"))
      assert.ok(Resource.every((arn) => !arn.includes("/apikeys")));
  });

  it("bounds both roles: of IAM no more than they have, and no region but the stack's", () => {
    const ceiling = statements(named(recording, "ci-ceiling").inputs.policy) as Statement[];
    for (const role of ["ci-preview", "ci-deploy"])
      assert.equal(named(recording, role).inputs.permissionsBoundary, named(recording, "ci-ceiling").outputs.arn);
    assert.ok(!ceiling.some(({ Effect, Action }) => Effect === "Allow" && Action.includes("iam:*")));
    const denied = ceiling.find(({ Effect }) => Effect === "Deny");
    assert.deepEqual(denied?.Condition, { StringNotEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] } });
  });

  it("lets a workload's role call neither IAM nor STS, whatever is granted to it", () => {
    const workloads = statements(named(recording, "ci-workloads").inputs.policy) as Statement[];
    for (const action of workloads.flatMap(({ Action }) => Action))
      assert.doesNotMatch(action, /^(iam|sts|organizations):|\*/);
  });

  describe("where a pipeline deploys", () => {
    const delivered = () =>
      recordProgram(
        () =>
          void build("ci", {
            stack: "credit-score",
            system: "credit-score",
            deploySubjects: [],
            deployRoles: [PIPELINE],
            otherStacks: [{ stack: "credit-score-qa", system: "credit-score" }],
            takenRoles: ["bootstrap-delivery-qa-deploy", "bootstrap-delivery-credit-score-deploy"],
            pulledFrom: ["images-"],
          }),
      );

    it("is taken by the pipeline's roles alone, which need not exist yet; pull requests still preview", async () => {
      const pipelines = await delivered();
      const [trust, ...more] = statements(named(pipelines, "ci-deploy").inputs.assumeRolePolicy);
      assert.deepEqual(
        [trust, more],
        [
          {
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
            Action: "sts:AssumeRole",
            Condition: { ArnEquals: { "aws:PrincipalArn": [PIPELINE] } },
          },
          [],
        ],
      );
      assert.match(String(named(pipelines, "ci-preview").inputs.assumeRolePolicy), /pull_request/);
    });

    it("lets the stack's roles take those deploy roles by name and no other, and pull the images that are theirs", async () => {
      const workloads = statements(named(await delivered(), "ci-workloads").inputs.policy) as Statement[];
      const resources = (action: string, kind: RegExp) =>
        withAction(workloads, action)
          .flatMap(({ Resource }) => Resource)
          .filter((arn) => kind.test(arn));
      assert.deepEqual(resources("sts:AssumeRole", /:iam:|^\*$/), [
        `arn:aws:iam::${ACCOUNT}:role/bootstrap-delivery-qa-deploy`,
        `arn:aws:iam::${ACCOUNT}:role/bootstrap-delivery-credit-score-deploy`,
      ]);
      assert.deepEqual(resources("ecr:BatchGetImage", /:ecr:/), [
        `arn:aws:ecr:*:${ACCOUNT}:repository/credit-score-c*`,
        `arn:aws:ecr:*:${ACCOUNT}:repository/images-*`,
        "arn:aws:ecr:*:*:repository/aws-guardduty-agent-fargate",
      ]);
      assert.deepEqual(
        resources("ecr:PutImage", /:ecr:/).filter((arn) => arn.includes("images-")),
        [],
      );
    });

    it("touches nothing of a stack whose name begins with this one's", async () => {
      const arns = ofType(await delivered(), "aws:iam/policy:Policy")
        .flatMap(({ inputs }) => statements(inputs.policy))
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap(({ Resource, Condition }) => [...[Resource].flat(), JSON.stringify(Condition ?? "")].map(String));
      const found = arns.filter((arn) => arn.includes("credit-score-"));
      assert.ok(found.length > 50);
      // Names that Pulumi makes begin with the system; the deploy role is named in full.
      const named =
        /:(?:(?:cluster-)?pg|subgrp|parametergroup|subnetgroup):credit-score-\*|autoScalingGroupName\/eks-credit-score-\*|parameter\/credit-score\/\*|credit-score-deploy$/;
      assert.deepEqual(
        found.filter((arn) => !named.test(arn) && !arn.includes("credit-score-c*")),
        [],
      );
    });
  });

  it("is taken by the jobs that are named: previews for an hour, deployments for as long as they may take", () => {
    const role = (name: string) => named(recording, name).inputs;
    assert.match(String(role("ci-preview").assumeRolePolicy), /repo:example\/shop:pull_request/);
    assert.match(String(role("ci-deploy").assumeRolePolicy), /repo:example\/shop:environment:prod/);
    assert.deepEqual([role("ci-preview").maxSessionDuration, role("ci-deploy").maxSessionDuration], [3600, 14400]);
  });
});
