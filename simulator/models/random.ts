import type { Models } from "../model";

export const random: Models = {};
