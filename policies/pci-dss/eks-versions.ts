/**
 * When EKS ends standard support for each version of Kubernetes (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html).
 * Versions are judged as of the day of this table, not by the clock: the same program has the same verdict until both are brought up to date.
 */
export const AS_OF = "2026-11-21";

const STANDARD_SUPPORT_ENDS: Readonly<Record<string, string>> = {
  "1.36": "2027-08-02",
  "1.35": "2027-03-27",
  "1.34": "2026-12-02",
  "1.33": "2026-07-29",
  "1.32": "2026-03-23",
  "1.31": "2025-11-26",
  "1.30": "2025-07-23",
};

/** Is the version in standard support? What is newer than all that the table knows is. */
export function isInStandardSupport(version: string): boolean {
  const end = STANDARD_SUPPORT_ENDS[version];
  if (end !== undefined) return end > AS_OF;
  return Object.keys(STANDARD_SUPPORT_ENDS).every((known) => minorOf(version) > minorOf(known));
}

/** `1.34` -> 1034; what is no version counts as the oldest. */
function minorOf(version: string): number {
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(version) ?? [];
  return Number(major ?? 0) * 1000 + Number(minor ?? 0);
}
