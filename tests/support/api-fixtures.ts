import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, policyDocument } from "../../components/core";
import { ApiGatewayAccount } from "../../components/edge/api-gateway-account";
import { VpcLink } from "../../components/edge/vpc-link";
import { Connections, tcp } from "../../components/network/connections";
import { Key } from "../../components/security/key";
import { TestNetwork } from "./fixtures";

/** A load balancer that exists already, with a security group of its own. */
export class TestLoadBalancer extends Component {
  readonly arn: pulumi.Output<string>;
  readonly connections: Connections;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:TestLoadBalancer", name, {}, opts);
    const group = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: "vpc-0a1b2c3d4e5f60718", description: "Load balancer" },
      this.childOptions(),
    );
    this.arn = this.arnOf("elasticloadbalancing", "loadbalancer/net/services/0a1b2c3d4e5f6071");
    this.connections = new Connections(this, group, tcp(443));
    this.registerOutputs({});
  }
}

/** A service that calls: a role and a security group. */
export class TestCaller extends Component {
  readonly grantName = this.name;
  readonly role: aws.iam.Role;
  readonly connections: Connections;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:TestCaller", name, {}, opts);
    this.role = new aws.iam.Role(
      this.childName("role"),
      {
        assumeRolePolicy: policyDocument([
          { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
        ]),
      },
      this.childOptions(),
    );
    const group = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: "vpc-0a1b2c3d4e5f60718", description: "Caller" },
      this.childOptions(),
    );
    this.connections = new Connections(this, group);
    this.registerOutputs({});
  }
}

/** What an API stands on: key, network, log role, VPC link and a load balancer, all named after `name`. */
export function apiGround(name: string, opts: pulumi.ComponentResourceOptions = {}) {
  const key = new Key(`${name}-key`, { description: "Logs", services: ["logs"] }, opts);
  const network = new TestNetwork(`${name}-network`, opts);
  const gatewayAccount = new ApiGatewayAccount(`${name}-account`, {}, opts);
  const loadBalancer = new TestLoadBalancer(`${name}-balancer`, opts);
  const link = new VpcLink(`${name}-link`, { network }, opts);
  const host = "internal.eu-west-1.example.com";
  const backends = { payments: link.backend(loadBalancer, { host }) };
  return { key, network, gatewayAccount, loadBalancer, link, host, backends };
}
