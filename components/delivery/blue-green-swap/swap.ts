import type { Colour, SwapApi, Vm } from "./api";

/** What to deploy, and on whose behalf. */
export interface Order {
  /** The run: a later call with the same one goes on where the last stopped. */
  readonly run: string;
  readonly image: string;
}

export interface Settings {
  readonly vms: Readonly<Record<Colour, Vm>>;
  /** Seconds between two looks at a VM. */
  readonly pollSeconds: number;
  /** Looks in a row that must find the VM healthy before it serves. */
  readonly healthyPolls: number;
  /** Seconds that the command may take. */
  readonly deploySeconds: number;
  /** Seconds within which the VM must have become healthy. */
  readonly healthSeconds: number;
  /** Seconds for which the new VM is watched while it serves. */
  readonly watchSeconds: number;
  /** Share of failed requests above which the switch is taken back. */
  readonly maxErrorPercent: number;
  /** Requests below which the share of failed ones says nothing. */
  readonly minRequests: number;
  /** Seconds for which a run holds the lock without a sign of life: longer than any process that runs it can live. */
  readonly lockSeconds: number;
}

export interface Clock {
  now(): number;
  sleep(seconds: number): Promise<void>;
  /** A name that no other process has. */
  id(): string;
}

export type Outcome =
  | { readonly kind: "live"; readonly colour: Colour; readonly summary: string }
  | { readonly kind: "failed"; readonly reason: string }
  /** Another run holds the lock, or the time was up: call again with the same order. */
  | { readonly kind: "unfinished"; readonly reason: string };

/**
 * `deploy`, `confirm`, `switch` and `watch` lead forward, `return` and `restore` back. A step is written down before it begins, and may be done twice.
 */
type Step = "deploy" | "confirm" | "switch" | "watch" | "return" | "restore" | "done" | "failed";

interface Journal {
  readonly run: string;
  readonly image: string;
  /** The colour that gets the image. */
  readonly target: Colour;
  /** What the target ran before, and runs again after a failure. */
  readonly previous: string;
  readonly step: Step;
  /** Seconds for which this step has been watched: time in which nobody ran does not count. */
  readonly waited: number;
  /** Looks in a row with the same answer. */
  readonly streak: number;
  /** The command that deploys. */
  readonly command?: string;
  /** When the load balancer was switched, in milliseconds. */
  readonly switchedAt?: number;
  readonly reason?: string;
  /** The colour that serves; written down at the end of a run, for people to read. What is true is what the rule says. */
  readonly live?: Colour;
}

const FORWARD: readonly Step[] = ["deploy", "confirm", "switch", "watch"];
const LIVE_WEIGHT = 100;
/** Times that a request may fail in a row. */
const ATTEMPTS = 5;
/** Looks in a row that must find a serving VM unhealthy: one may be a health check that got lost. */
const UNHEALTHY_POLLS = 2;

/** The deployment went wrong: back to what was. */
class Failure extends Error {}
/** Something is not as the swap left it. A person must look; nothing is touched. */
class Halt extends Error {}
/** The lock is another's. */
class LockLost extends Error {}

const other = (colour: Colour): Colour => (colour === "blue" ? "green" : "blue");
const isOver = ({ step }: Journal): boolean => step === "done" || step === "failed";
const at = (journal: Journal, step: Step): Journal => ({ ...journal, step, waited: 0, streak: 0 });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Deploys an image to the VM that does not serve, waits until it is healthy, moves the load balancer to it, watches it, and takes everything back when that
 * goes wrong. At every moment exactly one colour has all the traffic: one request moves it, and the VM that serves is never deployed to.
 *
 * Ends by `until`, in milliseconds. It may be killed at any point and called again, and may run twice at once: the lock lets one of them work.
 */
export async function swap(
  api: SwapApi,
  settings: Settings,
  order: Order,
  clock: Clock,
  until: number,
): Promise<Outcome> {
  const owner = clock.id();
  const lease = () => clock.now() + settings.lockSeconds * 1000;
  const found = await patiently(clock, settings, () => api.acquire(owner, clock.now(), lease()));
  if (found === undefined) return { kind: "unfinished", reason: "another run holds the lock" };
  try {
    return await new Run(api, settings, order, clock, until, owner).go(found === null ? undefined : JSON.parse(found));
  } catch (error) {
    if (error instanceof Halt) return { kind: "failed", reason: error.message };
    if (error instanceof LockLost) return { kind: "unfinished", reason: "another run has taken the lock" };
    throw error;
  } finally {
    // Left locked, it opens by itself when the lock expires.
    await api.release(owner).catch(() => undefined);
  }
}

/** Tries a request that may be repeated until it succeeds. */
async function patiently<T>(clock: Clock, settings: Settings, request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt === ATTEMPTS || error instanceof Halt) throw error;
      await clock.sleep(settings.pollSeconds);
    }
  }
}

