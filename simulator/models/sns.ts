import type { Models } from "../model";

export const sns: Models = {};
