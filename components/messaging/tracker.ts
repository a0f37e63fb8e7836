import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Function } from "../compute/function";
import { Component, type ComponentArgs, type Grantee, grant, jsonDocument, type Transform } from "../core";
import type { Key } from "../security/key";
import { eventDeliveryStatement, setAsideQueue } from "./queue-policy";

export const POSITION_FILTERS = ["AccuracyBased", "DistanceBased", "TimeBased"] as const;
export type PositionFilter = (typeof POSITION_FILTERS)[number];

export interface TrackerArgs extends ComponentArgs {
  /** Customer key of positions, fences and undelivered events; its services must include `events`. It cannot be changed later. */
  key: Key;
  /**
   * Which positions are kept and held against the fences, the others cost less and are dropped. `AccuracyBased` (default): a move of more
   * than the measurement's own error; `DistanceBased`: of more than 30 m; `TimeBased`: one in 30 seconds.
   */
  positionFiltering?: PositionFilter;
  transform?: {
    tracker?: Transform<aws.location.TrackerArgs>;
    collection?: Transform<aws.location.GeofenceCollectionArgs>;
  };
}

export const CROSSINGS = ["ENTER", "EXIT"] as const;
export type Crossing = (typeof CROSSINGS)[number];

export interface ProximityArgs {
  /** Default both: into a fence, and out of it. */
  crossings?: readonly Crossing[];
  /**
   * Seconds after which an event that could not be delivered is set aside, 60-86400. Default 900: who was near a quarter of an hour ago is
   * not any more.
   */
  maximumAgeSeconds?: number;
}

/** Who is told of crossings. */
export interface Proximity {
  readonly rule: aws.cloudwatch.EventRule;
  readonly target: aws.cloudwatch.EventTarget;
  /** Events that could not be delivered, for 14 days. */
  readonly undelivered: aws.sqs.Queue;
}

const READ_POSITIONS = [
  "geo:BatchGetDevicePosition",
  "geo:GetDevicePosition",
  "geo:GetDevicePositionHistory",
  "geo:ListDevicePositions",
];

/**
 * Where devices are, and which fences they cross (Amazon Location): a tracker and a geofence collection, both encrypted with the customer
 * key, and events to functions when a device enters or leaves a fence.
 *
 *     const tracker = new Tracker("nearby", { key });
 *     tracker.grantUpdatePositions(usersDomain);
 *     tracker.grantPutGeofences(notifier);
 *     tracker.onProximity("notifier", notifier);
 *
 * The function gets EventBridge's event (`detail.EventType`, `DeviceId`, `GeofenceId`, `Position`). Every device has to be told of by an id
 * that says nothing of who carries it: ids are encrypted with AWS's key, positions with the customer's. Crossings reach EventBridge
 * whatever the tracker's own setting for position updates, which stays off.
 *
 * Alarms, for each function: crossings that did not reach it (warning), crossings that were lost (critical). Cost: about 0.05 USD for each
 * 1,000 positions kept, and again for each 1,000 held against the fences. Data loss: AWS keeps positions for 30 days; fences go with the
 * collection, which is protected in production.
 */
export class Tracker extends Component {
  readonly trackerName: string;
  /** Known before it exists, as `collectionArn` is. */
  readonly trackerArn: pulumi.Output<string>;
  readonly collectionName: string;
  readonly collectionArn: pulumi.Output<string>;
  /** By consumer. */
  readonly proximities = new Map<string, Proximity>();
  readonly nodes: {
    readonly tracker: aws.location.Tracker;
    readonly collection: aws.location.GeofenceCollection;
  };
  private readonly key: Key;

  constructor(name: string, args: TrackerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:messaging:Tracker", name, args, opts);
    args.key.requireFor(this.check, this.context.region, ["events"]);
    const positionFiltering = args.positionFiltering ?? "AccuracyBased";
    this.check.oneOf("positionFiltering", positionFiltering, POSITION_FILTERS);
    this.trackerName = this.physicalName("location");
    this.collectionName = this.physicalName("location", "fences");
    this.trackerArn = this.arnOf("geo", `tracker/${this.trackerName}`);
    this.collectionArn = this.arnOf("geo", `geofence-collection/${this.collectionName}`);

    const tracker = new aws.location.Tracker(
      this.childName("tracker"),
      {
        trackerName: this.trackerName,
        description: `Positions of ${this.identity}`,
        kmsKeyId: args.key.arn,
        positionFiltering,
      },
      this.statefulOptions({}, args.transform?.tracker),
    );
    const collection = new aws.location.GeofenceCollection(
      this.childName("fences"),
      { collectionName: this.collectionName, description: `Fences of ${this.identity}`, kmsKeyId: args.key.arn },
      this.statefulOptions({}, args.transform?.collection),
    );
    new aws.location.TrackerAssociation(
      this.childName("association"),
      { trackerName: tracker.trackerName, consumerArn: collection.collectionArn },
      this.childOptions(),
    );

    this.key = args.key;
    this.nodes = { tracker, collection };
    this.registerOutputs({
      trackerName: this.trackerName,
      trackerArn: this.trackerArn,
      collectionName: this.collectionName,
      collectionArn: this.collectionArn,
    });
  }

