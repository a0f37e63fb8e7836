import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, policyDocument, type Severity, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import type { Key } from "../security/key";
import type { BlueGreenSwap } from "./blue-green-swap";
import { type BuiltImage, commandsBuildspec, imageBuildspec, imageVariable } from "./buildspec";
import type { ContainerImage } from "./container-image";
import { DeliveryBuild } from "./delivery-build";

/** Where the code lies: GitHub, GitLab or Bitbucket, by AWS CodeConnections. */
export interface PipelineSourceArgs {
  /** Who hosts it. The connection is made pending: somebody follows its link in the console once, and lets AWS into the repository. */
  provider?: "GitHub" | "GitLab" | "Bitbucket";
  /** A connection that exists already, `arn:...:codeconnections:...:connection/...`, in place of `provider`. */
  connectionArn?: string;
  /** `<owner>/<name>`; in GitLab with all groups. */
  repository: string;
  /** A commit to this branch starts the pipeline. Default `main`. */
  branch?: string;
}

/** An image that the pipeline builds. */
export interface PipelineImageArgs {
  /** Where it is pushed. The image itself must not be built by the stack. */
  image: ContainerImage;
  /** Folder that Docker builds from, within the repository. Default `.`. */
  context?: string;
  /** Path of the Dockerfile. Default `<context>/Dockerfile`. */
  dockerfile?: string;
}

/** One step after the build. A stage's name is unique, of letters, digits, `-` and `_`. */
export type PipelineStage =
  /** Deploys `image` to the idle VM of a pair and swaps the two. */
  | { kind: "swap"; name: string; swap: BlueGreenSwap; image: string }
  /** Waits for a person, seven days at most. */
  | { kind: "approval"; name: string; message: string }
  /**
   * Runs commands in the repository's folder: integration tests, or `palisade up` of a stack with the new images. `IMAGE_<NAME>` holds each image by digest.
   * When they fail after an earlier success, the stage is run once more with what that one deployed.
   */
  | {
      kind: "commands";
      name: string;
      commands: readonly string[];
      /** Further variables. Nothing secret: they are read by everyone who may see the pipeline. */
      variables?: Readonly<Record<string, string>>;
      /** The one role, by ARN, that the commands run as, e.g. a stack's deploy role; its trust names `roleArns[name]`. Default: the stage's own, which has its log and no more. */
      assumeRoleArn?: pulumi.Input<string>;
      /** Minutes that they may take, 5-480. Default 60. */
      timeoutMinutes?: number;
      /** Takes a failure back by running the last good execution's commands again. Default false: right for what deploys, not for tests. */
      rollBack?: boolean;
    };

export interface DeliveryPipelineArgs extends ComponentArgs {
  /** Customer key of artifacts and logs; its policy must name the `logs` service. */
  key: Key;
  source: PipelineSourceArgs;
  /** Images by name; a name is of small letters, digits and hyphens. */
  images: Readonly<Record<string, PipelineImageArgs>>;
  /** Commands that test what was built, before it is pushed; `IMAGE_<NAME>` names each image on the build machine. */
  test: readonly string[];
  /** What follows, in order. */
  stages: readonly PipelineStage[];
  /** Minutes that build and test may take, 5-480. Default 60. */
  buildMinutes?: number;
  /** Size of the build machine: 2, 4 or 8 vCPU. Default `medium`. */
  buildSize?: "small" | "medium" | "large";
  /** Days that artifacts are kept, 1-365. Default 30. */
  artifactExpirationInDays?: number;
  transform?: { pipeline?: Transform<aws.codepipeline.PipelineArgs>; role?: Transform<aws.iam.RoleArgs> };
}

const SOURCE = "Source";
const BUILD = "Build";
const ARTIFACT = "source";
/** https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html: a stage and an action of every pipeline, 50 stages. */
const MOST_STAGES = 48;
/** Characters of a value in an action's configuration (https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html). */
const MOST_CHARACTERS = 1000;
const CONNECTION = /^arn:[\w-]+:codeconnections:[a-z0-9-]+:\d{12}:connection\/[0-9a-f-]{36}$/;

