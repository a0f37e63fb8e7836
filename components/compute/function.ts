import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmRule, Component, type Grantee, grant, policyDocument, serviceTrust } from "../core";
import type { Queue } from "../messaging/queue";
import { setAsideQueue } from "../messaging/queue-policy";
import { type Connectable, Connections } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { logGroup } from "../observability/log-group";
import { callAlarms, deadLetterAlarms, streamAlarms, type Watched } from "./function-alarms";
import { checkFunction, type FunctionArgs, type FunctionBackend } from "./function-args";
import { bundleText, type Entry } from "./function-code";
import { functionLogStatement, functionTrust, interfaceStatements } from "./function-permissions";
import {
  checkQueueConsumption,
  checkStreamConsumption,
  filterCriteria,
  type QueueConsumption,
  type StreamConsumption,
  type StreamSource,
} from "./function-sources";
import { imageUri, isRepositoryImage } from "./image";
import { WARM_UP } from "./warm-up";

/** The alias that everybody calls. */
const ALIAS = "live";
/**
 * A Lambda function behind an alias `live`: code bundled from this project's TypeScript or a container image, a role that may write its log
 * and traces and nothing else until it is granted, a log group with a customer key, encrypted variables, and a queue for the calls that
 * failed for good.
 *
 *     const qr = new Function("qr", { description: "Draws QR codes", code: bundle("stacks/rewards/qr/handler.ts"), key, deadLetters: false });
 *     const scoring = new Function("scoring", { ..., code: imageCode(image), reservedConcurrency: 50, warmEvery: "5 minutes" });
 *     balances.grantReadWrite(scoring);
 *     scoring.consumeStream("transactions", transactions.consumer("scoring"));
 *     new ApiGateway("api", { backends: { qr: qr.backend() }, routes: { "/qr": { to: "qr", methods: ["POST"], auth: "cognito" } }, ... });
 *
 * Releases: every change of code or settings publishes a version, and `live` moves to it in the same update, all at once. In steps: set
 * `canary` to the version that is live now and a small weight, release, watch the alarms, raise the weight, then take `canary` out. Back:
 * `canary: { version: "7", weight: 0 }`. Not by CodeDeploy, which moves an alias outside of the program when a pipeline calls it: what
 * serves would be in no state, no preview and no check, and the next update would move it back. The versions that were published stay, as
 * long as the function does.
 *
 * `warmEvery` keeps one instance loaded, as a ping does; several at once, or a promise, is provisioned concurrency. The handler answers the
 * ping first: `if (isWarmUp(event)) return;`. An image's handler finds it as `{"palisade:warm-up": true}`.
 *
 * Alarms: failed calls, throttled calls, calls near the time limit, dead letters, letters that were lost, a stream read too late. Cost:
 * 0.20 USD a million calls and 0.0000133 USD a GiB and second (arm64), the log, 0.30 to 0.60 USD a month for the alarms. Data loss: dead
 * letters older than 14 days; the queue is protected in production.
 */
export class Function extends Component implements Connectable, Grantee {
  readonly functionName: string;
  /** Without a version; known before the function exists. */
  readonly arn: pulumi.Output<string>;
  /** What callers are granted, and call. */
  readonly aliasArn: pulumi.Output<string>;
  /** The alias as API Gateway calls it. */
  readonly invokeArn: pulumi.Output<string>;
  /** The version that was published last: what a canary's `version` is, before the release after it. */
  readonly newestVersion: pulumi.Output<string>;
  readonly timeoutSeconds: number;
  readonly grantName: string;
  readonly role: aws.iam.Role;
  readonly deadLettersUrl: pulumi.Output<string> | undefined;
  readonly nodes: {
    readonly function: aws.lambda.Function;
    readonly alias: aws.lambda.Alias;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly deadLetters: aws.sqs.Queue | undefined;
    readonly warmUp: aws.scheduler.Schedule | undefined;
  };
  private readonly group: Connections | undefined;
  private readonly deadLetterArn: pulumi.Output<string> | undefined;
  private watchesStream = false;

