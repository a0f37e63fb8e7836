import type * as pulumi from "@pulumi/pulumi";
import type { Connections } from "./connections";

/** What other components need of a network: a `Vpc` made here, or one adopted from elsewhere. Lists are in the order of `zones`. */
export interface NetworkLike {
  readonly vpcId: pulumi.Output<string>;
  /** IPv4 range, e.g. `10.20.0.0/16`. */
  readonly cidr: string;
  /** Full zone names, e.g. `eu-west-1a`. */
  readonly zones: readonly string[];
  /** Subnets with a route to the internet gateway. */
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  /** Subnets whose way out is their own zone's NAT gateway. */
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** Subnets with no way out of the VPC: databases and caches. */
  readonly isolatedSubnetIds: readonly pulumi.Output<string>[];
  /** Security group of the interface endpoints; default port 443. */
  readonly endpointConnections: Connections;
  /** Prefix list of the S3 gateway endpoint, for `connections.allowToPrefixList`. */
  readonly s3PrefixListId: pulumi.Output<string>;
  /** Prefix list of the DynamoDB gateway endpoint. */
  readonly dynamodbPrefixListId: pulumi.Output<string>;
}
