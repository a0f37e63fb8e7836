import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../core";
import { cidrProblem } from "./cidr";
import { Connections, tcp } from "./connections";
import type { NetworkLike } from "./network-like";
import { checkZones } from "./zones";

export interface AdoptedNetworkArgs extends ComponentArgs {
  vpcId: pulumi.Input<string>;
  /** IPv4 range of the VPC, e.g. `10.20.0.0/16`. */
  cidr: string;
  /** Full zone names, e.g. `eu-west-1a`, in the order of the subnet lists. */
  zones: readonly string[];
  /** Subnets with a route to an internet gateway, one per zone. Default: none. */
  publicSubnetIds?: readonly pulumi.Input<string>[];
  /** Subnets whose way out is a NAT gateway, one per zone. */
  privateSubnetIds: readonly pulumi.Input<string>[];
  /** Subnets with no way out, one per zone. Default: the private ones. */
  isolatedSubnetIds?: readonly pulumi.Input<string>[];
  /** Security group of the VPC's interface endpoints; rules are added to it for each service that uses them. */
  endpointSecurityGroupId: pulumi.Input<string>;
  /** Prefix list of the region's S3 gateway endpoint. Default: looked up. */
  s3PrefixListId?: pulumi.Input<string>;
  /** Prefix list of the region's DynamoDB gateway endpoint. Default: looked up. */
  dynamodbPrefixListId?: pulumi.Input<string>;
}

/**
 * A VPC that exists already, for components that stand in one. Nothing of it is created, changed or deleted; only security group
 * rules are added to the endpoints' group.
 *
 *     const network = new AdoptedNetwork("shared", {
 *       vpcId: "vpc-0a1b2c3d4e5f60718", cidr: "10.20.0.0/16", zones: ["eu-west-1a", "eu-west-1b"],
 *       privateSubnetIds: ["subnet-...", "subnet-..."], endpointSecurityGroupId: "sg-...",
 *     });
 *
 * Cost and data loss: none.
 */
export class AdoptedNetwork extends Component implements NetworkLike {
  readonly vpcId: pulumi.Output<string>;
  readonly cidr: string;
  readonly zones: readonly string[];
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly isolatedSubnetIds: readonly pulumi.Output<string>[];
  readonly endpointConnections: Connections;
  readonly s3PrefixListId: pulumi.Output<string>;
  readonly dynamodbPrefixListId: pulumi.Output<string>;
  readonly nodes: { readonly endpointSecurityGroup: aws.ec2.SecurityGroup };

  constructor(name: string, args: AdoptedNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:network:AdoptedNetwork", name, args, opts);
    this.validate(args);

    this.vpcId = pulumi.output(args.vpcId);
    this.cidr = args.cidr;
    this.zones = [...args.zones];
    this.publicSubnetIds = (args.publicSubnetIds ?? []).map((id) => pulumi.output(id));
    this.privateSubnetIds = args.privateSubnetIds.map((id) => pulumi.output(id));
    this.isolatedSubnetIds = (args.isolatedSubnetIds ?? args.privateSubnetIds).map((id) => pulumi.output(id));

    const group = aws.ec2.SecurityGroup.get(
      this.childName("endpoints"),
      args.endpointSecurityGroupId,
      { region: this.context.region },
      this.childOptions(),
    );
    this.endpointConnections = new Connections(this, group, tcp(443));
    this.s3PrefixListId = this.prefixList("s3", args.s3PrefixListId);
    this.dynamodbPrefixListId = this.prefixList("dynamodb", args.dynamodbPrefixListId);
    this.nodes = { endpointSecurityGroup: group };
    this.registerOutputs({ vpcId: this.vpcId, cidr: this.cidr, zones: this.zones });
  }

  private validate(args: AdoptedNetworkArgs): void {
    const problem = cidrProblem(args.cidr);
    this.check.that(problem === undefined, "cidr", args.cidr, problem ?? "");
    checkZones(this.check, args.zones, this.context.region, this.production ? 2 : 1);
    this.checkOnePerZone("publicSubnetIds", args.publicSubnetIds, args.zones);
    this.checkOnePerZone("privateSubnetIds", args.privateSubnetIds, args.zones);
    this.checkOnePerZone("isolatedSubnetIds", args.isolatedSubnetIds, args.zones);
  }

  private checkOnePerZone(
    argument: string,
    ids: readonly pulumi.Input<string>[] | undefined,
    zones: readonly string[],
  ): void {
    if (ids === undefined) return;
    this.check.that(
      ids.length === zones.length,
      argument,
      `${ids.length} subnets`,
      `Give ${zones.length}, one for each of ${zones.join(", ")}.`,
    );
  }

  private prefixList(service: "s3" | "dynamodb", id: pulumi.Input<string> | undefined): pulumi.Output<string> {
    if (id !== undefined) return pulumi.output(id);
    const { region } = this.context;
    return aws.ec2.getPrefixListOutput({ name: `com.amazonaws.${region}.${service}`, region }, { parent: this }).id;
  }
}
