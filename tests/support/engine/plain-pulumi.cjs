// `pulumi <command>` as the official CLI runs it on a stack of this repository that `palisade up --target simulator` has deployed: the program is read
// from Pulumi.yaml's `main`, by a Node process of its own with Pulumi.yaml's options. Of the CLI only the Node language host is missing here, which
// starts that process; `languageHost` does the same. `plain-pulumi.cjs '{"folder": ..., "stack": "dev", "args": ["preview", "--json"]}'`.
const { spawn } = require("node:child_process");
const { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } = require("node:fs");
const { join } = require("node:path");
const grpc = require("@grpc/grpc-js");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
const language = require("@pulumi/pulumi/proto/language_pb");
const plugin = require("@pulumi/pulumi/proto/plugin_pb");
const { parse } = require("yaml");
const { AttachedProviders, SIMULATOR } = require("../../../dist/cli/engine/attached-providers.js");
const { findEngine } = require("../../../dist/cli/engine/find.js");
const { SimulatorState } = require("../../../dist/cli/engine/simulator-state.js");
const { findProject } = require("../../../dist/cli/project.js");

const ROOT = join(__dirname, "..", "..", "..");
const { folder, stack, args } = JSON.parse(process.argv[2]);

/** The command line of pulumi-language-nodejs, as its source has it. */
function startProgram(request) {
  // With --client the engine hands on that one's address in the place of the project's options.
  const { options } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")).runtime;
  const [engine] = request.getArgsList();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    ...(request.getDryrun() ? { "dry-run": "true" } : {}),
    parallel: String(request.getParallel()),
  };
  const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const nodeArgs = (options.nodeargs ?? "").split(" ").filter((arg) => arg !== "");
  const runner = require.resolve("@pulumi/pulumi/cmd/run");
  return spawn(process.execPath, [...nodeArgs, runner, ...given, request.getInfo().getEntryPoint()], {
    cwd: request.getPwd(),
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

async function languageHost() {
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, {
    getRequiredPlugins: (_, answer) => answer(null, new language.GetRequiredPluginsResponse()),
    getPluginInfo: (_, answer) => answer(null, new plugin.PluginInfo()),
    run: ({ request }, answer) => {
      startProgram(request).on("exit", (code) => {
        const response = new language.RunResponse();
        if (code !== 0) response.setError(`the program ended with ${code}`);
        answer(null, response);
      });
    },
  });
  const port = await new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { server, port };
}

async function main() {
  const state = new SimulatorState(findProject(folder));
  const project = join(folder, "plain");
  if (!existsSync(project)) {
    mkdirSync(project);
    copyFileSync(join(ROOT, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
    copyFileSync(join(state.workDir, `Pulumi.${stack}.yaml`), join(project, `Pulumi.${stack}.yaml`));
    symlinkSync(join(ROOT, "stacks"), join(project, "stacks"));
  }
  const { program } = await findEngine();
  const { providers, env } = await AttachedProviders.start(SIMULATOR, state.cloudFile(stack), console.error);
  const { server, port } = await languageHost();
  const all = [...args, "--stack", stack, "--non-interactive", `--client=127.0.0.1:${port}`];
  const pulumi = spawn(program, all, {
    cwd: project,
    env: { ...process.env, ...state.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  process.exitCode = await new Promise((resolve) => pulumi.on("exit", resolve));
  server.forceShutdown();
  await providers.stop();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
