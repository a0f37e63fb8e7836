import { shortType } from "../analysis/short-type";
import { fingerprints } from "./fingerprint";
import type { Finding } from "./rule";
import { matches } from "./selection";
import type { Waiver } from "./waivers";

export interface Waived {
  /** Findings that a waiver covers. */
  readonly findings: ReadonlyMap<Finding, Waiver>;
  /** Waivers for this stack that cover nothing: what they accepted is gone, and they would hide it when it comes back. */
  readonly unused: readonly Waiver[];
}

/** Which findings are accepted. Only those that are wrong or undetermined can be. */
export function applyWaivers(findings: readonly Finding[], waivers: readonly Waiver[], stack: string): Waived {
  const own = waivers.filter(({ stacks }) => stacks.includes(stack));
  if (own.length === 0) return { findings: new Map(), unused: [] };
  const ids = fingerprints(findings);
  const covered = new Map<Finding, Waiver>();
  findings.forEach((finding, index) => {
    if (finding.verdict.kind !== "fail" && finding.verdict.kind !== "undetermined") return;
    const found = own.find((one) => covers(one, finding, ids[index] ?? ""));
    if (found !== undefined) covered.set(finding, found);
  });
  const used = new Set(covered.values());
  return { findings: covered, unused: own.filter((one) => !used.has(one)) };
}

function covers(one: Waiver, { rule, resource, verdict }: Finding, fingerprint: string): boolean {
  if (one.rule !== rule.id || !matches(one.resource, `${shortType(resource.type)} ${resource.name}`)) return false;
  if (one.finding === undefined || one.finding === fingerprint) return true;
  const place = verdict.kind === "fail" ? verdict.property : verdict.kind === "undetermined" ? verdict.path : undefined;
  return one.finding === place;
}
