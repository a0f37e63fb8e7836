import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  type Metric,
  policyDocument,
  type Statement,
  type Transform,
} from "../core";
import type { Key } from "../security/key";
import { queueDenials } from "./queue-policy";

export interface QueueFifoArgs {
  /** Derives the deduplication id from the body. Default false: the sender gives `MessageDeduplicationId`. */
  contentBasedDeduplication?: boolean;
  /**
   * Deduplicates and throttles per message group instead of per queue (up to 70,000 requests a second in the largest regions, against
   * 300). Default true.
   */
  highThroughput?: boolean;
}

export interface QueueArgs extends ComponentArgs {
  /** Customer key for SSE-KMS, in the queue's own region. Its policy needs no service unless an AWS service sends to the queue (`events`). */
  key: Key;
  /** Makes both queues FIFO: exactly-once processing, in order within a message group. Default: standard. It cannot be changed later. */
  fifo?: boolean | QueueFifoArgs;
  /**
   * Seconds that a received message stays hidden from other consumers, 0-43200. Default 180. It must be longer than a consumer
   * takes for one batch, or the message is worked on twice; `grantConsume` checks it.
   */
  visibilityTimeoutSeconds?: number;
  /** Days that a message waits before SQS drops it, 1-13. Default 4. The dead-letter queue always keeps 14. */
  retentionDays?: number;
  /** Receives without a delete after which a message moves to the dead-letter queue, 1-1000. Default 5. */
  maxReceiveCount?: number;
  /** Seconds by which every message is delayed, 0-900. Default 0. */
  delaySeconds?: number;
  /** Largest message, in KiB, 1-1024 (https://aws.amazon.com/about-aws/whats-new/2025/08/amazon-sqs-max-payload-size-1mib/). Default 256. */
  maxMessageKiB?: number;
  /** Seconds that SQS reuses a data key before it asks KMS again, 60-86400. Default 300. Longer costs less and outlives a revoked key. */
  dataKeyReuseSeconds?: number;
  /** Age of the oldest message, in seconds, at which the alarm goes off. Default 300. */
  maxMessageAgeAlarmSeconds?: number;
  /**
   * Statements beside the two denials of the queue's own policy, made from its ARN: for an AWS service that sends to it, such as an EventBridge
   * rule. Roles of this account need none, `grantSend` is enough.
   */
  policyStatements?: (queueArn: pulumi.Output<string>) => Statement[];
  transform?: { queue?: Transform<aws.sqs.QueueArgs>; deadLetterQueue?: Transform<aws.sqs.QueueArgs> };
}

const SECONDS_PER_DAY = 86_400;
const LONGEST_POLL_SECONDS = 20;
const DEAD_LETTER_RETENTION_DAYS = 14;
/** AWS asks for it as the end of a FIFO queue's name, and counts it among the 80 characters. */
const FIFO_SUFFIX = ".fifo";

/**
 * An SQS queue with its dead-letter queue. Both are encrypted with the customer key, refuse plain HTTP and every principal of another
 * account; only this queue may use the dead-letter queue. Long polling is on.
 *
 *     const orders = new Queue("orders", { key });
 *     orders.grantSend(api);
 *     orders.grantConsume(worker, { longestProcessingSeconds: 60 });
 *
 * Alarms: the oldest message is too old (critical), the dead-letter queue is not empty (warning). Cost: 0.40 USD a million requests
 * (FIFO 0.50), plus 0.03 USD for each 10,000 KMS requests, and 0.20 USD a month for the alarms; nothing when idle but the alarms and
 * the polls. Data loss: messages in a deleted queue are gone; production queues are protected.
 */
export class Queue extends Component {
  /** What senders and consumers give to the SQS API. */
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly queueName: string;
  readonly dlqUrl: pulumi.Output<string>;
  readonly dlqArn: pulumi.Output<string>;
  readonly key: Key;
  readonly visibilityTimeoutSeconds: number;
  /** Messages that wait to be received, for scaling a consumer. */
  readonly backlog: Metric;
  readonly nodes: { readonly queue: aws.sqs.Queue; readonly deadLetterQueue: aws.sqs.Queue };

