import { leastPrivilege } from "./least-privilege/rules";
import { pciDss } from "./pci-dss/rules";
import { resilience } from "./resilience/rules";
import type { Pack } from "./rule";

/** Every pack, in the order in which reports show them. Loading this loads no Pulumi SDK. */
export const packs: readonly Pack[] = [pciDss, leastPrivilege, resilience];
