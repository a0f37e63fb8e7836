import { PolicyPack } from "@pulumi/policy";
import { stackPolicies } from "../adapter";
import { leastPrivilege } from "./rules";

new PolicyPack(leastPrivilege.name, {
  policies: stackPolicies(leastPrivilege),
  displayName: leastPrivilege.title,
  provider: "aws",
});
