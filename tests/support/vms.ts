import type * as pulumi from "@pulumi/pulumi";
import { ApplicationLoadBalancer } from "../../components/compute/application-load-balancer";
import { BlueGreenVms, type BlueGreenVmsArgs } from "../../components/compute/blue-green-vms";
import { ContainerImage } from "../../components/delivery/container-image";
import { CERTIFICATE, testKey } from "./compute";
import { TestNetwork } from "./fixtures";

export const VM = { imageId: "ami-0123456789abcdef0", instanceType: "m7g.large" } as const;

/** A pair of machines behind a load balancer, each thing that it needs of its own where none is given. */
export function testVms(
  name: string,
  args: Partial<BlueGreenVmsArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): BlueGreenVms {
  const { environment } = args;
  const key = args.key ?? testKey(`${name}-key`, opts);
  const vpc = args.vpc ?? new TestNetwork(`${name}-vpc`, opts);
  const balancer =
    args.balancer ??
    new ApplicationLoadBalancer(`${name}-alb`, { vpc, certificateArn: CERTIFICATE, environment }, opts);
  const application = args.application ?? { image: testImage(name, { key, environment }, opts) };
  return new BlueGreenVms(name, { launch: { blue: VM, green: VM }, ...args, key, vpc, balancer, application }, opts);
}

export const testImage = (
  name: string,
  { key, environment }: Pick<BlueGreenVmsArgs, "environment"> & { key: BlueGreenVmsArgs["key"] },
  opts?: pulumi.ComponentResourceOptions,
): ContainerImage => new ContainerImage(`${name}-image`, { key, tag: "1.0.0", environment }, opts);
