import { givenKeys } from "./config/load";
import { ConfigError, nearest } from "./config/problems";
import type { System } from "./config/system";

/**
 * The systems that a stack file can pick with `palisade:system`: a new one is a line here. Each is loaded when it is picked, so that a stack does not
 * pay for the others; by `require`, as an `import()` would pass by the loader that Pulumi starts the program with.
 */
const SYSTEMS = {
  bootstrap: (): typeof import("./bootstrap").bootstrap => require("./bootstrap").bootstrap,
  "book-lending": (): typeof import("./book-lending").bookLending => require("./book-lending").bookLending,
  "credit-score": (): typeof import("./credit-score").creditScore => require("./credit-score").creditScore,
  payments: (): typeof import("./payments").payments => require("./payments").payments,
  rewards: (): typeof import("./rewards").rewards => require("./rewards").rewards,
  "ui-service": (): typeof import("./ui-service").uiService => require("./ui-service").uiService,
} satisfies Readonly<Record<string, () => System>>;

/**
 * The system that a stack's configuration picks.
 * @throws ConfigError when it picks none, or one that is not there.
 */
export function pickSystem(values: Readonly<Record<string, string>>, stack: string): System {
  const { given, problems } = givenKeys(values);
  const picked = given.system;
  const found = Object.entries(SYSTEMS).find(([name]) => name === picked);
  if (found !== undefined) return found[1]();
  const names = Object.keys(SYSTEMS);
  const near = typeof picked === "string" ? nearest(picked, names) : undefined;
  problems.push({
    path: "palisade:system",
    value: picked,
    message: picked === undefined ? "Is required." : "Is not a system of this project.",
    fix: `Use one of: ${names.join(", ")}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
  });
  throw new ConfigError(stack, problems);
}
