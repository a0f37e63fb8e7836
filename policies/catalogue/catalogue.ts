export type Severity = "low" | "medium" | "high" | "critical";

/** What is known of a rule beside how it is decided: the one source of what reports, documentation and evidence say of it. */
export interface CatalogueEntry {
  /** What must hold, as a sentence. */
  readonly title: string;
  readonly severity: Severity;
  /** PCI DSS v4.0.1 requirement numbers. */
  readonly requirements: readonly string[];
  /** Rows of `controls.json` that the rule decides, alone or with others. */
  readonly controls: readonly string[];
  /** How to fix it, with plain resources and with Palisade's components. */
  readonly remediation: string;
  /** Where AWS documents it. */
  readonly url: string;
  /** True when a development environment may do without: availability, backups, deletion protection. Default false. */
  readonly relaxedInDevelopment?: boolean;
}

/** Rule id -> entry. */
export type Catalogue = Readonly<Record<string, CatalogueEntry>>;
