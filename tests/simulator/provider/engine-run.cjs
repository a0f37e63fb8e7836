// Runs one operation of Pulumi's engine on a small program, with the simulator's provider attached: `engine-run.cjs '{"operation": "up", ...}'`.
const { spawn } = require("node:child_process");
const { mkdirSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { LocalWorkspace, PulumiCommand } = require("@pulumi/pulumi/automation");
const aws = require("@pulumi/aws");
const awsx = require("@pulumi/awsx/ecr");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const { findEngine } = require("../../../dist/cli/engine/find.js");

const { operation, folder, cidr = "10.0.0.0/16", secret, faults = "" } = JSON.parse(process.argv[2]);
const MAIN = join(__dirname, "..", "..", "..", "dist", "simulator", "provider", "main.js");

const program = async () => {
  const elsewhere = new aws.Provider("elsewhere", { region: "us-east-2" });
  const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: cidr });
  new aws.ec2.Subnet("subnet", { vpcId: vpc.id, cidrBlock: cidr.replace("/16", "/24") });
  const other = new aws.ec2.Vpc("other", { cidrBlock: "10.0.0.0/16" }, { provider: elsewhere });
  const queue = new aws.sqs.Queue("queue", { visibilityTimeoutSeconds: 60 });
  const password = new random.RandomPassword("password", { length: 24 });
  new aws.ssm.Parameter("random", { type: "SecureString", value: password.result });
  new aws.ssm.Parameter("given", { type: "SecureString", value: pulumi.secret(secret) });
  const repository = new awsx.Repository("repository", { name: "images" });
  const image = new awsx.Image("image", { repositoryUrl: repository.url, imageTag: "1.0" });
  return { vpc: vpc.arn, other: other.arn, queue: queue.name, image: image.imageUri };
};

async function attach(name) {
  const args = [
    MAIN,
    "--cloud",
    join(folder, "cloud.jsonl"),
    "--package",
    name,
    "--faults",
    name === "aws" ? faults : "",
  ];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(data.toString().trim()));
    child.once("exit", (code) => reject(new Error(`The provider ended with code ${code}.`)));
  });
  return { child, entry: `${name}:${port}` };
}

async function main() {
  const { program: file, origin } = await findEngine();
  for (const name of ["home", "work", "state"]) mkdirSync(join(folder, name), { recursive: true });
  const providers = await Promise.all(["aws", "awsx", "random", "docker-build"].map(attach));
  try {
    const backend = { url: `file://${join(folder, "state")}` };
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "one", projectName: "small", program },
      {
        workDir: join(folder, "work"),
        pulumiHome: join(folder, "home"),
        pulumiCommand: await PulumiCommand.get(origin === "path" ? {} : { root: dirname(dirname(file)) }),
        projectSettings: { name: "small", runtime: "nodejs", backend },
        envVars: {
          PULUMI_BACKEND_URL: backend.url,
          PULUMI_CONFIG_PASSPHRASE: "for tests",
          PULUMI_DEBUG_PROVIDERS: providers.map(({ entry }) => entry).join(","),
          PULUMI_SKIP_UPDATE_CHECK: "1",
        },
      },
    );
    await stack.setConfig("aws:region", { value: "eu-west-1" });
    const result = await stack[operation]().catch((error) => ({ failure: error.message }));
    const changes = result.summary?.resourceChanges ?? result.changeSummary;
    const outputs =
      result.outputs && Object.fromEntries(Object.entries(result.outputs).map(([key, { value }]) => [key, value]));
    process.stdout.write(`\n${JSON.stringify({ changes, outputs, failure: result.failure })}\n`);
  } finally {
    for (const { child } of providers) child.stdin.end();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
