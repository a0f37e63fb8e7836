import type { Catalogue } from "./catalogue";

export const perimeter = {
  "apigateway-default-endpoint": {
    title: "An API with a domain name of its own is not reached by AWS's as well.",
    severity: "medium",
    requirements: ["1.3.1"],
    controls: [],
    remediation: "Set disableExecuteApiEndpoint to true; Palisade's Api does.",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html",
  },
  "apigateway-default-endpoint-tls": {
    title: "REST APIs ask no less than TLS 1.2 at AWS's own domain name.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: [],
    remediation: "Set securityPolicy to SecurityPolicy_TLS13_1_2_2021_06 or a later one, or leave TLS_1_0 out.",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html",
  },
  "cloudfront-signs-origin-requests": {
    title: "CloudFront signs every request to its origins.",
    severity: "medium",
    requirements: ["1.4.4", "7.2.1"],
    controls: [],
    remediation: "Set the OriginAccessControl's signingBehavior to always.",
    url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
  },
  "vpc-endpoint-policy": {
    title: "VPC endpoints lead to named accounts or resources only.",
    severity: "medium",
    requirements: ["1.3.2"],
    controls: [],
    remediation:
      "Give the endpoint a policy whose statements name resources, or have a condition on aws:PrincipalAccount, aws:PrincipalOrgID or aws:SourceVpc; Palisade's Vpc does.",
    url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
  },
  "lb-public-subnets": {
    title: "Load balancers in private subnets have private addresses.",
    severity: "medium",
    requirements: ["1.4.4"],
    controls: [],
    remediation: "Set internal to true, or give a load balancer that the internet shall reach public subnets.",
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
  },
  "route53-query-logs": {
    title: "Public hosted zones log DNS queries.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: [],
    relaxedInDevelopment: true,
    remediation: "Add a route53.QueryLog for the zone; Palisade's Dns does.",
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html",
  },
  "apigateway-method-settings": {
    title: "No method of an API goes without its log, logs what callers send, or lets them pass by the cache's guard.",
    severity: "medium",
    requirements: ["3.3.1", "10.2.1"],
    controls: [],
    remediation:
      "Set loggingLevel to ERROR or INFO and leave dataTraceEnabled off; where cachingEnabled, leave requireAuthorizationForCacheControl on.",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  },
} as const satisfies Catalogue;
