import assert from "node:assert/strict";
import { Component } from "../../../components/core";
import { Dns } from "../../../components/edge/dns";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const key = (name: string, region = "us-east-1") =>
  new Key(`${name}-key`, { description: "Query logs", services: ["logs"], region });
const target = { dnsName: "d-abc.execute-api.eu-west-1.amazonaws.com", zoneId: "ZLY8HYME6SFDD" };

class Home extends Component {
  constructor(name: string) {
    const topic = "arn:aws:sns:eu-west-1:123456789012:alarms";
    super("palisade:test:Home", name, { region: "eu-west-1", alarmTopics: { critical: topic, warning: topic } });
    this.registerOutputs({});
  }
}

describe("Dns", () => {
  componentContract("edge", "Dns", {
    minimal: (name, opts) => new Dns(name, { domain: "pay.example.com", key: key(name) }, opts),
    complete: (name, opts) => {
      const dns = new Dns(
        name,
        {
          domain: "pay.example.com",
          key: key(name),
          queryLogs: true,
          dnssec: true,
          certificateAuthorities: ["amazon.com", "letsencrypt.org"],
          environment: "development",
          transform: { zone: { comment: "Payments" } },
        },
        opts,
      );
      dns.alias("web", "pay.example.com", { dnsName: "d1.cloudfront.net", zoneId: "Z2FDTNDATAQYW2", ipv6: true });
      dns.latencyRecord("api-euw1", "api.pay.example.com", {
        ...target,
        region: "eu-west-1",
        healthCheck: {
          host: "eu-west-1.api.pay.example.com",
          path: "/ready",
          port: 8443,
          intervalInSeconds: 10,
          failureThreshold: 2,
        },
      });
      dns.record("spf", "pay.example.com", "TXT", ["v=spf1 -all"]);
      return dns;
    },
    errors: {
      "a name that is no domain": {
        build: (name) => new Dns(name, { domain: "pay", queryLogs: false }),
        message: /Dns "one": domain = "pay"/,
      },
      "query logs without a key": {
        build: (name) => new Dns(name, { domain: "example.com" }),
        message: /key = undefined .* Key of us-east-1/,
      },
      ...keyErrors(`Dns "one"`, (name, key) => new Dns(name, { domain: "example.com", key }), ["logs"], "us-east-1"),
      "DNSSEC for a zone it does not own": {
        build: (name) => new Dns(name, { domain: "example.com", zoneId: "Z1", dnssec: true }),
        message: /dnssec = true .* drop zoneId/,
      },
      "query logs of a zone it does not own": {
        build: (name) => new Dns(name, { domain: "example.com", zoneId: "Z1", queryLogs: true }),
        message: /queryLogs = true/,
      },
      "CAA in a private zone": {
        build: (name) =>
          new Dns(name, {
            domain: "example.com",
            privateTo: [{ vpcId: "vpc-1", region: "eu-west-1" }],
            certificateAuthorities: ["amazon.com"],
          }),
        message: /certificateAuthorities/,
      },
      "a CA that is no domain": {
        build: (name) => new Dns(name, { domain: "example.com", queryLogs: false, certificateAuthorities: ["Amazon"] }),
        message: /certificateAuthorities = "Amazon"/,
      },
      "a private zone for no VPC": {
        build: (name) => new Dns(name, { domain: "example.com", privateTo: [] }),
        message: /privateTo = \[\]/,
      },
      "an adopted zone made private": {
        build: (name) =>
          new Dns(name, { domain: "example.com", zoneId: "Z1", privateTo: [{ vpcId: "vpc-1", region: "eu-west-1" }] }),
        message: /drop privateTo/,
      },
      "topics of its parent's region, which its alarms could not notify": {
        build: (name) => new Dns(name, { domain: "example.com", queryLogs: false }, { parent: new Home("home") }),
        message: /alarmTopics .* us-east-1 .* eu-west-1/,
      },
      "a host outside the zone": {
        build: (name) => new Dns(name, { domain: "example.com", queryLogs: false }).alias("x", "x.example.org", target),
        message: /host = "x.example.org" .* zone example.com/,
      },
      "a host that is no name": {
        build: (name) => new Dns(name, { domain: "example.com", queryLogs: false }).alias("x", "X", target),
        message: /host = "X"/,
      },
      "a time to live out of range": {
        build: (name) =>
          new Dns(name, { domain: "example.com", queryLogs: false }).record("x", "x.example.com", "TXT", ["x"], -1),
        message: /ttl = -1/,
      },
      "a health check path without a slash": {
        build: (name) =>
          new Dns(name, { domain: "example.com", queryLogs: false }).healthCheck("x", { host: "h", path: "health" }),
        message: /healthCheck.path = "health"/,
      },
      "a health check port out of range": {
        build: (name) =>
          new Dns(name, { domain: "example.com", queryLogs: false }).healthCheck("x", { host: "h", port: 0 }),
        message: /healthCheck.port = 0/,
      },
      "a health check interval that Route 53 does not have": {
        build: (name) =>
          new Dns(name, { domain: "example.com", queryLogs: false }).healthCheck("x", {
            host: "h",
            // @ts-expect-error what a JavaScript caller can do
            intervalInSeconds: 20,
          }),
        message: /intervalInSeconds = 20 .* 10, 30/,
      },
      "a failure threshold out of range": {
        build: (name) =>
          new Dns(name, { domain: "example.com", queryLogs: false }).healthCheck("x", {
            host: "h",
            failureThreshold: 11,
          }),
        message: /failureThreshold = 11/,
      },
      "a health check in a private zone": {
        build: (name) =>
          new Dns(name, { domain: "example.com", privateTo: [{ vpcId: "vpc-1", region: "eu-west-1" }] }).healthCheck(
            "x",
            { host: "h" },
          ),
        message: /reach no endpoint of a private zone/,
      },
    },
  });

  it("keeps everything regional in us-east-1, wherever the program runs", async () => {
    const recording = await recordProgram(() => {
      const dns = new Dns("dns", { domain: "pay.example.com", key: key("dns") });
      dns.healthCheck("api", { host: "api.pay.example.com" });
    });
    for (const name of ["dns-queries", "dns-queries-policy", "dns-api-unhealthy"])
      assert.equal(named(recording, name).region, "us-east-1", name);
  });

  it("lets Route 53 write the query logs of this zone and nothing else, before logging is turned on", async () => {
    const recording = await recordProgram(() => void new Dns("dns", { domain: "pay.example.com", key: key("dns") }));
    const zone = named(recording, "dns-zone");
    const group = named(recording, "dns-queries");
    const [statement] = statements(named(recording, "dns-queries-policy").inputs.policyDocument);
    assert.deepEqual(statement?.Principal, { Service: "route53.amazonaws.com" });
    assert.equal(statement?.Resource, `${String(group.outputs.arn)}:*`);
    assert.deepEqual(statement?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": zone.outputs.arn },
    });
    assert.ok(
      named(recording, "dns-query-log").dependencies.some((urn) =>
        urn.endsWith("LogResourcePolicy::dns-queries-policy"),
      ),
    );
  });

  it("gives each region's answer its own identifier, health check and alarm", async () => {
    const recording = await recordProgram(() => {
      const dns = new Dns("dns", { domain: "pay.example.com", queryLogs: false });
      for (const region of ["eu-west-1", "us-east-2"]) {
        dns.latencyRecord(`api-${region}`, "api.pay.example.com", {
          ...target,
          region,
          healthCheck: { host: `${region}.api.pay.example.com` },
        });
      }
    });
    const record = named(recording, "dns-api-eu-west-1-a");
    const check = named(recording, "dns-api-eu-west-1-check");
    assert.equal(record.inputs.setIdentifier, "api-eu-west-1");
    assert.deepEqual(record.inputs.latencyRoutingPolicies, [{ region: "eu-west-1" }]);
    assert.equal(record.inputs.healthCheckId, check.id);
    assert.equal(check.inputs.type, "HTTPS");
    assert.equal(check.inputs.enableSni, true);
    assert.equal(check.inputs.failureThreshold, 3);
    const alarms = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm", 2);
    assert.deepEqual(
      alarms.map((alarm) => (alarm.inputs.dimensions as Record<string, string>).HealthCheckId).sort(),
      ofType(recording, "aws:route53/healthCheck:HealthCheck", 2)
        .map((c) => c.id)
        .sort(),
    );
  });

  it("protects the zone in production and empties it on destroy in development only", async () => {
    const recording = await recordProgram(() => {
      new Dns("prod", { domain: "pay.example.com", queryLogs: false });
      new Dns("dev", { domain: "dev.example.com", environment: "development" });
    });
    const [prod, dev] = [named(recording, "prod-zone"), named(recording, "dev-zone")];
    assert.deepEqual([prod.protect, prod.inputs.forceDestroy], [true, false]);
    assert.deepEqual([dev.protect, dev.inputs.forceDestroy], [false, true]);
  });

  it("makes only records in a zone that stands already", async () => {
    const recording = await recordProgram(() => {
      const dns = new Dns("dns", { domain: "example.com", zoneId: "Z0123456789ABCDEFGHIJ" });
      dns.alias("web", "www.example.com", target);
    });
    assert.deepEqual(
      recording.resources.filter((r) => r.custom && r.type !== "pulumi:pulumi:Stack").map((r) => r.name),
      ["dns-web-a"],
    );
    assert.equal(named(recording, "dns-web-a").inputs.zoneId, "Z0123456789ABCDEFGHIJ");
  });

  it("holds the DNSSEC key to Route 53's signing of this zone", async () => {
    const recording = await recordProgram(
      () => void new Dns("dns", { domain: "example.com", queryLogs: false, dnssec: true }),
    );
    const key = named(recording, "dns-dnssec-key");
    assert.equal(key.inputs.customerMasterKeySpec, "ECC_NIST_P256");
    assert.equal(key.inputs.keyUsage, "SIGN_VERIFY");
    assert.equal(key.region, "us-east-1");
    const [, signs, grants] = statements(key.inputs.policy);
    assert.deepEqual(signs?.Action, ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]);
    assert.equal(grants?.Action, "kms:CreateGrant");
    assert.deepEqual((grants?.Condition as Record<string, unknown>).Bool, { "kms:GrantIsForAWSResource": "true" });
  });
});
