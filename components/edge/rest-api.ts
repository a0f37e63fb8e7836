import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, policyDocument, type Transform } from "../core";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import type { ApiGatewayAccount } from "./api-gateway-account";
import {
  type ApiBackend,
  checkFunctionRoutes,
  checkThrottle,
  type HttpMethod,
  invokeResource,
  isFunction,
  type Operation,
  planRoutes,
  type RouteAuth,
  type Routes,
  type Throttle,
} from "./api-routes";
import { type AuthorizerDefinition, type Cors, openApiDocument } from "./openapi";

/** Gigabytes of a stage's cache (https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html). */
export const CACHE_SIZES = ["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"] as const;
export type CacheSize = (typeof CACHE_SIZES)[number];

/**
 * TLS policies of regional and private APIs, from the strictest on
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html).
 */
export const SECURITY_POLICIES = [
  "SecurityPolicy_TLS13_1_3_2025_09",
  "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
] as const;
export type SecurityPolicy = (typeof SECURITY_POLICIES)[number];

/** What `ApiGateway` and `PrivateApi` have in common. */
export interface RestApiArgs extends ComponentArgs {
  /** What is behind the API, by a name of your own: services (`VpcLink.backend`) and functions (`Function.backend`). */
  backends: Readonly<Record<string, ApiBackend>>;
  /** Path -> route, e.g. `{ "/payments": { to: "external-api", below: true, auth: "api-key" } }`. */
  routes: Routes;
  /** Customer key of the log groups; its policy must name the `logs` service. */
  key: Key;
  /** The region's CloudWatch role, without which API Gateway refuses to log. */
  gatewayAccount: ApiGatewayAccount;
  /**
   * Name of the one stage, part of ARNs and of the default URL. Default `live`. It cannot be changed later without a new
   * stage.
   */
  stageName?: string;
  /** Limit of each method in requests. Default 2,000 a second with bursts of 1,000. */
  throttle?: Throttle;
  /** ARNs of the Cognito user pools whose tokens `cognito` routes take. Default: none. */
  cognitoUserPoolArns?: readonly pulumi.Input<string>[];
  /** Lambda function behind `authorizer` routes. Default: none. */
  authorizer?: {
    functionArn: pulumi.Input<string>;
    /** Header that holds the proof. Default `Authorization`; without it the answer is 401 and the function is not called. */
    header?: string;
    /**
     * Seconds for which an answer is kept for the same header, 0-3600. Default 0. With more, the function must answer with a
     * policy for the whole API: the answer for one method is used for the others too.
     */
    ttlSeconds?: number;
  };
  /**
   * TLS versions and ciphers that callers may use. Default `SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09`: TLS 1.2 and 1.3 with
   * forward secrecy.
   */
  securityPolicy?: SecurityPolicy;
  /** Execution log: `ERROR` (default), `INFO` with each step of each request, or `OFF`. Bodies and headers are never logged. */
  executionLog?: "OFF" | "ERROR" | "INFO";
  /** Days for which access and execution logs are kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionInDays?: number;
  /** Metrics for each method, 0.30 USD a month each. Default true in production, else false; the API's own are always there. */
  detailedMetrics?: boolean;
  /**
   * When alarms go off. Defaults: more than 1 % of answers 5XX, more than 25 % 4XX, p99 latency above 3,000 ms, each for five
   * minutes.
   */
  alarmThresholds?: { serverErrorRate?: number; clientErrorRate?: number; latencyP99Milliseconds?: number };
}

export interface RestApiTransform {
  api?: Transform<aws.apigateway.RestApiArgs>;
  stage?: Transform<aws.apigateway.StageArgs>;
}

