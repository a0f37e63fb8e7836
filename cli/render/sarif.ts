import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import type { Severity } from "../../policies/catalogue/catalogue";
import type { Evidence, ResultEvidence, RuleEvidence } from "../../policies/evidence/schema";

/** Scores that code scanning sorts by, 0.1 to 10 (https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning). */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "3.0",
};
const LEVEL = { critical: "error", high: "error", medium: "warning", low: "note" } as const;

/** SARIF 2.1.0: each finding at the TypeScript line that declared its resource; waived ones as suppressed. */
export function renderSarif(evidence: Evidence): string {
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: "Palisade",
    toolDriverVersion: evidence.tool.version,
  });
  run.run.automationDetails = { id: `palisade/${evidence.subject.project}/${evidence.subject.stack}/` };
  const open = evidence.rules.flatMap((rule) =>
    rule.results.filter(isFinding).map((result): [RuleEvidence, ResultEvidence] => [rule, result]),
  );
  for (const rule of new Set(open.map(([one]) => one))) run.addRule(ruleOf(rule));
  for (const [rule, result] of open) run.addResult(resultOf(evidence, rule, result));
  const sarif = new SarifBuilder();
  sarif.addRun(run);
  return sarif.buildSarifJsonString({ indent: true });
}

function isFinding({ status }: ResultEvidence): boolean {
  return status === "fail" || status === "undetermined" || status === "waived";
}

function ruleOf({ id, title, remediation, url, severity, requirements }: RuleEvidence): SarifRuleBuilder {
  const rule = new SarifRuleBuilder().initSimple({ ruleId: id, shortDescriptionText: title, helpUri: url });
  const tags = requirements.map((requirement) => `pci-dss-4.0.1/${requirement}`);
  rule.rule.help = { text: `${remediation} ${url}` };
  rule.rule.defaultConfiguration = { level: LEVEL[severity] };
  rule.rule.properties = { tags: ["security", ...tags], "security-severity": SECURITY_SEVERITY[severity] };
  return rule;
}

function resultOf(evidence: Evidence, rule: RuleEvidence, result: ResultEvidence): SarifResultBuilder {
  const { type, name, message, property, declaredAt, fingerprint, resource } = result;
  const place = property === undefined ? "" : ` (${property})`;
  const built = new SarifResultBuilder().initSimple({
    ruleId: rule.id,
    level: rule.level === "advisory" ? "note" : result.status === "undetermined" ? "warning" : LEVEL[rule.severity],
    messageText: `${type} ${name}: ${message ?? rule.title}${place} ${rule.remediation}`,
    ...(declaredAt === undefined ? {} : { fileUri: declaredAt.file, startLine: declaredAt.line }),
  });
  // The first is the one that code scanning on GitHub follows a finding by.
  built.result.partialFingerprints = { primaryLocationLineHash: fingerprint, "palisade/v1": fingerprint };
  const [location] = built.result.locations ?? [];
  const logicalLocations = [{ fullyQualifiedName: resource, name, kind: "resource" }];
  built.result.locations = [{ ...location, logicalLocations }];
  const waiver = result.waiver === undefined ? undefined : evidence.waivers[result.waiver];
  if (waiver !== undefined) {
    const justification = `${waiver.reason} (${waiver.owner}, ${waiver.ticket}, until ${waiver.expires})`;
    built.result.suppressions = [{ kind: "external", status: "accepted", justification }];
  }
  return built;
}
