import assert from "node:assert/strict";
import { LoadBalancer, loadBalancerLogStatements } from "../../../components/compute/load-balancer";
import { Bucket } from "../../../components/data/bucket";
import type { RecordedResource } from "../../../simulator";
import { CERTIFICATE, testKey, testLoadBalancer } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const listener = { port: 443, target: { port: 8443 } };

describe("LoadBalancer", () => {
  componentContract("compute", "LoadBalancer", {
    minimal: (name, opts) => testLoadBalancer(name, {}, opts),
    complete: (name, opts) => {
      const balancer = new LoadBalancer(
        name,
        {
          vpc: new TestNetwork(`${name}-vpc`, opts),
          certificateArn: CERTIFICATE,
          internal: false,
          fedByPrivateLink: true,
          tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
          crossZone: false,
          clientRouting: "partial_availability_zone_affinity",
          key: testKey(`${name}-key`, opts),
          logRetentionDays: 400,
          environment: "development",
          transform: {
            loadBalancer: { secondaryIpsAutoAssignedPerSubnet: 1 },
            securityGroup: { revokeRulesOnDelete: true },
          },
        },
        opts,
      );
      balancer.addListener("api", {
        port: 443,
        target: {
          port: 8443,
          healthCheckPath: "/ready",
          healthCheckCodes: "200-299",
          healthCheckIntervalSeconds: 5,
          deregistrationDelaySeconds: 120,
          preserveClientIp: true,
        },
        transform: { listener: { alpnPolicy: "HTTP2Optional" }, targetGroup: { connectionTermination: true } },
      });
      balancer.addListener("web", { port: 8443, target: { port: 8444 } });
      balancer.addListener("nodes", { port: 8445, target: { kind: "instance", port: 30_443 } });
      return balancer;
    },
    errors: {
      "an old TLS policy": {
        build: (name) => testLoadBalancer(name, { tlsPolicy: "ELBSecurityPolicy-2016-08" as never }),
        message: /LoadBalancer "one": tlsPolicy = "ELBSecurityPolicy-2016-08" .* Use one of: ELBSecurityPolicy-TLS13/,
      },
      "a retention out of range": {
        build: (name) => testLoadBalancer(name, { logRetentionDays: 0 }),
        message: /logRetentionDays = 0 .* from 1 to 3650/,
      },
      ...keyErrors(`LoadBalancer "one"`, (name, key) => testLoadBalancer(name, { key }), ["log-delivery"]),
      "a listener key that is taken": {
        build: (name) => {
          const balancer = testLoadBalancer(name);
          balancer.addListener("api", listener);
          balancer.addListener("api", { ...listener, port: 444 });
        },
        message: /listeners\.api = "api" .* use another/,
      },
      "a listener port that is taken": {
        build: (name) => {
          const balancer = testLoadBalancer(name);
          balancer.addListener("api", listener);
          balancer.addListener("web", listener);
        },
        message: /listeners\.web\.port = 443 .* "api" listens there already/,
      },
      "a port out of range": {
        build: (name) => testLoadBalancer(name).addListener("api", { ...listener, port: 70_000 }),
        message: /listeners\.api\.port = 70000 .* from 1 to 65535/,
      },
      "a target port out of range": {
        build: (name) => testLoadBalancer(name).addListener("api", { port: 443, target: { port: 0 } }),
        message: /target\.port = 0/,
      },
      "a health check path that is no path": {
        build: (name) =>
          testLoadBalancer(name).addListener("api", { port: 443, target: { port: 8443, healthCheckPath: "health" } }),
        message: /healthCheckPath = "health" .* begins with \//,
      },
      "a health check interval out of range": {
        build: (name) =>
          testLoadBalancer(name).addListener("api", { port: 443, target: { port: 1, healthCheckIntervalSeconds: 1 } }),
        message: /healthCheckIntervalSeconds = 1 .* from 5 to 300/,
      },
      "a deregistration delay out of range": {
        build: (name) =>
          testLoadBalancer(name).addListener("api", {
            port: 443,
            target: { port: 1, deregistrationDelaySeconds: 9999 },
          }),
        message: /deregistrationDelaySeconds = 9999 .* from 0 to 3600/,
      },
    },
  });

  const balancerOf = async (args: Parameters<typeof testLoadBalancer>[1] = {}): Promise<RecordedResource> =>
    named(await recordProgram(() => void testLoadBalancer("lb", args)), "lb-nlb");

  it("stands in the private subnets, and in the public ones only when told", async () => {
    const internal = (await balancerOf()).inputs;
    assert.equal(internal.internal, true);
    assert.deepEqual(
      internal.subnets,
      ["a2", "b2", "c2"].map((end) => `subnet-0a0000000000000${end}`),
    );
    const open = (await balancerOf({ internal: false })).inputs;
    assert.equal(open.internal, false);
    assert.deepEqual(
      open.subnets,
      ["a1", "b1", "c1"].map((end) => `subnet-0a0000000000000${end}`),
    );
  });

  it("enforces inbound rules on PrivateLink traffic unless it is fed by PrivateLink", async () => {
    const property = "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic";
    assert.equal((await balancerOf()).inputs[property], "on");
    assert.equal((await balancerOf({ fedByPrivateLink: true })).inputs[property], "off");
  });

  it("opens no port by itself", async () => {
    const recording = await recordProgram(() => void testLoadBalancer("lb").addListener("api", listener));
    assert.deepEqual(
      recording.resources.filter((r) => r.type.includes("SecurityGroupIngressRule") || r.type.includes("EgressRule")),
      [],
    );
    const group = named(recording, "lb-sg").inputs;
    assert.equal(group.ingress, undefined);
    assert.equal(group.egress, undefined);
  });

  it("is protected from deletion in production only", async () => {
    assert.equal((await balancerOf()).inputs.enableDeletionProtection, true);
    assert.equal((await balancerOf({ environment: "development" })).inputs.enableDeletionProtection, false);
  });

  it("speaks TLS to clients and to targets", async () => {
    const recording = await recordProgram(() => void testLoadBalancer("lb").addListener("api", listener));
    const { inputs } = named(recording, "lb-api-listener");
    assert.equal(inputs.protocol, "TLS");
    assert.equal(inputs.sslPolicy, "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09");
    const targets = named(recording, "lb-api-targets").inputs;
    assert.equal(targets.protocol, "TLS");
    assert.equal(targets.targetType, "ip");
    assert.equal(targets.preserveClientIp, "false");
    assert.equal((targets.healthCheck as Record<string, unknown>).protocol, "HTTPS");
  });

  it("lets only this account's log delivery in this region write logs, and waits for that policy", async () => {
    const recording = await recordProgram(() => void testLoadBalancer("lb"));
    const policy = named(recording, "lb-logs-policy");
    const [, , acl, write] = statements(policy.inputs.policy);
    const bucket = "arn:aws:s3:::test-lb-logs-123456789012-eu-west-1";
    const source = { "aws:SourceArn": "arn:aws:logs:eu-west-1:123456789012:*" };
    assert.deepEqual(acl, {
      Sid: "LogDeliveryAclCheck",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:GetBucketAcl",
      Resource: bucket,
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" }, ArnLike: source },
    });
    assert.deepEqual(write, {
      Sid: "LogDeliveryWrite",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${bucket}/*/AWSLogs/123456789012/*`,
      Condition: {
        StringEquals: { "aws:SourceAccount": "123456789012", "s3:x-amz-acl": "bucket-owner-full-control" },
        ArnLike: source,
      },
    });
    assert.ok(named(recording, "lb-nlb").dependencies.includes(policy.urn));
  });

  it("shares a log bucket when given one", async () => {
    const recording = await recordProgram(() => {
      const vpc = new TestNetwork("vpc");
      const logs = new Bucket("logs", { policyStatements: (arn) => loadBalancerLogStatements(vpc, arn) });
      testLoadBalancer("a", { vpc, accessLogs: logs });
      testLoadBalancer("b", { vpc, accessLogs: logs });
    });
    assert.equal(ofType(recording, "aws:s3/bucket:Bucket").length, 1);
    const prefixes = ["a-nlb", "b-nlb"].map((name) => named(recording, name).inputs.accessLogs);
    const bucket = "test-logs-123456789012-eu-west-1";
    assert.deepEqual(prefixes, [
      { enabled: true, bucket, prefix: "a" },
      { enabled: true, bucket, prefix: "b" },
    ]);
  });

  it("names target groups within 32 characters, and anew when AWS must replace them", async () => {
    const nameFor = async (key: string, port: number) => {
      const build = () =>
        void testLoadBalancer("payments-use1-load-balancer").addListener(key, { port: 443, target: { port } });
      const recording = await recordProgram(build);
      return String(named(recording, `payments-use1-load-balancer-${key}-targets`).inputs.name);
    };
    const name = await nameFor("processor-integration", 8443);
    assert.match(name, /^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/);
    assert.equal(await nameFor("processor-integration", 8443), name);
    assert.notEqual(await nameFor("processor-integration", 8444), name);
    assert.notEqual(await nameFor("processor-integrations", 8443), name);
  });

  it("refuses a name that AWS keeps for itself", async () => {
    await recordProgram(
      () => assert.throws(() => testLoadBalancer("api"), /begins with `internal-`.*Rename the stack/),
      { stack: "internal" },
    );
  });

  it("raises an alarm for each listener without a healthy target", async () => {
    const recording = await recordProgram(() => void testLoadBalancer("lb").addListener("api", listener));
    const { inputs } = named(recording, "lb-api-no-target");
    assert.deepEqual(inputs.dimensions, {
      LoadBalancer: named(recording, "lb-nlb").outputs.arnSuffix,
      TargetGroup: named(recording, "lb-api-targets").outputs.arnSuffix,
    });
    assert.equal(inputs.metricName, "HealthyHostCount");
    assert.equal(inputs.treatMissingData, "breaching");
  });
});
