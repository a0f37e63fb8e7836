import type { CatalogueEntry } from "./catalogue";
import { type Control, controls } from "./controls";

/** The lists of `controls.json`, by what they are called there; in the order in which reports show them. */
const LISTS: Readonly<Record<string, string>> = {
  "securityhub-pci-4.0.1": "AWS Security Hub, PCI DSS v4.0.1",
  "securityhub-pci-3.2.1": "AWS Security Hub, PCI DSS v3.2.1",
  "config-conformance-pack-4.0": "AWS Config conformance pack, PCI DSS v4.0",
  "prowler-pci-4.0": "prowler, PCI DSS v4.0",
  "cdk-nag-pci-3.2.1": "cdk-nag, PCI DSS v3.2.1",
  derived: "in none of them: the same intent for more services",
};

/** How much of a list of controls the rules decide. */
export interface Coverage {
  readonly list: string;
  /** Controls that a program can decide. */
  readonly decidable: number;
  /** Those of them that a rule decides. */
  readonly covered: number;
  readonly open: readonly Control[];
  /** Controls that show only while the system runs, and so never count as decided. */
  readonly runtime: readonly Control[];
}

/** Coverage of all controls, and of each list by itself. */
export function coverageOf(rules: readonly Pick<CatalogueEntry, "controls">[]): { all: Coverage; lists: Coverage[] } {
  const decided = new Set(rules.flatMap((rule) => rule.controls));
  const count = (list: string, of: readonly Control[]): Coverage => {
    const decidable = of.filter((control) => control.decidable !== "runtime");
    const open = decidable.filter(({ id }) => !decided.has(id));
    return {
      list,
      decidable: decidable.length,
      covered: decidable.length - open.length,
      open,
      runtime: of.filter((control) => control.decidable === "runtime"),
    };
  };
  return {
    all: count("all", controls),
    lists: Object.entries(LISTS).map(([source, title]) =>
      count(
        title,
        controls.filter(({ sources }) => sources.includes(source)),
      ),
    ),
  };
}

/** One line for each list: what is decided, of what a program can decide, and what only a running system shows. */
export function coverageLines(rules: readonly Pick<CatalogueEntry, "controls">[]): readonly string[] {
  const { all, lists } = coverageOf(rules);
  return [...lists, all].map(
    ({ list, decidable, covered, runtime }) =>
      `${list.padEnd(50)} ${`${covered} of ${decidable}`.padStart(10)}, ${runtime.length} at runtime`,
  );
}
