// Pulumi loads a pack through ts-node, which type-checks it for five seconds first. tsx takes over the TypeScript files here.
require("tsx/cjs");
require("./index.ts");
