import assert from "node:assert/strict";
import { ResourceGraph } from "../../../analysis/graph";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../../../components/core";
import { accessLogStatement, Bucket } from "../../../components/data/bucket";
import { ContainerImage } from "../../../components/delivery/container-image";
import {
  DeliveryPipeline,
  type DeliveryPipelineArgs,
  type PipelineStage,
} from "../../../components/delivery/delivery-pipeline";
import type { Key } from "../../../components/security/key";
import { packs } from "../../../policies/packs";
import { evaluate } from "../../../policies/rule";
import { testKey } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { testSwap } from "../../support/delivery";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d-4e5f-4071-8a2b-3c4d5e6f7081";
const TOPICS = {
  critical: "arn:aws:sns:eu-west-1:123456789012:critical",
  warning: "arn:aws:sns:eu-west-1:123456789012:warning",
};
const TESTS: PipelineStage = { kind: "commands", name: "Integration", commands: ["npm run integration"] };

function pipeline(
  name: string,
  args: Partial<DeliveryPipelineArgs> = {},
  opts: pulumi.ComponentResourceOptions = {},
): DeliveryPipeline {
  const key = args.key ?? testKey(`${name}-key`, opts);
  return new DeliveryPipeline(
    name,
    {
      source: { provider: "GitHub", repository: "example/lending" },
      test: ['docker run --rm "$IMAGE_APP" npm test'],
      ...args,
      images: args.images ?? { app: { image: image(`${name}-image`, key, opts) } },
      stages: args.stages ?? [
        { kind: "swap", name: "Deploy", swap: testSwap(`${name}-swap`, { key }, opts), image: "app" },
      ],
      key,
    },
    opts,
  );
}

const image = (name: string, key: Key, opts: pulumi.ComponentResourceOptions = {}) =>
  new ContainerImage(name, { key, tag: "1.0.0" }, opts);

/** QA, integration tests, a person, production. */
const releases = (): PipelineStage[] => [
  {
    kind: "commands",
    name: "QA",
    commands: ["npx palisade up credit-score-qa"],
    assumeRoleArn: "arn:aws:iam::123456789012:role/bootstrap-qa-deploy",
    rollBack: true,
  },
  { ...TESTS, variables: { URL: "https://qa.example.com" }, timeoutMinutes: 30 },
  { kind: "approval", name: "Approval", message: "Release to production?" },
  {
    kind: "commands",
    name: "Production",
    commands: ["npx palisade up credit-score"],
    assumeRoleArn: "arn:aws:iam::123456789012:role/bootstrap-prod-deploy",
    rollBack: true,
  },
];

/** What a stack's region gives to what is in it. */
class Home extends Component {
  constructor(name: string, logs: Bucket) {
    super("palisade:test:Home", name, { alarmTopics: TOPICS });
    this.logAccessTo(logs.bucketName);
    this.registerOutputs({});
  }
}

interface Action {
  name: string;
  provider: string;
  category: string;
  namespace?: string;
  configuration: Record<string, string>;
}
interface Stage {
  name: string;
  actions: Action[];
  onFailure?: { result: string };
}

