import type { Catalogue } from "./catalogue";

const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide";
const BASELINE = "Palisade's RegionalBaseline declares it";

/** What an account has once in each region, or once. A stack that declares any part of a baseline must declare all of it. */
export const accountBaseline = {
  "baseline-account": {
    title: "A baseline of an account has its trail, its password policy and its block on public buckets.",
    severity: "high",
    requirements: ["10.2.1", "8.3.6", "1.4.4"],
    controls: ["CloudTrail.3", "IAM.7", "S3.1"],
    remediation:
      "Declare a Trail, an AccountPasswordPolicy and an AccountPublicAccessBlock; Palisade's AccountBaseline does.",
    url: `${HUB}/cloudtrail-controls.html#cloudtrail-3`,
  },
  "baseline-config": {
    title: "AWS Config records every resource, with its service-linked role.",
    severity: "high",
    requirements: ["10.2.1", "11.5.2"],
    controls: ["Config.1"],
    remediation: `Declare a Recorder with allSupported and the role AWSServiceRoleForConfig, a DeliveryChannel, and a RecorderStatus with isEnabled; ${BASELINE}.`,
    url: `${HUB}/config-controls.html#config-1`,
  },
  "baseline-guardduty": {
    title: "GuardDuty is on, with its protection of S3, Lambda, RDS, EKS, ECS and volumes.",
    severity: "high",
    requirements: ["5.2.1", "11.5.1"],
    controls: ["GuardDuty.1", "GuardDuty.6", "GuardDuty.7", "GuardDuty.9", "GuardDuty.10", "GuardDuty.12"],
    remediation: `Declare a Detector and a DetectorFeature for each of S3_DATA_EVENTS, LAMBDA_NETWORK_LOGS, RDS_LOGIN_EVENTS, EKS_AUDIT_LOGS, EBS_MALWARE_PROTECTION and RUNTIME_MONITORING with EKS_ADDON_MANAGEMENT and ECS_FARGATE_AGENT_MANAGEMENT; ${BASELINE}.`,
    url: `${HUB}/guardduty-controls.html#guardduty-1`,
  },
  "baseline-macie": {
    title: "Macie looks for card numbers in S3.",
    severity: "medium",
    requirements: ["3.2.1", "12.5.2"],
    controls: ["Macie.1"],
    remediation: `Declare a macie2 Account with status ENABLED; ${BASELINE}.`,
    url: `${HUB}/macie-controls.html#macie-1`,
  },
  "baseline-inspector": {
    title: "Inspector scans instances, images, functions and, where AWS offers it, functions' code.",
    severity: "high",
    requirements: ["6.3.1", "11.3.1", "6.2.4"],
    controls: ["Inspector.1", "Inspector.2", "Inspector.3", "Inspector.4"],
    remediation: `Declare an inspector2 Enabler with resourceTypes EC2, ECR, LAMBDA and LAMBDA_CODE; ${BASELINE}.`,
    url: `${HUB}/inspector-controls.html#inspector-1`,
  },
  "baseline-access-analyzer": {
    title: "IAM Access Analyzer tells what is shared with someone outside.",
    severity: "high",
    requirements: ["7.2.4"],
    controls: ["IAM.28"],
    remediation: `Declare an accessanalyzer Analyzer of type ACCOUNT or ORGANIZATION; ${BASELINE}.`,
    url: `${HUB}/iam-controls.html#iam-28`,
  },
  "baseline-ebs-encryption": {
    title: "EBS volumes are encrypted unless asked otherwise, and their snapshots can not be made public.",
    severity: "critical",
    requirements: ["3.5.1", "10.3.2"],
    controls: ["EC2.1", "EC2.7"],
    remediation: `Declare an EncryptionByDefault, and a SnapshotBlockPublicAccess with state block-all-sharing; ${BASELINE}.`,
    url: `${HUB}/ec2-controls.html#ec2-7`,
  },
  "baseline-vpc-public-access": {
    title: "No VPC of the region is reached through an internet gateway, unless it is excluded by name.",
    severity: "medium",
    requirements: ["1.4.1", "1.4.4"],
    controls: ["EC2.172"],
    remediation: `Declare VpcBlockPublicAccessOptions with block-ingress or block-bidirectional; ${BASELINE}.`,
    url: `${HUB}/ec2-controls.html#ec2-172`,
  },
  "instances-managed": {
    title: "Instances have a role with which Systems Manager manages them.",
    severity: "medium",
    requirements: ["2.2.1", "6.3.3"],
    controls: ["SSM.1"],
    remediation:
      "Set iamInstanceProfile to a profile whose role has AmazonSSMManagedInstanceCore, or manage every instance by a ServiceSetting default-ec2-instance-management-role.",
    url: `${HUB}/ssm-controls.html#ssm-1`,
  },
  "baseline-security-hub": {
    title: "Security Hub judges the region by PCI DSS, with its new controls.",
    severity: "medium",
    requirements: ["10.4.1.1"],
    controls: [],
    remediation:
      "Declare a securityhub Account with autoEnableControls, and a StandardsSubscription to pci-dss; Palisade's RegionalBaseline declares them.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/pci-standard.html",
  },
  "baseline-instance-metadata": {
    title: "Instances of the region ask for a token before they tell their credentials, unless they say otherwise.",
    severity: "medium",
    requirements: ["2.2.1"],
    controls: [],
    remediation:
      "Declare an InstanceMetadataDefaults with httpTokens required; Palisade's RegionalBaseline declares it.",
    url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html",
  },
  "config-global-resources": {
    title: "AWS Config records what belongs to no region, IAM above all, in one region.",
    severity: "medium",
    requirements: ["10.2.1", "11.5.2"],
    controls: [],
    remediation: "Set recordingGroup.includeGlobalResourceTypes to true in one region.",
    url: "https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",
  },
  "config-delivery-customer-key": {
    title: "AWS Config delivers under a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: [],
    remediation: "Set s3KmsKeyArn to a key of yours, or leave it out where the bucket encrypts with one.",
    url: "https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html",
  },
} as const satisfies Catalogue;
