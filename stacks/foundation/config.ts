import type { DataClass, Environment } from "../../components/core";

/** What every system's configuration tells its foundations. */
export interface FoundationConfig {
  readonly environment: Environment;
  readonly owner: string;
  readonly permissionsBoundary?: string;
  /** E-mail addresses per severity. */
  readonly alarms: { readonly critical: string[]; readonly warning: string[] };
  /** `existing`: another stack of the account watches it. */
  readonly baseline: { readonly account: "create" | "existing"; readonly regional: "create" | "existing" };
  readonly domain: { readonly name: string; readonly zoneId?: string };
  readonly dataClass?: DataClass;
}
