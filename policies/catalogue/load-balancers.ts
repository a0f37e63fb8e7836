import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/elasticloadbalancing/latest";

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
} as const satisfies Catalogue;