/** Where the API is reached and what is special about it; the rest of its settings is in {@link RestApiArgs}. */
export interface RestApiEndpoint {
  readonly type: "REGIONAL" | "PRIVATE";
  /** Whether AWS refuses requests whose TLS server name is not their Host header, or which came by another kind of endpoint. */
  readonly accessMode: "STRICT" | "BASIC";
  readonly disableDefaultEndpoint: boolean;
  readonly vpcEndpointIds?: readonly pulumi.Input<string>[];
  /** Condition of the resource policy's deny. Undefined: no resource policy. */
  readonly denyUnless?: Parameters<typeof openApiDocument>[0]["denyUnless"];
  readonly cacheSize?: CacheSize;
  readonly cors?: Cors;
  readonly minimumCompressionBytes?: number;
  readonly transform?: RestApiTransform;
}

/** The resources of a published API. */
export interface RestApiNodes {
  readonly api: aws.apigateway.RestApi;
  readonly deployment: aws.apigateway.Deployment;
  readonly stage: aws.apigateway.Stage;
  readonly accessLog: aws.cloudwatch.LogGroup;
  readonly executionLog: aws.cloudwatch.LogGroup;
  /** Settings of every method; routes with a throttle or a cache have further ones. */
  readonly settings: aws.apigateway.MethodSettings;
  /** Role that invokes the Lambda authorizer. */
  readonly authorizerRole: aws.iam.Role | undefined;
}

export const DEFAULT_STAGE = "live";
const DEFAULT_THROTTLE: Throttle = { rateLimit: 2000, burstLimit: 1000 };

/**
 * Who did what, when, from where and with what result (PCI DSS 10.2.2), one JSON object a line. The path is logged, the query
 * string, headers and bodies are not: card numbers belong in none of them. Every value is quoted, as a variable without value
 * becomes `-`.
 */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: "$context.requestId",
  extendedRequestId: "$context.extendedRequestId",
  traceId: "$context.xrayTraceId",
  time: "$context.requestTime",
  timeEpoch: "$context.requestTimeEpoch",
  sourceIp: "$context.identity.sourceIp",
  vpcEndpointId: "$context.identity.vpceId",
  userArn: "$context.identity.userArn",
  apiKeyId: "$context.identity.apiKeyId",
  subject: "$context.authorizer.claims.sub",
  principalId: "$context.authorizer.principalId",
  domainName: "$context.domainName",
  method: "$context.httpMethod",
  resource: "$context.resourcePath",
  path: "$context.path",
  protocol: "$context.protocol",
  tlsVersion: "$context.tlsVersion",
  cipherSuite: "$context.cipherSuite",
  status: "$context.status",
  errorType: "$context.error.responseType",
  wafResponse: "$context.wafResponseCode",
  authorizeStatus: "$context.authorize.status",
  integrationStatus: "$context.integrationStatus",
  integrationLatency: "$context.integrationLatency",
  responseLatency: "$context.responseLatency",
  responseLength: "$context.responseLength",
});

/** A REST API with one deployed stage, its logs, settings and alarms: the part that public and private APIs share. */
export abstract class RestApi extends Component {
  private published: { executionArn: pulumi.Output<string>; stageName: string; operations: Operation[] } | undefined;

  /**
   * Lets `grantee` call an `iam` route with its own AWS credentials.
   *
   * @param method one of the route's, or `ANY` for all of them.
   * @param path as it stands in `routes`, e.g. `/payments/{id}`; `/payments/{proxy+}` is what `below: true` adds.
   */
  grantInvoke(grantee: Grantee, method: HttpMethod | "ANY", path: string): aws.iam.RolePolicy {
    const { executionArn, stageName, operations } = this.require();
    const onPath = operations.filter((operation) => operation.path === path);
    const paths = [...new Set(operations.map((operation) => operation.path))];
    this.check.oneOf("path", path, paths);
    const matching = onPath.filter(
      (operation) => method === "ANY" || operation.method === method || operation.method === "ANY",
    );
    this.check.that(
      matching.length > 0,
      "method",
      method,
      `${path} has ${onPath.map((operation) => operation.method).join(", ")}: name one of them, or ANY.`,
    );
    this.check.that(
      matching.every((operation) => operation.identity === "iam"),
      "path",
      path,
      "Only `iam` routes look at AWS credentials: drop the grant or change the route's `auth`.",
    );
    const words = path.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
    return grant(this, this.name, ["invoke", method.toLowerCase(), words].filter(Boolean).join("-"), grantee, [
      {
        Effect: "Allow",
        Action: "execute-api:Invoke",
        Resource: pulumi.interpolate`${executionArn}/${stageName}/${invokeResource(method, path)}`,
      },
    ]);
  }

