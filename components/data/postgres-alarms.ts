import type { AlarmRule } from "../core";
import { maxConnections, memoryGiB } from "./instance-class";

/** One DB instance, alone or in a cluster. */
export interface DatabaseMember {
  /** Ends its alarms' names; "" where there is one member. */
  readonly suffix: string;
  readonly identifier: string;
  readonly instanceClass: string;
  /** GiB of its own volume; undefined where storage is shared and grows by itself (Aurora). */
  readonly storageGiB?: number;
  /** Default: what the class has. */
  readonly memoryGiB?: number;
  /** Whether it may follow another member. */
  readonly follows: boolean;
}

/** Alarms of one DB instance, by name. Thresholds follow from its class and volume. */
export function memberAlarms(member: DatabaseMember): Readonly<Record<string, AlarmRule>> {
  const { identifier, storageGiB } = member;
  const memory = member.memoryGiB ?? memoryGiB(member.instanceClass) ?? 8;
  const on = (name: string, period = 60): AlarmRule["metric"] => ({
    namespace: "AWS/RDS",
    name,
    dimensions: { DBInstanceIdentifier: identifier },
    statistic: "Average",
    period,
  });
  const rules: Record<string, AlarmRule> = {
    cpu: {
      severity: "warning",
      description: `${identifier} has used over 80 % of its CPU for 15 minutes. Look at Database Insights for the statements; consider a larger class.`,
      metric: on("CPUUtilization", 300),
      comparison: "GreaterThanThreshold",
      threshold: 80,
      evaluationPeriods: 3,
    },
    memory: {
      severity: "critical",
      description: `${identifier} has less than 5 % of its memory left and may be killed. Look for large sorts or many connections.`,
      metric: on("FreeableMemory", 300),
      comparison: "LessThanThreshold",
      threshold: Math.round(memory * 0.05 * 1024 ** 3),
      evaluationPeriods: 3,
    },
    connections: {
      severity: "critical",
      description: `${identifier} has over 80 % of its max_connections in use. Look for a service that leaks connections.`,
      metric: on("DatabaseConnections"),
      comparison: "GreaterThanThreshold",
      threshold: Math.floor(maxConnections(memory) * 0.8),
    },
    "read-latency": {
      severity: "warning",
      description: `Reads from ${identifier}'s volume have taken over 20 ms for 15 minutes. It may be out of IOPS.`,
      metric: on("ReadLatency", 300),
      comparison: "GreaterThanThreshold",
      threshold: 0.02,
      evaluationPeriods: 3,
    },
    "write-latency": {
      severity: "warning",
      description: `Writes to ${identifier}'s volume have taken over 20 ms for 15 minutes. It may be out of IOPS.`,
      metric: on("WriteLatency", 300),
      comparison: "GreaterThanThreshold",
      threshold: 0.02,
      evaluationPeriods: 3,
    },
  };
  if (storageGiB !== undefined) {
    rules.storage = {
      severity: "critical",
      description: `${identifier} has less than 10 % of its first volume size left. At none it stops; raise storageGiB.`,
      metric: on("FreeStorageSpace", 300),
      comparison: "LessThanThreshold",
      threshold: Math.round(storageGiB * 0.1 * 1024 ** 3),
      evaluationPeriods: 1,
    };
  }
  if (member.follows) {
    // Aurora counts in milliseconds.
    const [metric, threshold] =
      storageGiB === undefined ? (["AuroraReplicaLag", 30000] as const) : (["ReplicaLag", 30] as const);
    rules.lag = {
      severity: "warning",
      description: `${identifier} has been over 30 seconds behind the writer for 5 minutes: its readers see old data.`,
      metric: on(metric),
      comparison: "GreaterThanThreshold",
      threshold,
    };
  }
  return rules;
}
