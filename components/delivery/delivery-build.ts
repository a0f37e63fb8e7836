import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, policyDocument, serviceTrust, type Transform } from "../core";
import type { Bucket } from "../data/bucket";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";

export interface DeliveryBuildArgs extends ComponentArgs {
  /** Customer key of the log; its policy must name the `logs` service. */
  key: Key;
  /** What it does, in one sentence. */
  description: string;
  /** What it runs: the repository's own buildspec is not asked, so that a commit can not change what the role is used for. */
  buildspec: pulumi.Input<string>;
  /** Where CodePipeline lays the source. */
  artifacts: Bucket;
  /** Lets it build images, which needs a privileged machine. Default false. */
  docker?: boolean;
  /** 2, 4 or 8 vCPU. */
  size: "small" | "medium" | "large";
  /** Minutes that it may take, 5-480. */
  timeoutMinutes: number;
  /** The one role that it may take; the buildspec takes it. Default: none. */
  assumeRoleArn?: pulumi.Input<string>;
  transform?: { project?: Transform<aws.codebuild.ProjectArgs> };
}

/** Amazon Linux 2023 on Graviton, with Docker, Node.js 24 and 22, AWS's CLI (https://github.com/aws/aws-codebuild-docker-images, al/aarch64/standard/4.0). */
const IMAGE = "aws/codebuild/amazonlinux-aarch64-standard:4.0";
const COMPUTE = {
  small: "BUILD_GENERAL1_SMALL",
  medium: "BUILD_GENERAL1_MEDIUM",
  large: "BUILD_GENERAL1_LARGE",
} as const;

/**
 * One CodeBuild project of a `DeliveryPipeline`, with a role and a log of its own. It reads the source that CodePipeline hands it, and can do no more than it is granted.
 *
 * Cost: nothing while it does not run. Data loss: none.
 */
export class DeliveryBuild extends Component implements Grantee {
  readonly grantName: string;
  readonly role: aws.iam.Role;
  /** Known before the role exists. */
  readonly roleArn: pulumi.Output<string>;
  readonly projectName: string;
  /** Known before the project exists. */
  readonly projectArn: pulumi.Output<string>;
  readonly nodes: { readonly project: aws.codebuild.Project; readonly logGroup: aws.cloudwatch.LogGroup };

  constructor(
    name: string,
    private readonly args: DeliveryBuildArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:delivery:DeliveryBuild", name, args, opts);
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.integer("timeoutMinutes", args.timeoutMinutes, 5, 480);
    this.grantName = this.identity;
    this.projectName = this.physicalName("codeBuildProject");
    this.projectArn = this.arnOf("codebuild", `project/${this.projectName}`);
    const roleName = this.physicalName("iamRole");
    this.roleArn = this.arnOf("iam", `role/${roleName}`, "");

    const logs = logGroup(this, "logs", { name: `/aws/codebuild/${this.projectName}`, keyArn: args.key.arn });
    this.role = this.createRole(roleName);
    const policy = this.createPolicy();
    const project = this.createProject(logs, policy);

    this.nodes = { project, logGroup: logs };
    this.registerOutputs({ projectName: this.projectName, projectArn: this.projectArn, roleArn: this.roleArn });
  }

  private createRole(name: string): aws.iam.Role {
    return new aws.iam.Role(
      this.childName("role"),
      {
        name,
        description: this.args.description,
        assumeRolePolicy: serviceTrust("codebuild.amazonaws.com", this.account, this.projectArn),
      },
      this.childOptions(),
    );
  }

  private createPolicy(): aws.iam.RolePolicy {
    const { artifacts, assumeRoleArn, key } = this.args;
    return new aws.iam.RolePolicy(
      this.childName("policy"),
      {
        role: this.role.name,
        policy: policyDocument([
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: this.arnOf("logs", `log-group:/aws/codebuild/${this.projectName}:*`),
          },
          {
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:GetObjectVersion"],
            Resource: pulumi.interpolate`${artifacts.arn}/*`,
          },
          key.decryptStatement("s3"),
          ...(assumeRoleArn === undefined
            ? []
            : [{ Effect: "Allow" as const, Action: "sts:AssumeRole", Resource: assumeRoleArn }]),
        ]),
      },
      this.childOptions(),
    );
  }

  private createProject(logs: aws.cloudwatch.LogGroup, policy: aws.iam.RolePolicy): aws.codebuild.Project {
    const { args } = this;
    const docker = args.docker ?? false;
    return new aws.codebuild.Project(
      this.childName("project"),
      {
        name: this.projectName,
        description: args.description,
        serviceRole: this.role.arn,
        encryptionKey: args.key.arn,
        buildTimeout: args.timeoutMinutes,
        queuedTimeout: 60,
        artifacts: { type: "CODEPIPELINE" },
        source: { type: "CODEPIPELINE", buildspec: args.buildspec },
        environment: {
          type: "ARM_CONTAINER",
          image: IMAGE,
          imagePullCredentialsType: "CODEBUILD",
          computeType: COMPUTE[args.size],
          privilegedMode: docker,
        },
        cache: docker ? { type: "LOCAL", modes: ["LOCAL_DOCKER_LAYER_CACHE"] } : { type: "NO_CACHE" },
        logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: logs.name } },
      },
      this.childOptions({ dependsOn: [policy] }, args.transform?.project),
    );
  }
}