  /** Checks what both kinds of API take, and plans the operations. */
  protected plan(
    args: RestApiArgs,
    api: { further: readonly RouteAuth[]; hasCache: boolean; hasPolicy: boolean },
  ): Operation[] {
    this.check.atLeast("backends", args.backends, 1, "back end");
    for (const [key, backend] of Object.entries(args.backends))
      if (!isFunction(backend)) this.check.integer(`backends["${key}"].port`, backend.port ?? 443, 1, 65535);
    this.check.matches(
      "stageName",
      args.stageName ?? DEFAULT_STAGE,
      /^[A-Za-z0-9_-]{1,128}$/,
      "Use at most 128 letters, digits, hyphens and underscores.",
    );
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.oneOf("securityPolicy", args.securityPolicy ?? SECURITY_POLICIES[3], SECURITY_POLICIES);
    if (args.throttle) checkThrottle(this.check, "throttle", args.throttle);
    if (args.authorizer) {
      this.check.integer("authorizer.ttlSeconds", args.authorizer.ttlSeconds ?? 0, 0, 3600, "of seconds");
      this.check.matches(
        "authorizer.header",
        args.authorizer.header ?? "Authorization",
        /^[A-Za-z0-9-]+$/,
        "Give a header's name, of letters, digits and hyphens.",
      );
    }
    const available: RouteAuth[] = ["none", "iam", ...api.further];
    if ((args.cognitoUserPoolArns ?? []).length > 0) available.push("cognito");
    if (args.authorizer) available.push("authorizer");
    const { hasCache, hasPolicy } = api;
    const operations = planRoutes(this.check, args.routes, {
      backends: Object.keys(args.backends),
      available,
      hasCache,
      hasPolicy,
    });
    checkFunctionRoutes(this.check, args.routes, args.backends);
    return operations;
  }

  /** Creates the API and everything that belongs to its one stage. */
  protected publish(args: RestApiArgs, operations: Operation[], endpoint: RestApiEndpoint): RestApiNodes {
    const stageName = args.stageName ?? DEFAULT_STAGE;
    const authorizerRole = args.authorizer && this.authorizerRole(args.authorizer.functionArn);
    const api = this.api(args, operations, endpoint, authorizerRole);
    const permissions = this.permitCalls(args.backends, operations, api, stageName);
    const deployment = new aws.apigateway.Deployment(
      this.childName("deployment"),
      {
        restApi: api.id,
        // A deployment is a snapshot: it is made anew when the document changes, before the stage moves over and the old one
        // goes.
        triggers: {
          document: api.body.apply((body) =>
            createHash("sha256")
              .update(body ?? "")
              .digest("hex"),
          ),
        },
      },
      this.childOptions(),
    );
    const logOptions = { keyArn: args.key.arn, retentionInDays: args.logRetentionInDays };
    const accessLog = logGroup(this, "access", logOptions);
    // API Gateway writes to a group of this name, and makes one without key and retention when it is not there.
    const executionLog = logGroup(this, "execution", {
      ...logOptions,
      name: pulumi.interpolate`API-Gateway-Execution-Logs_${api.id}/${stageName}`,
    });
    const { account } = args.gatewayAccount.nodes;
    const stage = new aws.apigateway.Stage(
      this.childName("stage"),
      {
        restApi: api.id,
        deployment: deployment.id,
        stageName,
        description: `Routes of ${this.name}`,
        accessLogSettings: { destinationArn: accessLog.arn, format: ACCESS_LOG_FORMAT },
        cacheClusterEnabled: endpoint.cacheSize !== undefined,
        ...(endpoint.cacheSize === undefined ? {} : { cacheClusterSize: endpoint.cacheSize }),
        xrayTracingEnabled: true,
      },
      this.childOptions(
        { dependsOn: [executionLog, ...permissions, ...(account ? [account] : [])] },
        endpoint.transform?.stage,
      ),
    );
    const settings = this.settings(args, operations, api, stage);
    this.watch(args, stageName);
    this.published = { executionArn: api.executionArn, stageName, operations };
    return { api, deployment, stage, accessLog, executionLog, settings, authorizerRole };
  }

