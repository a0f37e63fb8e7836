import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ContainerImage, type ContainerImageArgs } from "../../../components/delivery/container-image";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const DIGEST = `sha256:${"0f".repeat(32)}`;
const URL = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-web";

const image = (name: string, args: Partial<ContainerImageArgs> = {}, opts: pulumi.ComponentResourceOptions = {}) =>
  new ContainerImage(
    name,
    {
      key: args.key ?? new Key(`${name}-key`, { description: "Images", region: args.region }, opts),
      tag: "1.4.2",
      ...args,
    },
    opts,
  );

/** The value of an output, in a test that runs after the program. */
function capture<T>(output: pulumi.Output<T>): { value?: T } {
  const box: { value?: T } = {};
  output.apply((value) => void (box.value = value));
  return box;
}

describe("ContainerImage", () => {
  componentContract("delivery", "ContainerImage", {
    minimal: (name, opts) => image(name, {}, opts),
    complete: (name, opts) =>
      image(
        name,
        {
          build: {
            context: "./services/web",
            dockerfile: "./services/web/Dockerfile.release",
            target: "runtime",
            args: { NODE_VERSION: "22" },
            platform: "linux/amd64",
            cacheFrom: ["public.ecr.aws/docker/library/node:22"],
          },
          keptImages: 20,
          untaggedExpiryInDays: 3,
          pullAccounts: ["210987654321"],
          environment: "development",
          tags: { team: "web" },
          transform: {
            repository: { imageScanningConfiguration: { scanOnPush: true } },
            image: (args) => void (args.builderVersion = "BuilderBuildKit"),
            policy: (args) => void (args.region = args.region),
          },
        },
        opts,
      ),
    errors: {
      "a tag that no image can have": {
        build: (name) => image(name, { tag: "-1" }),
        message: /ContainerImage "one": tag = "-1" .* 1 to 128 letters/,
      },
      "a tag too long once it carries the component's name": {
        build: (name) => image(name, { tag: "x".repeat(126), build: { context: "." } }),
        message: /tagged one-x+, which is longer than 128/,
      },
      "a digest of an image that is yet to be built": {
        build: (name) => image(name, { digest: DIGEST, build: { context: "." } }),
        message: /Leave out `digest` or `build`/,
      },
      "something that is no digest": {
        build: (name) => image(name, { digest: "sha256:0f" }),
        message: /digest = "sha256:0f" .* 64 hexadecimal digits/,
      },
      "a repository elsewhere that it builds for": {
        build: (name) => image(name, { repository: "prod-web", build: { context: "." } }),
        message: /repository = "prod-web" .* made elsewhere/,
      },
      "a repository by its URL": {
        build: (name) => image(name, { repository: "registry/web:1.4.2" }),
        message: /repository = .* Give the name of a private repository/,
      },
      "a number of images out of range": {
        build: (name) => image(name, { keptImages: 0 }),
        message: /keptImages = 0 .* from 1 to 10000/,
      },
      "an expiry out of range": {
        build: (name) => image(name, { untaggedExpiryInDays: 400 }),
        message: /untaggedExpiryInDays = 400 .* from 1 to 365/,
      },
      "an account id that is none": {
        build: (name) => image(name, { pullAccounts: ["123"] }),
        message: /pullAccounts\[0\] = "123" .* 12 digits/,
      },
      "an account given twice": {
        build: (name) => image(name, { pullAccounts: ["210987654321", "210987654321"] }),
        message: /"210987654321" stands twice/,
      },
      ...keyErrors(`ContainerImage "one"`, (name, key) => image(name, { key })),
    },
  });

  it("shows policies the repository that awsx makes: immutable, scanned, encrypted, protected, in its own region and tagged", async () => {
    const recording = await recordProgram(() => void image("web", { region: "eu-west-1" }));
    const [repository] = ofType(recording, "aws:ecr/repository:Repository");
    const { tags, encryptionConfigurations, ...inputs } = repository!.inputs;
    assert.deepEqual(inputs, {
      name: "test-web",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: false,
      region: "eu-west-1",
    });
    const key = named(recording, "web-key-key");
    assert.deepEqual(encryptionConfigurations, [{ encryptionType: "KMS", kmsKey: key.outputs.arn }]);
    assert.equal((tags as Record<string, string>)["palisade:component"], "delivery/ContainerImage");
    assert.equal(repository?.protect, true);
    assert.equal(repository?.parent, named(recording, "web-repository", "awsx:ecr:Repository").urn);
    assert.deepEqual(repository?.propertyDependencies.encryptionConfigurations, [key.urn]);
  });

  it("expires untagged images first, then the oldest", async () => {
    const recording = await recordProgram(() => void image("web"));
    const [policy] = ofType(recording, "aws:ecr/lifecyclePolicy:LifecyclePolicy");
    assert.equal(policy?.inputs.repository, "test-web");
    assert.deepEqual(JSON.parse(String(policy?.inputs.policy)), {
      rules: [
        {
          rulePriority: 1,
          description: "Layers that no tag names any more",
          selection: { tagStatus: "untagged", countType: "sinceImagePushed", countNumber: 7, countUnit: "days" },
          action: { type: "expire" },
        },
        {
          rulePriority: 2,
          description: "Old releases",
          selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 50 },
          action: { type: "expire" },
        },
      ],
    });
  });

  it("gives outputs that resolve, down to the resources inside awsx", async () => {
    let seen: Record<string, { value?: unknown }> = {};
    await recordProgram(() => {
      const web = image("web");
      const pinned = image("pinned", { digest: DIGEST });
      seen = {
        url: capture(web.repositoryUrl),
        uri: capture(web.imageUri),
        arn: capture(web.nodes.repository!.repository.apply((repository) => repository.arn)),
        builtArn: capture(web.repositoryArn),
        pinned: capture(pinned.imageUri),
      };
    });
    assert.equal(seen.url?.value, URL);
    assert.equal(seen.uri?.value, `${URL}:1.4.2`);
    assert.equal(seen.arn?.value, "arn:aws:ecr:eu-west-1:123456789012:repository/test-web");
    assert.equal(seen.builtArn?.value, seen.arn?.value);
    assert.equal(seen.pinned?.value, `${URL.replace("web", "pinned")}@${DIGEST}`);
  });

  it("pulls from a repository that another stack has, and makes none", async () => {
    let uri: { value?: string } = {};
    const recording = await recordProgram(() => {
      const shared = image("web", { repository: "prod-web", digest: DIGEST });
      uri = capture(shared.imageUri);
      shared.grantPull({ grantName: "service", role: new aws.iam.Role("puller", { assumeRolePolicy: "{}" }) });
    });
    assert.deepEqual(
      recording.resources.filter(({ type }) => type.includes("ecr")),
      [],
    );
    assert.equal(uri.value, `${URL.replace("test-web", "prod-web")}@${DIGEST}`);
    const [grant] = ofType(recording, "aws:iam/rolePolicy:RolePolicy");
    assert.equal(
      statements(grant?.inputs.policy)[0]?.Resource,
      "arn:aws:ecr:eu-west-1:123456789012:repository/prod-web",
    );
  });

  it("names a built image by its digest", async () => {
    let uri: { value?: string } = {};
    const recording = await recordProgram(() => {
      uri = capture(image("web", { build: { context: "./web" } }).imageUri);
    });
    assert.match(uri.value ?? "", new RegExp(`^${URL}@sha256:[0-9a-f]{64}$`));
    const [built] = ofType(recording, "docker-build:index:Image");
    assert.deepEqual(built?.inputs.tags, [`${URL}:web-1.4.2`]);
    assert.deepEqual(built?.inputs.platforms, ["linux/arm64"]);
    assert.equal(built?.inputs.push, true);
  });

  it("builds the same release twice, in two regions, without a clash; the second signs in to its own region", async () => {
    const both = await recordProgram(() => {
      image("here", { build: { context: "./web" } });
      image("there", { build: { context: "./web" }, region: "us-east-2" });
    });
    assert.equal(ofType(both, "docker-build:index:Image").length, 2);
    const [provider, ...more] = ofType(both, "pulumi:providers:aws");
    assert.equal(more.length, 0);
    assert.equal(provider?.inputs.region, "us-east-2");
    assert.equal(named(both, "there-registry").urn, provider?.urn);
    const hosts = ofType(both, "docker-build:index:Image").map(
      (r) => String((r.inputs.tags as string[])[0]).split("/")[0],
    );
    assert.deepEqual(hosts, [
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
      "123456789012.dkr.ecr.us-east-2.amazonaws.com",
    ]);
  });

  it("lets a role pull from this repository alone", async () => {
    const recording = await recordProgram(() => {
      const role = new aws.iam.Role("puller", { assumeRolePolicy: "{}" });
      const web = image("web");
      web.grantPull({ grantName: "service", role });
      web.grantPush({ grantName: "pipeline", role });
    });
    assert.deepEqual(statements(named(recording, "web-pull-service").inputs.policy), [
      {
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: "arn:aws:ecr:eu-west-1:123456789012:repository/test-web",
      },
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    ]);
    const [push] = statements(named(recording, "web-push-pipeline").inputs.policy);
    assert.ok((push?.Action as string[]).includes("ecr:PutImage"));
  });

  it("knows the repository's ARN at preview, and lets development delete what production protects", async () => {
    const recording = await recordProgram(
      () => {
        const role = new aws.iam.Role("puller", { assumeRolePolicy: "{}" });
        image("web", { environment: "development" }).grantPull({ grantName: "service", role });
      },
      { preview: true },
    );
    const [pull] = statements(named(recording, "web-pull-service").inputs.policy);
    assert.equal(pull?.Resource, "arn:aws:ecr:eu-west-1:123456789012:repository/test-web");
    const [repository] = ofType(recording, "aws:ecr/repository:Repository");
    assert.equal(repository?.protect, false);
    assert.equal(repository?.inputs.forceDelete, true);
  });

  it("lets functions of this account alone run it, when told", async () => {
    const recording = await recordProgram(() => void image("web", { functions: true, pullAccounts: ["210987654321"] }));
    const [accounts, functions] = statements(named(recording, "web-policy").inputs.policy);
    assert.equal(accounts?.Sid, "PullFromOtherAccounts");
    assert.deepEqual(functions, {
      Sid: "FunctionsOfThisAccount",
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Condition: { ArnLike: { "aws:SourceArn": "arn:aws:lambda:eu-west-1:123456789012:function:*" } },
    });
  });
});
