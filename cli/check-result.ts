import type { Evidence } from "../policies/evidence/schema";
import type { Configuration } from "../policies/configuration";
import type { Finding } from "../policies/rule";
import type { Waived } from "../policies/waived";
import type { Recording } from "../simulator";
import type { SourcePositions } from "./source-position";

/** A recorded stack and what the policy packs say of it. */
export interface CheckResult {
  readonly recording: Recording;
  readonly findings: readonly Finding[];
  /** Findings that a waiver accepts, and waivers that accept nothing. */
  readonly waived: Waived;
  /** Levels and parameters of the rules. */
  readonly configuration: Configuration;
  readonly positions: SourcePositions;
  /** The same requirement by requirement; made when a report asks for it. */
  readonly evidence: () => Promise<Evidence>;
}
