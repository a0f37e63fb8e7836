import { each, given, on, oneOf, when } from "../checks";
import { all, fail, notApplicable, PASS, type Rule } from "../rule";
import { isStrongElbPolicy } from "./tls-policies";

const DOCS = "https://docs.aws.amazon.com/elasticloadbalancing/latest";
/** The provider keeps each type under an old name too. */
const both = (name: string): string[] =>
  ["lb", "alb"].map((module) => `aws:${module}/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`);

export const loadBalancerRules: readonly Rule[] = [
  {
    id: "lb-listener-tls",
    title: "Load balancers listen with TLS 1.2 or better; plain HTTP is only redirected to HTTPS.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["ELB.1", "ELB.17", "ELB.18"],
    types: both("listener"),
    remediation:
      "Use protocol TLS or HTTPS with a certificate and sslPolicy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09.",
    url: `${DOCS}/network/describe-ssl-policies.html`,
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
  {
    id: "lb-target-tls",
    title: "Load balancers speak TLS to their targets.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["ELB.22"],
    types: both("targetGroup"),
    remediation: "Use protocol TLS or HTTPS; the targets need a certificate, which may be self-signed.",
    url: `${DOCS}/network/load-balancer-target-groups.html`,
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
  {
    id: "lb-access-logs",
    title: "Load balancers keep access logs.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["ELB.5"],
    types: both("loadBalancer"),
    remediation: "Set accessLogs with a bucket and enabled true.",
    url: `${DOCS}/application/load-balancer-access-logs.html`,
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
  {
    id: "alb-drops-invalid-headers",
    title: "Application load balancers drop invalid headers and refuse ambiguous requests.",
    severity: "medium",
    requirements: ["6.2.4"],
    controls: ["ELB.4", "ELB.12"],
    types: both("loadBalancer"),
    remediation: "Set dropInvalidHeaderFields to true and leave desyncMitigationMode at defensive, or set strictest.",
    url: `${DOCS}/application/edit-load-balancer-attributes.html`,
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
];
