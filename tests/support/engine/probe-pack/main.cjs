// Shows what the packs see in the engine: violations alone reach its report, not what passes or does not apply.
const { appendFileSync } = require("node:fs");
const { PolicyPack } = require("@pulumi/policy");
const { ResourceGraph } = require("../../../../dist/analysis/graph.js");
const { Declared } = require("../../../../dist/policies/declared.js");
const { packs } = require("../../../../dist/policies/packs.js");
const { evaluate } = require("../../../../dist/policies/rule.js");

const declared = new Declared();
new PolicyPack("palisade-probe", {
  policies: [
    declared.policy,
    {
      name: "verdicts",
      description: "Writes every verdict.",
      enforcementLevel: "advisory",
      validateStack({ resources }) {
        const graph = ResourceGraph.fromPolicyResources(declared.complete(resources));
        const rules = packs.flatMap((pack) => pack.rules);
        const verdicts = evaluate(rules, graph).map(({ rule, resource, verdict }) => ({
          rule: rule.id,
          urn: resource.urn,
          dataClass: resource.dataClass,
          ...verdict,
        }));
        appendFileSync(process.env.PALISADE_VERDICTS, `${JSON.stringify(verdicts)}\n`);
      },
    },
  ],
});
