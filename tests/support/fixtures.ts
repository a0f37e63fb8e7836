import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../components/core";
import { Connections, tcp } from "../../components/network/connections";
import type { NetworkLike } from "../../components/network/network-like";

/** A network that exists already, over three zones: for tests of components that stand in one. */
export class TestNetwork extends Component implements NetworkLike {
  readonly vpcId = pulumi.output("vpc-0a1b2c3d4e5f60718");
  readonly cidr = "10.20.0.0/16";
  readonly zones: string[];
  readonly publicSubnetIds = ["subnet-0a0000000000000a1", "subnet-0a0000000000000b1", "subnet-0a0000000000000c1"].map(
    (id) => pulumi.output(id),
  );
  readonly privateSubnetIds = ["subnet-0a0000000000000a2", "subnet-0a0000000000000b2", "subnet-0a0000000000000c2"].map(
    (id) => pulumi.output(id),
  );
  readonly isolatedSubnetIds = ["subnet-0a0000000000000a3", "subnet-0a0000000000000b3", "subnet-0a0000000000000c3"].map(
    (id) => pulumi.output(id),
  );
  readonly endpointConnections: Connections;
  readonly s3PrefixListId = pulumi.output("pl-6da54004");
  readonly dynamodbPrefixListId = pulumi.output("pl-6fa54006");

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:TestNetwork", name, {}, opts);
    this.zones = ["a", "b", "c"].map((letter) => `${this.context.region}${letter}`);
    const group = new aws.ec2.SecurityGroup(
      this.childName("endpoints"),
      { vpcId: this.vpcId, description: "Interface endpoints" },
      this.childOptions(),
    );
    this.endpointConnections = new Connections(this, group, tcp(443));
    this.registerOutputs({});
  }
}
