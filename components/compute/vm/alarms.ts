import type * as pulumi from "@pulumi/pulumi";
import type { AlarmRule } from "../../core";
import { METRIC_NAMESPACE } from "./agent-config";

/** Percent of disk or memory at which somebody should look. */
const FULL_PERCENT = 85;

/**
 * The alarms of one machine, by suffix. Of its two status checks AWS answers one by itself each: a failed host by a recovery elsewhere
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/UsingAlarmActions.html), a hanging system by a reboot.
 */
export function blueGreenAlarms(
  colour: string,
  instanceId: pulumi.Input<string>,
  automate: (action: string) => string,
): Readonly<Record<string, AlarmRule>> {
  const dimensions = { InstanceId: instanceId };
  const status = (check: string, periods: number, action: string, description: string): AlarmRule => ({
    severity: "critical",
    description,
    metric: { namespace: "AWS/EC2", name: `StatusCheckFailed_${check}`, dimensions, statistic: "Minimum" },
    comparison: "GreaterThanThreshold",
    threshold: 0,
    // Fewer periods than for the reboot: AWS advises to keep a recovery and a reboot of one machine apart.
    evaluationPeriods: periods,
    actions: [automate(action)],
  });
  const full = (name: string, what: string): AlarmRule => ({
    severity: "warning",
    description: `The ${what} of the ${colour} machine is more than ${FULL_PERCENT} % full. Look at its containers; a new release clears old images.`,
    metric: { namespace: METRIC_NAMESPACE, name, dimensions, statistic: "Average" },
    comparison: "GreaterThanThreshold",
    threshold: FULL_PERCENT,
  });
  return {
    "host-failed": status(
      "System",
      2,
      "recover",
      `The host of the ${colour} machine has failed; AWS recovers it on another one. If it serves, switch to the other colour.`,
    ),
    "system-hangs": status(
      "Instance",
      3,
      "reboot",
      `The ${colour} machine does not answer its status check; AWS reboots it. If it serves, switch to the other colour.`,
    ),
    "disk-full": full("disk_used_percent", "disk"),
    "memory-full": full("mem_used_percent", "memory"),
  };
}
