import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { LogSearch, type LogSearchArgs } from "../../../components/observability/log-search";
import { Key, type KeyService } from "../../../components/security/key";
import type { Recording } from "../../../simulator";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ADMIN = "arn:aws:iam::123456789012:role/admin";
const READER = "arn:aws:iam::123456789012:role/engineer";

function search(
  name: string,
  args: Partial<LogSearchArgs> = {},
  opts: pulumi.ComponentResourceOptions = {},
): LogSearch {
  const services: KeyService[] = ["logs"];
  return new LogSearch(
    name,
    {
      network: args.network ?? new TestNetwork(`${name}-network`, opts),
      key: args.key ?? new Key(`${name}-key`, { description: "Logs", services }, opts),
      ...args,
    },
    opts,
  );
}

const domainOf = (recording: Recording) => ofType(recording, "aws:opensearch/domain:Domain")[0]!;

describe("LogSearch", () => {
  componentContract("observability", "LogSearch", {
    minimal: (name, opts) => search(name, {}, opts),
    complete: (name, opts) => {
      const component = search(
        name,
        {
          engineVersion: "OpenSearch_2.19",
          instanceType: "m6g.xlarge.search",
          instanceCount: 2,
          volumeSizeGiB: 50,
          masterInstanceType: "c6g.large.search",
          retentionInDays: 30,
          readers: [READER],
          administrators: [ADMIN],
          createServiceLinkedRole: true,
          environment: "development",
          transform: {
            domain: (args) => void (args.ipAddressType = "ipv4"),
            securityGroup: { revokeRulesOnDelete: true },
          },
        },
        opts,
      );
      const group = new aws.cloudwatch.LogGroup(
        `${name}-orders`,
        { name: "/orders", region: component.context.region },
        { parent: opts.parent },
      );
      component.subscribe("orders", group, "{ $.level = * }");
      return component;
    },
    errors: {
      "a version that OpenSearch Service does not have": {
        build: (name) => search(name, { engineVersion: "OpenSearch_1.3" }),
        message: /LogSearch "one": engineVersion = "OpenSearch_1\.3" .* 2\.19, 3\.1/,
      },
      "an instance type of another service": {
        build: (name) => search(name, { instanceType: "db.r6g.large" as "r6g.large.search" }),
        message: /instanceType = "db\.r6g\.large" .* r6g\.large\.search/,
      },
      "a master type that is none": {
        build: (name) => search(name, { masterInstanceType: "large.search" }),
        message: /masterInstanceType = "large\.search"/,
      },
      "nodes that the zones can not share": {
        build: (name) => search(name, { instanceCount: 4 }),
        message: /instanceCount = 4 .* a multiple of 3/,
      },
      "a volume out of range": {
        build: (name) => search(name, { volumeSizeGiB: 5 }),
        message: /volumeSizeGiB = 5 .* from 10 to 3072/,
      },
      "a retention out of range": {
        build: (name) => search(name, { retentionInDays: 0 }),
        message: /retentionInDays = 0 .* from 1 to 3650/,
      },
      ...keyErrors(`LogSearch "one"`, (name, key) => search(name, { key }), ["logs"]),
      "one zone in production": {
        build: (name) => {
          const network = new TestNetwork(`${name}-network`);
          network.zones.splice(1);
          return search(name, { network });
        },
        message: /network = \["eu-west-1a"\] .* Production needs two zones/,
      },
      "a subscription to its own log": {
        build: (name) => {
          const component = search(name);
          component.subscribe("audit", component.nodes.logs.audit);
        },
        message: /each line searched would write another/,
      },
      "a subscription key that no name can hold": {
        build: (name) => search(name).subscribe("/orders", new aws.cloudwatch.LogGroup(`${name}-orders`)),
        message: /subscribe\(key\) = "\/orders"/,
      },
    },
  });

  it("stands in the isolated subnets of three zones, encrypted everywhere", async () => {
    const recording = await recordProgram(() => void search("s"));
    const domain = domainOf(recording);
    const { inputs } = domain;
    assert.deepEqual(inputs.vpcOptions, {
      subnetIds: ["subnet-0a0000000000000a3", "subnet-0a0000000000000b3", "subnet-0a0000000000000c3"],
      securityGroupIds: [named(recording, "s-group").id],
    });
    assert.deepEqual(inputs.clusterConfig, {
      instanceType: "r6g.large.search",
      instanceCount: 3,
      zoneAwarenessEnabled: true,
      zoneAwarenessConfig: { availabilityZoneCount: 3 },
      dedicatedMasterEnabled: true,
      dedicatedMasterType: "m6g.large.search",
      dedicatedMasterCount: 3,
    });
    assert.deepEqual(inputs.encryptAtRest, { enabled: true, kmsKeyId: named(recording, "s-key-key").outputs.arn });
    assert.deepEqual(inputs.nodeToNodeEncryption, { enabled: true });
    assert.deepEqual(inputs.domainEndpointOptions, {
      enforceHttps: true,
      tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10",
    });
    assert.equal(domain.protect, true);
    assert.ok(String(inputs.domainName).length <= 28);
  });

  it("fits a long name into the 28 characters of a domain name", async () => {
    const recording = await recordProgram(() => void search("payments-eu-west-1-log-search"));
    assert.match(String(domainOf(recording).inputs.domainName), /^test-payments-eu-we[a-z0-9-]{1,9}$/);
  });

  it("has no password: its master user is the setup function's role", async () => {
    const recording = await recordProgram(() => void search("s"));
    assert.deepEqual(domainOf(recording).inputs.advancedSecurityOptions, {
      enabled: true,
      internalUserDatabaseEnabled: false,
      masterUserOptions: { masterUserArn: named(recording, "s-setup-role").outputs.arn },
    });
  });

  it("lets the forwarder write in bulk and no more, before the domain exists", async () => {
    const recording = await recordProgram(() => void search("s", { readers: [READER] }), { preview: true });
    const [forward, administer, read, ...more] = statements(domainOf(recording).inputs.accessPolicies);
    assert.deepEqual(more, []);
    assert.deepEqual(forward, {
      Sid: "Forward",
      Effect: "Allow",
      Principal: { AWS: ["arn:aws:iam::123456789012:role/test-s-forward"] },
      Action: ["es:ESHttpPost"],
      Resource: "arn:aws:es:eu-west-1:123456789012:domain/test-s/_bulk",
    });
    assert.deepEqual(administer?.Principal, { AWS: ["arn:aws:iam::123456789012:role/test-s-setup"] });
    assert.deepEqual(read?.Principal, { AWS: [READER] });
  });

  it("waits for what OpenSearch checks at creation: principals and the permission to write logs", async () => {
    const recording = await recordProgram(() => void search("s", { createServiceLinkedRole: true }));
    const { dependencies } = domainOf(recording);
    for (const name of ["s-forward-role", "s-setup-role", "s-logs-policy", "s-service-role"])
      assert.ok(dependencies.includes(named(recording, name).urn), name);
  });

  it("writes four logs, and lets only this domain write them", async () => {
    const recording = await recordProgram(() => void search("s"));
    const published = domainOf(recording).inputs.logPublishingOptions as Array<{ logType: string }>;
    assert.deepEqual(
      published.map((option) => option.logType),
      ["AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"],
    );
    const [statement] = statements(named(recording, "s-logs-policy").inputs.policyDocument);
    assert.equal((statement?.Resource as string[]).length, 4);
    assert.equal(
      (statement?.Resource as string[])[0],
      "arn:aws:logs:eu-west-1:123456789012:log-group:/test-s-audit-logs:*",
    );
    assert.deepEqual(statement?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:es:eu-west-1:123456789012:domain/test-s" },
    });
  });

  it("lets its two functions in on 443, each by a rule on both sides, and nobody else", async () => {
    const recording = await recordProgram(() => void search("s"));
    const ingress = ofType(recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.deepEqual(
      ingress.map((rule) => rule.inputs.referencedSecurityGroupId),
      [named(recording, "s-forward-group").id, named(recording, "s-setup-group").id],
    );
    const egress = ofType(recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
    assert.deepEqual(
      egress.map((rule) => [rule.inputs.securityGroupId, rule.inputs.referencedSecurityGroupId, rule.inputs.toPort]),
      ["s-forward-group", "s-setup-group"].map((name) => [
        named(recording, name).id,
        named(recording, "s-group").id,
        443,
      ]),
    );
  });

  it("keeps the functions' code from making network interfaces", async () => {
    const recording = await recordProgram(() => void search("s"));
    const [, , allow, deny] = statements(named(recording, "s-forward-policy").inputs.policy);
    assert.equal(allow?.Effect, "Allow");
    assert.equal(deny?.Effect, "Deny");
    assert.deepEqual(deny?.Action, allow?.Action);
    assert.deepEqual(deny?.Condition, {
      ArnEquals: { "lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:test-s-forward" },
    });
  });

  it("subscribes a log group once its function may be called by it, and the indices are set up", async () => {
    const recording = await recordProgram(() => {
      const group = new aws.cloudwatch.LogGroup("orders", { name: "/test/orders", region: "eu-west-1" });
      search("s").subscribe("orders", group);
    });
    const filter = named(recording, "s-orders");
    assert.equal(filter.inputs.logGroup, "/test/orders");
    assert.equal(filter.inputs.filterPattern, "");
    assert.equal(filter.inputs.destinationArn, "arn:aws:lambda:eu-west-1:123456789012:function:test-s-forward");
    const permission = named(recording, "s-orders-permission");
    assert.equal(permission.inputs.principal, "logs.amazonaws.com");
    assert.equal(permission.inputs.sourceArn, "arn:aws:logs:eu-west-1:123456789012:log-group:/test/orders:*");
    assert.equal(permission.inputs.sourceAccount, "123456789012");
    for (const before of [permission, named(recording, "s-setup-run")])
      assert.ok(filter.dependencies.includes(before.urn));
  });

  it("keeps what could not be written", async () => {
    const recording = await recordProgram(() => void search("s"));
    const bucket = "arn:aws:s3:::test-s-failures-123456789012-eu-west-1";
    const config = named(recording, "s-forward-failures").inputs;
    assert.deepEqual(config.destinationConfig, { onFailure: { destination: bucket } });
    const granted = statements(named(recording, "s-forward-policy").inputs.policy).slice(4);
    assert.deepEqual(granted.slice(0, 2), [
      { Effect: "Allow", Action: "s3:PutObject", Resource: `${bucket}/*` },
      { Effect: "Allow", Action: "s3:ListBucket", Resource: bucket },
    ]);
  });

  it("is one small unprotected node in development, as encrypted as in production", async () => {
    const recording = await recordProgram(() => void search("s", { environment: "development" }));
    const domain = domainOf(recording);
    assert.deepEqual(domain.inputs.clusterConfig, {
      instanceType: "t3.medium.search",
      instanceCount: 1,
      zoneAwarenessEnabled: false,
      dedicatedMasterEnabled: false,
    });
    assert.equal(domain.protect, false);
    assert.deepEqual(domain.inputs.nodeToNodeEncryption, { enabled: true });
    assert.equal((domain.inputs.vpcOptions as { subnetIds: string[] }).subnetIds.length, 1);
    assert.equal((domain.inputs.autoTuneOptions as { desiredState: string }).desiredState, "DISABLED");
    assert.equal(
      recording.resources.some((resource) => resource.name === "s-yellow"),
      false,
    );
  });

  it("watches the domain by this account's id, and its free space in MiB", async () => {
    const recording = await recordProgram(() => void search("s"));
    const alarm = named(recording, "s-free-space").inputs;
    assert.deepEqual(alarm.dimensions, { ClientId: "123456789012", DomainName: "test-s" });
    assert.equal(alarm.threshold, 51_200);
    assert.equal(alarm.comparisonOperator, "LessThanOrEqualToThreshold");
  });
});
