"use strict";

// What `main: stacks/` in Pulumi.yaml leads to. Pulumi.yaml asks Node to read TypeScript by tsx; a tool that loads the program by itself may not.
if (require.extensions[".ts"] === undefined) require("tsx/cjs");
module.exports = require("./program.ts");
