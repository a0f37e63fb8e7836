import type { Catalogue } from "./catalogue";

const CLOUDFRONT_DOCS = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide";
const WAF_DOCS = "https://docs.aws.amazon.com/waf/latest/developerguide";

export const cloudFront = {
  "cloudfront-viewer-tls": {
    title: "CloudFront serves viewers over TLS 1.2 or better, with a certificate of its own domain.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["CloudFront.3", "CloudFront.7", "CloudFront.8", "CloudFront.15"],
    remediation:
      "Set viewerProtocolPolicy to redirect-to-https, and viewerCertificate with an ACM certificate, sni-only and TLSv1.2_2025.",
    url: `${CLOUDFRONT_DOCS}/using-https.html`,
  },
  "cloudfront-origin-tls": {
    title: "CloudFront speaks TLS 1.2 to its origins.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["CloudFront.9", "CloudFront.10"],
    remediation: "Set originProtocolPolicy to https-only and originSslProtocols to [TLSv1.2].",
    url: `${CLOUDFRONT_DOCS}/using-https-cloudfront-to-custom-origin.html`,
  },
  "cloudfront-origin-access": {
    title: "S3 origins of CloudFront let only the distribution in (origin access control).",
    severity: "medium",
    requirements: ["1.4.4", "7.2.1"],
    controls: ["CloudFront.13"],
    remediation: "Give the origin an originAccessControlId, and the bucket a policy for cloudfront.amazonaws.com.",
    url: `${CLOUDFRONT_DOCS}/private-content-restricting-access-to-s3.html`,
  },
  "cloudfront-origin-exists": {
    title: "S3 origins of CloudFront are buckets that exist.",
    severity: "high",
    requirements: ["2.2.6"],
    controls: ["CloudFront.12"],
    remediation:
      "Take the origin's domainName from a Bucket, or from Bucket.get for one of another program: whoever makes a missing bucket serves your site.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-12",
  },
  "cloudfront-waf": {
    title: "CloudFront distributions stand behind a web ACL.",
    severity: "medium",
    requirements: ["6.4.2"],
    controls: ["CloudFront.6"],
    remediation: "Set webAclId to the ARN of a CLOUDFRONT web ACL in us-east-1.",
    url: `${WAF_DOCS}/cloudfront-features.html`,
  },
  "cloudfront-access-logs": {
    title: "CloudFront distributions keep access logs.",
    severity: "medium",
    requirements: ["10.2.1", "10.4.2"],
    controls: ["CloudFront.5"],
    remediation: "Set loggingConfig, or make a CloudWatch LogDeliverySource of the distribution.",
    url: `${CLOUDFRONT_DOCS}/AccessLogs.html`,
  },
  "cloudfront-default-root": {
    title: "CloudFront distributions answer the root with one object, and do not list the origin.",
    severity: "medium",
    requirements: ["2.2.6"],
    controls: ["CloudFront.1"],
    remediation: "Set defaultRootObject, e.g. to index.html.",
    url: `${CLOUDFRONT_DOCS}/DefaultRootObject.html`,
  },
} as const satisfies Catalogue;
