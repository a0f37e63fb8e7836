import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../core";
import { Dns } from "./dns";

export interface CertificateArgs extends ComponentArgs {
  /**
   * First name on the certificate, e.g. `api.example.com` or `*.example.com`; at most 64 characters, as it becomes the common name
   * (https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html).
   */
  domainName: string;
  /** Further names. Default: none. ACM's default quota is 10 names in all. */
  subjectAlternativeNames?: readonly string[];
  /** Public zone in which the validation records are written; every name must lie in it. */
  zone: Dns | { zoneId: pulumi.Input<string> };
  /** Key pair. Default `RSA_2048`, which every client takes; `EC_prime256v1` makes handshakes cheaper. A change replaces the certificate. */
  keyAlgorithm?: "RSA_2048" | "EC_prime256v1" | "EC_secp384r1";
  /**
   * Days left at which the alarm goes off, 1-90. Default 30: ACM renews 45 days before the end, so 30 means that renewal has been failing
   * for two weeks.
   */
  expiryAlarmDays?: number;
  transform?: { certificate?: Transform<aws.acm.CertificateArgs> };
}

const DOMAIN = /^(\*\.)?((?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)$/;

/**
 * A public TLS certificate (ACM), validated by DNS and renewed by AWS for as long as its validation records stand. It lives in the
 * component's region; CloudFront takes certificates of us-east-1 only: give `region: "us-east-1"`.
 *
 *     const certificate = new Certificate("web-cert", { domainName: "pay.example.com", zone: dns, region: "us-east-1" });
 *
 * Creates the certificate, one validation record per domain (a wildcard and its apex share one), the wait for issue, and an alarm on
 * the days left. Use `certificateArn`: whoever reads it waits until the certificate is issued.
 *
 * ACM asks for the same record for the same domain in every region of an account. So the records overwrite each other, and they are left in
 * the zone when a certificate goes, as another one may be renewed by them.
 *
 * Cost: nothing beyond the alarm (0.10 USD a month). It holds no data.
 */
export class Certificate extends Component {
  /** ARN of the certificate, once it is issued. */
  readonly certificateArn: pulumi.Output<string>;
  readonly domainName: string;
  /** Every name on the certificate, the first one included. */
  readonly domains: readonly string[];
  readonly nodes: {
    readonly certificate: aws.acm.Certificate;
    /** By domain, without `*.`. */
    readonly validationRecords: Readonly<Record<string, aws.route53.Record>>;
    readonly validation: aws.acm.CertificateValidation;
  };

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:Certificate", name, args, opts);
    this.domainName = args.domainName;
    this.domains = [args.domainName, ...(args.subjectAlternativeNames ?? [])];
    const expiryAlarmDays = args.expiryAlarmDays ?? 30;
    this.validate(args, expiryAlarmDays);

    const certificate = new aws.acm.Certificate(
      this.childName("certificate"),
      {
        domainName: args.domainName,
        // ACM refuses an empty list.
        subjectAlternativeNames: args.subjectAlternativeNames?.length ? [...args.subjectAlternativeNames] : undefined,
        keyAlgorithm: args.keyAlgorithm ?? "RSA_2048",
        validationMethod: "DNS",
        options: { certificateTransparencyLoggingPreference: "ENABLED" },
      },
      this.childOptions({}, args.transform?.certificate),
    );
    const validationRecords = this.validationRecords(certificate, args.zone.zoneId);
    const validation = new aws.acm.CertificateValidation(
      this.childName("validation"),
      {
        certificateArn: certificate.arn,
        validationRecordFqdns: Object.values(validationRecords).map((record) => record.fqdn),
      },
      this.childOptions(),
    );
    this.alarm("expires", {
      severity: "critical",
      description: `The certificate of ${args.domainName} ends in less than ${expiryAlarmDays} days and ACM has not renewed it: check that its validation records still stand in the public zone.`,
      metric: {
        namespace: "AWS/CertificateManager",
        name: "DaysToExpiry",
        dimensions: { CertificateArn: certificate.arn },
        statistic: "Minimum",
        // ACM publishes this metric twice a day.
        period: 86400,
      },
      comparison: "LessThanThreshold",
      threshold: expiryAlarmDays,
      evaluationPeriods: 1,
    });

    this.certificateArn = validation.certificateArn;
    this.nodes = { certificate, validationRecords, validation };
    this.registerOutputs({ certificateArn: this.certificateArn, domains: this.domains });
  }

  private validate(args: CertificateArgs, expiryAlarmDays: number): void {
    for (const domain of this.domains) {
      const argument = domain === args.domainName ? "domainName" : "subjectAlternativeNames";
      this.check.matches(argument, domain, DOMAIN, "Give a lower-case domain name such as api.example.com.");
      if (args.zone instanceof Dns) {
        const zone = args.zone.domain;
        this.check.that(
          withoutWildcard(domain) === zone || domain.endsWith(`.${zone}`),
          argument,
          domain,
          `It must lie in the zone ${zone}, where its validation record is written.`,
        );
      }
    }
    if (args.zone instanceof Dns) {
      this.check.that(
        !args.zone.isPrivate,
        "zone",
        args.zone.domain,
        "ACM looks validation records up from the internet: give a public zone.",
      );
    }
    this.check.that(
      args.domainName.length <= 64,
      "domainName",
      args.domainName,
      "The first name has at most 64 characters; put a short one first and the long one in subjectAlternativeNames.",
    );
    this.check.unique("subjectAlternativeNames", this.domains);
    this.check.oneOf("keyAlgorithm", args.keyAlgorithm ?? "RSA_2048", ["RSA_2048", "EC_prime256v1", "EC_secp384r1"]);
    this.check.integer("expiryAlarmDays", expiryAlarmDays, 1, 90, "of days");
  }

  private validationRecords(
    certificate: aws.acm.Certificate,
    zoneId: pulumi.Input<string>,
  ): Record<string, aws.route53.Record> {
    const records: Record<string, aws.route53.Record> = {};
    for (const domain of this.domains.map(withoutWildcard)) {
      if (records[domain] !== undefined) continue;
      const option = certificate.domainValidationOptions.apply((options) => {
        const found = options.find((candidate) => withoutWildcard(candidate.domainName) === domain);
        if (found === undefined) throw new pulumi.RunError(`ACM gave no validation record for ${domain}.`);
        return found;
      });
      records[domain] = new aws.route53.Record(
        this.childName(`validation-${domain}`),
        {
          zoneId,
          name: option.resourceRecordName,
          type: option.resourceRecordType,
          ttl: 300,
          records: [option.resourceRecordValue],
          allowOverwrite: true,
        },
        this.childOptions({ retainOnDelete: true }),
      );
    }
    return records;
  }
}

const withoutWildcard = (domain: string): string => domain.replace(/^\*\./, "");
