import type { Property } from "../../analysis/graph";
import { each, given, joined, notEmpty, on } from "../checks";
import { all, any, fail, type Rule, undetermined } from "../rule";

const WEB_ACL = "aws:wafv2/webAcl:WebAcl";
const WAF_DOCS = "https://docs.aws.amazon.com/waf/latest/developerguide";

export const wafRules: readonly Rule[] = [
  {
    id: "waf-has-rules",
    title: "Web ACLs hold AWS's managed rules against known attacks.",
    severity: "medium",
    requirements: ["6.4.2"],
    controls: ["WAF.10"],
    types: [WEB_ACL],
    remediation: "Add AWSManagedRulesCommonRuleSet and AWSManagedRulesKnownBadInputsRuleSet.",
    url: `${WAF_DOCS}/aws-managed-rule-groups-list.html`,
    check(node, graph) {
      const rules = node.property("rules");
      if (rules.unknown) return undetermined(rules);
      if (!node.property("ruleJson").absent) return given(node.property("ruleJson"), "The web ACL has no rules.");
      const isManaged = (statement: Property) =>
        given(statement.at("managedRuleGroupStatement.name"), "It is a rule of another kind.");
      const inline = rules.items.map((rule) => isManaged(rule.at("statement")));
      return joined(graph.referring("aws:wafv2/webAclRule:WebAclRule", "webAclArn", node), (separate) =>
        any(
          [...inline, ...separate.map((rule) => isManaged(rule.property("statement")))],
          fail("The web ACL has no managed rule group.", rules),
        ),
      );
    },
  },
  {
    id: "waf-logging",
    title: "Web ACLs log the requests that they see.",
    severity: "medium",
    requirements: ["10.4.2"],
    controls: ["WAF.11"],
    types: [WEB_ACL],
    remediation: "Add a WebAclLoggingConfiguration; its destination's name must begin with aws-waf-logs-.",
    url: `${WAF_DOCS}/logging.html`,
    check(node, graph) {
      return joined(
        graph.referring("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn", node),
        (configurations) =>
          configurations.length === 0
            ? fail("The web ACL keeps no log.")
            : all(
                ...configurations.map((configuration) =>
                  notEmpty(configuration.property("logDestinationConfigs"), "The log goes nowhere."),
                ),
              ),
      );
    },
  },
  {
    id: "waf-metrics",
    title: "Web ACLs and their rules have CloudWatch metrics.",
    severity: "medium",
    requirements: ["10.4.1", "10.7.2"],
    controls: ["WAF.12"],
    types: [WEB_ACL],
    remediation: "Set visibilityConfig.cloudwatchMetricsEnabled to true in the web ACL and in each rule.",
    url: `${WAF_DOCS}/monitoring-cloudwatch.html`,
    check(node) {
      return all(
        on(node.property("visibilityConfig.cloudwatchMetricsEnabled"), "The web ACL has no metrics."),
        each(node.property("rules"), (rule) =>
          on(rule.at("visibilityConfig.cloudwatchMetricsEnabled"), "The rule has no metrics."),
        ),
      );
    },
  },
];
