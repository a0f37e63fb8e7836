import { statementsOf } from "../../analysis/policy-document";
import { exposureOf } from "../../analysis/subnets";
import { perimeter } from "../catalogue/perimeter";
import { isTrue, joined, notEmpty, off, on, oneOf, when } from "../checks";
import { publicStatements } from "../policy-statements";
import { all, fail, implement, notApplicable, PASS, type Rule, undetermined } from "../rule";

const REST_API = "aws:apigateway/restApi:RestApi";
/** APIs, and what gives them a domain name. */
const MAPPINGS: Readonly<Record<string, readonly [type: string, property: string]>> = {
  [REST_API]: ["aws:apigateway/basePathMapping:BasePathMapping", "restApi"],
  "aws:apigatewayv2/api:Api": ["aws:apigatewayv2/apiMapping:ApiMapping", "apiId"],
};
const STORES = /\.(s3|dynamodb)$/;

export const perimeterRules: readonly Rule[] = implement(perimeter, {
  "apigateway-default-endpoint": {
    types: Object.keys(MAPPINGS),
    check(api, graph) {
      const [type, property] = MAPPINGS[api.type] ?? ["", ""];
      return when(api.property("endpointConfiguration.types"), (kind) =>
        kind === "PRIVATE"
          ? notApplicable("Only the VPC endpoints that its policy names reach it.")
          : joined(graph.referring(type, property, api), (mappings) =>
              mappings.length === 0
                ? notApplicable("It has no domain name of its own.")
                : on(
                    api.property("disableExecuteApiEndpoint"),
                    "It is reached past its own domain name, and what stands there.",
                  ),
            ),
      );
    },
  },
  "apigateway-default-endpoint-tls": {
    types: [REST_API],
    check(api) {
      const policy = api.property("securityPolicy");
      return when(policy, (name) => (name === "TLS_1_0" ? fail("It accepts TLS 1.0.", policy) : PASS));
    },
  },
  "cloudfront-signs-origin-requests": {
    types: ["aws:cloudfront/originAccessControl:OriginAccessControl"],
    check(control) {
      return oneOf(control.property("signingBehavior"), ["always"], "Requests reach the origin unsigned.");
    },
  },
  "vpc-endpoint-policy": {
    types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
    check(endpoint) {
      const policy = endpoint.property("policy");
      if (policy.absent) {
        return when(endpoint.property("serviceName"), (service) =>
          STORES.test(String(service))
            ? fail("It leads to every account's data: AWS's default policy allows all.", policy)
            : notApplicable("AWS's default policy; no data of another account stands behind it."),
        );
      }
      const statements = statementsOf(policy);
      if (!statements.known) return undetermined(statements);
      const anywhere = statements.value.filter(
        (statement) => statement.allResourcesBut || statement.resources.some((resource) => /^\*+$/.test(resource)),
      );
      return publicStatements(anywhere);
    },
  },
  "lb-public-subnets": {
    types: ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
    check(balancer, graph) {
      return when(balancer.property("internal"), (internal) => {
        if (isTrue(internal)) return notApplicable("It has private addresses.");
        const named = balancer.property("subnets");
        const subnets = named.absent
          ? balancer.property("subnetMappings").items.map((mapping) => mapping.at("subnetId"))
          : [named];
        return all(
          ...subnets.map((reference) => {
            const { nodes, uncertain } = graph.resolve(reference, "aws:ec2/subnet:Subnet");
            const judged = nodes.map((subnet) => {
              const exposure = exposureOf(subnet, graph);
              if (exposure.kind === "undetermined") return undetermined(exposure.because);
              return exposure.kind === "public"
                ? PASS
                : fail(`It has public addresses in ${subnet.name}, which is private.`, "internal");
            });
            return all(...judged, ...uncertain.map(undetermined));
          }),
        );
      });
    },
  },
  "route53-query-logs": {
    types: ["aws:route53/zone:Zone"],
    check(zone, graph) {
      if (notEmpty(zone.property("vpcs"), "").kind === "pass") return notApplicable("It answers inside VPCs only.");
      return joined(graph.referring("aws:route53/queryLog:QueryLog", "zoneId", zone), (logs) =>
        logs.length > 0 ? PASS : fail("Nobody sees who asks for its names."),
      );
    },
  },
  "apigateway-method-settings": {
    types: ["aws:apigateway/methodSettings:MethodSettings"],
    check(node) {
      const settings = node.property("settings");
      const level = settings.at("loggingLevel");
      return all(
        // Left out, the stage's own level holds, which apigateway-execution-logs judges.
        when(level, (value) => (value === "OFF" ? fail("What happens in the method is not logged.", level) : PASS)),
        off(settings.at("dataTraceEnabled"), "What callers send is logged, card data included."),
        when(settings.at("cachingEnabled"), (caches) =>
          isTrue(caches)
            ? on(settings.at("requireAuthorizationForCacheControl"), "Any caller may empty the cache.", true)
            : PASS,
        ),
      );
    },
  },
});
