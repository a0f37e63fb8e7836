import type * as pulumi from "@pulumi/pulumi";
import type { AlarmRule } from "../core";

const MIB_PER_GIB = 1024;

export interface LogSearchFacts {
  domainName: string;
  /** The function that writes the lines. */
  functionName: string;
  account: pulumi.Input<string>;
  /** Of each data node. */
  volumeSizeGiB: number;
  zones: number;
}

/** What is worth an alarm at a `LogSearch` (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html). */
export function logSearchAlarms(facts: LogSearchFacts): Record<string, AlarmRule> {
  const { domainName, functionName } = facts;
  const domain = (name: string, statistic: "Maximum" | "Minimum") => ({
    metric: {
      namespace: "AWS/ES",
      name,
      dimensions: { ClientId: facts.account, DomainName: domainName },
      statistic,
    },
  });
  const forward = (name: string) => ({
    metric: {
      namespace: "AWS/Lambda",
      name,
      dimensions: { FunctionName: functionName },
      statistic: "Sum" as const,
      period: 300,
    },
  });
  const atLeast = (threshold: number, evaluationPeriods: number) => ({
    comparison: "GreaterThanOrEqualToThreshold" as const,
    threshold,
    evaluationPeriods,
  });
  const freeMiB = (facts.volumeSizeGiB * MIB_PER_GIB) / 4;
  const rules: Record<string, AlarmRule> = {
    red: {
      severity: "critical",
      description: `Domain ${domainName} has lost the only copy of some index. See which one by GET _cat/indices and restore it from a snapshot.`,
      ...domain("ClusterStatus.red", "Maximum"),
      ...atLeast(1, 1),
    },
    "free-space": {
      severity: "critical",
      description: `A data node of ${domainName} has less than a quarter of its disk left. Keep logs for fewer days or enlarge the volumes before writes are blocked.`,
      ...domain("FreeStorageSpace", "Minimum"),
      comparison: "LessThanOrEqualToThreshold",
      threshold: freeMiB,
      evaluationPeriods: 1,
    },
    "writes-blocked": {
      severity: "critical",
      description: `Domain ${domainName} refuses writes, for want of disk or memory.`,
      ...domain("ClusterIndexWritesBlocked", "Maximum"),
      ...atLeast(1, 5),
    },
    "jvm-memory": {
      severity: "critical",
      description: `The heap of a data node of ${domainName} is nearly full. Scale up before it runs out.`,
      ...domain("JVMMemoryPressure", "Maximum"),
      ...atLeast(95, 3),
    },
    key: {
      severity: "critical",
      description: `Domain ${domainName} can not use its KMS key. It is lost for good if the key stays away.`,
      ...domain("KMSKeyInaccessible", "Maximum"),
      ...atLeast(1, 1),
    },
    snapshot: {
      severity: "warning",
      description: `An automated snapshot of ${domainName} has failed.`,
      ...domain("AutomatedSnapshotFailure", "Maximum"),
      ...atLeast(1, 1),
    },
    cpu: {
      severity: "warning",
      description: `The data nodes of ${domainName} are busy; add some or take larger ones.`,
      ...domain("CPUUtilization", "Maximum"),
      ...atLeast(80, 15),
    },
    "forward-errors": {
      severity: "warning",
      description: `Log lines do not get into ${domainName}. Batches that fail three times lie in the failures bucket; the function's log tells why.`,
      ...forward("Errors"),
      ...atLeast(1, 3),
    },
    "forward-lost": {
      severity: "critical",
      description: `Batches of log lines could not even be kept in the failures bucket of ${domainName}. They stand only in their log groups.`,
      ...forward("DestinationDeliveryFailures"),
      ...atLeast(1, 1),
    },
  };
  if (facts.zones > 1) {
    rules.yellow = {
      severity: "warning",
      description: `Some index of ${domainName} has no second copy: a node is down or a zone is full.`,
      ...domain("ClusterStatus.yellow", "Maximum"),
      ...atLeast(1, 5),
    };
  }
  return rules;
}