describe("DeliveryPipeline", () => {
  componentContract("delivery", "DeliveryPipeline", {
    minimal: (name, opts) => pipeline(name, {}, opts),
    complete: (name, opts) => {
      const key = testKey(`${name}-key`, opts);
      return pipeline(
        name,
        {
          key,
          environment: "development",
          alarmTopics: TOPICS,
          source: { connectionArn: CONNECTION, repository: "group/sub/score", branch: "master" },
          images: {
            api: { image: image(`${name}-api`, key, opts), context: "services/api" },
            calculation: {
              image: image(`${name}-calculation`, key, opts),
              context: "services/calculation",
              dockerfile: "services/calculation/Dockerfile.release",
            },
          },
          stages: releases(),
          buildMinutes: 90,
          buildSize: "large",
          artifactExpirationInDays: 7,
          transform: { pipeline: { executionMode: "QUEUED" }, role: { path: "/delivery/" } },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors('DeliveryPipeline "one"', (name, key) => pipeline(name, { key, images: {}, stages: [] }), ["logs"]),
      "a source without a connection": {
        build: (name) => pipeline(name, { source: { repository: "a/b" } }),
        message: /Give either `provider`, for a new connection, or `connectionArn`/,
      },
      "a source with two connections": {
        build: (name) =>
          pipeline(name, { source: { provider: "GitHub", connectionArn: CONNECTION, repository: "a/b" } }),
        message: /Give either/,
      },
      "a connection of another service": {
        build: (name) =>
          pipeline(name, { source: { connectionArn: CONNECTION.replace("codec", "codestar-c"), repository: "a/b" } }),
        message: /connectionArn = .* Give the ARN of a connection/,
      },
      "a repository without its owner": {
        build: (name) => pipeline(name, { source: { provider: "GitHub", repository: "lending" } }),
        message: /repository = "lending" .*owner/,
      },
      "a pattern of branches": {
        build: (name) => pipeline(name, { source: { provider: "GitHub", repository: "a/b", branch: "release/*" } }),
        message: /branch = "release\/\*" .* one branch/,
      },
      "no image": { build: (name) => pipeline(name, { images: {} }), message: /images = \{\} .* at least 1 image/ },
      "an image with capitals": {
        build: (name) => {
          const key = testKey(`${name}-key`);
          return pipeline(name, { key, images: { App: { image: image(`${name}-app`, key) } } });
        },
        message: /images\.App .*small letters/,
      },
      "an image that another pipeline builds": {
        build: (name) => {
          const key = testKey(`${name}-key`);
          const other = new ContainerImage(`${name}-app`, { key, tag: "1", repository: "prod-app" });
          return pipeline(name, { key, images: { app: { image: other } } });
        },
        message: /images\.app = "prod-app" .* Another pipeline pushes/,
      },
      "an image that the stack builds": {
        build: (name) => {
          const key = testKey(`${name}-key`);
          const built = new ContainerImage(`${name}-app`, { key, tag: "1", build: { context: "." } });
          return pipeline(name, { key, images: { app: { image: built } } });
        },
        message: /images\.app .* The stack builds this image itself/,
      },
      "no stage": { build: (name) => pipeline(name, { stages: [] }), message: /stages = \[\] .* at least 1 stage/ },
      "more stages than CodePipeline takes": {
        build: (name) =>
          pipeline(name, { stages: Array.from({ length: 49 }, (_, n) => ({ ...TESTS, name: `Tests${n}` })) }),
        message: /stages = 49 .* at most 48/,
      },
      "two stages of one name": {
        build: (name) => pipeline(name, { stages: [TESTS, TESTS] }),
        message: /"Integration" stands twice/,
      },
      "a stage that is called as the build is": {
        build: (name) => pipeline(name, { stages: [{ ...TESTS, name: "Build" }] }),
        message: /"Build" stands twice/,
      },
      "a stage with a space in its name": {
        build: (name) => pipeline(name, { stages: [{ ...TESTS, name: "To production" }] }),
        message: /stages\[0\]\.name = "To production"/,
      },
      "a stage without commands": {
        build: (name) => pipeline(name, { stages: [{ ...TESTS, commands: [] } as PipelineStage] }),
        message: /stages\[0\]\.commands = \[\] .* at least 1 command/,
      },
      "commands that take too long": {
        build: (name) => pipeline(name, { stages: [{ ...TESTS, timeoutMinutes: 481 } as PipelineStage] }),
        message: /timeoutMinutes = 481 .* from 5 to 480/,
      },
      "more variables than CodePipeline takes": {
        build: (name) =>
          pipeline(name, { stages: [{ ...TESTS, variables: { URL: "x".repeat(1000) } } as PipelineStage] }),
        message: /stages\[0\]\.variables = .* takes 1000 characters/,
      },
      "an approval that says nothing": {
        build: (name) => pipeline(name, { stages: [{ kind: "approval", name: "Approval", message: "" }] }),
        message: /message = "" .* 1 to 1000/,
      },
      "a swap to an image that is not built": {
        build: (name) =>
          pipeline(name, { stages: [{ kind: "swap", name: "Deploy", swap: testSwap(`${name}-s`), image: "web" }] }),
        message: /stages\[0\]\.image = "web" .* Use one of: app/,
      },
      "a build without time": {
        build: (name) => pipeline(name, { buildMinutes: 4 }),
        message: /buildMinutes = 4 .* from 5 to 480/,
      },
      "artifacts for ever": {
        build: (name) => pipeline(name, { artifactExpirationInDays: 366 }),
        message: /artifactExpirationInDays = 366 .* from 1 to 365/,
      },
    },
  });

  const stagesOf = async (args: Partial<DeliveryPipelineArgs> = {}) => {
    const recording = await recordProgram(() => void pipeline("one", args));
    const { inputs } = ofType(recording, "aws:codepipeline/pipeline:Pipeline")[0]!;
    return { recording, inputs, stages: inputs.stages as Stage[] };
  };

  it("begins with a commit to the branch, and with nothing else", async () => {
    const { inputs, stages } = await stagesOf({
      source: { provider: "GitLab", repository: "group/lending", branch: "master" },
    });
    assert.equal(inputs.pipelineType, "V2");
    assert.deepEqual(inputs.triggers, [
      {
        providerType: "CodeStarSourceConnection",
        gitConfiguration: { sourceActionName: "Source", pushes: [{ branches: { includes: ["master"] } }] },
      },
    ]);
    const { configuration, provider } = stages[0]!.actions[0]!;
    assert.equal(provider, "CodeStarSourceConnection");
    assert.equal(configuration.BranchName, "master");
    assert.equal(configuration.DetectChanges, "false");
  });

  it("hands the swap the image that the build has pushed, by its digest", async () => {
    const { stages } = await stagesOf();
    assert.deepEqual(
      stages.map(({ name }) => name),
      ["Source", "Build", "Deploy"],
    );
    assert.equal(stages[1]!.actions[0]!.namespace, "Build");
    assert.deepEqual(stages[2]!.actions[0]!.configuration, {
      FunctionName: "test-one-swap",
      UserParameters: "#{Build.IMAGE_APP}",
    });
  });

  it("deploys to QA, tests it, asks a person, and then deploys to production; only what deploys is taken back", async () => {
    const { stages } = await stagesOf({ stages: releases() });
    assert.deepEqual(
      stages.slice(2).map(({ name, actions, onFailure }) => [name, actions[0]!.provider, onFailure?.result]),
      [
        ["QA", "CodeBuild", "ROLLBACK"],
        ["Integration", "CodeBuild", undefined],
        ["Approval", "Manual", undefined],
        ["Production", "CodeBuild", "ROLLBACK"],
      ],
    );
    assert.deepEqual(JSON.parse(stages[3]!.actions[0]!.configuration.EnvironmentVariables!), [
      { name: "IMAGE_APP", value: "#{Build.IMAGE_APP}" },
      { name: "URL", value: "https://qa.example.com" },
    ]);
  });

  it("gives each stage a role that can do what the stage does", async () => {
    const { recording } = await stagesOf({ stages: releases() });
    const actions = (name: string) => statements(named(recording, name).inputs.policy).flatMap(({ Action }) => Action);
    assert.ok(!actions("one-integration-policy").includes("sts:AssumeRole"));
    const [assume] = statements(named(recording, "one-qa-policy").inputs.policy).filter(
      ({ Action }) => Action === "sts:AssumeRole",
    );
    assert.equal(assume?.Resource, "arn:aws:iam::123456789012:role/bootstrap-qa-deploy");
    const { source } = named(recording, "one-qa-project").inputs as { source: { buildspec: string } };
    const { phases }: { phases: { build: { commands: string[] } } } = JSON.parse(source.buildspec);
    assert.deepEqual(phases.build.commands, [
      "set -o pipefail",
      "aws configure set profile.taken.role_arn 'arn:aws:iam::123456789012:role/bootstrap-qa-deploy'",
      "aws configure set profile.taken.credential_source 'EcsContainer'",
      "export AWS_PROFILE=taken",
      "npx palisade up credit-score-qa",
    ]);
    const run = statements(named(recording, "one-policy").inputs.policy);
    assert.deepEqual(
      run.find(({ Action }) => JSON.stringify(Action).includes("StartBuild"))?.Resource,
      ["build", "qa", "integration", "production"].map(
        (stage) => `arn:aws:codebuild:eu-west-1:123456789012:project/test-one-${stage}`,
      ),
    );
    assert.ok(run.every(({ Resource }) => Resource !== "*"));
    const privileged = ofType(recording, "aws:codebuild/project:Project").filter(
      ({ inputs }) => (inputs.environment as { privilegedMode: boolean }).privilegedMode,
    );
    assert.deepEqual(
      privileged.map(({ name }) => name),
      ["one-build-project"],
    );
    const trust = statements(named(recording, "one-build-role").inputs.assumeRolePolicy);
    assert.deepEqual(trust[0]?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:codebuild:eu-west-1:123456789012:project/test-one-build" },
    });
  });

  for (const preview of [false, true]) {
    it(`${preview ? "preview" : "update"}: violates no rule, and leaves none open`, async () => {
      const recording = await recordProgram(
        () => {
          const key = testKey("key");
          const logs = new Bucket("logs", {
            policyStatements: (arn) => [accessLogStatement(arn, "123456789012")],
            alarmTopics: TOPICS,
          });
          const parent = new Home("home", logs);
          pipeline("swaps", { key }, { parent });
          pipeline("releases", { key, stages: releases() }, { parent });
        },
        { preview },
      );
      const open = evaluate(
        packs.flatMap(({ rules }) => rules),
        ResourceGraph.fromRecording(recording),
      ).filter(({ verdict, resource }) => ["fail", "undetermined"].includes(verdict.kind) && resource.name !== "test");
      assert.deepEqual(
        open.map(({ rule, resource, verdict }) => `${resource.name}: ${rule.id}: ${JSON.stringify(verdict)}`),
        [],
      );
    });
  }

  it("tells of failures, and of approvals where there are any", async () => {
    const { recording } = await stagesOf({ stages: releases(), alarmTopics: TOPICS });
    const patterns = ofType(recording, "aws:cloudwatch/eventRule:EventRule").map(({ inputs }) =>
      JSON.parse(String(inputs.eventPattern)),
    );
    assert.deepEqual(patterns, [
      {
        source: ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        detail: { pipeline: ["test-one"], state: ["FAILED"] },
      },
      {
        source: ["aws.codepipeline"],
        "detail-type": ["CodePipeline Action Execution State Change"],
        detail: { pipeline: ["test-one"], state: ["STARTED"], type: { category: ["Approval"] } },
      },
    ]);
    for (const { inputs } of ofType(recording, "aws:cloudwatch/eventTarget:EventTarget"))
      assert.equal(inputs.arn, TOPICS.warning);
    const swaps = await stagesOf({ alarmTopics: TOPICS });
    assert.equal(ofType(swaps.recording, "aws:cloudwatch/eventRule:EventRule").length, 1);
  });
});
