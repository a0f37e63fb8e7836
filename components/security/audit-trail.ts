import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, policyDocument, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { deliveryStatements } from "../data/bucket-delivery";
import { logGroup } from "../observability/log-group";
import type { Key } from "./key";
import { TRAIL_WATCHES } from "./trail-watches";

/** Data events that a trail can record, beside every management event. */
export type DataEvents = "s3" | "lambda";

export interface AuditTrailArgs extends ComponentArgs {
  /** Customer key, in the trail's own region; its policy must name the `cloudtrail` and `logs` services. */
  key: Key;
  /**
   * Days that the files can not be deleted or changed by anyone. Default 365, as PCI DSS 10.5.1 asks for twelve months and production
   * takes no less; in development 30. The files expire 30 days later.
   */
  retentionInDays?: number;
  /** Reads and writes of S3 objects, and calls of Lambda functions; 0.10 USD for 100,000 events. Default: both. */
  dataEvents?: readonly DataEvents[];
  /** Where S3 access logs of the trail's bucket go. Default: like those of any bucket. */
  accessLogs?: Bucket;
  transform?: { trail?: Transform<aws.cloudtrail.TrailArgs> };
}

const RESOURCE_TYPES: Readonly<Record<DataEvents, string>> = { s3: "AWS::S3::Object", lambda: "AWS::Lambda::Function" };
const EXPIRES_AFTER_LOCK_DAYS = 30;
const TWELVE_MONTHS_DAYS = 365;

/**
 * The account's CloudTrail: every management event of every region, and data events, in a bucket that nobody can rewrite and in
 * CloudWatch Logs, where {@link TRAIL_WATCHES} each set off an alarm. Files are validated by digest and encrypted with the customer key.
 *
 *     const trail = new AuditTrail("trail", { key });
 *
 * CloudTrail also looks for unusual numbers of calls and of errors (Insights, 0.35 USD for 100,000 management events and each of the two).
 *
 * One per account: a second trail records everything twice and costs 2 USD for 100,000 events. Data loss: in production the files
 * are locked in COMPLIANCE mode, so the bucket can not be deleted before they expire, not even by the root user.
 */
export class AuditTrail extends Component {
  readonly arn: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  readonly nodes: {
    readonly trail: aws.cloudtrail.Trail;
    readonly bucket: Bucket;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly role: aws.iam.Role;
  };
  private readonly trailName: string;

  constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:security:AuditTrail", name, args, opts);
    const retention = args.retentionInDays ?? (this.production ? TWELVE_MONTHS_DAYS : 30);
    this.validate(args, retention);
    this.trailName = this.physicalName("cloudTrail");
    // Built from the name: bucket and key name the trail before it exists.
    this.arn = this.arnOf("cloudtrail", `trail/${this.trailName}`);

    const bucket = this.createBucket(args, retention);
    const logs = logGroup(this, "events", { keyArn: args.key.arn });
    const role = this.createRole();
    const rolePolicy = this.letWrite(role, logs);
    const trail = this.createTrail(args, bucket, logs, role, rolePolicy);
    this.watch(logs);

