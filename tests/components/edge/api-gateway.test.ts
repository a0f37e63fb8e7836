import assert from "node:assert/strict";
import { ResourceGraph } from "../../../analysis/graph";
import type { FunctionArgs } from "../../../components/compute/function-args";
import { ApiGateway, type ApiGatewayArgs } from "../../../components/edge/api-gateway";
import { ApiGatewayAccount } from "../../../components/edge/api-gateway-account";
import type { Route, Routes } from "../../../components/edge/api-routes";
import { VpcLink } from "../../../components/edge/vpc-link";
import { packs } from "../../../policies/packs";
import { evaluate } from "../../../policies/rule";
import type { Recording } from "../../../simulator";
import { apiGround, TestCaller, TestLoadBalancer } from "../../support/api-fixtures";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { echoFunction } from "../../support/functions";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ROUTE: Route = { to: "payments" };
const ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1afe69d4-81f2-42d0-ac0a-0788d943722e";
const POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XYZ";
const FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:check-token";
const CLIENTS = { acme: { rateLimit: 100, burstLimit: 50 } };

const gateway = (name: string, args: Partial<ApiGatewayArgs> = {}): ApiGateway => {
  const { key, gatewayAccount, backends } = apiGround(name);
  return new ApiGateway(name, { key, gatewayAccount, backends, routes: { "/payments": ROUTE }, ...args });
};

const refused = (args: Partial<ApiGatewayArgs>, message: RegExp) => ({
  build: (name: string) => gateway(name, args),
  message,
});

const refusedRoutes = (routes: Routes, message: RegExp, args: Partial<ApiGatewayArgs> = {}) =>
  refused({ ...args, routes }, message);

interface Integration {
  uri: string;
  httpMethod: string;
  requestParameters: Record<string, string>;
  cacheKeyParameters?: string[];
  [key: string]: unknown;
}

interface Method {
  security?: Array<Record<string, string[]>>;
  parameters?: Array<{ name: string; in: string; required: boolean }>;
  "x-amazon-apigateway-integration": Integration;
  [key: string]: unknown;
}

interface Document {
  paths: Record<string, Record<string, Method>>;
  components: { securitySchemes: Record<string, Record<string, unknown>>; schemas: Record<string, unknown> };
  "x-amazon-apigateway-policy"?: { Statement: Array<Record<string, unknown>> };
  [key: string]: unknown;
}

function documentOf(recording: Recording): Document {
  const [api] = ofType(recording, "aws:apigateway/restApi:RestApi");
  const parsed: Document = JSON.parse(String(api?.inputs.body));
  return parsed;
}

function methodOf(document: Document, path: string, method: string): Method {
  const found = document.paths[path]?.[method];
  assert.ok(found, `${method} ${path}`);
  return found;
}

const routed = (routes: Routes, args: Partial<ApiGatewayArgs> = {}) =>
  recordProgram(() => void gateway("api", { routes, ...args })).then(documentOf);

