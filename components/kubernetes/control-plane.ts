import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../core";
import { Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";

export interface ControlPlaneArgs extends ComponentArgs {
  vpc: NetworkLike;
  /** The cluster's name, for people. */
  cluster: string;
  transform?: Transform<aws.ec2.SecurityGroupArgs>;
}

/**
 * The security group of ours around the network interfaces by which EKS's control plane stands in the VPC: who may open connections to the Kubernetes API.
 *
 *     cluster.controlPlane.connections.allowFrom(runner);
 *
 * Free. Data loss: none.
 */
export class ControlPlane extends Component {
  /** Default port 443. */
  readonly connections: Connections;
  readonly nodes: { readonly securityGroup: aws.ec2.SecurityGroup };

  constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:kubernetes:ControlPlane", name, args, opts);
    const securityGroup = new aws.ec2.SecurityGroup(
      this.childName("sg"),
      { vpcId: args.vpc.vpcId, description: `Control plane of ${args.cluster}` },
      this.childOptions({}, args.transform),
    );
    this.connections = new Connections(this, securityGroup, tcp(443));
    this.nodes = { securityGroup };
    this.registerOutputs({ securityGroupId: securityGroup.id });
  }
}
