import { renderChange } from "../render/update";
import type { Announcer } from "./announcer";
import type { ResourceChange } from "./update";

/** Shows an update while it runs: a living line on a terminal; elsewhere one plain line for each resource that is done. */
export class Progress {
  private readonly running = new Map<string, string>();
  private readonly started = Date.now();
  private done = 0;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly announcer: Announcer,
    private readonly terminal: boolean,
  ) {
    if (terminal) this.timer = setInterval(() => this.draw(), 250);
  }

  take(change: ResourceChange): void {
    if (!change.custom || change.change === "same") return;
    if (change.state === "running") this.running.set(change.urn, change.name);
    if (change.state === "done" || change.state === "failed") {
      this.running.delete(change.urn);
      this.done += 1;
      if (!this.terminal || change.state === "failed") this.announcer.say(renderChange(change));
    }
    if (change.state === "planned") this.done += 1;
  }

  stop(): void {
    clearInterval(this.timer);
    this.announcer.clear();
  }

  private draw(): void {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const names = [...this.running.values()];
    const under = names.length > 0 ? `, ${names.length} under way: ${names.join(", ")}` : "";
    this.announcer.progress(`${seconds} s  ${this.done} resources${under}`);
  }
}
