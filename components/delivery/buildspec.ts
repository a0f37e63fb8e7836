/** One image that a build makes. */
export interface BuiltImage {
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>`. */
  readonly repositoryUrl: string;
  /** Folder that Docker builds from, within the repository. */
  readonly context: string;
  readonly dockerfile: string | undefined;
  readonly platform: string;
}

/** Variable that holds the address of the image `name`, by digest: `IMAGE_<NAME>`. */
export function imageVariable(name: string): string {
  return `IMAGE_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** A text that Bash takes as one word, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function document(phases: Record<string, readonly string[]>, exported: readonly string[]): string {
  return JSON.stringify({
    version: 0.2,
    env: { shell: "bash", ...(exported.length > 0 ? { "exported-variables": exported } : {}) },
    phases: Object.fromEntries(Object.entries(phases).map(([phase, commands]) => [phase, { commands }])),
  });
}

/**
 * Builds every image, runs `test`, and only then pushes; each image's address by digest leaves the build as a variable. The tag is the commit and the build's number, as
 * tags are immutable and a commit may be built twice. JSON, which is YAML too.
 */
export function imageBuildspec(
  images: Readonly<Record<string, BuiltImage>>,
  test: readonly string[],
  region: string,
): string {
  const entries = Object.entries(images);
  const registries = [...new Set(entries.map(([, { repositoryUrl }]) => repositoryUrl.split("/")[0] ?? ""))];
  const tagged = ({ repositoryUrl }: BuiltImage) => `${repositoryUrl}:$TAG`;
  return document(
    {
      pre_build: [
        // Without it a command is judged by the last program of its pipe.
        "set -o pipefail",
        'TAG="${CODEBUILD_RESOLVED_SOURCE_VERSION:0:12}-$CODEBUILD_BUILD_NUMBER"',
        ...registries.map(
          (registry) =>
            `aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${registry}`,
        ),
      ],
      build: [
        ...entries.flatMap(([name, image]) => [
          [
            "docker build",
            `--platform ${image.platform}`,
            `--tag "${tagged(image)}"`,
            ...(image.dockerfile === undefined ? [] : [`--file ${quoted(image.dockerfile)}`]),
            quoted(image.context),
          ].join(" "),
          `export ${imageVariable(name)}="${tagged(image)}"`,
        ]),
        ...test,
      ],
      post_build: [
        // It runs after a failed build too.
        'test "$CODEBUILD_BUILD_SUCCEEDING" = 1',
        ...entries.flatMap(([name, image]) => [
          `docker push "${tagged(image)}"`,
          // An image that lies in two repositories has a digest in each.
          `export ${imageVariable(name)}="$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "${tagged(image)}" | grep -F '${image.repositoryUrl}@sha256:')"`,
        ]),
      ],
    },
    entries.map(([name]) => imageVariable(name)),
  );
}

/**
 * Runs commands in the repository's folder; as `role`, where one is given. The AWS CLI, the SDKs and Pulumi take it by the profile and take it again before it
 * expires: a role that is taken with another one's credentials lasts for an hour.
 */
export function commandsBuildspec(commands: readonly string[], role?: string): string {
  const profile = (setting: string, value: string) => `aws configure set profile.taken.${setting} ${quoted(value)}`;
  const take =
    role === undefined
      ? []
      : [profile("role_arn", role), profile("credential_source", "EcsContainer"), "export AWS_PROFILE=taken"];
  return document({ build: ["set -o pipefail", ...take, ...commands] }, []);
}