  constructor(
    name: string,
    private readonly args: FunctionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:compute:Function", name, args, opts);
    const source = checkFunction(this.check, args, this.context.region);
    this.functionName = this.physicalName("lambda");
    // Built from the name: policies that hold them are known before the function exists.
    this.arn = this.arnOf("lambda", `function:${this.functionName}`);
    this.aliasArn = pulumi.interpolate`${this.arn}:${ALIAS}`;
    const { partition, region } = this.context;
    this.invokeArn = pulumi.interpolate`arn:${partition.id}:apigateway:${region}:lambda:path/2015-03-31/functions/${this.aliasArn}/invocations`;
    this.timeoutSeconds = args.timeoutSeconds ?? 10;
    this.grantName = this.identity;

    const deadLettersName = this.physicalName("sqsQueue", "dead-letters");
    const hasDeadLetters = args.deadLetters ?? true;
    this.deadLetterArn = hasDeadLetters ? this.arnOf("sqs", deadLettersName) : undefined;
    const logs = logGroup(this, "logs", {
      name: `/aws/lambda/${this.functionName}`,
      keyArn: (args.logKey ?? args.key).arn,
      retentionInDays: args.logRetentionInDays,
    });
    const deadLetters = this.createDeadLetters(deadLettersName);
    this.role = this.createRole();
    const policy = this.createPolicy();
    this.group = args.network && this.createGroup(args.network.vpc);
    const lambda = this.createFunction(source, logs, policy);
    const alias = this.createAlias(lambda);
    this.createInvokeConfig(alias, policy, deadLetters);
    const warmUp = args.warmEvery === undefined ? undefined : this.createWarmUp(args.warmEvery, alias);
    this.watch(callAlarms(this.watched));
    if (hasDeadLetters) this.watch(deadLetterAlarms(this.watched, deadLettersName));

    this.newestVersion = lambda.version;
    this.deadLettersUrl = deadLetters?.url;
    this.nodes = { function: lambda, alias, logGroup: logs, deadLetters, warmUp };
    this.registerOutputs({
      functionName: this.functionName,
      arn: this.arn,
      aliasArn: this.aliasArn,
      newestVersion: this.newestVersion,
    });
  }

  /** Its security group: nothing is open, outbound included. Only in a network. */
  get connections(): Connections {
    this.check.that(
      this.group !== undefined,
      "network",
      undefined,
      "Give the function a `network` first: outside of one it has no security group.",
    );
    return this.group;
  }

