import type { Models } from "../model";

export const msk: Models = {};
