import type * as pulumi from "@pulumi/pulumi";

export type Colour = "blue" | "green";

/** One VM of a blue/green pair, as the deployment that swaps them sees it. */
export interface BlueGreenVm {
  /** The EC2 instance, e.g. `i-0a1b2c3d4e5f60718`. */
  readonly instanceId: pulumi.Input<string>;
  /** Target group that holds this instance and nothing else. */
  readonly targetGroupArn: pulumi.Input<string>;
  /**
   * Full name of the SSM parameter (type `String`) that says which image the VM runs, as `<repository url>@sha256:<digest>`. The swap writes it, so whoever
   * makes the parameter ignores changes of its value.
   */
  readonly imageParameter: string;
}

/**
 * A pair of VMs behind one listener rule, one of which serves. Which one is what the rule's weights say, and nothing else: 100 for the live
 * colour's target group, 0 for the other's. Both groups stay in the rule, so that the load balancer checks the health of both. The rule has no stickiness
 * between target groups. Whoever makes the rule ignores changes of its actions: the swap moves the weights.
 */
export interface BlueGreenTarget {
  /** The listener rule of an Application Load Balancer, `arn:...:listener-rule/app/<name>/<id>/<id>/<id>`, whose `forward` action holds both target groups. */
  readonly listenerRuleArn: pulumi.Input<string>;
  readonly vms: Readonly<Record<Colour, BlueGreenVm>>;
  /**
   * Name of the SSM document (type `Command`, no parameters) that makes a VM run the image in its parameter. It may be run again at any time with the same
   * result, waits for a run of itself on the same VM to end, and succeeds only once what it started answers on the VM itself.
   */
  readonly deployDocument: string;
}
