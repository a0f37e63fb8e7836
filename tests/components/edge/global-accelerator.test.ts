import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  type AcceleratorEndpoint,
  GlobalAccelerator,
  type GlobalAcceleratorArgs,
} from "../../../components/edge/global-accelerator";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { named, recordProgram, statements } from "../../support/record";

const arn = (region: string, kind: "app" | "net") =>
  `arn:aws:elasticloadbalancing:${region}:123456789012:loadbalancer/${kind}/api/50dc6c495c0c9188`;
const nlb = (region: string): AcceleratorEndpoint => ({ kind: "network-load-balancer", id: arn(region, "net") });
const key = (name: string) =>
  new Key(`${name}-key`, { description: "Flow logs", services: ["log-delivery"], region: "us-east-1" });
const minimal = { "eu-west-1": { endpoints: { api: nlb("eu-west-1") } } };
const accelerator = (name: string, args: Partial<GlobalAcceleratorArgs> = {}) =>
  new GlobalAccelerator(name, { key: key(name), regions: minimal, ...args });
const withEndpoint = (name: string, endpoint: AcceleratorEndpoint) =>
  accelerator(name, { regions: { "eu-west-1": { endpoints: { api: endpoint } } } });

describe("GlobalAccelerator", () => {
  componentContract("edge", "GlobalAccelerator", {
    minimal: (name, opts) => new GlobalAccelerator(name, { key: key(name), regions: minimal }, opts),
    complete: (name, opts) =>
      new GlobalAccelerator(
        name,
        {
          key: key(name),
          regions: {
            "eu-west-1": {
              trafficDialPercentage: 50,
              endpoints: {
                api: { ...nlb("eu-west-1"), weight: 200, preserveClientIp: true },
                web: { kind: "application-load-balancer", id: arn("eu-west-1", "app") },
              },
            },
            "us-east-2": { endpoints: { address: { kind: "elastic-ip", id: "eipalloc-0a1b2c3d4e5f60718" } } },
          },
          ports: [443, 8443],
          protocol: "TCP",
          clientAffinity: "SOURCE_IP",
          ipAddressType: "IPV4",
          healthCheck: { protocol: "HTTPS", port: 8443, path: "/health", intervalInSeconds: 30, threshold: 2 },
          logRetentionInDays: 400,
          environment: "development",
          transform: { accelerator: { enabled: false }, listener: (args) => void (args.clientAffinity = "NONE") },
        },
        opts,
      ),
    errors: {
      "a key whose policy leaves out log-delivery": {
        build: (name) => accelerator(name, { key: new Key(`${name}-k`, { description: "x", services: ["logs"] }) }),
        message: /GlobalAccelerator "one": key = "one-k" .* add "log-delivery" to the key's `services`/,
      },
      "no region": { build: (name) => accelerator(name, { regions: {} }), message: /regions = \{\} .* at least 1/ },
      "a region that is none": {
        build: (name) => accelerator(name, { regions: { europe: { endpoints: { api: nlb("eu-west-1") } } } }),
        message: /regions\["europe"\] = "europe"/,
      },
      "a region without endpoints": {
        build: (name) => accelerator(name, { regions: { "eu-west-1": { endpoints: {} } } }),
        message: /endpoints = \{\} .* at least 1/,
      },
      "more endpoints than a group takes": {
        build: (name) => {
          const endpoints = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`api${i}`, nlb("eu-west-1")]));
          return accelerator(name, { regions: { "eu-west-1": { endpoints } } });
        },
        message: /endpoints = 11 .* at most 10/,
      },
      "a dial above 100": {
        build: (name) =>
          accelerator(name, {
            regions: { "eu-west-1": { endpoints: { api: nlb("eu-west-1") }, trafficDialPercentage: 120 } },
          }),
        message: /trafficDialPercentage = 120/,
      },
      "a balancer of another region": {
        build: (name) => withEndpoint(name, nlb("us-east-2")),
        message: /api.id = .*us-east-2.* its own region only/,
      },
      "a balancer of another kind": {
        build: (name) => withEndpoint(name, { kind: "network-load-balancer", id: arn("eu-west-1", "app") }),
        message: /api.id = .*app.*loadbalancer\/net/,
      },
      "an API gateway": {
        build: (name) =>
          withEndpoint(name, { kind: "elastic-ip", id: "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/live" }),
        message: /eipalloc-<id>/,
      },
      "an unknown kind": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => withEndpoint(name, { kind: "lambda", id: "x" }),
        message: /api.kind = "lambda"/,
      },
      "a weight above 255": {
        build: (name) => withEndpoint(name, { ...nlb("eu-west-1"), weight: 256 }),
        message: /api.weight = 256/,
      },
      "client addresses through an Elastic IP": {
        build: (name) => withEndpoint(name, { kind: "elastic-ip", id: "eipalloc-1", preserveClientIp: true }),
        message: /preserveClientIp = true .* cannot/,
      },
      "no port": { build: (name) => accelerator(name, { ports: [] }), message: /ports = \[\]/ },
      "too many ports": {
        build: (name) => accelerator(name, { ports: Array.from({ length: 11 }, (_, i) => 8000 + i) }),
        message: /ports = 11 .* at most 10/,
      },
      "a port out of range": { build: (name) => accelerator(name, { ports: [0] }), message: /ports = 0/ },
      "an unknown protocol": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => accelerator(name, { protocol: "TLS" }),
        message: /protocol = "TLS"/,
      },
      "an unknown affinity": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => accelerator(name, { clientAffinity: "COOKIE" }),
        message: /clientAffinity = "COOKIE"/,
      },
      "an unknown address type": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => accelerator(name, { ipAddressType: "IPV6" }),
        message: /ipAddressType = "IPV6"/,
      },
      "a health check threshold out of range": {
        build: (name) => accelerator(name, { healthCheck: { threshold: 0 } }),
        message: /healthCheck.threshold = 0/,
      },
      "a health check interval that it does not have": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => accelerator(name, { healthCheck: { intervalInSeconds: 20 } }),
        message: /intervalInSeconds = 20/,
      },
      "a health check port out of range": {
        build: (name) => accelerator(name, { healthCheck: { port: 70000 } }),
        message: /healthCheck.port = 70000/,
      },
      "a path for a TCP check": {
        build: (name) => accelerator(name, { healthCheck: { path: "/health" } }),
        message: /healthCheck.path = "\/health" .* HTTP or HTTPS/,
      },
      "logs kept for no time": {
        build: (name) => accelerator(name, { logRetentionInDays: 0 }),
        message: /logRetentionInDays = 0/,
      },
    },
  });

  it("watches in us-west-2, where its metrics are, by the accelerator's id", async () => {
    const recording = await recordProgram(() => void accelerator("front"));
    const alarm = named(recording, "front-unhealthy-endpoints");
    assert.equal(alarm.region, "us-west-2");
    const id = String(named(recording, "front-accelerator").outputs.arn).split("/")[1];
    assert.deepEqual(alarm.inputs.dimensions, { Accelerator: id });
  });

  it("writes flow logs to an encrypted bucket in the key's region, which lets them in first", async () => {
    const recording = await recordProgram(() => void accelerator("front"));
    const resource = named(recording, "front-accelerator");
    const bucket = named(recording, "front-flow-logs-bucket");
    assert.equal(bucket.region, "us-east-1");
    assert.deepEqual(resource.inputs.attributes, {
      flowLogsEnabled: true,
      flowLogsS3Bucket: bucket.outputs.bucket,
      flowLogsS3Prefix: "flow-logs",
    });
    const policy = named(recording, "front-flow-logs-policy");
    assert.ok(resource.dependencies.includes(policy.urn));
    const write = statements(policy.inputs.policy).find((s) => s.Sid === "LogDeliveryWrite");
    assert.equal(write?.Resource, `arn:aws:s3:::${String(bucket.outputs.bucket)}/flow-logs/AWSLogs/123456789012/*`);
    assert.deepEqual(write?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012", "s3:x-amz-acl": "bucket-owner-full-control" },
    });
  });

  it("keeps each region's endpoint group when another is added, and takes ids that are not known yet", async () => {
    const recording = await recordProgram(() => {
      accelerator("front", {
        regions: {
          "us-east-2": {
            endpoints: { api: { kind: "network-load-balancer", id: pulumi.output(arn("us-east-2", "net")) } },
          },
          ...minimal,
        },
      });
    });
    const group = named(recording, "front-eu-west-1");
    assert.equal(group.inputs.endpointGroupRegion, "eu-west-1");
    assert.deepEqual(group.inputs.endpointConfigurations, [
      { endpointId: arn("eu-west-1", "net"), weight: 128, clientIpPreservationEnabled: false },
    ]);
    assert.equal(named(recording, "front-us-east-2").inputs.endpointGroupRegion, "us-east-2");
  });

  it("protects its addresses in production", async () => {
    const recording = await recordProgram(() => {
      accelerator("prod");
      accelerator("dev", { environment: "development" });
    });
    assert.equal(named(recording, "prod-accelerator").protect, true);
    assert.equal(named(recording, "dev-accelerator").protect, false);
  });
});
