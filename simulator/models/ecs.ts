import type { Models } from "../model";

export const ecs: Models = {};
