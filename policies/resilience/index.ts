import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "../adapter";
import { resilience } from "./rules";

new PolicyPack(resilience.name, {
  policies: policiesOf(resilience),
  displayName: resilience.title,
  provider: "aws",
});
