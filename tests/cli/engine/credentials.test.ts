import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireAwsCredentials } from "../../../cli/engine/credentials";
import { UsageError } from "../../../cli/usage-error";

describe("AWS credentials", () => {
  let folder: string;
  let none: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-aws-"));
    none = {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
      AWS_CONFIG_FILE: join(folder, "config"),
    };
    writeFileSync(
      join(folder, "config"),
      "[default]\nregion = eu-west-1\n\n[profile work]\nsso_session = company\n\n[sso-session company]\nsso_start_url = https://example.com\n",
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const found: Record<string, [config: Record<string, string>, env: NodeJS.ProcessEnv]> = {
    "in the environment": [{}, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }],
    "in the stack's configuration": [{ "aws:accessKey": "a", "aws:secretKey": "b" }, {}],
    "in a profile of the environment": [{}, { AWS_PROFILE: "work" }],
    "in a profile of the stack": [{ "aws:profile": "work" }, {}],
    "as a web identity": [{}, { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/a" }],
    "from a container": [{}, { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2" }],
  };
  for (const [where, [config, env]] of Object.entries(found)) {
    it(`are found ${where}`, () => requireAwsCredentials(config, { ...none, ...env }));
  }

  const missing: Record<string, [config: Record<string, string>, env: NodeJS.ProcessEnv, message: RegExp]> = {
    nowhere: [{}, {}, /No AWS credentials\. Nothing was registered\.[^]*AWS_ACCESS_KEY_ID[^]*--target simulator/],
    "half in the environment": [{}, { AWS_ACCESS_KEY_ID: "a" }, /No AWS credentials/],
    "in a profile that does not exist": [{}, { AWS_PROFILE: "wrok" }, /the profile wrok is in neither/],
  };
  for (const [where, [config, env, message]] of Object.entries(missing)) {
    it(`are missed when ${where}`, async () => {
      await assert.rejects(requireAwsCredentials(config, { ...none, ...env }), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
