import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type ArgumentCheck,
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  policyDocument,
  type Statement,
  type Transform,
} from "../core";

/** AWS services that must be named in a key's policy before they can use it; the others act with the caller's own permissions. */
export type KeyService =
  /** CloudWatch Logs, for every log group of this account and region. */
  | "logs"
  /** CloudWatch alarms that publish to an encrypted SNS topic. */
  | "cloudwatch"
  /** EventBridge rules that target an encrypted queue or topic. */
  | "events"
  /** AWS Backup vaults that publish to an encrypted SNS topic. */
  | "backup"
  /** The alert manager of a managed Prometheus workspace that publishes to an encrypted SNS topic. */
  | "prometheus"
  /** Log delivery (VPC flow logs, NLB access logs, WAF) into an encrypted S3 bucket. */
  | "log-delivery"
  /** CloudTrail, for every trail of this account. */
  | "cloudtrail"
  /** AWS Config's delivery channel. */
  | "config"
  /** CloudFront origin access control in front of an encrypted S3 bucket, for every distribution of this account. */
  | "cloudfront"
  /** The ephemeral storage of Fargate tasks, for every ECS cluster of this account. It takes no multi-Region key. */
  | "fargate"
  /** Auto Scaling, which launches machines whose disks it encrypts, such as Kubernetes nodes. */
  | "autoscaling";

export interface KeyArgs extends ComponentArgs {
  /** What the key protects, shown in the KMS console. */
  description: string;
  /** Services that use it on their own behalf. Default: none. */
  services?: readonly KeyService[];
  /** Days between a deletion request and the deletion, 7-30. Default 30 (in development 7). */
  deletionWindowInDays?: number;
  /** Days between automatic rotations, 90-2560. Default 365, as PCI DSS 3.7.4 expects a defined cryptoperiod. */
  rotationPeriodInDays?: number;
  /**
   * Roles, by ARN, that alone may administer the key and use it, each as far as its own policies let it. KMS refuses the policy when who makes the key is no
   * administrator. Default: this account's IAM policies decide.
   */
  restrictedTo?: { administrators: readonly pulumi.Input<string>[]; users: readonly pulumi.Input<string>[] };
  /** Makes it a multi-Region primary key. Default false. It cannot be changed later. */
  multiRegion?: boolean;
  transform?: { key?: Transform<aws.kms.KeyArgs>; alias?: Transform<aws.kms.AliasArgs> };
}

const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];
const USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"];

const DATA_ACTIONS = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/**
 * A customer managed KMS key with automatic rotation and an alias `alias/<stack>-<name>`.
 *
 * The key policy gives this account's IAM policies the say (AWS's default key policy) and names the services in `services`, each
 * held to this account. Use `grantDecrypt` and `grantEncryptDecrypt` for roles.
 *
 *     const key = new Key("orders-key", { description: "Order data", services: ["logs"] });
 *
 * Cost: 1 USD a month, plus 1 USD a month for each of the first two rotations kept. Data loss: whatever it encrypted is
 * gone for good once the key is deleted; production keys are protected.
 */
export class Key extends Component {
  readonly arn: pulumi.Output<string>;
  readonly keyId: pulumi.Output<string>;
  readonly aliasName: pulumi.Output<string>;
  /** Services that its policy names. */
  readonly services: readonly KeyService[];
  readonly nodes: { readonly key: aws.kms.Key; readonly alias: aws.kms.Alias };

