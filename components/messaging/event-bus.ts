import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, type Transform } from "../core";
import type { Key } from "../security/key";
import { Queue, type QueueArgs } from "./queue";
import { eventDeliveryStatement, setAsideQueue } from "./queue-policy";

/** A JSON schema of draft 4, the one that EventBridge's registry takes. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What one kind of event says. */
export interface EventContract {
  /** What the event tells, in one sentence; at most 256 characters. */
  description: string;
  /** Schema of the event's `detail`. */
  detail: JsonSchema;
}

/** How long EventBridge goes on trying to hand an event to a consumer's queue. */
export interface DeliveryRetry {
  /** Seconds, 60-86400. Default 86400. */
  maximumAgeSeconds?: number;
  /** 0-185. Default 185. */
  attempts?: number;
}

export interface EventBusArgs extends ComponentArgs {
  /**
   * Customer key of the bus, its rules, and every queue behind it; its services must include `events`. With one, EventBridge discovers no schemas by
   * itself: the contracts say them (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html).
   */
  key: Key;
  /** The `source` of every event, e.g. `acme.credit-score`. Publishers may give no other, and it must not begin with `aws.`. */
  source: string;
  /** Kind of event (`detail-type`) -> its contract, kept in a schema registry. Nobody can publish or subscribe to another kind. */
  contracts: Readonly<Record<string, EventContract>>;
  transform?: {
    bus?: Transform<aws.cloudwatch.EventBusArgs>;
    registry?: Transform<aws.schemas.RegistryArgs>;
    undelivered?: Transform<aws.sqs.QueueArgs>;
  };
}

export interface SubscriptionArgs {
  /** Kinds of event that the consumer gets. */
  detailTypes: readonly string[];
  /** The consumer's queue, with its dead-letter queue. Default: as `Queue` has it, with the bus's key. */
  queue?: Omit<QueueArgs, "key" | "policyStatements" | "fifo">;
  retry?: DeliveryRetry;
}

/** One consumer's share of the events. */
export interface Subscription {
  readonly queue: Queue;
  readonly rule: aws.cloudwatch.EventRule;
  readonly target: aws.cloudwatch.EventTarget;
}

const DRAFT_4 = "http://json-schema.org/draft-04/schema#";
/** https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html */
const SCHEMA_CHARACTERS = 100_000;

/**
 * An EventBridge bus between services: every kind of event has a contract in a schema registry, every consumer a queue and a dead-letter queue of its own, so
 * that a consumer which is slow or down loses nothing and holds nobody up.
 *
 *     const bus = new EventBus("score-bus", { key, source: "acme.credit-score", contracts: { ScoreRequested: { description, detail } } });
 *     const { queue } = bus.subscribe("calculation", { detailTypes: ["ScoreRequested"] });
 *     bus.grantPublish(api, ["ScoreRequested"]);
 *     queue.grantConsume(calculation);
 *
 * The contracts are for those who build the services: EventBridge routes by `detail-type` and does not look into `detail`. Publishers and consumers validate
 * against the registry's document. An event that the key, a policy or an outage keeps from a queue goes to one queue of undelivered events, with
 * the rule and the error among its attributes; the bus writes no log, since with a customer key the `error` of a record is encrypted as well.
 *
 * Alarms: undelivered events wait (critical), an event was lost because it could not even be set aside (critical), a delivery has failed (warning); those of each
 * consumer's queue. Cost: 1 USD a million events (64 KiB each), 0.40 USD a million messages for each consumer, 0.20 USD a month for each consumer's alarms. Data
 * loss: an event lives in queues alone; the bus keeps no archive.
 */
export class EventBus extends Component {
  readonly busName: string;
  readonly arn: pulumi.Output<string>;
  readonly source: string;
  readonly registryName: string;
  readonly undeliveredUrl: pulumi.Output<string>;
  readonly undeliveredArn: pulumi.Output<string>;
  /** By consumer. */
  readonly subscriptions = new Map<string, Subscription>();
  readonly nodes: {
    readonly bus: aws.cloudwatch.EventBus;
    readonly registry: aws.schemas.Registry;
    /** By kind of event. */
    readonly schemas: Readonly<Record<string, aws.schemas.Schema>>;
    readonly undelivered: aws.sqs.Queue;
  };
  private readonly key: Key;
  private readonly detailTypes: readonly string[];

