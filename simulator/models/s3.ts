import type { Models } from "../model";

export const s3: Models = {};
