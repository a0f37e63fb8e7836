import type { Pack } from "../rule";
import { identityPolicyRules } from "./identity-policies";
import { declaredPrincipalRules } from "./declared-principals";
import { escalationRules } from "./escalation";
import { statementRules } from "./statements";
import { trustRules } from "./trust";

/** Who may do what: exact actions, named resources, bounded trust. */
export const leastPrivilege: Pack = {
  name: "palisade-least-privilege",
  title: "Least privilege",
  rules: [...identityPolicyRules, ...trustRules, ...statementRules, ...escalationRules, ...declaredPrincipalRules],
};
