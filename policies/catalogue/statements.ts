import type { Catalogue } from "./catalogue";

const REFERENCE =
  "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";
const ELEMENTS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements";

export const statements = {
  "policy-known-actions": {
    title: "Every action that a policy names is one that AWS has.",
    severity: "medium",
    requirements: ["7.2.2", "7.2.5"],
    controls: [],
    remediation:
      "Take the action's name from the Service Authorization Reference; the grant methods of Palisade's components do.",
    url: REFERENCE,
  },
  "policy-actions-fit-resources": {
    title:
      "Every action of a statement can be used with a resource of the statement, and every resource with an action.",
    severity: "medium",
    requirements: ["7.2.2", "7.2.5"],
    controls: ["IAM/no-wildcard-resource"],
    remediation:
      "Give each kind of resource a statement of its own, and `*` to actions that know no resources; Palisade's grants do.",
    url: REFERENCE,
  },
  "policy-known-condition-keys": {
    title: "Every condition asks for a key that a request of the statement's actions brings.",
    severity: "high",
    requirements: ["7.2.2", "7.2.5"],
    controls: [],
    remediation: "Take the key from the action's row of the Service Authorization Reference, or a global key.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
  },
  "policy-condition-operators": {
    title: "Every condition compares by an operator that fits the key's type, with values that it can meet.",
    severity: "high",
    requirements: ["7.2.2", "7.2.5"],
    controls: [],
    remediation: "Use the operators of the key's type, StringLike or ArnLike where a value has a wildcard.",
    url: `${ELEMENTS}_condition_operators.html`,
  },
} as const satisfies Catalogue;
