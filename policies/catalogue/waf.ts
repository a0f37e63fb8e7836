import type { Catalogue } from "./catalogue";

const WAF_DOCS = "https://docs.aws.amazon.com/waf/latest/developerguide";

export const waf = {
  "waf-has-rules": {
    title: "Web ACLs hold AWS's managed rules against known attacks.",
    severity: "medium",
    requirements: ["6.4.2"],
    controls: ["WAF.10"],
    remediation: "Add AWSManagedRulesCommonRuleSet and AWSManagedRulesKnownBadInputsRuleSet.",
    url: `${WAF_DOCS}/aws-managed-rule-groups-list.html`,
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
    title: "Web ACLs and their rules have CloudWatch metrics.",
    severity: "medium",
    requirements: ["10.4.1", "10.7.2"],
    controls: ["WAF.12"],
    remediation: "Set visibilityConfig.cloudwatchMetricsEnabled to true in the web ACL and in each rule.",
    url: `${WAF_DOCS}/monitoring-cloudwatch.html`,
  },
} as const satisfies Catalogue;
