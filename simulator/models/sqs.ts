import type { Models } from "../model";

export const sqs: Models = {};
