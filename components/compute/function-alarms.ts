import type { AlarmRule } from "../core";
import type { FunctionArgs } from "./function-args";

export interface Watched {
  readonly functionName: string;
  readonly timeoutSeconds: number;
  readonly thresholds: FunctionArgs["alarmThresholds"];
}

/** By suffix: what is watched of every function. */
export function callAlarms({ functionName, timeoutSeconds, thresholds }: Watched): Record<string, AlarmRule> {
  const { errors = 0, durationPercent = 80 } = thresholds ?? {};
  return {
    errors: {
      ...above(functionName, "Errors", "Sum", 300),
      severity: "warning",
      description: `More than ${errors} calls of ${functionName} failed within five minutes. Read its log and its traces.`,
      threshold: errors,
    },
    throttled: {
      ...above(functionName, "Throttles", "Sum", 300),
      severity: "warning",
      description: `${functionName} was called more often at once than it may run: raise its reserved concurrency or the account's quota.`,
      threshold: 0,
    },
    slow: {
      ...above(functionName, "Duration", "Maximum", 300),
      severity: "warning",
      description: `A call of ${functionName} took more than ${durationPercent} % of its ${timeoutSeconds} s: longer ones are cut off.`,
      threshold: timeoutSeconds * 10 * durationPercent,
    },
  };
}

/** By suffix: what is watched where failed calls are set aside in the queue of this name. */
export function deadLetterAlarms({ functionName }: Watched, queueName: string): Record<string, AlarmRule> {
  return {
    "dead-letters": {
      severity: "warning",
      description: `Calls that failed for good wait in ${queueName}, at most 14 days, with the error. Mend the cause and call again.`,
      metric: {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: queueName },
        statistic: "Maximum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    },
    lost: {
      ...above(functionName, "DestinationDeliveryFailures", "Sum", 60),
      severity: "critical",
      description: `A failed call of ${functionName} could not be set aside in ${queueName}, and is lost. Look at the queue's key and the role.`,
      threshold: 0,
    },
  };
}

/** By suffix: what is watched of a function that reads streams. */
export function streamAlarms({ functionName, thresholds }: Watched): Record<string, AlarmRule> {
  const seconds = thresholds?.iteratorAgeSeconds ?? 60;
  return {
    late: {
      ...above(functionName, "IteratorAge", "Maximum", 60),
      severity: "critical",
      description: `${functionName} reads its stream more than ${seconds} s late: it is too slow, throttled, or a bad record holds up a shard.`,
      threshold: seconds * 1000,
      evaluationPeriods: 5,
    },
  };
}

function above(
  functionName: string,
  name: string,
  statistic: "Sum" | "Maximum",
  period: number,
): Pick<AlarmRule, "metric" | "comparison" | "evaluationPeriods"> {
  return {
    metric: { namespace: "AWS/Lambda", name, dimensions: { FunctionName: functionName }, statistic, period },
    comparison: "GreaterThanThreshold",
    evaluationPeriods: 1,
  };
}
