import type { Models } from "../model";

export const grafana: Models = {};
