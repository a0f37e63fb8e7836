// Previews a stack in the engine with policy packs, as a first `pulumi up` would: `judge.cjs '{"stack": "dev", "cwd": ..., "packs": [...]}'`. Prints the
// engine's policy events, the inputs of what it would create, and how long it took.
require("../../../dist/cli/lazy-modules.js");
const { Session } = require("../../../dist/cli/engine/session.js");
const { EngineFailure } = require("../../../dist/cli/engine/command.js");
const { findProject, readStackConfig } = require("../../../dist/cli/project.js");

const { stack, cwd, packs, config = [], program, name = "default" } = JSON.parse(process.argv[2]);

(async () => {
  if (program.endsWith(".ts")) require("tsx/cjs");
  const run = require(program)[name];
  const project = findProject(cwd);
  const session = await Session.open(
    {
      project,
      stack,
      config: readStackConfig(project, stack),
      target: "simulator",
      program: async () => ({ ...run() }),
      limits: { minutes: 10, startSeconds: 300 },
      needsProviders: true,
    },
    () => {},
  );
  const reported = [];
  const diagnostics = [];
  const planned = {};
  const started = Date.now();
  let failure;
  try {
    await session.stack.preview({
      policyPacks: packs,
      policyPackConfigs: config,
      color: "never",
      suppressProgress: true,
      onEvent: (event) => {
        session.command.heard();
        const { op, urn, new: state } = event.resourcePreEvent?.metadata ?? {};
        if (op === "create" && state) planned[urn] = state.inputs;
        if (event.policyEvent) reported.push(event.policyEvent);
        if (event.diagnosticEvent?.severity === "error") diagnostics.push(event.diagnosticEvent.message);
      },
    });
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    failure = error.stderr.slice(-2000);
  } finally {
    await session.close();
  }
  process.stdout.write(
    JSON.stringify({ reported, diagnostics, planned, failure, seconds: (Date.now() - started) / 1000 }),
  );
})();
