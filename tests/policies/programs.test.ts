import assert from "node:assert/strict";
import { ResourceGraph } from "../../analysis/graph";
import { packs } from "../../policies/packs";
import { evaluate, type Finding } from "../../policies/rule";
import { recordProgram } from "../support/record";
import { insecureShop, ways, wrong } from "./programs/insecure";
import { secureShop } from "./programs/secure";

const rules = packs.flatMap((pack) => pack.rules);

async function findings(program: () => void, preview: boolean): Promise<Finding[]> {
  return evaluate(rules, ResourceGraph.fromRecording(await recordProgram(program, { preview })));
}

const tell = ({ rule, resource, verdict }: Finding): string =>
  `${resource.name}: ${rule.id}: ${JSON.stringify(verdict)}`;

describe("programs written without Palisade's components", () => {
  for (const preview of [false, true]) {
    const moment = preview ? "preview" : "update";

    it(`${moment}: all forty ways in which the insecure shop is insecure are found, each on its resource`, async () => {
      const found = await findings(insecureShop, preview);
      const missed = ways.filter(
        ({ resource, rule }) =>
          !found.some((one) => one.verdict.kind === "fail" && one.resource.name === resource && one.rule.id === rule),
      );
      assert.deepEqual(missed, []);
      assert.equal(new Set(ways.map(({ resource, rule }) => `${resource} ${rule}`)).size, 40);
    });

    it(`${moment}: everything that is wrong in the insecure shop is said`, async () => {
      const failed = (await findings(insecureShop, preview)).filter(({ verdict }) => verdict.kind === "fail");
      const said = new Set(failed.map(({ rule, resource }) => `${resource.name}: ${rule.id}`));
      const missed = Object.entries(wrong)
        .flatMap(([name, ids]) => ids.map((id) => `${name}: ${id}`))
        .filter((expected) => !said.has(expected));
      assert.deepEqual(missed, []);
    });

    it(`${moment}: nothing else is said about it`, async () => {
      const failed = (await findings(insecureShop, preview)).filter(({ verdict }) => verdict.kind === "fail");
      const surprising = failed.filter(({ rule, resource }) => !wrong[resource.name]?.includes(rule.id));
      assert.deepEqual(surprising.map(tell), []);
    });

    it(`${moment}: the secure shop raises no alarm`, async () => {
      const failed = (await findings(secureShop, preview)).filter(({ verdict }) => verdict.kind === "fail");
      assert.deepEqual(failed.map(tell), []);
    });
  }

  it("nothing is undetermined in the secure shop, even while no id is known", async () => {
    for (const preview of [false, true]) {
      const open = (await findings(secureShop, preview)).filter(({ verdict }) => verdict.kind === "undetermined");
      assert.deepEqual(open.map(tell), []);
    }
  });

  it("a finding tells where the resource was declared", async () => {
    const recording = await recordProgram(insecureShop, { sources: true });
    const all = evaluate(rules, ResourceGraph.fromRecording(recording));
    const finding = all.find(({ rule, verdict }) => rule.id === "rds-not-public" && verdict.kind === "fail");
    assert.match(finding?.source?.uri ?? "", /programs\/insecure\.ts$/);
  });
});
