import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { deliveryStatements } from "../data/bucket-delivery";
import type { AccountBaseline, BaselinePart } from "./account-baseline";
import { CONFIG_RULES, type ConfigRule, conformancePackTemplate } from "./config-rules";
import { Key } from "./key";

/** Like {@link BaselinePart}; `off` says that nobody has it and that this is meant. */
export type OptionalPart = BaselinePart | "off";

/** Standards of Security Hub, by the part of their ARN that names them. */
export const SECURITY_STANDARDS = {
  "pci-dss": "pci-dss/v/4.0.1",
  "aws-best-practices": "aws-foundational-security-best-practices/v/1.0.0",
  cis: "cis-aws-foundations-benchmark/v/3.0.0",
} as const;
export type SecurityStandard = keyof typeof SECURITY_STANDARDS;

export interface RegionalBaselineArgs extends ComponentArgs {
  /** The account's own part. `existing`: another stack has it, and with it AWS Config's service-linked role. */
  account: AccountBaseline | "existing";
  /** Customer key of Config's bucket; its policy must name `config`. Default: one of its own, where Config is created. */
  key?: Key;
  /** AWS Config: recorder of all resource types, and its bucket. Default `create`. */
  config?: BaselinePart;
  /** Config's rules for PCI DSS, as one conformance pack; they need a recorder. Default `create`. */
  configRules?: BaselinePart;
  /** Whether this region records IAM and judges the account as a whole; one region should. Default: the account baseline's region does. */
  globalTypes?: boolean;
  /** GuardDuty with every protection plan for what runs here. Default `create`. */
  guardDuty?: BaselinePart;
  /** Security Hub with `standards`. Default `create`. */
  securityHub?: BaselinePart;
  /** Default `["pci-dss", "aws-best-practices"]`. */
  standards?: readonly SecurityStandard[];
  /** Macie, which finds card numbers in S3 where none should be (PCI DSS 3.2.1, 12.5.2). Default `create`. */
  macie?: OptionalPart;
  /** IAM Access Analyzer: what is shared with someone outside the account. Default `create`. */
  accessAnalyzer?: BaselinePart;
  /** Inspector: known weaknesses in images, instances, functions and, where AWS offers it, functions' code (PCI DSS 6.3.1, 11.3.1). Default `create`. */
  inspector?: OptionalPart;
  /** EC2's settings for whatever is created later: volumes encrypted, no public snapshots, IMDSv2 only. Default `create`. */
  ec2Defaults?: BaselinePart;
  /**
   * Lets nothing in through the internet gateways of any VPC in the region, whatever its routes and security groups say; what NAT gateways
   * began comes back (PCI DSS 1.4.1, 1.4.4). A VPC that has to be reached, e.g. by a public load balancer or Global Accelerator, then needs an
   * `aws.ec2.VpcBlockPublicAccessExclusion`. Default `create`.
   */
  vpcPublicAccessBlock?: OptionalPart;
  /** Days that Config's files are kept. Default 400, in development 30. */
  configRetentionInDays?: number;
  transform?: { recorder?: Transform<aws.cfg.RecorderArgs>; detector?: Transform<aws.guardduty.DetectorArgs> };
}

/** AWS takes one recorder and one channel in a region, by this name everywhere. */
const CONFIG_NAME = "default";

/** Protection plans of GuardDuty, beside runtime monitoring (https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DetectorFeatureConfiguration.html). */
const GUARD_DUTY_FEATURES = [
  "S3_DATA_EVENTS",
  "EKS_AUDIT_LOGS",
  "EBS_MALWARE_PROTECTION",
  "RDS_LOGIN_EVENTS",
  "LAMBDA_NETWORK_LOGS",
] as const;

/** AWS answers with all three, so a shorter list would differ from its answer in every preview. */
const RUNTIME_AGENTS = ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"] as const;

/** Where Inspector reads the code of Lambda functions (https://docs.aws.amazon.com/config/latest/developerguide/inspector-lambda-code-scan-enabled.html). */
const CODE_SCANNING_REGIONS: readonly string[] = [
  ...["us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2"],
  ...["ap-northeast-1", "ap-southeast-1", "ap-southeast-2"],
];

