import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, policyDocument } from "../core";
import type { Bucket } from "../data/bucket";
import { AuditTrail, type DataEvents } from "./audit-trail";
import { PASSWORD_RULES } from "./config-rules";
import { Key } from "./key";

/** `create` makes it here; `existing` means that an organization or another stack has it, and nothing is made. */
export type BaselinePart = "create" | "existing";

export interface AccountBaselineArgs extends ComponentArgs {
  /** Customer key of the trail; its policy must name `cloudtrail` and `logs`. Default: one of its own, where a trail is created. */
  key?: Key;
  /** CloudTrail over all regions, with its alarms. Default `create`. */
  trail?: BaselinePart;
  /** Days that the trail's files are locked. Default 365, in development 30. */
  retentionInDays?: number;
  /** Data events that the trail records. Default S3 and Lambda. */
  dataEvents?: readonly DataEvents[];
  /** Where S3 access logs of the trail's bucket go. Default: like those of any bucket. */
  accessLogs?: Bucket;
  /** Password rules for IAM users (PCI DSS 8.3.6, 8.3.7, 8.3.9). Default `create`. */
  passwordPolicy?: BaselinePart;
  /** Refuses public access to every bucket of the account, whatever a bucket says. Default `create`. */
  publicAccessBlock?: BaselinePart;
  /**
   * AWS Config's service-linked role `AWSServiceRoleForConfig`, with which every region records. Default `create`; AWS refuses a second one, so
   * say `existing` where Config was ever switched on in the account.
   */
  configRole?: BaselinePart;
  /**
   * A role for whoever handles incidents with AWS Support (PCI DSS 12.10.3): people of IAM Identity Center whose permission set lets them assume it. Default
   * `create`.
   */
  supportRole?: BaselinePart;
}

/**
 * What an account needs once: CloudTrail, a password policy, a block on public buckets, the role of AWS Config, and one for incidents with AWS Support. What each region needs is
 * {@link RegionalBaseline}. Its own region is the trail's home, and the one that records IAM.
 *
 *     const account = new AccountBaseline("account");
 *     new RegionalBaseline("euw1-baseline", { account }, { parent: region });
 *
 * Cost: the first copy of management events is free; data events, CloudWatch Logs (0.50 USD a GB) and 15 alarms (1.50 USD a month) are not.
 * Data loss: see {@link AuditTrail}; deleting the password policy falls back to AWS's weaker one.
 */
export class AccountBaseline extends Component {
  /** Undefined where the trail is somebody else's. */
  readonly trailArn: pulumi.Output<string> | undefined;
  readonly trailBucketName: pulumi.Output<string> | undefined;
  readonly nodes: {
    readonly trail?: AuditTrail;
    readonly passwordPolicy?: aws.iam.AccountPasswordPolicy;
    readonly publicAccessBlock?: aws.s3.AccountPublicAccessBlock;
    readonly configRole?: aws.iam.ServiceLinkedRole;
    readonly supportRole?: aws.iam.Role;
  };

  constructor(name: string, args: AccountBaselineArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:security:AccountBaseline", name, args, opts);
    const creates = (part: BaselinePart | undefined): boolean => (part ?? "create") === "create";
    for (const argument of ["key", "retentionInDays", "dataEvents", "accessLogs"] as const) {
      this.check.that(
        creates(args.trail) || args[argument] === undefined,
        argument,
        args[argument] instanceof Component ? args[argument].name : args[argument],
        "The trail is `existing`, so this would do nothing. Remove it, or let the trail be created.",
      );
    }

    this.nodes = {
      trail: creates(args.trail) ? this.createTrail(args) : undefined,
      passwordPolicy: creates(args.passwordPolicy) ? this.createPasswordPolicy() : undefined,
      publicAccessBlock: creates(args.publicAccessBlock) ? this.createPublicAccessBlock() : undefined,
      configRole: creates(args.configRole) ? this.createConfigRole() : undefined,
      supportRole: creates(args.supportRole) ? this.createSupportRole() : undefined,
    };
    this.trailArn = this.nodes.trail?.arn;
    this.trailBucketName = this.nodes.trail?.bucketName;
    this.registerOutputs({
      trailArn: this.trailArn,
      trailBucketName: this.trailBucketName,
      // What another stack declares, as the policy pack's rules on baselines read it.
      existing: Object.entries(args).flatMap(([part, state]) => (state === "existing" ? [part] : [])),
    });
  }

  private createTrail({ key, retentionInDays, dataEvents, accessLogs }: AccountBaselineArgs): AuditTrail {
    const own = (): Key =>
      new Key(
        this.childName("key"),
        { description: "CloudTrail's files and events", services: ["cloudtrail", "logs"] },
        { parent: this },
      );
    return new AuditTrail(
      this.childName("trail"),
      { key: key ?? own(), retentionInDays, dataEvents, accessLogs },
      { parent: this },
    );
  }

  private createPasswordPolicy(): aws.iam.AccountPasswordPolicy {
    return new aws.iam.AccountPasswordPolicy(
      this.childName("password-policy"),
      {
        minimumPasswordLength: PASSWORD_RULES.length,
        maxPasswordAge: PASSWORD_RULES.maxAgeDays,
        passwordReusePrevention: PASSWORD_RULES.remembered,
        requireLowercaseCharacters: true,
        requireUppercaseCharacters: true,
        requireNumbers: true,
        requireSymbols: true,
        allowUsersToChangePassword: true,
        hardExpiry: false,
      },
      this.childOptions(),
    );
  }

  private createPublicAccessBlock(): aws.s3.AccountPublicAccessBlock {
    return new aws.s3.AccountPublicAccessBlock(
      this.childName("public-access"),
      { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      this.childOptions(),
    );
  }

  private createConfigRole(): aws.iam.ServiceLinkedRole {
    return new aws.iam.ServiceLinkedRole(
      this.childName("config-role"),
      { awsServiceName: "config.amazonaws.com" },
      this.childOptions(),
    );
  }

  private createSupportRole(): aws.iam.Role {
    const { id } = this.context.partition;
    const people = pulumi.interpolate`arn:${id}:iam::${this.account}:role/aws-reserved/sso.amazonaws.com/*`;
    const role = new aws.iam.Role(
      this.childName("support"),
      {
        name: this.physicalName("iamRole", "support"),
        description: "Handles incidents with AWS Support",
        assumeRolePolicy: policyDocument([
          {
            Effect: "Allow",
            Principal: { AWS: pulumi.interpolate`arn:${id}:iam::${this.account}:root` },
            Action: "sts:AssumeRole",
            Condition: { ArnLike: { "aws:PrincipalArn": people } },
          },
        ]),
      },
      this.childOptions(),
    );
    new aws.iam.RolePolicyAttachment(
      this.childName("support-access"),
      { role: role.name, policyArn: `arn:${id}:iam::aws:policy/AWSSupportAccess` },
      this.childOptions(),
    );
    return role;
  }
}
