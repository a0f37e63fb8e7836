import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UNDETERMINED } from "../../policies/adapter";
import { controls } from "../../policies/catalogue/controls";
import { coverageOf } from "../../policies/catalogue/coverage";
import { componentFor } from "../../policies/catalogue/components";
import { packs } from "../../policies/packs";
import { sourceOf } from "./provider-types";

const rules = packs.flatMap((pack) => pack.rules);

/** Controls of Security Hub that its PCI DSS standard does not have: what resilience asks beside it. */
const BEYOND_PCI_DSS = [
  ...["Backup.1", "CloudWatch.17", "DynamoDB.6", "ELB.6", "ELB.13", "ElastiCache.3", "Opensearch.6"],
  ...["RDS.5", "RDS.7", "RDS.8", "RDS.15", "RDS.39", "RDS.41", "RDS.44"],
];

describe("the catalogue of rules", () => {
  it("names each rule once, and none as a reserved policy", () => {
    const ids = rules.map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    assert.ok(!ids.includes("all") && !ids.includes(UNDETERMINED));
    for (const id of ids) assert.match(id, /^[a-z][a-z0-9-]+$/);
  });

  it("gives each rule PCI DSS requirements, a sentence, a fix and a page of documentation", () => {
    for (const rule of rules) {
      assert.ok(rule.requirements.length > 0, rule.id);
      for (const requirement of rule.requirements)
        assert.match(requirement, /^(\d{1,2}\.\d+(\.\d+)*|A\d\.\d+(\.\d+)*)$/);
      assert.match(rule.title, /^[A-Z].*\.$/, rule.id);
      assert.match(rule.remediation, /^[A-Z].*\.$/, rule.id);
      assert.match(rule.url, /^https:\/\/(docs\.aws\.amazon\.com|www\.pulumi\.com)\//, rule.id);
    }
  });

  it("names controls that exist, and none that only a running system can show", () => {
    const decidable = new Map(controls.map(({ id, decidable: by }) => [id, by]));
    for (const rule of rules) {
      for (const id of rule.controls) {
        assert.ok(decidable.has(id) || BEYOND_PCI_DSS.includes(id), `${rule.id} names ${id}`);
        assert.notEqual(decidable.get(id), "runtime", `${rule.id} can not decide ${id}`);
      }
    }
  });

  it("has a rule for every control that a program can decide: 255 of them, 102 of Security Hub's PCI DSS v4.0.1", () => {
    const { all, lists } = coverageOf(rules);
    assert.deepEqual(
      all.open.map(({ id }) => id),
      [],
    );
    assert.deepEqual([all.covered, all.decidable, all.runtime.length], [255, 255, 16]);
    const hub = lists.find(({ list }) => list === "AWS Security Hub, PCI DSS v4.0.1");
    assert.deepEqual([hub?.covered, hub?.decidable], [102, 102]);
  });

  it("counts each control to a list, and to nothing else", () => {
    const { all, lists } = coverageOf([]);
    const counted = new Set(lists.flatMap(({ open, runtime }) => [...open, ...runtime]));
    assert.deepEqual(
      controls.filter((control) => !counted.has(control)).map(({ id }) => id),
      [],
    );
    assert.equal(all.open.length + all.runtime.length, controls.length);
    assert.equal(all.covered, 0);
  });

  it("gives a rule the requirements that AWS's own pages name for its controls", () => {
    const missing = controls
      .filter(({ decidable, requirementSource }) => decidable !== "runtime" && requirementSource === "aws-doc-read")
      .flatMap(({ id, requirements }) => {
        const deciding = rules.filter((rule) => rule.controls.includes(id));
        const named = new Set(deciding.flatMap((rule) => rule.requirements));
        return requirements
          .filter((requirement) => !named.has(requirement))
          .map((requirement) => `${id}: ${requirement}`);
      });
    assert.deepEqual(missing, []);
  });

  it("says how Palisade's components fix it, by components that exist, or that there is none", () => {
    const sources = readdirSync(join(__dirname, "..", "..", "components"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(__dirname, "..", "..", "components", file), "utf8"))
      .join("\n");
    for (const { id, remediation, types } of rules) {
      assert.match(remediation, /Palisade/, id);
      const named = componentFor(types);
      if (named === undefined) continue;
      assert.match(sources, new RegExp(`export (abstract )?(class|interface|function) ${named}\\b`), id);
    }
  });

  it("judges types that the provider has", () => {
    for (const type of new Set(rules.flatMap((rule) => rule.types))) {
      // Rules about what is missing judge the stack itself.
      if (type === "pulumi:pulumi:Stack") continue;
      assert.ok(sourceOf(type).includes(`__pulumiType = '${type}'`), `${type} is no type of its provider`);
    }
  });

  it("has cases for every rule", () => {
    const cases = readdirSync(__dirname)
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => readFileSync(join(__dirname, file), "utf8"))
      .join("\n");
    const untested = rules.filter(({ id }) => !cases.includes(`  "${id}": `));
    assert.deepEqual(
      untested.map(({ id }) => id),
      [],
    );
  });

  it("knows the names of joined resources: every type in the rules' and the analysis' sources exists", () => {
    const folders = ["policies", "policies/pci-dss", "policies/least-privilege", "policies/resilience", "analysis"];
    for (const folder of folders) {
      const path = join(__dirname, "..", "..", folder);
      for (const file of readdirSync(path).filter((name) => name.endsWith(".ts"))) {
        const source = readFileSync(join(path, file), "utf8");
        for (const [type] of source.matchAll(/(aws:\w+|kubernetes:\w+(\.(authorization\.)?k8s\.io)?)\/\w+:\w+/g)) {
          assert.ok(sourceOf(type).includes(`__pulumiType = '${type}'`), `${folder}/${file}: ${type}`);
        }
      }
    }
  });
});
