import { PolicyPack } from "@pulumi/policy";
import { stackPolicies } from "../adapter";
import { pciDss } from "./rules";

new PolicyPack(pciDss.name, { policies: stackPolicies(pciDss), displayName: pciDss.title, provider: "aws" });
