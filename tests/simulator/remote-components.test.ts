import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx/ecr";
import * as pulumi from "@pulumi/pulumi";
import { record } from "../../simulator";
import { named, ofType, recordProgram } from "../support/record";

class Unheard extends pulumi.ComponentResource {
  constructor(name: string) {
    super("vendor:index:Unheard", name, {}, {}, true);
  }
}

describe("remote components", () => {
  it("stand with the children that their provider registers", async () => {
    const recording = await recordProgram(() => {
      const key = new aws.kms.Key("key", {});
      new awsx.Repository("Images", {
        name: "images",
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key.arn }],
      });
    });
    const component = named(recording, "Images");
    const [repository] = ofType(recording, "aws:ecr/repository:Repository");
    const [policy] = ofType(recording, "aws:ecr/lifecyclePolicy:LifecyclePolicy");
    assert.equal(component.custom, false);
    assert.equal(
      repository?.urn,
      "urn:pulumi:test::palisade::awsx:ecr:Repository$aws:ecr/repository:Repository::images",
    );
    assert.equal(repository?.parent, component.urn);
    // Dependencies of the component's own input hold for the child's; the policy's come from its sibling.
    assert.deepEqual(repository?.dependencies, [named(recording, "key").urn]);
    assert.deepEqual(policy?.propertyDependencies, { repository: [repository?.urn] });
    assert.equal(component.outputs.repository, "images");
    assert.equal(component.outputs.url, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images");
  });

  it("have outputs that the program can use, resources among them", async () => {
    const seen: unknown[] = [];
    await recordProgram(() => {
      const repository = new awsx.Repository("images", { name: "images" });
      pulumi
        .all([repository.url, repository.repository.apply((inner) => inner.registryId)])
        .apply((values) => seen.push(...values));
    });
    assert.deepEqual(seen, ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/images", "123456789012"]);
  });

  it("know nothing computed at preview", async () => {
    const recording = await recordProgram(() => void new awsx.Repository("images", { name: "images" }), {
      preview: true,
    });
    const [repository] = ofType(recording, "aws:ecr/repository:Repository");
    assert.equal(repository?.outputs.arn, undefined);
    assert.equal(named(recording, "images", "awsx:ecr:Repository").outputs.url, undefined);
  });

  it("stand in the region of the AWS provider they are given", async () => {
    const recording = await recordProgram(() => {
      const provider = new aws.Provider("there", { region: "us-east-2" });
      new awsx.Repository("images", { name: "images" }, { providers: { aws: provider } });
    });
    const [repository] = ofType(recording, "aws:ecr/repository:Repository");
    assert.equal(repository?.outputs.arn, "arn:aws:ecr:us-east-2:123456789012:repository/images");
  });

  it("are an error without a model", async () => {
    const recording = record(() => void new Unheard("x"), { project: "palisade", stack: "test" });
    await assert.rejects(recording, /no model for the remote component vendor:index:Unheard \(resource "x"\)/);
  });

  it("clash when two children get one URN, as two builds of one tag would", async () => {
    const recording = await record(
      () => {
        for (const name of ["a", "b"]) new awsx.Image(name, { repositoryUrl: "host/repository", imageTag: "1.0" });
      },
      { project: "palisade", stack: "test", config: { "aws:region": "eu-west-1" } },
    );
    assert.match(recording.problems[0]?.message ?? "", /Two resources have the URN .*docker-build:index:Image::1\.0/);
  });
});
