import type { Facts, Models, RemoteModels } from "../model";

const registryHost = (f: Facts): string =>
  `${f.account}.dkr.ecr.${f.region}.amazonaws.com${f.partition === "aws-cn" ? ".cn" : ""}`;

const registrySetting = {
  id: (f: Facts) => f.text("repository"),
  outputs: (f: Facts) => ({ registryId: f.account }),
};

export const ecr: Models = {
  "aws:ecr/repository:Repository": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn("ecr", `repository/${f.name}`),
      registryId: f.account,
      repositoryUrl: `${registryHost(f)}/${f.name}`,
    }),
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": registrySetting,
  "aws:ecr/repositoryPolicy:RepositoryPolicy": registrySetting,
  "docker-build:index:Image": {
    id: (f) => `sha256:${f.hex(64)}`,
    outputs: (f) => ({
      contextHash: f.hex(64),
      digest: `sha256:${f.hex(64)}`,
      ref: `${String(f.list("tags")[0])}@sha256:${f.hex(64)}`,
    }),
  },
};

interface LifecycleRule {
  readonly description?: string;
  readonly tagStatus: "any" | "tagged" | "untagged";
  readonly tagPrefixList?: readonly string[];
  readonly maximumAgeLimit?: number;
  readonly maximumNumberOfImages?: number;
}

const DEFAULT_RULE: LifecycleRule = {
  description: "remove untagged images",
  tagStatus: "untagged",
  maximumNumberOfImages: 1,
};

/** ECR's JSON of awsx's rules: numbered in order, the one for `any` last, as ECR asks for. */
function lifecyclePolicy(rules: readonly LifecycleRule[]): string {
  const ordered = [...rules.filter((r) => r.tagStatus !== "any"), ...rules.filter((r) => r.tagStatus === "any")];
  return JSON.stringify({
    rules: ordered.map((rule, index) => ({
      rulePriority: index + 1,
      description: rule.description,
      selection: {
        tagStatus: rule.tagStatus,
        ...(rule.tagStatus === "tagged" ? { tagPrefixList: rule.tagPrefixList } : {}),
        ...(rule.maximumNumberOfImages === undefined
          ? { countType: "sinceImagePushed", countNumber: rule.maximumAgeLimit, countUnit: "days" }
          : { countType: "imageCountMoreThan", countNumber: rule.maximumNumberOfImages }),
      },
      action: { type: "expire" },
    })),
  });
}

/** What the awsx provider registers for its two ECR components; only there does awsx do what @pulumi/aws can not. */
export const awsxEcr: RemoteModels = {
  "awsx:ecr:Repository": {
    construct: (f, register) => {
      const { lifecyclePolicy: lifecycle, ...own } = f.inputs;
      const name = f.logicalName.toLowerCase();
      const repository = register("aws:ecr/repository:Repository", name, own);
      const { rules, skip } = (lifecycle ?? {}) as { rules?: readonly LifecycleRule[]; skip?: boolean };
      const policy = skip
        ? undefined
        : register(
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            name,
            {
              repository: repository.outputs.name,
              policy: lifecyclePolicy(rules ?? [DEFAULT_RULE]),
              region: f.inputs.region,
            },
            { repository: [repository.urn] },
          );
      return {
        repository: repository.reference,
        lifecyclePolicy: policy?.reference,
        url: repository.outputs.repositoryUrl,
      };
    },
  },
  "awsx:ecr:Image": {
    construct: (f, register) => {
      // awsx names the image, and tags it, with the first of these that is given.
      const name = f.text("imageName") || f.text("imageTag") || `${f.hex(8)}-container`;
      const url = f.text("repositoryUrl");
      const image = register("docker-build:index:Image", name, {
        tags: [`${url}:${name}`],
        buildArgs: f.inputs.args,
        context: { location: f.text("context") || "." },
        dockerfile: f.inputs.dockerfile === undefined ? undefined : { location: f.inputs.dockerfile },
        platforms: f.inputs.platform === undefined ? [] : [f.inputs.platform],
        target: f.inputs.target,
        push: true,
      });
      const { digest } = image.outputs;
      return { imageUri: digest === undefined ? undefined : `${url}@${String(digest)}` };
    },
  },
};
