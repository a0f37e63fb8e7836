"use strict";
const { reporters } = require("mocha");

/** Mocha's `dot` or `spec` output, closed by one line that a machine can read, with mocha's own counts. */
module.exports = class extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
};
