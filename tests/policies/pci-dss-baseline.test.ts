import assert from "node:assert/strict";
import { policyResources, stackPolicies } from "../../policies/adapter";
import { pciDss } from "../../policies/pci-dss/rules";
import { evaluate } from "../../policies/rule";
import { type Settings, settingsOf } from "../../policies/settings";
import { allow, document } from "./documents";
import { graphOf, ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const stack = { type: "pulumi:pulumi:Stack" };
const recorder = {
  type: "aws:cfg/recorder:Recorder",
  inputs: {
    name: "default",
    roleArn: "arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
    recordingGroup: { allSupported: true },
  },
};
const recording = {
  type: "aws:cfg/recorderStatus:RecorderStatus",
  inputs: { name: ref("recorder", "name"), isEnabled: true },
};
const channel = { type: "aws:cfg/deliveryChannel:DeliveryChannel", inputs: { s3BucketName: "config" } };
const detector = { type: "aws:guardduty/detector:Detector", inputs: { enable: true } };
const feature = (name: string, ...agents: string[]) => ({
  type: "aws:guardduty/detectorFeature:DetectorFeature",
  inputs: {
    detectorId: ref("detector"),
    name,
    status: "ENABLED",
    additionalConfigurations: agents.map((agent) => ({ name: agent, status: "ENABLED" })),
  },
});
const region = {
  stack,
  recorder,
  recording,
  channel,
  detector,
  s3: feature("S3_DATA_EVENTS"),
  lambda: feature("LAMBDA_NETWORK_LOGS"),
  rds: feature("RDS_LOGIN_EVENTS"),
  eks: feature("EKS_AUDIT_LOGS"),
  volumes: feature("EBS_MALWARE_PROTECTION"),
  runtime: feature("RUNTIME_MONITORING", "EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT"),
  macie: { type: "aws:macie2/account:Account", inputs: { status: "ENABLED" } },
  inspector: {
    type: "aws:inspector2/enabler:Enabler",
    inputs: { accountIds: ["123456789012"], resourceTypes: ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE"] },
  },
  analyzer: { type: "aws:accessanalyzer/analyzer:Analyzer", inputs: { analyzerName: "outside", type: "ACCOUNT" } },
  encryption: { type: "aws:ebs/encryptionByDefault:EncryptionByDefault", inputs: { enabled: true } },
  snapshots: {
    type: "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
    inputs: { state: "block-all-sharing" },
  },
  closed: {
    type: "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
    inputs: { internetGatewayBlockMode: "block-ingress" },
  },
  hub: { type: "aws:securityhub/account:Account", inputs: { autoEnableControls: true } },
  standard: {
    type: "aws:securityhub/standardsSubscription:StandardsSubscription",
    inputs: { standardsArn: "arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1" },
  },
  metadata: { type: "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", inputs: { httpTokens: "required" } },
};
const everything = Object.fromEntries(
  Object.keys(region)
    .filter((name) => name !== "stack")
    .map((name) => [name, undefined]),
);
/** No part of a baseline is here at all. */
const elsewhere = { "a stack without a baseline": everything };
/** RegionalBaseline says that another stack has `part`. */
const another = (part: string, ...gone: string[]) => ({
  [`what RegionalBaseline says another stack has (${part})`]: {
    ...Object.fromEntries(gone.map((name) => [name, undefined])),
    component: {
      type: "palisade:security:RegionalBaseline",
      inputs: { region: "eu-west-1", existing: [part] },
    },
  },
});
/** `part` is missing, though another part shows that the stack is the baseline. */
const missing = (...names: string[]) => Object.fromEntries(names.map((name) => [`no ${name}`, { [name]: undefined }]));

const instance = { type: "aws:ec2/instance:Instance", inputs: { iamInstanceProfile: ref("profile", "name") } };
const profile = { type: "aws:iam/instanceProfile:InstanceProfile", inputs: { name: "app", role: ref("role", "name") } };
const role = { type: "aws:iam/role:Role", inputs: { name: "app" } };
const attachment = {
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: { role: ref("role", "name"), policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
};

ruleCases(pciDss, {
  "baseline-account": {
    secure: {
      stack,
      trail: { type: "aws:cloudtrail/trail:Trail" },
      passwords: { type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy" },
      buckets: { type: "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock" },
    },
    broken: missing("trail", "passwords", "buckets"),
    alsoSecure: {
      "a trail that AccountBaseline says another stack has": {
        trail: undefined,
        component: { type: "palisade:security:AccountBaseline", inputs: { existing: ["trail"] } },
      },
    },
    notApplicable: { "a trail alone": { passwords: undefined, buckets: undefined } },
  },
  "baseline-config": {
    secure: region,
    broken: {
      ...missing("recorder", "recording", "channel"),
      "a recorder that is off": { recording: { isEnabled: false } },
      "some types only": { recorder: { recordingGroup: { allSupported: false, resourceTypes: ["AWS::S3::Bucket"] } } },
      "a role of its own": { recorder: { roleArn: "arn:aws:iam::123456789012:role/config" } },
    },
    alsoSecure: {
      "all types but some": {
        recorder: {
          recordingGroup: { allSupported: false, recordingStrategy: { useOnly: "EXCLUSION_BY_RESOURCE_TYPES" } },
        },
      },
    },
    notApplicable: { ...elsewhere, ...another("config", "recorder", "recording", "channel") },
  },
  "baseline-security-hub": {
    secure: region,
    broken: {
      ...missing("hub", "standard"),
      "new controls that stay off": { hub: { autoEnableControls: false } },
      "another standard": {
        standard: { standardsArn: "arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0" },
      },
    },
    notApplicable: { ...elsewhere, ...another("securityHub", "hub", "standard") },
  },
  "baseline-instance-metadata": {
    secure: region,
    broken: { ...missing("metadata"), "no token asked for": { metadata: { httpTokens: "optional" } } },
    notApplicable: { ...elsewhere, ...another("ec2Defaults", "encryption", "snapshots", "metadata") },
  },
  "config-global-resources": {
    secure: {
      stack,
      passwords: { type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy" },
      first: { type: "aws:cfg/recorder:Recorder", inputs: { recordingGroup: { includeGlobalResourceTypes: true } } },
      second: { type: "aws:cfg/recorder:Recorder", inputs: { recordingGroup: { includeGlobalResourceTypes: false } } },
    },
    broken: { "no region that records them": { first: { recordingGroup: { allSupported: true } } } },
    notApplicable: { "another stack's account": { passwords: undefined } },
  },
  "config-delivery-customer-key": {
    secure: {
      channel: { ...channel, inputs: { ...channel.inputs, s3KmsKeyArn: ref("key", "arn") } },
      key: { type: "aws:kms/key:Key" },
    },
    broken: { "AWS's key": { channel: { s3KmsKeyArn: "alias/aws/s3" } } },
    notApplicable: { "the bucket's own encryption": { channel: { s3KmsKeyArn: undefined } } },
  },
  "baseline-guardduty": {
    secure: region,
    broken: {
      ...missing("detector", "s3", "lambda", "rds", "eks", "volumes", "runtime"),
      "a suspended detector": { detector: { enable: false } },
      "a feature that is off": { s3: { status: "DISABLED" } },
      "no agent on Fargate": { runtime: { additionalConfigurations: [] } },
      "another feature": { lambda: { name: "EKS_RUNTIME_MONITORING" } },
    },
    notApplicable: {
      ...elsewhere,
      ...another("guardDuty", "detector", "s3", "lambda", "rds", "eks", "volumes", "runtime"),
    },
  },
  "baseline-macie": {
    secure: region,
    broken: { ...missing("macie"), paused: { macie: { status: "PAUSED" } } },
    notApplicable: { ...elsewhere, ...another("macie", "macie") },
  },
  "baseline-inspector": {
    secure: region,
    broken: {
      ...missing("inspector"),
      ...Object.fromEntries(
        ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE"].map((kind) => [
          `no scan of ${kind}`,
          { inspector: { resourceTypes: region.inspector.inputs.resourceTypes.filter((type) => type !== kind) } },
        ]),
      ),
    },
    notApplicable: { ...elsewhere, ...another("inspector", "inspector") },
  },
  "baseline-access-analyzer": {
    secure: region,
    broken: { ...missing("analyzer"), "unused access only": { analyzer: { type: "ACCOUNT_UNUSED_ACCESS" } } },
    alsoSecure: { "an organization's": { analyzer: { type: "ORGANIZATION" } } },
    notApplicable: { ...elsewhere, ...another("accessAnalyzer", "analyzer") },
  },
  "baseline-ebs-encryption": {
    secure: region,
    broken: {
      ...missing("encryption", "snapshots"),
      "plain volumes": { encryption: { enabled: false } },
      "snapshots that are public already": { snapshots: { state: "block-new-sharing" } },
    },
    notApplicable: { ...elsewhere, ...another("ec2Defaults", "encryption", "snapshots") },
  },
  "baseline-vpc-public-access": {
    secure: region,
    broken: { ...missing("closed"), "nothing blocked": { closed: { internetGatewayBlockMode: "off" } } },
    alsoSecure: { "both ways blocked": { closed: { internetGatewayBlockMode: "block-bidirectional" } } },
    notApplicable: { ...elsewhere, ...another("vpcPublicAccessBlock", "closed") },
  },
  "instances-managed": {
    secure: { instance, profile, role, attachment },
    broken: {
      "no profile": { instance: { iamInstanceProfile: undefined } },
      "a role without the policy": { attachment: undefined },
      "a role with another policy": { attachment: { policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" } },
      "a launch template without a profile": { template: { type: "aws:ec2/launchTemplate:LaunchTemplate" } },
      "Kubernetes nodes with a role without the policy": {
        attachment: undefined,
        template: { type: "aws:ec2/launchTemplate:LaunchTemplate" },
        nodes: {
          type: "aws:eks/nodeGroup:NodeGroup",
          inputs: { launchTemplate: { id: ref("template"), version: "1" }, nodeRoleArn: ref("role", "arn") },
        },
      },
    },
    alsoSecure: {
      "statements of its own": {
        attachment: undefined,
        inline: {
          type: "aws:iam/rolePolicy:RolePolicy",
          inputs: {
            role: ref("role", "name"),
            policy: document(allow({ Action: ["ssm:UpdateInstanceInformation"], Resource: "*" })),
          },
        },
      },
      "Kubernetes nodes with the policy": {
        template: { type: "aws:ec2/launchTemplate:LaunchTemplate" },
        nodes: {
          type: "aws:eks/nodeGroup:NodeGroup",
          inputs: { launchTemplate: { id: ref("template"), version: "1" }, nodeRoleArn: ref("role", "arn") },
        },
      },
      "management of every instance": {
        instance: { iamInstanceProfile: undefined },
        setting: {
          type: "aws:ssm/serviceSetting:ServiceSetting",
          inputs: { settingId: "/ssm/managed-instance/default-ec2-instance-management-role", settingValue: "x" },
        },
      },
    },
  },
});

describe("a pack that is told that the stack is the baseline", () => {
  const ids = ["baseline-account", "baseline-config", "baseline-guardduty", "baseline-vpc-public-access"];
  const app = { stack, queue: { type: "aws:sqs/queue:Queue" } };

  it("misses it in every region that the stack uses", () => {
    const rules = pciDss.rules.filter(({ id }) => ids.includes(id));
    const kinds = (settings: Partial<Settings>) =>
      evaluate(rules, graphOf(app, "update"), (rule) => settingsOf(rule, settings)).map(({ rule, verdict }) => [
        rule.id,
        verdict.kind,
      ]);
    assert.deepEqual([...new Set(kinds({}).map(([, kind]) => kind))], ["not-applicable"]);
    for (const id of ids)
      assert.ok(
        kinds({ baseline: "here" }).some(([own, kind]) => own === id && kind === "fail"),
        id,
      );
  });

  it("hears it by Pulumi's configuration of the policy", async () => {
    const policy = stackPolicies(pciDss).find(({ name }) => name === "baseline-macie");
    assert.deepEqual(policy?.configSchema?.properties.baseline?.enum, ["here", "elsewhere"]);
    const told: string[] = [];
    const validate = (config: Partial<Settings>) =>
      policy?.validateStack(
        {
          resources: policyResources(graphOf(app, "update")),
          stackTags: new Map(),
          getConfig: <T extends object>() => config as T,
          notApplicable: () => undefined as never,
        },
        (message) => told.push(message),
      );
    await validate({});
    assert.deepEqual(told, []);
    await validate({ baseline: "here" });
    assert.match(told.join(), /Macie is off/);
  });
});
