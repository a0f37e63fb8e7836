import { pciDss } from "../../policies/pci-dss/rules";
import { allow, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const without = (node: string, ...properties: string[]) =>
  Object.fromEntries(properties.map((property) => [`no ${property}`, { [node]: { [property]: undefined } }]));

const listener = {
  type: "aws:lb/listener:Listener",
  inputs: { protocol: "TLS", certificateArn: "arn:cert", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09" },
};
const redirect = (protocol: string) => ({
  listener: { protocol: "HTTP", sslPolicy: undefined, defaultActions: [{ type: "redirect", redirect: { protocol } }] },
});
const target = { type: "aws:lb/targetGroup:TargetGroup", inputs: { protocol: "TLS", targetType: "ip" } };
const balancer = {
  type: "aws:lb/loadBalancer:LoadBalancer",
  inputs: {
    loadBalancerType: "application",
    accessLogs: { enabled: true, bucket: "logs" },
    dropInvalidHeaderFields: true,
  },
};

ruleCases(pciDss, {
  "lb-listener-tls": {
    secure: { listener },
    broken: {
      "plain TCP": { listener: { protocol: "TCP" } },
      "AWS's default policy": { listener: { sslPolicy: undefined } },
      "TLS 1.0": { listener: { sslPolicy: "ELBSecurityPolicy-2016-08" } },
      "weak ciphers": { listener: { sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06" } },
      "TLS 1.1": { listener: { sslPolicy: "ELBSecurityPolicy-TLS13-1-1-2021-06" } },
      "no certificate": { listener: { certificateArn: undefined } },
      "plain HTTP": { listener: { protocol: "HTTP", defaultActions: [{ type: "forward" }] } },
      "a redirect to plain HTTP": redirect("HTTP"),
      "no protocol, which is HTTP": {
        listener: { protocol: undefined, sslPolicy: undefined, certificateArn: undefined },
      },
      "a rule that serves plain HTTP": {
        ...redirect("HTTPS"),
        rule: {
          type: "aws:lb/listenerRule:ListenerRule",
          inputs: { listenerArn: ref("listener", "arn"), actions: [{ type: "forward" }] },
        },
      },
    },
    notApplicable: {
      "a gateway load balancer": {
        listener: { protocol: undefined, loadBalancerArn: ref("gateway", "arn") },
        gateway: { type: "aws:lb/loadBalancer:LoadBalancer", inputs: { loadBalancerType: "gateway" } },
      },
    },
    alsoSecure: {
      "a redirect to HTTPS": redirect("HTTPS"),
      "TLS 1.3 only": { listener: { sslPolicy: "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04" } },
    },
    notNeeded: { "listener.certificateArn": "a certificate that is not known yet is a certificate" },
  },
  "lb-target-tls": {
    secure: { target },
    broken: { "plain TCP": { target: { protocol: "TCP" } }, "plain HTTP": { target: { protocol: "HTTP" } } },
    notApplicable: { Lambda: { target: { targetType: "lambda", protocol: undefined } } },
  },
  "lb-access-logs": {
    secure: { balancer },
    broken: {
      ...without("balancer", "accessLogs"),
      "logs that are off": { balancer: { accessLogs: { enabled: false, bucket: "logs" } } },
      "a classic one without logs": { classic: { type: "aws:elb/loadBalancer:LoadBalancer" } },
    },
    notApplicable: { "a gateway load balancer": { balancer: { loadBalancerType: "gateway" } } },
    notNeeded: {
      "balancer.accessLogs.bucket": "a bucket that is not known yet is a bucket",
    },
  },
  "alb-drops-invalid-headers": {
    secure: { balancer },
    broken: {
      ...without("balancer", "dropInvalidHeaderFields"),
      "ambiguous requests": { balancer: { desyncMitigationMode: "monitor" } },
    },
    notApplicable: { "a network load balancer": { balancer: { loadBalancerType: "network" } } },
  },
});

const issued = { type: "aws:acm/certificate:Certificate" };
const classic = {
  type: "aws:elb/loadBalancer:LoadBalancer",
  inputs: {
    name: "shop",
    listeners: [
      {
        lbPort: 443,
        lbProtocol: "https",
        instancePort: 8443,
        instanceProtocol: "https",
        sslCertificateId: "arn:aws:acm:x",
      },
    ],
  },
};
const classicListener = (change: Record<string, unknown>) => ({
  classic: { listeners: [{ ...classic.inputs.listeners[0], ...change }] },
});
const classicPolicy = (reference: string) => ({
  policyName: "tls",
  policyAttributes: [{ name: "Reference-Security-Policy", value: reference }],
});

ruleCases(pciDss, {
  "lb-acm-certificate": {
    secure: {
      listener: { ...listener, inputs: { ...listener.inputs, certificateArn: ref("issued", "arn") } },
      issued,
      classic,
    },
    broken: {
      "IAM's certificate": { listener: { certificateArn: "arn:aws:iam::123456789012:server-certificate/shop" } },
      "IAM's certificate for a classic one": classicListener({
        sslCertificateId: "arn:aws:iam::123456789012:server-certificate/shop",
      }),
    },
    alsoSecure: {
      "an imported ARN": { listener: { certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/x" } },
    },
  },
  "alb-waf": {
    secure: {
      balancer,
      association: {
        type: "aws:wafv2/webAclAssociation:WebAclAssociation",
        inputs: { resourceArn: ref("balancer", "arn"), webAclArn: "arn:acl" },
      },
    },
    broken: { "no web ACL": { association: undefined } },
    notApplicable: {
      "an internal one": { balancer: { internal: true }, association: undefined },
      "a network load balancer": { balancer: { loadBalancerType: "network" }, association: undefined },
    },
  },
  "clb-listener-tls": {
    secure: { classic },
    broken: {
      "plain HTTP": classicListener({ lbProtocol: "http" }),
      "plain TCP": classicListener({ lbProtocol: "tcp" }),
    },
    alsoSecure: { SSL: classicListener({ lbProtocol: "SSL" }) },
  },
  "clb-tls-policy": {
    secure: {
      classic,
      policy: {
        type: "aws:elb/loadBalancerPolicy:LoadBalancerPolicy",
        inputs: { loadBalancerName: ref("classic", "name"), ...classicPolicy("ELBSecurityPolicy-TLS-1-2-2017-01") },
      },
      attached: {
        type: "aws:elb/listenerPolicy:ListenerPolicy",
        inputs: {
          loadBalancerName: ref("classic", "name"),
          loadBalancerPort: 443,
          policyNames: [ref("policy", "policyName")],
        },
      },
    },
    broken: {
      "no policy": { policy: undefined, attached: undefined },
      "TLS 1.0": { policy: classicPolicy("ELBSecurityPolicy-2016-08") },
      "a policy for another port": { attached: { loadBalancerPort: 8443 } },
    },
  },
  "clb-desync": {
    secure: { classic },
    broken: { "ambiguous requests": { classic: { desyncMitigationMode: "monitor" } } },
    alsoSecure: { "the strictest": { classic: { desyncMitigationMode: "strictest" } } },
  },
});

const api = { type: "aws:apigateway/restApi:RestApi", inputs: { endpointConfiguration: { types: "REGIONAL" } } };
const stage = {
  type: "aws:apigateway/stage:Stage",
  inputs: {
    restApi: ref("api"),
    stageName: "live",
    accessLogSettings: { destinationArn: ref("log", "arn"), format: "{}" },
  },
};
const settings = {
  type: "aws:apigateway/methodSettings:MethodSettings",
  inputs: {
    restApi: ref("api"),
    stageName: ref("stage", "stageName"),
    methodPath: "*/*",
    settings: { loggingLevel: "ERROR", dataTraceEnabled: false, cachingEnabled: true, cacheDataEncrypted: true },
  },
};
const log = { type: "aws:cloudwatch/logGroup:LogGroup" };
const privateApi = {
  api: {
    type: "aws:apigateway/restApi:RestApi",
    inputs: {
      endpointConfiguration: { types: "PRIVATE" },
      policy: document(
        allow({
          Principal: "*",
          Action: "execute-api:Invoke",
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } },
        }),
      ),
    },
  },
};
/** A REST API of which one request is public. */
const publicOperation = (method: string, path = "/health") => ({
  body: JSON.stringify({ openapi: "3.0.1", paths: { [path]: { [method]: {} } } }),
});

const openApi = (operation: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  JSON.stringify({ openapi: "3.0.1", paths: { "/orders": { get: operation, options: {} } }, ...more });

ruleCases(pciDss, {
  "apigateway-domain-tls": {
    secure: {
      domain: { type: "aws:apigateway/domainName:DomainName", inputs: { securityPolicy: "TLS_1_2" } },
      v2: {
        type: "aws:apigatewayv2/domainName:DomainName",
        inputs: { domainNameConfiguration: { securityPolicy: "TLS_1_2" } },
      },
    },
    broken: {
      ...without("domain", "securityPolicy"),
      "TLS 1.0": { domain: { securityPolicy: "TLS_1_0" } },
      "an HTTP API with TLS 1.0": { v2: { domainNameConfiguration: { securityPolicy: "TLS_1_0" } } },
    },
    alsoSecure: { "TLS 1.3": { domain: { securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" } } },
  },
  "apigateway-access-logs": {
    secure: { api, stage, log },
    broken: without("stage", "accessLogSettings"),
    notNeeded: {
      "stage.accessLogSettings": "settings that are not known yet are settings",
      "stage.accessLogSettings.destinationArn": "a destination that is not known yet is a destination",
      "stage.accessLogSettings.format": "a format that is not known yet is a format",
    },
  },
  "apigateway-execution-logs": {
    secure: { api, stage, settings, log },
    broken: {
      "no settings": { settings: undefined },
      "settings for one method": { settings: { methodPath: "orders/GET" } },
      "logs that are off": { settings: { settings: { loggingLevel: "OFF" } } },
      "a WebSocket stage without": {
        chat: { type: "aws:apigatewayv2/api:Api", inputs: { protocolType: "WEBSOCKET" } },
        chatStage: { type: "aws:apigatewayv2/stage:Stage", inputs: { apiId: ref("chat") } },
      },
      "logs with card data": { settings: { settings: { loggingLevel: "INFO", dataTraceEnabled: true } } },
    },
    alsoSecure: {
      "a WebSocket stage with logs": {
        chat: { type: "aws:apigatewayv2/api:Api", inputs: { protocolType: "WEBSOCKET" } },
        chatStage: {
          type: "aws:apigatewayv2/stage:Stage",
          inputs: { apiId: ref("chat"), defaultRouteSettings: { loggingLevel: "ERROR" } },
        },
      },
      "an HTTP API, which has none": {
        http: { type: "aws:apigatewayv2/api:Api", inputs: { protocolType: "HTTP" } },
        httpStage: { type: "aws:apigatewayv2/stage:Stage", inputs: { apiId: ref("http") } },
      },
    },
  },
  "apigateway-cache-encrypted": {
    secure: { settings, api, stage },
    broken: { "a plain cache": { settings: { settings: { cachingEnabled: true } } } },
    notApplicable: { "no cache": { settings: { settings: { loggingLevel: "ERROR" } } } },
  },
  "apigateway-waf": {
    secure: {
      api,
      stage,
      log,
      association: {
        type: "aws:wafv2/webAclAssociation:WebAclAssociation",
        inputs: { resourceArn: ref("stage", "arn"), webAclArn: "arn:acl" },
      },
    },
    broken: { "no web ACL": { association: undefined } },
    notApplicable: {
      "a private API": { api: { endpointConfiguration: { types: "PRIVATE" } }, association: undefined },
    },
  },
  "apigateway-private-policy": {
    secure: privateApi,
    broken: {
      ...without("api", "policy"),
      everyone: {
        api: { policy: document(allow({ Principal: "*", Action: "execute-api:Invoke", Resource: "*" })) },
      },
    },
    alsoSecure: {
      "a denial of other endpoints, in the OpenAPI document": {
        api: {
          policy: undefined,
          body: openApi(
            {},
            {
              "x-amazon-apigateway-policy": {
                Statement: [
                  { Effect: "Allow", Principal: "*", Action: "execute-api:Invoke", Resource: "*" },
                  {
                    Effect: "Deny",
                    Principal: "*",
                    Action: "execute-api:Invoke",
                    Resource: "*",
                    Condition: { StringNotEquals: { "aws:SourceVpce": "vpce-1" } },
                  },
                ],
              },
            },
          ),
        },
      },
    },
    notApplicable: { "a public API": { api: { endpointConfiguration: { types: "REGIONAL" }, policy: undefined } } },
  },
  "apigateway-authorization": {
    secure: {
      api: {
        type: "aws:apigateway/restApi:RestApi",
        inputs: { endpointConfiguration: { types: "REGIONAL" }, body: openApi({ security: [{ api_key: [] }] }) },
      },
      method: {
        type: "aws:apigateway/method:Method",
        inputs: { restApi: ref("api"), httpMethod: "GET", authorization: "AWS_IAM" },
      },
      route: { type: "aws:apigatewayv2/route:Route", inputs: { routeKey: "GET /orders", authorizationType: "JWT" } },
    },
    broken: {
      "an operation without": { api: { body: openApi({}) } },
      "an operation that takes back what holds for the document": {
        api: { body: openApi({ security: [] }, { security: [{ iam: [] }] }) },
      },
      "a method without": { method: { authorization: "NONE" } },
      "a route without": { route: { authorizationType: undefined } },
    },
    alsoSecure: {
      "an API key": { method: { authorization: "NONE", apiKeyRequired: true } },
      preflights: { method: { authorization: "NONE", httpMethod: "OPTIONS" } },
      "what holds for the whole document": { api: { body: openApi({}, { security: [{ iam: [] }] }) } },
      "a private API": {
        api: { endpointConfiguration: { types: "PRIVATE" }, body: undefined },
        method: { authorization: "NONE" },
      },
    },
  },
  "apigateway-backend-tls": {
    secure: {
      api: {
        type: "aws:apigateway/restApi:RestApi",
        inputs: { body: openApi({ "x-amazon-apigateway-integration": { uri: "https://nlb:8443" } }) },
      },
      integration: {
        type: "aws:apigateway/integration:Integration",
        inputs: { type: "HTTP_PROXY", uri: "https://nlb:8443" },
      },
      v2: {
        type: "aws:apigatewayv2/integration:Integration",
        inputs: { connectionType: "VPC_LINK", tlsConfig: { serverNameToVerify: "orders.example.com" } },
      },
    },
    broken: {
      "a plain operation": {
        api: { body: openApi({ "x-amazon-apigateway-integration": { uri: "http://nlb:8080" } }) },
      },
      "a plain integration": { integration: { uri: "http://nlb:8080" } },
      "a plain VPC link": { v2: { tlsConfig: undefined } },
      "a plain URI": { v2: { connectionType: "INTERNET", integrationUri: "http://example.com" } },
    },
    notNeeded: {
      "v2.tlsConfig": "a name that is not known yet is a name",
      "v2.tlsConfig.serverNameToVerify": "a name that is not known yet is a name",
    },
  },
});

const backend = (integration: Record<string, unknown>) => ({
  api: {
    endpointConfiguration: { types: "REGIONAL" },
    body: openApi({ "x-amazon-apigateway-integration": integration }),
  },
});

ruleCases(pciDss, {
  "apigateway-client-certificate": {
    secure: {
      api: {
        type: "aws:apigateway/restApi:RestApi",
        inputs: { body: openApi({ "x-amazon-apigateway-integration": { type: "http_proxy", uri: "https://x" } }) },
      },
      stage: { ...stage, inputs: { ...stage.inputs, clientCertificateId: ref("certificate") } },
      certificate: { type: "aws:apigateway/clientCertificate:ClientCertificate" },
      log,
    },
    broken: {
      "no certificate": { stage: { clientCertificateId: undefined } },
      "no certificate for an integration of its own": {
        stage: { clientCertificateId: undefined },
        api: { body: undefined },
        integration: {
          type: "aws:apigateway/integration:Integration",
          inputs: { restApi: ref("api"), type: "HTTP", uri: "https://x" },
        },
      },
    },
    notApplicable: {
      "a VPC link": {
        ...backend({ type: "http_proxy", connectionType: "VPC_LINK" }),
        stage: { clientCertificateId: undefined },
      },
      "Lambda functions": { ...backend({ type: "aws_proxy" }), stage: { clientCertificateId: undefined } },
    },
    notNeeded: {
      "stage.clientCertificateId": "a certificate that is not known yet is a certificate",
    },
  },
  "apigateway-tracing": {
    secure: { api, log, stage: { ...stage, inputs: { ...stage.inputs, xrayTracingEnabled: true } } },
    broken: without("stage", "xrayTracingEnabled"),
  },
  "apigateway-endpoint-type": {
    secure: {
      api,
      domain: {
        type: "aws:apigateway/domainName:DomainName",
        inputs: { domainName: "api.example.com", endpointConfiguration: { types: "REGIONAL" } },
      },
    },
    broken: {
      "AWS's default, which is EDGE": { api: { endpointConfiguration: undefined } },
      "an edge domain": { domain: { endpointConfiguration: { types: "EDGE" } } },
    },
    alsoSecure: { "a private API": { api: { endpointConfiguration: { types: "PRIVATE" } } } },
  },
});

const distribution = {
  type: "aws:cloudfront/distribution:Distribution",
  inputs: {
    defaultRootObject: "index.html",
    webAclId: ref("acl", "arn"),
    defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
    orderedCacheBehaviors: [{ viewerProtocolPolicy: "https-only" }],
    viewerCertificate: {
      acmCertificateArn: "arn:cert",
      sslSupportMethod: "sni-only",
      minimumProtocolVersion: "TLSv1.2_2025",
    },
    origins: [
      { originId: "site", originAccessControlId: ref("access") },
      {
        originId: "api",
        customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] },
      },
    ],
  },
};
const access = { type: "aws:cloudfront/originAccessControl:OriginAccessControl" };
const rules = (statement: Record<string, unknown>, visible = true) => [
  { name: "common", statement, visibilityConfig: { cloudwatchMetricsEnabled: visible } },
];
const BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet";
const badInputs = (change: Record<string, unknown>) =>
  rules({ managedRuleGroupStatement: { name: BAD_INPUTS, vendorName: "AWS" } }).map((rule) => ({ ...rule, ...change }));
const acl = {
  type: "aws:wafv2/webAcl:WebAcl",
  inputs: {
    rules: rules({ managedRuleGroupStatement: { name: "AWSManagedRulesCommonRuleSet", vendorName: "AWS" } }),
    visibilityConfig: { cloudwatchMetricsEnabled: true },
  },
};
const certificate = (change: Record<string, unknown>) => ({
  distribution: { viewerCertificate: { ...distribution.inputs.viewerCertificate, ...change } },
});
const origin = (change: Record<string, unknown>) => ({
  distribution: {
    origins: [
      { customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"], ...change } },
    ],
  },
});

ruleCases(pciDss, {
  "cloudfront-viewer-tls": {
    secure: { distribution, access, acl },
    broken: {
      "plain HTTP": { distribution: { defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" } } },
      "plain HTTP on one path": { distribution: { orderedCacheBehaviors: [{ viewerProtocolPolicy: "allow-all" }] } },
      "CloudFront's certificate": { distribution: { viewerCertificate: { cloudfrontDefaultCertificate: true } } },
      "TLS 1.1": certificate({ minimumProtocolVersion: "TLSv1.1_2016" }),
      "an old TLS 1.2 policy": certificate({ minimumProtocolVersion: "TLSv1.2_2018" }),
      "an address of its own": certificate({ sslSupportMethod: "vip" }),
    },
    alsoSecure: { "TLS 1.3": certificate({ minimumProtocolVersion: "TLSv1.3_2025" }) },
    notNeeded: {
      "distribution.viewerCertificate.acmCertificateArn": "a certificate that is not known yet is a certificate",
    },
  },
  "cloudfront-origin-tls": {
    secure: { distribution, access, acl },
    broken: {
      "what the viewer uses": origin({ originProtocolPolicy: "match-viewer" }),
      "TLS 1.0": origin({ originSslProtocols: ["TLSv1", "TLSv1.2"] }),
      "no protocols": origin({ originSslProtocols: [] }),
    },
  },
  "cloudfront-origin-access": {
    secure: { distribution, access, acl },
    broken: {
      "an open bucket": { distribution: { origins: [{ originId: "site", domainName: "b.s3.amazonaws.com" }] } },
    },
    notNeeded: {
      "distribution.origins[0].originAccessControlId": "an access control that is not known yet is one",
      "distribution.origins[1].customOriginConfig": "settings of an origin that is no bucket, whatever they are",
    },
  },
  "cloudfront-origin-exists": {
    secure: {
      distribution: {
        type: "aws:cloudfront/distribution:Distribution",
        inputs: { origins: [{ originId: "site", domainName: ref("site", "bucketRegionalDomainName") }] },
      },
      site: { type: "aws:s3/bucket:Bucket", inputs: { bucket: "site-of-shop" } },
    },
    broken: {
      "a website endpoint of S3": {
        distribution: { origins: [{ domainName: "gone.s3-website-eu-west-1.amazonaws.com", customOriginConfig: {} }] },
      },
    },
    alsoSecure: {
      "a bucket by its name": {
        distribution: { origins: [{ domainName: "site-of-shop.s3.eu-west-1.amazonaws.com" }] },
      },
      "an origin of another kind": {
        distribution: { origins: [{ domainName: "api.example.com", customOriginConfig: { httpsPort: 443 } }] },
      },
    },
  },
  "cloudfront-waf": {
    secure: { distribution, access, acl },
    broken: without("distribution", "webAclId"),
    notNeeded: { "distribution.webAclId": "a web ACL that is not known yet is a web ACL" },
  },
  "cloudfront-access-logs": {
    secure: {
      distribution,
      access,
      acl,
      source: {
        type: "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        inputs: { name: "cdn", resourceArn: ref("distribution", "arn"), logType: "ACCESS_LOGS" },
      },
      delivery: {
        type: "aws:cloudwatch/logDelivery:LogDelivery",
        inputs: { deliverySourceName: ref("source", "name"), deliveryDestinationArn: "destination" },
      },
    },
    broken: { "no logs": { source: undefined }, "logs that are not delivered": { delivery: undefined } },
    alsoSecure: {
      "logs to a bucket": { source: undefined, distribution: { loggingConfig: { bucket: "b.s3.amazonaws.com" } } },
    },
  },
  "cloudfront-default-root": {
    secure: { distribution, access, acl },
    broken: without("distribution", "defaultRootObject"),
    notNeeded: { "distribution.defaultRootObject": "an object that is not known yet is an object" },
  },
  "waf-has-rules": {
    secure: { acl },
    broken: {
      ...without("acl", "rules"),
      "only a rate limit": { acl: { rules: rules({ rateBasedStatement: { limit: 100 } }) } },
      "no managed group in JSON": { acl: { rules: undefined, ruleJson: JSON.stringify([{ Statement: {} }]) } },
    },
    alsoSecure: {
      "a group of its own resource": {
        acl: { rules: undefined },
        link: {
          type: "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation",
          inputs: {
            webAclArn: ref("acl", "arn"),
            managedRuleGroup: { name: "AWSManagedRulesCommonRuleSet", vendorName: "AWS" },
          },
        },
      },
    },
  },
  "waf-known-bad-inputs": {
    secure: { acl: { ...acl, inputs: { ...acl.inputs, rules: badInputs({ overrideAction: { none: {} } }) } } },
    broken: {
      "other groups only": { acl: { rules: acl.inputs.rules } },
      "a group that only counts": { acl: { rules: badInputs({ overrideAction: { count: {} } }) } },
      "somebody else's group of that name": {
        acl: { rules: rules({ managedRuleGroupStatement: { name: BAD_INPUTS, vendorName: "Other" } }) },
      },
    },
    alsoSecure: {
      "a count in development": {
        acl: {
          rules: badInputs({ overrideAction: { count: {} } }),
          tags: { "palisade:environment": "development" },
        },
      },
      JSON: {
        acl: {
          rules: undefined,
          ruleJson: JSON.stringify([
            {
              Statement: { ManagedRuleGroupStatement: { Name: BAD_INPUTS, VendorName: "AWS" } },
              OverrideAction: { None: {} },
            },
          ]),
        },
      },
    },
  },
  "waf-no-classic": {
    secure: { acl },
    broken: {
      "a global web ACL": { old: { type: "aws:waf/webAcl:WebAcl" } },
      "a regional rule": { old: { type: "aws:wafregional/rule:Rule" } },
    },
  },
  "waf-logging": {
    secure: {
      acl,
      logging: {
        type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        inputs: { resourceArn: ref("acl", "arn"), logDestinationConfigs: ["arn:log"] },
      },
    },
    broken: { "no logging": { logging: undefined }, "no destination": { logging: { logDestinationConfigs: [] } } },
  },
  "waf-metrics": {
    secure: { acl },
    broken: {
      ...without("acl", "visibilityConfig"),
      "a rule group without": { group: { type: "aws:wafv2/ruleGroup:RuleGroup" } },
      "a rule in JSON without": { acl: { rules: undefined, ruleJson: JSON.stringify([{ Name: "x" }]) } },
      "a rule without": {
        acl: { rules: rules({ managedRuleGroupStatement: { name: "AWSManagedRulesCommonRuleSet" } }, false) },
      },
    },
  },
});

// Route 53's checkers sign nothing: the one request that they send may be public.
ruleCases(pciDss, {
  "apigateway-authorization": {
    secure: {
      api: {
        type: "aws:apigateway/restApi:RestApi",
        inputs: { endpointConfiguration: { types: "REGIONAL" }, ...publicOperation("get") },
      },
      mapping: {
        type: "aws:apigateway/basePathMapping:BasePathMapping",
        inputs: { restApi: ref("api"), domainName: "eu-west-1.api.example.com" },
      },
      check: {
        type: "aws:route53/healthCheck:HealthCheck",
        inputs: { type: "HTTPS", fqdn: "eu-west-1.api.example.com", resourcePath: "/health" },
      },
    },
    broken: {
      "a public path without a health check": { check: undefined },
      "a public path that the health check does not ask for": { check: { resourcePath: "/up" } },
      "a public path that takes more than GET": { api: publicOperation("x-amazon-apigateway-any-method") },
      "a public POST": { api: publicOperation("post") },
      "a public path below": { api: publicOperation("get", "/health/{proxy+}") },
      "a health check of another host": { check: { fqdn: "www.example.com" } },
      "a health check of an API without a name": { mapping: undefined },
      "a health check outside the base path": { mapping: { basePath: "v1" } },
    },
    alsoSecure: {
      "a base path": { mapping: { basePath: "v1" }, check: { resourcePath: "/v1/health" } },
    },
  },
});