  constructor(name: string, args: EventBusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:messaging:EventBus", name, args, opts);
    this.validate(args);
    this.key = args.key;
    this.source = args.source;
    this.detailTypes = Object.keys(args.contracts);
    this.busName = this.physicalName("eventBus");
    this.registryName = this.physicalName("schemaRegistry");
    const undeliveredName = this.physicalName("sqsQueue", "undelivered");
    // Built from the names: policies that hold them are known before anything exists.
    this.arn = this.arnOf("events", `event-bus/${this.busName}`);
    this.undeliveredArn = this.arnOf("sqs", undeliveredName);

    const undelivered = this.createUndelivered(args, undeliveredName);
    const bus = this.createBus(args, undelivered);
    const registry = this.createRegistry(args);
    const schemas = this.createSchemas(args.contracts, registry);
    this.undeliveredUrl = undelivered.url;
    this.createAlarms(undeliveredName);

    this.nodes = { bus, registry, schemas, undelivered };
    this.registerOutputs({
      arn: this.arn,
      busName: this.busName,
      registryName: this.registryName,
      undeliveredUrl: this.undeliveredUrl,
    });
  }

  /** Gives `consumer` a queue of its own with the events of these kinds. Let it receive with `queue.grantConsume`. */
  subscribe(consumer: string, args: SubscriptionArgs): Subscription {
    this.validateSubscription(consumer, args);
    const ruleName = this.physicalName("eventRule", consumer);
    const ruleArn = this.arnOf("events", `rule/${this.busName}/${ruleName}`);
    const queue = new Queue(
      this.childName(consumer),
      { ...args.queue, key: this.key, policyStatements: (queueArn) => [eventDeliveryStatement(queueArn, ruleArn)] },
      { parent: this },
    );
    const rule = new aws.cloudwatch.EventRule(
      this.childName(`${consumer}-rule`),
      {
        name: ruleName,
        description: `Events for ${consumer}`,
        eventBusName: this.nodes.bus.name,
        eventPattern: JSON.stringify({ source: [this.source], "detail-type": [...args.detailTypes] }),
        state: "ENABLED",
      },
      this.childOptions(),
    );
    const target = new aws.cloudwatch.EventTarget(
      this.childName(`${consumer}-target`),
      {
        rule: rule.name,
        eventBusName: this.nodes.bus.name,
        targetId: "queue",
        arn: queue.arn,
        deadLetterConfig: { arn: this.undeliveredArn },
        retryPolicy: {
          maximumEventAgeInSeconds: args.retry?.maximumAgeSeconds ?? 86_400,
          maximumRetryAttempts: args.retry?.attempts ?? 185,
        },
      },
      // The ARNs alone make no dependency, and an event that is delivered before the queue stands is lost.
      this.childOptions({ dependsOn: [queue.nodes.queue, this.nodes.undelivered] }),
    );
    this.watch(consumer, ruleName);
    const subscription = { queue, rule, target };
    this.subscriptions.set(consumer, subscription);
    return subscription;
  }

  /** Lets `grantee` publish events of these kinds, from the bus's source only. */
  grantPublish(grantee: Grantee, detailTypes: readonly string[]): aws.iam.RolePolicy {
    this.checkKinds("detailTypes", detailTypes);
    return grant(this, this.name, "publish", grantee, [
      {
        Effect: "Allow",
        Action: "events:PutEvents",
        Resource: this.arn,
        Condition: {
          // One call carries several events, so both keys have several values; without the second test, a call without any would pass the first.
          "ForAllValues:StringEquals": { "events:source": this.source, "events:detail-type": [...detailTypes] },
          Null: { "events:source": "false", "events:detail-type": "false" },
        },
      },
    ]);
  }

  private validate(args: EventBusArgs): void {
    args.key.requireFor(this.check, this.context.region, ["events"]);
    this.check.matches(
      "source",
      args.source,
      /^(?!aws\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,255}$/,
      "Use letters, digits and . _ / -, e.g. acme.orders; AWS keeps what begins with `aws.` for itself.",
    );
    this.check.atLeast("contracts", args.contracts, 1, "kind of event");
    for (const [kind, { description, detail }] of Object.entries(args.contracts)) {
      this.check.matches(
        "contracts",
        kind,
        /^[A-Za-z][A-Za-z0-9]{0,127}$/,
        "Name kinds of event with up to 128 letters and digits, e.g. OrderPlaced.",
      );
      this.check.that(
        description.length > 0 && description.length <= 256,
        `contracts.${kind}.description`,
        description,
        "Say in 1 to 256 characters what the event tells.",
      );
      this.check.that(
        detail.type === "object",
        `contracts.${kind}.detail.type`,
        detail.type,
        'An event\'s detail is a JSON object: give a schema with type: "object".',
      );
      const { length } = schemaText(kind, detail);
      this.check.that(
        length <= SCHEMA_CHARACTERS,
        `contracts.${kind}.detail`,
        length,
        `A schema has at most ${SCHEMA_CHARACTERS} characters.`,
      );
    }
  }

