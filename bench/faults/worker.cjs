// One disturbed update after another, each from nothing, in one process: the program is loaded once. Told by messages what to do; see ../faults.mjs.
require("../../dist/cli/lazy-modules.js");
// As the command does: stack traces for every output of every resource are half of the program's time.
Error.stackTraceLimit = 0;
const { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const { SIMULATED_PACKAGES } = require("../../dist/cli/engine/attached-providers.js");
const { EngineFailure } = require("../../dist/cli/engine/command.js");
const { findEngine } = require("../../dist/cli/engine/find.js");
const { orphans, pendingOperations } = require("../../dist/cli/engine/pending.js");
const { recover, unsettled } = require("../../dist/cli/engine/recovery.js");
const { Session } = require("../../dist/cli/engine/session.js");
const { exportState } = require("../../dist/cli/engine/state.js");
const { findProject, readStackConfig } = require("../../dist/cli/project.js");
const { Cloud } = require("../../dist/simulator/cloud.js");
const { Faults } = require("../../dist/simulator/provider/faults.js");
const { SimulatedProvider } = require("../../dist/simulator/provider/provider.js");
const { serve } = require("../../dist/simulator/provider/server.js");
const { versionOf } = require("../../dist/simulator/provider/version.js");
const program = require("../../dist/stacks/program.js").default;
const { comparable, difference } = require("./compare.cjs");

const ROOT = join(__dirname, "..", "..");
const STACK = process.argv[2];
/** The engine writes its state once, at the end: a fifth of the time. Not where the engine is killed, or interrupted because its provider has died. */
const AT_ONCE = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

const folder = mkdtempSync(join(tmpdir(), "palisade-faults-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const cloudFile = join(folder, "clouds", `${STACK}.json`);
const project = findProject(ROOT);
const config = readStackConfig(project, STACK);

let engine;
let undisturbed;

/** Opens the stack; its providers are processes as a user's are, or servers in this one where they need not die. */
async function open({ inProcess, faults = "", env = {} }) {
  process.env.PALISADE_FAULTS = inProcess ? "" : faults;
  const servers = [];
  if (inProcess) {
    const shared = new Faults(faults);
    for (const name of SIMULATED_PACKAGES) {
      const version = versionOf(name) ?? "0.0.0";
      servers.push(await serve({ provider: new SimulatedProvider(cloudFile), faults: shared, package: name, version }));
    }
    env = {
      ...env,
      PULUMI_DEBUG_PROVIDERS: servers.map(({ port }, i) => `${SIMULATED_PACKAGES[i]}:${port}`).join(","),
    };
  }
  engine ??= await findEngine();
  const session = await Session.open(
    {
      project,
      stack: STACK,
      config,
      target: "simulator",
      program: async () => ({ ...program() }),
      limits: { minutes: 30, startSeconds: 180 },
      stateFolder: folder,
      needsProviders: !inProcess,
      engine,
      env,
    },
    () => undefined,
  );
  return {
    session,
    close: async () => {
      await session.close();
      for (const server of servers) await server.stop();
    },
  };
}

/** One update; resolves with why it failed, or undefined. */
async function up(session, onEvent = () => undefined) {
  const errors = [];
  try {
    await session.stack.up({
      color: "never",
      suppressProgress: true,
      onEvent: (event) => {
        session.command.heard();
        if (event.diagnosticEvent?.severity === "error") errors.push(event.diagnosticEvent.message.trim());
        onEvent(event);
      },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    await session.noticeDeaths();
    return [session.providerDeath, ...errors, error.message].filter((text) => text !== undefined).join("\n");
  }
}

/** Forgets everything: an empty state, an empty cloud whose salt is always the same, so that secrets' digests can be compared. */
function reset() {
  for (const name of ["backups", "history", "locks", "stacks"]) {
    rmSync(join(folder, "state", ".pulumi", name), { recursive: true, force: true });
  }
  cpSync(join(folder, "empty"), join(folder, "state", ".pulumi", "stacks"), { recursive: true });
  // Another inode: whoever has the file open notices.
  writeFileSync(`${cloudFile}.new`, `${JSON.stringify({ version: 1, salt: "the same in every run" })}\n`);
  renameSync(`${cloudFile}.new`, cloudFile);
}

/** What stands in the end, state and cloud. */
async function standing(session) {
  const { deployment } = await exportState(session);
  const cloud = new Cloud(cloudFile);
  const resources = cloud.all();
  cloud.close();
  const wrong = [
    ...pendingOperations(deployment).map(({ resource }) => `pending: ${resource.urn}`),
    ...orphans(resources, deployment, STACK, project.name).map(({ urn }) => `orphan: ${urn}`),
  ];
  return { wrong, content: comparable(deployment.resources ?? [], resources) };
}

async function verdict(session) {
  const { wrong, content } = await standing(session);
  if (wrong.length > 0) return wrong.join("\n");
  return difference(undisturbed, content);
}

const RUNS = {
  /** The undisturbed update: what the others are held against. Resolves with the resources that have a creation. */
  async baseline() {
    const first = await open({ inProcess: true, env: AT_ONCE });
    cpSync(join(folder, "state", ".pulumi", "stacks"), join(folder, "empty"), { recursive: true });
    reset();
    let events = 0;
    const failure = await up(first.session, () => (events += 1));
    if (failure !== undefined) throw new Error(failure);
    const { wrong, content } = await standing(first.session);
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
    undisturbed = content;
    const { deployment } = await exportState(first.session);
    await first.close();
    const made = deployment.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
    return { events, resources: made.map(({ urn, type }) => ({ urn, type })) };
  },

  /** The creation of one resource fails; the next update goes on. */
  async failure({ urn }) {
    reset();
    const failing = await open({ inProcess: true, env: AT_ONCE, faults: `fail:create:${urn}` });
    const failed = await up(failing.session);
    await failing.close();
    if (failed === undefined) return "the creation did not fail";
    if (!failed.includes("as a fault of the simulator was asked for")) return `failed otherwise: ${failed}`;
    const again = await open({ inProcess: true, env: AT_ONCE });
    try {
      const refused = await unsettled(again.session, project.name, cloudFile);
      if (refused !== undefined) return refused;
      return (await up(again.session)) ?? (await verdict(again.session));
    } finally {
      await again.close();
    }
  },

  /** The engine's process group is killed after so many of its events and milliseconds; recover and the next update go on. */
  async kill({ after, delay }) {
    reset();
    const killed = await open({ inProcess: false });
    let seen = 0;
    const failed = await up(killed.session, () => {
      if (++seen === after) setTimeout(() => killed.session.command.kill(), delay);
    });
    await killed.close();
    if (failed === undefined) return "the update was over before it was killed";
    return resume();
  },

  /** The provider's process ends while it creates a resource, before or after the cloud has it. */
  async death({ urn, effect }) {
    reset();
    const dying = await open({ inProcess: false, faults: `${effect}:create:${urn}` });
    const failed = await up(dying.session);
    await dying.close();
    if (!failed?.includes("was ended by SIGKILL")) return `the provider did not die: ${failed ?? "no failure"}`;
    return resume();
  },

  /** A share of all calls is refused. */
  async throttle({ share }) {
    reset();
    const { session, close } = await open({ inProcess: true, env: AT_ONCE, faults: `throttle:${share}` });
    try {
      return (await up(session)) ?? (await verdict(session));
    } finally {
      await close();
    }
  },
};

async function resume() {
  const { session, close } = await open({ inProcess: true, env: AT_ONCE });
  try {
    await recover(session, project.name, cloudFile);
    const refused = await unsettled(session, project.name, cloudFile);
    if (refused !== undefined) return `still unsettled after recover: ${refused}`;
    return (await up(session)) ?? (await verdict(session));
  } finally {
    await close();
  }
}

process.on("message", async ({ kind, ...run }) => {
  const started = Date.now();
  let result;
  try {
    const answer = await RUNS[kind](run);
    result = kind === "baseline" ? { answer } : { why: answer };
  } catch (error) {
    result = { why: `${error.stack ?? error}\n${error.stderr ?? ""}` };
  }
  // What a killed engine's plugins still write must not meet the next run.
  await sleep(20);
  process.send({ ...result, seconds: (Date.now() - started) / 1000 });
});
process.on("disconnect", () => process.exit(0));