  constructor(name: string, args: QueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:messaging:Queue", name, args, opts);
    this.validate(args);

    const reserve = args.fifo ? FIFO_SUFFIX.length : 0;
    const suffix = args.fifo ? FIFO_SUFFIX : "";
    const deadLetterName = this.physicalName("sqsQueue", "dlq", reserve) + suffix;
    this.queueName = this.physicalName("sqsQueue", undefined, reserve) + suffix;
    // Built from the names: each queue's settings name the other, and policies that hold them are known before they exist.
    this.arn = this.arnOf("sqs", this.queueName);
    this.dlqArn = this.arnOf("sqs", deadLetterName);
    this.key = args.key;
    this.visibilityTimeoutSeconds = args.visibilityTimeoutSeconds ?? 180;

    const deadLetterQueue = this.createDeadLetterQueue(args, deadLetterName);
    const queue = this.createQueue(args, deadLetterQueue);
    this.url = queue.url;
    this.dlqUrl = deadLetterQueue.url;
    this.backlog = this.metric(this.queueName, "ApproximateNumberOfMessagesVisible");
    this.createAlarms(args.maxMessageAgeAlarmSeconds ?? 300, deadLetterName);

    this.nodes = { queue, deadLetterQueue };
    this.registerOutputs({
      url: this.url,
      arn: this.arn,
      queueName: this.queueName,
      dlqUrl: this.dlqUrl,
      dlqArn: this.dlqArn,
    });
  }

  /** Lets `grantee` send messages. */
  grantSend(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "send", grantee, [
      this.allow(["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], this.arn),
      // A data key is generated to encrypt; decrypting is how SQS verifies one that it reuses.
      this.key.encryptDecryptStatement("sqs"),
    ]);
  }

  /**
   * Lets `grantee` receive, hide longer and delete messages. `longestProcessingSeconds` is the most that it takes for one batch: give it, and a
   * visibility timeout that is too short is an error.
   */
  grantConsume(grantee: Grantee, consumer: { longestProcessingSeconds?: number } = {}): aws.iam.RolePolicy {
    const longest = consumer.longestProcessingSeconds ?? 0;
    this.check.that(
      longest < this.visibilityTimeoutSeconds,
      "visibilityTimeoutSeconds",
      this.visibilityTimeoutSeconds,
      `${grantee.grantName} takes up to ${longest} s for a batch, and would see its messages again before it has deleted them. Give ${Math.min(longest * 2, 43_200)} or more.`,
    );
    return grant(this, this.name, "consume", grantee, [
      this.allow(
        [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
        ],
        this.arn,
      ),
      this.key.decryptStatement("sqs"),
    ]);
  }

  /** Lets `grantee` move messages from the dead-letter queue back to the queue, once the cause is mended. */
  grantRedrive(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "redrive", grantee, [
      this.allow(
        [
          "sqs:CancelMessageMoveTask",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ListMessageMoveTasks",
          "sqs:ReceiveMessage",
          "sqs:StartMessageMoveTask",
        ],
        this.dlqArn,
      ),
      this.allow(["sqs:SendMessage"], this.arn),
      this.key.encryptDecryptStatement("sqs"),
    ]);
  }

  private validate(args: QueueArgs): void {
    this.check.integer("visibilityTimeoutSeconds", args.visibilityTimeoutSeconds ?? 180, 0, 43_200, "of seconds");
    // A message keeps its age when it moves to a standard dead-letter queue: without a day's difference it would arrive expired.
    this.check.integer("retentionDays", args.retentionDays ?? 4, 1, DEAD_LETTER_RETENTION_DAYS - 1, "of days");
    this.check.integer("maxReceiveCount", args.maxReceiveCount ?? 5, 1, 1000);
    this.check.integer("delaySeconds", args.delaySeconds ?? 0, 0, 900, "of seconds");
    this.check.integer("maxMessageKiB", args.maxMessageKiB ?? 256, 1, 1024, "of KiB");
    this.check.integer("dataKeyReuseSeconds", args.dataKeyReuseSeconds ?? 300, 60, 86_400, "of seconds");
    this.check.integer("maxMessageAgeAlarmSeconds", args.maxMessageAgeAlarmSeconds ?? 300, 60, 1_209_600, "of seconds");
    args.key.requireFor(this.check, this.context.region);
  }

