import { each, given, on, oneOf, when } from "../checks";
import { all, fail, notApplicable, PASS, type Rule, implement } from "../rule";
import { loadBalancers } from "../catalogue/load-balancers";
import { isStrongElbPolicy } from "./tls-policies";

/** The provider keeps each type under an old name too. */
const both = (name: string): string[] =>
  ["lb", "alb"].map((module) => `aws:${module}/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`);

export const loadBalancerRules: readonly Rule[] = implement(loadBalancers, {
  "lb-listener-tls": {
    types: both("listener"),
    check(node) {
      const policy = node.property("sslPolicy");
      return when(node.property("protocol"), (protocol) => {
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
            return each(node.property("defaultActions"), (action) =>
              all(
                oneOf(action.at("type"), ["redirect"], "The listener serves plain HTTP."),
                oneOf(action.at("redirect.protocol"), ["HTTPS"], "It does not redirect to HTTPS."),
              ),
            );
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
    types: both("loadBalancer"),
    check(node) {
      return when(node.property("loadBalancerType"), (type) => {
        if (type === "gateway") return notApplicable("A gateway load balancer has no access logs.");
        return all(
          on(node.property("accessLogs.enabled"), "Access logs are off."),
          given(node.property("accessLogs.bucket"), "Access logs go nowhere."),
        );
      });
    },
  },
  "alb-drops-invalid-headers": {
    types: both("loadBalancer"),
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
});
