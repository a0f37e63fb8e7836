import type { Models } from "../model";

export const backup: Models = {};