  private createDeadLetterQueue(args: QueueArgs, name: string): aws.sqs.Queue {
    return new aws.sqs.Queue(
      this.childName("dlq"),
      {
        ...this.common(args, name, this.dlqArn),
        messageRetentionSeconds: DEAD_LETTER_RETENTION_DAYS * SECONDS_PER_DAY,
        redriveAllowPolicy: pulumi.jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [this.arn] }),
      },
      this.statefulOptions({}, args.transform?.deadLetterQueue),
    );
  }

  private createQueue(args: QueueArgs, deadLetterQueue: aws.sqs.Queue): aws.sqs.Queue {
    return new aws.sqs.Queue(
      this.childName("queue"),
      {
        ...this.common(args, this.queueName, this.arn, args.policyStatements?.(this.arn)),
        messageRetentionSeconds: (args.retentionDays ?? 4) * SECONDS_PER_DAY,
        visibilityTimeoutSeconds: this.visibilityTimeoutSeconds,
        delaySeconds: args.delaySeconds ?? 0,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: this.dlqArn,
          maxReceiveCount: args.maxReceiveCount ?? 5,
        }),
      },
      // SQS refuses a redrive policy whose target does not exist, and the ARN alone makes no dependency.
      this.statefulOptions({ dependsOn: [deadLetterQueue] }, args.transform?.queue),
    );
  }

  /** What both queues have alike: a message must fit into the dead-letter queue wherever it fitted into the queue. */
  private common(
    args: QueueArgs,
    name: string,
    arn: pulumi.Output<string>,
    statements: Statement[] = [],
  ): aws.sqs.QueueArgs {
    return {
      name,
      kmsMasterKeyId: args.key.arn,
      kmsDataKeyReusePeriodSeconds: args.dataKeyReuseSeconds ?? 300,
      maxMessageSize: (args.maxMessageKiB ?? 256) * 1024,
      receiveWaitTimeSeconds: LONGEST_POLL_SECONDS,
      policy: policyDocument([...queueDenials(this.account, arn), ...statements]),
      ...fifoSettings(args.fifo),
    };
  }

  private createAlarms(maxAge: number, deadLetterName: string): void {
    this.alarm("message-age", {
      severity: "critical",
      description: `The oldest message of queue ${this.queueName} has waited for more than ${maxAge} s. Its consumers are down, too few or failing.`,
      metric: this.metric(this.queueName, "ApproximateAgeOfOldestMessage"),
      comparison: "GreaterThanThreshold",
      threshold: maxAge,
    });
    this.alarm("dlq-not-empty", {
      severity: "warning",
      description: `Messages that no consumer could process stand in ${deadLetterName}. Mend the cause and redrive them within ${DEAD_LETTER_RETENTION_DAYS} days of their sending.`,
      // NumberOfMessagesSent does not count what SQS itself moves there.
      metric: this.metric(deadLetterName, "ApproximateNumberOfMessagesVisible"),
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
  }

  private metric(queueName: string, name: string): Metric {
    return { namespace: "AWS/SQS", name, dimensions: { QueueName: queueName }, statistic: "Maximum" };
  }

  private allow(actions: string[], resource: pulumi.Output<string>): Statement {
    return { Effect: "Allow", Action: actions, Resource: resource };
  }
}

function fifoSettings(fifo: QueueArgs["fifo"]): aws.sqs.QueueArgs {
  if (!fifo) return {};
  const settings = fifo === true ? {} : fifo;
  const highThroughput = settings.highThroughput ?? true;
  return {
    fifoQueue: true,
    contentBasedDeduplication: settings.contentBasedDeduplication ?? false,
    deduplicationScope: highThroughput ? "messageGroup" : "queue",
    fifoThroughputLimit: highThroughput ? "perMessageGroupId" : "perQueue",
  };
}
