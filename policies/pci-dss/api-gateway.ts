import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { documentOf, type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { given, isTrue, joined, off, on, oneOf, when } from "../checks";
import { publicStatements } from "../policy-statements";
import {
  all,
  any,
  fail,
  notApplicable,
  type Outcome,
  PASS,
  type Rule,
  undetermined,
  type Verdict,
  implement,
} from "../rule";
import { apiGateway } from "../catalogue/api-gateway";
import { isStrongApiGatewayPolicy } from "./tls-policies";

const REST_API = "aws:apigateway/restApi:RestApi";
const STAGE = "aws:apigateway/stage:Stage";
const BASE_PATH_MAPPING = "aws:apigateway/basePathMapping:BasePathMapping";
const HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck";
const HTTP_STAGE = "aws:apigatewayv2/stage:Stage";

/** Where an OpenAPI document holds the API's resource policy. */
const POLICY_KEY = "x-amazon-apigateway-policy";
const METHODS = /^(get|put|post|delete|head|patch|x-amazon-apigateway-any-method)$/;

interface Operation {
  /** What a caller asks for, e.g. `get /orders`. */
  readonly request: string;
  readonly value: Property;
}

/** Judges each operation of the OpenAPI document that a REST API is made from; CORS preflights are left out. */
function operations(api: ResourceNode, judge: (operation: Operation, document: Property) => Outcome): Outcome {
  const document = documentOf(api.property("body"));
  if (document.unknown) return undetermined(document);
  if (document.absent) return notApplicable("Its methods are resources of their own.");
  const paths = document.at("paths");
  if (paths.unknown) return undetermined(paths);
  return all(
    PASS,
    ...paths.entries.flatMap(([path, methods]) =>
      methods.unknown
        ? [undetermined(methods)]
        : methods.entries
            .filter(([method]) => METHODS.test(method))
            .flatMap(([method, value]) => judge({ request: `${method} ${path}`, value }, document)),
    ),
  );
}

/** What the method settings of a REST stage say; `judge` gets the settings for all methods. */
function methodSettings(stage: ResourceNode, graph: ResourceGraph, judge: (all: ResourceNode[]) => Outcome): Outcome {
  return joined(graph.referring("aws:apigateway/methodSettings:MethodSettings", "stageName", stage), (settings) => {
    const ofStage = settings.filter((node) => sameApi(node, stage, graph));
    const paths = ofStage.map((node) => node.property("methodPath"));
    const unknown = paths.find((path) => path.unknown);
    if (unknown !== undefined) return undetermined(unknown);
    return judge(ofStage.filter((_, index) => isAllMethods(paths[index]?.fact)));
  });
}

function sameApi(settings: ResourceNode, stage: ResourceNode, graph: ResourceGraph): boolean {
  const ofSettings = graph.resolve(settings.property("restApi"), REST_API).nodes;
  const ofStage = graph.resolve(stage.property("restApi"), REST_API).nodes;
  return ofSettings.length === 0 || ofStage.length === 0 || ofSettings[0] === ofStage[0];
}

function isAllMethods(fact: { known: boolean; value?: unknown } | undefined): boolean {
  return fact?.known === true && fact.value === "*/*";
}

/** Judges whether only VPC endpoints reach the API that a stage or a method belongs to. */
function whenPrivate(node: ResourceNode, graph: ResourceGraph, judge: (isPrivate: boolean) => Outcome): Outcome {
  return joined(graph.resolve(node.property("restApi"), REST_API), ([api]) =>
    api === undefined
      ? judge(false)
      : when(api.property("endpointConfiguration.types"), (type) => judge(type === "PRIVATE")),
  );
}

/**
 * Judges whether a request without authorization is the one that Route 53's checkers, which can sign nothing, send to this API by one of
 * its names. Otherwise `otherwise` stands.
 */
function ofHealthCheck(request: string, api: ResourceNode, graph: ResourceGraph, otherwise: Verdict): Outcome {
  return joined(graph.referring(BASE_PATH_MAPPING, "restApi", api), (mappings) => {
    const pairs = graph.ofType(HEALTH_CHECK).flatMap((check) => mappings.map((mapping) => ({ check, mapping })));
    const asked = pairs.map(({ check, mapping }) =>
      when(check.property("resourcePath"), (path) =>
        when(mapping.property("basePath"), (base) => {
          if (!request.startsWith("get ") || path !== `${base ? `/${String(base)}` : ""}${request.slice(4)}`)
            return otherwise;
          return when(check.property("fqdn"), (host) =>
            when(mapping.property("domainName"), (name) => (host === name ? PASS : otherwise)),
          );
        }),
      ),
    );
    return any(asked, otherwise);
  });
}

/** Judges whether some method of the API asks a backend over the internet by HTTP. */
function backendOnInternet(api: ResourceNode, graph: ResourceGraph, judge: () => Outcome): Outcome {
  const document = documentOf(api.property("body"));
  const integrations = document
    .at("paths")
    .entries.flatMap(([, methods]) => methods.entries)
    .map(([, method]) => method.at("x-amazon-apigateway-integration"));
  const asked = integrations.map((own) =>
    when(own.at("type"), (type) =>
      when(own.at("connectionType"), (connection) => (isOnInternet(type, connection) ? PASS : [])),
    ),
  );
  const found = document.unknown ? [undetermined(document)] : all(...asked);
  const ofDocument = found.some(({ kind }) => kind === "pass") ? judge() : found;
  const separate = graph.referring("aws:apigateway/integration:Integration", "restApi", api);
  const ofResources = separate.nodes.map((own) =>
    when(own.property("type"), (type) =>
      when(own.property("connectionType"), (connection) => (isOnInternet(type, connection) ? judge() : [])),
    ),
  );
  const verdicts = all(ofDocument, ...ofResources, ...separate.uncertain.map(undetermined));
  return verdicts.length > 0 ? verdicts : notApplicable("No backend of it is reached over the internet by HTTP.");
}

const isOnInternet = (type: unknown, connection: unknown): boolean =>
  /^http(_proxy)?$/i.test(String(type)) && connection !== "VPC_LINK";

const logsOf = (settings: Property): Outcome =>
  all(
    oneOf(settings.at("loggingLevel"), ["ERROR", "INFO"], "Execution logs are off."),
    off(settings.at("dataTraceEnabled"), "Execution logs hold whole requests and responses."),
  );

/** Of the APIs of version 2, only WebSocket ones log how they execute. */
function webSocketLogs(stage: ResourceNode, graph: ResourceGraph): Outcome {
  return joined(graph.resolve(stage.property("apiId"), "aws:apigatewayv2/api:Api"), ([api]) =>
    api === undefined
      ? undetermined(stage.property("apiId"))
      : when(api.property("protocolType"), (protocol) =>
          protocol === "WEBSOCKET"
            ? logsOf(stage.property("defaultRouteSettings"))
            : notApplicable("An HTTP API has no execution logs."),
        ),
  );
}

export const apiGatewayRules: readonly Rule[] = implement(apiGateway, {
  "apigateway-domain-tls": {
    types: ["aws:apigateway/domainName:DomainName", "aws:apigatewayv2/domainName:DomainName"],
    check(node) {
      const isV2 = node.type.startsWith("aws:apigatewayv2/");
      const policy = node.property(isV2 ? "domainNameConfiguration.securityPolicy" : "securityPolicy");
      return when(policy, (name) =>
        isStrongApiGatewayPolicy(String(name)) ? PASS : fail(`The TLS policy is ${String(name ?? "not set")}.`, policy),
      );
    },
  },
  "apigateway-access-logs": {
    types: [STAGE, HTTP_STAGE],
    check(node) {
      const settings = node.property("accessLogSettings");
      return all(
        given(settings.at("destinationArn"), "The stage keeps no access log."),
        given(settings.at("format"), "The access log has no format."),
      );
    },
  },
  "apigateway-execution-logs": {
    types: [STAGE, HTTP_STAGE],
    check(stage, graph) {
      if (stage.type === HTTP_STAGE) return webSocketLogs(stage, graph);
      return methodSettings(stage, graph, (settings) => {
        if (settings.length === 0) return fail("The stage does not log the execution of requests.");
        return all(...settings.map((node) => logsOf(node.property("settings"))));
      });
    },
  },
  "apigateway-cache-encrypted": {
    types: ["aws:apigateway/methodSettings:MethodSettings"],
    check(node) {
      return when(node.property("settings.cachingEnabled"), (cached) =>
        isTrue(cached)
          ? on(node.property("settings.cacheDataEncrypted"), "Cached answers are not encrypted.")
          : notApplicable("Nothing is cached."),
      );
    },
  },
  "apigateway-waf": {
    types: [STAGE],
    check(stage, graph) {
      return whenPrivate(stage, graph, (isPrivate) => {
        if (isPrivate) return notApplicable("Only VPC endpoints reach a private API.");
        return joined(
          graph.referring("aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn", stage),
          (associations) => (associations.length > 0 ? PASS : fail("No web ACL stands in front of the stage.")),
        );
      });
    },
  },
  "apigateway-private-policy": {
    types: [REST_API],
    check(api, graph) {
      return when(api.property("endpointConfiguration.types"), (types) => {
        if (types !== "PRIVATE") return notApplicable("It is meant to be reached from the internet.");
        return joined(graph.referring("aws:apigateway/restApiPolicy:RestApiPolicy", "restApiId", api), (policies) => {
          const written = documentOf(api.property("body")).at(POLICY_KEY);
          const statements: PolicyStatement[] = [];
          for (const policy of [written, ...[api, ...policies].map((node) => node.property("policy"))]) {
            const document = statementsOf(policy);
            if (!document.known) return undetermined(document);
            statements.push(...document.value);
          }
          if (statements.length === 0) return fail("The private API has no policy, and so refuses every call.");
          // A denial of all other endpoints holds the statement that lets everyone in.
          const held = statements.some(
            (statement) =>
              !statement.allow &&
              statement.conditions.some(({ key, operator }) => /^aws:sourcevpce?$/.test(key) && /Not/.test(operator)),
          );
          return held ? PASS : publicStatements(statements);
        });
      });
    },
  },
  "apigateway-authorization": {
    types: [REST_API, "aws:apigateway/method:Method", "aws:apigatewayv2/route:Route"],
    check(node, graph) {
      const missing = "Anyone may call it.";
      if (node.type === REST_API) {
        return when(node.property("endpointConfiguration.types"), (type) => {
          if (type === "PRIVATE") return notApplicable("Its policy says which VPC endpoints may call it.");
          return operations(node, ({ request, value }, document) => {
            const own = value.at("security");
            const security = own.absent ? document.at("security") : own;
            if (security.unknown) return undetermined(security);
            const asks = security.items.some((way) => way.entries.length > 0);
            return asks ? PASS : ofHealthCheck(request, node, graph, fail(missing, value));
          });
        });
      }
      const isV2 = node.type.startsWith("aws:apigatewayv2/");
      const type = node.property(isV2 ? "authorizationType" : "authorization");
      return when(node.property(isV2 ? "routeKey" : "httpMethod"), (method) => {
        if (/^OPTIONS\b/.test(String(method)))
          return notApplicable("Browsers ask for CORS headers without credentials.");
        const byIdentity = when(type, (value) =>
          value === undefined || value === "NONE" ? fail(missing, type) : PASS,
        );
        const behindVpcEndpoints = isV2
          ? fail(missing, type)
          : whenPrivate(node, graph, (isPrivate) => (isPrivate ? PASS : fail(missing, type)));
        return any([byIdentity, on(node.property("apiKeyRequired"), missing), behindVpcEndpoints], fail(missing, type));
      });
    },
  },
  "apigateway-backend-tls": {
    types: [REST_API, "aws:apigateway/integration:Integration", "aws:apigatewayv2/integration:Integration"],
    check(node) {
      if (node.type === REST_API) {
        return operations(node, ({ value }) =>
          when(value.at("x-amazon-apigateway-integration.uri"), (uri) =>
            /^http:/i.test(String(uri ?? "")) ? fail("Requests go on in plain HTTP.", value) : PASS,
          ),
        );
      }
      if (node.type.startsWith("aws:apigatewayv2/")) {
        return when(node.property("connectionType"), (type) =>
          type === "VPC_LINK"
            ? given(node.property("tlsConfig.serverNameToVerify"), "Requests through the VPC link are plain HTTP.")
            : plainUri(node, "integrationUri"),
        );
      }
      return when(node.property("type"), (type) =>
        /^HTTP(_PROXY)?$/.test(String(type)) ? plainUri(node, "uri") : notApplicable("AWS's own API is always TLS."),
      );
    },
  },
  "apigateway-client-certificate": {
    types: [STAGE],
    check(stage, graph) {
      const certificate = stage.property("clientCertificateId");
      if (!certificate.absent) return PASS;
      return joined(graph.resolve(stage.property("restApi"), REST_API), ([api]) =>
        api === undefined
          ? undetermined(stage.property("restApi"))
          : backendOnInternet(api, graph, () => given(certificate, "Its backends can not tell who asks.")),
      );
    },
  },
  "apigateway-tracing": {
    types: [STAGE],
    check(stage) {
      return on(stage.property("xrayTracingEnabled"), "Requests are not traced.");
    },
  },
  "apigateway-endpoint-type": {
    types: [REST_API, "aws:apigateway/domainName:DomainName"],
    check(node) {
      // One string in this provider's version, a list in others.
      const types = node.property("endpointConfiguration.types");
      return when(types, (value) =>
        [value ?? "EDGE"].flat().every((type) => type === "REGIONAL" || type === "PRIVATE")
          ? PASS
          : fail("It stands behind a CloudFront distribution of AWS's own.", types),
      );
    },
  },
});

function plainUri(node: ResourceNode, property: string): Outcome {
  return when(node.property(property), (uri) =>
    /^http:/i.test(String(uri)) ? fail("Requests go on in plain HTTP.", property) : PASS,
  );
}
