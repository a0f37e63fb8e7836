import rows from "./controls.json";

/** How a control can be decided: from one resource, a join of several, what an account has once, or only while the system runs. */
export type Decidable = "resource" | "join" | "account" | "runtime";

/** One control of the published lists that PCI DSS assessors work with. */
export interface Control {
  /** AWS Security Hub's id (`S3.5`), or `Service/slug` where it has none. */
  readonly id: string;
  readonly service: string;
  readonly title: string;
  readonly decidable: Decidable;
  /** PCI DSS v4.0.1 requirement numbers; may be empty where a list names the control for PCI DSS without a number. */
  readonly requirements: readonly string[];
  /** Numbers of the retired v3.2.1, where only that is published. */
  readonly requirementsV321?: readonly string[];
  /** Where the numbers come from; `recalled-verify` ones are not confirmed by a document that was read. */
  readonly requirementSource: string;
  /** Lists that have the control. */
  readonly sources: readonly string[];
  readonly severity?: string;
  /** Names of the same control elsewhere. */
  readonly configRules?: readonly string[];
  readonly cdkNag?: readonly string[];
  readonly prowler?: readonly string[];
  readonly checkov?: readonly string[];
  readonly note?: string;
}

const DECIDABLE: readonly string[] = ["resource", "join", "account", "runtime"] satisfies Decidable[];

export const controls: readonly Control[] = rows.map((row) => {
  if (!isDecidable(row.decidable)) throw new Error(`controls.json: ${row.id} is decidable by "${row.decidable}".`);
  return { ...row, decidable: row.decidable };
});

function isDecidable(word: string): word is Decidable {
  return DECIDABLE.includes(word);
}
