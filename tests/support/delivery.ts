import type * as pulumi from "@pulumi/pulumi";
import { BlueGreenSwap, type BlueGreenSwapArgs } from "../../components/delivery/blue-green-swap";
import type { BlueGreenTarget } from "../../components/delivery/blue-green-target";
import { testKey } from "./compute";

const group = (colour: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${colour}/0123456789abcdef`;

/** A pair of VMs that exists already. */
export const PAIR: BlueGreenTarget = {
  listenerRuleArn:
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/books/0123456789abcdef/0123456789abcdef/0123456789abcdef",
  vms: {
    blue: { instanceId: "i-0a1b2c3d4e5f60718", targetGroupArn: group("blue"), imageParameter: "/test/vms/blue/image" },
    green: {
      instanceId: "i-0a1b2c3d4e5f60719",
      targetGroupArn: group("green"),
      imageParameter: "/test/vms/green/image",
    },
  },
  deployDocument: "test-vms-deploy",
};

export function testSwap(
  name: string,
  args: Partial<BlueGreenSwapArgs> = {},
  opts: pulumi.ComponentResourceOptions = {},
): BlueGreenSwap {
  return new BlueGreenSwap(name, { target: PAIR, key: args.key ?? testKey(`${name}-key`, opts), ...args }, opts);
}
