import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFrame } from "../simulator";

/** A place in a TypeScript source, relative to the project's root. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
}

/** Finds the TypeScript lines behind the compiled code that ran. Maps are read only for the files that are asked for. */
export class SourcePositions {
  private readonly maps = new Map<string, SourceMap | undefined>();

  constructor(private readonly root: string) {}

  /** The line that declared a resource: the innermost call site in `stacks/`, or else the innermost of the project. */
  declaration(frames: readonly SourceFrame[]): SourcePosition | undefined {
    const own = frames.filter(({ uri }) => !uri.includes("/node_modules/"));
    const frame = own.find(({ uri }) => uri.includes("/stacks/")) ?? own[0];
    return frame && this.original(frame);
  }

  private original({ uri, line, column }: SourceFrame): SourcePosition {
    const file = fileURLToPath(uri);
    const entry = this.mapOf(file)?.findEntry(line - 1, column - 1);
    if (entry === undefined || !("originalSource" in entry)) return { file: relative(this.root, file), line };
    const source = resolve(dirname(file), entry.originalSource);
    return { file: relative(this.root, source), line: entry.originalLine + 1 };
  }

  private mapOf(file: string): SourceMap | undefined {
    if (!this.maps.has(file)) {
      const path = `${file}.map`;
      const payload: SourceMapPayload | undefined = existsSync(path)
        ? JSON.parse(readFileSync(path, "utf8"))
        : undefined;
      this.maps.set(file, payload && new SourceMap(payload));
    }
    return this.maps.get(file);
  }
}
