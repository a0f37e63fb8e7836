import { createHash } from "node:crypto";
import type { Finding } from "./rule";

/**
 * Identity of each finding, in the findings' order: the same from run to run for the same rule, resource and property, whatever the message says or the line
 * is. 32 hexadecimal digits. The n-th finding of one rule about one property is told apart by its place.
 */
export function fingerprints(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule, resource, verdict }) => {
    const subject = [rule.id, resource.urn, placeOf(verdict)].join("\n");
    const before = seen.get(subject) ?? 0;
    seen.set(subject, before + 1);
    return createHash("sha256").update(`${subject}\n${before}`).digest("hex").slice(0, 32);
  });
}

function placeOf(verdict: Finding["verdict"]): string {
  if (verdict.kind === "fail") return verdict.property ?? "";
  return verdict.kind === "undetermined" ? verdict.path : "";
}
