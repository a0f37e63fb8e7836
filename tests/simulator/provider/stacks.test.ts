import assert from "node:assert/strict";
import { recordStack } from "../../support/record-stack";
import type { RecordedResource } from "../../../simulator";
import { Client, type Made } from "./client";

/** What relaxes a production stack so far that it can be taken down again. */
const UNPROTECTED = {
  deletionProtection: false,
  deletionProtectionEnabled: false,
  disableApiTermination: false,
  enableDeletionProtection: false,
  skipFinalSnapshot: true,
};

function given(resource: RecordedResource, replaced: ReadonlyMap<string, string>): Record<string, unknown> {
  const protections = Object.entries(UNPROTECTED).filter(([key]) => key in resource.inputs);
  const inputs = { ...resource.inputs, ...Object.fromEntries(protections) };
  return JSON.parse(JSON.stringify(inputs), (_, value) =>
    typeof value === "string" ? (replaced.get(value) ?? value) : value,
  );
}

for (const stack of ["dev", "prod", "bootstrap", "book-lending", "credit-score", "ui-service", "rewards"]) {
  describe(`the simulator's provider, with every resource of the ${stack} stack`, function () {
    this.timeout(120_000);
    let client: Client;
    let resources: RecordedResource[];
    const made: { readonly made: Made; readonly inputs: Record<string, unknown> }[] = [];

    before(async () => {
      client = await Client.start();
      const recording = await recordStack(stack);
      resources = recording.resources.filter((one) => one.custom && one.type.startsWith("aws:"));
    });
    after(() => client.stop());

    it("accepts and creates them, in seconds", async () => {
      const begun = Date.now();
      // The recorder's URNs have parents in them, which the harness leaves out: ids differ.
      const replaced = new Map<string, string>();
      for (const resource of resources) {
        const inputs = given(resource, replaced);
        const one = await client.create(resource.type, resource.name, inputs);
        made.push({ made: one, inputs });
        for (const [key, value] of Object.entries({ ...resource.outputs, id: resource.id })) {
          const actual = key === "id" ? one.id : one.state.values[key];
          if (typeof value === "string" && typeof actual === "string" && value !== actual) replaced.set(value, actual);
        }
      }
      assert.equal(client.provider.cloud.all().length, resources.length);
      const seconds = (Date.now() - begun) / 1000;
      assert.ok(seconds < 20, `${resources.length} resources took ${seconds} s`);
    });

    it("finds no change in them, neither by diff nor by refresh", async () => {
      for (const { made: one, inputs } of made) {
        assert.deepEqual(
          await client.diff(one, inputs),
          { changed: [], replaces: [], deleteBeforeReplace: false },
          one.name,
        );
        assert.deepEqual(await client.read(one), one);
      }
    });

    it("takes them down again in the opposite order and leaves nothing", async () => {
      for (const { made: one } of [...made].reverse()) await client.delete(one);
      assert.deepEqual(client.provider.cloud.all(), []);
    });
  });
}
