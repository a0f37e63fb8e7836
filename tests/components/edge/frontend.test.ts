import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import * as aws from "@pulumi/aws";
import { Certificate } from "../../../components/edge/certificate";
import { Dns } from "../../../components/edge/dns";
import { Firewall } from "../../../components/edge/firewall";
import { Frontend, type FrontendArgs } from "../../../components/edge/frontend";
import { siteRouterCode, type Routing } from "../../../components/edge/site-router";
import { Bucket } from "../../../components/data/bucket";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const HOST = "pay.example.com";

/** Everything a front needs, each named after it. */
function parts(name: string) {
  const region = "us-east-1";
  const key = new Key(`${name}-key`, {
    description: "Web front",
    services: ["cloudfront", "log-delivery", "logs"],
    region,
  });
  const dns = new Dns(`${name}-dns`, { domain: "example.com", zoneId: "Z0123456789ABCDEFGHIJ" });
  return {
    domainNames: [HOST],
    key,
    dns,
    certificate: new Certificate(`${name}-cert`, { domainName: HOST, zone: dns, region }),
    firewall: new Firewall(`${name}-firewall`, { scope: "CLOUDFRONT", key }),
  };
}
const front = (name: string, args: Partial<FrontendArgs> = {}) => new Frontend(name, { ...parts(name), ...args });

/** Runs the router function the way CloudFront does and returns the path it asks the bucket for. */
function routed(routing: Routing, uri: string): string {
  const request = runInNewContext(`${siteRouterCode(routing)}; handler(event)`, {
    event: { version: "1.0", request: { method: "GET", uri, querystring: {}, headers: {}, cookies: {} } },
  }) as { uri: string };
  return request.uri;
}

