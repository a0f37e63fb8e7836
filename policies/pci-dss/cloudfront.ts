import type { ResourceNode } from "../../analysis/graph";
import { each, given, joined, oneOf, when } from "../checks";
import { all, any, fail, implement, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { cloudFront } from "../catalogue/cloudfront";
import { isStrongCloudFrontPolicy } from "./tls-policies";

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
/** The name of the bucket in a host of S3, of a region or of a website or neither. */
const S3_HOST = /^(.+)\.s3(?:[.-](?:website[.-])?(?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/;

function behaviors(distribution: ResourceNode, judge: (protocolPolicy: string | undefined) => Outcome): Outcome {
  const policyOf = (value: unknown) => (value === undefined ? undefined : String(value));
  const standard = distribution.property("defaultCacheBehavior.viewerProtocolPolicy");
  return all(
    when(standard, (value) => judge(policyOf(value))),
    each(distribution.property("orderedCacheBehaviors"), (behavior) =>
      when(behavior.at("viewerProtocolPolicy"), (value) => judge(policyOf(value))),
    ),
  );
}

const LOG_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource";

export const cloudFrontRules: readonly Rule[] = implement(cloudFront, {
  "cloudfront-viewer-tls": {
    types: [DISTRIBUTION],
    check(node) {
      const certificate = node.property("viewerCertificate");
      const lowest = certificate.at("minimumProtocolVersion");
      return all(
        behaviors(node, (policy) =>
          policy === "https-only" || policy === "redirect-to-https"
            ? PASS
            : fail("Viewers may use plain HTTP.", "viewerProtocolPolicy"),
        ),
        given(certificate.at("acmCertificateArn"), "It has no certificate of its own, and then takes TLS 1.0."),
        oneOf(certificate.at("sslSupportMethod"), ["sni-only"], "It does not serve HTTPS by SNI."),
        when(lowest, (name) =>
          isStrongCloudFrontPolicy(String(name)) ? PASS : fail(`The TLS policy is ${String(name ?? "TLSv1")}.`, lowest),
        ),
      );
    },
  },
  "cloudfront-origin-tls": {
    types: [DISTRIBUTION],
    check(node) {
      return each(node.property("origins"), (origin) => {
        const custom = origin.at("customOriginConfig");
        if (custom.absent) return PASS;
        const protocols = custom.at("originSslProtocols");
        return all(
          oneOf(custom.at("originProtocolPolicy"), ["https-only"], "The origin may be asked in plain HTTP."),
          when(protocols, (list) =>
            Array.isArray(list) && list.length > 0 && list.every((version) => /^TLSv1\.[23]$/.test(String(version)))
              ? PASS
              : fail("Protocols older than TLS 1.2 are used towards the origin.", protocols),
          ),
        );
      });
    },
  },
  "cloudfront-origin-access": {
    types: [DISTRIBUTION],
    check(node) {
      return each(node.property("origins"), (origin) => {
        if (!origin.at("customOriginConfig").absent || !origin.at("vpcOriginConfig").absent) return PASS;
        return given(origin.at("originAccessControlId"), "The S3 origin has no origin access control.");
      });
    },
  },
  "cloudfront-origin-exists": {
    types: [DISTRIBUTION],
    check(node, graph) {
      return each(node.property("origins"), (origin) => {
        const domain = origin.at("domainName");
        if (domain.unknown) {
          const isBucket = domain.producers.some((urn) => BUCKETS.includes(graph.get(urn)?.type ?? ""));
          const isElsewhere = !origin.at("customOriginConfig").absent || !origin.at("vpcOriginConfig").absent;
          return isBucket || isElsewhere ? PASS : undetermined(domain);
        }
        return when(domain, (host) => {
          const [, name] = S3_HOST.exec(String(host)) ?? [];
          if (name === undefined) return PASS;
          const buckets = graph.once("buckets by name", () => {
            const names = graph.ofType(...BUCKETS).map((bucket) => bucket.outputs.bucket ?? bucket.id);
            return new Set(names);
          });
          return buckets.has(name) ? PASS : fail(`This program knows no bucket ${name}.`, domain);
        });
      });
    },
  },
  "cloudfront-waf": {
    types: [DISTRIBUTION],
    check(node) {
      return given(node.property("webAclId"), "No web ACL stands in front of the distribution.");
    },
  },
  "cloudfront-access-logs": {
    types: [DISTRIBUTION],
    check(node, graph) {
      if (!node.property("loggingConfig.bucket").absent) return PASS;
      const missing = fail("The distribution keeps no access log.");
      return joined(graph.referring(LOG_SOURCE, "resourceArn", node), (sources) => {
        const delivered = sources.map((source) =>
          joined(
            graph.referring("aws:cloudwatch/logDelivery:LogDelivery", "deliverySourceName", source),
            (deliveries) => (deliveries.length > 0 ? PASS : missing),
          ),
        );
        return any(delivered, missing);
      });
    },
  },
  "cloudfront-default-root": {
    types: [DISTRIBUTION],
    check(node) {
      return given(node.property("defaultRootObject"), "The distribution has no default root object.");
    },
  },
});
