import type { Models } from "../model";

export const ssm: Models = {};
