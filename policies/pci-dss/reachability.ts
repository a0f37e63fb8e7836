import { STORES } from "../../analysis/placement";
import { pathFromInternet } from "../../analysis/reachability";
import { breachesInto, hasCardholderData, membersOf } from "../../analysis/segmentation";
import { SECURITY_GROUPS } from "../../analysis/security-group-rules";
import { reachability } from "../catalogue/reachability";
import { fail, implement, notApplicable, PASS, type Rule, undetermined } from "../rule";

export const reachabilityRules: readonly Rule[] = implement(reachability, {
  "no-internet-path": {
    types: STORES,
    check(store, graph) {
      if (store.dataClass === "public") return notApplicable("It holds nothing but public data.");
      const path = pathFromInternet(store, graph);
      if (path.kind === "undetermined") return undetermined(path.because);
      return path.kind === "open"
        ? fail(`The internet reaches it: ${path.hops.join(" -> ")}.`)
        : { kind: "pass", proof: path.by };
    },
  },
  "cde-segmentation": {
    types: SECURITY_GROUPS,
    check(group, graph) {
      if (!hasCardholderData(graph)) return notApplicable("Nothing in the program is tagged as handling card data.");
      if (membersOf(group, graph).length === 0) return notApplicable("No workload of the program has it.");
      const breaches = breachesInto(group, graph);
      if (breaches.length === 0) return PASS;
      return breaches.map((one) => (one.kind === "open" ? fail(one.message, one.at) : undetermined(one.because)));
    },
  },
});
