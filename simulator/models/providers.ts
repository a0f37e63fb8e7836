import type { Models } from "../model";

/** Providers that a program makes itself, for another region or account than the default one's. */
export const providers: Models = { "pulumi:providers:aws": { id: (f) => f.uuid() } };
