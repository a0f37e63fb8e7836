import * as pulumi from "@pulumi/pulumi";

/**
 * Wrong argument given to a component. The message names the component, the argument, the value, what is allowed and
 * how to fix it. It extends Pulumi's RunError, which the CLI prints without a stack trace.
 */
export class ArgumentError extends pulumi.RunError {
  constructor(
    /** Component as the author sees it, e.g. `Vpc "payments-use1"`. */
    readonly component: string,
    /** Path of the wrong argument, e.g. `zones[1].name`. */
    readonly argument: string,
    readonly value: unknown,
    /** What is allowed, and the fix: a full sentence. */
    readonly expected: string,
  ) {
    super(`${component}: ${argument} = ${display(value)} is not valid. ${expected}`);
    this.name = "ArgumentError";
  }
}

function display(value: unknown): string {
  if (pulumi.Output.isInstance(value)) return "an Output";
  return JSON.stringify(value) ?? String(value);
}

/** Checks of one component's arguments; each throws an {@link ArgumentError} that names the component. */
export class ArgumentCheck {
  constructor(private readonly component: string) {}

  /** Fails when `holds` is false. `expected` says what is allowed and how to fix it. */
  that(holds: boolean, argument: string, value: unknown, expected: string): asserts holds {
    if (!holds) throw new ArgumentError(this.component, argument, value, expected);
  }

  /** An integer in [min, max]. */
  integer(argument: string, value: number, min: number, max: number, unit = ""): void {
    const what = unit ? ` ${unit}` : "";
    this.that(
      Number.isInteger(value) && value >= min && value <= max,
      argument,
      value,
      `Give a whole number${what} from ${min} to ${max}.`,
    );
  }

  /** One of a closed list. */
  oneOf<T extends string | number>(argument: string, value: T, allowed: readonly T[]): void {
    this.that(allowed.includes(value), argument, value, `Use one of: ${allowed.join(", ")}.`);
  }

  /** A string that matches `pattern`; `rule` says the pattern in words. */
  matches(argument: string, value: string, pattern: RegExp, rule: string): void {
    this.that(pattern.test(value), argument, value, rule);
  }

  /** A list or record with at least `min` entries. */
  atLeast(argument: string, value: readonly unknown[] | object, min: number, what: string): void {
    const size = Array.isArray(value) ? value.length : Object.keys(value).length;
    this.that(size >= min, argument, value, `Give at least ${min} ${what}.`);
  }

  /** No two equal entries. */
  unique(argument: string, values: readonly string[]): void {
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    this.that(twice === undefined, argument, values, `"${twice}" stands twice; remove one.`);
  }
}
