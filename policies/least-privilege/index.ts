import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "../adapter";
import { readResourcesOnce } from "../sdk";
import { leastPrivilege } from "./rules";

readResourcesOnce();
new PolicyPack(leastPrivilege.name, {
  policies: policiesOf(leastPrivilege),
  displayName: leastPrivilege.title,
  provider: "aws",
});
