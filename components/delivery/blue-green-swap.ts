import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { functionLogStatement, functionTrust } from "../compute/function-permissions";
import { Component, type ComponentArgs, policyDocument, type Statement, type Transform } from "../core";
import { Table } from "../data/table";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import type { AwsNames } from "./blue-green-swap/api";
import type { Settings } from "./blue-green-swap/swap";
import { swapFunctionCode } from "./blue-green-swap-code";
import type { BlueGreenTarget, Colour } from "./blue-green-target";

export interface BlueGreenSwapArgs extends ComponentArgs {
  /** The pair, e.g. a `BlueGreenVms`. */
  target: BlueGreenTarget;
  /** Customer key of the journal, the function's variables and its log; its policy must name the `logs` service. */
  key: Key;
  /** Minutes that the deploy document may take on a VM, 1-120. Default 15. */
  deployMinutes?: number;
  /** Minutes within which the VM must have become healthy, 1-60. Default 10. */
  healthMinutes?: number;
  /**
   * Looks in a row, ten seconds apart, that must find the VM healthy before it serves, 1-60. Default 6: a health check that the old containers answered is
   * past by then.
   */
  healthyPolls?: number;
  /** Minutes for which the new VM is watched while it serves, 1-60. Default 5; CloudWatch tells of errors two minutes late. */
  watchMinutes?: number;
  /** Percentage of failed requests above which the switch is taken back, 0-100. Default 5. */
  maxErrorPercent?: number;
  /** Requests below which the share of failed ones says nothing, 1-100000. Default 20. */
  minRequests?: number;
  transform?: { function?: Transform<aws.lambda.FunctionArgs> };
}

const COLOURS: readonly Colour[] = ["blue", "green"];
/** The longest that Lambda lets a function run. */
const TIMEOUT_SECONDS = 900;
/** A function that was killed can not have anything under way once its lock opens. */
const LOCK_SECONDS = TIMEOUT_SECONDS + 60;
const POLL_SECONDS = 10;

/**
 * Deploys an image to the VM of a blue/green pair that does not serve, and swaps the two: an action of CodePipeline, run by a Lambda function (`blue-green-swap/`).
 *
 *     const swap = new BlueGreenSwap("lending-swap", { target: vms, key });
 *     new DeliveryPipeline("lending-delivery", { ..., stages: [{ kind: "swap", name: "Deploy", swap, image: "app" }] });
 *
 * It writes the image into the idle VM's parameter, runs the deploy document, waits until the load balancer finds the VM healthy, moves all traffic with one request,
 * and watches health and errors. Failed before the switch: the idle VM gets its former image again, nobody noticed. Failed after it: the traffic goes back first.
 *
 * Who serves is what the listener rule says. A table holds the lock and the journal: a run that was killed anywhere goes on where it was when the action is called again,
 * and of two runs at once one waits. Where the rule sends traffic to both, to neither or elsewhere, it touches nothing and fails: only a person can tell which is right.
 *
 * A function and not a build, because Lambda ends it for certain before its lock opens, and because its runtime brings the AWS SDK: there is nothing to install.
 *
 * Alarm: the function failed (warning). Cost: cents a month. Data loss: none; without the table a run that was interrupted is not known to have been.
 */
export class BlueGreenSwap extends Component {
  readonly functionName: string;
  /** Known before the function exists. */
  readonly functionArn: pulumi.Output<string>;
  /** Lock and journal. Nothing to back up: what it said yesterday is not so today. */
  readonly journal: Table;
  readonly nodes: {
    readonly function: aws.lambda.Function;
    readonly role: aws.iam.Role;
    readonly logGroup: aws.cloudwatch.LogGroup;
  };

  constructor(name: string, args: BlueGreenSwapArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:delivery:BlueGreenSwap", name, args, opts);
    this.validate(args);
    this.functionName = this.physicalName("lambda");
    this.functionArn = this.arnOf("lambda", `function:${this.functionName}`);

    this.journal = new Table(
      this.childName("journal"),
      { key: args.key, partitionKey: { name: "id" }, dataClass: "internal" },
      { parent: this },
    );
    const logs = logGroup(this, "logs", { name: `/aws/lambda/${this.functionName}`, keyArn: args.key.arn });
    const role = this.createRole();
    const policy = this.createPolicy(role, args);
    const swap = this.createFunction(role, policy, logs, args);
    this.createAlarm();

    this.nodes = { function: swap, role, logGroup: logs };
    this.registerOutputs({ functionName: this.functionName, functionArn: this.functionArn });
  }

