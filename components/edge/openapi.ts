import * as pulumi from "@pulumi/pulumi";
import { jsonDocument, type Statement } from "../core";
import { type ApiBackend, invokeResource, isFunction, needsAllow, type Operation } from "./api-routes";

/** A Lambda function that looks at the request and answers with an IAM policy. */
export interface AuthorizerDefinition {
  readonly functionArn: pulumi.Input<string>;
  /** Role with which API Gateway invokes it. */
  readonly roleArn: pulumi.Input<string>;
  /** Header that holds the proof. */
  readonly header: string;
  /** Seconds for which an answer is kept; 0 for none. */
  readonly ttlSeconds: number;
}

/** Answers to browsers' preflight requests. */
export interface Cors {
  /** Origin of the web front, e.g. `https://pay.example.com`. */
  origin: string;
  /** Request headers a page may send. Default `["authorization", "content-type", "x-api-key"]`. */
  headers?: readonly string[];
  /** Seconds for which a browser keeps the answer, 0-86400. Default 600. */
  maxAgeSeconds?: number;
}

export interface OpenApiDefinition {
  readonly title: string;
  readonly stageName: string;
  readonly region: string;
  readonly partition: string;
  readonly operations: readonly Operation[];
  readonly backends: Readonly<Record<string, ApiBackend>>;
  readonly cognitoUserPoolArns: readonly pulumi.Input<string>[];
  readonly authorizer: AuthorizerDefinition | undefined;
  readonly cors: Cors | undefined;
  readonly securityPolicy: string;
  readonly accessMode: "STRICT" | "BASIC";
  readonly disableDefaultEndpoint: boolean;
  readonly minimumCompressionBytes: number | undefined;
  readonly vpcEndpointIds: readonly pulumi.Input<string>[] | undefined;
  /** Condition under which every call is refused; without one there is no resource policy. */
  readonly denyUnless: Statement["Condition"] | undefined;
}

type Json = Record<string, unknown>;

/**
 * Names the caller to the back end, and keeps callers apart in the cache: a header of the client's own could be left out or
 * spelled differently.
 */
const CALLER_HEADER = "x-caller-id";

/** Schemes that prove who the caller is, by what API Gateway then knows of it. */
const CALLER: Readonly<Record<Operation["identity"], string | undefined>> = {
  iam: "context.identity.userArn",
  cognito: "context.authorizer.claims.sub",
  authorizer: "context.authorizer.principalId",
  none: undefined,
};

const ANY_METHOD = "x-amazon-apigateway-any-method";

/**
 * The whole API as one OpenAPI 3.0.1 document with API Gateway's extensions: one resource instead of three for each method,
 * and one thing to hash for a new deployment. Everything that takes effect only with a deployment stands in it, and its order
 * is fixed.
 */
export function openApiDocument(api: OpenApiDefinition): pulumi.Output<string> {
  const withSchema = api.operations.filter((operation) => operation.requestSchema !== undefined);
  return jsonDocument({
    openapi: "3.0.1",
    info: { title: api.title, version: "1" },
    servers: [{ url: "/", "x-amazon-apigateway-endpoint-configuration": endpointConfiguration(api) }],
    paths: paths(api),
    components: {
      securitySchemes: securitySchemes(api),
      schemas: Object.fromEntries(withSchema.map((operation) => [schemaName(operation), operation.requestSchema])),
    },
    "x-amazon-apigateway-api-key-source": "HEADER",
    "x-amazon-apigateway-endpoint-access-mode": api.accessMode,
    "x-amazon-apigateway-gateway-responses": gatewayResponses(api.cors),
    ...(api.minimumCompressionBytes === undefined
      ? {}
      : { "x-amazon-apigateway-minimum-compression-size": api.minimumCompressionBytes }),
    ...(api.denyUnless === undefined ? {} : { "x-amazon-apigateway-policy": resourcePolicy(api, api.denyUnless) }),
    ...(withSchema.length === 0
      ? {}
      : {
          "x-amazon-apigateway-request-validators": {
            body: { validateRequestBody: true, validateRequestParameters: false },
          },
        }),
    "x-amazon-apigateway-security-policy": api.securityPolicy,
  });
}

