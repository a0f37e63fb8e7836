import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  type AlarmTopics,
  Component,
  type ComponentArgs,
  policyDocument,
  type Severity,
  type Statement,
  type Transform,
} from "../core";
import type { Key, KeyService } from "../security/key";

/** AWS services that may publish: alarms, event rules, backup vaults, and the alert manager of managed Prometheus. */
export type Publisher = Extract<KeyService, "cloudwatch" | "events" | "backup" | "prometheus">;

export interface NotificationsArgs extends ComponentArgs {
  /** Customer key of the topics, in their region. Its policy must name every one of `publishers`, or their messages are lost silently. */
  key: Key;
  /**
   * Addresses that get the messages: one list for both severities, or one per severity. AWS mails each a link, and sends nothing until it is
   * followed. Default: none; a chat or paging tool subscribes to `topics` by itself.
   */
  emails?: readonly string[] | Partial<Record<Severity, readonly string[]>>;
  /** Services that may publish. Default `["cloudwatch", "events", "backup"]`. */
  publishers?: readonly Publisher[];
  transform?: { topic?: Transform<aws.sns.TopicArgs>; policy?: Transform<aws.sns.TopicPolicyArgs> };
}

const SEVERITIES: readonly Severity[] = ["critical", "warning"];
const DEFAULT_PUBLISHERS: readonly Publisher[] = ["cloudwatch", "events", "backup"];

/**
 * Where alarms go: one SNS topic per severity, encrypted with a customer key. Only the named AWS services of this account publish, and only
 * over TLS.
 *
 *     const notifications = new Notifications("oncall", { key, emails: { critical: ["oncall@example.com"] } });
 *     new Region("payments", { alarmTopics: notifications.topics, ... });
 *
 * Cost: mails are free up to 1,000 a month, then 2 USD per 100,000. Nothing is lost when it is deleted but the confirmed subscriptions.
 */
export class Notifications extends Component {
  /** For `alarmTopics` of any component. */
  readonly topics: AlarmTopics;
  readonly criticalTopicArn: pulumi.Output<string>;
  readonly warningTopicArn: pulumi.Output<string>;
  readonly nodes: {
    readonly topics: Readonly<Record<Severity, aws.sns.Topic>>;
    readonly subscriptions: readonly aws.sns.TopicSubscription[];
  };

  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:observability:Notifications", name, args, opts);
    const publishers = args.publishers ?? DEFAULT_PUBLISHERS;
    const emails = bySeverity(args.emails);
    this.validate(args.key, publishers, emails);

    const topics = {
      critical: this.createTopic("critical", publishers, args),
      warning: this.createTopic("warning", publishers, args),
    };
    const subscriptions = SEVERITIES.flatMap((severity) =>
      emails[severity].map((address) => this.subscribe(severity, topics[severity], address)),
    );

    this.criticalTopicArn = topics.critical.arn;
    this.warningTopicArn = topics.warning.arn;
    this.topics = { critical: this.criticalTopicArn, warning: this.warningTopicArn };
    this.nodes = { topics, subscriptions };
    this.registerOutputs({ criticalTopicArn: this.criticalTopicArn, warningTopicArn: this.warningTopicArn });
  }

  private validate(key: Key, publishers: readonly Publisher[], emails: Record<Severity, readonly string[]>): void {
    this.check.atLeast("publishers", publishers, 1, "service that may publish");
    this.check.unique("publishers", publishers);
    key.requireFor(this.check, this.context.region, publishers);
    for (const severity of SEVERITIES) {
      this.check.unique(`emails.${severity}`, emails[severity]);
      emails[severity].forEach((address, index) =>
        this.check.matches(
          `emails.${severity}[${index}]`,
          address,
          /^[^\s@:]+@[^\s@:]+\.[^\s@:]+$/,
          "Give a mail address such as oncall@example.com.",
        ),
      );
    }
  }

  private createTopic(
    severity: Severity,
    publishers: readonly Publisher[],
    { key, transform }: NotificationsArgs,
  ): aws.sns.Topic {
    const topicName = this.physicalName("snsTopic", severity);
    const topic = new aws.sns.Topic(
      this.childName(severity),
      { name: topicName, displayName: `${severity} (${this.context.environment})`, kmsMasterKeyId: key.arn },
      this.childOptions({}, transform?.topic),
    );
    const arn = this.arnOf("sns", topicName);
    new aws.sns.TopicPolicy(
      this.childName(`${severity}-policy`),
      {
        arn: topic.arn,
        policy: policyDocument([
          denyPlainHttp(arn),
          ...publishers.map((publisher) => this.publishStatement(publisher, arn)),
        ]),
      },
      this.childOptions({}, transform?.policy),
    );
    return topic;
  }

  private publishStatement(publisher: Publisher, topicArn: pulumi.Output<string>): Statement {
    const statement = (sid: string, service: string, source?: pulumi.Output<string>): Statement => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sns:Publish",
      Resource: topicArn,
      ...(source && {
        Condition: {
          StringEquals: { "aws:SourceAccount": this.account },
          ArnLike: { "aws:SourceArn": source },
        },
      }),
    });
    // EventBridge supports no condition in a topic's policy, and AWS's policy for Backup has none; neither service reaches a topic of another account.
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html, https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
    switch (publisher) {
      case "cloudwatch":
        return statement("CloudWatchAlarms", "cloudwatch.amazonaws.com", this.arnOf("cloudwatch", "alarm:*"));
      case "prometheus":
        return statement("PrometheusAlerts", "aps.amazonaws.com", this.arnOf("aps", "workspace/*"));
      case "events":
        return statement("EventBridgeRules", "events.amazonaws.com");
      case "backup":
        return statement("BackupVaults", "backup.amazonaws.com");
    }
  }

  private subscribe(severity: Severity, topic: aws.sns.Topic, address: string): aws.sns.TopicSubscription {
    return new aws.sns.TopicSubscription(
      this.childName(`${severity}-${address}`),
      { topic: topic.arn, protocol: "email", endpoint: address },
      this.childOptions(),
    );
  }
}

function bySeverity(emails: NotificationsArgs["emails"] = []): Record<Severity, readonly string[]> {
  // Array.isArray does not narrow a readonly array away from the record.
  if ("length" in emails) return { critical: emails, warning: emails };
  return { critical: emails.critical ?? [], warning: emails.warning ?? [] };
}

function denyPlainHttp(topicArn: pulumi.Output<string>): Statement {
  return {
    Sid: "DenyPlainHttp",
    Effect: "Deny",
    Principal: "*",
    Action: ["sns:Publish", "sns:Subscribe"],
    Resource: topicArn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
