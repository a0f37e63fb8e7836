import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isColorSupported } from "picocolors";
import type { Evidence } from "../policies/evidence/schema";
import { renderEvidenceTable } from "./render/evidence-table";
import { renderJunit } from "./render/junit";
import { renderMarkdown } from "./render/markdown";
import { renderSarif } from "./render/sarif";
import { UsageError } from "./usage-error";

type Render = (evidence: Evidence, color: boolean) => string;

/** Formats of `--report`. */
const FORMATS: Readonly<Record<string, Render>> = {
  table: renderEvidenceTable,
  evidence: (evidence) => JSON.stringify(evidence, undefined, 2),
  sarif: renderSarif,
  junit: renderJunit,
  markdown: renderMarkdown,
};

/** One report that was asked for. */
export interface Report {
  readonly render: Render;
  /** Undefined: standard output, in place of the usual report. */
  readonly file: string | undefined;
}

/**
 * Reads `--report <format>[=<file>]` options.
 * @throws UsageError for an unknown format, or two reports for standard output.
 */
export function parseReports(options: readonly string[], cwd: string): Report[] {
  const reports = options.map((option) => {
    const [format = "", ...rest] = option.split("=");
    const render = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (render === undefined) {
      throw new UsageError(
        `--report ${option}: ${format} is no format. Use one of: ${Object.keys(FORMATS).join(", ")}; e.g. --report sarif=palisade.sarif.`,
      );
    }
    const file = rest.join("=");
    return { render, file: file === "" ? undefined : resolve(cwd, file) };
  });
  if (reports.filter(({ file }) => file === undefined).length > 1) {
    throw new UsageError(
      "--report: only one report can go to standard output. Give the others a file: --report junit=report.xml.",
    );
  }
  return reports;
}

/** Writes the reports that have a file; returns the text of the one for standard output. */
export function writeReports(reports: readonly Report[], evidence: Evidence): string | undefined {
  let printed: string | undefined;
  for (const { render, file } of reports) {
    // A file outlives the terminal: CI systems ask for colour, and it must not end up in what they archive.
    const text = render(evidence, file === undefined && isColorSupported);
    if (file === undefined) printed = text;
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${text}\n`);
    }
  }
  return printed;
}