  private validate(args: BlueGreenSwapArgs): void {
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.integer("deployMinutes", args.deployMinutes ?? 15, 1, 120);
    this.check.integer("healthMinutes", args.healthMinutes ?? 10, 1, 60);
    this.check.integer("healthyPolls", args.healthyPolls ?? 6, 1, 60);
    this.check.integer("watchMinutes", args.watchMinutes ?? 5, 1, 60);
    this.check.integer("maxErrorPercent", args.maxErrorPercent ?? 5, 0, 100);
    this.check.integer("minRequests", args.minRequests ?? 20, 1, 100_000);
  }

  private createRole(): aws.iam.Role {
    return new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole"),
        description: `Deploys to the idle one of two VMs and swaps them (${this.identity})`,
        assumeRolePolicy: functionTrust(),
      },
      this.childOptions(),
    );
  }

  private createPolicy(role: aws.iam.Role, { target, key }: BlueGreenSwapArgs): aws.iam.RolePolicy {
    const parameters = COLOURS.map((colour) =>
      this.arnOf("ssm", `parameter/${target.vms[colour].imageParameter.replace(/^\//, "")}`),
    );
    const instances = COLOURS.map((colour) =>
      this.arnOf("ec2", pulumi.interpolate`instance/${target.vms[colour].instanceId}`),
    );
    const statements: Statement[] = [
      functionLogStatement(this, this.functionName),
      key.decryptStatement("lambda"),
      // DynamoDB reads and writes an encrypted table with its caller's permission for the key.
      key.decryptStatement("dynamodb"),
      { Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: this.journal.arn },
      { Effect: "Allow", Action: ["ssm:GetParameter", "ssm:PutParameter"], Resource: parameters },
      {
        Effect: "Allow",
        Action: "ssm:SendCommand",
        Resource: [this.arnOf("ssm", `document/${target.deployDocument}`), ...instances],
      },
      { Effect: "Allow", Action: "elasticloadbalancing:ModifyRule", Resource: target.listenerRuleArn },
      // None of these supports a resource.
      {
        Effect: "Allow",
        Action: [
          "codepipeline:PutJobFailureResult",
          "codepipeline:PutJobSuccessResult",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeTargetHealth",
          "ssm:GetCommandInvocation",
        ],
        Resource: "*",
      },
      // Metrics belong to no resource but a dataset of another account's.
      { Effect: "Allow", Action: "cloudwatch:GetMetricData", Resource: "*" },
    ];
    return new aws.iam.RolePolicy(
      this.childName("policy"),
      { role: role.name, policy: policyDocument(statements) },
      this.childOptions(),
    );
  }

  private createFunction(
    role: aws.iam.Role,
    policy: aws.iam.RolePolicy,
    logs: aws.cloudwatch.LogGroup,
    args: BlueGreenSwapArgs,
  ): aws.lambda.Function {
    return new aws.lambda.Function(
      this.childName("function"),
      {
        name: this.functionName,
        description: "Deploys to the idle one of two VMs and swaps them",
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(swapFunctionCode()) }),
        memorySize: 256,
        timeout: TIMEOUT_SECONDS,
        kmsKeyArn: args.key.arn,
        environment: { variables: { SWAP: this.configuration(args) } },
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
      },
      this.childOptions({ dependsOn: [policy] }, args.transform?.function),
    );
  }

  private configuration(args: BlueGreenSwapArgs): pulumi.Output<string> {
    const { target } = args;
    return pulumi.output({ rule: target.listenerRuleArn, vms: target.vms }).apply(({ rule, vms }) => {
      const configuration: AwsNames & Settings = {
        listenerRuleArn: rule,
        lockTable: this.journal.tableName,
        deployDocument: target.deployDocument,
        vms,
        pollSeconds: POLL_SECONDS,
        healthyPolls: args.healthyPolls ?? 6,
        deploySeconds: (args.deployMinutes ?? 15) * 60,
        healthSeconds: (args.healthMinutes ?? 10) * 60,
        watchSeconds: (args.watchMinutes ?? 5) * 60,
        maxErrorPercent: args.maxErrorPercent ?? 5,
        minRequests: args.minRequests ?? 20,
        lockSeconds: LOCK_SECONDS,
      };
      return JSON.stringify(configuration);
    });
  }

  private createAlarm(): void {
    this.alarm("failed", {
      severity: "warning",
      description: `The function ${this.functionName} failed, and with it the answer to CodePipeline. Read its log; the journal in its table says how far the swap is.`,
      metric: {
        namespace: "AWS/Lambda",
        name: "Errors",
        dimensions: { FunctionName: this.functionName },
        statistic: "Sum",
        period: 300,
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
  }
}
