import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "../adapter";
import { leastPrivilege } from "./rules";

new PolicyPack(leastPrivilege.name, {
  policies: policiesOf(leastPrivilege),
  displayName: leastPrivilege.title,
  provider: "aws",
});