describe("Frontend", () => {
  componentContract("edge", "Frontend", {
    minimal: (name, opts) => new Frontend(name, parts(name), opts),
    complete: (name, opts) => {
      const accessLogs = new Bucket(`${name}-access`, { region: "us-east-1" });
      const web = new Frontend(
        name,
        {
          ...parts(name),
          release: "v42",
          spa: false,
          connectTo: ["https://api.pay.example.com", "wss://live.pay.example.com:8443"],
          minimumTls: "TLSv1.2_2025",
          priceClass: "PriceClass_100",
          blockedCountries: ["KP"],
          logRetentionInDays: 400,
          accessLogs,
          serverErrorPercent: 0.5,
          environment: "development",
          transform: {
            distribution: (args) => void (args.comment = "Payments"),
            responseHeaders: { comment: "Payments" },
          },
        },
        opts,
      );
      const role = new aws.iam.Role(`${name}-pipeline`, { assumeRolePolicy: "{}" });
      web.grantDeploy({ grantName: "pipeline", role });
      return web;
    },
    errors: {
      "no name": { build: (name) => front(name, { domainNames: [] }), message: /domainNames = \[\] .* at least 1/ },
      "a name twice": {
        build: (name) => front(name, { domainNames: [HOST, HOST] }),
        message: /"pay.example.com" stands twice/,
      },
      "a name that the certificate does not cover": {
        build: (name) => front(name, { domainNames: ["www.pay.example.com"] }),
        message: /domainNames = "www.pay.example.com" .* covers pay.example.com only/,
      },
      "a name outside the zone": {
        build: (name) => {
          const dns = new Dns(`${name}-other`, { domain: "example.org", zoneId: "Z0123456789ABCDEFGHIJ" });
          return front(name, { dns });
        },
        message: /domainNames = "pay.example.com" .* zone example.org/,
      },
      "a certificate of another region": {
        build: (name) => {
          const given = parts(name);
          const certificate = new Certificate(`${name}-here`, { domainName: HOST, zone: given.dns });
          return new Frontend(name, { ...given, certificate });
        },
        message: /certificate = "eu-west-1" .* us-east-1 only/,
      },
      ...keyErrors(`Frontend "one"`, (name, key) => front(name, { key }), ["cloudfront", "log-delivery"], "us-east-1"),
      "a regional firewall": {
        build: (name) => {
          const key = new Key(`${name}-here`, { description: "x", services: ["logs"] });
          return front(name, { firewall: new Firewall(`${name}-waf`, { scope: "REGIONAL", key }) });
        },
        message: /firewall = "REGIONAL" .* CLOUDFRONT/,
      },
      "a release that is no folder": {
        build: (name) => front(name, { release: "v1/../v2" }),
        message: /release = "v1\/..\/v2"/,
      },
      "two content policies": {
        build: (name) => front(name, { contentSecurityPolicy: "default-src *", connectTo: ["https://a.example.com"] }),
        message: /connectTo .* connect-src/,
      },
      "a content policy longer than CloudFront takes": {
        build: (name) => front(name, { contentSecurityPolicy: `script-src 'self' ${"x".repeat(1800)}` }),
        message: /contentSecurityPolicy .* at most 1,783 characters/,
      },
      "an origin that is none": {
        build: (name) => front(name, { connectTo: ["api.example.com"] }),
        message: /connectTo = "api.example.com"/,
      },
      "two lists of countries": {
        build: (name) => front(name, { allowedCountries: ["DE"], blockedCountries: ["KP"] }),
        message: /blockedCountries .* not both/,
      },
      "a country that is no code": {
        build: (name) => front(name, { allowedCountries: ["Germany"] }),
        message: /allowedCountries = "Germany"/,
      },
      "an old TLS policy": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => front(name, { minimumTls: "TLSv1" }),
        message: /minimumTls = "TLSv1" .* TLSv1.2_2021/,
      },
      "an unknown price class": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => front(name, { priceClass: "cheap" }),
        message: /priceClass = "cheap"/,
      },
      "logs kept for no time": {
        build: (name) => front(name, { logRetentionInDays: 0 }),
        message: /logRetentionInDays = 0 .* from 1/,
      },
      "an alarm that is always on": {
        build: (name) => front(name, { serverErrorPercent: 0 }),
        message: /serverErrorPercent = 0/,
      },
    },
  });

  it("lets this distribution, and nobody else, read the site", async () => {
    const recording = await recordProgram(() => void front("web"));
    const distribution = named(recording, "web-distribution");
    const reads = statements(named(recording, "web-site-policy").inputs.policy).filter((s) => s.Effect === "Allow");
    assert.equal(reads.length, 1);
    assert.deepEqual(reads[0]?.Principal, { Service: "cloudfront.amazonaws.com" });
    assert.equal(reads[0]?.Action, "s3:GetObject");
    assert.deepEqual(reads[0]?.Condition, { StringEquals: { "aws:SourceArn": distribution.outputs.arn } });
    const origins = distribution.inputs.origins as Array<Record<string, unknown>>;
    assert.equal(origins[0]?.originAccessControlId, named(recording, "web-access-control").id);
    assert.equal(origins[0]?.domainName, named(recording, "web-site-bucket").outputs.bucketRegionalDomainName);
    assert.ok(
      named(recording, "web-site-policy").dependencies.includes(distribution.urn),
      "the policy waits for the distribution that it names",
    );
  });

  it("takes TLS 1.2 or better, redirects plain HTTP and stands behind the web ACL", async () => {
    const recording = await recordProgram(() => void front("web"));
    const { inputs } = named(recording, "web-distribution");
    assert.deepEqual(inputs.viewerCertificate, {
      acmCertificateArn: named(recording, "web-cert-certificate").outputs.arn,
      sslSupportMethod: "sni-only",
      minimumProtocolVersion: "TLSv1.2_2021",
    });
    assert.equal((inputs.defaultCacheBehavior as Record<string, unknown>).viewerProtocolPolicy, "redirect-to-https");
    assert.equal(inputs.webAclId, named(recording, "web-firewall-acl").outputs.arn);
    assert.equal(inputs.httpVersion, "http2and3");
    assert.ok(
      named(recording, "web-distribution").propertyDependencies.viewerCertificate?.some((urn) =>
        urn.endsWith("CertificateValidation::web-cert-validation"),
      ),
      "it waits until the certificate is issued",
    );
  });

  it("lives in us-east-1 whole, wherever the program runs", async () => {
    const recording = await recordProgram(() => void front("web"));
    for (const resource of recording.resources)
      if (resource.region !== undefined) assert.equal(resource.region, "us-east-1", resource.urn);
  });

  it("delivers access logs without cookies and query strings, once the bucket lets them in", async () => {
    const recording = await recordProgram(() => void front("web"));
    const source = named(recording, "web-log-source");
    assert.equal(source.inputs.logType, "ACCESS_LOGS");
    assert.equal(source.inputs.resourceArn, named(recording, "web-distribution").outputs.arn);
    const delivery = named(recording, "web-log-delivery");
    const fields = delivery.inputs.recordFields as string[];
    assert.ok(fields.includes("c-ip") && fields.includes("sc-status"));
    for (const field of ["cs(Cookie)", "cs-uri-query", "cs(Referer)"]) assert.ok(!fields.includes(field), field);
    const policy = named(recording, "web-logs-policy");
    assert.ok(delivery.dependencies.includes(policy.urn));
    const write = statements(policy.inputs.policy).find((s) => s.Sid === "LogDeliveryWrite");
    assert.match(
      String(write?.Resource),
      /^arn:aws:s3:::test-web-logs-123456789012-us-east-1\/AWSLogs\/123456789012\/\*$/,
    );
    assert.deepEqual(write?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012", "s3:x-amz-acl": "bucket-owner-full-control" },
      ArnLike: { "aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:delivery-source:*" },
    });
  });

  it("writes A and AAAA records for every name", async () => {
    const recording = await recordProgram(() => void front("web"));
    const domainName = named(recording, "web-distribution").outputs.domainName;
    for (const type of ["A", "AAAA"]) {
      const record = named(recording, `web-dns-web-${HOST}-${type.toLowerCase()}`);
      assert.equal(record.inputs.type, type);
      assert.deepEqual(record.inputs.aliases, [
        { name: domainName, zoneId: "Z2FDTNDATAQYW2", evaluateTargetHealth: false },
      ]);
    }
  });

  it("accepts a wildcard certificate for one label, not for two", async () => {
    await recordProgram(() => {
      const given = parts("web");
      const certificate = new Certificate("wild", {
        domainName: "*.example.com",
        zone: given.dns,
        region: "us-east-1",
      });
      new Frontend("web", { ...given, certificate });
      assert.throws(
        () => new Frontend("deep", { ...given, certificate, domainNames: ["a.b.example.com"] }),
        /covers \*\.example\.com only/,
      );
    });
  });

  it("changes only the router when the release changes: going forward and back touches no cache", async () => {
    const run = async (release: string) => recordProgram(() => void front("web", { release }));
    const [before, after] = [await run("v1"), await run("v2")];
    const changed = after.resources.filter(
      (r) => JSON.stringify(r.inputs) !== JSON.stringify(before.resources.find((b) => b.urn === r.urn)?.inputs),
    );
    assert.deepEqual(
      changed.map((r) => r.name),
      ["web-router"],
    );
  });

  it("routes a single-page application's paths to its index, and files to themselves", () => {
    const spa = { release: "v1", spa: true };
    assert.equal(routed(spa, "/"), "/v1/index.html");
    assert.equal(routed(spa, "/accounts/42"), "/v1/index.html");
    assert.equal(routed(spa, "/accounts.v2/42"), "/v1/index.html");
    assert.equal(routed(spa, "/assets/app.3f2a.js"), "/v1/assets/app.3f2a.js");
    assert.equal(routed(spa, "/v0/index.html"), "/v1/v0/index.html");
  });

  it("routes a site of folders to each folder's index", () => {
    const site = { release: "v1", spa: false };
    assert.equal(routed(site, "/"), "/v1/index.html");
    assert.equal(routed(site, "/docs/"), "/v1/docs/index.html");
    assert.equal(routed(site, "/docs"), "/v1/docs/index.html");
    assert.equal(routed(site, "/logo.svg"), "/v1/logo.svg");
  });

  it("lets a pipeline upload, list and invalidate, and nothing more", async () => {
    const recording = await recordProgram(() => {
      const role = new aws.iam.Role("pipeline", { assumeRolePolicy: "{}" });
      front("web").grantDeploy({ grantName: "pipeline", role });
    });
    const granted = statements(named(recording, "web-deploy-pipeline").inputs.policy);
    assert.deepEqual(
      granted.flatMap((s) => s.Action),
      [
        ...["s3:AbortMultipartUpload", "s3:PutObject", "s3:ListBucket", "kms:Decrypt", "kms:GenerateDataKey"],
        ...["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
      ],
    );
    assert.equal(granted.at(-1)?.Resource, named(recording, "web-distribution").outputs.arn);
  });

  it("watches errors where CloudFront publishes its metrics", async () => {
    const recording = await recordProgram(() => void front("web"));
    const alarm = named(recording, "web-server-errors");
    assert.equal(alarm.region, "us-east-1");
    assert.deepEqual(alarm.inputs.dimensions, {
      DistributionId: named(recording, "web-distribution").id,
      Region: "Global",
    });
    assert.equal(ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm").length, 4);
  });
});