describe("ApiGateway", () => {
  componentContract("edge", "ApiGateway", {
    minimal: (name, opts) => {
      const { key, gatewayAccount, backends } = apiGround(name, opts);
      return new ApiGateway(name, { key, gatewayAccount, backends, routes: { "/payments": ROUTE } }, opts);
    },
    complete: (name, opts) => {
      const { key, gatewayAccount, link, loadBalancer, host } = apiGround(name, opts);
      return new ApiGateway(
        name,
        {
          key,
          gatewayAccount,
          backends: {
            payments: link.backend(loadBalancer, { host }),
            reports: link.backend(loadBalancer, { host, port: 8444 }),
          },
          routes: {
            "/": { to: "payments", methods: ["GET"], auth: "none" },
            "/payments": [
              {
                to: "payments",
                methods: ["POST"],
                auth: ["cognito", "api-key"],
                scopes: ["payments/write"],
                throttle: { rateLimit: 500, burstLimit: 200 },
                timeoutMilliseconds: 10_000,
                requestSchema: { type: "object", required: ["amount"] },
              },
              {
                to: "payments",
                methods: ["GET"],
                auth: "api-key",
                cache: { ttlSeconds: 60, queryStrings: ["from", "to"] },
              },
            ],
            "/payments/{id}": { to: "payments", auth: "cognito", backendPath: "/v2/payments/{id}" },
            "/reports": { to: "reports", below: true, auth: "authorizer" },
            "/admin": { to: "payments", below: true },
          },
          stageName: "v1",
          throttle: { rateLimit: 3000, burstLimit: 1500 },
          cognitoUserPoolArns: [POOL],
          authorizer: { functionArn: FUNCTION, header: "X-Token", ttlSeconds: 60 },
          securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09",
          executionLog: "INFO",
          logRetentionInDays: 400,
          detailedMetrics: false,
          alarmThresholds: { serverErrorRate: 0.05, clientErrorRate: 0.5, latencyP99Milliseconds: 1000 },
          domain: { name: "api.example.com", regionalName: "eu-west-1.api.example.com", certificateArn: ARN },
          clients: {
            acme: { rateLimit: 100, burstLimit: 50, quota: { limit: 1_000_000, period: "MONTH" } },
            zenith: { rateLimit: 10, burstLimit: 5 },
          },
          healthCheck: { to: "payments", path: "/healthz" },
          cache: { size: "1.6" },
          cors: { origin: "https://pay.example.com", headers: ["authorization"], maxAgeSeconds: 60 },
          minimumCompressionBytes: 2048,
          allowedCidrs: ["203.0.113.0/24", "2001:db8::/32"],
          environment: "development",
          transform: {
            api: { description: "Payments" },
            stage: (args) => void (args.description = "Payments v1"),
            domain: { routingMode: "BASE_PATH_MAPPING_ONLY" },
          },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors(`ApiGateway "one"`, (name, key) => gateway(name, { key }), ["logs"]),
      "no route": refusedRoutes({}, /ApiGateway "one": routes = {} .* at least 1 route/),
      "a path without a slash": refusedRoutes({ payments: ROUTE }, /routes = "payments" .* \/payments\/{proxy\+}/),
      "a path with a space": refusedRoutes({ "/pay ments": ROUTE }, /routes = "\/pay ments"/),
      "a path with a trailing slash": refusedRoutes({ "/payments/": ROUTE }, /routes = "\/payments\/"/),
      "a path that API Gateway keeps": refusedRoutes({ "/ping": ROUTE }, /"\/ping" .* use \/health/),
      "a greedy variable in the middle": refusedRoutes({ "/{a+}/b": ROUTE }, /put it last/),
      "a greedy variable with below": refusedRoutes({ "/{a+}": { to: "payments", below: true } }, /put it last/),
      "one variable twice": refusedRoutes({ "/a/{id}/b/{id}": ROUTE }, /"id" stands twice/),
      "two variables below one path": refusedRoutes(
        { "/payments/{id}": ROUTE, "/payments/{key}/refunds": ROUTE },
        /routes = "\/payments\/{key}\/refunds" .* one variable below \/payments, and {id} is there/,
      ),
      "below beside a variable": refusedRoutes(
        { "/payments": { to: "payments", below: true }, "/payments/{id}": ROUTE },
        /one variable below \/payments/,
      ),
      "one method twice": refusedRoutes(
        { "/payments": [ROUTE, { to: "payments", below: true }] },
        /"ANY \/payments" stands twice/,
      ),
      "an empty list of routes": refusedRoutes({ "/payments": [] }, /routes\["\/payments"\] = \[\]/),
      "an unknown back end": refusedRoutes({ "/payments": { to: "ledger" } }, /\.to = "ledger" .* one of: payments/),
      "no method": refusedRoutes({ "/payments": { to: "payments", methods: [] } }, /methods = \[\]/),
      "a method named twice": refusedRoutes(
        { "/payments": { to: "payments", methods: ["GET", "GET"] } },
        /"GET" stands twice/,
      ),
      "a timeout that is too long": refusedRoutes(
        { "/payments": { to: "payments", timeoutMilliseconds: 30_000 } },
        /timeoutMilliseconds = 30000 .* from 50 to 29000/,
      ),
      "a throttle on all methods": refusedRoutes(
        { "/payments": { to: "payments", throttle: { rateLimit: 1, burstLimit: 1 } } },
        /Name the methods/,
      ),
      "a throttle of nothing": refusedRoutes(
        { "/payments": { to: "payments", methods: ["GET"], throttle: { rateLimit: 0, burstLimit: 1 } } },
        /throttle\.rateLimit = 0/,
      ),
      "a back-end path without a slash": refusedRoutes(
        { "/payments": { to: "payments", backendPath: "v2" } },
        /backendPath = "v2"/,
      ),
      "a back-end path with an unknown variable": refusedRoutes(
        { "/payments/{id}": { to: "payments", backendPath: "/v2/{key}" } },
        /backendPath = "key" .* one of: id/,
      ),
      "API keys without clients": refusedRoutes(
        { "/payments": { to: "payments", auth: "api-key" } },
        /auth = "api-key" .* one of: none, iam/,
      ),
      "Cognito without a user pool": refusedRoutes(
        { "/payments": { to: "payments", auth: "cognito" } },
        /auth = "cognito"/,
      ),
      "an authorizer that is not there": refusedRoutes(
        { "/payments": { to: "payments", auth: "authorizer" } },
        /auth = "authorizer"/,
      ),
      "two authorizers on a route": refusedRoutes(
        { "/payments": { to: "payments", auth: ["iam", "cognito"] } },
        /joined by "api-key" alone/,
        { cognitoUserPoolArns: [POOL] },
      ),
      "nothing beside an API key": refusedRoutes(
        { "/payments": { to: "payments", auth: ["none", "api-key"] } },
        /joined by "api-key" alone/,
        { clients: CLIENTS },
      ),
      "an empty list of proofs": refusedRoutes({ "/payments": { to: "payments", auth: [] } }, /auth = \[\]/),
      "scopes without Cognito": refusedRoutes(
        { "/payments": { to: "payments", scopes: ["x"] } },
        /scopes = \["x"\] .*Only Cognito tokens/,
      ),
      "a cached route without a cache": refusedRoutes(
        { "/payments": { to: "payments", methods: ["GET"], cache: { ttlSeconds: 60 } } },
        /give it `cache: { size: ... }`/,
      ),
      "a cached route without GET": refusedRoutes(
        { "/payments": { to: "payments", methods: ["POST"], cache: { ttlSeconds: 60 } } },
        /Only answers to GET are cached/,
        { cache: { size: "0.5" } },
      ),
      "a cache that keeps too long": refusedRoutes(
        { "/payments": { to: "payments", methods: ["GET"], cache: { ttlSeconds: 7200 } } },
        /ttlSeconds = 7200 .* from 1 to 3600/,
        { cache: { size: "0.5" } },
      ),
      "a query string with a space": refusedRoutes(
        { "/payments": { to: "payments", methods: ["GET"], cache: { ttlSeconds: 60, queryStrings: ["a b"] } } },
        /queryStrings = "a b"/,
        { cache: { size: "0.5" } },
      ),
      "a body check of GET": refusedRoutes(
        { "/payments": { to: "payments", methods: ["GET", "POST"], requestSchema: {} } },
        /Only PATCH, POST and PUT carry a body/,
      ),
      "no back end": refused({ backends: {} }, /backends = {} .* at least 1 back end/),
      "a port out of range": refused(
        { backends: { payments: { vpcLinkId: "a", loadBalancerArn: "b", host: "c", port: 70_000 } } },
        /backends\["payments"\]\.port = 70000/,
      ),
      "a stage name with a dot": refused({ stageName: "v1.0" }, /stageName = "v1\.0"/),
      "a negative rate": refused({ throttle: { rateLimit: -1, burstLimit: 1 } }, /throttle\.rateLimit = -1/),
      "a burst that is not whole": refused({ throttle: { rateLimit: 1, burstLimit: 1.5 } }, /burstLimit = 1\.5/),
      "an authorizer that is remembered too long": refused(
        { authorizer: { functionArn: FUNCTION, ttlSeconds: 4000 } },
        /authorizer\.ttlSeconds = 4000/,
      ),
      "an authorizer header that is none": refused(
        { authorizer: { functionArn: FUNCTION, header: "a b" } },
        /authorizer\.header = "a b"/,
      ),
      "a domain in capitals": refused(
        { domain: { name: "API.example.com", certificateArn: ARN } },
        /domain\.name = "API\.example\.com"/,
      ),
      "a wildcard as regional name": refused(
        { domain: { name: "api.example.com", regionalName: "*.example.com", certificateArn: ARN } },
        /domain\.regionalName/,
      ),
      "one domain name twice": refused(
        { domain: { name: "api.example.com", regionalName: "api.example.com", certificateArn: ARN } },
        /stands twice/,
      ),
      "too much before compression": refused({ minimumCompressionBytes: 20_000_000 }, /minimumCompressionBytes/),
      "no address that may call": refused({ allowedCidrs: [] }, /allowedCidrs = \[\]/),
      "an address that is none": refused({ allowedCidrs: ["203.0.113.7"] }, /allowedCidrs = "203\.0\.113\.7"/),
      "a plain-text origin": refused({ cors: { origin: "http://pay.example.com" } }, /cors\.origin/),
      "a preflight kept too long": refused(
        { cors: { origin: "https://pay.example.com", maxAgeSeconds: 100_000 } },
        /cors\.maxAgeSeconds/,
      ),
      "a client named with a slash": refused({ clients: { "a/b": CLIENTS.acme } }, /clients = "a\/b"/),
      "a client without requests": refused(
        { clients: { acme: { rateLimit: 0, burstLimit: 1 } } },
        /clients\.acme\.rateLimit = 0/,
      ),
      "a quota of nothing": refused(
        { clients: { acme: { ...CLIENTS.acme, quota: { limit: 0, period: "DAY" } } } },
        /clients\.acme\.quota\.limit = 0/,
      ),
      "a health check on a route of its own": refused(
        { healthCheck: { to: "payments", path: "/payments" } },
        /healthCheck\.path = "\/payments"/,
      ),
    },
  });

  it("asks for AWS credentials where a route says nothing", async () => {
    const document = await routed({ "/payments": ROUTE });
    const method = methodOf(document, "/payments", "x-amazon-apigateway-any-method");
    assert.deepEqual(method.security, [{ iam: [] }]);
    assert.equal(document.components.securitySchemes.iam?.["x-amazon-apigateway-authtype"], "awsSigv4");
  });

  it("reaches the back end over TLS, through the link, by the name on its certificate", async () => {
    const recording = await recordProgram(() => {
      const { key, gatewayAccount, link, loadBalancer, host } = apiGround("api");
      const backends = { ledger: link.backend(loadBalancer, { host, port: 8444 }) };
      new ApiGateway("api", { key, gatewayAccount, backends, routes: { "/ledger": { to: "ledger", below: true } } });
    });
    const integration = methodOf(documentOf(recording), "/ledger/{proxy+}", "x-amazon-apigateway-any-method")[
      "x-amazon-apigateway-integration"
    ];
    assert.equal(integration.uri, "https://internal.eu-west-1.example.com:8444/ledger/{proxy}");
    assert.equal(integration.type, "http_proxy");
    assert.equal(integration.connectionType, "VPC_LINK");
    assert.equal(integration.connectionId, named(recording, "api-link-link").id);
    assert.match(String(integration.integrationTarget), /^arn:aws:elasticloadbalancing:eu-west-1:123456789012:/);
    assert.deepEqual(integration.tlsConfig, { insecureSkipVerification: false });
    assert.equal(integration.requestParameters["integration.request.path.proxy"], "method.request.path.proxy");
    assert.equal(integration.requestParameters["integration.request.header.x-caller-id"], "context.identity.userArn");
  });

  it("keeps each caller's cached answers apart by what API Gateway knows of it, not by a header it sends", async () => {
    const cached: Route = { to: "payments", methods: ["GET"], cache: { ttlSeconds: 60, queryStrings: ["from"] } };
    const keyed = async (route: Route, args: Partial<ApiGatewayArgs> = {}) => {
      const document = await routed({ "/payments/{id}": route }, { cache: { size: "0.5" }, ...args });
      const { cacheKeyParameters, requestParameters } = methodOf(document, "/payments/{id}", "get")[
        "x-amazon-apigateway-integration"
      ];
      return { cacheKeyParameters, caller: requestParameters["integration.request.header.x-caller-id"] };
    };
    const fixed = ["method.request.path.id", "method.request.querystring.from"];
    assert.deepEqual(await keyed({ ...cached, auth: "api-key" }, { clients: CLIENTS }), {
      cacheKeyParameters: [...fixed, "integration.request.header.x-caller-id"],
      caller: "context.identity.apiKeyId",
    });
    assert.deepEqual(await keyed({ ...cached, auth: "cognito" }, { cognitoUserPoolArns: [POOL] }), {
      cacheKeyParameters: [...fixed, "integration.request.header.x-caller-id"],
      caller: "context.authorizer.claims.sub",
    });
    assert.deepEqual(await keyed({ ...cached, auth: "none" }), { cacheKeyParameters: fixed, caller: undefined });
    const shared = await keyed({ ...cached, cache: { ttlSeconds: 60, queryStrings: ["from"], shared: true } });
    assert.deepEqual(shared.cacheKeyParameters, fixed);
  });

  it("sets the stage's defaults first and each differing route after it, under AWS's name of the path", async () => {
    const recording = await recordProgram(
      () =>
        void gateway("api", {
          cache: { size: "6.1" },
          routes: {
            "/": { to: "payments", methods: ["GET"], throttle: { rateLimit: 5, burstLimit: 2 } },
            "/payments/{id}": { to: "payments", methods: ["GET", "PUT"], cache: { ttlSeconds: 30 } },
          },
        }),
    );
    const all = named(recording, "api-settings");
    assert.equal(all.inputs.methodPath, "*/*");
    const defaults = all.inputs.settings as Record<string, unknown>;
    assert.equal(defaults.dataTraceEnabled, false);
    assert.equal(defaults.loggingLevel, "ERROR");
    assert.equal(defaults.cachingEnabled, false);
    assert.equal(defaults.cacheDataEncrypted, true);
    assert.equal(defaults.throttlingRateLimit, 2000);
    const root = named(recording, "api-settings-GET/");
    assert.equal(root.inputs.methodPath, "~1/GET");
    assert.deepEqual(root.dependencies.includes(all.urn), true);
    const payment = named(recording, "api-settings-GET/payments/{id}");
    assert.equal(payment.inputs.methodPath, "~1payments~1{id}/GET");
    assert.equal((payment.inputs.settings as Record<string, unknown>).cacheTtlInSeconds, 30);
    assert.equal((payment.inputs.settings as Record<string, unknown>).cacheDataEncrypted, true);
    assert.ok(payment.dependencies.includes(root.urn));
    assert.equal(ofType(recording, "aws:apigateway/methodSettings:MethodSettings").length, 3);
  });

  it("redeploys when the document changes, and only then", async () => {
    const trigger = async (args: Partial<ApiGatewayArgs>) => {
      const recording = await recordProgram(() => void gateway("api", args));
      return (named(recording, "api-deployment").inputs.triggers as Record<string, string>).document;
    };
    const first = await trigger({});
    assert.match(String(first), /^[0-9a-f]{64}$/);
    assert.equal(await trigger({ throttle: { rateLimit: 10, burstLimit: 10 } }), first);
    assert.equal(await trigger({ routes: { "/payments": { ...ROUTE, methods: undefined } } }), first);
    assert.notEqual(await trigger({ routes: { "/payments": { ...ROUTE, auth: "none" } } }), first);
    assert.notEqual(await trigger({ allowedCidrs: ["203.0.113.0/24"] }), first);
    assert.notEqual(await trigger({ minimumCompressionBytes: 1024 }), first);
  });

  it("writes the same document whatever the order of the routes", async () => {
    const routes = {
      "/a": ROUTE,
      "/b": [
        { ...ROUTE, methods: ["GET"] },
        { ...ROUTE, methods: ["PUT"] },
      ],
    } as const;
    const turned = { "/b": [...routes["/b"]].reverse(), "/a": ROUTE };
    assert.equal(JSON.stringify(await routed(routes)), JSON.stringify(await routed(turned)));
  });

  it("logs who did what, when, from where and with what result, as JSON, to an encrypted group", async () => {
    const recording = await recordProgram(() => void gateway("api"));
    const stage = named(recording, "api-stage");
    const settings = stage.inputs.accessLogSettings as { destinationArn: string; format: string };
    const format: Record<string, string> = JSON.parse(settings.format);
    for (const variable of [
      "$context.requestId",
      "$context.identity.sourceIp",
      "$context.identity.apiKeyId",
      "$context.identity.userArn",
      "$context.requestTime",
      "$context.httpMethod",
      "$context.path",
      "$context.status",
    ])
      assert.ok(Object.values(format).includes(variable), variable);
    assert.ok(settings.format.length < 3072 && !settings.format.includes("\n"));
    const access = named(recording, "api-access");
    assert.equal(settings.destinationArn, access.outputs.arn);
    assert.equal(access.inputs.kmsKeyId, named(recording, "api-key-key").outputs.arn);
    assert.equal(access.inputs.retentionInDays, 365);
    const execution = named(recording, "api-execution");
    assert.equal(execution.inputs.name, `API-Gateway-Execution-Logs_${named(recording, "api-api").id}/live`);
    assert.equal(execution.inputs.kmsKeyId, access.inputs.kmsKeyId);
    assert.ok(stage.dependencies.includes(execution.urn));
    assert.ok(stage.dependencies.includes(named(recording, "api-account-account").urn));
    assert.equal(stage.inputs.xrayTracingEnabled, true);
  });

  it("closes the default name and speaks modern TLS alone when it has a domain", async () => {
    const recording = await recordProgram(
      () => void gateway("api", { domain: { name: "api.example.com", certificateArn: ARN } }),
    );
    const api = named(recording, "api-api").inputs;
    const domain = named(recording, "api-domain").inputs;
    assert.equal(api.disableExecuteApiEndpoint, true);
    for (const one of [api, domain]) {
      assert.equal(one.securityPolicy, "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09");
      assert.equal(one.endpointAccessMode, "STRICT");
    }
    const document = documentOf(recording);
    assert.deepEqual(document.servers, [
      { url: "/", "x-amazon-apigateway-endpoint-configuration": { disableExecuteApiEndpoint: true } },
    ]);
    assert.equal(document["x-amazon-apigateway-security-policy"], api.securityPolicy);
    const mapping = named(recording, "api-domain-mapping").inputs;
    assert.deepEqual(
      [mapping.domainName, mapping.restApi, mapping.stageName],
      ["api.example.com", named(recording, "api-api").id, "live"],
    );
  });

  it("tells where its domain names have to point", async () => {
    const seen: Array<{ dnsName: string; zoneId: string }> = [];
    await recordProgram(async () => {
      const api = gateway("api", {
        domain: { name: "api.example.com", regionalName: "eu-west-1.api.example.com", certificateArn: ARN },
      });
      for (const domain of ["api.example.com", "eu-west-1.api.example.com"]) {
        const target = api.aliasTarget(domain);
        target.dnsName.apply((dnsName) => target.zoneId.apply((zoneId) => void seen.push({ dnsName, zoneId })));
      }
      assert.throws(() => api.aliasTarget("other.example.com"), /domainName = "other\.example\.com"/);
    });
    assert.equal(seen.length, 2);
    for (const { dnsName, zoneId } of seen) {
      assert.match(dnsName, /^d-[0-9a-f]{10}\.execute-api\.eu-west-1\.amazonaws\.com$/);
      assert.equal(zoneId, "ZLY8HYME6SFDD");
    }
    assert.notEqual(seen[0]?.dnsName, seen[1]?.dnsName);
  });

  it("gives each client a plan and a key that AWS makes, and shows the key to nobody", async () => {
    const recording = await recordProgram(() => {
      const api = gateway("api", {
        clients: { acme: { ...CLIENTS.acme, quota: { limit: 1000, period: "DAY" } }, zenith: CLIENTS.acme },
        routes: { "/payments": { to: "payments", auth: "api-key" } },
      });
      assert.deepEqual(Object.keys(api.apiKeyIds), ["acme", "zenith"]);
      return { keys: api.apiKeyIds };
    });
    const plan = named(recording, "api-plan-acme").inputs;
    assert.deepEqual(plan.throttleSettings, { rateLimit: 100, burstLimit: 50 });
    assert.deepEqual(plan.quotaSettings, { limit: 1000, period: "DAY" });
    assert.deepEqual(plan.apiStages, [{ apiId: named(recording, "api-api").id, stage: "live" }]);
    const key = named(recording, "api-key-acme", "aws:apigateway/apiKey:ApiKey");
    assert.equal(key.inputs.value, undefined);
    const values = ofType(recording, "aws:apigateway/apiKey:ApiKey").map((one) => String(one.outputs.value));
    const shown = JSON.stringify([recording.outputs, recording.resources.filter((r) => !r.custom)]);
    for (const value of values) assert.ok(!shown.includes(value));
    const link = named(recording, "api-plan-key-acme").inputs;
    assert.deepEqual([link.keyId, link.keyType], [key.id, "API_KEY"]);
    assert.equal(named(recording, "api-plan-zenith").inputs.quotaSettings, undefined);
  });

  it("takes the value of a client's key, so that two regions can have the same one, and keeps it secret", async () => {
    const value = "k".repeat(40);
    const recording = await recordProgram(
      () =>
        void gateway("api", {
          clients: { acme: { ...CLIENTS.acme, keyValue: value } },
          routes: { "/payments": { to: "payments", auth: "api-key" } },
        }),
    );
    const key = named(recording, "api-key-acme", "aws:apigateway/apiKey:ApiKey");
    assert.equal(key.inputs.value, value);
    assert.ok(key.secretPaths.includes("value"));
  });

  it("requires both proofs where a route lists them", async () => {
    const document = await routed(
      { "/payments": { to: "payments", auth: ["cognito", "api-key"], scopes: ["payments/read"] } },
      { clients: CLIENTS, cognitoUserPoolArns: [POOL] },
    );
    const method = methodOf(document, "/payments", "x-amazon-apigateway-any-method");
    assert.deepEqual(method.security, [{ cognito: ["payments/read"] }, { api_key: [] }]);
    assert.deepEqual(document.components.securitySchemes.api_key, { type: "apiKey", name: "x-api-key", in: "header" });
    assert.deepEqual(document.components.securitySchemes.cognito?.["x-amazon-apigateway-authorizer"], {
      type: "cognito_user_pools",
      providerARNs: [POOL],
    });
  });

  it("invokes the Lambda authorizer by a role that can do nothing else", async () => {
    const recording = await recordProgram(
      () =>
        void gateway("api", {
          authorizer: { functionArn: FUNCTION },
          routes: { "/payments": { to: "payments", auth: "authorizer" } },
        }),
    );
    const role = named(recording, "api-authorizer-role");
    assert.deepEqual(statements(named(recording, "api-invoke-authorizer").inputs.policy), [
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: FUNCTION },
    ]);
    const scheme = documentOf(recording).components.securitySchemes.authorizer;
    assert.deepEqual(scheme?.["x-amazon-apigateway-authorizer"], {
      type: "request",
      identitySource: "method.request.header.Authorization",
      authorizerUri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`,
      authorizerCredentials: role.outputs.arn,
      authorizerResultTtlInSeconds: 0,
    });
  });

  it("answers preflight requests on every path, beside a method for all", async () => {
    const document = await routed(
      { "/payments": ROUTE, "/own": { to: "payments", methods: ["OPTIONS"], auth: "none" } },
      { cors: { origin: "https://pay.example.com" } },
    );
    const preflight = methodOf(document, "/payments", "options");
    assert.equal(preflight.security, undefined);
    assert.equal(preflight["x-amazon-apigateway-integration"].type, "mock");
    assert.match(JSON.stringify(preflight), /'https:\/\/pay\.example\.com'/);
    assert.equal(methodOf(document, "/own", "options")["x-amazon-apigateway-integration"].type, "http_proxy");
  });

  it("has no resource policy unless addresses are named, and then opens only routes that need it", async () => {
    assert.equal((await routed({ "/payments": ROUTE }))["x-amazon-apigateway-policy"], undefined);
    const document = await routed(
      { "/payments": ROUTE, "/open/{id}": { to: "payments", methods: ["GET"], auth: "none" } },
      { allowedCidrs: ["203.0.113.0/24"] },
    );
    assert.deepEqual(document["x-amazon-apigateway-policy"]?.Statement, [
      {
        Sid: "DenyFromElsewhere",
        Effect: "Deny",
        Principal: "*",
        Action: "execute-api:Invoke",
        Resource: "execute-api:/*",
        Condition: { NotIpAddress: { "aws:SourceIp": ["203.0.113.0/24"] } },
      },
      {
        Sid: "AllowRoutesWithoutIam",
        Effect: "Allow",
        Principal: "*",
        Action: "execute-api:Invoke",
        Resource: ["execute-api:/live/GET/open/*"],
      },
    ]);
  });

  it("watches errors and latency of its own stage", async () => {
    const recording = await recordProgram(() => void gateway("api", { stageName: "v1" }));
    const alarms = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs);
    assert.deepEqual(
      alarms.map(({ metricName, threshold }) => [metricName, threshold]),
      [
        ["5XXError", 0.01],
        ["4XXError", 0.25],
        ["Latency", 3000],
      ],
    );
    for (const alarm of alarms) assert.deepEqual(alarm.dimensions, { ApiName: "test-api", Stage: "v1" });
    assert.equal(named(recording, "api-api").inputs.name, "test-api");
  });

  it("lets a caller in by grant, on exactly the method and path", async () => {
    const recording = await recordProgram(() => {
      const api = gateway("api", {
        routes: { "/": { to: "payments", below: true }, "/open": { to: "payments", methods: ["GET"], auth: "none" } },
      });
      const caller = new TestCaller("svc");
      api.grantInvoke(caller, "GET", "/");
      api.grantInvoke(caller, "ANY", "/{proxy+}");
      assert.throws(() => api.grantInvoke(caller, "GET", "/nowhere"), /path = "\/nowhere" .* one of: \/, \/open/);
      assert.throws(() => api.grantInvoke(caller, "POST", "/open"), /\/open has GET/);
      assert.throws(() => api.grantInvoke(caller, "GET", "/open"), /Only `iam` routes look at AWS credentials/);
    });
    const execution = String(named(recording, "api-api").outputs.executionArn);
    const resource = (name: string) => statements(named(recording, name).inputs.policy)[0]?.Resource;
    assert.equal(resource("api-invoke-get-svc"), `${execution}/live/GET/`);
    assert.equal(resource("api-invoke-any-proxy-svc"), `${execution}/live/*/*`);
  });
});

describe("VpcLink", () => {
  componentContract("edge", "VpcLink", {
    minimal: (name, opts) => new VpcLink(name, { network: new TestNetwork(`${name}-network`, opts) }, opts),
    complete: (name, opts) => {
      const link = new VpcLink(
        name,
        {
          network: new TestNetwork(`${name}-network`, opts),
          transform: {
            vpcLink: (args) => void (args.tags = { team: "edge" }),
            securityGroup: { description: "Edge" },
          },
        },
        opts,
      );
      link.backend(new TestLoadBalancer(`${name}-balancer`, opts), { host: "internal.example.com", port: 8443 });
      return link;
    },
    errors: {
      "a port out of range": {
        build: (name) => apiGround(name).link.backend(new TestLoadBalancer(`${name}-b`), { host: "a", port: 0 }),
        message: /VpcLink "one-link": port = 0/,
      },
    },
  });

  it("opens a load balancer's port on both sides, once for all who use it", async () => {
    const recording = await recordProgram(() => {
      const { link, loadBalancer } = apiGround("api");
      link.backend(loadBalancer, { host: "internal.example.com", port: 8443 });
      link.backend(loadBalancer, { host: "other.example.com", port: 8443 });
    });
    const link = named(recording, "api-link-security-group").id;
    const balancer = named(recording, "api-balancer-group").id;
    const ingress = named(recording, "api-balancer-from-api-link-tcp-8443").inputs;
    assert.deepEqual([ingress.securityGroupId, ingress.referencedSecurityGroupId], [balancer, link]);
    const egress = named(recording, "api-link-to-api-balancer-tcp-8443").inputs;
    assert.deepEqual([egress.securityGroupId, egress.referencedSecurityGroupId], [link, balancer]);
    assert.equal(ofType(recording, "aws:apigatewayv2/vpcLink:VpcLink").length, 1);
  });
});

describe("ApiGatewayAccount", () => {
  componentContract("edge", "ApiGatewayAccount", {
    minimal: (name, opts) => new ApiGatewayAccount(name, {}, opts),
    complete: (name, opts) =>
      new ApiGatewayAccount(name, { alreadyThere: false, transform: { role: { maxSessionDuration: 7200 } } }, opts),
    errors: {},
  });

  it("makes nothing when the setting is already there, and an API needs nothing of it then", async () => {
    const recording = await recordProgram(() => {
      const { key, backends } = apiGround("api");
      const gatewayAccount = new ApiGatewayAccount("there", { alreadyThere: true });
      assert.equal(gatewayAccount.roleArn, undefined);
      new ApiGateway("api", { key, gatewayAccount, backends, routes: { "/payments": ROUTE } });
    });
    assert.equal(recording.resources.filter(({ name }) => name.startsWith("there-")).length, 0);
    assert.equal(
      named(recording, "api-stage").dependencies.includes(named(recording, "api-account-account").urn),
      false,
    );
  });

  it("sets the role only after it may write", async () => {
    const recording = await recordProgram(() => void new ApiGatewayAccount("account"));
    const account = named(recording, "account-account");
    assert.equal(account.inputs.cloudwatchRoleArn, named(recording, "account-role").outputs.arn);
    assert.ok(account.dependencies.includes(named(recording, "account-logs").urn));
  });

  describe("in front of a function", () => {
    const functions = (name: string, args: Partial<FunctionArgs> = {}) => ({
      qr: echoFunction(`${name}-qr`, args).backend(),
    });
    const ALIAS = "arn:aws:lambda:eu-west-1:123456789012:function:test-api-qr:live";
    const POST: Route = { to: "qr", methods: ["POST"], auth: "iam", timeoutMilliseconds: 15_000 };
    const behind = (routes: Routes, args: Partial<ApiGatewayArgs> = {}) =>
      recordProgram(() => void gateway("api", { backends: functions("api"), routes, ...args }));

    it("hands the request on to the alias as it is", async () => {
      const { "x-amazon-apigateway-integration": integration, security } = methodOf(
        documentOf(await behind({ "/qr": POST })),
        "/qr",
        "post",
      );
      assert.deepEqual(integration, {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${ALIAS}/invocations`,
        passthroughBehavior: "when_no_match",
        timeoutInMillis: 15_000,
      });
      assert.deepEqual(security, [{ iam: [] }]);
    });

    it("is let in for its stage's methods and paths that lead there, before the stage serves", async () => {
      const recording = await behind({
        "/qr": POST,
        "/codes/{id}": { to: "qr", auth: "iam" },
      });
      const [api] = ofType(recording, "aws:apigateway/restApi:RestApi");
      const permissions = ofType(recording, "aws:lambda/permission:Permission");
      const execution = `arn:aws:execute-api:eu-west-1:123456789012:${api?.id}`;
      assert.deepEqual(
        permissions.map(({ inputs }) => [inputs.qualifier, inputs.principal, inputs.sourceArn]),
        [
          ["live", "apigateway.amazonaws.com", `${execution}/live/*/codes/*`],
          ["live", "apigateway.amazonaws.com", `${execution}/live/POST/qr`],
        ],
      );
      const [stage] = ofType(recording, "aws:apigateway/stage:Stage");
      for (const { urn } of permissions) assert.ok(stage?.dependencies.includes(urn));
    });

    it("stands beside services, which keep their way", async () => {
      const recording = await recordProgram(() => {
        const { key, gatewayAccount, backends } = apiGround("api");
        new ApiGateway("api", {
          key,
          gatewayAccount,
          backends: { ...backends, ...functions("api") },
          routes: { "/payments": ROUTE, "/qr": POST },
        });
      });
      const document = documentOf(recording);
      assert.equal(
        methodOf(document, "/payments", "x-amazon-apigateway-any-method")["x-amazon-apigateway-integration"].type,
        "http_proxy",
      );
      assert.equal(methodOf(document, "/qr", "post")["x-amazon-apigateway-integration"].type, "aws_proxy");
      assert.equal(ofType(recording, "aws:lambda/permission:Permission").length, 1);
    });

    it("keeps what is the same for all callers, by path and query", async () => {
      const document = documentOf(
        await behind(
          {
            "/codes/{id}": {
              to: "qr",
              methods: ["GET"],
              cache: { ttlSeconds: 60, shared: true, queryStrings: ["size"] },
            },
          },
          { cache: { size: "0.5" } },
        ),
      );
      assert.deepEqual(methodOf(document, "/codes/{id}", "get")["x-amazon-apigateway-integration"].cacheKeyParameters, [
        "method.request.path.id",
        "method.request.querystring.size",
      ]);
    });

    it("keeps the rules of the policy packs", async () => {
      const topic = "arn:aws:sns:eu-west-1:123456789012:alarms";
      const recording = await recordProgram(() => {
        const backends = functions("api", { alarmTopics: { critical: topic, warning: topic } });
        gateway("api", { backends, routes: { "/qr": POST } });
      });
      const graph = ResourceGraph.fromRecording(recording);
      const found = evaluate(
        packs.flatMap(({ rules }) => rules),
        graph,
      ).filter(({ verdict }) => verdict.kind === "fail" || verdict.kind === "undetermined");
      assert.deepEqual(
        found
          .filter(({ resource }) => /-qr(-|$)/.test(resource.name))
          .map(({ rule, resource }) => [rule.id, resource.name]),
        [],
      );
    });

    const refusal = (route: Partial<Route>, message: RegExp, args: Partial<FunctionArgs> = {}) =>
      recordProgram(() => {
        const backends = functions("api", args);
        const cache = route.cache && { size: "0.5" as const };
        assert.throws(() => gateway("api", { backends, cache, routes: { "/qr": { ...POST, ...route } } }), message);
      });

    it("has no other path", () => refusal({ backendPath: "/v2/qr" }, /backendPath = "\/v2\/qr" .* as it came/));
    it("is not given up while it works", () =>
      refusal({}, /timeoutMilliseconds = 15000 .* at most 15/, { timeoutSeconds: 16 }));
    it("keeps no caller's answer for another", () =>
      refusal({ methods: ["GET"], cache: { ttlSeconds: 60 } }, /cache\.shared = undefined .* kept apart/));
  });
});
