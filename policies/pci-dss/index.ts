import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "../adapter";
import { readResourcesOnce } from "../sdk";
import { pciDss } from "./rules";

readResourcesOnce();
new PolicyPack(pciDss.name, { policies: policiesOf(pciDss), displayName: pciDss.title, provider: "aws" });
