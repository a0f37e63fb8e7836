// Runs one operation of Pulumi's engine on a small program, with the simulator's provider attached: `engine-run.cjs '{"operation": "up", ...}'`.
const { spawn } = require("node:child_process");
const { mkdirSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { LocalWorkspace, PulumiCommand } = require("@pulumi/pulumi/automation");
const aws = require("@pulumi/aws");
const awsx = require("@pulumi/awsx/ecr");
const k8s = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const { findEngine } = require("../../../dist/cli/engine/find.js");

const { operation, folder, cidr = "10.0.0.0/16", secret, faults = "" } = JSON.parse(process.argv[2]);
const MAIN = join(__dirname, "..", "..", "..", "dist", "simulator", "provider", "main.js");

/** Objects in a cluster that only the update knows, and one of each of random's types. */
function workload() {
  const endpoint = new aws.sqs.Queue("cluster").arn.apply((arn) => `https://${arn.split(":")[4]}.eks.amazonaws.com`);
  const kubeconfig = pulumi.jsonStringify({ clusters: [{ name: "c", cluster: { server: endpoint } }] });
  const provider = new k8s.Provider("workload", { kubeconfig, clusterIdentifier: "small" });
  const namespace = new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { provider });
  const within = { namespace: namespace.metadata.name };
  const labels = { app: "api" };
  const settings = new k8s.core.v1.ConfigMap("settings", { metadata: within, data: { color: "blue" } }, { provider });
  new k8s.core.v1.Secret("token", { metadata: within, stringData: { token: secret } }, { provider });
  const container = { name: "api", image: "api:1", envFrom: [{ configMapRef: { name: settings.metadata.name } }] };
  new k8s.apps.v1.Deployment(
    "api",
    {
      metadata: { ...within, name: "api" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    { provider },
  );
  const service = new k8s.core.v1.Service(
    "api",
    { metadata: { ...within, name: "api" }, spec: { selector: labels, ports: [{ port: 443 }] } },
    { provider },
  );
  const values = pulumi.all([
    new random.RandomBytes("bytes", { length: 8 }).hex,
    new random.RandomId("id", { byteLength: 8, prefix: "x-" }).hex,
    new random.RandomInteger("integer", { min: 1, max: 9 }).result,
    new random.RandomPet("pet").id,
    new random.RandomShuffle("shuffle", { inputs: ["a", "b", "c"] }).results,
    new random.RandomString("string", { length: 12 }).result,
    new random.RandomUuid("uuid").result,
    new random.RandomUuid7("uuid7").result,
  ]);
  return { address: service.spec.clusterIP, values: pulumi.unsecret(values.apply((list) => list.flat().join(" "))) };
}

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
  const { address, values } = workload();
  return { vpc: vpc.arn, other: other.arn, queue: queue.name, image: image.imageUri, address, values };
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
  const providers = await Promise.all(["aws", "awsx", "random", "docker-build", "kubernetes"].map(attach));
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