  private api(
    args: RestApiArgs,
    operations: readonly Operation[],
    endpoint: RestApiEndpoint,
    authorizerRole: aws.iam.Role | undefined,
  ): aws.apigateway.RestApi {
    const name = this.physicalName("restApi");
    const securityPolicy = args.securityPolicy ?? SECURITY_POLICIES[3];
    const authorizer: AuthorizerDefinition | undefined = args.authorizer &&
      authorizerRole && {
        functionArn: args.authorizer.functionArn,
        roleArn: authorizerRole.arn,
        header: args.authorizer.header ?? "Authorization",
        ttlSeconds: args.authorizer.ttlSeconds ?? 0,
      };
    return new aws.apigateway.RestApi(
      this.childName("api"),
      {
        name,
        description: `Routes of ${this.name}`,
        endpointConfiguration: {
          types: endpoint.type,
          ...(endpoint.vpcEndpointIds ? { vpcEndpointIds: [...endpoint.vpcEndpointIds] } : {}),
        },
        disableExecuteApiEndpoint: endpoint.disableDefaultEndpoint,
        // AWS's default for a regional API is TLS 1.0, and it is the API's policy that counts, whatever its custom domain has.
        securityPolicy,
        endpointAccessMode: endpoint.accessMode,
        ...(endpoint.minimumCompressionBytes === undefined
          ? {}
          : { minimumCompressionSize: String(endpoint.minimumCompressionBytes) }),
        body: openApiDocument({
          title: name,
          stageName: args.stageName ?? DEFAULT_STAGE,
          region: this.context.region,
          partition: this.context.partition.id,
          operations,
          backends: args.backends,
          cognitoUserPoolArns: args.cognitoUserPoolArns ?? [],
          authorizer,
          cors: endpoint.cors,
          securityPolicy,
          accessMode: endpoint.accessMode,
          disableDefaultEndpoint: endpoint.disableDefaultEndpoint,
          minimumCompressionBytes: endpoint.minimumCompressionBytes,
          vpcEndpointIds: endpoint.vpcEndpointIds,
          denyUnless: endpoint.denyUnless,
        }),
        // `merge` would keep a route alive after it has been taken out of the program.
        putRestApiMode: "overwrite",
        failOnWarnings: true,
      },
      this.childOptions({}, endpoint.transform?.api),
    );
  }

  /** Lets this stage call each function for the methods and paths that lead to it. */
  private permitCalls(
    backends: RestApiArgs["backends"],
    operations: readonly Operation[],
    api: aws.apigateway.RestApi,
    stageName: string,
  ): aws.lambda.Permission[] {
    return operations.flatMap(({ backend, method, path }) => {
      const target = backends[backend];
      if (target === undefined || !isFunction(target)) return [];
      const resource = invokeResource(method, path);
      const source = pulumi.interpolate`${api.executionArn}/${stageName}/${resource}`;
      return [target.permit(`${this.identity}-${method}${path}`, "apigateway.amazonaws.com", source)];
    });
  }

