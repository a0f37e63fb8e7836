import type { Models } from "../model";

export const lb: Models = {};
