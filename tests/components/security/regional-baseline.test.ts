import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { AccountBaseline } from "../../../components/security/account-baseline";
import { CONFIG_RULES, conformancePackTemplate } from "../../../components/security/config-rules";
import { Key } from "../../../components/security/key";
import { RegionalBaseline, type RegionalBaselineArgs } from "../../../components/security/regional-baseline";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const TOPICS = {
  critical: "arn:aws:sns:eu-west-1:123456789012:critical",
  warning: "arn:aws:sns:eu-west-1:123456789012:warning",
};

const NOTHING = {
  config: "existing",
  configRules: "existing",
  guardDuty: "existing",
  securityHub: "existing",
  macie: "off",
  accessAnalyzer: "existing",
  inspector: "off",
  ec2Defaults: "existing",
  vpcPublicAccessBlock: "off",
} as const;

function build(
  name: string,
  args: Partial<RegionalBaselineArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
): RegionalBaseline {
  return new RegionalBaseline(name, { account: "existing", ...args }, opts);
}

interface Pack {
  Resources: Record<
    string,
    {
      Type: string;
      Properties: { ConfigRuleName: string; Source: { SourceIdentifier: string }; InputParameters?: unknown };
    }
  >;
}

describe("RegionalBaseline", () => {
  componentContract("security", "RegionalBaseline", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) =>
      build(
        name,
        {
          account: new AccountBaseline(`${name}-account`, { trail: "existing" }, opts),
          key: new Key(`${name}-own-key`, { description: "Config", services: ["config"] }, opts),
          globalTypes: true,
          standards: ["pci-dss", "aws-best-practices", "cis"],
          configRetentionInDays: 800,
          alarmTopics: TOPICS,
          transform: {
            recorder: { recordingMode: { recordingFrequency: "DAILY" } },
            detector: (args) => void (args.findingPublishingFrequency = "ONE_HOUR"),
          },
        },
        opts,
      ),
    errors: {
      ...keyErrors(`RegionalBaseline "one"`, (name, key) => build(name, { key }), ["config"]),
      "a retention of no time": {
        build: (name) => build(name, { configRetentionInDays: 0 }),
        message: /RegionalBaseline "one": configRetentionInDays = 0 .* from 1 to 3650/,
      },
      "a standard twice": {
        build: (name) => build(name, { standards: ["cis", "cis"] }),
        message: /"cis" stands twice/,
      },
      "standards of a Security Hub that is somebody else's": {
        build: (name) => build(name, { securityHub: "existing", standards: ["cis"] }),
        message: /standards = .* Security Hub is `existing`/,
      },
      "a key without a Config to use it": {
        build: (name) =>
          build(name, { config: "existing", key: new Key(`${name}-k`, { description: "x", services: ["config"] }) }),
        message: /key = "one-k" .* Config is `existing`/,
      },
    },
  });

  it("makes nothing where everything exists", async () => {
    const recording = await recordProgram(() => void build("watch", NOTHING));
    assert.deepEqual(
      recording.resources.filter((r) => r.custom && r.type.startsWith("aws:")),
      [],
    );
  });

  it("tells what another stack has, so that policies do not ask for it here", async () => {
    const recording = await recordProgram(() => void build("watch", NOTHING));
    const { outputs } = named(recording, "watch");
    assert.equal(outputs.region, "eu-west-1");
    assert.deepEqual(outputs.existing, [
      ...["account", "config", "configRules", "guardDuty", "securityHub", "accessAnalyzer", "ec2Defaults"],
    ]);
  });

  it("lets nothing in through internet gateways", async () => {
    const recording = await recordProgram(() => void build("watch"));
    assert.equal(named(recording, "watch-vpc-public-access").inputs.internetGatewayBlockMode, "block-ingress");
  });

  it("has Inspector read Lambda's code where AWS offers that", async () => {
    const recording = await recordProgram(() => {
      build("home");
      build("away", { region: "eu-south-1" });
    });
    const scanned = (name: string) => named(recording, `${name}-inspector`).inputs.resourceTypes;
    assert.deepEqual(scanned("home"), ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE"]);
    assert.deepEqual(scanned("away"), ["EC2", "ECR", "LAMBDA"]);
  });

  it("records IAM in the account baseline's region and in no other", async () => {
    const recording = await recordProgram(() => {
      const account = new AccountBaseline("account", { trail: "existing" });
      build("home", { account });
      build("away", { account, region: "us-east-2" });
    });
    const records = (name: string) => named(recording, `${name}-recorder`).inputs.recordingGroup;
    assert.deepEqual(records("home"), { allSupported: true, includeGlobalResourceTypes: true });
    assert.deepEqual(records("away"), { allSupported: true, includeGlobalResourceTypes: false });
    const judges = (name: string) =>
      /ROOT_ACCOUNT_MFA/.test(String(named(recording, `${name}-rules`).inputs.templateBody));
    assert.equal(judges("home"), true);
    assert.equal(judges("away"), false);
  });

  it("records with Config's service-linked role, once that is there", async () => {
    const recording = await recordProgram(() => {
      build("watch", { account: new AccountBaseline("account", { trail: "existing" }) });
    });
    const recorder = named(recording, "watch-recorder");
    assert.equal(
      recorder.inputs.roleArn,
      "arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
    );
    assert.ok(recorder.dependencies.includes(named(recording, "account-config-role").urn));
  });

  it("starts in the order that AWS asks for: recorder, channel, recording, rules and Security Hub", async () => {
    const recording = await recordProgram(() => void build("watch"));
    const waits = (later: string, earlier: string) =>
      assert.ok(
        named(recording, later).dependencies.includes(named(recording, earlier).urn),
        `${later} waits for ${earlier}`,
      );
    waits("watch-channel", "watch-recorder");
    waits("watch-channel", "watch-config-policy");
    waits("watch-recording", "watch-channel");
    waits("watch-rules", "watch-recording");
    waits("watch-security-hub", "watch-recording");
    waits("watch-standard-pci-dss", "watch-security-hub");
  });

  it("delivers into a bucket without object lock, for this account only", async () => {
    const recording = await recordProgram(() => void build("watch"));
    assert.equal(ofType(recording, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", 0).length, 0);
    const allowed = statements(named(recording, "watch-config-policy").inputs.policy).filter(
      (s) => s.Effect === "Allow",
    );
    assert.deepEqual(
      allowed.map((s) => s.Action),
      ["s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"],
    );
    for (const { Principal, Condition } of allowed) {
      assert.deepEqual(Principal, { Service: "config.amazonaws.com" });
      assert.match(JSON.stringify(Condition), /"aws:SourceAccount":"123456789012"/);
    }
  });

  it("has Security Hub judge by PCI DSS 4.0.1 in its own region", async () => {
    const recording = await recordProgram(() => void build("watch"));
    assert.equal(
      named(recording, "watch-standard-pci-dss").inputs.standardsArn,
      "arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1",
    );
  });

  it("switches on every protection plan of GuardDuty, Fargate's agent among them", async () => {
    const recording = await recordProgram(() => void build("watch"));
    const features = ofType(recording, "aws:guardduty/detectorFeature:DetectorFeature", 6);
    for (const { inputs } of features) assert.equal(inputs.status, "ENABLED");
    const runtime = named(recording, "watch-guardduty-runtime-monitoring").inputs.additionalConfigurations;
    assert.ok(JSON.stringify(runtime).includes('{"name":"ECS_FARGATE_AGENT_MANAGEMENT","status":"ENABLED"}'));
  });

  it("tells whoever is on call of high findings, where there is a topic", async () => {
    const silent = await recordProgram(() => void build("watch"));
    assert.equal(ofType(silent, "aws:cloudwatch/eventTarget:EventTarget", 0).length, 0);
    const recording = await recordProgram(() => void build("watch", { alarmTopics: TOPICS }));
    assert.equal(named(recording, "watch-findings-target").inputs.arn, TOPICS.critical);
    assert.deepEqual(JSON.parse(String(named(recording, "watch-findings").inputs.eventPattern)), {
      source: ["aws.guardduty"],
      "detail-type": ["GuardDuty Finding"],
      detail: { severity: [{ numeric: [">=", 7] }] },
    });
  });
});

describe("conformancePackTemplate", () => {
  it("is YAML that holds each rule once, with its parameters as text", () => {
    const pack: Pack = parse(conformancePackTemplate(CONFIG_RULES));
    const resources = Object.values(pack.Resources);
    assert.equal(resources.length, CONFIG_RULES.length);
    assert.equal(new Set(resources.map((r) => r.Properties.Source.SourceIdentifier)).size, CONFIG_RULES.length);
    const expected = new Map(CONFIG_RULES.map((rule) => [rule.identifier, rule.parameters]));
    for (const { Type, Properties } of resources) {
      assert.equal(Type, "AWS::Config::ConfigRule");
      assert.deepEqual(Properties.InputParameters, expected.get(Properties.Source.SourceIdentifier));
    }
  });

  it("fits Config's 51,200 bytes and 130 rules of one pack", () => {
    assert.ok(conformancePackTemplate(CONFIG_RULES).length <= 51_200);
    assert.ok(CONFIG_RULES.length <= 130);
  });

  it("names rules so that the suffix Config adds still fits 128 characters", () => {
    for (const { identifier } of CONFIG_RULES)
      assert.ok(`${identifier}-conformance-pack-xxxxxxxxx`.length <= 128, identifier);
  });
});
