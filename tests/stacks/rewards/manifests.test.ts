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
});