function outcome(journal: Journal): Outcome {
  switch (journal.step) {
    case "done":
      return { kind: "live", colour: journal.target, summary: `${journal.target} serves ${journal.image}` };
    case "failed":
      return { kind: "failed", reason: journal.reason ?? "unknown" };
    default:
      return { kind: "unfinished", reason: `step ${journal.step}` };
  }
}

/** A journal that another process has left, for `run` to go on with: the VM may have become unhealthy since. */
function taken(journal: Journal, run: string): Journal {
  return { ...journal, run, streak: 0, step: journal.step === "switch" ? "confirm" : journal.step };
}

class Run {
  constructor(
    private readonly api: SwapApi,
    private readonly settings: Settings,
    private readonly order: Order,
    private readonly clock: Clock,
    private readonly until: number,
    private readonly owner: string,
  ) {}

  async go(found: Journal | undefined): Promise<Outcome> {
    const { run, image } = this.order;
    if (found === undefined) return this.start(undefined);
    if (isOver(found)) return found.run === run ? outcome(found) : this.start(undefined);
    const goesForward = FORWARD.includes(found.step);
    if (found.run === run || (goesForward && found.image === image)) return outcome(await this.work(taken(found, run)));
    // No traffic was moved: the new image takes the other one's place.
    if (found.step === "deploy" || found.step === "confirm") return this.start(found);
    const reason = "another image was ordered before this one was found good";
    const left = await this.work(goesForward ? at({ ...found, reason }, "return") : found);
    if (!isOver(left)) return { kind: "unfinished", reason: "the run before this one is being taken back" };
    return this.start(undefined);
  }

  /** Starts the order, `abandoned` being a run that had not moved the traffic yet. */
  private async start(abandoned: Journal | undefined): Promise<Outcome> {
    const { vms } = this.settings;
    const { run, image } = this.order;
    const live = await this.patiently(() => this.live());
    if ((await this.patiently(() => this.api.image(vms[live]))) === image)
      return { kind: "live", colour: live, summary: `${live} serves ${image} already` };
    const target = other(live);
    // What an abandoned run has put there was never found good.
    const previous =
      abandoned?.target === target ? abandoned.previous : await this.patiently(() => this.api.image(vms[target]));
    return outcome(await this.work({ run, image, target, previous, step: "deploy", waited: 0, streak: 0 }));
  }

  /** Takes one step after another, until the run is over or the time is up. */
  private async work(start: Journal): Promise<Journal> {
    let journal = start;
    let failures = 0;
    await this.save(journal);
    while (!isOver(journal) && this.clock.now() < this.until) {
      let next: Journal;
      try {
        next = await this.take(journal);
        failures = 0;
      } catch (error) {
        if (error instanceof LockLost) throw error;
        failures += 1;
        const isFinal = error instanceof Failure || error instanceof Halt;
        if (!isFinal && failures < ATTEMPTS) {
          await this.clock.sleep(this.settings.pollSeconds);
          continue;
        }
        if (error instanceof Halt) next = at({ ...journal, reason: error.message }, "failed");
        else if (FORWARD.includes(journal.step)) next = at({ ...journal, reason: messageOf(error) }, "return");
        else if (journal.step === "restore") next = at(journal, "failed");
        else throw error;
        failures = 0;
      }
      journal = next;
      await this.save(journal);
    }
    return journal;
  }

  private take(journal: Journal): Promise<Journal> {
    switch (journal.step) {
      case "deploy":
        return this.deploy(journal);
      case "confirm":
        return this.confirm(journal);
      case "switch":
        return this.switchOver(journal);
      case "watch":
        return this.watch(journal);
      case "return":
        return this.switchBack(journal);
      case "restore":
        return this.restore(journal);
      case "done":
      case "failed":
        return Promise.resolve(journal);
    }
  }

  private async deploy(journal: Journal): Promise<Journal> {
    const vm = this.settings.vms[journal.target];
    if (journal.command === undefined) {
      await this.requireIdle(journal.target);
      await this.api.setImage(vm, journal.image);
      return { ...journal, command: await this.api.deploy(vm) };
    }
    const state = await this.api.command(vm, journal.command);
    if (state === "succeeded") return at(journal, "confirm");
    if (state === "failed") throw new Failure(`the deploy command ${journal.command} failed on ${vm.instanceId}`);
    return this.wait(journal, this.settings.deploySeconds, `the deploy command ${journal.command} did not end`);
  }

