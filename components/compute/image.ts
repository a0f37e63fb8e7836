import * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Partition, Statement } from "../core";

/** A container image whose repository is known apart from its address, which a `ContainerImage` is. */
export interface RepositoryImage {
  /** `<repository url>:<tag>` or `<repository url>@sha256:<digest>`. */
  readonly imageUri: pulumi.Input<string>;
  readonly repositoryArn: pulumi.Input<string>;
  /** Processor that it was built for, where that is known. */
  readonly platform?: "linux/arm64" | "linux/amd64" | undefined;
  /** What has to stand before a service may pull the image. */
  readonly nodes?: { readonly policy?: pulumi.Resource | undefined };
}

/** An image's address, or an image with its repository. From an address in ECR the repository's ARN is derived. */
export type ContainerImageSource = pulumi.Input<string> | RepositoryImage;

export function imageUri(image: ContainerImageSource): pulumi.Input<string> {
  return isRepositoryImage(image) ? image.imageUri : image;
}

const ECR_ADDRESS = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\/([^:@]+)/;

/** ARN of the ECR repository in an image's address; undefined for an image elsewhere. */
export function repositoryArn(uri: string, partition: Partition): string | undefined {
  const [, account, region, repository] = ECR_ADDRESS.exec(uri) ?? [];
  return repository && `arn:${partition.id}:ecr:${region}:${account}:repository/${repository}`;
}

/** An address written out in the program must name one image for good; ECR refuses to move a tag only where tags are immutable. */
export function checkImage(check: ArgumentCheck, argument: string, image: ContainerImageSource): void {
  const uri = imageUri(image);
  if (typeof uri !== "string") return;
  check.that(
    /@sha256:[0-9a-f]{64}$/.test(uri) || (/:[\w][\w.-]{0,127}$/.test(uri) && !uri.endsWith(":latest")),
    argument,
    uri,
    "Give the image with a digest (@sha256:...) or a tag other than latest, so that every task runs the same one.",
  );
}

/** What an execution role needs to pull `images`: the repositories by name, and the one action that names none. */
export function pullStatements(
  images: readonly ContainerImageSource[],
  partition: Partition,
): pulumi.Output<Statement[]> {
  const arns = images.map((image) =>
    isRepositoryImage(image)
      ? pulumi.output(image.repositoryArn)
      : pulumi.output(image).apply((uri) => repositoryArn(uri, partition)),
  );
  return pulumi.all(arns).apply((found) => {
    const repositories = [...new Set(found.filter((arn) => arn !== undefined))].sort();
    if (repositories.length === 0) return [];
    const statements: Statement[] = [
      {
        Sid: "PullImages",
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: repositories,
      },
      // The token is for the whole registry: the action supports no resource.
      { Sid: "RegistryToken", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    ];
    return statements;
  });
}

export function isRepositoryImage(image: ContainerImageSource): image is RepositoryImage {
  return typeof image === "object" && !pulumi.Output.isInstance(image) && "repositoryArn" in image;
}
