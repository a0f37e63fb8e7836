import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, policyDocument, type Transform } from "../core";

export interface ApiGatewayAccountArgs extends ComponentArgs {
  /**
   * True when this account and region have a CloudWatch role for API Gateway already: then nothing is made. Default false.
   * There is one such setting for each region of an account, so two stacks that both set it overwrite each other.
   */
  alreadyThere?: boolean;
  transform?: { role?: Transform<aws.iam.RoleArgs> };
}

/**
 * The role by which API Gateway writes access and execution logs: one setting for each region of an account, which every API
 * with logs needs.
 *
 *     const gatewayAccount = new ApiGatewayAccount("api-account");
 *
 * Creates the role and the account setting, or nothing when it is already there. Destroying it takes the setting back, and
 * every API of the region stops logging. Cost: none. It holds no data.
 */
export class ApiGatewayAccount extends Component {
  /** Role that writes the logs; undefined when the setting was already there. */
  readonly roleArn: pulumi.Output<string> | undefined;
  readonly nodes: { readonly role?: aws.iam.Role; readonly account?: aws.apigateway.Account };

  constructor(name: string, args: ApiGatewayAccountArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:ApiGatewayAccount", name, args, opts);
    this.nodes = args.alreadyThere ? {} : this.create(args);
    this.roleArn = this.nodes.role?.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }

  private create(args: ApiGatewayAccountArgs): { role: aws.iam.Role; account: aws.apigateway.Account } {
    const role = new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole"),
        description: "API Gateway writes access and execution logs",
        // AWS documents no aws:SourceAccount or aws:SourceArn for this call. `iam:PassRole` holds the role to this account.
        assumeRolePolicy: policyDocument([
          { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" },
        ]),
      },
      this.childOptions({}, args.transform?.role),
    );
    const logs = new aws.iam.RolePolicyAttachment(
      this.childName("logs"),
      {
        role: role.name,
        // API Gateway checks the role when the setting is made and names this policy as what it asks for.
        policyArn: `arn:${this.context.partition.id}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`,
      },
      this.childOptions(),
    );
    const account = new aws.apigateway.Account(
      this.childName("account"),
      { cloudwatchRoleArn: role.arn },
      this.childOptions({ dependsOn: [logs] }),
    );
    return { role, account };
  }
}
