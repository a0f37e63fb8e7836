// Runs one of the engine's commands on a stack as a user's process would, with the simulator, without check and policy packs, which have tests of
// their own: `run-stack.cjs '{"operation": "up", "stack": "dev", "cwd": ...}'`. The program is the repository's own, or a module that exports one.
require("../../../dist/cli/lazy-modules.js");
const { deploy } = require("../../../dist/cli/deploy.js");
const { SIMULATOR } = require("../../../dist/cli/engine/attached-providers.js");
const { exitCodeOf, messageOf } = require("../../../dist/cli/failure.js");

const { operation, stack, cwd, program, ...options } = JSON.parse(process.argv[2]);

const exported = require(program ?? "../../../dist/stacks/program.js");
const run = exported.default ?? exported;
deploy(
  operation,
  stack,
  { json: true, ...options, cwd, target: "simulator" },
  {
    program: async () => ({ ...run() }),
    withoutPolicies: true,
    // The small programs of tests use no other package, and each is a process.
    providerProgram: program === undefined ? SIMULATOR : { ...SIMULATOR, packages: ["aws"] },
  },
).then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(messageOf(error));
    process.exitCode = exitCodeOf(error);
  },
);
