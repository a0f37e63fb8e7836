import * as aws from "@pulumi/aws";
// Not the package's entry point, which loads all of awsx and costs 0.15 s; this one loads a class when it is first used.
import * as awsx from "@pulumi/awsx/ecr";
import * as pulumi from "@pulumi/pulumi";
import {
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  policyDocument,
  type Statement,
  type Transform,
} from "../core";
import type { Key } from "../security/key";

export interface ImageBuildArgs {
  /** Folder that Docker builds from, relative to the folder that `pulumi up` runs in. */
  context: string;
  /** Path of the Dockerfile. Default `<context>/Dockerfile`. */
  dockerfile?: string;
  /** Stage of a multi-stage Dockerfile. Default: the last. */
  target?: string;
  /** Build arguments. They stay readable in the image and in the state: never a secret. */
  args?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Processor of the tasks that run it. Default `linux/arm64`, which Fargate bills 20 % lower. */
  platform?: "linux/arm64" | "linux/amd64";
  /** Images whose layers are reused. Default: the one with the same tag, if it is there. */
  cacheFrom?: readonly string[];
}

export interface ContainerImageArgs extends ComponentArgs {
  /** Customer key that encrypts the images, in their region. It cannot be changed later. */
  key: Key;
  /**
   * Tag of the release, e.g. a version or a commit. Tags are immutable: a changed image needs a new one, or ECR refuses the push.
   */
  tag: string;
  /** Digest of the image behind `tag`, `sha256:...`, when something else builds it. Default: `imageUri` names the tag. */
  digest?: string;
  /** Builds the image and pushes it, at every `pulumi up` that finds the context changed. Default: something else (CI) pushes it. */
  build?: ImageBuildArgs;
  /**
   * Repository that exists already, of this account and region, by its name: that of the environment whose pipeline builds the image for this one too. It is only pulled from.
   * Default: one of its own.
   */
  repository?: string;
  /** Images kept, the newest, 1-10000. Default 50 (in development 10). Older ones are deleted, running or not. */
  keptImages?: number;
  /** Days after which an untagged image is deleted, 1-365. Default 7. */
  untaggedExpiryInDays?: number;
  /** Ids of other accounts that may pull. Default: none. */
  pullAccounts?: readonly string[];
  /** True lets Lambda functions of this account run the image. A `repository` that stands needs a policy that does. Default false. */
  functions?: boolean;
  transform?: {
    repository?: Transform<awsx.RepositoryArgs>;
    image?: Transform<awsx.ImageArgs>;
    policy?: Transform<aws.ecr.RepositoryPolicyArgs>;
  };
}

const PULL_ACTIONS = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const PUSH_ACTIONS = [
  "ecr:CompleteLayerUpload",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
  ...PULL_ACTIONS,
];
/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const REPOSITORY = /^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
/** https://docs.docker.com/reference/cli/docker/image/tag/ */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * A container image and its private ECR repository: immutable tags, scanned on push, encrypted with a customer key, old images expire. Given a
 * build context it builds the image and pushes it, and `imageUri` names it by digest, so that a task definition changes when
 * the image does.
 *
 *     const web = new ContainerImage("web", { key, tag: "1.4.2", build: { context: "./services/web" } });
 *     web.grantPull(service);
 *
 * A built image is tagged `<component>-<tag>`, because awsx names a resource after the tag and two components may build the same release. Building
 * needs Docker on the machine that runs `pulumi up`.
 *
 * Cost: 0.10 USD per GB and month; basic scanning is free. Data loss: in production the repository is protected and refuses to be deleted while it
 * holds images; in development it goes with them.
 */
