import type { Pack } from "../rule";
import { availabilityRules } from "./availability";
import { dataProtectionRules } from "./data-protection";

/** What one lost zone, one slip or one failed deployment may cost. */
export const resilience: Pack = {
  name: "palisade-resilience",
  title: "Resilience",
  rules: [...availabilityRules, ...dataProtectionRules],
};
