import type { Models } from "../model";

export const ecr: Models = {};
