import * as aws from "@pulumi/aws";
import type { Component } from "../core";
import type { ByZone } from "./zones";

/**
 * Takes public subnets out of the account's VPC Block Public Access, which would drop every connection that the internet opens, whatever security groups
 * and ACLs say (https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-basics.html). All other subnets stay under it.
 */
export function exposeSubnets(
  owner: Component,
  subnets: ByZone<aws.ec2.Subnet>,
): Record<string, aws.ec2.VpcBlockPublicAccessExclusion> {
  return Object.fromEntries(
    Object.entries(subnets).map(([letter, subnet]) => [
      letter,
      new aws.ec2.VpcBlockPublicAccessExclusion(
        owner.childName(`public-${letter}-exposed`),
        { subnetId: subnet?.id, internetGatewayExclusionMode: "allow-bidirectional" },
        owner.childOptions(),
      ),
    ]),
  );
}