/**
 * Continuous delivery: a commit to one branch is built into images and tested, pushed by digest, and deployed stage by stage.
 *
 *     new DeliveryPipeline("lending-delivery", {
 *       key,
 *       source: { provider: "GitHub", repository: "example/lending", branch: "master" },
 *       images: { app: { image } },
 *       test: ["docker run --rm $IMAGE_APP npm test"],
 *       stages: [{ kind: "swap", name: "Deploy", swap, image: "app" }],
 *     });
 *
 * One execution is in a stage at a time; of those that wait the newest goes on, as it holds what the others do (CodePipeline V2, SUPERSEDED). What is deployed is the image by its digest
 * that was tested; nothing is built twice on its way.
 *
 * **Services that Pulumi manages are deployed by Pulumi**: a `commands` stage runs `palisade up` with the digests as configuration. CodePipeline's own ECS action would write a
 * task definition that the next update of the stack, which knows nothing of it, takes back.
 *
 * Each stage has a role of its own, which can do what that stage does: the build pushes to these repositories and nothing else, a test has nothing but its log. The build is not in the VPC: it needs
 * nothing there, and from there it could reach what the services reach. It runs privileged, which Docker needs on a build machine; the machine is thrown away after each build.
 *
 * Events go to the alarms' topics: a failed execution, and an approval that is waited for (both warning). Cost: 0.002 USD per minute of a running action, 0.01 USD per minute of a
 * medium build machine. Data loss: none; artifacts expire.
 */
