import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../support/stack-file";

/** What is refused before any engine is needed. */
describe("the engine's commands refuse wrong input: exit 2, one message, no stack trace, nothing registered", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-refuse-"));
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) cpSync(join(ROOT, file), join(folder, file));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const credentials = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "example" };
  const cases: Record<string, { args: string[]; env?: NodeJS.ProcessEnv; config?: [string, string]; message: RegExp }> =
    {
      "AWS without credentials": {
        args: ["up", "dev", "--yes"],
        message: /No AWS credentials\. Nothing was registered/,
      },
      "a preview on AWS without credentials": { args: ["preview", "dev"], message: /No AWS credentials/ },
      "a change of real resources that nobody confirmed": {
        args: ["destroy", "dev"],
        env: credentials,
        message: /destroy changes real resources\. Look at palisade preview dev first, then give --yes/,
      },
      "an unknown target": {
        args: ["up", "dev", "--target", "azure"],
        message: /Unknown target azure\. Use one of: aws, simulator/,
      },
      "a time limit that is none": {
        args: ["up", "dev", "--target", "simulator", "--timeout", "soon"],
        message: /--timeout soon: give minutes, a number above 0/,
      },
      "a comparison with AWS without credentials": { args: ["drift", "dev"], message: /No AWS credentials/ },
      "a decision without an id": {
        args: ["recover", "dev", "--target", "simulator", "--import", "orders"],
        message: /--import orders: give the resource's URN or name, =, and the id that AWS gave it/,
      },
      "an unknown stack": {
        args: ["up", "pord", "--target", "simulator"],
        message: /No stack file Pulumi\.pord\.yaml/,
      },
      "a wrong configuration": {
        args: ["up", "dev", "--target", "simulator"],
        config: ["system: payments", "system: paymens"],
        message: /palisade:system = "paymens"/,
      },
      "an unsupported engine on PATH": {
        args: ["outputs", "dev", "--target", "simulator"],
        env: { PATH: "bin" },
        message: /is Pulumi 2\.0\.0; palisade works with/,
      },
    };
  for (const [what, { args, env, config, message }] of Object.entries(cases)) {
    it(what, () => {
      const file = join(folder, "Pulumi.dev.yaml");
      if (config !== undefined) writeFileSync(file, readFileSync(file, "utf8").replace(...config));
      if (env?.PATH !== undefined) writeFileSync(join(folder, "pulumi"), "#!/bin/sh\necho v2.0.0\n", { mode: 0o755 });
      const before = readdirSync(folder);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(ROOT, "bin", "palisade.mjs"), ...args, "--cwd", folder],
        {
          encoding: "utf8",
          env: {
            ...process.env,
            NO_COLOR: "1",
            NODE_OPTIONS: "",
            AWS_ACCESS_KEY_ID: "",
            AWS_PROFILE: undefined,
            AWS_WEB_IDENTITY_TOKEN_FILE: "",
            AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "",
            AWS_CONTAINER_CREDENTIALS_FULL_URI: "",
            AWS_EC2_METADATA_DISABLED: "true",
            AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
            AWS_CONFIG_FILE: join(folder, "none"),
            ...env,
            ...(env?.PATH === undefined ? {} : { PATH: `${folder}:${process.env.PATH}` }),
          },
        },
      );
      assert.match(stderr, message);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.deepEqual(readdirSync(folder), before, "nothing was written");
    });
  }
});