  private authorizerRole(functionArn: pulumi.Input<string>): aws.iam.Role {
    const role = new aws.iam.Role(
      this.childName("authorizer-role"),
      {
        name: this.physicalName("iamRole", "authorizer"),
        description: `API Gateway invokes the authorizer of ${this.name}`,
        // AWS documents no aws:SourceAccount or aws:SourceArn for this call. `iam:PassRole` holds the role to this account.
        assumeRolePolicy: policyDocument([
          { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" },
        ]),
      },
      this.childOptions(),
    );
    grant(this, this.name, "invoke", { grantName: "authorizer", role }, [
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn },
    ]);
    return role;
  }

  /**
   * The stage's settings, then those of routes that differ: one after another, as AWS refuses concurrent changes of a stage.
   */
  private settings(
    args: RestApiArgs,
    operations: readonly Operation[],
    api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
  ): aws.apigateway.MethodSettings {
    const throttle = args.throttle ?? DEFAULT_THROTTLE;
    const common = {
      metricsEnabled: args.detailedMetrics ?? this.production,
      loggingLevel: args.executionLog ?? "ERROR",
      // Would log whole requests and answers, card numbers included.
      dataTraceEnabled: false,
      throttlingRateLimit: throttle.rateLimit,
      throttlingBurstLimit: throttle.burstLimit,
      cachingEnabled: false,
      cacheDataEncrypted: true,
      // Else any caller can empty the cache with a request header.
      requireAuthorizationForCacheControl: true,
      unauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
    };
    let last: aws.apigateway.MethodSettings | undefined;
    const make = (suffix: string, methodPath: string, settings: typeof common & { cacheTtlInSeconds?: number }) =>
      new aws.apigateway.MethodSettings(
        this.childName(suffix),
        { restApi: api.id, stageName: stage.stageName, methodPath, settings },
        this.childOptions({ dependsOn: last ? [last] : [] }),
      );
    const all = make("settings", "*/*", common);
    last = all;
    for (const { path, method, cache, throttle: own } of operations) {
      if (!cache && !own) continue;
      last = make(`settings-${method}${path}`, `${path.replaceAll("/", "~1")}/${method}`, {
        ...common,
        ...(own ? { throttlingRateLimit: own.rateLimit, throttlingBurstLimit: own.burstLimit } : {}),
        ...(cache ? { cachingEnabled: true, cacheTtlInSeconds: cache.ttlSeconds } : {}),
      });
    }
    return all;
  }

  private watch(args: RestApiArgs, stageName: string): void {
    const dimensions = { ApiName: this.physicalName("restApi"), Stage: stageName };
    const metric = (name: string, statistic: "Average" | "p99") => ({
      namespace: "AWS/ApiGateway",
      name,
      dimensions,
      statistic,
    });
    const thresholds = args.alarmThresholds;
    this.alarm("server-errors", {
      severity: "critical",
      description: `${this.name} answers with 5XX: look at integrationStatus in its access log, then at the back end it names.`,
      metric: metric("5XXError", "Average"),
      comparison: "GreaterThanThreshold",
      threshold: thresholds?.serverErrorRate ?? 0.01,
    });
    this.alarm("client-errors", {
      severity: "warning",
      description: `${this.name} refuses an unusual share of requests: a client is broken, or someone is trying keys or paths.`,
      metric: metric("4XXError", "Average"),
      comparison: "GreaterThanThreshold",
      threshold: thresholds?.clientErrorRate ?? 0.25,
    });
    this.alarm("latency", {
      severity: "warning",
      description: `${this.name} is slow for one request in a hundred: compare integrationLatency with responseLatency in its access log.`,
      metric: metric("Latency", "p99"),
      comparison: "GreaterThanThreshold",
      threshold: thresholds?.latencyP99Milliseconds ?? 3000,
    });
  }

  private require(): { executionArn: pulumi.Output<string>; stageName: string; operations: Operation[] } {
    if (this.published === undefined) throw new Error(`${this.name} has not been published.`);
    return this.published;
  }
}
