import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Namespace, type NamespaceArgs } from "../../../components/kubernetes/namespace";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { TestKubernetesCluster } from "../../support/workloads";
import { checkManifests } from "../../support/kubernetes-schemas";
import { named, recordProgram } from "../../support/record";

function build(name: string, args: Partial<NamespaceArgs> = {}, opts?: pulumi.ComponentResourceOptions): Namespace {
  const vpc = new TestNetwork(`${name}-vpc`, opts);
  return new Namespace(name, { cluster: new TestKubernetesCluster(`${name}-cluster`, vpc, opts), ...args }, opts);
}

describe("Namespace", () => {
  componentContract("kubernetes", "Namespace", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) =>
      build(
        name,
        {
          environment: "development",
          namespaceName: "rewards",
          quota: { pods: 20, cpu: 8, memoryGiB: 16 },
          transform: { namespace: {}, quota: (args) => void args },
        },
        opts,
      ),
    errors: {
      "a name that no namespace may have": {
        build: (name) => build(name, { namespaceName: "Rewards" }),
        message: /namespaceName = "Rewards" .* lower case/,
      },
      "a name of Kubernetes' own": {
        build: (name) => build(name, { namespaceName: "kube-system" }),
        message: /namespaceName = "kube-system"/,
      },
      "a quota of no pods": { build: (name) => build(name, { quota: { pods: 0 } }), message: /quota.pods = 0/ },
      "half a vCPU": { build: (name) => build(name, { quota: { cpu: 0.5 } }), message: /quota.cpu = 0.5/ },
      "a quota of no memory": {
        build: (name) => build(name, { quota: { memoryGiB: 0 } }),
        message: /quota.memoryGiB = 0/,
      },
    },
  });

  it("is made of manifests that Kubernetes' own schemas take", async () => {
    const recording = await recordProgram(() => void build("rewards"));
    assert.deepEqual(checkManifests(recording), { count: 4, problems: [] });
  });

  it("is protected in production, as all that is in it goes with it", async () => {
    const production = await recordProgram(() => void build("rewards"));
    assert.equal(named(production, "rewards-namespace").protect, true);
    const development = await recordProgram(() => void build("rewards", { environment: "development" }));
    assert.equal(named(development, "rewards-namespace").protect, false);
  });
});
