import assert from "node:assert/strict";
import { fits } from "../../analysis/patterns";
import { namesOf } from "../../components/delivery/deploy-resources";
import { bootstrap } from "../../stacks/bootstrap";
import type { BootstrapConfig } from "../../stacks/bootstrap/config";
import { creditScore } from "../../stacks/credit-score";
import { givenKeys, loadConfig } from "../../stacks/config/load";
import { ConfigError } from "../../stacks/config/problems";
import type { Recording } from "../../simulator";
import { named, ofType, statements } from "../support/record";
import { recordStack } from "../support/record-stack";
import { stackValues } from "../support/stack-file";

const DEPLOYMENTS: BootstrapConfig["deployments"] = JSON.parse(
  stackValues("bootstrap")["palisade:deployments"] ?? "{}",
);

const deployments = (changes: Record<string, unknown>) => ({
  "palisade:deployments": {
    prod: { system: "payments", regions: ["us-east-1"], environment: "production", ...changes },
  },
});

function problemsOf(changes: Record<string, unknown>): string {
  try {
    loadConfig(bootstrap, stackValues("bootstrap", changes), "bootstrap");
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return "";
}

/** Token subjects that may take the role. */
const subjects = (recording: Recording, role: string): unknown => {
  const [trust] = statements(named(recording, role).inputs.assumeRolePolicy);
  const { StringEquals, StringLike } = trust?.Condition as Record<string, Record<string, string[]>>;
  return Object.entries({ ...StringEquals, ...StringLike }).find(([key]) => key.endsWith(":sub"))?.[1];
};

describe("bootstrap stack", function () {
  this.timeout(60_000);
  let recording: Recording;
  before(async () => {
    recording = await recordStack("bootstrap");
    assert.deepEqual(recording.problems, []);
  });

  it("tells each stack what it signs in with, and what bounds its roles", () => {
    const { backendUrl, deployments: made } = recording.outputs as {
      backendUrl: string;
      deployments: Record<string, Record<string, string>>;
    };
    assert.equal(backendUrl, "s3://bootstrap-delivery-state-files-123456789012-us-east-1?region=us-east-1");
    assert.deepEqual(Object.keys(made), [
      "prod",
      "dev",
      "ui-service",
      "book-lending",
      "rewards",
      "credit-score",
      "credit-score-qa",
    ]);
    assert.deepEqual(made.prod, {
      previewRoleArn: "arn:aws:iam::123456789012:role/bootstrap-delivery-prod-preview",
      deployRoleArn: "arn:aws:iam::123456789012:role/bootstrap-delivery-prod-deploy",
      permissionsBoundary: "arn:aws:iam::123456789012:policy/bootstrap-delivery-prod-workloads",
      secretsProvider: "awskms://alias/bootstrap-delivery-state-secrets-key?region=us-east-1&context_stack=prod",
    });
  });

  it("lets the keys be used by its own roles and the administrators, by their real names", () => {
    const roles = ofType(recording, "aws:iam/role:Role").map(({ outputs }) => String(outputs.arn));
    for (const { inputs } of ofType(recording, "aws:kms/key:Key")) {
      const [, users] = statements(inputs.policy);
      const { ArnEquals } = users?.Condition as { ArnEquals: Record<string, string[]> };
      assert.deepEqual(
        ArnEquals["aws:PrincipalArn"]?.toSorted(),
        ["arn:aws:iam::123456789012:role/platform-admin", ...roles].sort(),
      );
    }
  });

  it("gives one stack's roles nothing of another's, also where its name begins with theirs", () => {
    const stacks = Object.entries(DEPLOYMENTS).map(([stack, { system }]) => ({ stack, system }));
    let seen = 0;
    for (const { stack, system } of stacks) {
      const others = stacks.filter((other) => other.stack !== stack);
      const names = namesOf({ stack, system }, others) ?? "";
      const kinds = ["workloads", "ceiling", "preview", "deploy"].join("|");
      const own = new RegExp(`^delivery-${stack}-(?:${kinds})(?:-[a-z]+)?$`);
      const arns = ofType(recording, "aws:iam/policy:Policy")
        .filter(({ name }) => own.test(name))
        .flatMap(({ inputs }) => statements(inputs.policy))
        .flatMap(({ Resource }) => [Resource].flat().map(String))
        // Named by Pulumi, from the system's name.
        .filter(
          (arn) => arn.includes(`${names}*`) && !/:(?:(?:cluster-)?pg|subgrp|parametergroup|subnetgroup):/.test(arn),
        );
      for (const arn of arns) {
        for (const other of others) {
          // Whose images it runs.
          if (stack === "credit-score-qa" && other.stack === "credit-score" && arn.includes(":repository/")) continue;
          const theirs = arn.replace(`${names}*`, `${other.stack}-${other.system}-x`);
          assert.ok(!fits(arn, theirs), `${stack}: ${arn}: ${theirs}`);
          seen++;
        }
      }
    }
    assert.ok(seen > 1000, String(seen));
  });

  it("lets a pipeline's stages alone deploy what it releases, and the pipeline's stack take no other role", () => {
    const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    const trusted = (stack: string) =>
      statements(named(recording, `delivery-${stack}-deploy`).inputs.assumeRolePolicy).map(
        ({ Condition }) => (Condition as { ArnEquals?: Record<string, string[]> }).ArnEquals?.["aws:PrincipalArn"],
      );
    assert.deepEqual(trusted("credit-score"), [[role("credit-score-credit-score-delivery-production")]]);
    assert.deepEqual(trusted("credit-score-qa"), [[role("credit-score-credit-score-delivery-qa")]]);
    const taken = (stack: string) =>
      statements(named(recording, `delivery-${stack}-workloads`).inputs.policy)
        .filter(({ Action }) => [Action].flat().includes("sts:AssumeRole"))
        .flatMap(({ Resource }) => [Resource].flat().map(String))
        .filter((arn) => arn === "*" || arn.includes(":iam:"));
    assert.deepEqual(taken("credit-score"), [
      role("bootstrap-delivery-credit-score-deploy"),
      role("bootstrap-delivery-credit-score-qa-deploy"),
    ]);
    for (const stack of ["prod", "dev", "ui-service", "book-lending", "rewards", "credit-score-qa"])
      assert.deepEqual(taken(stack), [], stack);
  });

  it("names the roles of the pipeline that there is", async () => {
    const { outputs } = await recordStack("credit-score");
    const { pipeline } = outputs as { pipeline: { roleArns: Record<string, string> } };
    assert.deepEqual(DEPLOYMENTS["credit-score"]?.roles, [pipeline.roleArns.Production]);
    assert.deepEqual(DEPLOYMENTS["credit-score-qa"]?.roles, [pipeline.roleArns.QA]);
    const { delivery } = creditScore.schema.parse(givenKeys(stackValues("credit-score")).given);
    const { deployments: made } = recording.outputs as { deployments: Record<string, { deployRoleArn: string }> };
    assert.equal(delivery?.production.deployRoleArn, made["credit-score"]?.deployRoleArn);
    assert.equal(delivery?.qa.deployRoleArn, made["credit-score-qa"]?.deployRoleArn);
    assert.equal(delivery?.backendUrl, (recording.outputs as { backendUrl: string }).backendUrl);
  });

  it("lets the role that deploys rewards into its cluster, as a deployer, and the one that previews not at all", async () => {
    const { deployments: made } = recording.outputs as { deployments: Record<string, { deployRoleArn: string }> };
    const entries = ofType(await recordStack("rewards"), "aws:eks/accessEntry:AccessEntry").map(({ inputs }) => [
      inputs.principalArn,
      inputs.kubernetesGroups,
    ]);
    assert.deepEqual(entries, [
      ["arn:aws:iam::123456789012:role/platform-administrator", undefined],
      [made.rewards?.deployRoleArn, ["palisade:deployers"]],
    ]);
  });

  it("trusts GitHub's jobs by pull request, by environment or by branch", () => {
    const repository = "repo:example-org/payments-infrastructure";
    assert.deepEqual(subjects(recording, "delivery-prod-preview"), [`${repository}:pull_request`]);
    assert.deepEqual(subjects(recording, "delivery-prod-deploy"), [`${repository}:environment:production`]);
    assert.deepEqual(subjects(recording, "delivery-dev-deploy"), [`${repository}:ref:refs/heads/main`]);
  });

  it("trusts GitLab's jobs by branch", async () => {
    const gitlab = await recordStack("bootstrap", {
      "palisade:ci": { kind: "gitlab", repository: "group/sub/project" },
      ...deployments({ environment: undefined, branch: "main" }),
    });
    const project = "project_path:group/sub/project:ref_type:branch:ref";
    assert.deepEqual(subjects(gitlab, "delivery-prod-preview"), [`${project}:*`]);
    assert.deepEqual(subjects(gitlab, "delivery-prod-deploy"), [`${project}:main`]);
    const [provider] = ofType(gitlab, "aws:iam/openIdConnectProvider:OpenIdConnectProvider");
    assert.equal(provider?.inputs.url, "https://gitlab.com");
  });

  it("uses an identity provider that the account has", async () => {
    const existing = { kind: "github", repository: "a/b", identityProvider: "existing" };
    const { resources } = await recordStack("bootstrap", { "palisade:ci": existing });
    assert.ok(!resources.some(({ type }) => type.includes("openIdConnectProvider")));
  });

  const wrong: Record<string, { changes: Record<string, unknown>; problem: RegExp }> = {
    "an administrator that is no role": {
      changes: { "palisade:administrators": ["arn:aws:iam::123456789012:user/me"] },
      problem: /palisade:administrators\[0\] = .*Give a role's ARN/,
    },
    "a repository with a pattern": {
      changes: { "palisade:ci": { kind: "github", repository: "example/*" } },
      problem: /palisade:ci\.repository = "example\/\*": Give the path/,
    },
    "an unknown CI system": {
      changes: { "palisade:ci": { kind: "jenkins" } },
      problem: /palisade:ci\.kind = "jenkins": Use one of: github, gitlab/,
    },
    "an unknown key, with the nearest": {
      changes: deployments({ enviroment: "x" }),
      problem: /palisade:deployments\.prod\.enviroment: Unknown key\. Did you mean environment\?/,
    },
    "nothing to deploy": { changes: { "palisade:deployments": {} }, problem: /deployments = \{\}: Give at least one/ },
    "a deployment that no job may make": {
      changes: deployments({ environment: undefined }),
      problem: /deployments\.prod: One thing says who deploys\. Give environment, or branch, or roles/,
    },
    "a branch beside a pipeline's roles": {
      changes: deployments({ environment: undefined, branch: "main", roles: ["arn:aws:iam::123456789012:role/x"] }),
      problem: /deployments\.prod: One thing says who deploys/,
    },
    "an environment on GitLab": {
      changes: { "palisade:ci": { kind: "gitlab", repository: "a/b" }, ...deployments({}) },
      problem: /deployments\.prod\.environment = "production": .*Give branch/,
    },
    "stacks whose names begin alike": {
      changes: {
        "palisade:deployments": {
          prod: { system: "payments", regions: ["us-east-1"], branch: "main" },
          "prod-payments-eu": { system: "payments", regions: ["eu-west-1"], branch: "main" },
        },
      },
      problem: /deployments\.prod: Everything that prod-payments-eu names begins with prod-payments-/,
    },
  };
  for (const [what, { changes, problem }] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => assert.match(problemsOf(changes), problem));
  }

  it("bounds every role of a stack that names its boundary", async () => {
    const boundary = "bootstrap-delivery-prod-workloads";
    const prod = await recordStack("prod", { "palisade:permissionsBoundary": boundary });
    for (const { urn, inputs } of ofType(prod, "aws:iam/role:Role", 30))
      assert.equal(inputs.permissionsBoundary, `arn:aws:iam::123456789012:policy/${boundary}`, urn);
  });
});
