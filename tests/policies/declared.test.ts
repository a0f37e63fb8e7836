import assert from "node:assert/strict";
import { policyResources, runPolicies, stackPolicies } from "../../policies/adapter";
import { Declared } from "../../policies/declared";
import { packs } from "../../policies/packs";
import { graphOf } from "./fixture-graph";
import { unknownCheckingProxy } from "./sdk-proxy";

const QUEUE = "aws:sqs/queue:Queue";

describe("what the program asks for", () => {
  /** A queue of which the engine tells no property, as of a resource whose provider can not be asked yet. */
  const untold = () =>
    policyResources(graphOf({ orders: { type: QUEUE } }, "preview")).filter(({ type }) => type === QUEUE);
  const tell = (declared: Declared, urn: string, props: Record<string, unknown>) =>
    declared.keep(urn, unknownCheckingProxy(props));

  it("stands in for resources that the engine tells no property of", () => {
    const declared = new Declared();
    const resources = untold();
    tell(declared, resources[0]!.urn, { kmsMasterKeyId: "key" });
    assert.deepEqual(
      declared.complete(resources).map(({ props }) => props),
      [{ kmsMasterKeyId: "key" }],
    );
  });

  it("leaves alone what the engine does tell of", () => {
    const declared = new Declared();
    const [queue] = untold();
    const told = { ...queue!, props: { name: "orders" } };
    tell(declared, told.urn, { name: "other" });
    assert.deepEqual(declared.complete([told]), [told]);
  });

  it("is what rules judge", async () => {
    const [pack] = packs;
    const resources = untold();
    const rulesThatFail = async (props: Record<string, unknown>) => {
      const declared = new Declared();
      tell(declared, resources[0]!.urn, props);
      const reported = await runPolicies(stackPolicies(pack!, declared), resources);
      return reported.map(({ policy }) => policy);
    };
    const encryption = "sqs-customer-key";
    assert.ok((await rulesThatFail({ name: "orders" })).includes(encryption));
    assert.ok(
      !(await rulesThatFail({ kmsMasterKeyId: "arn:aws:kms:eu-west-1:123456789012:key/1" })).includes(encryption),
    );
  });
});
