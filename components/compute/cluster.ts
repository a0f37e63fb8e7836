import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Statement, type Transform } from "../core";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";

/** What Container Insights collects: per task and container, per service, or nothing. */
export type ContainerInsights = "enhanced" | "enabled" | "disabled";

export interface ClusterArgs extends ComponentArgs {
  /**
   * Customer key for the cluster's log groups, ECS Exec sessions and the tasks' ephemeral storage; its services must include `logs` and
   * `fargate`.
   */
  key: Key;
  /**
   * `enhanced` (default): metrics per task and container. `enabled`: per cluster and service. `disabled`: none, and services cannot
   * scale on work per task. Billed as custom metrics.
   */
  containerInsights?: ContainerInsights;
  /**
   * ECS Exec: a shell in a running container. `off` (default): no service has it. `encrypted`: sessions are encrypted with `key` and
   * every command and its output is logged; each service still decides for itself. Who opens a session needs `ecs:ExecuteCommand` on the
   * task and `kms:GenerateDataKey` on the key.
   */
  exec?: "off" | "encrypted";
  /** Days that Exec sessions are kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  execLogRetentionInDays?: number;
  transform?: {
    cluster?: Transform<aws.ecs.ClusterArgs>;
    capacityProviders?: Transform<aws.ecs.ClusterCapacityProvidersArgs>;
    execLogGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
    insightsLogGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

/** CloudWatch turns these events into metrics at once; they are only looked up while an incident is fresh. */
const INSIGHTS_RETENTION_DAYS = 14;

/**
 * An ECS cluster for Fargate tasks: Container Insights on, ECS Exec off, ephemeral storage encrypted with the customer key, tasks on
 * demand unless a service asks for Spot (development only).
 *
 *     const cluster = new Cluster("payments", { key });
 *
 * Cost: the cluster itself is free. Container Insights bills its metrics as custom metrics (0.30 USD a metric and month at first), with
 * `enhanced` some 30 to 40 per service and task. Data loss: none, a cluster holds no data.
 */
export class Cluster extends Component {
  readonly arn: pulumi.Output<string>;
  readonly clusterName: string;
  readonly execEnabled: boolean;
  readonly containerInsights: ContainerInsights;
  readonly nodes: {
    readonly cluster: aws.ecs.Cluster;
    readonly capacityProviders: aws.ecs.ClusterCapacityProviders;
    readonly execLogGroup: aws.cloudwatch.LogGroup | undefined;
    readonly insightsLogGroup: aws.cloudwatch.LogGroup | undefined;
  };
  private readonly key: Key;
  private readonly execLogGroupName: string;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:compute:Cluster", name, args, opts);
    this.validate(args);
    this.key = args.key;
    this.execEnabled = args.exec === "encrypted";
    this.containerInsights = args.containerInsights ?? "enhanced";
    this.clusterName = this.physicalName("ecs");
    this.execLogGroupName = `/${this.physicalName("logGroup", "exec")}`;
    this.arn = this.arnOf("ecs", `cluster/${this.clusterName}`);

    const insightsLogGroup = this.createInsightsLogGroup(args);
    const execLogGroup = this.createExecLogGroup(args);
    const cluster = this.createCluster(args, insightsLogGroup, execLogGroup);
    const capacityProviders = this.createCapacityProviders(args, cluster);

    this.nodes = { cluster, capacityProviders, execLogGroup, insightsLogGroup };
    this.registerOutputs({ arn: this.arn, clusterName: this.clusterName, execEnabled: this.execEnabled });
  }

  /**
   * What a task role needs so that ECS Exec can open a session in its tasks and log it
   * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html).
   */
  execStatements(): Statement[] {
    return [
      {
        Sid: "ExecSession",
        Effect: "Allow",
        Action: [
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        // Neither these actions nor DescribeLogGroups support a narrower resource.
        Resource: "*",
      },
      { Sid: "ExecLogGroups", Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
      {
        Sid: "ExecLog",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: this.arnOf("logs", `log-group:${this.execLogGroupName}:*`),
      },
      this.key.decryptStatement(),
    ];
  }

  private validate(args: ClusterArgs): void {
    this.check.oneOf("containerInsights", args.containerInsights ?? "enhanced", ["enhanced", "enabled", "disabled"]);
    this.check.oneOf("exec", args.exec ?? "off", ["off", "encrypted"]);
    args.key.requireFor(this.check, this.context.region, ["logs", "fargate"]);
  }

  /** CloudWatch would make this group itself, without key and with its own retention. */
  private createInsightsLogGroup(args: ClusterArgs): aws.cloudwatch.LogGroup | undefined {
    if (this.containerInsights === "disabled") return undefined;
    return logGroup(this, "insights", {
      name: `/aws/ecs/containerinsights/${this.clusterName}/performance`,
      keyArn: args.key.arn,
      retentionInDays: INSIGHTS_RETENTION_DAYS,
      transform: args.transform?.insightsLogGroup,
    });
  }

  private createExecLogGroup(args: ClusterArgs): aws.cloudwatch.LogGroup | undefined {
    if (!this.execEnabled) return undefined;
    return logGroup(this, "exec", {
      name: this.execLogGroupName,
      keyArn: args.key.arn,
      retentionInDays: args.execLogRetentionInDays,
      transform: args.transform?.execLogGroup,
    });
  }

  private createCluster(
    args: ClusterArgs,
    insightsLogGroup: aws.cloudwatch.LogGroup | undefined,
    execLogGroup: aws.cloudwatch.LogGroup | undefined,
  ): aws.ecs.Cluster {
    const exec = execLogGroup && {
      executeCommandConfiguration: {
        kmsKeyId: args.key.arn,
        logging: "OVERRIDE",
        logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: execLogGroup.name },
      },
    };
    return new aws.ecs.Cluster(
      this.childName("cluster"),
      {
        name: this.clusterName,
        settings: [{ name: "containerInsights", value: this.containerInsights }],
        configuration: {
          managedStorageConfiguration: { fargateEphemeralStorageKmsKeyId: args.key.arn },
          ...exec,
        },
      },
      this.childOptions({ dependsOn: insightsLogGroup ? [insightsLogGroup] : [] }, args.transform?.cluster),
    );
  }

  private createCapacityProviders(args: ClusterArgs, cluster: aws.ecs.Cluster): aws.ecs.ClusterCapacityProviders {
    return new aws.ecs.ClusterCapacityProviders(
      this.childName("capacity"),
      {
        clusterName: cluster.name,
        capacityProviders: this.production ? ["FARGATE"] : ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
      },
      this.childOptions({}, args.transform?.capacityProviders),
    );
  }
}
