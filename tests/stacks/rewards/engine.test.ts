import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ResourceDrift } from "../../../cli/engine/drift";
import { keyOf } from "../../../simulator/cloud";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack } from "../../support/engine/engine-stack";
import { recordStack } from "../../support/record-stack";

/** What an object in the cluster needs while it stands: the API, whoever may call it, nodes and what runs on each. */
const CLUSTER = /^aws:eks\/(cluster|accessEntry|accessPolicyAssociation|nodeGroup|addon):/;
const OBJECT = /^kubernetes:/;

describe("rewards in Pulumi's engine", function () {
  this.timeout(15 * 60_000);
  let stack: EngineStack;
  // The state is written once, at the end of an update: what is tested here is not that it survives the engine.
  const env = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

  before(requireEngine);
  before(() => {
    stack = EngineStack.create("rewards-dev");
  });
  after(() => stack.remove());

  async function run(operation: "up" | "destroy"): Promise<Readonly<Record<string, number>>> {
    const { succeeded, failure, diagnostics, counts } = await stack.run(operation, { env });
    assert.ok(succeeded, `${failure ?? ""}${JSON.stringify(diagnostics)}`);
    return counts;
  }

  /** Types in the order in which the cloud took or lost a resource of them. */
  function history(change: "put" | "remove"): string[] {
    const lines = readFileSync(stack.cloud.file, "utf8").split("\n").slice(1).filter(Boolean);
    return lines.flatMap((line) => {
      const changes: { put?: { type: string }; remove?: string }[] = JSON.parse(line);
      const types = changes.map(({ put, remove }) => (change === "put" ? put?.type : remove?.split(" ")[0]));
      return types.filter((type) => type !== undefined);
    });
  }

  it("stands after one update, objects in the cluster included, which begin when it can run them", async () => {
    const { resources } = await recordStack("rewards-dev");
    const expected = resources.filter(
      ({ custom, read, type }) => custom && !read && (type.startsWith("aws:") || OBJECT.test(type)),
    );
    assert.deepEqual(Object.keys(await run("up")), ["create"]);
    assert.deepEqual(
      stack.cloud
        .all()
        .map(({ urn }) => urn)
        .sort(),
      expected.map(({ urn }) => urn).sort(),
    );
    const made = history("put");
    const first = made.findIndex((type) => OBJECT.test(type));
    assert.ok(first > 0 && made.findLastIndex((type) => CLUSTER.test(type)) < first);
  });

  it("has nothing to do in a second one", async () => {
    assert.deepEqual(Object.keys(await run("up")), ["same"]);
  });

  it("has no drift; an object that was changed in the cluster is told, and one that is gone", async () => {
    const drift = async (): Promise<string[]> => {
      const { resources }: { resources: ResourceDrift[] } = JSON.parse(await stack.print("drift", { json: true }));
      return resources.map(
        ({ kind, name, properties }) => `${kind} ${name}: ${properties.map(({ path }) => path).join()}`,
      );
    };
    assert.deepEqual(await drift(), []);
    const found = (name: string): string => {
      const resource = stack.cloud.all().find(({ logicalName }) => logicalName === name);
      assert.ok(resource, name);
      return keyOf(resource);
    };
    stack.cloud.alter(found("rewards-services-deny-all"), (one) => ({
      ...one,
      inputs: { ...one.inputs, spec: { podSelector: {}, policyTypes: ["Ingress"] } },
    }));
    stack.cloud.alter(found("rewards-onboarding-own"), () => undefined);
    // The engine reads them side by side.
    assert.deepEqual((await drift()).sort(), [
      "changed rewards-services-deny-all: spec.policyTypes[1]",
      "deleted rewards-onboarding-own: ",
    ]);
  });

  it("leaves nothing behind, and takes the cluster down after what is in it", async () => {
    assert.deepEqual(Object.keys(await run("destroy")), ["delete"]);
    assert.deepEqual(stack.cloud.all(), []);
    const removed = history("remove");
    const last = removed.findLastIndex((type) => OBJECT.test(type));
    assert.ok(last > 0 && removed.findIndex((type) => CLUSTER.test(type)) > last);
  });
});