  constructor(name: string, args: KeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:security:Key", name, args, opts);
    const deletionWindow = args.deletionWindowInDays ?? (this.production ? 30 : 7);
    const rotationPeriod = args.rotationPeriodInDays ?? 365;
    this.check.integer("deletionWindowInDays", deletionWindow, 7, 30, "of days");
    this.check.integer("rotationPeriodInDays", rotationPeriod, 90, 2560, "of days");
    this.services = args.services ?? [];
    this.check.unique("services", this.services);
    if (args.restrictedTo) {
      this.check.atLeast(
        "restrictedTo.administrators",
        args.restrictedTo.administrators,
        1,
        "role that may administer the key",
      );
      this.check.atLeast("restrictedTo.users", args.restrictedTo.users, 1, "role that may use the key");
    }
    this.check.that(
      !(args.multiRegion && this.services.includes("fargate")),
      "multiRegion",
      true,
      "Fargate encrypts its ephemeral storage with single-Region keys only; use one key for `fargate` and another that is multi-Region.",
    );

    const key = new aws.kms.Key(
      this.childName("key"),
      {
        description: args.description,
        enableKeyRotation: true,
        rotationPeriodInDays: rotationPeriod,
        deletionWindowInDays: deletionWindow,
        multiRegion: args.multiRegion ?? false,
        policy: this.keyPolicy(this.services, args.restrictedTo),
      },
      this.statefulOptions({}, args.transform?.key),
    );
    const alias = new aws.kms.Alias(
      this.childName("alias"),
      { name: `alias/${this.physicalName("kmsAlias")}`, targetKeyId: key.keyId },
      this.childOptions({}, args.transform?.alias),
    );

    this.arn = key.arn;
    this.keyId = key.keyId;
    this.aliasName = alias.name;
    this.nodes = { key, alias };
    this.registerOutputs({ arn: this.arn, keyId: this.keyId, aliasName: this.aliasName });
  }

  /**
   * Fails, in the name of the component that `check` is of, unless the key stands in `region`, as AWS uses a key in its own region only, and its
   * policy names each of `services`. `argument` is the one that the key was given as.
   */
  requireFor(check: ArgumentCheck, region: string, services: readonly KeyService[] = [], argument = "key"): void {
    check.that(
      this.context.region === region,
      argument,
      this.name,
      `It is in ${this.context.region} and must be in ${region}, where it is used; give a key of that region.`,
    );
    const missing = services.filter((service) => !this.services.includes(service));
    check.that(
      missing.length === 0,
      argument,
      this.name,
      `Its policy does not let every service use it that has to; add ${missing.map((service) => `"${service}"`).join(", ")} to the key's \`services\`.`,
    );
  }

  /** Lets `grantee` decrypt, through `viaService` only when given, e.g. `sqs`. */
  grantDecrypt(grantee: Grantee, viaService?: string): aws.iam.RolePolicy {
    return grant(this, this.name, "decrypt", grantee, [this.decryptStatement(viaService)]);
  }

  /** Lets `grantee` encrypt and decrypt, through `viaService` only when given. */
  grantEncryptDecrypt(grantee: Grantee, viaService?: string): aws.iam.RolePolicy {
    return grant(this, this.name, "use", grantee, [this.encryptDecryptStatement(viaService)]);
  }

