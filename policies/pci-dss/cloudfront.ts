import type { ResourceNode } from "../../analysis/graph";
import { each, given, joined, oneOf, when } from "../checks";
import { all, fail, type Outcome, PASS, type Rule } from "../rule";
import { isStrongCloudFrontPolicy } from "./tls-policies";

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const CLOUDFRONT_DOCS = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide";
const WAF_DOCS = "https://docs.aws.amazon.com/waf/latest/developerguide";

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

export const cloudFrontRules: readonly Rule[] = [
  {
    id: "cloudfront-viewer-tls",
    title: "CloudFront serves viewers over TLS 1.2 or better, with a certificate of its own domain.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["CloudFront.3", "CloudFront.7", "CloudFront.8", "CloudFront.15"],
    types: [DISTRIBUTION],
    remediation:
      "Set viewerProtocolPolicy to redirect-to-https, and viewerCertificate with an ACM certificate, sni-only and TLSv1.2_2025.",
    url: `${CLOUDFRONT_DOCS}/using-https.html`,
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
  {
    id: "cloudfront-origin-tls",
    title: "CloudFront speaks TLS 1.2 to its origins.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["CloudFront.9", "CloudFront.10"],
    types: [DISTRIBUTION],
    remediation: "Set originProtocolPolicy to https-only and originSslProtocols to [TLSv1.2].",
    url: `${CLOUDFRONT_DOCS}/using-https-cloudfront-to-custom-origin.html`,
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
  {
    id: "cloudfront-origin-access",
    title: "S3 origins of CloudFront let only the distribution in (origin access control).",
    severity: "medium",
    requirements: ["1.4.4", "7.2.1"],
    controls: ["CloudFront.13"],
    types: [DISTRIBUTION],
    remediation: "Give the origin an originAccessControlId, and the bucket a policy for cloudfront.amazonaws.com.",
    url: `${CLOUDFRONT_DOCS}/private-content-restricting-access-to-s3.html`,
    check(node) {
      return each(node.property("origins"), (origin) => {
        if (!origin.at("customOriginConfig").absent || !origin.at("vpcOriginConfig").absent) return PASS;
        return given(origin.at("originAccessControlId"), "The S3 origin has no origin access control.");
      });
    },
  },
  {
    id: "cloudfront-waf",
    title: "CloudFront distributions stand behind a web ACL.",
    severity: "medium",
    requirements: ["6.4.2"],
    controls: ["CloudFront.6"],
    types: [DISTRIBUTION],
    remediation: "Set webAclId to the ARN of a CLOUDFRONT web ACL in us-east-1.",
    url: `${WAF_DOCS}/cloudfront-features.html`,
    check(node) {
      return given(node.property("webAclId"), "No web ACL stands in front of the distribution.");
    },
  },
  {
    id: "cloudfront-access-logs",
    title: "CloudFront distributions keep access logs.",
    severity: "medium",
    requirements: ["10.2.1", "10.4.2"],
    controls: ["CloudFront.5"],
    types: [DISTRIBUTION],
    remediation: "Set loggingConfig, or make a CloudWatch LogDeliverySource of the distribution.",
    url: `${CLOUDFRONT_DOCS}/AccessLogs.html`,
    check(node, graph) {
      if (!node.property("loggingConfig.bucket").absent) return PASS;
      return joined(
        graph.referring("aws:cloudwatch/logDeliverySource:LogDeliverySource", "resourceArn", node),
        (sources) => (sources.length > 0 ? PASS : fail("The distribution keeps no access log.")),
      );
    },
  },
  {
    id: "cloudfront-default-root",
    title: "CloudFront distributions answer the root with one object, and do not list the origin.",
    severity: "medium",
    requirements: ["2.2.6"],
    controls: ["CloudFront.1"],
    types: [DISTRIBUTION],
    remediation: "Set defaultRootObject, e.g. to index.html.",
    url: `${CLOUDFRONT_DOCS}/DefaultRootObject.html`,
    check(node) {
      return given(node.property("defaultRootObject"), "The distribution has no default root object.");
    },
  },
];
