import assert from "node:assert/strict";
import { checkManifests, manifestsOf } from "../../support/kubernetes-schemas";
import { recordStack } from "../../support/record-stack";

type Json = Record<string, unknown>;

describe("rewards' manifests", function () {
  this.timeout(60_000);

  for (const stack of ["rewards", "rewards-dev"])
    for (const preview of [false, true])
      it(`of ${stack} are taken by Kubernetes' own schemas, ${preview ? "at a first preview" : "as they stand"}`, async () => {
        const { count, problems } = checkManifests(await recordStack(stack, {}, { preview }));
        assert.deepEqual(problems, []);
        assert.ok(count > 50, String(count));
      });

  it("have one name each in their namespace, and stand in the one that closes to all", async () => {
    const recording = await recordStack("rewards");
    const manifests = manifestsOf(recording).filter(({ type }) => !type.endsWith(":Namespace"));
    const namespaced = manifests.filter(({ inputs }) => "namespace" in (inputs.metadata as Json));
    const keys = namespaced.map(({ type, inputs }) => {
      const { namespace, name } = inputs.metadata as Json;
      return `${type} ${String(namespace)}/${String(name)}`;
    });
    assert.deepEqual(keys.length, new Set(keys).size);
    assert.deepEqual(
      [...new Set(namespaced.map(({ inputs }) => (inputs.metadata as Json).namespace))],
      ["rewards-services"],
    );
  });

  it("are refused where one is broken", async () => {
    const recording = await recordStack("rewards");
    const broken = (name: string, change: (spec: Json) => Json) => {
      const resources = recording.resources.map((resource) =>
        resource.name === name && resource.custom
          ? { ...resource, inputs: { ...resource.inputs, spec: change(resource.inputs.spec as Json) } }
          : resource,
      );
      return checkManifests({ ...recording, resources }).problems;
    };
    assert.deepEqual(
      broken("rewards-onboarding-service", (spec) => ({ ...spec, port: 8443 })),
      ["rewards-onboarding-service: v1 Service/spec has no field port"],
    );
    assert.match(
      broken("rewards-users-domain-autoscaler", (spec) => ({ ...spec, maxReplicas: "twelve" })).join(),
      /rewards-users-domain-autoscaler: autoscaling\/v2 HorizontalPodAutoscaler\/spec\/maxReplicas must be integer/,
    );
    assert.match(
      broken("rewards-onboarding-security-group", (spec) => ({ ...spec, securityGroups: { ids: ["sg-1"] } })).join(),
      /SecurityGroupPolicy\/spec\/securityGroups has no field ids/,
    );
  });
});