/** GuardDuty's severity from which a finding is High. */
const HIGH_SEVERITY = 7;

/**
 * What a region of the account needs to be watched: AWS Config with rules for PCI DSS, GuardDuty, Security Hub, Macie, IAM Access Analyzer,
 * Inspector, safe defaults for EC2, and VPCs closed to the internet. Each part can be there already. High findings of GuardDuty go to the critical alarm topic.
 *
 *     new RegionalBaseline("euw1-baseline", { account }, { parent: region });
 *
 * One per region of an account: AWS refuses a second one of most parts. Cost: by use; an account with little traffic pays 50 to 150 USD a month
 * and region, most of it for Config (0.003 USD for each recorded change, 0.001 for each evaluation), GuardDuty and Inspector. Data loss: Config's
 * history is in its bucket, which is protected in production; findings go with the service that is switched off.
 */
export class RegionalBaseline extends Component {
  /** Undefined where Config is somebody else's. */
  readonly configBucketName: pulumi.Output<string> | undefined;
  readonly detectorId: pulumi.Output<string> | undefined;
  readonly nodes: {
    readonly configBucket?: Bucket;
    readonly recorder?: aws.cfg.Recorder;
    readonly recorderStatus?: aws.cfg.RecorderStatus;
    readonly conformancePack?: aws.cfg.ConformancePack;
    readonly detector?: aws.guardduty.Detector;
    /** GuardDuty's agents: what starts before it goes without. */
    readonly runtimeMonitoring?: aws.guardduty.DetectorFeature;
    readonly securityHub?: aws.securityhub.Account;
    readonly macie?: aws.macie2.Account;
    readonly accessAnalyzer?: aws.accessanalyzer.Analyzer;
    readonly inspector?: aws.inspector2.Enabler;
    readonly vpcPublicAccessBlock?: aws.ec2.VpcBlockPublicAccessOptions;
  };

  constructor(name: string, args: RegionalBaselineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:security:RegionalBaseline", name, args, opts);
    const retention = args.configRetentionInDays ?? (this.production ? 400 : 30);
    this.validate(args, retention);
    const { account } = args;
    const globalTypes = args.globalTypes ?? (account !== "existing" && account.context.region === this.context.region);

    const config = creates(args.config) ? this.recordConfiguration(args, retention, globalTypes) : undefined;
    const judgedAfter = config ? [config.recorderStatus] : [];
    const rules = CONFIG_RULES.filter((rule) => globalTypes || !rule.global);
    const conformancePack = creates(args.configRules) ? this.createRules(rules, judgedAfter) : undefined;
    const guardDuty = creates(args.guardDuty) ? this.createGuardDuty(args) : undefined;
    const securityHub = creates(args.securityHub) ? this.createSecurityHub(args, judgedAfter) : undefined;
    const macie = creates(args.macie) ? this.createMacie() : undefined;
    const accessAnalyzer = creates(args.accessAnalyzer) ? this.createAccessAnalyzer() : undefined;
    const inspector = creates(args.inspector) ? this.createInspector() : undefined;
    const vpcPublicAccessBlock = creates(args.vpcPublicAccessBlock) ? this.blockVpcPublicAccess() : undefined;
    if (creates(args.ec2Defaults)) this.setEc2Defaults();
    this.reportFindings();

    this.nodes = {
      ...config,
      conformancePack,
      ...guardDuty,
      securityHub,
      macie,
      accessAnalyzer,
      inspector,
      vpcPublicAccessBlock,
    };
    this.configBucketName = config?.configBucket.bucketName;
    this.detectorId = guardDuty?.detector.id;
    this.registerOutputs({
      configBucketName: this.configBucketName,
      detectorId: this.detectorId,
      region: this.context.region,
      // What another stack declares, as the policy pack's rules on baselines read it.
      existing: Object.entries(args).flatMap(([part, state]) => (state === "existing" ? [part] : [])),
    });
  }

