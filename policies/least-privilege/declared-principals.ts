import { readersOf, STORES } from "../../analysis/access";
import { declaredPrincipals } from "../catalogue/declared-principals";
import { all, fail, implement, notApplicable, PASS, type Rule, undetermined } from "../rule";

export const declaredPrincipalRules: readonly Rule[] = implement(declaredPrincipals, {
  "iam-declared-principals": {
    types: Object.keys(STORES),
    check(node, graph) {
      if (node.dataClass !== "cardholder") return notApplicable("It holds no cardholder data.");
      const { readers, unknown } = readersOf(node, graph) ?? { readers: [], unknown: [] };
      const others = readers.filter(({ declared }) => !declared);
      return all(
        PASS,
        ...others.map(({ who, by }) =>
          fail(
            `${who} may read it: ${typeof by.from === "string" ? `AWS's ${by.from}` : `${by.from.name}'s ${by.statement.path}`} allows it without naming it.`,
          ),
        ),
        ...[...new Map(unknown.map((value) => [value.path, value])).values()].map(undetermined),
      );
    },
  },
});