  private async confirm(journal: Journal): Promise<Journal> {
    const vm = this.settings.vms[journal.target];
    // A process before this one may have died just after it had switched.
    if ((await this.live()) === journal.target) return this.switchOver(journal);
    const streak = (await this.api.isHealthy(vm)) ? journal.streak + 1 : 0;
    if (streak >= this.settings.healthyPolls) return at(journal, "switch");
    return this.wait({ ...journal, streak }, this.settings.healthSeconds, `${journal.target} did not become healthy`);
  }

  private async switchOver(journal: Journal): Promise<Journal> {
    if ((await this.live()) !== journal.target) await this.serve(journal.target);
    return { ...at(journal, "watch"), switchedAt: this.clock.now() };
  }

  private async watch(journal: Journal): Promise<Journal> {
    const { vms, maxErrorPercent, minRequests, watchSeconds, pollSeconds } = this.settings;
    const { target, switchedAt = this.clock.now() } = journal;
    if ((await this.live()) !== target) throw new Halt(`somebody has switched the load balancer away from ${target}`);
    const streak = (await this.api.isHealthy(vms[target])) ? 0 : journal.streak + 1;
    if (streak >= UNHEALTHY_POLLS) throw new Failure(`${target} became unhealthy while it served`);
    const { requests, errors } = await this.api.traffic(vms[target], switchedAt, this.clock.now() + 60_000);
    const asked = Math.max(requests, errors);
    if (asked >= minRequests && (errors / asked) * 100 > maxErrorPercent)
      throw new Failure(`${errors} of ${asked} requests failed on ${target}`);
    if (journal.waited >= watchSeconds && streak === 0) return { ...at(journal, "done"), live: target };
    await this.clock.sleep(pollSeconds);
    return { ...journal, streak, waited: journal.waited + pollSeconds };
  }

  private async switchBack(journal: Journal): Promise<Journal> {
    const { vms } = this.settings;
    const before = other(journal.target);
    if ((await this.live()) === journal.target) {
      // A VM that answers with errors is better than one that does not answer.
      if (!(await this.api.isHealthy(vms[before])) && (await this.api.isHealthy(vms[journal.target]))) {
        const reason = `${journal.reason ?? ""}; ${before} is unhealthy, so ${journal.target} goes on serving`;
        return { ...at({ ...journal, reason }, "failed"), live: journal.target };
      }
      await this.serve(before);
    }
    return at(journal, "restore");
  }

  /** The VM that does not serve is what the next failure falls back on: it gets its former image again. */
  private async restore(journal: Journal): Promise<Journal> {
    const vm = this.settings.vms[journal.target];
    await this.requireIdle(journal.target);
    if (journal.previous !== journal.image) {
      await this.api.setImage(vm, journal.previous);
      await this.api.deploy(vm);
    }
    return { ...at(journal, "failed"), live: other(journal.target) };
  }

  private async wait(journal: Journal, limit: number, reason: string): Promise<Journal> {
    if (journal.waited >= limit) throw new Failure(`${reason} within ${limit} seconds`);
    await this.clock.sleep(this.settings.pollSeconds);
    return { ...journal, waited: journal.waited + this.settings.pollSeconds };
  }

  /** The colour with all the traffic. */
  private async live(): Promise<Colour> {
    const { blue, green } = this.settings.vms;
    const weights = await this.api.weights();
    const served = Object.keys(weights).filter((arn) => (weights[arn] ?? 0) > 0);
    if (served.length === 1 && served[0] === blue.targetGroupArn) return "blue";
    if (served.length === 1 && served[0] === green.targetGroupArn) return "green";
    throw new Halt(
      `The listener rule sends traffic to ${served.length} target groups (${served.join(", ") || "none"}), and must to blue alone or to green alone. Nobody but a person can tell which one is good: set its weight to ${LIVE_WEIGHT} and the other's to 0.`,
    );
  }

  /** One request moves all the traffic: there is no moment between the two. */
  private async serve(colour: Colour): Promise<void> {
    const { vms } = this.settings;
    await this.api.setWeights({
      [vms[colour].targetGroupArn]: LIVE_WEIGHT,
      [vms[other(colour)].targetGroupArn]: 0,
    });
    if ((await this.live()) !== colour) throw new Error(`the listener rule does not send its traffic to ${colour} yet`);
  }

  private patiently<T>(request: () => Promise<T>): Promise<T> {
    return patiently(this.clock, this.settings, request);
  }

  /** Writes down where the run is, and that it lives. */
  private async save(journal: Journal): Promise<void> {
    const expires = this.clock.now() + this.settings.lockSeconds * 1000;
    if (!(await this.patiently(() => this.api.save(this.owner, expires, JSON.stringify(journal)))))
      throw new LockLost();
  }

  private async requireIdle(colour: Colour): Promise<void> {
    if ((await this.live()) === colour)
      throw new Halt(`${colour} serves: somebody has switched the load balancer to it`);
  }
}
