import assert from "node:assert/strict";
import { join } from "node:path";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { lossesOf, renderLosses } from "../../../cli/engine/losses";
import { Update } from "../../../cli/engine/update";
import { requireEngine } from "../../support/engine/engine";
import { EngineStack, type Report, type RunOptions } from "../../support/engine/engine-stack";

const PROGRAM = join(__dirname, "..", "..", "support", "engine", "programs", "two-regions.cjs");

/** One planned step, as the engine tells it. */
function planned(op: StepEventMetadata["op"], type: string, old: object = {}, keys: string[] = []): EngineEvent {
  const urn = `urn:pulumi:dev::palisade::${type}::thing`;
  const state = { type, urn, id: "id", custom: true, parent: "", inputs: {}, outputs: {}, provider: "", ...old };
  const metadata = { op, urn, type, old: state, keys, provider: "" };
  return { sequence: 1, timestamp: 0, resourcePreEvent: { metadata, planning: true } };
}

describe("changes that would lose data", () => {
  const lost = (event: EngineEvent) => {
    const update = new Update();
    update.take(event);
    return lossesOf(update);
  };

  it("are a replacement and a deletion of what holds any", () => {
    const [replaced] = lost(planned("create-replacement", "aws:rds/instance:Instance", {}, ["kmsKeyId", "engine"]));
    assert.deepEqual(replaced?.properties, ["engine", "kmsKeyId"]);
    assert.equal(replaced?.change, "replace");
    assert.equal(replaced?.lost, "the database and its automated backups");
    assert.equal(lost(planned("delete", "aws:dynamodb/table:Table"))[0]?.change, "delete");
    assert.match(lost(planned("delete", "kubernetes:core/v1:Namespace"))[0]?.lost ?? "", /all objects in it/);
  });

  it("are not an update, nor the replacement of what holds none, of a replica, or of what AWS keeps", () => {
    assert.deepEqual(lost(planned("update", "aws:rds/instance:Instance")), []);
    assert.deepEqual(lost(planned("create-replacement", "aws:ec2/securityGroup:SecurityGroup")), []);
    const replica = { inputs: { replicateSourceDb: "payments" } };
    assert.deepEqual(lost(planned("delete", "aws:rds/instance:Instance", replica)), []);
    assert.deepEqual(lost(planned("delete", "aws:s3/bucket:Bucket", { retainOnDelete: true })), []);
  });

  it("are whatever the state protects, of any type", () => {
    const losses = lost(planned("delete", "aws:shield/subscription:Subscription", { protect: true }));
    assert.equal(losses[0]?.protected, true);
    assert.match(
      renderLosses(losses, "palisade up dev"),
      /^1 resource would be lost with what it holds\. Nothing was changed:\n {2}shield\.Subscription thing\n/,
    );
  });

  describe("in Pulumi's own engine", function () {
    this.timeout(300_000);
    const stacks: Record<string, EngineStack> = {};
    before(requireEngine);
    before(async () => {
      for (const environment of ["development", "production"]) {
        const stack = EngineStack.create("dev");
        stacks[environment] = stack;
        assert.ok((await run(stack, "up", { environment, shortRegions: ["use1"] })).succeeded);
      }
    });
    after(() => Object.values(stacks).forEach((stack) => stack.remove()));

    const run = (
      stack: EngineStack,
      operation: "preview" | "up",
      settings: object,
      more: RunOptions = {},
    ): Promise<Report> =>
      stack.run(operation, { ...more, program: PROGRAM, env: { PROGRAM: JSON.stringify(settings) } });

    for (const environment of ["development", "production"]) {
      it(`are refused in ${environment} before anything changes, with what forces them and what is lost`, async () => {
        const stack = stacks[environment] as EngineStack;
        const before = JSON.stringify(stack.cloud.all());
        for (const operation of ["preview", "up"] as const) {
          const report = await run(stack, operation, { environment, shortRegions: ["use1"], fifo: true });
          assert.equal(report.succeeded, false);
          const failure = report.failure ?? "";
          assert.match(failure, /^2 resources would be lost with what they hold\. Nothing was changed:/);
          assert.match(
            failure,
            / {2}sqs\.Queue use1-orders-queue\n {4}is replaced: fifoQueue, name can not be changed on what stands\.\n {4}Lost: the messages that are not worked off yet\.\n/,
          );
          assert.match(
            failure,
            new RegExp(`palisade ${operation} dev --target simulator --allow-loss use1-orders-(dlq|queue) use1-`),
          );
          const unprotect =
            /It is protected\. To lift that: pulumi state unprotect 'urn:pulumi:dev::palisade::.*::use1-orders-queue'/;
          assert.equal(unprotect.test(failure), environment === "production");
          assert.deepEqual(report.diagnostics, [], "the engine's own words add nothing");
          assert.equal(report.parts, undefined);
        }
        assert.equal(JSON.stringify(stack.cloud.all()), before);
      });
    }

    it("are refused when the program has no more of what is protected, by name or not", async () => {
      const settings = { environment: "production", shortRegions: ["use1"], reports: false };
      const report = await run(stacks.production as EngineStack, "up", settings, {
        allowLoss: ["use1-reports-bucket"],
      });
      assert.match(
        report.failure ?? "",
        /s3\.Bucket use1-reports-bucket\n {4}is deleted: the program does not have it any more\. If it was only renamed, give it an alias/,
      );
    });

    it("are made where they are allowed by name, all of them", async () => {
      const stack = (stacks.development as EngineStack).copy();
      try {
        const settings = { shortRegions: ["use1"], fifo: true, reports: false };
        const queues = ["use1-orders-queue", "use1-orders-dlq"];
        const refused = await run(stack, "up", settings, { allowLoss: queues });
        assert.match(refused.failure ?? "", /^1 resource would be lost .*\n {2}s3\.Bucket use1-reports-bucket\n/);
        const made = await run(stack, "up", settings, { allowLoss: [...queues, "use1-reports-bucket"] });
        assert.ok(made.succeeded, JSON.stringify(made.diagnostics));
        assert.equal(made.counts.replace, 2);
        const names = stack.cloud.all().map(({ id }) => id);
        assert.equal(names.filter((id) => id.endsWith(".fifo")).length, 2, names.join(" "));
      } finally {
        stack.remove();
      }
    });
  });
});