  /** Lets `grantee` tell where devices are. */
  grantUpdatePositions(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("update-positions", grantee, ["geo:BatchUpdateDevicePosition"], this.trackerArn);
  }

  /** Lets `grantee` ask where devices are, and were in the last 30 days. */
  grantReadPositions(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("read-positions", grantee, READ_POSITIONS, this.trackerArn);
  }

  /** Lets `grantee` delete what is known of where devices were: for people who ask to be forgotten. */
  grantForgetPositions(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("forget-positions", grantee, ["geo:BatchDeleteDevicePositionHistory"], this.trackerArn);
  }

  /** Lets `grantee` put up, move and take down fences. */
  grantPutGeofences(grantee: Grantee): aws.iam.RolePolicy {
    const actions = ["geo:BatchDeleteGeofence", "geo:BatchPutGeofence", "geo:PutGeofence"];
    return this.allow("put-geofences", grantee, actions, this.collectionArn);
  }

  /** Lets `grantee` see the fences. */
  grantReadGeofences(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("read-geofences", grantee, ["geo:GetGeofence", "geo:ListGeofences"], this.collectionArn);
  }

  /** Calls `fn` when a device enters or leaves a fence. `consumer` names the rule, and the queue of what could not be delivered. */
  onProximity(consumer: string, fn: Function, options: ProximityArgs = {}): Proximity {
    const crossings = options.crossings ?? CROSSINGS;
    const maximumAge = options.maximumAgeSeconds ?? 900;
    this.check.matches("consumer", consumer, /^[a-z][a-z0-9-]*$/, "Use lower-case letters, digits and hyphens.");
    this.check.that(
      !this.proximities.has(consumer),
      "consumer",
      consumer,
      "It is told already: name all crossings there.",
    );
    this.check.atLeast("crossings", crossings, 1, "kind of crossing");
    this.check.unique("crossings", crossings);
    for (const crossing of crossings) this.check.oneOf("crossings", crossing, CROSSINGS);
    this.check.integer("maximumAgeSeconds", maximumAge, 60, 86_400, "of seconds");

    const ruleName = this.physicalName("eventRule", consumer);
    const rule = this.createRule(consumer, ruleName, crossings);
    const undelivered = this.createUndelivered(consumer, ruleName);
    const permission = fn.permit(`${this.identity}-${consumer}`, "events.amazonaws.com", rule.arn);
    const target = new aws.cloudwatch.EventTarget(
      this.childName(`${consumer}-target`),
      {
        rule: rule.name,
        targetId: "function",
        arn: fn.nodes.alias.arn,
        deadLetterConfig: { arn: undelivered.arn },
        retryPolicy: { maximumEventAgeInSeconds: maximumAge, maximumRetryAttempts: 185 },
      },
      this.childOptions({ dependsOn: [permission] }),
    );
    const proximity = { rule, target, undelivered };
    this.proximities.set(consumer, proximity);
    return proximity;
  }

  private createRule(consumer: string, name: string, crossings: readonly Crossing[]): aws.cloudwatch.EventRule {
    return new aws.cloudwatch.EventRule(
      this.childName(`${consumer}-rule`),
      {
        name,
        description: `Crossings of fences for ${consumer}`,
        eventPattern: jsonDocument({
          source: ["aws.geo"],
          "detail-type": ["Location Geofence Event"],
          // The collection's ARN stands beside it, and alone where somebody holds a position against the fences that is not this tracker's.
          resources: [this.trackerArn],
          detail: { EventType: [...crossings] },
        }),
        state: "ENABLED",
      },
      this.childOptions(),
    );
  }

  private createUndelivered(consumer: string, ruleName: string): aws.sqs.Queue {
    const name = this.physicalName("sqsQueue", `${consumer}-undelivered`);
    const arn = this.arnOf("sqs", name);
    this.alarm(`${consumer}-undelivered`, {
      severity: "warning",
      description: `Crossings of fences that did not reach ${consumer} wait in ${name}, at most 14 days. Their attributes name the error.`,
      metric: {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: name },
        statistic: "Maximum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
    this.alarm(`${consumer}-lost`, {
      severity: "critical",
      description: `A crossing for ${consumer} could neither be delivered nor set aside, and is lost. Look at the policy and key of ${name}.`,
      metric: {
        namespace: "AWS/Events",
        name: "InvocationsFailedToBeSentToDlq",
        dimensions: { RuleName: ruleName },
        statistic: "Sum",
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
    return setAsideQueue(this, `${consumer}-undelivered`, {
      name,
      arn,
      key: this.key,
      statements: [eventDeliveryStatement(arn, this.arnOf("events", `rule/${ruleName}`))],
    });
  }

  private allow(
    access: string,
    grantee: Grantee,
    actions: readonly string[],
    resource: pulumi.Output<string>,
  ): aws.iam.RolePolicy {
    return grant(this, this.name, access, grantee, [{ Effect: "Allow", Action: [...actions], Resource: resource }]);
  }
}
