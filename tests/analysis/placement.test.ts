import assert from "node:assert/strict";
import { ResourceGraph } from "../../analysis/graph";
import { groupsOf, subnetsOf } from "../../analysis/placement";
import { testKubernetesCluster } from "../support/kubernetes";
import { recordProgram } from "../support/record";

describe("placement of Kubernetes nodes", () => {
  for (const preview of [false, true]) {
    it(`is in the security group of their launch template, ${preview ? "before" : "once"} it has an id`, async () => {
      const recording = await recordProgram(() => void testKubernetesCluster("k"), { preview });
      const graph = ResourceGraph.fromRecording(recording);
      const [nodes] = graph.ofType("aws:eks/nodeGroup:NodeGroup");
      assert.ok(nodes);
      const { nodes: groups, unseen, standard } = groupsOf(nodes, graph);
      assert.deepEqual([groups.map(({ name }) => name), unseen.length, standard], [["k-sg"], 0, undefined]);
      // The test's network is of another program.
      assert.equal(subnetsOf(nodes, graph).unseen.length, 3);
    });
  }
});
