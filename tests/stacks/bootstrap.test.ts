import assert from "node:assert/strict";
import { bootstrap } from "../../stacks/bootstrap";
import { loadConfig } from "../../stacks/config/load";
import { ConfigError } from "../../stacks/config/problems";
import type { Recording } from "../../simulator";
import { named, ofType, statements } from "../support/record";
import { recordStack } from "../support/record-stack";
import { stackValues } from "../support/stack-file";

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
    assert.deepEqual(Object.keys(made), ["prod", "dev"]);
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

  it("gives one stack's roles nothing of another's", () => {
    for (const { name, inputs } of ofType(recording, "aws:iam/policy:Policy")) {
      const other = name.startsWith("delivery-prod") ? "dev-" : "prod-";
      for (const { Resource } of statements(inputs.policy)) {
        for (const arn of [Resource].flat().map(String)) assert.ok(!arn.includes(other), `${name}: ${arn}`);
      }
    }
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
      problem: /deployments\.prod: One thing says which jobs deploy\. Give environment, or branch/,
    },
    "an environment on GitLab": {
      changes: { "palisade:ci": { kind: "gitlab", repository: "a/b" }, ...deployments({}) },
      problem: /deployments\.prod\.environment = "production": .*Give branch/,
    },
    "stacks whose names begin alike": {
      changes: {
        "palisade:deployments": {
          prod: { system: "payments", regions: ["us-east-1"], branch: "main" },
          "prod-eu": { system: "payments", regions: ["eu-west-1"], branch: "main" },
        },
      },
      problem: /deployments\.prod: Everything that prod-eu names begins with prod-/,
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
