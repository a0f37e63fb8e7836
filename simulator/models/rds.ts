import type { Models } from "../model";

export const rds: Models = {};
