import type { Models } from "../model";

export const globalaccelerator: Models = {};
