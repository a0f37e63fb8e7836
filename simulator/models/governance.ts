import type { Facts, Models } from "../model";

const detectorId = (f: Facts): string => f.hex(32);
const packArn = (f: Facts): string => f.arn("config", `conformance-pack/${f.name}/conformance-pack-${f.hex(9)}`);
const analyzerArn = (f: Facts): string => f.arn("access-analyzer", `analyzer/${f.text("analyzerName")}`);

/** `...::standards/pci-dss/v/4.0.1` is subscribed to as `...:<account>:subscription/pci-dss/v/4.0.1`. */
const subscriptionArn = (f: Facts): string =>
  f.arn("securityhub", `subscription/${f.text("standardsArn").split(":standards/")[1] ?? ""}`);

export const governance: Models = {
  "aws:cfg/recorder:Recorder": { nameProperty: "name", id: (f) => f.name },
  "aws:cfg/recorderStatus:RecorderStatus": { nameProperty: "name", id: (f) => f.name },
  "aws:cfg/deliveryChannel:DeliveryChannel": { nameProperty: "name", id: (f) => f.name },
  "aws:cfg/conformancePack:ConformancePack": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: packArn(f) }),
  },
  "aws:guardduty/detector:Detector": {
    id: detectorId,
    outputs: (f) => ({
      accountId: f.account,
      arn: f.arn("guardduty", `detector/${detectorId(f)}`),
      findingPublishingFrequency: f.text("findingPublishingFrequency") || "SIX_HOURS",
    }),
  },
  "aws:guardduty/detectorFeature:DetectorFeature": { id: (f) => `${f.text("detectorId")}/${f.text("name")}` },
  "aws:securityhub/account:Account": {
    id: (f) => f.account,
    outputs: (f) => ({
      arn: f.arn("securityhub", "hub/default"),
      controlFindingGenerator: f.text("controlFindingGenerator") || "SECURITY_CONTROL",
    }),
  },
  "aws:securityhub/standardsSubscription:StandardsSubscription": {
    id: subscriptionArn,
    outputs: (f) => ({ arn: subscriptionArn(f) }),
  },
  "aws:macie2/account:Account": {
    id: (f) => f.account,
    outputs: (f) => ({
      createdAt: "2026-01-01T00:00:00Z",
      updatedAt: "2026-01-01T00:00:00Z",
      serviceRole: f.globalArn("iam", "role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"),
    }),
  },
  "aws:accessanalyzer/analyzer:Analyzer": {
    id: (f) => f.text("analyzerName"),
    outputs: (f) => ({ arn: analyzerArn(f) }),
  },
  "aws:inspector2/enabler:Enabler": {
    id: (f) => `${f.list("accountIds").join(":")}-${f.list("resourceTypes").join(":")}`,
  },
  "aws:ebs/encryptionByDefault:EncryptionByDefault": { id: (f) => f.region },
  "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": { id: (f) => f.region },
  "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": {
    id: (f) => `vpcbpa-exclude-${f.hex(17)}`,
    outputs: (f) => ({ resourceArn: f.arn("ec2", `subnet/${f.text("subnetId")}`) }),
  },
  "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": {
    id: (f) => f.region,
    outputs: (f) => ({ awsAccountId: f.account, awsRegion: f.region }),
  },
  "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": {
    id: (f) => f.region,
    outputs: (f) => ({
      httpEndpoint: f.text("httpEndpoint") || "no-preference",
      httpPutResponseHopLimit: f.number("httpPutResponseHopLimit", -1),
      instanceMetadataTags: f.text("instanceMetadataTags") || "no-preference",
    }),
  },
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": {
    id: () => "iam-account-password-policy",
    outputs: (f) => ({ expirePasswords: f.number("maxPasswordAge", 0) > 0 }),
  },
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": {
    id: (f) => f.account,
    outputs: (f) => ({ accountId: f.account }),
  },
};
