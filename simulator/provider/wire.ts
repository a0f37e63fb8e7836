/** Pulumi's marks of values that are no plain JSON, as the protocol has them. The SDK has them too, but loading it takes most of a second. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
