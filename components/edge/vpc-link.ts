import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../core";
import { type Connectable, Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { Backend } from "./api-routes";

export interface VpcLinkArgs extends ComponentArgs {
  /**
   * Network of the load balancers. The link stands in its private subnets; a zone that API Gateway does not serve (such as
   * `use1-az3`) is refused on creation (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vpc-links.html).
   */
  network: NetworkLike;
  transform?: {
    vpcLink?: Transform<aws.apigatewayv2.VpcLinkArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/** A load balancer, internal, in the link's network. */
export interface LinkTarget extends Connectable {
  readonly arn: pulumi.Input<string>;
}

/**
 * The way from API Gateway into a network: network interfaces in the private subnets with a security group of their own, so
 * that a load balancer lets exactly this link in. One link serves every load balancer of the network, and any number of APIs.
 *
 *     const link = new VpcLink("api-link", { network: vpc });
 *     const api = new ApiGateway("api", {
 *       backends: { payments: link.backend(loadBalancer, { host: "internal.eu-west-1.example.com", port: 8443 }) }, ...
 *
 * It is a VPC link V2: AWS calls V1 legacy and asks not to make new ones; V1 also comes in without a security group, so that
 * the load balancer would have to stop looking at its own rules. Subnets and security group can not be changed; a change makes
 * a new link first and then moves the APIs over. A link without traffic for 60 days sleeps, and wakes in some minutes at the next request.
 *
 * Cost: none beyond the traffic between zones. It holds no data.
 */
export class VpcLink extends Component implements Connectable {
  readonly vpcLinkId: pulumi.Output<string>;
  /** Outbound only: API Gateway opens every connection. */
  readonly connections: Connections;
  readonly nodes: { readonly vpcLink: aws.apigatewayv2.VpcLink; readonly securityGroup: aws.ec2.SecurityGroup };
  private readonly opened = new Set<string>();

  constructor(name: string, args: VpcLinkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:VpcLink", name, args, opts);
    const securityGroup = new aws.ec2.SecurityGroup(
      this.childName("security-group"),
      { vpcId: args.network.vpcId, description: "API Gateway VPC link" },
      this.childOptions({}, args.transform?.securityGroup),
    );
    const vpcLink = new aws.apigatewayv2.VpcLink(
      this.childName("link"),
      // Without a name of ours: Pulumi deletes what has one before it makes the next, and AWS keeps a link that an API uses.
      {
        subnetIds: [...args.network.privateSubnetIds],
        securityGroupIds: [securityGroup.id],
      },
      this.childOptions({}, args.transform?.vpcLink),
    );

    this.vpcLinkId = vpcLink.id;
    this.connections = new Connections(this, securityGroup);
    this.nodes = { vpcLink, securityGroup };
    this.registerOutputs({ vpcLinkId: this.vpcLinkId, securityGroupId: this.connections.securityGroupId });
  }

  /**
   * A back end behind `loadBalancer`, for the `backends` of an API; opens the port on both sides, once.
   *
   * @param target.host name on the certificate of the load balancer's TLS listener; API Gateway checks it.
   * @param target.port of the listener. Default 443.
   */
  backend(loadBalancer: LinkTarget, target: { host: pulumi.Input<string>; port?: number }): Backend {
    const port = target.port ?? 443;
    this.check.integer("port", port, 1, 65535);
    const opening = `${loadBalancer.connections.name}:${port}`;
    if (!this.opened.has(opening)) loadBalancer.connections.allowFrom(this, tcp(port));
    this.opened.add(opening);
    return { vpcLinkId: this.vpcLinkId, loadBalancerArn: loadBalancer.arn, host: target.host, port };
  }
}
