import type { Finding } from "../policies/rule";
import type { Recording } from "../simulator";
import type { SourcePositions } from "./source-position";

/** A recorded stack and what the policy packs say of it. */
export interface CheckResult {
  readonly recording: Recording;
  readonly findings: readonly Finding[];
  readonly positions: SourcePositions;
}
