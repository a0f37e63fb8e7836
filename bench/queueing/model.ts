/** One service in front of a queue. */
export interface Station {
  readonly name: string;
  /** Calls that it works on at once: tasks x places. */
  readonly places: number;
  readonly secondsPerCall: number;
  /** Standard deviation of a call's duration, in times of its mean; log-normal. */
  readonly variation: number;
  /** Seconds that an event is on its way from one service to the next. */
  readonly hop: number;
}

export interface Load {
  /** Poisson arrivals a second. */
  readonly requestsPerSecond: number;
  /** Seconds before anything is measured, in which the stations fill. */
  readonly warmUp: number;
  /** Seconds in which requests are measured. */
  readonly measured: number;
  readonly seed: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Outcome {
  readonly requests: number;
  /** Seconds from a request's arrival to the end of its last station. */
  readonly response: Percentiles;
  /** Station -> seconds that a call waited for a place. */
  readonly waits: Readonly<Record<string, Percentiles>>;
  /** Station -> share of its places that the measured calls took: over 1, there is more work than it ever gets done. */
  readonly utilisation: Readonly<Record<string, number>>;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randoms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Event {
  readonly at: number;
  /** Keeps events of one moment in the order in which they were made. */
  readonly order: number;
  readonly request: number;
  readonly station: number;
  readonly kind: "arrives" | "leaves";
}

/** A binary heap of events, the earliest first. */
class Agenda {
  private readonly heap: Event[] = [];
  private made = 0;

  add(event: Omit<Event, "order">): void {
    const { heap } = this;
    heap.push({ ...event, order: this.made++ });
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  next(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && this.before(left, least)) least = left;
      if (right < heap.length && this.before(right, least)) least = right;
      if (least === at) return first;
      this.swap(at, least);
      at = least;
    }
  }

  private before(one: number, other: number): boolean {
    const [a, b] = [this.heap[one], this.heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private swap(one: number, other: number): void {
    const [a, b] = [this.heap[one], this.heap[other]];
    if (a === undefined || b === undefined) return;
    this.heap[one] = b;
    this.heap[other] = a;
  }
}

/**
 * Simulates requests that pass the stations one after another, event by event: Poisson arrivals, each station a number of places behind a queue in order of
 * arrival. No task is added: what holds here holds without any help from scaling.
 */
export function simulate(stations: readonly Station[], load: Load): Outcome {
  const random = randoms(load.seed);
  const end = load.warmUp + load.measured;
  const agenda = new Agenda();
  const begun: number[] = [];
  const responses: number[] = [];
  const lines = stations.map(() => ({ free: 0, waiting: [] as number[], head: 0, busy: 0, waits: [] as number[] }));
  stations.forEach(({ places }, index) => ((lines[index] ?? never()).free = places));
  const since = stations.map((): number[] => []);

  let next = exponential(random) / load.requestsPerSecond;
  agenda.add({ at: next, request: 0, station: 0, kind: "arrives" });
  for (let event = agenda.next(); event !== undefined; event = agenda.next()) {
    const { at, request, station, kind } = event;
    const line = lines[station] ?? never();
    const { secondsPerCall, variation, hop } = stations[station] ?? never();
    const counts = (begun[request] ?? at) >= load.warmUp && (begun[request] ?? at) < end;
    if (kind === "arrives") {
      if (station === 0) {
        begun[request] = at;
        next += exponential(random) / load.requestsPerSecond;
        // Past the end requests go on coming, so that the last ones that count meet what the first ones met.
        if (next < end + 120) agenda.add({ at: next, request: request + 1, station: 0, kind: "arrives" });
      }
      (since[station] ?? never())[request] = at;
      line.waiting.push(request);
    } else {
      line.free += 1;
      if (station + 1 < stations.length) agenda.add({ at: at + hop, request, station: station + 1, kind: "arrives" });
      else if (counts) responses.push(at - (begun[request] ?? at));
    }
    while (line.free > 0 && line.head < line.waiting.length) {
      const served = line.waiting[line.head] ?? never();
      line.head += 1;
      line.free -= 1;
      const duration = logNormal(random, secondsPerCall, variation);
      const measured = (begun[served] ?? 0) >= load.warmUp && (begun[served] ?? 0) < end;
      if (measured) {
        line.waits.push(at - ((since[station] ?? never())[served] ?? at));
        line.busy += duration;
      }
      agenda.add({ at: at + duration, request: served, station, kind: "leaves" });
    }
  }
  return {
    requests: responses.length,
    response: percentiles(responses),
    waits: byName(stations, (index) => percentiles((lines[index] ?? never()).waits)),
    utilisation: byName(stations, (index, { places }) => (lines[index] ?? never()).busy / (places * load.measured)),
  };
}

function byName<T>(stations: readonly Station[], value: (index: number, station: Station) => T): Record<string, T> {
  return Object.fromEntries(stations.map((station, index) => [station.name, value(index, station)]));
}

const exponential = (random: () => number): number => -Math.log(1 - random());

function logNormal(random: () => number, mean: number, variation: number): number {
  if (variation === 0) return mean;
  const spread = Math.log(1 + variation ** 2);
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return mean * Math.exp(Math.sqrt(spread) * normal - spread / 2);
}

function percentiles(values: number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function never(): never {
  throw new Error("A station or request that was made before is there.");
}
