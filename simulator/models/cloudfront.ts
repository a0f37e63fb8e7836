import type { Models } from "../model";

export const cloudfront: Models = {};
