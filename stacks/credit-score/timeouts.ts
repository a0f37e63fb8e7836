import type { CreditScoreConfig } from "./config";

/** Seconds after which each part of the way gives up. The further out, the longer: whoever is asked gives up before who asks. */
export interface Timeouts {
  /** A call to a bank, by bank-request. */
  readonly bankCall: number;
  /** One calculation, by calculation. */
  readonly calculation: number;
  /** A synchronous request, by api-request: then it answers 202 and where the score will be. */
  readonly synchronousAnswer: number;
  /** The load balancer, on a connection without a byte. */
  readonly balancerIdle: number;
  /** api-request, on an idle connection from the load balancer: longer than that, or it closes one that is just being used again. */
  readonly taskKeepAlive: number;
  /** The load balancer, for requests of a task that leaves. */
  readonly deregistration: number;
  /** ECS, from SIGTERM to SIGKILL. Fargate's longest. */
  readonly stop: number;
  /** What clients are told to wait. */
  readonly client: number;
  /** The API gateway, for an asynchronous request: nothing is waited for there. */
  readonly gateway: number;
  /** One attempt at a client's webhook, by api-response. */
  readonly webhookCall: number;
}

/** Fargate gives a task no more than two minutes to end (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html). */
export const LONGEST_STOP = 120;
/** Least that there is between one timeout and the next one out. */
const STEP = 5;

/** From how long the work takes. */
export function timeoutsOf({
  bankSeconds,
  calculationSeconds,
}: Pick<CreditScoreConfig["throughput"], "bankSeconds" | "calculationSeconds">): Timeouts {
  const bankCall = 3 * bankSeconds;
  const calculation = 3 * calculationSeconds;
  // Both at their longest, a third of that for waiting in queues, and ten seconds for the way.
  const synchronousAnswer = Math.ceil((bankCall + calculation) * (4 / 3) + 10);
  const balancerIdle = synchronousAnswer + 30;
  return {
    bankCall,
    calculation,
    synchronousAnswer,
    balancerIdle,
    taskKeepAlive: balancerIdle + STEP,
    deregistration: synchronousAnswer + STEP,
    stop: LONGEST_STOP,
    client: balancerIdle + 2 * STEP,
    gateway: 5,
    webhookCall: 10,
  };
}

/** Seconds from one attempt at a webhook to the next: two hours in all, then the message moves to the dead-letter queue. */
export const WEBHOOK_RETRY_SECONDS = [10, 30, 60, 300, 600, 1200, 1800, 3200] as const;
