/** Mutations that no rule needs to report, each with the reason. `*` stands for any text. */
const REASONS: readonly (readonly [kind: string, reason: string])[] = [];

/** Why a kind of mutation may survive. */
export function survivorReason(kind: string): string | undefined {
  return REASONS.find(([pattern]) => matches(pattern, kind))?.[1];
}

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`).test(text);
}
