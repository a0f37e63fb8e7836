import type { Models } from "../model";

export const cloudtrail: Models = {};
