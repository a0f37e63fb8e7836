import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError, Component, type ComponentArgs } from "../core";

/** Where AWS keeps what is global at the edge: CloudFront's certificates, web ACLs, logs and metrics, and Route 53's metrics and query logs. */
export const GLOBAL_REGION = "us-east-1";

/** Where Global Accelerator publishes its metrics. */
export const ACCELERATOR_REGION = "us-west-2";

/** Arguments of a component that lives in one region of AWS's choice, wherever its parent is. */
export type GlobalComponentArgs = Omit<ComponentArgs, "region">;

/**
 * Puts a component's regional children in `region`. An alarm can only notify a topic of its own region, so topics inherited from a
 * parent elsewhere would be refused by CloudWatch in the middle of an update: they must be given anew.
 */
export function inGlobalRegion(
  kind: string,
  name: string,
  args: GlobalComponentArgs,
  opts: pulumi.ComponentResourceOptions | undefined,
  region: string = GLOBAL_REGION,
): ComponentArgs {
  const parent = opts?.parent instanceof Component ? opts.parent.context : undefined;
  if (parent?.alarmTopics !== undefined && parent.region !== region && args.alarmTopics === undefined) {
    throw new ArgumentError(
      `${kind} "${name}"`,
      "alarmTopics",
      args.alarmTopics,
      `Its alarms are in ${region} and can notify topics of that region only, while its parent's topics are in ${parent.region}. ` +
        `Give \`alarmTopics\` of ${region}, or place it under a component of that region.`,
    );
  }
  return { ...args, region };
}
