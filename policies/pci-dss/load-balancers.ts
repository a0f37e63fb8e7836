import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { loadBalancers } from "../catalogue/load-balancers";
import { andThen, each, given, isTrue, joined, on, oneOf, when } from "../checks";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { isStrongElbPolicy } from "./tls-policies";

/** The provider keeps each type under an old name too. */
const both = (name: string): string[] =>
  ["lb", "alb"].map((module) => `aws:${module}/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`);

const LISTENERS = both("listener");
const LOAD_BALANCERS = both("loadBalancer");
const CLASSIC = "aws:elb/loadBalancer:LoadBalancer";
/** The one predefined policy of classic load balancers that Security Hub's ELB.8 takes. */
const CLASSIC_POLICY = "ELBSecurityPolicy-TLS-1-2-2017-01";

/** The listener's protocol; one of an application load balancer that gives none listens with HTTP. */
function protocolOf(listener: ResourceNode, graph: ResourceGraph, judge: (protocol: unknown) => Outcome): Outcome {
  return when(listener.property("protocol"), (protocol) => {
    if (protocol !== undefined) return judge(protocol);
    return joined(graph.resolve(listener.property("loadBalancerArn"), ...LOAD_BALANCERS), ([balancer]) =>
      balancer === undefined
        ? judge("HTTP")
        : when(balancer.property("loadBalancerType"), (type) => judge(type === "gateway" ? undefined : "HTTP")),
    );
  });
}

/** Whatever a listener or one of its rules answers, it must be a redirect to HTTPS. */
const redirects = (actions: Property): Outcome =>
  each(actions, (action) =>
    andThen(oneOf(action.at("type"), ["redirect"], "Plain HTTP is served."), () =>
      oneOf(action.at("redirect.protocol"), ["HTTPS"], "It does not redirect to HTTPS."),
    ),
  );

function redirectsOnly(listener: ResourceNode, graph: ResourceGraph): Outcome {
  const actions = listener.property("defaultActions");
  const own = actions.absent ? fail("The listener serves plain HTTP.", actions) : redirects(actions);
  const rules = both("listenerRule").map((type) => graph.referring(type, "listenerArn", listener));
  const more = rules.flatMap(({ nodes }) => nodes).map((rule) => redirects(rule.property("actions")));
  return all(own, ...more, ...rules.flatMap(({ uncertain }) => uncertain).map(undetermined));
}

/** A certificate of ACM: by its ARN, and while that is unknown by what makes it. */
function fromAcm(certificate: Property, graph: ResourceGraph): Outcome {
  if (certificate.unknown) {
    const makers = certificate.producers.map((urn) => graph.get(urn)?.type ?? "");
    if (makers.some((type) => type.startsWith("aws:acm/"))) return PASS;
    const isServerCertificate = makers.some((type) => type === "aws:iam/serverCertificate:ServerCertificate");
    return isServerCertificate
      ? fail("IAM's certificates are renewed by hand.", certificate)
      : undetermined(certificate);
  }
  return when(certificate, (arn) => {
    const isElsewhere = /^arn:[^:]*:iam:/.test(String(arn));
    return isElsewhere ? fail("IAM's certificates are renewed by hand.", certificate) : PASS;
  });
}

/** Names of the predefined policies that a classic load balancer has on a port. */
function classicPolicies(balancer: ResourceNode, port: unknown, graph: ResourceGraph): Outcome {
  const missing = fail(`Port ${String(port)} has no TLS policy, and takes AWS's default of 2016.`, "listeners");
  const strong = (attributes: Property): Outcome =>
    when(attributes, (list) =>
      Array.isArray(list) && list.some((item: unknown) => Reflect.get(Object(item), "value") === CLASSIC_POLICY)
        ? PASS
        : fail(`Port ${String(port)} has a policy other than ${CLASSIC_POLICY}.`, attributes),
    );
  const ofPort = (node: ResourceNode, property: string, judge: () => Outcome): Outcome =>
    when(node.property(property), (value) => (Number(value) === Number(port) ? judge() : missing));
  const negotiated = graph.referring("aws:elb/sslNegotiationPolicy:SslNegotiationPolicy", "loadBalancer", balancer);
  const attached = graph.referring("aws:elb/listenerPolicy:ListenerPolicy", "loadBalancerName", balancer);
  return any(
    [
      ...negotiated.nodes.map((node) => ofPort(node, "lbPort", () => strong(node.property("attributes")))),
      ...attached.nodes.map((node) =>
        ofPort(node, "loadBalancerPort", () =>
          joined(
            graph.resolve(node.property("policyNames"), "aws:elb/loadBalancerPolicy:LoadBalancerPolicy"),
            (policies) =>
              policies.length === 0
                ? missing
                : all(...policies.map((policy) => strong(policy.property("policyAttributes")))),
          ),
        ),
      ),
      ...[...negotiated.uncertain, ...attached.uncertain].map(undetermined),
    ],
    missing,
  );
}

