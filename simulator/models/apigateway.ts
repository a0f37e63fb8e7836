import type { Models } from "../model";

export const apigateway: Models = {};
