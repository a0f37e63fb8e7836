import type { Catalogue } from "./catalogue";

const WAF_DOCS = "https://docs.aws.amazon.com/waf/latest/developerguide";

export const waf = {
  "waf-has-rules": {
    title: "Web ACLs hold managed rules against known attacks.",
    severity: "medium",
    requirements: ["6.4.2"],
    controls: ["WAF.10"],
    remediation:
      "Add AWSManagedRulesCommonRuleSet and AWSManagedRulesKnownBadInputsRuleSet, as Palisade's Firewall does.",
    url: `${WAF_DOCS}/aws-managed-rule-groups-list.html`,
  },
  "waf-known-bad-inputs": {
    title: "Web ACLs block known bad inputs, such as Log4j lookups.",
    severity: "medium",
    requirements: ["6.4.2"],
    controls: ["WAFv2/known-bad-inputs"],
    remediation:
      "Add AWSManagedRulesKnownBadInputsRuleSet with overrideAction none (in development count will do); Palisade's Firewall has it.",
    url: `${WAF_DOCS}/aws-managed-rule-groups-baseline.html`,
  },
  "waf-no-classic": {
    title: "Nothing of AWS WAF Classic is left.",
    severity: "high",
    requirements: ["6.4.2", "10.4.2"],
    controls: ["WAF.1", "WAFv2/no-classic"],
    remediation:
      "Make a wafv2 WebAcl in its place, which can log and holds managed rules; AWS ended WAF Classic in September 2025.",
    url: `${WAF_DOCS}/waf-migrating-from-classic.html`,
  },
  "waf-logging": {
    title: "Web ACLs log the requests that they see.",
    severity: "medium",
    requirements: ["10.4.2"],
    controls: ["WAF.11"],
    remediation: "Add a WebAclLoggingConfiguration; its destination's name must begin with aws-waf-logs-.",
    url: `${WAF_DOCS}/logging.html`,
  },
  "waf-metrics": {
    title: "Web ACLs, rule groups and their rules have CloudWatch metrics.",
    severity: "medium",
    requirements: ["10.4.1", "10.7.2"],
    controls: ["WAF.12"],
    remediation:
      "Set visibilityConfig.cloudwatchMetricsEnabled to true in the web ACL or rule group, and in each rule.",
    url: `${WAF_DOCS}/monitoring-cloudwatch.html`,
  },
} as const satisfies Catalogue;
