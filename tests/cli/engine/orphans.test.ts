import assert from "node:assert/strict";
import { adoptable, orphans } from "../../../cli/engine/pending";
import type { StateResource } from "../../../cli/engine/state";
import type { CloudResource } from "../../../simulator/cloud";

const OWN = "urn:pulumi:dev::palisade::";
const CLUSTERS = ["blue", "green"].map((name) => `arn:aws:eks:eu-west-1:123456789012:cluster/${name}`);
const OBJECT = "kubernetes:apps/v1:Deployment";
const QUEUE = "aws:sqs/queue:Queue";

/** One provider for each cluster, and a default one that means the cluster of whoever runs it. */
const providers: StateResource[] = [
  provider("default", {}),
  ...CLUSTERS.map((cluster) => provider(cluster.split("/").at(-1) ?? "", { clusterIdentifier: cluster })),
  { ...provider("aws", { region: "eu-west-1" }), type: "pulumi:providers:aws" },
];

function provider(name: string, inputs: Record<string, unknown>): StateResource {
  const type = "pulumi:providers:kubernetes";
  return { urn: `${OWN}${type}::${name}`, type, custom: true, id: `id-of-${name}`, inputs };
}

const inState = (type: string, name: string, id: string, made: StateResource | undefined): StateResource => ({
  ...{ urn: `${OWN}${type}::${name}`, type, custom: true, id },
  provider: `${made?.urn}::${made?.id}`,
});

const inCloud = (type: string, logicalName: string, id: string, region = ""): CloudResource => ({
  ...{ type, id, region, logicalName, urn: `${OWN}${type}::${logicalName}`, generation: 0, inputs: {} },
});

describe("what stands in the simulator's cloud and not in the state", () => {
  const [, blue, green, aws] = providers;
  const [inBlue, inGreen] = CLUSTERS;
  const resources = [...providers, inState(QUEUE, "orders", "url", aws), inState(OBJECT, "api", "shop/api", blue)];
  const standing = [inCloud(QUEUE, "orders", "url", "eu-west-1"), inCloud(OBJECT, "api", "shop/api", inBlue)];
  const found = (...more: CloudResource[]) => orphans([...standing, ...more], { resources }, "dev", "palisade");

  it("is nothing after an update that ended: an object stands in its provider's cluster", () => {
    assert.deepEqual(found(), []);
  });

  it("is an object of the same name in another cluster, or a queue in another region", () => {
    const elsewhere = [inCloud(OBJECT, "api", "shop/api", inGreen), inCloud(QUEUE, "orders", "url", "eu-west-2")];
    assert.deepEqual(found(...elsewhere), elsewhere);
  });

  it("is adopted by the provider of its cluster, not by the default one", () => {
    const adopted = adoptable(inCloud(OBJECT, "api", "shop/api", inGreen), { resources });
    assert.equal(adopted?.provider, `${green?.urn}::${green?.id}`);
    assert.equal(
      adoptable(inCloud(OBJECT, "api", "shop/api", "cluster"), { resources })?.provider?.includes("default"),
      true,
    );
    assert.equal(adoptable(inCloud(OBJECT, "api", "shop/api", "arn:of-no-provider"), { resources }), undefined);
  });
});
