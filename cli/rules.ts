import type { Control } from "../policies/catalogue/controls";
import { coverageLines, coverageOf } from "../policies/catalogue/coverage";
import { packs } from "../policies/packs";

export interface RulesOptions {
  readonly json?: boolean;
}

/** `palisade rules`: every rule of the packs, and what the published lists of PCI DSS controls have beside them. */
export function rules({ json }: RulesOptions): void {
  process.stdout.write(`${json ? JSON.stringify(catalogue(), undefined, 2) : text()}\n`);
}

const all = packs.flatMap((pack) => pack.rules);

function catalogue(): object {
  const { all: controls, lists } = coverageOf(all);
  const { decidable, covered, open, runtime } = controls;
  const brief = ({ id, title, requirements }: Control) => ({ id, title, requirements });
  return {
    packs: packs.map(({ name, title, rules: ofPack }) => ({
      name,
      title,
      // JSON leaves the function that decides out.
      rules: ofPack,
    })),
    controls: {
      decidable,
      covered,
      open: open.map(brief),
      verifyAtRuntime: runtime.map(brief),
      lists: lists.map((own) => ({ list: own.list, decidable: own.decidable, covered: own.covered })),
    },
  };
}

function text(): string {
  const { decidable, covered, open, runtime } = coverageOf(all).all;
  const row = (id: string, second: string, third: string, title: string) =>
    `  ${id.padEnd(40)} ${second.padEnd(9)} ${third.padEnd(24)} ${title}`;
  const listed = (heading: string, list: readonly Control[]) =>
    list.length === 0
      ? []
      : ["", heading, ...list.map(({ id, requirements, title }) => row(id, "", requirements.join(", "), title))];
  return [
    ...packs.flatMap(({ name, title, rules: ofPack }) => [
      `${name}: ${title}, ${ofPack.length} rules`,
      ...ofPack.map((rule) => row(rule.id, rule.severity, rule.requirements.join(", "), rule.title)),
      "",
    ]),
    `Controls of the published PCI DSS lists: ${covered} of the ${decidable} that a program can decide have a rule.`,
    "",
    "By list, of those that a program can decide:",
    ...coverageLines(all).map((line) => `  ${line}`),
    ...listed("Without a rule yet:", open),
    ...listed("Verify at runtime, no program can decide them:", runtime),
  ].join("\n");
}
