import type { Models } from "../model";

export const elasticache: Models = {};
