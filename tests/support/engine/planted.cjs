// Runs an operation on a program that lets a secret in at every place where one can come from, on the user's own kind of state: a backend of their choice,
// a stack file with `secure:` values, the AWS target. Only the provider is the simulator. `planted.cjs '{"operation": "up", "cwd": ..., "cloud": ...}'`.
require("../../../dist/cli/lazy-modules.js");
const pulumi = require("@pulumi/pulumi");
const aws = require("@pulumi/aws");
const random = require("@pulumi/random");
const { deploy, outputs } = require("../../../dist/cli/deploy.js");
const { AttachedProviders, SIMULATOR } = require("../../../dist/cli/engine/attached-providers.js");
const { Session } = require("../../../dist/cli/engine/session.js");
const { exitCodeOf, messageOf } = require("../../../dist/cli/failure.js");
const { findProject, readStackConfig } = require("../../../dist/cli/project.js");

const { operation, cwd, cloud, secrets, refused = false, json = false } = JSON.parse(process.argv[2]);

const program = async () => {
  const configured = new pulumi.Config().requireSecret("token");
  const password = new random.RandomPassword("password", { length: 32 });
  new aws.ssm.Parameter("configured", { type: "SecureString", value: configured });
  new aws.ssm.Parameter("generated", { type: "SecureString", value: password.result });
  const holder = new aws.secretsmanager.Secret("holder", { description: "Where applications find it" });
  new aws.secretsmanager.SecretVersion("version", {
    secretId: holder.id,
    secretString: pulumi.jsonStringify({ user: "app", password: pulumi.secret(secrets.nested) }),
  });
  // One that is too short for API Gateway: what is refused is printed, and must not be printed with its value.
  new aws.apigateway.ApiKey("client", { value: pulumi.secret(refused ? secrets.short : secrets.apiKey) });
  const role = new aws.iam.Role("role", { assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [] }) });
  new aws.lambda.Function("function", {
    role: role.arn,
    runtime: "nodejs22.x",
    handler: "index.handler",
    code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("exports.handler = () => 1;") }),
    environment: { variables: { TOKEN: pulumi.secret(secrets.environment) } },
  });
  new aws.rds.Instance("database", {
    engine: "postgres",
    engineVersion: "17.4",
    instanceClass: "db.t4g.micro",
    allocatedStorage: 20,
    username: "root_user",
    password: pulumi.secret(secrets.master),
    skipFinalSnapshot: true,
  });
  return {
    open: "nothing to hide",
    password: password.result,
    deep: { list: [pulumi.secret(secrets.output)] },
    configured,
  };
};

/** The engine as somebody would run it who looks for a fault, as far as it keeps secrets: from 7 on it prints all that it marshals. */
async function talkative() {
  const project = findProject(cwd);
  const session = await Session.open(
    {
      project,
      stack: "one",
      config: readStackConfig(project, "one"),
      target: "aws",
      program,
      limits: { minutes: 10, startSeconds: 120 },
      needsProviders: false,
    },
    () => undefined,
  );
  try {
    await session.stack.up({
      color: "never",
      logToStdErr: true,
      debug: true,
      logVerbosity: 6,
      onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
      onOutput: (text) => process.stdout.write(text),
      onError: (text) => process.stderr.write(text),
    });
    return 0;
  } finally {
    await session.close();
  }
}

async function main() {
  const { providers, env } = await AttachedProviders.start(SIMULATOR, cloud, () => undefined);
  Object.assign(process.env, env);
  try {
    const options = { cwd, target: "aws", yes: true, json };
    if (operation === "talkative") return await talkative();
    if (operation === "outputs") return await outputs("one", options);
    return await deploy(operation, "one", options, { program, withoutPolicies: true });
  } finally {
    await providers.stop();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(messageOf(error));
    process.exitCode = exitCodeOf(error);
  },
);
