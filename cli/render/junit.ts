import junit from "junit-report-builder";
import type { Evidence, RuleEvidence } from "../../policies/evidence/schema";

/** JUnit XML: a suite for each pack, a case for each rule and resource. Undetermined is an error, waived, advisory, disabled and not applicable are skipped. */
export function renderJunit(evidence: Evidence): string {
  const report = junit.newBuilder();
  for (const pack of evidence.packs) {
    const suite = report.testSuite().name(pack.name).timestamp(evidence.generatedAt);
    for (const rule of evidence.rules.filter((one) => one.pack === pack.name)) addCases(suite, rule, evidence);
  }
  return report.build();
}

function addCases(
  suite: ReturnType<ReturnType<typeof junit.newBuilder>["testSuite"]>,
  rule: RuleEvidence,
  evidence: Evidence,
): void {
  if (rule.level === "disabled")
    suite.testCase().className(rule.id).name("disabled").skipped().standardOutput("The configuration disables it.");
  for (const { type, name, status, message, property, declaredAt, waiver } of rule.results) {
    const test = suite
      .testCase()
      .className(rule.id)
      .name(`${type} ${name}${property === undefined ? "" : ` ${property}`}`);
    if (declaredAt !== undefined) test.file(`${declaredAt.file}:${declaredAt.line}`);
    const text = `${message ?? rule.title} ${rule.remediation}`;
    const isOpen = status === "fail" || status === "undetermined";
    if (isOpen && rule.level === "advisory") test.skipped().standardOutput(`Advisory: ${text}`);
    else if (status === "fail") test.failure(text, rule.severity);
    else if (status === "undetermined") test.error(text);
    else if (status === "waived") test.skipped().standardOutput(evidence.waivers[waiver ?? -1]?.reason ?? "");
    else if (status === "not-applicable") test.skipped().standardOutput(message ?? "");
  }
}
