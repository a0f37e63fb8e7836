import { createColors, isColorSupported } from "picocolors";
import type { Drift } from "../engine/drift";
import { shortType } from "../../analysis/short-type";

interface About {
  readonly project: string;
  readonly stack: string;
  readonly target: string;
}

const LONGEST = 120;

/** The report of `palisade drift`. */
export function renderDrift({ project, stack, target }: About, { resources }: Drift, color = isColorSupported): string {
  const { bold, dim, green, red, yellow } = createColors(color);
  const lines = [bold(`${project} / ${stack}`) + dim(`  drift on ${target}`), ""];
  for (const { type, name, kind, properties } of resources) {
    lines.push(`  ${kind === "deleted" ? red("deleted") : yellow("changed")} ${shortType(type)} ${name}`);
    for (const { path, before, after } of properties) {
      lines.push(`    ${path}: ${shown(before)} ${dim("->")} ${shown(after)}`);
    }
  }
  const up = `palisade up ${stack}${target === "simulator" ? " --target simulator" : ""}`;
  if (resources.length === 0) return [...lines, `${bold("Result:")} ${green("no drift")}`].join("\n");
  const properties = resources.reduce((sum, one) => sum + one.properties.length, 0);
  const deleted = resources.filter(({ kind }) => kind === "deleted").length;
  const counts = [`${properties} properties of ${resources.length - deleted} resources`, `${deleted} deleted`];
  return [...lines, "", `${bold("Result:")} ${red("drift")}: ${counts.join(", ")}. ${up} restores them.`].join("\n");
}

/** The same for a program. What is not there has no `before` or no `after`. */
export function renderDriftJson(about: About, { resources }: Drift): string {
  return JSON.stringify(
    { version: 1, command: "drift", ...about, drift: resources.length > 0, resources },
    undefined,
    2,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}... (${text.length} characters; --json has all)`;
}
