"use strict";

// What `main: stacks/` in Pulumi.yaml leads to. Pulumi.yaml asks Node to read TypeScript by tsx; a tool that loads the program by itself may not.
if (require.extensions[".ts"] === undefined) require("tsx/cjs");
const { default: program } = require("./program.ts");

// Pulumi's Node host calls what a module exports only when that is a function. An object with a `default` would be taken for the outputs of a program
// without resources, and an update would delete all that stands.
module.exports = program;
module.exports.default = program;
