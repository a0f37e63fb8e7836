/** Says on stderr what a long step is doing: one line that is rewritten on a terminal, plain lines elsewhere. */
export class Announcer {
  private shown = false;
  private lastPlain = 0;

  constructor(
    private readonly stream: NodeJS.WritableStream = process.stderr,
    private readonly terminal = process.stderr.isTTY === true,
  ) {}

  /** A line that stays. */
  say(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  /** Where the step stands: replaces the line before on a terminal; elsewhere at most one line in ten seconds. */
  progress(text: string): void {
    if (this.terminal) {
      const width = (process.stderr.columns || 80) - 1;
      this.stream.write(`\r\u001b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
      this.shown = true;
    } else if (Date.now() - this.lastPlain >= 10_000) {
      this.lastPlain = Date.now();
      this.stream.write(`${text}\n`);
    }
  }

  /** Takes the progress line away. */
  clear(): void {
    if (this.shown) this.stream.write("\r\u001b[2K");
    this.shown = false;
  }
}
