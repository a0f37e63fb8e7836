import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { recordStack } from "../support/record-stack";
import { ROOT } from "../support/stack-file";

interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

describe("docs/examples/github-deploy.yml", () => {
  const workflow: {
    permissions: object;
    env: Record<string, string>;
    jobs: Record<"preview" | "deploy", Job>;
  } = parse(readFileSync(join(ROOT, "docs", "examples", "github-deploy.yml"), "utf8"));
  const jobs = Object.values(workflow.jobs);
  const role = ({ steps }: Job): unknown =>
    steps.map((step) => step.with?.["role-to-assume"]).find((arn) => arn !== undefined);

  it("gives its jobs a token and the repository to read, and nothing else", () => {
    assert.deepEqual(workflow.permissions, {});
    for (const { permissions } of jobs) assert.deepEqual(permissions, { contents: "read", "id-token": "write" });
  });

  it("pins every action to a commit", () => {
    const used = jobs.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    assert.ok(used.length > 0);
    for (const action of used) assert.match(action, /@[0-9a-f]{40}$/);
  });

  it("takes the roles and the backend that the bootstrap stack makes, and deploys by the environment that is trusted", async () => {
    const { outputs } = await recordStack("bootstrap");
    const { backendUrl, deployments } = outputs as {
      backendUrl: string;
      deployments: { prod: { previewRoleArn: string; deployRoleArn: string } };
    };
    assert.equal(workflow.env.PULUMI_BACKEND_URL, backendUrl);
    assert.equal(role(workflow.jobs.preview), deployments.prod.previewRoleArn);
    assert.equal(role(workflow.jobs.deploy), deployments.prod.deployRoleArn);
    assert.equal(workflow.jobs.deploy.environment, "production");
  });
});
