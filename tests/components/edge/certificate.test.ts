import assert from "node:assert/strict";
import { Certificate } from "../../../components/edge/certificate";
import { Dns } from "../../../components/edge/dns";
import { componentContract } from "../../support/contract";
import { named, ofType, recordProgram } from "../../support/record";

const zone = { zoneId: "Z0123456789ABCDEFGHIJ" };

describe("Certificate", () => {
  componentContract("edge", "Certificate", {
    minimal: (name, opts) => new Certificate(name, { domainName: "pay.example.com", zone }, opts),
    complete: (name, opts) =>
      new Certificate(
        name,
        {
          domainName: "pay.example.com",
          subjectAlternativeNames: ["*.pay.example.com", "www.pay.example.com"],
          zone,
          keyAlgorithm: "EC_prime256v1",
          expiryAlarmDays: 20,
          environment: "development",
          transform: { certificate: (args) => void (args.tags = { team: "web" }) },
        },
        opts,
      ),
    errors: {
      "a name that is no domain": {
        build: (name) => new Certificate(name, { domainName: "Pay.Example.com", zone }),
        message: /Certificate "one": domainName = "Pay.Example.com"/,
      },
      "a first name above 64 characters": {
        build: (name) => new Certificate(name, { domainName: `${"a".repeat(60)}.example.com`, zone }),
        message: /at most 64 characters/,
      },
      "a name outside the zone": {
        build: (name) =>
          new Certificate(name, {
            domainName: "pay.example.com",
            subjectAlternativeNames: ["pay.example.org"],
            zone: new Dns("zone", { domain: "example.com", queryLogs: false }),
          }),
        message: /subjectAlternativeNames = "pay.example.org" .* lie in the zone example.com/,
      },
      "a private zone": {
        build: (name) =>
          new Certificate(name, {
            domainName: "pay.example.com",
            zone: new Dns("zone", { domain: "example.com", privateTo: [{ vpcId: "vpc-1", region: "eu-west-1" }] }),
          }),
        message: /give a public zone/,
      },
      "a name twice": {
        build: (name) =>
          new Certificate(name, { domainName: "a.example.com", subjectAlternativeNames: ["a.example.com"], zone }),
        message: /"a.example.com" stands twice/,
      },
      "another key algorithm": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => new Certificate(name, { domainName: "a.example.com", zone, keyAlgorithm: "RSA_1024" }),
        message: /keyAlgorithm = "RSA_1024" .* RSA_2048/,
      },
      "an alarm out of range": {
        build: (name) => new Certificate(name, { domainName: "a.example.com", zone, expiryAlarmDays: 120 }),
        message: /expiryAlarmDays = 120 .* from 1 to 90/,
      },
    },
  });

  it("writes one validation record for a wildcard and its apex, and waits for it", async () => {
    const recording = await recordProgram(
      () =>
        void new Certificate("c", {
          domainName: "*.example.com",
          subjectAlternativeNames: ["example.com", "api.other.example.com"],
          zone,
        }),
    );
    const records = ofType(recording, "aws:route53/record:Record");
    assert.deepEqual(records.map((r) => r.name).sort(), [
      "c-validation-api.other.example.com",
      "c-validation-example.com",
    ]);
    const apex = named(recording, "c-validation-example.com");
    assert.match(String(apex.inputs.name), /^_[0-9a-f]{32}\.example\.com\.$/);
    assert.equal(apex.inputs.type, "CNAME");
    assert.equal(apex.inputs.allowOverwrite, true);
    assert.equal(apex.retainOnDelete, true);
    const validation = named(recording, "c-validation");
    assert.deepEqual(
      new Set(validation.inputs.validationRecordFqdns as string[]),
      new Set(records.map((r) => r.outputs.fqdn)),
    );
  });

  it("gives out the ARN of the issued certificate: users depend on the validation", async () => {
    const recording = await recordProgram(() => {
      const certificate = new Certificate("c", { domainName: "a.example.com", zone });
      new Dns("d", { domain: "example.com", queryLogs: false }).record("txt", "t.example.com", "TXT", [
        certificate.certificateArn,
      ]);
    });
    const user = named(recording, "d-txt-txt");
    const dependencies = user.propertyDependencies.records ?? [];
    assert.ok(
      dependencies.some((urn) => urn.endsWith("CertificateValidation::c-validation")),
      dependencies.join(),
    );
  });

  it("is in us-east-1 for CloudFront, alarm included, when told so", async () => {
    const recording = await recordProgram(
      () => void new Certificate("c", { domainName: "a.example.com", zone, region: "us-east-1" }),
    );
    for (const name of ["c-certificate", "c-validation", "c-expires"])
      assert.equal(named(recording, name).region, "us-east-1");
  });
});
