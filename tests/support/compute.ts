import type * as pulumi from "@pulumi/pulumi";
import {
  ApplicationLoadBalancer,
  type ApplicationLoadBalancerArgs,
} from "../../components/compute/application-load-balancer";
import { Cluster, type ClusterArgs } from "../../components/compute/cluster";
import { FargateService, type FargateServiceArgs } from "../../components/compute/fargate-service";
import { LoadBalancer, type LoadBalancerArgs } from "../../components/compute/load-balancer";
import { Key } from "../../components/security/key";
import { TestNetwork } from "./fixtures";

export const CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d";
export const IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/payments/api:1.4.2";

/** A key that lets CloudWatch Logs, Fargate and log delivery use it. */
export const testKey = (name: string, opts?: pulumi.ComponentResourceOptions, region?: string): Key =>
  new Key(name, { description: "Test", services: ["logs", "fargate", "log-delivery"], region }, opts);

export const testCluster = (
  name: string,
  args: Partial<ClusterArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): Cluster => new Cluster(name, { key: args.key ?? testKey(`${name}-key`, opts), ...args }, opts);

export const testLoadBalancer = (
  name: string,
  args: Partial<LoadBalancerArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): LoadBalancer =>
  new LoadBalancer(
    name,
    { vpc: args.vpc ?? new TestNetwork(`${name}-vpc`, opts), certificateArn: CERTIFICATE, ...args },
    opts,
  );

export const testApplicationLoadBalancer = (
  name: string,
  args: Partial<ApplicationLoadBalancerArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): ApplicationLoadBalancer =>
  new ApplicationLoadBalancer(
    name,
    { vpc: args.vpc ?? new TestNetwork(`${name}-vpc`, opts), certificateArn: CERTIFICATE, ...args },
    opts,
  );

/** A worker unless `args` say otherwise, with network, key and cluster of its own where none is given. */
export function testService(
  name: string,
  args: Partial<FargateServiceArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): FargateService {
  const key = args.key ?? testKey(`${name}-key`, opts);
  const cluster = args.cluster ?? testCluster(`${name}-cluster`, { key, environment: args.environment }, opts);
  const vpc = args.vpc ?? new TestNetwork(`${name}-vpc`, opts);
  return new FargateService(name, { image: IMAGE, cpu: 512, memory: 1024, ...args, key, cluster, vpc }, opts);
}