export class ContainerImage extends Component {
  readonly repositoryName: string;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>`. */
  readonly repositoryUrl: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
  /** What a container definition takes. */
  readonly imageUri: pulumi.Output<string>;
  /** Processor it was built for; undefined when something else builds it. */
  readonly platform: ImageBuildArgs["platform"];
  readonly nodes: {
    readonly repository: awsx.Repository | undefined;
    readonly image: awsx.Image | undefined;
    /** Who else may pull: other accounts, functions. */
    readonly policy: aws.ecr.RepositoryPolicy | undefined;
  };

  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:delivery:ContainerImage", name, args, opts);
    const builtTag = this.childName(args.tag);
    this.validate(args, builtTag);

    this.repositoryName = args.repository ?? this.physicalName("ecrRepository");
    // Built from the name, so that grants which hold it are known before the repository exists.
    this.repositoryArn = this.arnOf("ecr", `repository/${this.repositoryName}`);
    const repository = args.repository === undefined ? this.createRepository(args) : undefined;
    this.repositoryUrl = repository?.url ?? this.existingUrl();
    const policy = repository && this.createPolicy(args, repository);

    const image = repository && args.build && this.createImage(args.build, builtTag, repository, args.transform);
    this.platform = args.build && (args.build.platform ?? "linux/arm64");
    const reference = args.digest === undefined ? `:${args.tag}` : `@${args.digest}`;
    this.imageUri = image?.imageUri ?? pulumi.interpolate`${this.repositoryUrl}${reference}`;

    this.nodes = { repository, image, policy };
    this.registerOutputs({
      repositoryName: this.repositoryName,
      repositoryUrl: this.repositoryUrl,
      repositoryArn: this.repositoryArn,
      imageUri: this.imageUri,
    });
  }

  /** Lets `grantee` pull images, e.g. a service's execution role. KMS needs no grant: ECR decrypts by a grant of its own. */
  grantPull(grantee: Grantee): aws.iam.RolePolicy {
    return this.grantAccess("pull", PULL_ACTIONS, grantee);
  }

  /** Lets `grantee` push images, and pull the layers they share: for the role of a build pipeline. */
  grantPush(grantee: Grantee): aws.iam.RolePolicy {
    return this.grantAccess("push", PUSH_ACTIONS, grantee);
  }

  private grantAccess(access: string, actions: string[], grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, access, grantee, [
      { Effect: "Allow", Action: actions, Resource: this.repositoryArn },
      // The token is for the whole registry; the action supports no resource.
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    ]);
  }

  private validate(args: ContainerImageArgs, builtTag: string): void {
    this.check.matches(
      "tag",
      args.tag,
      TAG,
      "Give 1 to 128 letters, digits, `_`, `.` and `-`, not beginning with `.` or `-`.",
    );
    this.check.that(
      args.build === undefined || TAG.test(builtTag),
      "tag",
      args.tag,
      `A built image is tagged ${builtTag}, which is longer than 128 characters; give a shorter tag.`,
    );
    this.check.that(
      args.digest === undefined || args.build === undefined,
      "digest",
      args.digest,
      "The digest of a built image is not known before the build. Leave out `digest` or `build`.",
    );
    if (args.digest !== undefined)
      this.check.matches("digest", args.digest, /^sha256:[0-9a-f]{64}$/, "Give `sha256:` and 64 hexadecimal digits.");
    if (args.repository !== undefined) {
      this.check.matches("repository", args.repository, REPOSITORY, "Give the name of a private repository.");
      this.check.that(
        [args.build, args.pullAccounts, args.keptImages, args.functions].every((given) => given === undefined),
        "repository",
        args.repository,
        "It is made elsewhere, with its images: leave out `build`, `pullAccounts`, `keptImages` and `functions`.",
      );
    }
    this.check.integer("keptImages", this.keptImages(args), 1, 10_000);
    this.check.integer("untaggedExpiryInDays", args.untaggedExpiryInDays ?? 7, 1, 365, "of days");
    this.check.unique("pullAccounts", args.pullAccounts ?? []);
    args.pullAccounts?.forEach((account, index) =>
      this.check.matches(`pullAccounts[${index}]`, account, /^\d{12}$/, "Give an account id of 12 digits."),
    );
    args.key.requireFor(this.check, this.context.region);
  }

  private existingUrl(): pulumi.Output<string> {
    const { partition, region } = this.context;
    return pulumi.interpolate`${this.account}.dkr.ecr.${region}.${partition.dnsSuffix}/${this.repositoryName}`;
  }

  private keptImages(args: ContainerImageArgs): number {
    return args.keptImages ?? (this.production ? 50 : 10);
  }

  private createRepository(args: ContainerImageArgs): awsx.Repository {
    return new awsx.Repository(
      this.childName("repository"),
      {
        name: this.repositoryName,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.key.arn }],
        forceDelete: !this.production,
        lifecyclePolicy: {
          rules: [
            {
              description: "Layers that no tag names any more",
              tagStatus: "untagged",
              maximumAgeLimit: args.untaggedExpiryInDays ?? 7,
            },
            { description: "Old releases", tagStatus: "any", maximumNumberOfImages: this.keptImages(args) },
          ],
        },
      },
      this.statefulOptions({}, args.transform?.repository),
    );
  }

  private createPolicy(args: ContainerImageArgs, repository: awsx.Repository): aws.ecr.RepositoryPolicy | undefined {
    const accounts = args.pullAccounts ?? [];
    const roots = accounts.map((account) => `arn:${this.context.partition.id}:iam::${account}:root`);
    const statements: Statement[] = [];
    if (roots.length > 0)
      statements.push({
        Sid: "PullFromOtherAccounts",
        Effect: "Allow",
        Principal: { AWS: roots },
        Action: PULL_ACTIONS,
      });
    if (args.functions)
      // https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions
      statements.push({
        Sid: "FunctionsOfThisAccount",
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Condition: { ArnLike: { "aws:SourceArn": this.arnOf("lambda", "function:*") } },
      });
    if (statements.length === 0) return undefined;
    return new aws.ecr.RepositoryPolicy(
      this.childName("policy"),
      { repository: this.repositoryName, policy: policyDocument(statements) },
      this.childOptions({ dependsOn: [repository] }, args.transform?.policy),
    );
  }

  private createImage(
    build: ImageBuildArgs,
    builtTag: string,
    repository: awsx.Repository,
    transform: ContainerImageArgs["transform"],
  ): awsx.Image {
    const provider = this.registryProvider();
    return new awsx.Image(
      this.childName("image"),
      {
        repositoryUrl: repository.url,
        imageName: builtTag,
        context: build.context,
        dockerfile: build.dockerfile,
        target: build.target,
        args: build.args,
        platform: build.platform ?? "linux/arm64",
        cacheFrom: build.cacheFrom && [...build.cacheFrom],
      },
      { ...this.childOptions({}, transform?.image), ...(provider && { providers: { aws: provider } }) },
    );
  }

  /**
   * awsx takes no `region` for an image: it fetches the registry's credentials in the region of its AWS provider, and Docker refuses those of another
   * region. So a region that is not the provider's gets a provider of its own, which signs in as the default one does.
   */
  private registryProvider(): aws.Provider | undefined {
    const { region } = this.context;
    if (region === aws.config.region) return undefined;
    return new aws.Provider(
      this.childName("registry"),
      {
        region,
        profile: aws.config.profile,
        assumeRoles: aws.config.assumeRoles,
        assumeRoleWithWebIdentity: aws.config.assumeRoleWithWebIdentity,
      },
      this.childOptions(),
    );
  }
}
