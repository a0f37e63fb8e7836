import type { Models } from "../model";

export const governance: Models = {};
