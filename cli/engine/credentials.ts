import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../usage-error";

const METADATA = "http://169.254.169.254/latest/api/token";
const METADATA_SECONDS = 2;

/**
 * Makes sure that AWS credentials can be found, in the order in which the AWS provider looks for them. Whether AWS takes them is for AWS to say.
 * @throws UsageError naming every place that was looked at.
 */
export async function requireAwsCredentials(
  config: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (config["aws:accessKey"] && config["aws:secretKey"]) return;
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) return;
  const profile = config["aws:profile"] ?? env.AWS_PROFILE;
  if (hasProfile(profile ?? "default", env)) return;
  if (profile !== undefined) {
    throw new UsageError(
      `No AWS credentials: the profile ${profile} is in neither ${sharedFiles(env).join(" nor ")}. Create it (aws configure --profile ${profile}), or choose another one with AWS_PROFILE.`,
    );
  }
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) return;
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI) return;
  if (env.AWS_EC2_METADATA_DISABLED !== "true" && (await isInstance())) return;
  throw new UsageError(
    [
      "No AWS credentials. Nothing was registered. These places hold none:",
      "  AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY;",
      `  the profile default in ${sharedFiles(env).join(" and ")} (AWS_PROFILE chooses another);`,
      "  a web identity (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN), a container's role, an instance's role.",
      "Sign in (aws sso login, aws configure), or rehearse without an account: --target simulator.",
    ].join("\n"),
  );
}

function sharedFiles(env: NodeJS.ProcessEnv): [credentials: string, config: string] {
  const folder = join(homedir(), ".aws");
  return [
    env.AWS_SHARED_CREDENTIALS_FILE || join(folder, "credentials"),
    env.AWS_CONFIG_FILE || join(folder, "config"),
  ];
}

/** A profile of the shared files that names some source of credentials. */
function hasProfile(profile: string, env: NodeJS.ProcessEnv): boolean {
  const [credentials, config] = sharedFiles(env);
  const headings = [`[${profile}]`, `[profile ${profile}]`];
  return [credentials, config].filter(existsSync).some((file) => {
    let inside = false;
    return readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim())
      .some((line) => {
        if (line.startsWith("[")) inside = headings.includes(line);
        return (
          inside &&
          /^(aws_access_key_id|role_arn|sso_session|sso_start_url|credential_process|login_session)\s*=/.test(line)
        );
      });
  });
}

async function isInstance(): Promise<boolean> {
  try {
    const { ok } = await fetch(METADATA, {
      method: "PUT",
      headers: { "X-aws-ec2-metadata-token-ttl-seconds": "60" },
      signal: AbortSignal.timeout(METADATA_SECONDS * 1000),
    });
    return ok;
  } catch {
    return false;
  }
}
