import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/elasticloadbalancing/latest";

const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html";

export const loadBalancers = {
  "lb-listener-tls": {
    title: "Load balancers listen with TLS 1.2 or better; plain HTTP is only redirected to HTTPS.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["ELB.1", "ELB.17", "ELB.18"],
    remediation:
      "Use protocol TLS or HTTPS with a certificate and sslPolicy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09.",
    url: `${DOCS}/network/describe-ssl-policies.html`,
  },
  "lb-target-tls": {
    title: "Load balancers speak TLS to their targets.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["ELB.22"],
    remediation: "Use protocol TLS or HTTPS; the targets need a certificate, which may be self-signed.",
    url: `${DOCS}/network/load-balancer-target-groups.html`,
  },
  "lb-access-logs": {
    title: "Load balancers keep access logs.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["ELB.5"],
    remediation: "Set accessLogs with a bucket and enabled true.",
    url: `${DOCS}/application/load-balancer-access-logs.html`,
  },
  "alb-drops-invalid-headers": {
    title: "Application load balancers drop invalid headers and refuse ambiguous requests.",
    severity: "medium",
    requirements: ["6.2.4"],
    controls: ["ELB.4", "ELB.12"],
    remediation: "Set dropInvalidHeaderFields to true and leave desyncMitigationMode at defensive, or set strictest.",
    url: `${DOCS}/application/edit-load-balancer-attributes.html`,
  },
  "lb-acm-certificate": {
    title: "Load balancers have their certificates from ACM, which renews them.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["ELB.2", "ELB/acm-certificate"],
    remediation:
      "Set certificateArn (sslCertificateId) to a Certificate's ARN; Palisade's LoadBalancer takes a Certificate.",
    url: `${DOCS}/application/https-listener-certificates.html`,
  },
  "alb-waf": {
    title: "Application load balancers that the internet reaches stand behind a web ACL.",
    severity: "medium",
    requirements: ["6.4.1", "6.4.2"],
    controls: ["ELB.16"],
    remediation: "Add a WebAclAssociation with the load balancer's ARN.",
    url: "https://docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html",
  },
  "clb-listener-tls": {
    title: "Classic load balancers listen with HTTPS or TLS only.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["ELB.3"],
    remediation: "Set lbProtocol to HTTPS or SSL, or move to an application or network load balancer.",
    url: `${HUB}#elb-3`,
  },
  "clb-tls-policy": {
    title: "Classic load balancers take AWS's TLS 1.2 policy.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["ELB.8"],
    remediation:
      "Add a LoadBalancerPolicy with Reference-Security-Policy ELBSecurityPolicy-TLS-1-2-2017-01 and a ListenerPolicy for each TLS port.",
    url: `${HUB}#elb-8`,
  },
  "clb-desync": {
    title: "Classic load balancers refuse ambiguous requests.",
    severity: "medium",
    requirements: ["6.2.4"],
    controls: ["ELB.14"],
    remediation: "Leave desyncMitigationMode at its default defensive, or set strictest.",
    url: `${HUB}#elb-14`,
  },
} as const satisfies Catalogue;
