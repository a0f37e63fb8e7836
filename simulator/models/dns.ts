import type { Models } from "../model";

export const dns: Models = {};