export class DeliveryPipeline extends Component {
  readonly pipelineName: string;
  /** Known before the pipeline exists. */
  readonly pipelineArn: pulumi.Output<string>;
  /** Somebody has to complete a new connection in the console before the first execution. */
  readonly connectionArn: pulumi.Output<string>;
  /** Role of each `commands` stage, for the trust of what it takes. Known before the roles exist. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;
  readonly nodes: {
    readonly pipeline: aws.codepipeline.Pipeline;
    readonly role: aws.iam.Role;
    readonly artifacts: Bucket;
    readonly build: DeliveryBuild;
    readonly commands: Readonly<Record<string, DeliveryBuild>>;
    readonly connection: aws.codeconnections.Connection | undefined;
  };

  constructor(
    name: string,
    private readonly args: DeliveryPipelineArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:delivery:DeliveryPipeline", name, args, opts);
    this.validate();
    this.pipelineName = this.physicalName("codePipeline");
    this.pipelineArn = this.arnOf("codepipeline", this.pipelineName);

    const artifacts = new Bucket(
      this.childName("artifacts"),
      { key: args.key, expirationInDays: args.artifactExpirationInDays ?? 30 },
      { parent: this },
    );
    const connection = args.source.connectionArn === undefined ? this.createConnection() : undefined;
    this.connectionArn = pulumi.output(connection?.arn ?? args.source.connectionArn ?? "");
    const build = this.createBuild(artifacts);
    const commands = this.createCommands(artifacts);
    this.roleArns = Object.fromEntries(Object.entries(commands).map(([stage, { roleArn }]) => [stage, roleArn]));
    const role = this.createRole();
    const policy = this.createPolicy(role, artifacts, [build, ...Object.values(commands)]);
    const pipeline = this.createPipeline(role, policy, artifacts, build, commands);
    this.createEvents();

    this.nodes = { pipeline, role, artifacts, build, commands, connection };
    this.registerOutputs({
      pipelineName: this.pipelineName,
      pipelineArn: this.pipelineArn,
      connectionArn: this.connectionArn,
    });
  }

  private validate(): void {
    const { key, source, images, stages } = this.args;
    key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.that(
      (source.provider === undefined) !== (source.connectionArn === undefined),
      "source.provider",
      source.provider,
      "Give either `provider`, for a new connection, or `connectionArn`.",
    );
    if (source.connectionArn !== undefined)
      this.check.matches(
        "source.connectionArn",
        source.connectionArn,
        CONNECTION,
        "Give the ARN of a connection, arn:aws:codeconnections:<region>:<account>:connection/<id>.",
      );
    this.check.matches("source.repository", source.repository, /^[^\s/]+(\/[^\s/]+)+$/, "Give `<owner>/<name>`.");
    this.check.matches("source.branch", source.branch ?? "main", /^[^\s*?]{1,255}$/, "Give one branch, not a pattern.");
    this.check.atLeast("images", images, 1, "image that the pipeline builds");
    for (const [image, { image: repository }] of Object.entries(images)) {
      this.check.matches(
        `images.${image}`,
        image,
        /^[a-z][a-z0-9-]{0,30}$/,
        "Name it by small letters, digits and hyphens.",
      );
      this.check.that(
        repository.nodes.image === undefined,
        `images.${image}`,
        repository.name,
        "The stack builds this image itself; leave out its `build`.",
      );
      this.check.that(
        repository.nodes.repository !== undefined,
        `images.${image}`,
        repository.repositoryName,
        "Another pipeline pushes to this repository; give an image whose repository the stack makes.",
      );
    }
    this.check.integer("buildMinutes", this.args.buildMinutes ?? 60, 5, 480);
    this.check.integer("artifactExpirationInDays", this.args.artifactExpirationInDays ?? 30, 1, 365, "of days");
    this.check.atLeast("stages", stages, 1, "stage that deploys what was built");
    this.check.that(stages.length <= MOST_STAGES, "stages", stages.length, `Give at most ${MOST_STAGES}.`);
    this.check.unique("stages", [SOURCE, BUILD, ...stages.map(({ name }) => name)]);
    stages.forEach((stage, index) => this.validateStage(stage, `stages[${index}]`));
  }

  private validateStage(stage: PipelineStage, at: string): void {
    this.check.matches(`${at}.name`, stage.name, /^[A-Za-z][A-Za-z0-9_-]{0,49}$/, "Give letters, digits, `-` and `_`.");
    switch (stage.kind) {
      case "swap":
        return this.check.oneOf(`${at}.image`, stage.image, Object.keys(this.args.images));
      case "approval":
        return this.check.that(
          stage.message.length > 0 && stage.message.length <= 1000,
          `${at}.message`,
          stage.message,
          "Give 1 to 1000 characters.",
        );
      case "commands":
        this.check.atLeast(`${at}.commands`, stage.commands, 1, "command");
        this.check.that(
          environment(this.args.images, stage.variables).length <= MOST_CHARACTERS,
          `${at}.variables`,
          stage.variables,
          `CodePipeline takes ${MOST_CHARACTERS} characters, the images' addresses included: give fewer or shorter ones.`,
        );
        return this.check.integer(`${at}.timeoutMinutes`, stage.timeoutMinutes ?? 60, 5, 480);
    }
  }

  private createConnection(): aws.codeconnections.Connection {
    return new aws.codeconnections.Connection(
      this.childName("connection"),
      { name: this.physicalName("codeConnection"), providerType: this.args.source.provider },
      this.childOptions(),
    );
  }

  private createBuild(artifacts: Bucket): DeliveryBuild {
    const { images, test, key, buildMinutes, buildSize } = this.args;
    const built = Object.entries(images).map(([name, { image, context = ".", dockerfile }]) =>
      image.repositoryUrl.apply((repositoryUrl): [string, BuiltImage] => [
        name,
        { repositoryUrl, context, dockerfile, platform: "linux/arm64" },
      ]),
    );
    const { region } = this.context;
    const build = new DeliveryBuild(
      this.childName("build"),
      {
        key,
        description: `Builds, tests and pushes the images of ${this.identity}`,
        buildspec: pulumi.all(built).apply((entries) => imageBuildspec(Object.fromEntries(entries), test, region)),
        artifacts,
        docker: true,
        size: buildSize ?? "medium",
        timeoutMinutes: buildMinutes ?? 60,
      },
      { parent: this },
    );
    for (const { image } of Object.values(images)) image.grantPush(build);
    return build;
  }

  private createCommands(artifacts: Bucket): Record<string, DeliveryBuild> {
    const builds: Record<string, DeliveryBuild> = {};
    for (const stage of this.args.stages) {
      if (stage.kind !== "commands") continue;
      builds[stage.name] = new DeliveryBuild(
        this.childName(stage.name.toLowerCase()),
        {
          key: this.args.key,
          description: `${stage.name} of ${this.identity}`,
          buildspec: pulumi.output(stage.assumeRoleArn).apply((role) => commandsBuildspec(stage.commands, role)),
          artifacts,
          size: "small",
          timeoutMinutes: stage.timeoutMinutes ?? 60,
          assumeRoleArn: stage.assumeRoleArn,
        },
        { parent: this },
      );
    }
    return builds;
  }

  private createRole(): aws.iam.Role {
    return new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole"),
        description: `Runs the pipeline ${this.pipelineName}`,
        assumeRolePolicy: policyDocument([
          {
            Effect: "Allow",
            Principal: { Service: "codepipeline.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: { StringEquals: { "aws:SourceAccount": this.account } },
          },
        ]),
      },
      this.childOptions({}, this.args.transform?.role),
    );
  }

  private createPolicy(role: aws.iam.Role, artifacts: Bucket, builds: readonly DeliveryBuild[]): aws.iam.RolePolicy {
    const functions = this.args.stages.flatMap((stage) => (stage.kind === "swap" ? [stage.swap.functionArn] : []));
    return new aws.iam.RolePolicy(
      this.childName("policy"),
      {
        role: role.name,
        policy: policyDocument([
          { Effect: "Allow", Action: "codeconnections:UseConnection", Resource: this.connectionArn },
          // https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
          {
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"],
            Resource: pulumi.interpolate`${artifacts.arn}/*`,
          },
          {
            Effect: "Allow",
            Action: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            Resource: artifacts.arn,
          },
          this.args.key.encryptDecryptStatement("s3"),
          {
            Effect: "Allow",
            Action: ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
            Resource: builds.map(({ projectArn }) => projectArn),
          },
          ...(functions.length > 0
            ? [{ Effect: "Allow" as const, Action: "lambda:InvokeFunction", Resource: functions }]
            : []),
        ]),
      },
      this.childOptions(),
    );
  }

  private createPipeline(
    role: aws.iam.Role,
    policy: aws.iam.RolePolicy,
    artifacts: Bucket,
    build: DeliveryBuild,
    commands: Readonly<Record<string, DeliveryBuild>>,
  ): aws.codepipeline.Pipeline {
    const { key, source, stages, transform } = this.args;
    const branch = source.branch ?? "main";
    return new aws.codepipeline.Pipeline(
      this.childName("pipeline"),
      {
        name: this.pipelineName,
        pipelineType: "V2",
        executionMode: "SUPERSEDED",
        roleArn: role.arn,
        artifactStores: [{ type: "S3", location: artifacts.bucketName, encryptionKey: { type: "KMS", id: key.arn } }],
        triggers: [
          {
            providerType: "CodeStarSourceConnection",
            gitConfiguration: { sourceActionName: SOURCE, pushes: [{ branches: { includes: [branch] } }] },
          },
        ],
        stages: [
          { name: SOURCE, actions: [this.sourceAction(branch)] },
          { name: BUILD, actions: [buildAction(BUILD, build)] },
          ...stages.map((stage) => this.stage(stage, commands)),
        ],
      },
      // CodePipeline starts the first execution as soon as the pipeline is there.
      this.childOptions({ dependsOn: [policy] }, transform?.pipeline),
    );
  }

  private sourceAction(branch: string): aws.types.input.codepipeline.PipelineStageAction {
    return {
      name: SOURCE,
      category: "Source",
      owner: "AWS",
      provider: "CodeStarSourceConnection",
      version: "1",
      outputArtifacts: [ARTIFACT],
      configuration: {
        ConnectionArn: this.connectionArn,
        FullRepositoryId: this.args.source.repository,
        BranchName: branch,
        OutputArtifactFormat: "CODE_ZIP",
        // The trigger starts it.
        DetectChanges: "false",
      },
    };
  }

  private stage(
    stage: PipelineStage,
    commands: Readonly<Record<string, DeliveryBuild>>,
  ): aws.types.input.codepipeline.PipelineStage {
    const { name } = stage;
    switch (stage.kind) {
      case "approval":
        return {
          name,
          actions: [
            {
              name,
              category: "Approval",
              owner: "AWS",
              provider: "Manual",
              version: "1",
              configuration: { CustomData: stage.message },
            },
          ],
        };
      case "swap":
        return {
          name,
          actions: [
            {
              name,
              category: "Invoke",
              owner: "AWS",
              provider: "Lambda",
              version: "1",
              configuration: { FunctionName: stage.swap.functionName, UserParameters: imageOf(stage.image) },
            },
          ],
        };
      case "commands": {
        const build = commands[name];
        if (build === undefined) throw new Error(`${name} has no build`);
        return {
          name,
          actions: [buildAction(name, build, environment(this.args.images, stage.variables))],
          ...(stage.rollBack ? { onFailure: { result: "ROLLBACK" } } : {}),
        };
      }
    }
  }

  private createEvents(): void {
    this.notify("failed", "warning", "An execution of the pipeline failed", {
      "detail-type": ["CodePipeline Pipeline Execution State Change"],
      detail: { pipeline: [this.pipelineName], state: ["FAILED"] },
    });
    if (this.args.stages.some(({ kind }) => kind === "approval")) {
      this.notify("approval", "warning", "The pipeline waits for an approval", {
        "detail-type": ["CodePipeline Action Execution State Change"],
        detail: { pipeline: [this.pipelineName], state: ["STARTED"], type: { category: ["Approval"] } },
      });
    }
  }

  private notify(suffix: string, severity: Severity, description: string, pattern: object): void {
    const topic = this.context.alarmTopics?.[severity];
    if (topic === undefined) return;
    const rule = new aws.cloudwatch.EventRule(
      this.childName(suffix),
      {
        name: this.physicalName("eventRule", suffix),
        description: `${description} (${this.pipelineName})`,
        eventPattern: JSON.stringify({ source: ["aws.codepipeline"], ...pattern }),
      },
      this.childOptions(),
    );
    new aws.cloudwatch.EventTarget(
      this.childName(suffix),
      { rule: rule.name, targetId: "topic", arn: topic },
      this.childOptions(),
    );
  }
}

/** The image that the build has pushed, as CodePipeline fills it in. */
function imageOf(name: string): string {
  return `#{${BUILD}.${imageVariable(name)}}`;
}

/** Variables of a build, in CodePipeline's form. */
function environment(images: object, variables: Readonly<Record<string, string>> = {}): string {
  const addresses = Object.keys(images).map((image) => ({ name: imageVariable(image), value: imageOf(image) }));
  return JSON.stringify([...addresses, ...Object.entries(variables).map(([name, value]) => ({ name, value }))]);
}

function buildAction(
  name: string,
  build: DeliveryBuild,
  variables?: string,
): aws.types.input.codepipeline.PipelineStageAction {
  return {
    name,
    category: "Build",
    owner: "AWS",
    provider: "CodeBuild",
    version: "1",
    inputArtifacts: [ARTIFACT],
    namespace: name,
    configuration: {
      ProjectName: build.projectName,
      ...(variables === undefined ? {} : { EnvironmentVariables: variables }),
    },
  };
}
