import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { SERVICES } from "../../../stacks/credit-score/config";
import { named, ofType, statements } from "../../support/record";
import { recordStack } from "../../support/record-stack";
import { ROOT, stackValues } from "../../support/stack-file";
import { StackRecording } from "../../support/stack-recording";

interface Stage {
  readonly name: string;
  readonly actions: readonly { readonly provider: string; readonly configuration: Record<string, string> }[];
  readonly onFailure?: { readonly result: string };
}

const SCRIPT = join(ROOT, "bin", "set-digests.mjs");
const variableOf = (service: string) => `IMAGE_${service.toUpperCase().replaceAll("-", "_")}`;
const digestOf = (service: string) => `sha256:${Buffer.from(service).toString("hex").padEnd(64, "0").slice(0, 64)}`;

describe("credit-score's pipeline", function () {
  this.timeout(120_000);
  let prod: StackRecording;
  let stages: readonly Stage[];
  before(async () => {
    prod = new StackRecording(await recordStack("credit-score"));
    stages = named(prod.recording, "credit-score-delivery-pipeline").inputs.stages as Stage[];
  });

  const commandsOf = (stage: string) => {
    const { source } = named(prod.recording, `credit-score-delivery-${stage}-project`).inputs as {
      source: { buildspec: string };
    };
    const { phases }: { phases: Record<string, { commands: string[] }> } = JSON.parse(source.buildspec);
    return Object.values(phases).flatMap(({ commands }) => commands);
  };
  const allowed = (stage: string) =>
    ofType(prod.recording, "aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => inputs.role === `credit-score-credit-score-delivery-${stage}`)
      .flatMap(({ inputs }) => statements(inputs.policy));

  it("builds, deploys QA, tests it, waits for a person, and deploys production; what deploys is taken back when it fails", () => {
    assert.deepEqual(
      stages.map(({ name, actions, onFailure }) => [name, actions[0]?.provider, onFailure?.result]),
      [
        ["Source", "CodeStarSourceConnection", undefined],
        ["Build", "CodeBuild", undefined],
        ["QA", "CodeBuild", "ROLLBACK"],
        ["IntegrationTests", "CodeBuild", undefined],
        ["Approval", "Manual", undefined],
        ["Production", "CodeBuild", "ROLLBACK"],
      ],
    );
  });

  it("builds the five images once, tests them before it pushes them, and hands each on by its digest", () => {
    const commands = commandsOf("build");
    const at = (pattern: RegExp) => commands.flatMap((command, index) => (pattern.test(command) ? [index] : []));
    assert.equal(at(/^docker build/).length, SERVICES.length);
    assert.equal(at(/^docker push/).length, SERVICES.length);
    const test = commands.findIndex((command) => command.includes("npm test"));
    assert.ok(Math.max(...at(/^docker build/)) < test && test < Math.min(...at(/^docker push/)));
    for (const service of SERVICES) assert.ok(commands.some((command) => command.endsWith(`'services/${service}'`)));
    for (const stage of ["QA", "Production"]) {
      const { configuration } = stages.find(({ name }) => name === stage)!.actions[0]!;
      const variables: { name: string; value: string }[] = JSON.parse(configuration.EnvironmentVariables ?? "[]");
      for (const service of SERVICES)
        assert.ok(
          variables.some(
            ({ name, value }) => name === variableOf(service) && value === `#{Build.${variableOf(service)}}`,
          ),
        );
    }
  });

  it("deploys each stack as its own deploy role, by the same commands", () => {
    const role = (stack: string) => `arn:aws:iam::123456789012:role/bootstrap-delivery-${stack}-deploy`;
    for (const [stage, stack] of [
      ["qa", "credit-score-qa"],
      ["production", "credit-score"],
    ] as const) {
      assert.deepEqual(commandsOf(stage).slice(-4), [
        "cd infrastructure",
        "npm ci",
        `node bin/set-digests.mjs ${stack}`,
        `npx palisade up ${stack} --yes`,
      ]);
      assert.deepEqual(
        allowed(stage).filter(({ Action }) => [Action].flat().includes("sts:AssumeRole")),
        [{ Effect: "Allow", Action: "sts:AssumeRole", Resource: role(stack) }],
      );
    }
  });

  it("lets the integration tests read the key that they sign in to QA with, and deploy nothing", () => {
    const actions = allowed("integrationtests").flatMap(({ Action }) => [Action].flat());
    assert.ok(!actions.some((action) => /^(sts|iam|ecr|ecs):/.test(String(action))), actions.join());
    const secrets = allowed("integrationtests")
      .filter(({ Action }) => [Action].flat().includes("secretsmanager:GetSecretValue"))
      .flatMap(({ Resource }) => [Resource].flat());
    assert.deepEqual(secrets, [named(prod.recording, "credit-score-test-client-secret").outputs.arn]);
  });

  it("makes QA run production's images, and no repository of its own", async () => {
    const digests = Object.fromEntries(
      Object.entries(JSON.parse(stackValues("credit-score-qa")["palisade:services"] ?? "{}")).map(([name, service]) => [
        name,
        { ...(service as object), digest: digestOf(name) },
      ]),
    );
    const qa = await recordStack("credit-score-qa", { "palisade:services": digests });
    assert.deepEqual(
      qa.resources.filter(({ type }) => /awsx?:ecr|codepipeline|codebuild/.test(type)),
      [],
    );
    for (const service of SERVICES) {
      const [{ image }] = JSON.parse(String(named(qa, `credit-score-${service}-task`).inputs.containerDefinitions));
      const { repositoryUrl } = (prod.recording.outputs as { releases: Record<string, { repositoryUrl: string }> })
        .releases[service]!;
      assert.equal(image, `${repositoryUrl}@${digestOf(service)}`);
    }
  });

  it("has no pipeline where the stack file asks for none", async () => {
    const { resources, outputs } = await recordStack("credit-score", { "palisade:delivery": undefined });
    assert.ok(!resources.some(({ type }) => /codepipeline|codebuild|codeconnections/.test(type)));
    assert.ok(!("pipeline" in outputs));
  });

  describe("bin/set-digests.mjs", () => {
    const folder = mkdtempSync(join(tmpdir(), "palisade-digests-"));
    const file = join(folder, "Pulumi.credit-score-qa.yaml");
    const original = join(ROOT, "Pulumi.credit-score-qa.yaml");
    const images = Object.fromEntries(SERVICES.map((name) => [variableOf(name), `registry/x@${digestOf(name)}`]));
    beforeEach(() => copyFileSync(original, file));
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("writes every service's digest into the stack file, and nothing else", () => {
      execFileSync(process.execPath, [SCRIPT, "credit-score-qa", "--cwd", folder], {
        env: { ...process.env, ...images },
      });
      const written = parse(readFileSync(file, "utf8"));
      const expected = parse(readFileSync(original, "utf8"));
      for (const name of SERVICES) expected.config["palisade:services"][name].digest = digestOf(name);
      assert.deepEqual(written, expected);
    });

    it("writes nothing when an image is missing, and says which", () => {
      const { IMAGE_STORE: left, ...others } = images;
      assert.ok(left);
      const env = { ...process.env, ...others };
      const run = spawnSync(process.execPath, [SCRIPT, "credit-score-qa", "--cwd", folder], { env, encoding: "utf8" });
      assert.equal(run.status, 2);
      assert.match(run.stderr, /IMAGE_STORE = ""/);
      assert.equal(readFileSync(file, "utf8"), readFileSync(original, "utf8"));
    });

    it("refuses a stack without a file, and a call without a stack", () => {
      const run = (...args: string[]) =>
        spawnSync(process.execPath, [SCRIPT, ...args, "--cwd", folder], { encoding: "utf8" });
      assert.match(run("nowhere").stderr, /No stack file .*Pulumi\.nowhere\.yaml/);
      assert.match(run().stderr, /Usage: node bin\/set-digests\.mjs STACK/);
    });
  });
});
