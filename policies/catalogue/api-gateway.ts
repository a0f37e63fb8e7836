import type { Catalogue } from "./catalogue";

const API_DOCS = "https://docs.aws.amazon.com/apigateway/latest/developerguide";

export const apiGateway = {
  "apigateway-domain-tls": {
    title: "API domain names accept TLS 1.2 or better only.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["APIGateway/domain-tls"],
    remediation: "Set securityPolicy to TLS_1_2 or one of the SecurityPolicy_TLS13 policies.",
    url: `${API_DOCS}/apigateway-custom-domain-tls-version.html`,
  },
  "apigateway-access-logs": {
    title: "API stages keep access logs.",
    severity: "medium",
    requirements: ["10.2.1", "10.4.2"],
    controls: ["APIGateway.9"],
    remediation: "Set accessLogSettings with a log group and a format.",
    url: `${API_DOCS}/set-up-logging.html`,
  },
  "apigateway-execution-logs": {
    title: "Stages of REST and WebSocket APIs log how requests are executed, without their bodies.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["APIGateway.1"],
    remediation:
      "Add MethodSettings for */* (defaultRouteSettings of a WebSocket stage) with loggingLevel ERROR or INFO and dataTraceEnabled false: traces hold card data.",
    url: `${API_DOCS}/set-up-logging.html`,
  },
  "apigateway-cache-encrypted": {
    title: "The cache of a REST API stage is encrypted.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["APIGateway.5"],
    remediation: "Set settings.cacheDataEncrypted to true.",
    url: `${API_DOCS}/api-gateway-caching.html`,
  },
  "apigateway-waf": {
    title: "REST APIs that the internet reaches stand behind a web ACL.",
    severity: "medium",
    requirements: ["6.4.1", "6.4.2"],
    controls: ["APIGateway.4"],
    remediation: "Associate a regional WebAcl with the stage's ARN.",
    url: `${API_DOCS}/apigateway-control-access-aws-waf.html`,
  },
  "apigateway-private-policy": {
    title: "Private REST APIs say which VPC endpoints may call them, and no API's policy is public.",
    severity: "high",
    requirements: ["1.3.1", "7.2.1"],
    controls: [],
    remediation:
      "Add a RestApiPolicy (or `policy`) that allows execute-api:Invoke with aws:SourceVpce or aws:SourceVpc.",
    url: `${API_DOCS}/apigateway-private-apis.html`,
  },
  "apigateway-authorization": {
    title: "API methods and routes ask who calls.",
    severity: "medium",
    requirements: ["7.2.1"],
    controls: ["APIGateway.8"],
    remediation:
      "Set an authorizer, AWS_IAM, or require an API key; OPTIONS (CORS) and the GET of a Route 53 health check need none.",
    url: `${API_DOCS}/apigateway-control-access-to-api.html`,
  },
  "apigateway-backend-tls": {
    title: "APIs speak TLS to what is behind them.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["APIGateway.10"],
    remediation: "Give an https:// uri; through a VPC link of an HTTP API, a tlsConfig.",
    url: `${API_DOCS}/api-gateway-api-integration-types.html`,
  },
  "apigateway-client-certificate": {
    title: "REST APIs with a backend on the internet prove by a client certificate that it is they who ask.",
    severity: "medium",
    requirements: ["4.2.1", "8.6.1"],
    controls: ["APIGateway.2"],
    remediation:
      "Set clientCertificateId to a ClientCertificate's id and let the backend ask for it, or reach the backend by a VPC link; Palisade's ApiGateway does.",
    url: `${API_DOCS}/getting-started-client-side-ssl-authentication.html`,
  },
  "apigateway-tracing": {
    title: "REST API stages trace requests with X-Ray.",
    severity: "low",
    requirements: ["10.2.1"],
    controls: ["APIGateway.3"],
    remediation: "Set xrayTracingEnabled to true.",
    url: `${API_DOCS}/apigateway-xray.html`,
  },
  "apigateway-endpoint-type": {
    title:
      "REST APIs and their domain names are regional or private, not behind a distribution that nobody can configure.",
    severity: "medium",
    requirements: ["1.2.1"],
    controls: ["APIGateway/endpoint-type"],
    remediation: "Set endpointConfiguration.types to REGIONAL or PRIVATE; the default is EDGE.",
    url: `${API_DOCS}/api-gateway-api-endpoint-types.html`,
  },
} as const satisfies Catalogue;
