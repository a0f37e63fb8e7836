// Runs one of the engine's commands on a stack as a user's process would, with the simulator, without check and policy packs, which have tests of
// their own: `run-stack.cjs '{"operation": "up", "stack": "dev", "cwd": ...}'`. The program is the repository's own, or a module that exports one.
require("../../../dist/cli/lazy-modules.js");
const { deploy } = require("../../../dist/cli/deploy.js");
const { drift } = require("../../../dist/cli/drift.js");
const { SIMULATOR } = require("../../../dist/cli/engine/attached-providers.js");
const { exitCodeOf, messageOf } = require("../../../dist/cli/failure.js");
const { recoverCommand } = require("../../../dist/cli/recover.js");

const { operation, stack, cwd, program, ...more } = JSON.parse(process.argv[2]);
const options = { json: true, ...more, cwd, target: "simulator" };
// The small programs of tests use no other package, and each is a process.
const providerProgram = program === undefined ? SIMULATOR : { ...SIMULATOR, packages: ["aws"] };

function run() {
  if (operation === "drift") return drift(stack, options, { providerProgram });
  if (operation === "recover") return recoverCommand(stack, options, { providerProgram });
  const exported = require(program ?? "../../../dist/stacks/program.js");
  const build = exported.default ?? exported;
  return deploy(operation, stack, options, {
    program: async () => ({ ...build() }),
    withoutPolicies: true,
    providerProgram,
  });
}

run().then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(messageOf(error));
    process.exitCode = exitCodeOf(error);
  },
);
