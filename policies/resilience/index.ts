import { PolicyPack } from "@pulumi/policy";
import { stackPolicies } from "../adapter";
import { resilience } from "./rules";

new PolicyPack(resilience.name, {
  policies: stackPolicies(resilience),
  displayName: resilience.title,
  provider: "aws",
});
