import { createColors, isColorSupported } from "picocolors";
import { describe, type Settlement } from "../engine/pending";
import type { Recovery } from "../engine/recovery";

interface About {
  readonly project: string;
  readonly stack: string;
  readonly target: string;
}

const WHAT: Readonly<Record<Settlement["what"], string>> = {
  creating: "its creation was interrupted",
  importing: "its import was interrupted",
  updating: "its update was interrupted",
  deleting: "its deletion was interrupted",
  reading: "a look at it was interrupted",
  orphan: "it stood, and the state did not know it",
};
const OUTCOME: Readonly<Record<Settlement["outcome"], string>> = {
  adopted: "in the state now",
  dropped: "nothing of it stands",
  refreshed: "the state follows what stands",
};

/** The report of `palisade recover`. */
export function renderRecovery(
  { project, stack, target }: About,
  recovery: Recovery,
  color = isColorSupported,
): string {
  const { bold, dim, green } = createColors(color);
  const { settlements, locks } = recovery;
  return [
    bold(`${project} / ${stack}`) + dim(`  recover on ${target}`),
    "",
    ...locks.map((holder) => `  Lock taken away from ${holder}.`),
    ...settlements.map(
      (one) =>
        `  ${describe(one)}: ${WHAT[one.what]}; ${OUTCOME[one.outcome]}${one.id === undefined ? "" : dim(`  ${one.id}`)}`,
    ),
    ...(settlements.length + locks.length === 0 ? [dim("  Nothing was interrupted.")] : []),
    "",
    `${bold("Result:")} ${green("done")}, the state is what stands. Next: palisade up ${stack}${target === "simulator" ? " --target simulator" : ""}`,
  ].join("\n");
}

/** The same for a program. */
export function renderRecoveryJson(about: About, { settlements, locks }: Recovery): string {
  return JSON.stringify({ version: 1, command: "recover", ...about, locks, settlements }, undefined, 2);
}
