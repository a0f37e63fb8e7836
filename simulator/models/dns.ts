import { createHash } from "node:crypto";
import type { Facts, Models } from "../model";

/** ACM asks for one record per domain and account, whatever the region: a wildcard, its apex and every other certificate of the domain share it. */
function validationOptions(f: Facts): Array<Record<string, string>> {
  const names = new Set([f.text("domainName"), ...f.list("subjectAlternativeNames").map(String)]);
  return [...names].map((domainName) => {
    const domain = domainName.replace(/^\*\./, "");
    const digest = createHash("sha256").update(`${f.account} ${domain}`).digest("hex");
    return {
      domainName,
      resourceRecordName: `_${digest.slice(0, 32)}.${domain}.`,
      resourceRecordType: "CNAME",
      resourceRecordValue: `_${digest.slice(32)}.acm-validations.aws.`,
    };
  });
}

const zoneId = (f: Facts): string => `Z0${f.hex(19).toUpperCase()}`;

export const dns: Models = {
  "aws:acm/certificate:Certificate": {
    id: (f) => f.arn("acm", `certificate/${f.uuid()}`),
    outputs: (f) => ({
      arn: f.arn("acm", `certificate/${f.uuid()}`),
      domainValidationOptions: validationOptions(f),
      keyAlgorithm: f.text("keyAlgorithm") || "RSA_2048",
      notAfter: "2026-07-18T23:59:59Z",
      notBefore: "2026-01-01T00:00:00Z",
      pendingRenewal: false,
      renewalEligibility: "INELIGIBLE",
      renewalSummaries: [],
      status: "PENDING_VALIDATION",
      type: "AMAZON_ISSUED",
      validationEmails: [],
    }),
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    id: () => "2026-01-01T00:00:00Z",
    outputs: (f) => ({ certificateArn: f.text("certificateArn") }),
  },
  "aws:route53/zone:Zone": {
    id: zoneId,
    outputs: (f) => ({
      arn: `arn:${f.partition}:route53:::hostedzone/${zoneId(f)}`,
      zoneId: zoneId(f),
      nameServers: ["ns-1.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk"],
      primaryNameServer: "ns-1.awsdns-00.com",
    }),
  },
  "aws:route53/record:Record": {
    id: (f) => [f.text("zoneId"), f.text("name"), f.text("type"), f.text("setIdentifier")].filter(Boolean).join("_"),
    outputs: (f) => ({ fqdn: f.text("name").replace(/\.$/, "") }),
  },
  "aws:route53/healthCheck:HealthCheck": {
    id: (f) => f.uuid(),
    outputs: (f) => ({ arn: `arn:${f.partition}:route53:::healthcheck/${f.uuid()}` }),
  },
  "aws:route53/queryLog:QueryLog": {
    id: (f) => f.uuid(),
    outputs: (f) => ({ arn: `arn:${f.partition}:route53:::queryloggingconfig/${f.uuid()}` }),
  },
  "aws:route53/keySigningKey:KeySigningKey": {
    id: (f) => `${f.text("hostedZoneId")},${f.text("name")}`,
    outputs: (f) => ({
      digestAlgorithmMnemonic: "SHA-256",
      digestAlgorithmType: 2,
      digestValue: f.hex(64).toUpperCase(),
      dnskeyRecord: `257 3 13 ${Buffer.from(f.hex(48)).toString("base64")}`,
      dsRecord: `12345 13 2 ${f.hex(64).toUpperCase()}`,
      flag: 257,
      keyTag: 12345,
      publicKey: Buffer.from(f.hex(48)).toString("base64"),
      signingAlgorithmMnemonic: "ECDSAP256SHA256",
      signingAlgorithmType: 13,
    }),
  },
  "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec": { id: (f) => f.text("hostedZoneId") },
};
