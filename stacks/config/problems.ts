import { closest, distance } from "fastest-levenshtein";

/** One thing wrong with a stack's configuration. */
export interface ConfigProblem {
  /** Path from the stack file's `config:`, e.g. `palisade:regions[1].cidr`. */
  readonly path: string;
  readonly value?: unknown;
  /** What is wrong and what is allowed. */
  readonly message: string;
  /** What to write instead, where it can be known. */
  readonly fix?: string;
}

/** All that is wrong with one stack file, at once. */
export class ConfigError extends Error {
  constructor(
    stack: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(
      [
        `Pulumi.${stack}.yaml: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}; nothing was registered.`,
        ...problems.map(describe),
      ].join("\n"),
    );
    this.name = "ConfigError";
    // Read by Pulumi (RunError.isInstance): the CLI then prints the message without a stack trace.
    Object.defineProperty(this, "__pulumiRunError", { value: true });
  }
}

/** The nearest of `allowed` when `given` looks like a typo of it: at most a third of its letters differ. */
export function nearest(given: string, allowed: readonly string[]): string | undefined {
  if (allowed.length === 0) return undefined;
  const candidate = closest(given, [...allowed]);
  return distance(given, candidate) <= Math.max(2, Math.floor(candidate.length / 3)) ? candidate : undefined;
}

function describe({ path, value, message, fix }: ConfigProblem): string {
  const shown = value === undefined ? "" : ` = ${shorten(JSON.stringify(value))}`;
  return `  ${path}${shown}: ${message}${fix === undefined ? "" : ` ${fix}`}`;
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
