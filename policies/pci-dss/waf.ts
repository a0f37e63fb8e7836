import type { Property, ResourceGraph, ResourceNode, Unknown } from "../../analysis/graph";
import { jsonOf } from "../../analysis/policy-document";
import { waf } from "../catalogue/waf";
import { each, isTrue, joined, notEmpty, on, when } from "../checks";
import { all, fail, implement, type Outcome, PASS, type Rule, undetermined, type Verdict } from "../rule";

const WEB_ACL = "aws:wafv2/webAcl:WebAcl";

const WEB_ACL_RULE = "aws:wafv2/webAclRule:WebAclRule";
const GROUP_ASSOCIATION = "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation";
const MANAGED = "managedRuleGroupStatement";
const KNOWN_BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet";
const PARTS_OF_CLASSIC = [
  ...["byteMatchSet", "geoMatchSet", "ipSet", "rateBasedRule", "regexMatchSet", "regexPatternSet", "rule"],
  ...["ruleGroup", "sizeConstraintSet", "sqlInjectionMatchSet", "webAcl", "xssMatchSet"],
];
const CLASSIC = [
  ...["waf", "wafregional"].flatMap((module) =>
    PARTS_OF_CLASSIC.map((part) => `aws:${module}/${part}:${part.charAt(0).toUpperCase()}${part.slice(1)}`),
  ),
  "aws:wafregional/webAclAssociation:WebAclAssociation",
];

interface ManagedGroup {
  readonly name: unknown;
  readonly vendor: unknown;
  /** Its rules only count, whatever they say. */
  readonly counts: boolean;
}

/** Judges the managed rule groups of a web ACL, wherever they stand: in it, in its JSON text, or in resources of their own. */
function managedGroups(
  node: ResourceNode,
  graph: ResourceGraph,
  judge: (groups: readonly ManagedGroup[]) => Verdict,
): Outcome {
  const rules = node.property("rules");
  const json = jsonOf(node.property("ruleJson"));
  if (rules.unknown) return undetermined(rules);
  if (!json.known) return undetermined(json);
  const separate = graph.referring(WEB_ACL_RULE, "webAclArn", node);
  const associated = graph.referring(GROUP_ASSOCIATION, "webAclArn", node);
  const doubts: (Unknown | Property)[] = [...separate.uncertain, ...associated.uncertain];
  const groups: ManagedGroup[] = [];
  const add = (group: Property, override: Property) => {
    const [name, vendor, action] = [group.at("name").fact, group.at("vendorName").fact, override.fact];
    if (!name.known) doubts.push(name);
    else if (!vendor.known) doubts.push(vendor);
    else if (!action.known) doubts.push(action);
    else if (name.value !== undefined)
      groups.push({ name: name.value, vendor: vendor.value, counts: isCount(action.value) });
  };
  for (const rule of rules.items) add(rule.at(`statement.${MANAGED}`), rule.at("overrideAction"));
  for (const rule of separate.nodes) add(rule.property(`statement.${MANAGED}`), rule.property("overrideAction"));
  for (const link of associated.nodes) add(link.property("managedRuleGroup"), link.property("overrideAction"));
  for (const rule of Array.isArray(json.value) ? json.value : []) {
    const group: unknown = Reflect.get(Object(Reflect.get(Object(rule), "Statement")), "ManagedRuleGroupStatement");
    if (group === undefined) continue;
    const [name, vendor] = ["Name", "VendorName"].map((key): unknown => Reflect.get(Object(group), key));
    groups.push({ name, vendor, counts: isCount(Reflect.get(Object(rule), "OverrideAction")) });
  }
  const outcome = judge(groups);
  const doubt = doubts[0];
  return outcome.kind === "fail" && doubt !== undefined ? undetermined(doubt) : outcome;
}

/** `{ count: {} }`, or as the association of a group writes it `count`. */
function isCount(action: unknown): boolean {
  if (typeof action === "string") return action.toLowerCase() === "count";
  return Object.keys(Object(action)).some((kind) => kind.toLowerCase() === "count");
}

export const wafRules: readonly Rule[] = implement(waf, {
  "waf-has-rules": {
    types: [WEB_ACL],
    check(node, graph) {
      const missing = "The web ACL has no managed rule group.";
      return managedGroups(node, graph, (groups) => (groups.length > 0 ? PASS : fail(missing, "rules")));
    },
  },
  "waf-known-bad-inputs": {
    types: [WEB_ACL],
    check(node, graph) {
      return managedGroups(node, graph, (groups) => {
        const own = groups.filter(({ name, vendor }) => name === KNOWN_BAD_INPUTS && vendor === "AWS");
        if (own.length === 0) return fail(`The web ACL has no ${KNOWN_BAD_INPUTS}.`, "rules");
        const blocks = own.some(({ counts }) => !counts) || node.environment === "development";
        return blocks ? PASS : fail(`${KNOWN_BAD_INPUTS} only counts.`, "rules");
      });
    },
  },
  "waf-no-classic": {
    types: CLASSIC,
    check() {
      return fail("It is part of AWS WAF Classic.");
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
    types: [WEB_ACL, WEB_ACL_RULE, "aws:wafv2/ruleGroup:RuleGroup"],
    check(node) {
      const missing = "It has no metrics.";
      return all(
        on(node.property("visibilityConfig.cloudwatchMetricsEnabled"), missing),
        each(node.property("rules"), (rule) =>
          on(rule.at("visibilityConfig.cloudwatchMetricsEnabled"), "The rule has no metrics."),
        ),
        when(jsonOf(node.property(node.type === WEB_ACL ? "ruleJson" : "rulesJson")), (rules) =>
          all(
            PASS,
            ...(Array.isArray(rules) ? rules : []).map((rule: unknown) => {
              const seen: unknown = Reflect.get(Object(rule), "VisibilityConfig");
              return isTrue(Reflect.get(Object(seen), "CloudWatchMetricsEnabled"))
                ? PASS
                : fail("A rule in JSON has no metrics.");
            }),
          ),
        ),
      );
    },
  },
});