  /** Lets `grantee` call the function. */
  grantInvoke(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "invoke", grantee, [
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: this.aliasArn },
    ]);
  }

  /**
   * Lets a service of AWS call the function for `sourceArn`, e.g. `permit("tracker", "events.amazonaws.com", rule.arn)`. `key` names the
   * permission; components that lead to a function ask for it themselves.
   */
  permit(key: string, principal: string, sourceArn: pulumi.Input<string>): aws.lambda.Permission {
    return new aws.lambda.Permission(
      this.childName(`invoke-${key}`),
      {
        action: "lambda:InvokeFunction",
        function: this.nodes.function.name,
        qualifier: this.nodes.alias.name,
        principal,
        sourceArn,
      },
      this.childOptions(),
    );
  }

  /** For an API's `backends`. */
  backend(): FunctionBackend {
    return {
      invokeArn: this.invokeArn,
      timeoutSeconds: this.timeoutSeconds,
      permit: (key, principal, sourceArn) => this.permit(key, principal, sourceArn),
    };
  }

  /**
   * Calls the function with what stands in `queue`. It answers with the messages that it could not work on, as `batchItemFailures`: they
   * come again, and go to the queue's own dead-letter queue in the end. An answer without them says that every message is done.
   */
  consume(queue: Queue, options: QueueConsumption = {}): aws.lambda.EventSourceMapping {
    checkQueueConsumption(this.check, queue.queueName.endsWith(".fifo"), options);
    const access = queue.grantConsume(this, { longestProcessingSeconds: this.timeoutSeconds });
    return new aws.lambda.EventSourceMapping(
      this.childName(`from-${queue.identity}`),
      {
        eventSourceArn: queue.nodes.queue.arn,
        functionName: this.nodes.alias.arn,
        batchSize: options.batchSize ?? 10,
        maximumBatchingWindowInSeconds: options.windowSeconds ?? 0,
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...(options.maximumConcurrency === undefined
          ? {}
          : { scalingConfig: { maximumConcurrency: options.maximumConcurrency } }),
        ...filterCriteria(options.filters),
      },
      // Lambda tries the role's permissions when it makes the mapping.
      this.childOptions({ dependsOn: [access] }),
    );
  }

  /**
   * Calls the function with the records of a stream, in order for each partition key. It answers with the first record that it could not
   * work on, as `batchItemFailures`; what fails for good goes, as a position in the stream, to the dead letters. `key` names the mapping.
   */
  consumeStream(key: string, stream: StreamSource, options: StreamConsumption = {}): aws.lambda.EventSourceMapping {
    checkStreamConsumption(this.check, options);
    const access = stream.grantRead(this);
    if (!this.watchesStream) this.watch(streamAlarms(this.watched));
    this.watchesStream = true;
    return new aws.lambda.EventSourceMapping(
      this.childName(`from-${key}`),
      {
        eventSourceArn: stream.arn,
        functionName: this.nodes.alias.arn,
        startingPosition: options.from ?? "TRIM_HORIZON",
        batchSize: options.batchSize ?? 100,
        maximumBatchingWindowInSeconds: options.windowSeconds ?? 0,
        // One bad record must neither hold up its shard for ever nor take the good ones beside it along.
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: options.maximumRetries ?? 5,
        maximumRecordAgeInSeconds: options.maximumAgeSeconds ?? 86_400,
        parallelizationFactor: options.parallelBatches ?? 1,
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...(this.deadLetterArn && { destinationConfig: { onFailure: { destinationArn: this.deadLetterArn } } }),
        ...filterCriteria(options.filters),
      },
      this.childOptions({
        dependsOn: [access, stream.nodes?.stream, this.nodes.deadLetters].filter((one) => one !== undefined),
      }),
    );
  }

  private createDeadLetters(name: string): aws.sqs.Queue | undefined {
    if (this.deadLetterArn === undefined) return undefined;
    return setAsideQueue(this, "dead-letters", {
      name,
      arn: this.deadLetterArn,
      key: this.args.key,
      transform: this.args.transform?.deadLetters,
    });
  }

  private createRole(): aws.iam.Role {
    return new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole"),
        description: `Function ${this.identity}`,
        assumeRolePolicy: functionTrust(),
      },
      this.childOptions(),
    );
  }

  private createPolicy(): aws.iam.RolePolicy {
    const { key, network, variables = {}, statements = [] } = this.args;
    return new aws.iam.RolePolicy(
      this.childName("policy"),
      {
        role: this.role.name,
        policy: policyDocument([
          functionLogStatement(this, this.functionName),
          // X-Ray has no resource that a segment belongs to.
          { Effect: "Allow", Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], Resource: "*" },
          ...(Object.keys(variables).length === 0 ? [] : [key.decryptStatement("lambda")]),
          ...(this.deadLetterArn === undefined
            ? []
            : [
                { Effect: "Allow" as const, Action: "sqs:SendMessage", Resource: this.deadLetterArn },
                key.encryptDecryptStatement("sqs"),
              ]),
          ...(network === undefined ? [] : interfaceStatements(this.arn)),
          ...statements,
        ]),
      },
      this.childOptions(),
    );
  }

  private createGroup(vpc: NetworkLike): Connections {
    const group = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: vpc.vpcId, description: `Function ${this.identity}` },
      this.childOptions(),
    );
    return new Connections(this, group);
  }

  private createFunction(
    source: Entry | undefined,
    logs: aws.cloudwatch.LogGroup,
    policy: aws.iam.RolePolicy,
  ): aws.lambda.Function {
    const { args } = this;
    const { variables = {}, network } = args;
    return new aws.lambda.Function(
      this.childName("function"),
      {
        name: this.functionName,
        description: args.description,
        role: this.role.arn,
        architectures: [args.architecture ?? "arm64"],
        ...this.runs(source),
        memorySize: args.memoryMiB ?? 256,
        timeout: this.timeoutSeconds,
        publish: true,
        ...(args.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: args.reservedConcurrency }),
        ...(Object.keys(variables).length === 0
          ? {}
          : { kmsKeyArn: args.key.arn, environment: { variables: { ...variables } } }),
        ...(network && {
          vpcConfig: {
            subnetIds: [
              ...(network.subnets === "isolated" ? network.vpc.isolatedSubnetIds : network.vpc.privateSubnetIds),
            ],
            securityGroupIds: [this.connections.securityGroupId],
          },
        }),
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
        tracingConfig: { mode: "Active" },
      },
      // Lambda checks when it makes the function that the role may decrypt and make network interfaces, and that it may itself pull the image.
      this.childOptions(
        { dependsOn: [policy, this.imagePolicy()].filter((one) => one !== undefined) },
        args.transform?.function,
      ),
    );
  }

  private imagePolicy(): pulumi.Resource | undefined {
    const { code } = this.args;
    return code.kind === "image" && isRepositoryImage(code.image) ? code.image.nodes?.policy : undefined;
  }

  private runs(source: Entry | undefined): Partial<aws.lambda.FunctionArgs> {
    const { code } = this.args;
    if (code.kind === "image") {
      return {
        packageType: "Image",
        imageUri: imageUri(code.image),
        ...(code.command && { imageConfig: { commands: [...code.command] } }),
      };
    }
    if (source === undefined) return {};
    return {
      runtime: "nodejs24.x",
      handler: "index.handler",
      code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(bundleText(source)) }),
    };
  }

  private createAlias(lambda: aws.lambda.Function): aws.lambda.Alias {
    const { canary, transform } = this.args;
    return new aws.lambda.Alias(
      this.childName("alias"),
      {
        name: ALIAS,
        description: `What callers of ${this.functionName} get`,
        functionName: lambda.name,
        functionVersion: canary?.version ?? lambda.version,
        ...(canary !== undefined &&
          canary.weight > 0 && {
            routingConfig: {
              // Lambda refuses to weigh a version against itself, which is what an update finds that publishes none.
              additionalVersionWeights: lambda.version.apply((version): Record<string, number> =>
                version === canary.version ? {} : { [version]: canary.weight },
              ),
            },
          }),
      },
      this.childOptions({}, transform?.alias),
    );
  }

  private createInvokeConfig(
    alias: aws.lambda.Alias,
    policy: aws.iam.RolePolicy,
    deadLetters: aws.sqs.Queue | undefined,
  ): void {
    new aws.lambda.FunctionEventInvokeConfig(
      this.childName("asynchronous"),
      {
        functionName: alias.functionName,
        qualifier: alias.name,
        maximumRetryAttempts: this.args.asynchronous?.maximumRetries ?? 2,
        maximumEventAgeInSeconds: this.args.asynchronous?.maximumAgeSeconds ?? 21_600,
        // A destination and not a dead-letter queue of Lambda's: it tells the error and the answer beside the event.
        ...(deadLetters && { destinationConfig: { onFailure: { destination: deadLetters.arn } } }),
      },
      // Lambda checks that the role may send there.
      this.childOptions({ dependsOn: [policy] }),
    );
  }

  private createWarmUp(every: string, alias: aws.lambda.Alias): aws.scheduler.Schedule {
    const role = new aws.iam.Role(
      this.childName("warm-up"),
      {
        name: this.physicalName("iamRole", "warm-up"),
        description: `Keeps ${this.functionName} loaded`,
        // The source is the schedule's group; Scheduler names no single schedule here.
        assumeRolePolicy: serviceTrust(
          "scheduler.amazonaws.com",
          this.account,
          this.arnOf("scheduler", "schedule-group/default"),
        ),
      },
      this.childOptions(),
    );
    const access = this.grantInvoke({ grantName: "warm-up", role });
    return new aws.scheduler.Schedule(
      this.childName("warm-up"),
      {
        name: this.physicalName("schedule", "warm-up"),
        description: `Keeps ${this.functionName} loaded`,
        scheduleExpression: `rate(${every === "1 minutes" ? "1 minute" : every})`,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: alias.arn,
          roleArn: role.arn,
          input: JSON.stringify(WARM_UP),
          // The next ping is as good as a repeated one.
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
        },
      },
      this.childOptions({ dependsOn: [access] }),
    );
  }

  private get watched(): Watched {
    const { functionName, timeoutSeconds, args } = this;
    return { functionName, timeoutSeconds, thresholds: args.alarmThresholds };
  }

  private watch(alarms: Readonly<Record<string, AlarmRule>>): void {
    for (const [suffix, rule] of Object.entries(alarms)) this.alarm(suffix, rule);
  }
}
