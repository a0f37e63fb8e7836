import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { functionLogStatement, functionTrust, interfaceStatements } from "../compute/function-permissions";
import { Component, type ComponentArgs, policyDocument, type Statement } from "../core";
import { Connections } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import { logGroup } from "./log-group";

export interface LogSearchFunctionArgs extends ComponentArgs {
  network: NetworkLike;
  /** Encrypts the function's variables and log; its policy must name the `logs` service. */
  key: Key;
  /** What it does, in one sentence. */
  description: string;
  /** ES module that exports `handler`. */
  code: string;
  /** Seconds that one run may take. */
  timeoutSeconds: number;
  /** Permissions beside its own log and its place in the network. Default: none. */
  statements?: readonly Statement[];
}

/**
 * One of the two functions of a `LogSearch`, in the isolated subnets: a role, a security group that lets nothing out until it is told to, and a
 * log group. The function itself comes by `create`, because the domain asks for the role first and the function for the domain.
 */
export class LogSearchFunction extends Component {
  readonly functionName: string;
  /** Known before the function exists. */
  readonly functionArn: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly role: aws.iam.Role;
  readonly connections: Connections;
  readonly logs: aws.cloudwatch.LogGroup;
  private readonly policy: aws.iam.RolePolicy;

  constructor(
    name: string,
    private readonly args: LogSearchFunctionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:observability:LogSearchFunction", name, args, opts);
    this.functionName = this.physicalName("lambda");
    this.functionArn = this.arnOf("lambda", `function:${this.functionName}`);
    const roleName = this.physicalName("iamRole");
    // Built from the name, so that the domain's access policy is known before the role exists.
    this.roleArn = this.arnOf("iam", `role/${roleName}`, "");

    this.logs = logGroup(this, "logs", { name: `/aws/lambda/${this.functionName}`, keyArn: args.key.arn });
    this.role = new aws.iam.Role(
      this.childName("role"),
      {
        name: roleName,
        description: args.description,
        assumeRolePolicy: functionTrust(),
      },
      this.childOptions(),
    );
    this.policy = this.createPolicy();
    const group = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: args.network.vpcId, description: args.description },
      this.childOptions(),
    );
    this.connections = new Connections(this, group);
    this.registerOutputs({ functionName: this.functionName, functionArn: this.functionArn, roleArn: this.roleArn });
  }

  /** Creates the function, once the domain that it talks to has an address. */
  create(endpoint: pulumi.Output<string>, options: pulumi.CustomResourceOptions = {}): aws.lambda.Function {
    const { network, key, description, code, timeoutSeconds } = this.args;
    return new aws.lambda.Function(
      this.childName("function"),
      {
        name: this.functionName,
        description,
        role: this.role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(code) }),
        memorySize: 256,
        timeout: timeoutSeconds,
        kmsKeyArn: key.arn,
        environment: { variables: { ENDPOINT: pulumi.interpolate`https://${endpoint}` } },
        vpcConfig: {
          subnetIds: [...network.isolatedSubnetIds],
          securityGroupIds: [this.connections.securityGroupId],
        },
        loggingConfig: { logFormat: "JSON", logGroup: this.logs.name },
      },
      // Lambda checks when it creates the function that the role may make network interfaces.
      this.childOptions({ ...options, dependsOn: [this.policy] }),
    );
  }

  private createPolicy(): aws.iam.RolePolicy {
    return new aws.iam.RolePolicy(
      this.childName("policy"),
      {
        role: this.role.name,
        policy: policyDocument([
          functionLogStatement(this, this.functionName),
          this.args.key.decryptStatement("lambda"),
          ...interfaceStatements(this.functionArn),
          ...(this.args.statements ?? []),
        ]),
      },
      this.childOptions(),
    );
  }
}
