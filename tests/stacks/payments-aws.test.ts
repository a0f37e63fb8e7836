import assert from "node:assert/strict";
import type { RecordedResource, Recording } from "../../simulator";
import { named, ofType } from "../support/record";
import { recordStack } from "../support/record-stack";

interface Rule {
  readonly name: string;
  readonly statement: { readonly rateBasedStatement?: { readonly limit: number } };
}

/** What AWS would refuse, or answer otherwise than meant, though every single resource is in order. */
describe("the payments stack on AWS", () => {
  let recording: Recording;
  before(async () => {
    recording = await recordStack("prod");
  });

  const task = (name: string): { secrets?: unknown[] } => {
    const definitions = JSON.parse(String(named(recording, name).inputs.containerDefinitions));
    return definitions.find((container: { name: string }) => container.name === "app");
  };
  const standBefore = (resource: RecordedResource): Set<string> => {
    const byUrn = new Map(recording.resources.map((one) => [one.urn, one]));
    const seen = new Set<string>();
    const visit = (one: RecordedResource | undefined): void => {
      for (const urn of one ? [...one.dependencies, ...Object.values(one.propertyDependencies).flat()] : []) {
        if (seen.has(urn)) continue;
        seen.add(urn);
        visit(byUrn.get(urn));
      }
    };
    visit(resource);
    return seen;
  };

  it("knows a client by the same API key in every region, as latency records lead it to any", () => {
    const keys = ofType(recording, "aws:apigateway/apiKey:ApiKey");
    assert.equal(keys.length, 2);
    assert.equal(new Set(keys.map(({ inputs }) => inputs.value)).size, 1);
    for (const { inputs, secretPaths } of keys) {
      assert.match(String(inputs.value), /^[A-Za-z0-9]{20,128}$/);
      assert.ok(secretPaths.includes("value"));
    }
  });

  it("lets a client's one address send what its contract allows, and others what people do", () => {
    const rules = named(recording, "payments-use1-firewall-acl").inputs.rules as Rule[];
    const limit = (name: string) => rules.find((rule) => rule.name === name)?.statement.rateBasedStatement?.limit;
    assert.equal(limit("rate-limit"), 2000);
    assert.equal(limit("rate-limit-with-header"), 500 * 300 + 1000);
  });

  it("gives the tasks' certificate to services that listen, and to no worker", () => {
    assert.equal(task("payments-use1-external-api-task").secrets?.length, 2);
    for (const worker of ["processor-integration", "ledger-writer"]) {
      assert.equal(task(`payments-use1-${worker}-task`).secrets?.length ?? 0, 0);
      const policy = String(named(recording, `payments-use1-${worker}-execution`).inputs.policy);
      assert.ok(!policy.includes("secretsmanager:GetSecretValue"));
    }
  });

  it("lets services call the private API by the name they are told, which strict mode would refuse", () => {
    const api = named(recording, "payments-use1-private-api-api").inputs;
    assert.equal(api.endpointAccessMode, "BASIC");
    assert.equal(named(recording, "payments-use1-private-api-endpoint").inputs.privateDnsEnabled, false);
  });

  it("starts services when every shard stands, as the first deployment fails when tasks can not reach their data", () => {
    const needed = standBefore(named(recording, "payments-use1-ledger-writer-service"));
    for (const shard of ["s0-instance", "s1-instance", "s0-replica-r1", "s1-replica-r1"])
      assert.ok(needed.has(named(recording, `payments-use1-ledger-${shard}`).urn), shard);
  });

  it("makes OpenSearch's service-linked role in a fresh account, once", async () => {
    const made = (one: Recording) =>
      one.resources.filter(({ inputs }) => inputs.awsServiceName === "opensearchservice.amazonaws.com");
    assert.deepEqual(
      made(recording).map(({ name }) => name),
      ["payments-use1-logs-service-role"],
    );
    const baseline = { account: "existing", regional: "existing" };
    assert.deepEqual(made(await recordStack("prod", { "palisade:baseline": baseline })), []);
  });
});
