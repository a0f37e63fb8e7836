import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { awsApi, type AwsNames, type Colour, type Send, type Vm } from "../../components/delivery/blue-green-swap/api";
import {
  type Clock,
  type Order,
  type Outcome,
  type Settings,
  swap,
} from "../../components/delivery/blue-green-swap/swap";

/** What becomes of a VM that runs an image. */
export type Behaviour =
  | "good"
  /** Its deployment fails. */
  | "broken"
  /** It starts, and never becomes healthy. */
  | "sick"
  /** It answers half of the requests with an error. */
  | "faulty"
  /** It becomes unhealthy a minute after it got traffic. */
  | "dying";

export const image = (behaviour: Behaviour, version = 1): string =>
  `registry/app-${behaviour}@sha256:${String(version).padStart(64, "0")}`;
const behaviourOf = (uri: string): Behaviour => /app-(\w+)@/.exec(uri)![1] as Behaviour;

const group = (colour: Colour) =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${colour}/0123456789abcdef`;
const vm = (colour: Colour): Vm => ({
  instanceId: `i-${colour}`,
  targetGroupArn: group(colour),
  imageParameter: `/dev/${colour}/image`,
});
export const NAMES: AwsNames = {
  listenerRuleArn:
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/books/0123456789abcdef/0123456789abcdef/0123456789abcdef",
  lockTable: "swap",
  deployDocument: "deploy",
};
export const SETTINGS: Settings = {
  vms: { blue: vm("blue"), green: vm("green") },
  pollSeconds: 10,
  healthyPolls: 3,
  deploySeconds: 120,
  healthSeconds: 120,
  watchSeconds: 120,
  maxErrorPercent: 5,
  minRequests: 20,
  lockSeconds: 960,
};
const COMMAND_SECONDS = 25;
const START_SECONDS = 15;
const REQUESTS_PER_SECOND = 2;

/** A process that was killed: none of its requests arrives any more. */
export class Killed extends Error {}

/** What happens to the n-th request of a process, counted from 1. */
export interface Fault {
  readonly request: number;
  readonly kind: "fails" | "fails-after-effect" | "killed" | "killed-after-effect";
}

/** Time in which nothing happens passes at once. Processes that wait at the same time take turns. */
export class VirtualTime {
  now = Date.UTC(2026, 10, 21);
  private waiting: { at: number; resume: () => void }[] = [];

  sleep(seconds: number): Promise<void> {
    return new Promise((resume) => this.waiting.push({ at: this.now + seconds * 1000, resume }));
  }

  /** Runs until all of `processes` have ended. */
  async run<T>(...processes: Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
    let ended = false;
    const all = Promise.allSettled(processes).finally(() => (ended = true));
    while (!ended) {
      await turn();
      this.waiting.sort((a, b) => a.at - b.at);
      const next = this.waiting.shift();
      if (next === undefined) continue;
      this.now = Math.max(this.now, next.at);
      next.resume();
    }
    return all;
  }
}

interface TargetGroup {
  TargetGroupArn: string;
  Weight: number;
}
/** What the emulated requests give, of all that they could. */
interface Request {
  RuleArn: string;
  Actions: { Type: string; ForwardConfig: { TargetGroups: TargetGroup[] } }[];
  TargetGroupArn: string;
  MetricDataQueries: { MetricStat: { Metric: { Dimensions: { Value: string }[] } } }[];
  Name: string;
  Value: string;
  InstanceIds: string[];
  CommandId: string;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Record<string, { S?: string; N?: string }>;
}

interface Machine {
  image: string;
  /** When what it runs began to start. */
  startedAt: number;
  busyUntil: number;
}

class ServiceError extends Error {
  constructor(override readonly name: string) {
    super(name);
  }
}

/** AWS as the swap sees it: one rule, two VMs, two parameters, one item. After every request exactly one colour must have all the traffic. */
export class BlueGreenEmulator {
  readonly time = new VirtualTime();
  weights: Record<string, number> = { [group("blue")]: 100, [group("green")]: 0 };
  parameters: Record<string, string> = { "/dev/blue/image": image("good", 1), "/dev/green/image": image("good", 0) };
  machines: Record<Colour, Machine> = {
    blue: { image: image("good", 1), startedAt: 0, busyUntil: 0 },
    green: { image: image("good", 0), startedAt: 0, busyUntil: 0 },
  };
  unhealthy = new Set<Colour>();
  item: { owner?: string; expires?: number; journal?: string } = {};
  /** Every request that arrived: `PutParameter`, ... */
  readonly log: string[] = [];
  /** Commands that always fail, e.g. `ModifyRule`. */
  readonly refused = new Set<string>();
  /** Seconds that a request takes; more than none lets other processes in between. */
  latencySeconds = 0;
  checks = true;
  extraActions: object[] = [];
  lastRule: object | undefined;
  private readonly commands = new Map<string, { colour: Colour; endsAt: number; image: string }>();
  private switchedAt = 0;
  private processes = 0;

  get live(): Colour | undefined {
    const served = (["blue", "green"] as const).filter((colour) => (this.weights[group(colour)] ?? 0) > 0);
    return served.length === 1 ? served[0] : undefined;
  }

  get journal(): Record<string, unknown> {
    return JSON.parse(this.item.journal ?? "{}");
  }

  setWeights(blue: number, green: number): void {
    this.weights = { [group("blue")]: blue, [group("green")]: green };
    this.switchedAt = this.time.now;
  }

  /** A process that runs an order to its end, and what its requests meet. */
  process(order: Order, faults: readonly Fault[] = [], budgetSeconds = 100_000): Promise<Outcome> {
    const id = `process-${++this.processes}`;
    const clock: Clock = { now: () => this.time.now, sleep: (seconds) => this.time.sleep(seconds), id: () => id };
    const until = this.time.now + budgetSeconds * 1000;
    return swap(awsApi(this.sender(faults), NAMES), SETTINGS, order, clock, until);
  }

  /** Runs one process alone. A killed one gives undefined. */
  async run(order: Order, faults: readonly Fault[] = []): Promise<Outcome | undefined> {
    const [result] = await this.time.run(this.process(order, faults));
    if (result!.status === "fulfilled") return result!.value;
    if (faults.some(({ kind }) => kind.startsWith("killed"))) return undefined;
    throw result!.reason;
  }

  /** Runs an order as CodePipeline does: again and again until it ends. */
  async finish(order: Order, faults: readonly Fault[] = []): Promise<Outcome> {
    for (let call = 0; call < 300; call++) {
      const outcome = await this.run(order, call === 0 ? faults : []);
      if (outcome !== undefined && outcome.kind !== "unfinished") return outcome;
      await this.time.run(this.time.sleep(30));
    }
    throw new Error("it never ended");
  }

  sender(faults: readonly Fault[] = []): Send {
    let requests = 0;
    let isDead = false;
    return async (_service, command, input) => {
      if (this.latencySeconds > 0) await this.time.sleep(this.latencySeconds);
      requests += 1;
      if (isDead) throw new Killed();
      const fault = faults.find(({ request }) => request === requests)?.kind;
      isDead = fault?.startsWith("killed") ?? false;
      if (fault === "killed") throw new Killed();
      if (fault === "fails" || this.refused.has(command)) throw new ServiceError("InternalServerError");
      const answer = this.answer(command, input as Request);
      this.log.push(command);
      if (this.checks) assert.ok(this.live, `after ${command} traffic goes to ${JSON.stringify(this.weights)}`);
      if (fault === "killed-after-effect") throw new Killed();
      if (fault === "fails-after-effect") throw new ServiceError("RequestTimeout");
      return structuredClone(answer);
    };
  }

  private answer(command: string, input: Request): unknown {
    this.settle();
    switch (command) {
      case "UpdateItem":
        return this.updateItem(input);
      case "DescribeRules":
        return { Rules: [{ Actions: [...this.extraActions, this.forwardAction()] }] };
      case "ModifyRule": {
        assert.equal(input.RuleArn, NAMES.listenerRuleArn);
        this.lastRule = input;
        const forward = input.Actions.find(({ Type }) => Type === "forward")!;
        const before = this.live;
        this.weights = Object.fromEntries(forward.ForwardConfig.TargetGroups.map((g) => [g.TargetGroupArn, g.Weight]));
        if (this.live !== before) this.switchedAt = this.time.now;
        return {};
      }
      case "DescribeTargetHealth": {
        const colour = input.TargetGroupArn === group("blue") ? "blue" : "green";
        const State = this.isHealthy(colour) ? "healthy" : "unhealthy";
        return { TargetHealthDescriptions: [{ Target: { Id: `i-${colour}`, Port: 443 }, TargetHealth: { State } }] };
      }
      case "GetMetricData":
        return this.metrics(input);
      case "GetParameter":
        return { Parameter: { Value: this.parameters[input.Name]! } };
      case "PutParameter":
        this.requireIdle(input.Name.split("/")[2] as Colour, command);
        this.parameters[input.Name] = input.Value;
        return {};
      case "SendCommand": {
        const colour: Colour = input.InstanceIds[0] === "i-blue" ? "blue" : "green";
        this.requireIdle(colour, command);
        const machine = this.machines[colour];
        machine.busyUntil = Math.max(machine.busyUntil, this.time.now) + COMMAND_SECONDS * 1000;
        const id = `command-${this.commands.size + 1}`;
        const uri = this.parameters[`/dev/${colour}/image`]!;
        this.commands.set(id, { colour, endsAt: machine.busyUntil, image: uri });
        return { Command: { CommandId: id } };
      }
      case "GetCommandInvocation": {
        const sent = this.commands.get(input.CommandId);
        if (sent === undefined) throw new ServiceError("InvocationDoesNotExist");
        if (this.time.now < sent.endsAt) return { Status: "InProgress" };
        return { Status: behaviourOf(sent.image) === "broken" ? "Failed" : "Success" };
      }
      default:
        throw new Error(`${command} is not emulated`);
    }
  }

  /** Lets commands that have ended by now take effect. */
  private settle(): void {
    for (const sent of this.commands.values()) {
      const machine = this.machines[sent.colour];
      if (sent.endsAt > this.time.now || machine.startedAt >= sent.endsAt) continue;
      machine.image = sent.image;
      machine.startedAt = sent.endsAt;
    }
  }

  private requireIdle(colour: Colour, command: string): void {
    if (this.checks) assert.notEqual(this.live, colour, `${command} on the VM that serves`);
  }

  private isHealthy(colour: Colour): boolean {
    const { image: uri, startedAt } = this.machines[colour];
    const behaviour = behaviourOf(uri);
    if (this.unhealthy.has(colour) || behaviour === "sick" || behaviour === "broken") return false;
    if (behaviour === "dying" && this.live === colour && this.time.now > this.switchedAt + 60_000) return false;
    return this.time.now >= startedAt + START_SECONDS * 1000;
  }

  private metrics(input: Request): unknown {
    const [loadBalancer, targetGroup] = input.MetricDataQueries[0]!.MetricStat.Metric.Dimensions;
    assert.equal(loadBalancer!.Value, "app/books/0123456789abcdef");
    const colour: Colour = targetGroup!.Value === "targetgroup/blue/0123456789abcdef" ? "blue" : "green";
    assert.equal(targetGroup!.Value, group(colour).split(":").at(-1));
    const seconds = this.live === colour ? (this.time.now - this.switchedAt) / 1000 : 0;
    const requests = Math.floor(seconds * REQUESTS_PER_SECOND);
    const errors = behaviourOf(this.machines[colour].image) === "faulty" ? requests / 2 : 0;
    const values: Record<string, number> = { requests, answered: errors, unanswered: 0 };
    return {
      MetricDataResults: Object.entries(values).map(([Id, value]) => ({ Id, Values: value > 0 ? [value] : [] })),
    };
  }

  private forwardAction(): object {
    return {
      Type: "forward",
      Order: this.extraActions.length + 1,
      ForwardConfig: {
        TargetGroups: Object.entries(this.weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
        TargetGroupStickinessConfig: { Enabled: false },
      },
    };
  }

  private updateItem(input: Request): unknown {
    const { UpdateExpression: update, ConditionExpression: condition, ExpressionAttributeValues: values } = input;
    const owner = values[":owner"]!.S;
    const isMine = this.item.owner === owner;
    const isFree = this.item.owner === undefined || this.item.expires! < Number(values[":now"]?.N);
    const holds = condition === "#owner = :owner" ? isMine : isMine || isFree;
    if (!holds) throw new ServiceError("ConditionalCheckFailedException");
    if (update.startsWith("REMOVE")) this.item = { journal: this.item.journal };
    else {
      this.item = { ...this.item, owner, expires: Number(values[":expires"]!.N) };
      if (values[":journal"]) this.item.journal = values[":journal"].S;
    }
    return { Attributes: this.item.journal === undefined ? {} : { journal: { S: this.item.journal } } };
  }
}