  /**
   * Lets `grantee` encrypt what it can not read back: envelope encryption, with data keys that KMS hands out beside their encrypted copies. Who
   * may read has {@link grantDecrypt}.
   */
  grantEncrypt(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "encrypt", grantee, [this.useStatement(["kms:GenerateDataKey"], undefined)]);
  }

  /** The statement behind {@link grantDecrypt}, for components that write it into a grant of their own. */
  decryptStatement(viaService?: string): Statement {
    return this.useStatement(["kms:Decrypt"], viaService);
  }

  /** The statement behind {@link grantEncryptDecrypt}. */
  encryptDecryptStatement(viaService?: string): Statement {
    return this.useStatement(["kms:Decrypt", "kms:GenerateDataKey"], viaService);
  }

  private useStatement(actions: string[], viaService: string | undefined): Statement {
    const { region, partition } = this.context;
    const condition = viaService && {
      Condition: { StringEquals: { "kms:ViaService": `${viaService}.${region}.${partition.dnsSuffix}` } },
    };
    return { Effect: "Allow", Action: actions, Resource: this.arn, ...condition };
  }

  private keyPolicy(services: readonly KeyService[], restrictedTo: KeyArgs["restrictedTo"]): pulumi.Output<string> {
    return policyDocument([
      ...this.accountStatements(restrictedTo),
      ...services.flatMap((service) => {
        if (service === "fargate") return this.fargateStatements();
        return service === "autoscaling" ? this.autoScalingStatements() : [this.serviceStatement(service)];
      }),
    ]);
  }

  private accountStatements(restrictedTo: KeyArgs["restrictedTo"]): Statement[] {
    const root = pulumi.interpolate`arn:${this.context.partition.id}:iam::${this.account}:root`;
    const statement = (
      sid: string,
      actions: string | string[],
      roles?: readonly pulumi.Input<string>[],
    ): Statement => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { AWS: root },
      Action: actions,
      Resource: "*",
      // A condition, not principals: KMS refuses a policy that names a role which does not exist yet, and a role made anew under the same name is another one.
      ...(roles && { Condition: { ArnEquals: { "aws:PrincipalArn": [...roles] } } }),
    });
    if (restrictedTo === undefined) return [statement("AccountDecidesByIam", "kms:*")];
    return [
      statement("Administrators", ADMINISTRATION, restrictedTo.administrators),
      statement("Users", USE, restrictedTo.users),
    ];
  }

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html */
  private fargateStatements(): Statement[] {
    const ofAccount = { "kms:EncryptionContext:aws:ecs:clusterAccount": this.account };
    const statement = (sid: string, action: string, condition: Statement["Condition"]): Statement => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { Service: "fargate.amazonaws.com" },
      Action: action,
      Resource: "*",
      Condition: condition,
    });
    return [
      statement("FargateDataKeys", "kms:GenerateDataKeyWithoutPlaintext", { StringEquals: ofAccount }),
      statement("FargateGrants", "kms:CreateGrant", {
        StringEquals: ofAccount,
        "ForAllValues:StringEquals": { "kms:GrantOperations": ["Decrypt"] },
      }),
    ];
  }

  /**
   * https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html. By condition, as KMS refuses a principal that does not
   * exist, and the role appears with the account's first group; and for every principal, as one that is let in by its account needs a policy of its own, which
   * nobody can give that role.
   */
  private autoScalingStatements(): Statement[] {
    const role = pulumi.interpolate`arn:${this.context.partition.id}:iam::${this.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
    const statement = (sid: string, actions: string[], condition?: Statement["Condition"]): Statement => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: actions,
      Resource: "*",
      Condition: {
        StringEquals: { "kms:CallerAccount": this.account },
        ArnEquals: { "aws:PrincipalArn": role },
        ...condition,
      },
    });
    return [
      statement("AutoScalingUse", DATA_ACTIONS),
      // EC2 keeps the volume's key open by a grant of its own.
      statement("AutoScalingGrants", ["kms:CreateGrant"], { Bool: { "kms:GrantIsForAWSResource": "true" } }),
    ];
  }

  private serviceStatement(service: Exclude<KeyService, "autoscaling" | "fargate">): Statement {
    const { region, partition } = this.context;
    const statement = (
      principal: string,
      sid: string,
      condition?: Statement["Condition"],
      actions = DATA_ACTIONS,
    ): Statement => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { Service: principal },
      Action: actions,
      Resource: "*",
      ...(condition && { Condition: condition }),
    });
    const ofAccount = { StringEquals: { "aws:SourceAccount": this.account } };
    // EventBridge sends no source account to KMS, so a condition on it would stop every message to an encrypted topic
    // (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html); AWS's policy for Backup has none either. Both reach topics of their own account only.
    switch (service) {
      case "logs":
        // No request for kms:DescribeKey carries an encryption context: under this condition nobody could make one.
        return statement(
          `logs.${region}.${partition.dnsSuffix}`,
          "CloudWatchLogs",
          { ArnLike: { "kms:EncryptionContext:aws:logs:arn": this.arnOf("logs", "log-group:*") } },
          DATA_ACTIONS.filter((action) => action !== "kms:DescribeKey"),
        );
      case "cloudtrail":
        // Not the encryption context: DescribeKey, with which CloudTrail checks the key, carries none.
        return statement("cloudtrail.amazonaws.com", "CloudTrail", {
          ArnLike: { "aws:SourceArn": this.arnOf("cloudtrail", "trail/*", "*") },
        });
      case "cloudfront":
        return statement("cloudfront.amazonaws.com", "CloudFront", {
          ArnLike: { "aws:SourceArn": this.arnOf("cloudfront", "distribution/*", "") },
        });
      case "cloudwatch":
        return statement("cloudwatch.amazonaws.com", "CloudWatchAlarms", ofAccount);
      case "events":
        return statement("events.amazonaws.com", "EventBridge");
      case "backup":
        return statement("backup.amazonaws.com", "Backup");
      case "prometheus":
        return statement("aps.amazonaws.com", "Prometheus", ofAccount);
      case "log-delivery":
        return statement("delivery.logs.amazonaws.com", "LogDelivery", ofAccount);
      case "config":
        return statement("config.amazonaws.com", "Config", ofAccount);
    }
  }
}
