import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "../adapter";
import { readResourcesOnce } from "../sdk";
import { resilience } from "./rules";

readResourcesOnce();
new PolicyPack(resilience.name, {
  policies: policiesOf(resilience),
  displayName: resilience.title,
  provider: "aws",
});
