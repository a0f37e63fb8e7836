import type { Catalogue } from "./catalogue";

export const declaredPrincipals = {
  "iam-declared-principals": {
    title: "Only who is given a cardholder-data secret, key or bucket by name can read it.",
    severity: "high",
    requirements: ["7.2.1", "7.2.5"],
    controls: ["IAM/declared-principals"],
    remediation:
      "Name the secret, key or bucket in the reader's policy, or take the wider permission away; the grant methods of Palisade's components name it.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
  },
} as const satisfies Catalogue;
