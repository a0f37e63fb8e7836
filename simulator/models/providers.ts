import type { Models } from "../model";

/** Providers that a program makes itself: for another region or account than the default one's, or for a cluster. */
export const providers: Models = {
  "pulumi:providers:aws": { id: (f) => f.uuid() },
  "pulumi:providers:kubernetes": { id: (f) => f.uuid() },
};
