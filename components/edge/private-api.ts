import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Transform } from "../core";
import { type Connectable, Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { DEFAULT_STAGE, RestApi, type RestApiArgs, type RestApiNodes, type RestApiTransform } from "./rest-api";

/** An interface endpoint of the service `execute-api` that stands already. */
export interface ExistingEndpoint {
  readonly vpcEndpointId: pulumi.Input<string>;
  /** Of the endpoint's security group; default port 443. */
  readonly connections: Connections;
}

export interface PrivateApiArgs extends RestApiArgs {
  /**
   * Network in which to make an interface endpoint, one network interface in each private subnet; or the endpoint that is
   * there.
   */
  endpoint: NetworkLike | ExistingEndpoint;
  /** Endpoints of other networks or accounts that may lead to the API as well. Default: none. */
  furtherVpcEndpointIds?: readonly pulumi.Input<string>[];
  /**
   * Makes `<api>.execute-api.<region>.amazonaws.com` lead to a made endpoint, and with it the default name of every API of the
   * region, public ones included: those then answer 403 from inside the network. Default false; `url` works either way. One
   * endpoint of a network can have it.
   */
  privateDns?: boolean;
  transform?: RestApiTransform & {
    vpcEndpoint?: Transform<aws.ec2.VpcEndpointArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/**
 * A REST API for callers inside the network: reached through an interface endpoint alone, by security group and by IAM.
 * Routes, back ends, logs, limits and alarms are those of `ApiGateway`.
 *
 *     const internal = new PrivateApi("internal", {
 *       endpoint: vpc,
 *       backends: { ledger: link.backend(loadBalancer, { host: "internal.eu-west-1.example.com", port: 8444 }) },
 *       routes: { "/ledger": { to: "ledger", below: true } },
 *       key, gatewayAccount,
 *     });
 *     internal.connections.allowFrom(payments);
 *     internal.grantInvoke(payments, "POST", "/ledger/{proxy+}");
 *
 * The resource policy refuses whatever does not come through the endpoints. It allows nothing to `iam` routes, so that only a
 * role with a grant gets in; `api-key` is not offered here. Callers sign their requests (service `execute-api`) and use `url`,
 * a public DNS name with private addresses.
 * A private custom domain is not offered: it needs a private zone and an access association in every network that calls.
 *
 * Cost: 3.50 USD per million requests, the logs, about 8 USD a month and 0.01 USD per gigabyte for each zone of a made
 * endpoint. It holds no data but logs.
 */
export class PrivateApi extends RestApi implements Connectable {
  /** `https://<api>-<endpoint>.execute-api.<region>.amazonaws.com/<stage>`, with the certificate of API Gateway. */
  readonly url: pulumi.Output<string>;
  readonly apiId: pulumi.Output<string>;
  readonly stageArn: pulumi.Output<string>;
  readonly stageName: string;
  /** `arn:aws:execute-api:<region>:<account>:<api>`. */
  readonly executionArn: pulumi.Output<string>;
  readonly vpcEndpointId: pulumi.Output<string>;
  /** Who may reach the endpoint, on port 443. */
  readonly connections: Connections;
  readonly accessLogGroupName: pulumi.Output<string>;
  readonly nodes: RestApiNodes & {
    /** Undefined when the endpoint stood already. */
    readonly vpcEndpoint?: aws.ec2.VpcEndpoint;
    readonly securityGroup?: aws.ec2.SecurityGroup;
  };

  constructor(name: string, args: PrivateApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:PrivateApi", name, args, opts);
    this.check.that(
      !args.privateDns || !isExisting(args.endpoint),
      "privateDns",
      args.privateDns,
      "The endpoint stands already and has its own setting: drop it here.",
    );
    const operations = this.plan(args, { further: [], hasCache: false, hasPolicy: true });

    const made = isExisting(args.endpoint) ? undefined : this.createEndpoint(args.endpoint, args);
    const { vpcEndpointId, connections } = made ?? existing(args.endpoint);
    const vpcEndpointIds = [vpcEndpointId, ...(args.furtherVpcEndpointIds ?? [])];
    const published = this.publish(args, operations, {
      type: "PRIVATE",
      // `url` is neither a custom domain nor a private DNS name: with a TLS policy of 2025 such names work in this mode alone
      // (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html).
      accessMode: "BASIC",
      disableDefaultEndpoint: false,
      vpcEndpointIds,
      denyUnless: { StringNotEquals: { "aws:SourceVpce": vpcEndpointIds } },
      transform: args.transform,
    });

    this.stageName = args.stageName ?? DEFAULT_STAGE;
    const { region, partition } = this.context;
    this.url = pulumi.interpolate`https://${published.api.id}-${vpcEndpointId}.execute-api.${region}.${partition.dnsSuffix}/${this.stageName}`;
    this.apiId = published.api.id;
    this.stageArn = published.stage.arn;
    this.executionArn = published.api.executionArn;
    this.vpcEndpointId = pulumi.output(vpcEndpointId);
    this.connections = connections;
    this.accessLogGroupName = published.accessLog.name;
    this.nodes = { ...published, vpcEndpoint: made?.vpcEndpoint, securityGroup: made?.securityGroup };
    this.registerOutputs({ url: this.url, apiId: this.apiId, stageArn: this.stageArn });
  }

  private createEndpoint(network: NetworkLike, args: PrivateApiArgs) {
    const securityGroup = new aws.ec2.SecurityGroup(
      this.childName("endpoint-security-group"),
      { vpcId: network.vpcId, description: `Callers of ${this.identity}` },
      this.childOptions({}, args.transform?.securityGroup),
    );
    const vpcEndpoint = new aws.ec2.VpcEndpoint(
      this.childName("endpoint"),
      {
        vpcId: network.vpcId,
        serviceName: `com.amazonaws.${this.context.region}.execute-api`,
        vpcEndpointType: "Interface",
        subnetIds: [...network.privateSubnetIds],
        securityGroupIds: [securityGroup.id],
        privateDnsEnabled: args.privateDns ?? false,
        // Keeps the endpoint from becoming a way out to other accounts' APIs. Its API's id is not known before the endpoint's.
        policy: policyDocument([
          {
            Effect: "Allow",
            Principal: "*",
            Action: "execute-api:Invoke",
            Resource: this.arnOf("execute-api", "*"),
          },
        ]),
      },
      this.childOptions({}, args.transform?.vpcEndpoint),
    );
    return {
      vpcEndpoint,
      securityGroup,
      vpcEndpointId: vpcEndpoint.id,
      connections: new Connections(this, securityGroup, tcp(443)),
    };
  }
}

function isExisting(endpoint: NetworkLike | ExistingEndpoint): endpoint is ExistingEndpoint {
  return "vpcEndpointId" in endpoint;
}

function existing(endpoint: NetworkLike | ExistingEndpoint): ExistingEndpoint {
  if (!isExisting(endpoint)) throw new Error("The endpoint has not been made.");
  return endpoint;
}