function endpointConfiguration(api: OpenApiDefinition): Json {
  return {
    disableExecuteApiEndpoint: api.disableDefaultEndpoint,
    ...(api.vpcEndpointIds === undefined ? {} : { vpcEndpointIds: api.vpcEndpointIds }),
  };
}

function paths(api: OpenApiDefinition): Json {
  const result: Record<string, Json> = {};
  for (const operation of api.operations) {
    const path = (result[operation.path] ??= {});
    path[operation.method === "ANY" ? ANY_METHOD : operation.method.toLowerCase()] = method(api, operation);
  }
  if (api.cors) {
    for (const [path, methods] of Object.entries(result)) methods.options ??= preflight(path, api.cors);
  }
  return result;
}

function method(api: OpenApiDefinition, operation: Operation): Json {
  const queryStrings = operation.cache?.queryStrings ?? [];
  const parameters = [
    ...pathParameters(operation.path),
    ...queryStrings.map((name) => ({ name, in: "query", required: false, schema: { type: "string" } })),
  ];
  const security = [
    ...(operation.identity === "none" ? [] : [{ [operation.identity]: operation.scopes }]),
    ...(operation.apiKey ? [{ api_key: [] }] : []),
  ];
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.requestSchema === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: { $ref: `#/components/schemas/${schemaName(operation)}` } } },
          },
          "x-amazon-apigateway-request-validator": "body",
        }),
    responses: { "200": { description: "The back end's answer" } },
    // Empty says that the operation is open to everyone on purpose.
    security,
    "x-amazon-apigateway-integration": integration(api, operation),
  };
}

function integration(api: OpenApiDefinition, operation: Operation): Json {
  const backend = api.backends[operation.backend];
  if (backend === undefined) throw new Error(`No back end ${operation.backend}.`);
  const caller = CALLER[operation.identity] ?? (operation.apiKey ? "context.identity.apiKeyId" : undefined);
  if (isFunction(backend)) {
    return {
      type: "aws_proxy",
      // The method of the call to Lambda; the function is told the caller's.
      httpMethod: "POST",
      uri: backend.invokeArn,
      passthroughBehavior: "when_no_match",
      timeoutInMillis: operation.timeoutMilliseconds,
      ...cacheKeys(operation, undefined),
    };
  }
  const port = backend.port ?? 443;
  return {
    type: "http_proxy",
    httpMethod: operation.method,
    uri: pulumi.interpolate`https://${backend.host}${port === 443 ? "" : `:${port}`}${operation.backendPath}`,
    connectionType: "VPC_LINK",
    connectionId: backend.vpcLinkId,
    integrationTarget: backend.loadBalancerArn,
    tlsConfig: { insecureSkipVerification: false },
    passthroughBehavior: "when_no_match",
    timeoutInMillis: operation.timeoutMilliseconds,
    requestParameters: {
      "integration.request.header.x-request-id": "context.requestId",
      ...(caller === undefined ? {} : { [`integration.request.header.${CALLER_HEADER}`]: caller }),
      ...Object.fromEntries(
        operation.variables.map((name) => [`integration.request.path.${name}`, `method.request.path.${name}`]),
      ),
    },
    ...cacheKeys(operation, caller),
  };
}

function cacheKeys({ cache, variables }: Operation, caller: string | undefined): Json {
  if (cache === undefined) return {};
  return {
    cacheKeyParameters: [
      ...variables.map((name) => `method.request.path.${name}`),
      ...(cache.queryStrings ?? []).map((name) => `method.request.querystring.${name}`),
      ...(caller === undefined || cache.shared ? [] : [`integration.request.header.${CALLER_HEADER}`]),
    ],
  };
}

