import type { Property } from "../../analysis/graph";
import { each, given, joined, notEmpty, on } from "../checks";
import { all, any, fail, type Rule, undetermined, implement } from "../rule";
import { waf } from "../catalogue/waf";

const WEB_ACL = "aws:wafv2/webAcl:WebAcl";

export const wafRules: readonly Rule[] = implement(waf, {
  "waf-has-rules": {
    types: [WEB_ACL],
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
  "waf-logging": {
    types: [WEB_ACL],
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
  "waf-metrics": {
    types: [WEB_ACL],
    check(node) {
      return all(
        on(node.property("visibilityConfig.cloudwatchMetricsEnabled"), "The web ACL has no metrics."),
        each(node.property("rules"), (rule) =>
          on(rule.at("visibilityConfig.cloudwatchMetricsEnabled"), "The rule has no metrics."),
        ),
      );
    },
  },
});