  private validate(args: RegionalBaselineArgs, retention: number): void {
    this.check.integer("configRetentionInDays", retention, 1, 3650, "of days");
    this.check.unique("standards", args.standards ?? []);
    this.check.that(
      creates(args.securityHub) || args.standards === undefined,
      "standards",
      args.standards,
      "Security Hub is `existing`, so its standards are chosen there. Remove it, or let Security Hub be created.",
    );
    if (args.key === undefined) return;
    this.check.that(
      creates(args.config),
      "key",
      args.key.name,
      "Config is `existing`, so the key would do nothing. Remove it, or let Config be created.",
    );
    args.key.requireFor(this.check, this.context.region, ["config"]);
  }

  private recordConfiguration(args: RegionalBaselineArgs, retention: number, globalTypes: boolean) {
    const key =
      args.key ??
      new Key(this.childName("key"), { description: "AWS Config's files", services: ["config"] }, { parent: this });
    const configBucket = new Bucket(
      this.childName("config"),
      {
        key,
        // No object lock: Config does not deliver into a bucket with a default retention,
        // https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
        expirationInDays: retention,
        policyStatements: (bucketArn) => this.deliveryStatements(bucketArn),
      },
      { parent: this },
    );
    const { account } = args;
    const role = account === "existing" ? undefined : account.nodes.configRole;
    const recorder = new aws.cfg.Recorder(
      this.childName("recorder"),
      {
        name: CONFIG_NAME,
        // Security Hub's control Config.1 wants this role and no other.
        roleArn: this.arnOf("iam", "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", ""),
        recordingGroup: { allSupported: true, includeGlobalResourceTypes: globalTypes },
        recordingMode: { recordingFrequency: "CONTINUOUS" },
      },
      this.childOptions({ dependsOn: role ? [role] : [] }, args.transform?.recorder),
    );
    const channel = new aws.cfg.DeliveryChannel(
      this.childName("channel"),
      {
        name: CONFIG_NAME,
        s3BucketName: configBucket.bucketName,
        s3KmsKeyArn: key.arn,
        snapshotDeliveryProperties: { deliveryFrequency: "TwentyFour_Hours" },
      },
      this.childOptions({ dependsOn: [recorder, configBucket.nodes.policy] }),
    );
    const recorderStatus = new aws.cfg.RecorderStatus(
      this.childName("recording"),
      { name: recorder.name, isEnabled: true },
      this.childOptions({ dependsOn: [channel] }),
    );
    return { configBucket, recorder, recorderStatus };
  }

  private deliveryStatements(bucketArn: pulumi.Output<string>): Statement[] {
    return deliveryStatements(bucketArn, {
      service: "config.amazonaws.com",
      sid: "Config",
      source: { StringEquals: { "aws:SourceAccount": this.account } },
      objects: pulumi.interpolate`AWSLogs/${this.account}/Config/*`,
      lists: true,
    });
  }

  private createRules(rules: readonly ConfigRule[], dependsOn: pulumi.Resource[]): aws.cfg.ConformancePack {
    return new aws.cfg.ConformancePack(
      this.childName("rules"),
      { name: this.physicalName("conformancePack", "rules"), templateBody: conformancePackTemplate(rules) },
      this.childOptions({ dependsOn }),
    );
  }

  private createGuardDuty(args: RegionalBaselineArgs) {
    const detector = new aws.guardduty.Detector(
      this.childName("guardduty"),
      { enable: true, findingPublishingFrequency: "FIFTEEN_MINUTES" },
      this.childOptions({}, args.transform?.detector),
    );
    const enable = (feature: string, agents: readonly string[] = []) =>
      new aws.guardduty.DetectorFeature(
        this.childName(`guardduty-${feature.toLowerCase().replaceAll("_", "-")}`),
        {
          detectorId: detector.id,
          name: feature,
          status: "ENABLED",
          ...(agents.length > 0
            ? { additionalConfigurations: agents.map((agent) => ({ name: agent, status: "ENABLED" })) }
            : {}),
        },
        this.childOptions(),
      );
    for (const feature of GUARD_DUTY_FEATURES) enable(feature);
    return { detector, runtimeMonitoring: enable("RUNTIME_MONITORING", RUNTIME_AGENTS) };
  }