function preflight(path: string, cors: Cors): Json {
  const headers = {
    "Access-Control-Allow-Headers": (cors.headers ?? ["authorization", "content-type", "x-api-key"]).join(","),
    "Access-Control-Allow-Methods": "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT",
    "Access-Control-Allow-Origin": cors.origin,
    "Access-Control-Max-Age": String(cors.maxAgeSeconds ?? 600),
  };
  const names = Object.keys(headers);
  const parameters = pathParameters(path);
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: {
      "204": {
        description: "What a browser may send",
        headers: Object.fromEntries(names.map((name) => [name, { schema: { type: "string" } }])),
      },
    },
    "x-amazon-apigateway-integration": {
      type: "mock",
      passthroughBehavior: "when_no_match",
      requestTemplates: { "application/json": '{"statusCode": 204}' },
      responses: {
        default: {
          statusCode: "204",
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`]),
          ),
        },
      },
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{([^}+]+)\+?\}/g)].map((match) => ({
    name: match[1],
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function securitySchemes(api: OpenApiDefinition): Json {
  const used = new Set(api.operations.flatMap(({ identity, apiKey }) => [identity, ...(apiKey ? ["api-key"] : [])]));
  const header = (name: string, authType: string, authorizer?: Json): Json => ({
    type: "apiKey",
    name,
    in: "header",
    "x-amazon-apigateway-authtype": authType,
    ...(authorizer === undefined ? {} : { "x-amazon-apigateway-authorizer": authorizer }),
  });
  return {
    ...(used.has("api-key") ? { api_key: { type: "apiKey", name: "x-api-key", in: "header" } } : {}),
    ...(api.authorizer && used.has("authorizer")
      ? { authorizer: header(api.authorizer.header, "custom", lambdaAuthorizer(api, api.authorizer)) }
      : {}),
    ...(used.has("cognito")
      ? {
          cognito: header("Authorization", "cognito_user_pools", {
            type: "cognito_user_pools",
            providerARNs: api.cognitoUserPoolArns,
          }),
        }
      : {}),
    ...(used.has("iam") ? { iam: header("Authorization", "awsSigv4") } : {}),
  };
}

function lambdaAuthorizer(api: OpenApiDefinition, authorizer: AuthorizerDefinition): Json {
  return {
    type: "request",
    identitySource: `method.request.header.${authorizer.header}`,
    authorizerUri: pulumi.interpolate`arn:${api.partition}:apigateway:${api.region}:lambda:path/2015-03-31/functions/${authorizer.functionArn}/invocations`,
    authorizerCredentials: authorizer.roleArn,
    authorizerResultTtlInSeconds: authorizer.ttlSeconds,
  };
}

/** Answers that API Gateway gives itself: never cached, and readable by the web front. */
function gatewayResponses(cors: Cors | undefined): Json {
  const responseParameters = {
    "gatewayresponse.header.Cache-Control": "'no-store'",
    "gatewayresponse.header.Strict-Transport-Security": "'max-age=63072000; includeSubDomains'",
    ...(cors === undefined ? {} : { "gatewayresponse.header.Access-Control-Allow-Origin": `'${cors.origin}'` }),
  };
  return { DEFAULT_4XX: { responseParameters }, DEFAULT_5XX: { responseParameters } };
}

/**
 * Refuses whatever does not meet the condition, and allows only the routes whose proof is not an AWS identity or an
 * authorizer's policy. An allow for `iam` routes would let every identity of the account in without a grant: within one
 * account either side's allow is enough
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html, table A).
 */
function resourcePolicy(api: OpenApiDefinition, unless: Statement["Condition"]): Json {
  const resource = (suffix: string) => `execute-api:/${suffix}`;
  const open = api.operations.filter(needsAllow);
  const resources = open.map(({ method: verb, path }) => resource(`${api.stageName}/${invokeResource(verb, path)}`));
  if (api.cors) {
    for (const path of new Set(api.operations.map((operation) => operation.path)))
      resources.push(resource(`${api.stageName}/${invokeResource("OPTIONS", path)}`));
  }
  const invoke = { Principal: "*", Action: "execute-api:Invoke" };
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "DenyFromElsewhere", Effect: "Deny", ...invoke, Resource: resource("*"), Condition: unless },
      ...(resources.length === 0
        ? []
        : [{ Sid: "AllowRoutesWithoutIam", Effect: "Allow", ...invoke, Resource: [...new Set(resources)] }]),
    ],
  };
}

function schemaName({ method: verb, path }: Operation): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return verb.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
