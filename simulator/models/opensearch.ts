import type { Models } from "../model";

export const opensearch: Models = {};
