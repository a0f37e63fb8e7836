import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type ArgumentCheck,
  Component,
  type ComponentArgs,
  type Grantee,
  policyDocument,
  serviceTrust,
  type Statement,
  type Transform,
} from "../core";
import { Connections, type SecurityGroupRule, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { type LogDataIdentifier, logGroup, maskLogs } from "../observability/log-group";
import type { Key } from "../security/key";
import type { ApplicationLoadBalancer, RuleArgs, TargetGroupArgs } from "./application-load-balancer";
import type { Cluster } from "./cluster";
import { containerDefinitionsJson } from "./container-definitions";
import { fargateSizeProblem } from "./fargate-size";
import { guardDutyAgent } from "./guardduty-agent";
import { pullStatements } from "./image";
import type { LoadBalancer, TargetArgs } from "./load-balancer";
import { checkScaling, type ScalingArgs, scaleService, type ServiceScaling } from "./service-scaling";
import {
  checkTaskContainers,
  CONTAINER,
  EXEC_MOUNTS,
  secretStatements,
  type TaskContainerArgs,
  taskContainers,
} from "./task-containers";

export interface ServiceLoadBalancerArgs extends Omit<TargetArgs, "port" | "preserveClientIp"> {
  loadBalancer: LoadBalancer;
  /** Port of the load balancer that leads to this service. */
  listenerPort: number;
}

/** A way to the service through an application load balancer: a target group of its own, and the rule that leads to it. */
export interface ServiceRouteArgs extends Omit<TargetGroupArgs, "port" | "targetType"> {
  applicationLoadBalancer: ApplicationLoadBalancer;
  rule: Omit<RuleArgs, "to" | "weightsOwnedBy">;
}

export interface FargateServiceArgs extends ComponentArgs, TaskContainerArgs {
  cluster: Cluster;
  /** Tasks stand in its private subnets. Its endpoints must cover `ecr`, `logs`, and what the service calls (`secretsmanager`, `sqs`, ...). */
  vpc: NetworkLike;
  /** CPU units, 1024 = one vCPU. Fargate takes certain pairs of cpu and memory only: `FARGATE_SIZES`. */
  cpu: number;
  /** Default `ARM64`: a fifth cheaper than `X86_64` at the same or better speed. The image must be built for it. */
  architecture?: "ARM64" | "X86_64";
  /** Puts the service behind a TLS listener of its own, or behind a rule of an application load balancer. Needs `port`. */
  loadBalancer?: ServiceLoadBalancerArgs | ServiceRouteArgs;
  /**
   * Further ways in, e.g. a public application load balancer beside the network load balancer behind an API gateway, at most four; each health check then
   * decides over a task's life. They need `port`. Default: none.
   */
  alsoBehind?: readonly (ServiceLoadBalancerArgs | ServiceRouteArgs)[];
  /** Default: one task per zone, up to four times as many, at 60 % CPU; in development one task. */
  scaling?: ScalingArgs;
  /** Customer key for the service's log group; its services must include `logs`. */
  key: Key;
  /** Days that logs are kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionInDays?: number;
  /** Disk of a task in GiB, 21-200, image included. Default: the 20 GiB that come without charge. */
  ephemeralStorageGiB?: number;
  /** Runs on Fargate Spot, up to 70 % cheaper, with two minutes' notice of its end. Development only. Default false. */
  spot?: boolean;
  /**
   * `rolling` (default): new tasks first, then the old ones go. `replace`: the old ones stop before new ones start, so that there are never more than
   * `scaling.max`; nothing serves in between.
   */
  deployment?: "rolling" | "replace";
  /** Names of alarms of which one that goes off during a deployment rolls it back. Default: none; the circuit breaker rolls back failed starts. */
  rollbackOnAlarms?: readonly pulumi.Input<string>[];
  /**
   * Kinds of personal data that CloudWatch masks in its log, e.g. `EmailAddress`: nobody sees them without `logs:Unmask`. 0.12 USD a GB. Default: none.
   */
  maskedInLogs?: readonly LogDataIdentifier[];
  /** Seconds in which a started task may fail the load balancer's health checks. Default 60. */
  healthCheckGraceSeconds?: number;
  /** False: an update does not wait until the new tasks are healthy. Default true. */
  waitForSteadyState?: boolean;
  /**
   * Lets GuardDuty watch what runs in the tasks: ECS may pull AWS's agent, and the agent may reach GuardDuty's endpoint in the VPC. It switches
   * nothing on: that is the account's detector (`RegionalBaseline`, or an organisation's administrator), whose agent tasks get that start
   * afterwards. The VPC needs the endpoints `ecr`, and no service control policy may deny `guardduty:SendSecurityTelemetry`. Where the
   * detector has it on, 1.50 USD per vCPU and month and 128 MiB of each task's `memory` (256 MiB to 1 GiB from 8 vCPUs on). Default false.
   */
  runtimeMonitoring?: boolean;
  /** What has to stand before the first task starts, beside all that the arguments name, e.g. GuardDuty's runtime monitoring. Default: nothing. */
  startAfter?: readonly pulumi.Resource[];
  transform?: {
    service?: Transform<aws.ecs.ServiceArgs>;
    taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs>;
    taskRole?: Transform<aws.iam.RoleArgs>;
    executionRole?: Transform<aws.iam.RoleArgs>;
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/** Where a load balancer hands requests to the service. */
export interface ServiceEntry {
  readonly targetGroup: aws.lb.TargetGroup;
  readonly targetPort: number;
  /** What uses the target group: ECS refuses one that nothing uses. */
  readonly listener: aws.lb.Listener | aws.lb.ListenerRule;
}

/**
 * A service on ECS Fargate: tasks over all zones in private subnets, each without a public address, with read-only root, without
 * root or any Linux capability; rolling deployments that wait, and roll back by themselves.
 *
 *     const api = new FargateService("api", {
 *       cluster, vpc, key, image, cpu: 1024, memory: 2048, port: 8443,
 *       loadBalancer: { loadBalancer, listenerPort: 443 },
 *       secrets: { TLS_KEY: { secret: certificate, field: "key" } },
 *     });
 *     database.connections.allowFrom(api);
 *     queue.grantSend(api);
 *
 * Network: its security group lets in what `connections` says, and out to the VPC's interface endpoints and S3 (image layers) only. DNS, the
 * task's metadata and credentials are not subject to security groups. Tasks start when these rules stand; those that others add later (a
 * database's `allowFrom`) open while they run.
 *
 * GuardDuty, with `runtimeMonitoring`, makes an interface endpoint (`guardduty-data`) and a security group of its own in the VPC, which no
 * program knows. It deletes them when runtime monitoring is switched off for the account. To delete the VPC alone, delete both first, or
 * its subnets cannot go: https://docs.aws.amazon.com/guardduty/latest/ug/using-iac-with-gdu-automated-agents-runtime-monitoring.html
 *
 * TLS up to the task: the service itself listens with TLS on `port`, and takes certificate and key from `secrets`, or makes a
 * self-signed pair when it starts, which the load balancer accepts. It must offer TLS 1.2, which the health checks use.
 *
 * Roles: the task role (`role`) is what grants are made to; the execution role can pull its images, read its `secrets` and write its log group.
 *
 * Alarms: fewer tasks than the least (critical), CPU high, memory high. Cost: with ARM64 in us-east-1 28.44 USD a month for each vCPU
 * and 3.12 USD for each GiB of a task; logs 0.50 USD a GB. Data loss: none, tasks hold no data.
 */
export class FargateService extends Component implements Grantee {
  readonly serviceName: string;
  readonly arn: pulumi.Output<string>;
  readonly taskDefinitionArn: pulumi.Output<string>;
  readonly logGroupName: string;
  readonly port: number | undefined;
  readonly grantName: string;
  /** The task role: what the service itself may do. */
  readonly role: aws.iam.Role;
  readonly connections: Connections;
  readonly nodes: {
    readonly service: aws.ecs.Service;
    readonly taskDefinition: aws.ecs.TaskDefinition;
    readonly taskRole: aws.iam.Role;
    readonly executionRole: aws.iam.Role;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly securityGroup: aws.ec2.SecurityGroup;
    readonly entry: ServiceEntry | undefined;
    readonly scaling: ServiceScaling | undefined;
  };
  private readonly args: FargateServiceArgs;
  private readonly scaling: ScalingArgs;

  constructor(name: string, args: FargateServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:compute:FargateService", name, args, opts);
    this.args = args;
    this.scaling = args.scaling ?? this.defaultScaling();
    this.validate();
    this.grantName = this.identity;
    this.port = args.port;
    this.serviceName = this.physicalName("ecs");
    this.logGroupName = `/${this.physicalName("logGroup", "logs")}`;
    this.arn = this.arnOf("ecs", `service/${args.cluster.clusterName}/${this.serviceName}`);

    const securityGroup = this.createSecurityGroup();
    this.connections = new Connections(this, securityGroup, args.port === undefined ? undefined : tcp(args.port));
    const rules = [...this.connectToEndpoints(), ...this.connectToGuardDuty(), ...this.connectToLoadBalancer()];
    const entries = this.createEntries();

    const logs = logGroup(this, "logs", {
      name: this.logGroupName,
      keyArn: args.key.arn,
      retentionInDays: args.logRetentionInDays,
      transform: args.transform?.logGroup,
    });
    const masked = args.maskedInLogs ? [maskLogs(this, "logs", logs, args.maskedInLogs)] : [];
    this.role = this.createRole("task", args.transform?.taskRole);
    const executionRole = this.createRole("execution", args.transform?.executionRole);
    const policies = [this.createExecutionPolicy(executionRole), ...this.createExecPolicy()];
    const taskDefinition = this.createTaskDefinition(executionRole);
    const service = this.createService(taskDefinition, securityGroup, entries, [
      logs,
      ...masked,
      ...policies,
      ...rules,
      ...(args.startAfter ?? []),
    ]);
    this.taskDefinitionArn = taskDefinition.arn;
    const scaling = this.scales ? scaleService(this, this.scaled(service), this.scaling) : undefined;
    this.createAlarms();

    this.nodes = {
      service,
      taskDefinition,
      taskRole: this.role,
      executionRole,
      logGroup: logs,
      securityGroup,
      entry: entries[0],
      scaling,
    };
    this.registerOutputs({
      arn: this.arn,
      serviceName: this.serviceName,
      taskDefinitionArn: this.taskDefinitionArn,
      taskRoleArn: this.role.arn,
      securityGroupId: this.connections.securityGroupId,
      logGroupName: this.logGroupName,
    });
  }

  private get scales(): boolean {
    return this.scaling.max > this.scaling.min;
  }

  private get guardDutyAgent(): string | undefined {
    return guardDutyAgent(this.context.region);
  }

  private defaultScaling(): ScalingArgs {
    const min = this.production ? this.args.vpc.zones.length : 1;
    return { min, max: this.production ? min * 4 : min };
  }

  private validate(): void {
    const { args } = this;
    const check: ArgumentCheck = this.check;
    const size = fargateSizeProblem(args.cpu, args.memory);
    check.that(size === undefined, "cpu and memory", [args.cpu, args.memory], size ?? "");
    check.oneOf("deployment", args.deployment ?? "rolling", ["rolling", "replace"]);
    check.oneOf("architecture", args.architecture ?? "ARM64", ["ARM64", "X86_64"]);
    checkTaskContainers(check, args);
    checkScaling(check, this.scaling, args.cluster.containerInsights !== "disabled");
    check.integer("healthCheckGraceSeconds", args.healthCheckGraceSeconds ?? 60, 0, 3600, "of seconds");
    if (args.ephemeralStorageGiB !== undefined) {
      check.integer("ephemeralStorageGiB", args.ephemeralStorageGiB, 21, 200, "of GiB");
    }
    check.that(
      this.ways.length === 0 || args.port !== undefined,
      "port",
      args.port,
      "The load balancer must know where the service listens; give a port, e.g. 8443.",
    );
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/register-multiple-targetgroups.html
    check.that(
      this.ways.length <= 5,
      "alsoBehind",
      this.ways.length,
      "ECS registers a service with 5 target groups at most.",
    );
    args.key.requireFor(check, this.context.region, ["logs"]);
    check.that(
      !(args.exec && !args.cluster.execEnabled),
      "exec",
      true,
      `The cluster "${args.cluster.name}" has it off; give the cluster exec: "encrypted".`,
    );
    check.that(
      !(args.spot && this.production),
      "spot",
      true,
      "Spot tasks end at two minutes' notice: development only.",
    );
    check.that(
      !args.runtimeMonitoring || this.guardDutyAgent !== undefined,
      "runtimeMonitoring",
      true,
      `AWS names no repository of GuardDuty's agent in ${this.context.region}; leave it out, or add the region to guardduty-agent.ts once AWS does.`,
    );
  }

  private createSecurityGroup(): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.childName("sg"),
      { vpcId: this.args.vpc.vpcId, description: `Tasks of ${this.identity}` },
      this.childOptions({}, this.args.transform?.securityGroup),
    );
  }

  /** The least that a task on Fargate needs to start: its image (ECR, and S3 for the layers), its secrets, its logs. */
  private connectToEndpoints(): SecurityGroupRule[] {
    const { vpc } = this.args;
    return [
      ...this.connections.allowTo(vpc.endpointConnections),
      ...this.connections.allowToPrefixList("s3", vpc.s3PrefixListId, tcp(443)),
    ];
  }

  /** To the whole range: GuardDuty chooses the addresses of its endpoint, and its security group cannot be named before it exists. */
  private connectToGuardDuty(): SecurityGroupRule[] {
    if (!this.args.runtimeMonitoring) return [];
    return this.connections.allowToCidr("guardduty", this.args.vpc.cidr, tcp(443));
  }

  private connectToLoadBalancer(): SecurityGroupRule[] {
    return this.ways.flatMap((way) =>
      this.connections.allowFrom("loadBalancer" in way ? way.loadBalancer : way.applicationLoadBalancer),
    );
  }

  private get ways(): readonly (ServiceLoadBalancerArgs | ServiceRouteArgs)[] {
    const { loadBalancer, alsoBehind = [] } = this.args;
    return loadBalancer === undefined ? alsoBehind : [loadBalancer, ...alsoBehind];
  }

  private createEntries(): ServiceEntry[] {
    const { port } = this.args;
    return port === undefined ? [] : this.ways.map((way) => this.createEntry(way, port));
  }

  private createEntry(behind: ServiceLoadBalancerArgs | ServiceRouteArgs, port: number): ServiceEntry {
    if ("loadBalancer" in behind) {
      const { loadBalancer, listenerPort, ...target } = behind;
      return loadBalancer.addListener(this.name, { port: listenerPort, target: { ...target, port } });
    }
    const { applicationLoadBalancer, rule, ...target } = behind;
    const group = applicationLoadBalancer.addTargetGroup(this.name, { ...target, port });
    const listener = applicationLoadBalancer.addRule(this.name, { ...rule, to: group });
    return { targetGroup: group.targetGroup, targetPort: port, listener };
  }

  private createRole(kind: "task" | "execution", transform: Transform<aws.iam.RoleArgs> | undefined): aws.iam.Role {
    // ECS names every task of the account and region as the source; a narrower ARN is not supported.
    const trust = serviceTrust("ecs-tasks.amazonaws.com", this.account, this.arnOf("ecs", "*"));
    return new aws.iam.Role(
      this.childName(`${kind}-role`),
      {
        name: this.physicalName("iamRole", kind),
        description: kind === "task" ? `What ${this.name} may do` : `What ECS may do to start ${this.name}`,
        assumeRolePolicy: trust,
      },
      this.childOptions({}, transform),
    );
  }

  private createExecutionPolicy(role: aws.iam.Role): aws.iam.RolePolicy {
    const { openTelemetry, logRouter } = this.args.sidecars ?? {};
    const agent = this.args.runtimeMonitoring ? this.guardDutyAgent : undefined;
    const images = [this.args.image, openTelemetry?.image, logRouter?.image, agent].filter(
      (image) => image !== undefined,
    );
    const pull = pullStatements(images, this.context.partition);
    const logs: Statement = {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: this.arnOf("logs", `log-group:${this.logGroupName}:*`),
    };
    const own = [logs, ...secretStatements(this.args.secrets)];
    return new aws.iam.RolePolicy(
      this.childName("execution"),
      { role: role.name, policy: policyDocument(pull.apply((statements) => [...statements, ...own])) },
      this.childOptions(),
    );
  }

  private createExecPolicy(): aws.iam.RolePolicy[] {
    if (!this.args.exec) return [];
    const policy = policyDocument(this.args.cluster.execStatements());
    return [new aws.iam.RolePolicy(this.childName("exec"), { role: this.role.name, policy }, this.childOptions())];
  }

  private createTaskDefinition(executionRole: aws.iam.Role): aws.ecs.TaskDefinition {
    const { args } = this;
    const site = {
      service: this.name,
      region: this.context.region,
      logGroupName: this.logGroupName,
      check: this.check,
    };
    return new aws.ecs.TaskDefinition(
      this.childName("task"),
      {
        family: this.serviceName,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: String(args.cpu),
        memory: String(args.memory),
        runtimePlatform: { cpuArchitecture: args.architecture ?? "ARM64", operatingSystemFamily: "LINUX" },
        ...(args.ephemeralStorageGiB === undefined
          ? {}
          : { ephemeralStorage: { sizeInGib: args.ephemeralStorageGiB } }),
        taskRoleArn: this.role.arn,
        executionRoleArn: executionRole.arn,
        volumes: args.exec ? Object.keys(EXEC_MOUNTS).map((volume) => ({ name: volume })) : [],
        containerDefinitions: containerDefinitionsJson(taskContainers(site, args)),
      },
      this.childOptions({}, args.transform?.taskDefinition),
    );
  }

  private createService(
    taskDefinition: aws.ecs.TaskDefinition,
    securityGroup: aws.ec2.SecurityGroup,
    entries: readonly ServiceEntry[],
    needed: pulumi.Resource[],
  ): aws.ecs.Service {
    const { args } = this;
    const replaces = args.deployment === "replace";
    const alarms = args.rollbackOnAlarms && {
      alarms: { alarmNames: [...args.rollbackOnAlarms], enable: true, rollback: true },
    };
    const balanced = entries.length > 0 && {
      loadBalancers: entries.map(({ targetGroup, targetPort }) => ({
        targetGroupArn: targetGroup.arn,
        containerName: CONTAINER,
        containerPort: targetPort,
      })),
      healthCheckGracePeriodSeconds: args.healthCheckGraceSeconds ?? 60,
    };
    return new aws.ecs.Service(
      this.childName("service"),
      {
        name: this.serviceName,
        cluster: args.cluster.nodes.cluster.arn,
        taskDefinition: taskDefinition.arn,
        capacityProviderStrategies: [{ capacityProvider: args.spot ? "FARGATE_SPOT" : "FARGATE", weight: 1 }],
        platformVersion: "LATEST",
        desiredCount: this.scaling.min,
        deploymentMinimumHealthyPercent: replaces ? 0 : 100,
        deploymentMaximumPercent: replaces ? 100 : 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        // It starts a task more for a while, and ECS refuses it where there is no room for one.
        availabilityZoneRebalancing: replaces ? "DISABLED" : "ENABLED",
        networkConfiguration: {
          subnets: [...args.vpc.privateSubnetIds],
          securityGroups: [securityGroup.id],
          assignPublicIp: false,
        },
        enableEcsManagedTags: true,
        propagateTags: "SERVICE",
        enableExecuteCommand: args.exec ?? false,
        waitForSteadyState: args.waitForSteadyState ?? true,
        ...alarms,
        ...balanced,
      },
      this.childOptions(
        {
          // A task starts when its role may do something and its way to image, secrets and logs is open; a target group is refused before a
          // listener uses it.
          dependsOn: [...needed, args.cluster.nodes.capacityProviders, ...entries.map(({ listener }) => listener)],
          // From the first scaling on, the count is Application Auto Scaling's; without scaling it is the program's.
          ignoreChanges: this.scales ? ["desiredCount"] : [],
        },
        args.transform?.service,
      ),
    );
  }

  private scaled(service: aws.ecs.Service) {
    const { clusterName } = this.args.cluster;
    return {
      clusterName,
      serviceName: this.serviceName,
      // By way of the resource: the service must exist before it can be scaled.
      resourceId: pulumi.interpolate`service/${clusterName}/${service.name}`,
    };
  }

  private createAlarms(): void {
    const dimensions = { ClusterName: this.args.cluster.clusterName, ServiceName: this.serviceName };
    if (this.args.cluster.containerInsights !== "disabled") {
      this.alarm("tasks-missing", {
        severity: "critical",
        description: `${this.name} runs fewer than its ${this.scaling.min} tasks. Look at the service's events for the reason why tasks stop.`,
        metric: { namespace: "ECS/ContainerInsights", name: "RunningTaskCount", dimensions, statistic: "Average" },
        comparison: "LessThanThreshold",
        threshold: this.scaling.min,
        treatMissingData: "breaching",
      });
    }
    for (const [suffix, name] of [
      ["cpu", "CPUUtilization"],
      ["memory", "MemoryUtilization"],
    ] as const) {
      this.alarm(`${suffix}-high`, {
        severity: "warning",
        description: `${this.name} uses over 90 % of its ${suffix}. Raise scaling.max, or give each task more.`,
        metric: { namespace: "AWS/ECS", name, dimensions, statistic: "Average" },
        comparison: "GreaterThanThreshold",
        threshold: 90,
        evaluationPeriods: 10,
      });
    }
  }
}
