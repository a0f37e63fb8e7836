import type { AlarmRule, Metric } from "../core";

/** Where the alarms of one group of targets lie. */
export interface ResponseAlarms {
  /** Answers with 5xx a minute, three minutes of five, that are too many. Default 10. */
  errorsPerMinute?: number;
  /** Seconds within which 19 of 20 requests must be answered (p95), five minutes long. Default 1. */
  p95Seconds?: number;
  /** False: the group may stand empty, such as the idle half of a blue/green pair. Default true. */
  withoutTarget?: boolean;
}

/** A metric of the load balancer, or with `target` of one of its groups. */
type MetricOf = (name: string) => Pick<Metric, "namespace" | "name" | "dimensions">;

const tooMany = (
  metric: ReturnType<MetricOf>,
  threshold: number,
  severity: AlarmRule["severity"],
  description: string,
): AlarmRule => ({
  severity,
  description,
  metric: { ...metric, statistic: "Sum" },
  comparison: "GreaterThanThreshold",
  threshold,
  datapointsToAlarm: 3,
});

/** Failures a minute that are more than a client that went away. */
const ERRORS_PER_MINUTE = 50;
const OWN_ERRORS_PER_MINUTE = 10;

/** Alarms on the load balancer itself, by suffix. */
export function balancerAlarms(metric: MetricOf, signsIn: boolean): Record<string, AlarmRule> {
  return {
    "errors-5xx": tooMany(
      metric("HTTPCode_ELB_5XX_Count"),
      OWN_ERRORS_PER_MINUTE,
      "critical",
      "The load balancer answers with 5xx by itself: no target is healthy, they do not answer in time, or sign-in fails. Read the access logs' error_reason.",
    ),
    "rejected-connections": tooMany(
      metric("RejectedConnectionCount"),
      0,
      "critical",
      "The load balancer has reached its most connections and turns clients away. Look for an attack, or targets that answer slowly.",
    ),
    "client-tls-errors": tooMany(
      metric("ClientTLSNegotiationErrorCount"),
      ERRORS_PER_MINUTE,
      "warning",
      "TLS handshakes between clients and the load balancer fail. Look for an expired certificate, or clients without TLS 1.2.",
    ),
    ...(signsIn && {
      "sign-in-errors": tooMany(
        metric("ELBAuthError"),
        0,
        "critical",
        "Nobody can sign in: the provider does not answer, or refuses the client. Look at its status, the client's secret and the way out to it.",
      ),
    }),
  };
}

/** Alarms on what the targets of a group answer, by suffix. */
export function responseAlarms(key: string, metric: MetricOf, limits: ResponseAlarms): Record<string, AlarmRule> {
  const p95Seconds = limits.p95Seconds ?? 1;
  return {
    [`${key}-errors-5xx`]: tooMany(
      metric("HTTPCode_Target_5XX_Count"),
      limits.errorsPerMinute ?? 10,
      "critical",
      `${key} answers with 5xx. Look at its log and its latest deployment.`,
    ),
    [`${key}-slow`]: {
      severity: "warning",
      description: `One request of twenty to ${key} takes longer than ${p95Seconds} s. Look at its CPU and at what it calls.`,
      metric: { ...metric("TargetResponseTime"), statistic: "p95" },
      comparison: "GreaterThanThreshold",
      threshold: p95Seconds,
    },
  };
}
