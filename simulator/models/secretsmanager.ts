import type { Models } from "../model";

export const secretsmanager: Models = {};