  private createSecurityHub(args: RegionalBaselineArgs, dependsOn: pulumi.Resource[]): aws.securityhub.Account {
    const hub = new aws.securityhub.Account(
      this.childName("security-hub"),
      { enableDefaultStandards: false, autoEnableControls: true, controlFindingGenerator: "SECURITY_CONTROL" },
      this.childOptions({ dependsOn }),
    );
    const { region, partition } = this.context;
    for (const standard of args.standards ?? (["pci-dss", "aws-best-practices"] as const)) {
      new aws.securityhub.StandardsSubscription(
        this.childName(`standard-${standard}`),
        { standardsArn: `arn:${partition.id}:securityhub:${region}::standards/${SECURITY_STANDARDS[standard]}` },
        this.childOptions({ dependsOn: [hub] }),
      );
    }
    return hub;
  }

  private createMacie(): aws.macie2.Account {
    return new aws.macie2.Account(
      this.childName("macie"),
      { status: "ENABLED", findingPublishingFrequency: "FIFTEEN_MINUTES" },
      this.childOptions(),
    );
  }

  private createAccessAnalyzer(): aws.accessanalyzer.Analyzer {
    return new aws.accessanalyzer.Analyzer(
      this.childName("access-analyzer"),
      { analyzerName: this.physicalName("accessAnalyzer"), type: "ACCOUNT" },
      this.childOptions(),
    );
  }

  private createInspector(): aws.inspector2.Enabler {
    return new aws.inspector2.Enabler(
      this.childName("inspector"),
      {
        accountIds: [this.account],
        resourceTypes: [
          ...["EC2", "ECR", "LAMBDA"],
          ...(CODE_SCANNING_REGIONS.includes(this.context.region) ? ["LAMBDA_CODE"] : []),
        ],
      },
      this.childOptions(),
    );
  }

  private setEc2Defaults(): void {
    new aws.ebs.EncryptionByDefault(this.childName("ebs-encryption"), { enabled: true }, this.childOptions());
    new aws.ebs.SnapshotBlockPublicAccess(
      this.childName("snapshots"),
      { state: "block-all-sharing" },
      this.childOptions(),
    );
    new aws.ec2.InstanceMetadataDefaults(
      this.childName("instance-metadata"),
      { httpTokens: "required" },
      this.childOptions(),
    );
  }

  private blockVpcPublicAccess(): aws.ec2.VpcBlockPublicAccessOptions {
    return new aws.ec2.VpcBlockPublicAccessOptions(
      this.childName("vpc-public-access"),
      { internetGatewayBlockMode: "block-ingress" },
      this.childOptions(),
    );
  }

  private reportFindings(): void {
    const topic = this.context.alarmTopics?.critical;
    if (topic === undefined) return;
    const rule = new aws.cloudwatch.EventRule(
      this.childName("findings"),
      {
        name: this.physicalName("eventRule", "findings"),
        description: "High findings of GuardDuty, to whoever is on call",
        eventPattern: JSON.stringify({
          source: ["aws.guardduty"],
          "detail-type": ["GuardDuty Finding"],
          detail: { severity: [{ numeric: [">=", HIGH_SEVERITY] }] },
        }),
      },
      this.childOptions(),
    );
    new aws.cloudwatch.EventTarget(
      this.childName("findings-target"),
      {
        rule: rule.name,
        targetId: "critical",
        arn: topic,
        inputTransformer: {
          inputPaths: {
            severity: "$.detail.severity",
            title: "$.detail.title",
            account: "$.account",
            region: "$.region",
            id: "$.detail.id",
          },
          inputTemplate:
            '"[critical] GuardDuty, severity <severity>, in <region> of <account>: <title> (finding <id>)"',
        },
      },
      this.childOptions(),
    );
  }
}

function creates(part: OptionalPart | undefined): boolean {
  return (part ?? "create") === "create";
}