const isTls = (protocol: unknown) => /^(https|ssl)$/i.test(String(protocol));

export const loadBalancerRules: readonly Rule[] = implement(loadBalancers, {
  "lb-listener-tls": {
    types: LISTENERS,
    check(node, graph) {
      const policy = node.property("sslPolicy");
      return protocolOf(node, graph, (protocol) => {
        switch (protocol) {
          case "TLS":
          case "HTTPS":
            return all(
              given(node.property("certificateArn"), "The listener has no certificate."),
              when(policy, (name) =>
                isStrongElbPolicy(String(name))
                  ? PASS
                  : fail(`The TLS policy is ${String(name ?? "AWS's default, which accepts TLS 1.0")}.`, policy),
              ),
            );
          case "HTTP":
            return redirectsOnly(node, graph);
          case undefined:
            return notApplicable("A gateway load balancer's listener passes packets on as they are.");
          default:
            return fail(`The listener takes plain ${String(protocol)}.`, "protocol");
        }
      });
    },
  },
  "lb-target-tls": {
    types: both("targetGroup"),
    check(node) {
      return when(node.property("targetType"), (type) => {
        if (type === "lambda") return notApplicable("Lambda is called through AWS's own API, over TLS.");
        if (type === "alb") return notApplicable("The load balancer behind it ends the TLS.");
        const protocol = node.property("protocol");
        return when(protocol, (value) => {
          if (value === "GENEVE") return notApplicable("It passes packets on as they are.");
          return value === "TLS" || value === "HTTPS" ? PASS : fail(`Targets get plain ${String(value)}.`, protocol);
        });
      });
    },
  },
  "lb-access-logs": {
    types: [...LOAD_BALANCERS, CLASSIC],
    check(node) {
      return when(node.property("loadBalancerType"), (type) => {
        if (type === "gateway") return notApplicable("A gateway load balancer has no access logs.");
        return all(
          // A classic load balancer's logs are on unless said otherwise.
          on(node.property("accessLogs.enabled"), "Access logs are off.", node.type === CLASSIC),
          given(node.property("accessLogs.bucket"), "Access logs go nowhere."),
        );
      });
    },
  },
  "alb-drops-invalid-headers": {
    types: LOAD_BALANCERS,
    check(node) {
      return when(node.property("loadBalancerType"), (type) => {
        if ((type ?? "application") !== "application") return notApplicable("It does not read HTTP.");
        const mode = node.property("desyncMitigationMode");
        return all(
          on(node.property("dropInvalidHeaderFields"), "Invalid header fields are passed on."),
          oneOf(mode, ["defensive", "strictest"], "Ambiguous requests are passed on.", { byDefault: "defensive" }),
        );
      });
    },
  },
  "lb-acm-certificate": {
    types: [...LISTENERS, ...both("listenerCertificate"), CLASSIC],
    check(node, graph) {
      if (node.type !== CLASSIC) {
        const certificate = node.property("certificateArn");
        return certificate.absent ? notApplicable("It has no certificate.") : fromAcm(certificate, graph);
      }
      return each(node.property("listeners"), (listener) => {
        const certificate = listener.at("sslCertificateId");
        return certificate.absent ? PASS : fromAcm(certificate, graph);
      });
    },
  },
  "alb-waf": {
    types: LOAD_BALANCERS,
    check(node, graph) {
      return when(node.property("loadBalancerType"), (type) => {
        if ((type ?? "application") !== "application") return notApplicable("It does not read HTTP.");
        return when(node.property("internal"), (internal) => {
          if (isTrue(internal)) return notApplicable("The internet does not reach it.");
          return joined(graph.referring("aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn", node), (own) =>
            own.length > 0 ? PASS : fail("No web ACL stands in front of it."),
          );
        });
      });
    },
  },
  "clb-listener-tls": {
    types: [CLASSIC],
    check(node) {
      return each(node.property("listeners"), (listener) =>
        when(listener.at("lbProtocol"), (protocol) =>
          isTls(protocol) ? PASS : fail(`It listens with plain ${String(protocol)}.`, listener),
        ),
      );
    },
  },
  "clb-tls-policy": {
    types: [CLASSIC],
    check(node, graph) {
      return each(node.property("listeners"), (listener) =>
        when(listener.at("lbProtocol"), (protocol) =>
          isTls(protocol) ? when(listener.at("lbPort"), (port) => classicPolicies(node, port, graph)) : [],
        ),
      );
    },
  },
  "clb-desync": {
    types: [CLASSIC],
    check(node) {
      return oneOf(node.property("desyncMitigationMode"), ["defensive", "strictest"], "Ambiguous requests pass.", {
        byDefault: "defensive",
      });
    },
  },
});
