import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandsBuildspec, imageBuildspec, imageVariable } from "../../../components/delivery/buildspec";

const REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const DIGEST = `sha256:${"0f".repeat(32)}`;
const IMAGES = {
  api: { repositoryUrl: `${REGISTRY}/test-api`, context: ".", dockerfile: undefined, platform: "linux/arm64" },
  "bank-api": {
    repositoryUrl: `${REGISTRY}/test-bank-api`,
    context: "services/bank's",
    dockerfile: "services/bank/Dockerfile",
    platform: "linux/arm64",
  },
};

interface Buildspec {
  version: number;
  env: { shell: string; "exported-variables"?: string[] };
  phases: Record<string, { commands: string[] }>;
}

/** Docker and AWS's CLI, which write down what they are called with. */
const DOCKER = `#!/bin/bash
echo "docker $*" >> "$CALLS"
[ "$1" = login ] && cat > /dev/null
[ "$1 $2" = "image inspect" ] && printf '%s\\n' "other/repository@${DIGEST}" "\${@: -1}" | sed 's/:commit[^@]*$/@${DIGEST}/'
[ "$1" = build ] && [ -n "\${FAIL_BUILD:-}" ] && exit 1
exit 0
`;
const AWS = `#!/bin/bash
echo "aws $*" >> "$CALLS"
[ -n "\${FAIL_LOGIN:-}" ] && exit 1
echo password
`;

describe("buildspecs", () => {
  const folder = mkdtempSync(join(tmpdir(), "palisade-buildspec-"));
  const calls = join(folder, "calls");
  before(() => {
    for (const [name, text] of Object.entries({ docker: DOCKER, aws: AWS })) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
  });
  beforeEach(() => writeFileSync(calls, ""));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a buildspec as CodeBuild does: a phase's commands one after another, post_build after a failed build too. */
  function run(text: string, environment: Record<string, string> = {}) {
    const { phases, env } = JSON.parse(text) as Buildspec;
    const lines = ["CODEBUILD_BUILD_SUCCEEDING=1"];
    for (const [phase, { commands }] of Object.entries(phases)) {
      const condition = phase === "post_build" ? "true" : '[ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ]';
      lines.push(`if ${condition}; then { ${commands.join(" && ")}; } || CODEBUILD_BUILD_SUCCEEDING=0; fi`);
    }
    const shown = (env["exported-variables"] ?? []).map((name) => `echo "${name}=\${${name}:-}"`);
    const { stdout, stderr } = spawnSync(
      env.shell,
      ["-c", [...lines, ...shown, "exit $((1 - CODEBUILD_BUILD_SUCCEEDING))"].join("\n")],
      {
        encoding: "utf8",
        env: {
          PATH: `${folder}:${process.env.PATH}`,
          CALLS: calls,
          CODEBUILD_RESOLVED_SOURCE_VERSION: "commit7890123456789012345678901234567890",
          CODEBUILD_BUILD_NUMBER: "7",
          ...environment,
        },
      },
    );
    return { stdout, stderr, calls: readFileSync(calls, "utf8").trim().split("\n") };
  }

  it("is a buildspec in version 0.2 that exports each image", () => {
    const { version, env } = JSON.parse(imageBuildspec(IMAGES, [], "eu-west-1")) as Buildspec;
    assert.equal(version, 0.2);
    assert.deepEqual(env, { shell: "bash", "exported-variables": ["IMAGE_API", "IMAGE_BANK_API"] });
    assert.equal(imageVariable("bank-api"), "IMAGE_BANK_API");
  });

  it("signs in once to a registry, builds, tests what it built, and then pushes and gives the digests", () => {
    const { stdout, calls: made } = run(imageBuildspec(IMAGES, ['docker run --rm "$IMAGE_API" test'], "eu-west-1"));
    const tag = "commit789012-7";
    // The two sides of a pipe begin at once.
    const [first = "", second = "", ...others] = made.map((call) => call.split(" --format")[0] ?? "");
    assert.deepEqual(
      [...[first, second].sort(), ...others],
      [
        "aws ecr get-login-password --region eu-west-1",
        `docker login --username AWS --password-stdin ${REGISTRY}`,
        `docker build --platform linux/arm64 --tag ${REGISTRY}/test-api:${tag} .`,
        `docker build --platform linux/arm64 --tag ${REGISTRY}/test-bank-api:${tag} --file services/bank/Dockerfile services/bank's`,
        `docker run --rm ${REGISTRY}/test-api:${tag} test`,
        `docker push ${REGISTRY}/test-api:${tag}`,
        "docker image inspect",
        `docker push ${REGISTRY}/test-bank-api:${tag}`,
        "docker image inspect",
      ],
    );
    assert.match(stdout, new RegExp(`IMAGE_API=${REGISTRY}/test-api@${DIGEST}\n`));
    assert.match(stdout, new RegExp(`IMAGE_BANK_API=${REGISTRY}/test-bank-api@${DIGEST}\n`));
  });

  it("pushes nothing when a test, a build or the sign-in fails", () => {
    for (const [test, environment] of [
      [["false"], {}],
      [[], { FAIL_BUILD: "1" }],
      [[], { FAIL_LOGIN: "1" }],
    ] as [string[], Record<string, string>][]) {
      writeFileSync(calls, "");
      const { calls: made } = run(imageBuildspec(IMAGES, test, "eu-west-1"), environment);
      assert.ok(!made.some((call) => call.startsWith("docker push")), JSON.stringify(made));
    }
  });

  it("runs commands, and no more after one that fails", () => {
    assert.match(run(commandsBuildspec(["echo one", "echo two"])).stdout, /one\ntwo/);
    const { phases } = JSON.parse(commandsBuildspec(["npm test"])) as Buildspec;
    assert.deepEqual(phases.build?.commands, ["set -o pipefail", "npm test"]);
  });

  it("runs commands as the role that is given", () => {
    const { stdout, calls: made } = run(commandsBuildspec(['echo "as $AWS_PROFILE"'], "arn:aws:iam::1:role/deploy"));
    assert.match(stdout, /as taken/);
    assert.deepEqual(made, [
      "aws configure set profile.taken.role_arn arn:aws:iam::1:role/deploy",
      "aws configure set profile.taken.credential_source EcsContainer",
    ]);
  });
});
