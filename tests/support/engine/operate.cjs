// Runs one of the engine's commands with a small program and the stub provider, as a user's process would: `operate.cjs '{"operation": ...}'`.
require("../../../dist/cli/lazy-modules.js");
const { join } = require("node:path");
const { deploy, outputs } = require("../../../dist/cli/deploy.js");
const { exitCodeOf, messageOf } = require("../../../dist/cli/failure.js");
const pulumi = require("@pulumi/pulumi");
const aws = require("@pulumi/aws");

const { operation, cwd, state, wrong, startSeconds } = JSON.parse(process.argv[2]);

const program = async () => {
  if (wrong === "throws") throw new Error("the program is broken");
  // A topic with neither key nor policy breaks mandatory rules.
  if (wrong === "violates") new aws.sns.Topic("open");
  const group = new aws.ssm.PatchGroup(
    "group",
    { baselineId: "pb-1", patchGroup: "linux" },
    { protect: wrong === "protects" },
  );
  return { id: group.id, deep: { list: [1, 2] }, password: pulumi.secret("correct-horse-battery") };
};
const options = { cwd, state, target: "simulator", json: true };
const parts = {
  program,
  startSeconds,
  providerProgram: { file: join(__dirname, "stub-provider.cjs"), packages: ["aws"] },
};

(operation === "outputs" ? outputs("one", options) : deploy(operation, "one", options, parts)).then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(messageOf(error));
    process.exitCode = exitCodeOf(error);
  },
);