  private validateSubscription(consumer: string, { detailTypes, retry }: SubscriptionArgs): void {
    this.check.matches(
      "consumer",
      consumer,
      /^[a-z][a-z0-9-]*$/,
      "Name consumers with lower-case letters, digits and hyphens.",
    );
    this.check.that(
      !this.subscriptions.has(consumer),
      "consumer",
      consumer,
      "It has a queue already: give all its kinds of event there.",
    );
    const at = `subscriptions.${consumer}`;
    this.checkKinds(`${at}.detailTypes`, detailTypes);
    this.check.integer(`${at}.retry.maximumAgeSeconds`, retry?.maximumAgeSeconds ?? 86_400, 60, 86_400, "of seconds");
    this.check.integer(`${at}.retry.attempts`, retry?.attempts ?? 185, 0, 185);
  }

  private checkKinds(argument: string, detailTypes: readonly string[]): void {
    this.check.atLeast(argument, detailTypes, 1, "kind of event");
    this.check.unique(argument, detailTypes);
    for (const kind of detailTypes) this.check.oneOf(argument, kind, this.detailTypes);
  }

  private createBus(args: EventBusArgs, undelivered: aws.sqs.Queue): aws.cloudwatch.EventBus {
    return new aws.cloudwatch.EventBus(
      this.childName("bus"),
      {
        name: this.busName,
        description: `Events of ${args.source}`,
        kmsKeyIdentifier: args.key.arn,
        // What can not be encrypted or decrypted; targets name the same queue for what can not be delivered.
        deadLetterConfig: { arn: undelivered.arn },
      },
      this.childOptions({}, args.transform?.bus),
    );
  }

  private createUndelivered(args: EventBusArgs, name: string): aws.sqs.Queue {
    return setAsideQueue(this, "undelivered", {
      name,
      arn: this.undeliveredArn,
      key: args.key,
      statements: [
        eventDeliveryStatement(this.undeliveredArn, [this.arn, this.arnOf("events", `rule/${this.busName}/*`)]),
      ],
      transform: args.transform?.undelivered,
    });
  }

  private createRegistry(args: EventBusArgs): aws.schemas.Registry {
    return new aws.schemas.Registry(
      this.childName("registry"),
      { name: this.registryName, description: `Contracts of ${args.source}` },
      this.childOptions({}, args.transform?.registry),
    );
  }

  private createSchemas(
    contracts: EventBusArgs["contracts"],
    registry: aws.schemas.Registry,
  ): Record<string, aws.schemas.Schema> {
    const create = (kind: string, { description, detail }: EventContract) =>
      new aws.schemas.Schema(
        this.childName(`schema-${kind}`),
        {
          registryName: registry.name,
          // As EventBridge names the schemas that it discovers: `<source>@<kind>`.
          name: `${this.source.replace(/\//g, "-")}@${kind}`,
          description,
          type: "JSONSchemaDraft4",
          content: schemaText(kind, detail),
        },
        this.childOptions(),
      );
    return Object.fromEntries(Object.entries(contracts).map(([kind, contract]) => [kind, create(kind, contract)]));
  }

  private createAlarms(undeliveredName: string): void {
    this.alarm("undelivered-not-empty", {
      severity: "critical",
      description: `Events that reached no consumer wait in ${undeliveredName}, at most 14 days. Their attributes name the rule and the error: look at the key's and the queues' policies.`,
      metric: {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: undeliveredName },
        statistic: "Maximum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
  }

  private watch(consumer: string, ruleName: string): void {
    const dimensions = { EventBusName: this.busName, RuleName: ruleName };
    this.alarm(`${consumer}-failed`, {
      severity: "warning",
      description: `EventBridge has given up delivering an event to ${consumer}. It waits among the undelivered events.`,
      metric: { namespace: "AWS/Events", name: "FailedInvocations", dimensions, statistic: "Sum" },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
    this.alarm(`${consumer}-lost`, {
      severity: "critical",
      description: `An event for ${consumer} could neither be delivered nor set aside, and is lost. Look at the policy and key of the queue of undelivered events.`,
      metric: { namespace: "AWS/Events", name: "InvocationsFailedToBeSentToDlq", dimensions, statistic: "Sum" },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
  }
}

function schemaText(kind: string, detail: JsonSchema): string {
  return JSON.stringify({ $schema: DRAFT_4, title: kind, ...detail });
}
