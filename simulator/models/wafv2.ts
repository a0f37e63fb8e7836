import type { Models } from "../model";

export const wafv2: Models = {};
