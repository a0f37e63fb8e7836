export type Operation = "create" | "read" | "update" | "delete";

/** What can go wrong on request. */
export type Effect = "fail" | "hang" | "die" | "die-after";

interface Fault {
  readonly effect: Effect;
  readonly operation: Operation | "any";
  /** The n-th call of the operation in this process, or a logical name, type or URN; undefined for every call. */
  readonly target: number | string | undefined;
}

export interface Call {
  readonly operation: Operation;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

const EFFECTS: readonly string[] = ["fail", "hang", "die", "die-after"] satisfies Effect[];
const OPERATIONS: readonly string[] = ["create", "read", "update", "delete", "any"] satisfies Fault["operation"][];

/** The AWS SDK's own number of attempts, as the provider sets it. */
const ATTEMPTS = 25;

/**
 * Faults on request, separated by commas: `fail:create:12` fails the twelfth creation, `fail:update:main-vpc` every update of the resource of
 * that logical name (or type, or URN); `hang` never answers, `die` ends the process before and `die-after` after the cloud has changed.
 * `throttle:10%` refuses that share of all calls; the provider tries again with growing delays, as the AWS SDK does.
 */
export class Faults {
  private readonly faults: readonly Fault[];
  private readonly throttled: number;
  private readonly calls = new Map<string, number>();
  private requests = 0;

  constructor(specification: string) {
    const parts = specification.split(",").filter((part) => part.trim() !== "");
    const throttles = parts.filter((part) => part.startsWith("throttle:"));
    this.throttled = throttles.reduce((_, part) => share(part), 0);
    this.faults = parts.filter((part) => !throttles.includes(part)).map(parse);
  }

  /** What shall happen to this call; counts it. */
  next(call: Call): Effect | undefined {
    for (const counted of [call.operation, "any"]) this.calls.set(counted, (this.calls.get(counted) ?? 0) + 1);
    return this.faults.find((fault) => this.hits(fault, call))?.effect;
  }

  /** Waits as often as AWS throttles the call. Throws when it never gets through. */
  async passThrottle({ operation, name }: Call): Promise<void> {
    if (this.throttled === 0) return;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!this.isThrottled()) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(5 * 2 ** attempt, 500)));
    }
    throw new Error(`ThrottlingException: ${operation} of ${name}: Rate exceeded, after ${ATTEMPTS} attempts.`);
  }

  /** Spread evenly and the same in every run, so that a test that fails once fails again. */
  private isThrottled(): boolean {
    const golden = 0.618_033_988_749_894_9;
    return (++this.requests * golden) % 1 < this.throttled;
  }

  private hits({ operation, target }: Fault, call: Call): boolean {
    if (operation !== "any" && operation !== call.operation) return false;
    if (target === undefined) return true;
    if (typeof target === "number") return this.calls.get(operation) === target;
    return [call.name, call.type, call.urn].includes(target);
  }
}

function parse(part: string): Fault {
  const [effect = "", operation = "", ...rest] = part.trim().split(":");
  if (!isEffect(effect) || !isOperation(operation)) {
    throw new Error(
      `"${part}" is no fault. Write ${EFFECTS.join("|")}:${OPERATIONS.join("|")}[:number or name], or throttle:10%.`,
    );
  }
  const target = rest.join(":");
  return { effect, operation, target: target === "" ? undefined : /^\d+$/.test(target) ? Number(target) : target };
}

function share(part: string): number {
  const given = part.slice("throttle:".length).trim();
  const value = given.endsWith("%") ? Number(given.slice(0, -1)) / 100 : Number(given);
  if (!(value >= 0 && value <= 1)) throw new Error(`"${part}" is no share of calls. Write throttle:10%.`);
  return value;
}

const isEffect = (word: string): word is Effect => EFFECTS.includes(word);
const isOperation = (word: string): word is Fault["operation"] => OPERATIONS.includes(word);