    this.bucketName = bucket.bucketName;
    this.logGroupName = logs.name;
    this.nodes = { trail, bucket, logGroup: logs, role };
    this.registerOutputs({ arn: this.arn, bucketName: this.bucketName, logGroupName: this.logGroupName });
  }

  private validate(args: AuditTrailArgs, retention: number): void {
    this.check.integer("retentionInDays", retention, this.production ? TWELVE_MONTHS_DAYS : 1, 3650, "of days");
    this.check.unique("dataEvents", args.dataEvents ?? []);
    args.key.requireFor(this.check, this.context.region, ["cloudtrail", "logs"]);
  }

  private createBucket(args: AuditTrailArgs, retention: number): Bucket {
    return new Bucket(
      this.childName("files"),
      {
        key: args.key,
        accessLogs: args.accessLogs,
        // In development a bypass is allowed, so that the stack can be destroyed.
        objectLock: { mode: this.production ? "COMPLIANCE" : "GOVERNANCE", days: retention },
        expirationInDays: retention + EXPIRES_AFTER_LOCK_DAYS,
        policyStatements: (bucketArn) => this.deliveryStatements(bucketArn),
      },
      { parent: this },
    );
  }

  private deliveryStatements(bucketArn: pulumi.Output<string>): Statement[] {
    return deliveryStatements(bucketArn, {
      service: "cloudtrail.amazonaws.com",
      sid: "CloudTrail",
      source: { StringEquals: { "aws:SourceArn": this.arn } },
      objects: pulumi.interpolate`AWSLogs/${this.account}/*`,
    });
  }

  private createRole(): aws.iam.Role {
    return new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole", `role-${this.context.region}`),
        description: `Lets CloudTrail write ${this.trailName} to CloudWatch Logs`,
        // CloudTrail sends neither aws:SourceArn nor aws:SourceAccount when it assumes this role, so it can hold no condition on them:
        // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
        assumeRolePolicy: policyDocument([
          { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "sts:AssumeRole" },
        ]),
      },
      this.childOptions(),
    );
  }

  private letWrite(role: aws.iam.Role, logs: aws.cloudwatch.LogGroup): aws.iam.RolePolicy {
    // CloudTrail names its streams <account>_CloudTrail_<region>, with a number after it when there are several.
    const streams = pulumi.interpolate`${logs.arn}:log-stream:${this.account}_CloudTrail_*`;
    return new aws.iam.RolePolicy(
      this.childName("role-policy"),
      {
        role: role.name,
        policy: policyDocument([
          { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: streams },
        ]),
      },
      this.childOptions(),
    );
  }

  private createTrail(
    args: AuditTrailArgs,
    bucket: Bucket,
    logs: aws.cloudwatch.LogGroup,
    role: aws.iam.Role,
    rolePolicy: aws.iam.RolePolicy,
  ): aws.cloudtrail.Trail {
    return new aws.cloudtrail.Trail(
      this.childName("trail"),
      {
        name: this.trailName,
        s3BucketName: bucket.bucketName,
        kmsKeyId: args.key.arn,
        enableLogging: true,
        enableLogFileValidation: true,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        cloudWatchLogsGroupArn: pulumi.interpolate`${logs.arn}:*`,
        cloudWatchLogsRoleArn: role.arn,
        advancedEventSelectors: [
          { name: "Management events", fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] },
          ...(args.dataEvents ?? ["s3", "lambda"]).map((kind) => this.dataSelector(kind, bucket)),
        ],
        insightSelectors: [{ insightType: "ApiCallRateInsight" }, { insightType: "ApiErrorRateInsight" }],
      },
      this.statefulOptions({ dependsOn: [bucket.nodes.policy, rolePolicy] }, args.transform?.trail),
    );
  }

  private dataSelector(kind: DataEvents, bucket: Bucket): aws.types.input.cloudtrail.TrailAdvancedEventSelector {
    return {
      name: `Data events of ${kind}`,
      fieldSelectors: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: [RESOURCE_TYPES[kind]] },
        // Each file written would be an event in the next file.
        ...(kind === "s3"
          ? [{ field: "resources.ARN", notStartsWiths: [pulumi.interpolate`${bucket.arn}/AWSLogs/`] }]
          : []),
      ],
    };
  }

  private watch(logs: aws.cloudwatch.LogGroup): void {
    const namespace = `Palisade/${this.trailName}`;
    for (const [suffix, { pattern, severity, threshold, description }] of Object.entries(TRAIL_WATCHES)) {
      new aws.cloudwatch.LogMetricFilter(
        this.childName(`${suffix}-filter`),
        { logGroupName: logs.name, pattern, metricTransformation: { name: suffix, namespace, value: "1" } },
        this.childOptions(),
      );
      this.alarm(suffix, {
        severity,
        description,
        metric: { namespace, name: suffix, dimensions: {}, statistic: "Sum", period: 300 },
        comparison: "GreaterThanOrEqualToThreshold",
        threshold,
        evaluationPeriods: 1,
      });
    }
  }
}
