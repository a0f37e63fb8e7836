import { type Control, controls } from "../policies/catalogue/controls";
import { packs } from "../policies/packs";

export interface RulesOptions {
  readonly json?: boolean;
}

/** `palisade rules`: every rule of the packs, and what the published lists of PCI DSS controls have beside them. */
export function rules({ json }: RulesOptions): void {
  process.stdout.write(`${json ? JSON.stringify(catalogue(), undefined, 2) : text()}\n`);
}

/** Controls that no program can decide; they show only while the system runs. */
const isRuntime = ({ decidable }: Control): boolean => decidable === "runtime";

function coverage(): { decidable: number; covered: number; open: readonly Control[]; runtime: readonly Control[] } {
  const decided = new Set(packs.flatMap((pack) => pack.rules.flatMap((rule) => rule.controls)));
  const decidable = controls.filter((control) => !isRuntime(control));
  const open = decidable.filter(({ id }) => !decided.has(id));
  return {
    decidable: decidable.length,
    covered: decidable.length - open.length,
    open,
    runtime: controls.filter(isRuntime),
  };
}

function catalogue(): object {
  const { decidable, covered, open, runtime } = coverage();
  const brief = ({ id, title, requirements }: Control) => ({ id, title, requirements });
  return {
    packs: packs.map(({ name, title, rules: ofPack }) => ({
      name,
      title,
      // JSON leaves the function that decides out.
      rules: ofPack,
    })),
    controls: { decidable, covered, open: open.map(brief), verifyAtRuntime: runtime.map(brief) },
  };
}

function text(): string {
  const { decidable, covered, open, runtime } = coverage();
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
    ...listed("Without a rule yet:", open),
    ...listed("Verify at runtime, no program can decide them:", runtime),
  ].join("\n");
}
