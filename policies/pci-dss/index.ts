import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "../adapter";
import { pciDss } from "./rules";

new PolicyPack(pciDss.name, { policies: policiesOf(pciDss), displayName: pciDss.title, provider: "aws" });
